//! The statement of account: what a client owed, what happened, what is open.
//!
//! Read for staff by the client's id and for a contact through the viewer predicate; the same rows
//! behind both. What happened stands in `account_lines`, which triggers make anew from invoices, their
//! revisions and the ledger, with a sum for each month and year: so a statement reads what it shows, however
//! long the history before it. `domain::statement` sorts and adds it up.

use const_format::formatcp;
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
/// currency in which most is open, and the twelve months up to today. `today` is the business's.
const ASKED: &str = "SELECT v.client_id, \
     coalesce(?4, (SELECT bl.currency FROM balances bl WHERE bl.client_id = v.client_id \
       ORDER BY bl.open_invoices DESC, bl.currency LIMIT 1), \
      (SELECT cb.currency FROM client_billing cb WHERE cb.client_id = v.client_id), z.currency) AS currency, \
     coalesce(?5, date(coalesce(?6, date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset \
       ELSE z.next_offset END) / 1000, 'unixepoch')), 'start of month', '-11 months')) AS first, \
     coalesce(?6, date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset \
       ELSE z.next_offset END) / 1000, 'unixepoch')) AS last, \
     date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset ELSE z.next_offset END) / 1000, 'unixepoch') AS today \
     FROM viewer v CROSS JOIN billing z ON z.id = 1";

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

/// What is due on a day; of a month that lies wholly ahead or more than ninety days back, on its first.
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
    fn of(self, sql: &'static str) -> Statement {
        match self {
            Self::Client(client) => Statement::after(SUBJECT, sql, [client.to_string().into()]),
            Self::Contact(asker) => asker.statement(sql, []),
        }
    }

    /// … about what is asked for.
    fn ask(self, sql: &'static str, now: Timestamp, wanted: Wanted) -> Statement {
        let own = [
            Param::from(wanted.currency.map(|currency| currency.code().to_owned())),
            Param::from(wanted.from.map(|day| day.to_string())),
            Param::from(wanted.to.map(|day| day.to_string())),
        ];
        match self {
            Self::Client(client) => {
                let first: [Param; 3] = [client.to_string().into(), now.into(), 0_i64.into()];
                Statement::after(SUBJECT, sql, first.into_iter().chain(own))
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
        ask(formatcp!(
            "SELECT w.currency, w.first, w.last FROM ({ASKED}) w"
        )),
        whose.of(formatcp!(
            "SELECT {BUYER} FROM viewer v CROSS JOIN clients c ON c.id = v.client_id \
             LEFT JOIN client_billing cb ON cb.client_id = c.id"
        )),
        whose.of(
            "SELECT bl.currency FROM viewer v CROSS JOIN balances bl ON bl.client_id = v.client_id \
             ORDER BY bl.currency",
        ),
        ask(formatcp!(
            "SELECT (SELECT coalesce(sum(y.change), 0) FROM account_sums y WHERE y.client_id = w.client_id \
               AND y.currency = w.currency AND y.is_year = 1 AND y.span < substr(w.first, 1, 4)) \
              + (SELECT coalesce(sum(m.change), 0) FROM account_sums m WHERE m.client_id = w.client_id \
               AND m.currency = w.currency AND m.is_year = 0 AND m.span >= substr(w.first, 1, 4) AND m.span < substr(w.first, 1, 7)) \
              + (SELECT coalesce(sum(e.change), 0) FROM account_lines e WHERE e.client_id = w.client_id \
               AND e.currency = w.currency AND e.day >= substr(w.first, 1, 7) AND e.day < w.first) AS opening, \
             (SELECT coalesce(sum(max(0, i.total - i.net)), 0) FROM invoices i WHERE i.client_id = w.client_id \
               AND i.currency = w.currency AND i.status IN ('disputed', 'charged_back')) AS held \
             FROM (WITH w AS MATERIALIZED ({ASKED}) SELECT * FROM w) w"
        )),
        ask(formatcp!(
            "SELECT e.kind, e.day, coalesce(i.number, (SELECT group_concat(n.number, ', ') FROM allocations a \
               CROSS JOIN invoices n ON n.id = a.invoice_id WHERE a.payment = e.source)) AS reference, \
             coalesce(l.method, '') AS method, e.amount, i.id AS invoice_id \
             FROM (WITH w AS MATERIALIZED ({ASKED}) SELECT k.kind, k.day, k.at, k.amount, k.source, k.part \
              FROM account_lines k WHERE k.client_id = (SELECT w.client_id FROM w) AND k.currency = (SELECT w.currency FROM w) \
               AND k.day BETWEEN (SELECT w.first FROM w) AND (SELECT w.last FROM w) AND (k.kind <> 'revision' OR k.amount <> 0) \
              ORDER BY k.day, k.at, k.source, k.part LIMIT 1001) e \
             LEFT JOIN invoices i ON i.id = e.source LEFT JOIN ledger l ON l.id = e.part \
             ORDER BY e.day, e.at, e.source, e.part"
        )),
        ask(formatcp!(
            "SELECT o.due_on, o.due FROM (WITH w AS MATERIALIZED (SELECT a.client_id, a.currency, \
               substr(date(a.today, '-90 days'), 1, 7) AS early, substr(a.today, 1, 7) AS month FROM ({ASKED}) a) \
             SELECT d.span AS due_on, d.due FROM w CROSS JOIN account_dues d ON d.client_id = w.client_id \
              AND d.currency = w.currency AND d.is_month = 0 AND d.span >= w.early AND d.span < w.month || '~' \
             UNION ALL SELECT m.span || '-01', m.due FROM w CROSS JOIN account_dues m ON m.client_id = w.client_id \
              AND m.currency = w.currency AND m.is_month = 1 AND m.span < w.early \
             UNION ALL SELECT m.span || '-01', m.due FROM w CROSS JOIN account_dues m ON m.client_id = w.client_id \
              AND m.currency = w.currency AND m.is_month = 1 AND m.span > w.month) o"
        )),
    ]
}
