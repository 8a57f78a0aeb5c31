//! The statement of account: what a client owed, what happened, what is open.
//!
//! Read for staff by the client's id and for a contact through the viewer predicate; the same rows
//! behind both. What happened is computed from invoices, their revisions and the ledger each time, so
//! a statement cannot disagree with them. `domain::statement` sorts and adds it up.

use serde::Deserialize;

use super::billing::BUYER;
use super::viewer::Asker;
use super::{Param, Statement};
use crate::domain::id::ClientId;
use crate::domain::money::Currency;
use crate::domain::time::{Date, Timestamp};

/// Whose statement, and who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// Of that client, for staff.
    Client(ClientId),
    /// Of their own client.
    Contact(&'a Asker),
}

/// What is asked for; what is left out is chosen by [`asked`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted {
    pub(crate) currency: Option<Currency>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
}

/// Lines of one statement; a period with more is to be made shorter.
pub(crate) const MOST: usize = 1_000;

/// Stands for the viewer where staff ask: the client of that id. `?1` id, `?2` now.
const SUBJECT: &str = "WITH viewer AS (SELECT c.id AS client_id FROM clients c WHERE c.id = ?1) ";

/// Currency and period. `?2` now, `?4` currency, `?5` first day, `?6` last day. Without a word: the
/// currency in which most is open, and the twelve months up to today.
const ASKED: &str = "SELECT v.client_id, \
     coalesce(?4, (SELECT bl.currency FROM balances bl WHERE bl.client_id = v.client_id \
       ORDER BY bl.open_invoices DESC, bl.currency LIMIT 1), \
      (SELECT cb.currency FROM client_billing cb WHERE cb.client_id = v.client_id), z.currency) AS currency, \
     coalesce(?5, date(coalesce(?6, date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset \
       ELSE z.next_offset END) / 1000, 'unixepoch')), 'start of month', '-11 months')) AS first, \
     coalesce(?6, date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset \
       ELSE z.next_offset END) / 1000, 'unixepoch')) AS last \
     FROM viewer v CROSS JOIN billing z ON z.id = 1";

/// What happened, ever, of `w`, which is [`ASKED`]: an invoice counts from its date, or from the day it
/// was sent where that is earlier; what was refunded is not asked for until staff reopen it.
const HAPPENED: &str = ") SELECT w.first, w.last, CASE r.number WHEN 1 THEN 'invoice' ELSE 'revision' END AS kind, \
      CASE r.number WHEN 1 THEN min(r.issued_on, r.sealed_on) ELSE r.sealed_on END AS day, \
      i.number AS reference, '' AS method, i.id AS invoice_id, \
      r.total - coalesce((SELECT p.total FROM invoice_revisions p WHERE p.invoice_id = r.invoice_id \
       AND p.number < r.number AND p.sealed_on IS NOT NULL ORDER BY p.number DESC LIMIT 1), 0) AS amount, \
      r.sealed_at AS at \
     FROM w CROSS JOIN invoices i ON i.client_id = w.client_id AND i.currency = w.currency AND i.state <> 'draft' \
     CROSS JOIN invoice_revisions r ON r.invoice_id = i.id AND r.sealed_on IS NOT NULL \
     UNION ALL SELECT w.first, w.last, 'void', i.voided_on, i.number, '', i.id, i.total, i.voided_at \
     FROM w CROSS JOIN invoices i ON i.client_id = w.client_id AND i.currency = w.currency AND i.state = 'void' \
     UNION ALL SELECT w.first, w.last, 'released', coalesce((SELECT max(l.occurred_on) FROM allocations a \
       CROSS JOIN ledger l ON l.payment = a.payment AND l.kind IN ('refund', 'refund_floor') \
       WHERE a.invoice_id = i.id), i.due_on), i.number, '', i.id, i.total - i.net, i.sent_at \
     FROM w CROSS JOIN invoices i ON i.client_id = w.client_id AND i.currency = w.currency \
      AND i.status IN ('refunded', 'partially_refunded') AND i.total > i.net \
     UNION ALL SELECT w.first, w.last, l.kind, l.occurred_on, \
      (SELECT group_concat(n.number, ', ') FROM allocations a CROSS JOIN invoices n ON n.id = a.invoice_id \
       WHERE a.payment = l.payment), l.method, NULL, \
      CASE l.kind WHEN 'dispute_in' THEN min(l.amount, (SELECT o.amount FROM ledger o \
       WHERE o.kind = 'dispute_out' AND o.object_id = l.object_id)) ELSE l.amount END, l.occurred_at \
     FROM w CROSS JOIN ledger l ON l.client_id = w.client_id AND l.currency = w.currency \
      AND (l.kind IN ('payment', 'reversal') OR (l.kind IN ('dispute_out', 'dispute_in', 'refund') AND l.counts = 1 \
       AND EXISTS (SELECT 1 FROM ledger p WHERE p.payment = l.payment AND p.kind = 'payment') \
       AND NOT EXISTS (SELECT 1 FROM ledger x WHERE x.payment = l.payment AND x.kind = 'reversal') \
       AND (l.kind <> 'dispute_in' OR (EXISTS (SELECT 1 FROM ledger o WHERE o.kind = 'dispute_out' AND o.object_id = l.object_id) \
        AND NOT EXISTS (SELECT 1 FROM ledger o WHERE o.kind = 'dispute_lost' AND o.object_id = l.object_id))))) \
     UNION ALL SELECT t.first, t.last, 'refund', t.day, \
      (SELECT group_concat(n.number, ', ') FROM allocations a CROSS JOIN invoices n ON n.id = a.invoice_id \
       WHERE a.payment = t.payment), '', NULL, s.refunded - t.told, 0 \
     FROM (SELECT w.first, w.last, f.payment, max(f.occurred_on) AS day, (SELECT coalesce(sum(r.amount), 0) FROM ledger r \
        WHERE r.payment = f.payment AND r.kind = 'refund' AND r.counts = 1) AS told \
       FROM w CROSS JOIN ledger f ON f.client_id = w.client_id AND f.currency = w.currency AND f.kind = 'refund_floor' \
       GROUP BY f.payment) t CROSS JOIN payment_sums s ON s.payment = t.payment AND s.refunded > t.told";

/// The currency and period that were found.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Asked {
    pub(crate) currency: Currency,
    pub(crate) first: Date,
    pub(crate) last: Date,
}

/// What happened once.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Happened {
    /// As `domain::statement::EntryKind` is named.
    pub(crate) kind: String,
    pub(crate) day: Date,
    /// Numbers of the invoices it is about; absent where a payment is for none.
    pub(crate) reference: Option<String>,
    pub(crate) method: String,
    pub(crate) amount: i64,
    /// The invoice, where it is one alone.
    pub(crate) invoice_id: Option<String>,
}

/// What is due on a day.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Open {
    pub(crate) due_on: Date,
    pub(crate) due: i64,
}

/// What is neither due nor settled.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Held {
    /// Disputed or charged back.
    pub(crate) held: i64,
    /// Owed before the first day.
    pub(crate) opening: i64,
}

/// A currency of the client's invoices.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Used {
    pub(crate) currency: Currency,
}

impl Whose<'_> {
    /// A statement about the client alone.
    fn of(self, sql: String) -> Statement {
        match self {
            Self::Client(client) => {
                Statement::new(format!("{SUBJECT}{sql}"), [client.to_string().into()])
            }
            Self::Contact(asker) => asker.statement(sql, []),
        }
    }

    /// … about what is asked for.
    fn ask(self, sql: String, now: Timestamp, wanted: Wanted) -> Statement {
        let own = [
            Param::from(wanted.currency.map(|currency| currency.code().to_owned())),
            Param::from(wanted.from.map(|day| day.to_string())),
            Param::from(wanted.to.map(|day| day.to_string())),
        ];
        match self {
            Self::Client(client) => {
                let first: [Param; 3] = [client.to_string().into(), now.into(), 0_i64.into()];
                Statement::new(format!("{SUBJECT}{sql}"), first.into_iter().chain(own))
            }
            Self::Contact(asker) => asker.statement(sql, own),
        }
    }
}

/// In this order: the [`Asked`], the buyer (`billing::Buyer`), the [`Used`] currencies, the [`Held`],
/// the [`Happened`] of the period (one more than [`MOST`] where there are more), the [`Open`].
pub(crate) fn statements(whose: Whose<'_>, now: Timestamp, wanted: Wanted) -> Vec<Statement> {
    let ask = |sql| whose.ask(sql, now, wanted);
    vec![
        ask(format!("SELECT w.currency, w.first, w.last FROM ({ASKED}) w")),
        whose.of(format!(
            "SELECT {BUYER} FROM viewer v CROSS JOIN clients c ON c.id = v.client_id \
             LEFT JOIN client_billing cb ON cb.client_id = c.id"
        )),
        whose.of("SELECT bl.currency FROM viewer v CROSS JOIN balances bl ON bl.client_id = v.client_id \
             ORDER BY bl.currency"
            .to_owned()),
        ask(format!(
            "SELECT (SELECT coalesce(sum(CASE WHEN e.kind IN ('void', 'payment', 'dispute_in', 'released') \
               THEN -e.amount ELSE e.amount END), 0) \
              FROM (WITH w AS MATERIALIZED ({ASKED}{HAPPENED}) e WHERE e.day < e.first) AS opening, \
             (SELECT coalesce(sum(max(0, i.total - i.net)), 0) FROM ({ASKED}) w CROSS JOIN invoices i \
              ON i.client_id = w.client_id AND i.currency = w.currency \
              AND i.status IN ('disputed', 'charged_back')) AS held"
        )),
        ask(format!(
            "SELECT e.kind, e.day, e.reference, e.method, e.amount, e.invoice_id \
             FROM (WITH w AS MATERIALIZED ({ASKED}{HAPPENED}) e WHERE e.day BETWEEN e.first AND e.last \
             AND (e.kind <> 'revision' OR e.amount <> 0) ORDER BY e.day, e.at LIMIT 1001"
        )),
        ask(format!(
            "SELECT i.due_on, sum(i.due) AS due FROM ({ASKED}) w CROSS JOIN invoices i \
             ON i.client_id = w.client_id AND i.currency = w.currency AND i.due > 0 \
             GROUP BY i.due_on"
        )),
    ]
}
