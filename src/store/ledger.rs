//! The ledger: facts of money that moved, and which invoices a payment is for.
//!
//! What follows from them is written by the database itself, within the statement (the triggers `sums_hear_…` of
//! migration 0082): an invoice's sums computed anew from its facts, then what adds up invoices and facts by client,
//! day and month moved by what changed. Nobody who writes has to think of it, and nobody can forget it.

use const_format::formatcp;
use serde::Deserialize;

use super::billing::DAY;
use super::{Param, Statement, statement};
use crate::domain::id::{AttemptId, ClientId, FactId, InvoiceId, StaffId};
use crate::domain::payment::fact::Fact;
use crate::domain::payment::share::Share;
use crate::domain::time::{Date, Timestamp};

/// Where a fact comes from, besides what it says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// `stripe`, `offline`.
    pub(crate) provider: &'a str,
    /// The day in the business's time zone; absent: that of the moment when it happened.
    pub(crate) on: Option<Date>,
    /// Whose money, where it is known. Facts of a payment that is known already follow it.
    pub(crate) client: Option<ClientId>,
    /// `card`, `bank_transfer` …; empty where nobody said.
    pub(crate) method: &'a str,
    /// What staff wrote.
    pub(crate) reference: &'a str,
    /// The event that told it.
    pub(crate) event: Option<&'a str>,
    /// Who recorded it.
    pub(crate) by: Option<StaffId>,
    /// Only if the payment is that attempt's by then (`attempt::paid`). It is its client's money, too.
    pub(crate) only_of: Option<AttemptId>,
}

/// States a fact. Of two tellings of the same one stands, whichever comes first: `Fact::beats`.
pub(crate) fn state(id: FactId, fact: &Fact, from: Source<'_>, now: Timestamp) -> Statement {
    statement!(
        formatcp!(
            "INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, counts, rank, \
              occurred_at, occurred_on, client_id, method, reference, event_id, recorded_by, created_at) \
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, m.at, coalesce(?11, {DAY}), \
              coalesce(?12, (SELECT a.client_id FROM attempts a WHERE a.id = ?18), \
               (SELECT known.client_id FROM ledger known WHERE known.payment = ?4 \
                AND known.client_id IS NOT NULL LIMIT 1)), ?13, ?14, ?15, ?16, ?17 \
             FROM (SELECT ?10 AS at) m WHERE ?18 IS NULL \
              OR EXISTS (SELECT 1 FROM attempts a WHERE a.id = ?18 AND a.payment = ?4 AND a.state = 'succeeded') \
             ON CONFLICT (kind, object_id) DO UPDATE SET amount = excluded.amount, counts = excluded.counts, \
              occurred_at = excluded.occurred_at, occurred_on = excluded.occurred_on, rank = excluded.rank \
             WHERE CASE WHEN ledger.kind IN ('refund', 'refund_floor') \
              THEN (excluded.occurred_at, excluded.rank, excluded.amount) > (ledger.occurred_at, ledger.rank, ledger.amount) \
              ELSE (-excluded.occurred_at, excluded.rank, excluded.amount) > (-ledger.occurred_at, ledger.rank, ledger.amount) END"
        ),
        id.to_string(),
        fact.kind.as_str(),
        fact.object.as_str(),
        fact.payment.as_str(),
        from.provider,
        fact.amount.minor(),
        fact.amount.currency().code(),
        fact.counts,
        i64::from(fact.rank),
        fact.at,
        Param::from(from.on.map(|day| day.to_string())),
        Param::from(from.client.map(|id| id.to_string())),
        from.method,
        from.reference,
        Param::from(from.event),
        Param::from(from.by.map(|id| id.to_string())),
        now,
        Param::from(from.only_of.map(|id| id.to_string()))
    )
}

/// Says for which invoice a payment is, or which part of it. Said again, nothing changes.
pub(crate) fn allocate(
    payment: &str,
    invoice: InvoiceId,
    share: Share,
    by: Option<StaffId>,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO allocations (payment, invoice_id, amount, later, created_by, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (payment, invoice_id) DO NOTHING",
        payment,
        invoice.to_string(),
        share.amount.minor(),
        share.later.minor(),
        Param::from(by.map(|id| id.to_string())),
        now
    )
}

/// Gives the facts of a payment that nobody knew the client of to the one whom staff say. Where a new fact or the
/// attempt says it, the database does so by itself (`fact_says_whose`, `attempt_says_whose`).
pub(crate) fn belongs(payment: &str, client: ClientId) -> Statement {
    statement!(
        "UPDATE ledger SET client_id = ?2 WHERE payment = ?1 AND client_id IS NULL",
        payment,
        client.to_string()
    )
}

/// A line of an invoice's history: a fact of one of its payments.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entry {
    /// Of its row.
    pub(crate) id: FactId,
    pub(crate) kind: String,
    pub(crate) payment: String,
    pub(crate) provider: String,
    pub(crate) amount: i64,
    /// 0: a refund that failed.
    pub(crate) counts: i64,
    pub(crate) occurred_on: Date,
    pub(crate) method: String,
    pub(crate) reference: String,
    /// How much of the payment is for this invoice.
    pub(crate) allocated: i64,
    /// Who recorded it, by name.
    pub(crate) recorded_by: Option<String>,
    /// 1: the payment it is about was reversed.
    pub(crate) reversed: i64,
}

/// The columns of [`Entry`], of `allocations a`, `ledger l` and `staff st`.
pub(super) const ENTRY: &str = "l.id, l.kind, l.payment, l.provider, l.amount, l.currency, l.counts, l.occurred_on, \
     l.occurred_at, l.method, l.reference, a.amount AS allocated, st.name AS recorded_by, \
     EXISTS (SELECT 1 FROM ledger r WHERE r.payment = l.payment AND r.kind = 'reversal') AS reversed";

/// The [`Entry`]s of an invoice, newest first; at most 200.
pub(crate) fn of_invoice(invoice: InvoiceId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {ENTRY} FROM allocations a CROSS JOIN ledger l ON l.payment = a.payment \
             LEFT JOIN staff st ON st.id = l.recorded_by \
             WHERE a.invoice_id = ?1 ORDER BY l.occurred_at DESC, l.created_at DESC, l.id DESC LIMIT 200"
        ),
        invoice.to_string()
    )
}
