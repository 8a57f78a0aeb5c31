//! Invoices as their client sees them: drafts are not there, void ones are.
//!
//! Two ways in, a session that may see Billing and a link that shows one invoice, and the same rows
//! behind both.

use const_format::formatcp;
use serde::Deserialize;

use super::INVOICE;
use crate::domain::id::{FactId, InvoiceId};
use crate::domain::money::Currency;
use crate::domain::time::Date;
use crate::store::ledger::ENTRY;
use crate::store::pay_link::LINK;
use crate::store::viewer::Asker;
use crate::store::{Param, Statement};

/// The [`Invoice`](super::Invoice) of that id that the viewer may see.
pub(crate) fn by_contact(asker: &Asker, id: InvoiceId) -> Statement {
    asker.statement(
        formatcp!(
            "SELECT {INVOICE} FROM viewer v CROSS JOIN invoices i ON i.id = ?4 AND i.client_id = v.client_id \
             AND i.state <> 'draft' JOIN clients c ON c.id = i.client_id \
             JOIN invoice_revisions r ON r.id = i.revision_id"
        ),
        [id.to_string().into()],
    )
}

/// The [`Invoice`](super::Invoice) of a link.
pub(crate) fn by_link(hash: &str) -> Statement {
    Statement::new(
        formatcp!(
            "WITH {LINK} SELECT {INVOICE} FROM link k CROSS JOIN invoices i ON i.id = k.invoice_id \
             JOIN clients c ON c.id = i.client_id JOIN invoice_revisions r ON r.id = i.revision_id"
        ),
        [hash.into()],
    )
}

/// The history of an invoice that the viewer may see: `ledger::Entry`s, newest first.
pub(crate) fn history_by_contact(asker: &Asker, id: InvoiceId) -> Statement {
    asker.statement(
        formatcp!(
            "SELECT {ENTRY} FROM viewer v CROSS JOIN invoices i ON i.id = ?4 AND i.client_id = v.client_id \
             AND i.state <> 'draft' CROSS JOIN allocations a ON a.invoice_id = i.id \
             CROSS JOIN ledger l ON l.payment = a.payment LEFT JOIN staff st ON st.id = l.recorded_by \
             ORDER BY l.occurred_at DESC, l.created_at DESC, l.id DESC LIMIT 200"
        ),
        [id.to_string().into()],
    )
}

/// The history of the invoice of a link.
pub(crate) fn history_by_link(hash: &str) -> Statement {
    Statement::new(
        formatcp!(
            "WITH {LINK} SELECT {ENTRY} FROM link k CROSS JOIN allocations a ON a.invoice_id = k.invoice_id \
             CROSS JOIN ledger l ON l.payment = a.payment LEFT JOIN staff st ON st.id = l.recorded_by \
             ORDER BY l.occurred_at DESC, l.created_at DESC, l.id DESC LIMIT 200"
        ),
        [hash.into()],
    )
}

/// A line of the client's list.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: InvoiceId,
    pub(crate) number: String,
    pub(crate) currency: Currency,
    pub(crate) status: String,
    pub(crate) total: i64,
    pub(crate) due: i64,
    pub(crate) issued_on: Date,
    pub(crate) due_on: Date,
    #[serde(deserialize_with = "crate::store::flag")]
    pub(crate) processing: bool,
}

/// The columns of [`Line`], of `invoices i`.
pub(super) const SEEN: &str =
    "i.id, i.number, i.currency, i.status, i.total, i.due, i.issued_on, i.due_on, i.processing";

/// Lines on one page of a list.
pub(crate) const PAGE: usize = 25;
/// Lines of a list that others stand above.
pub(crate) const FIRST: usize = 5;

/// What is still to be paid, the longest due first; one more than [`PAGE`] where there are more.
pub(crate) fn open(asker: &Asker, after: Option<(Date, InvoiceId)>) -> Statement {
    let [day, id]: [Param; 2] = match after {
        Some((day, id)) => [day.to_string().into(), id.to_string().into()],
        None => ["".into(), "".into()],
    };
    // The range of days stands beside the row value, because SQLite seeks by the first column of that alone.
    asker.statement(
        formatcp!(
            "SELECT {SEEN} FROM viewer v CROSS JOIN invoices i INDEXED BY invoices_due_of_client \
             ON i.client_id = v.client_id AND i.due > 0 AND i.due_on >= ?4 AND (i.due_on, i.id) > (?4, ?5) \
             ORDER BY i.due_on, i.id LIMIT 26"
        ),
        [day, id],
    )
}

/// Paid, refunded, disputed and void ones, newest first; one more than `most` where there are more.
pub(crate) fn closed(asker: &Asker, after: Option<(Date, InvoiceId)>, most: usize) -> Statement {
    let [day, id]: [Param; 2] = match after {
        Some((day, id)) => [day.to_string().into(), id.to_string().into()],
        None => ["9999-99-99".into(), "".into()],
    };
    asker.statement(
        formatcp!(
            "SELECT {SEEN} FROM viewer v CROSS JOIN invoices i INDEXED BY invoices_closed_of_client \
             ON i.client_id = v.client_id AND i.due = 0 AND i.state <> 'draft' AND (i.issued_on, i.id) < (?4, ?5) \
             ORDER BY i.issued_on DESC, i.id DESC LIMIT ?6 + 1"
        ),
        [day, id, most.into()],
    )
}

/// What the viewer's client owes in one currency.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Owing {
    pub(crate) currency: Currency,
    /// Still to be paid.
    pub(crate) due: i64,
    /// Paid beyond what was asked for.
    pub(crate) credit: i64,
    pub(crate) open_invoices: i64,
    /// When the first of it is due.
    pub(crate) next_due_on: Option<Date>,
}

/// What the viewer's client owes: [`Owing`]s by currency.
pub(crate) fn owing(asker: &Asker) -> Statement {
    asker.statement(
        "SELECT b.currency, b.due, b.credit, b.open_invoices, \
          (SELECT min(i.due_on) FROM invoices i WHERE i.client_id = v.client_id \
           AND i.currency = b.currency AND i.due > 0) AS next_due_on \
         FROM viewer v CROSS JOIN balances b ON b.client_id = v.client_id AND (b.due > 0 OR b.credit > 0) \
         ORDER BY b.currency",
        [],
    )
}

/// A payment or refund of the viewer's client.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Movement {
    pub(crate) id: FactId,
    pub(crate) kind: String,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) occurred_on: Date,
    pub(crate) method: String,
    pub(crate) provider: String,
    /// Of the invoices it is for, with commas.
    pub(crate) numbers: String,
}

/// [`Movement`]s, newest first; one more than `most` where there are more. A payment that staff took
/// out again is not among them, nor is a refund that failed or that is of no known payment.
pub(crate) fn movements(asker: &Asker, after: Option<(Date, FactId)>, most: usize) -> Statement {
    let [day, id]: [Param; 2] = match after {
        Some((day, id)) => [day.to_string().into(), id.to_string().into()],
        None => ["9999-99-99".into(), "".into()],
    };
    asker.statement(
        "SELECT l.id, l.kind, l.amount, l.currency, l.occurred_on, l.method, l.provider, \
          (SELECT group_concat(n.number, ', ') FROM (SELECT i.number FROM allocations a \
            CROSS JOIN invoices i ON i.id = a.invoice_id WHERE a.payment = l.payment \
            ORDER BY a.later DESC, i.due_on, i.id) n) AS numbers \
         FROM viewer v CROSS JOIN ledger l ON l.client_id = v.client_id \
         WHERE (l.occurred_on, l.id) < (?4, ?5) AND l.kind IN ('payment', 'refund') AND l.counts = 1 \
          AND EXISTS (SELECT 1 FROM allocations a WHERE a.payment = l.payment) \
          AND NOT EXISTS (SELECT 1 FROM ledger x WHERE x.payment = l.payment AND x.kind = 'reversal') \
         ORDER BY l.occurred_on DESC, l.id DESC LIMIT ?6 + 1",
        [day, id, most.into()],
    )
}

/// A payment, for its receipt.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Paid {
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) occurred_on: Date,
    pub(crate) provider: String,
    pub(crate) method: String,
    pub(crate) payment: String,
    /// JSON: what it was for, as [`Part`].
    pub(crate) parts: String,
}

/// An invoice's part of a payment.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Part {
    pub(crate) id: InvoiceId,
    pub(crate) number: String,
    pub(crate) amount: i64,
}

/// The payment of that ledger row that the viewer's client made, unless it was reversed.
pub(crate) fn paid(asker: &Asker, row: FactId) -> Statement {
    asker.statement(
        "SELECT l.amount, l.currency, l.occurred_on, l.occurred_at, l.provider, l.method, l.payment, \
          (SELECT json_group_array(json_object('id', p.id, 'number', p.number, 'amount', p.amount)) FROM \
           (SELECT i.id, i.number, a.amount FROM allocations a CROSS JOIN invoices i ON i.id = a.invoice_id \
            WHERE a.payment = l.payment ORDER BY a.later DESC, i.due_on, i.id) p) AS parts \
         FROM viewer v CROSS JOIN ledger l ON l.id = ?4 AND l.kind = 'payment' AND l.client_id = v.client_id \
         WHERE EXISTS (SELECT 1 FROM allocations a WHERE a.payment = l.payment) \
          AND NOT EXISTS (SELECT 1 FROM ledger x WHERE x.payment = l.payment AND x.kind = 'reversal')",
        [row.to_string().into()],
    )
}
