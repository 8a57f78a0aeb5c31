//! The exceptions desk: what a payment event said that somebody has to look at.

use const_format::formatcp;
use serde::{Deserialize, Serialize};

use super::{ById, Param, Statement, statement};
use crate::domain::id::{ClientId, ExceptionId, InvoiceId, StaffId};
use crate::domain::money::{Currency, Money};
use crate::domain::payment::exception::Exception;
use crate::domain::time::Timestamp;

/// What is known of an exception besides its words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About<'a> {
    /// The event that told it, if one was kept.
    pub(crate) event: Option<&'a str>,
    /// The payment.
    pub(crate) payment: Option<&'a str>,
    /// How much.
    pub(crate) amount: Option<Money>,
    /// The invoice it was meant for.
    pub(crate) invoice: Option<InvoiceId>,
    /// Its client.
    pub(crate) client: Option<ClientId>,
}

/// Tells staff, once per reason and object.
pub(crate) fn tell(
    id: ExceptionId,
    object: &str,
    exception: &Exception,
    about: About<'_>,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO payment_exceptions (id, reason, object_id, detail, event_id, payment, amount, currency, \
          invoice_id, client_id, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (reason, object_id) DO NOTHING",
        id.to_string(),
        exception.reason(),
        object,
        exception.to_string(),
        Param::from(about.event),
        Param::from(about.payment),
        Param::from(about.amount.map(Money::minor)),
        Param::from(about.amount.map(|amount| amount.currency().code())),
        Param::from(about.invoice.map(|id| id.to_string())),
        Param::from(about.client.map(|id| id.to_string())),
        now
    )
}

/// An invoice that a payment is for, with what staff are told if it is void by now.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct IfVoid {
    id: String,
    invoice: String,
    reason: &'static str,
    detail: String,
    amount: i64,
    currency: &'static str,
}

impl IfVoid {
    /// `part`: how much of the payment is for the invoice.
    pub(crate) fn new(id: ExceptionId, invoice: InvoiceId, number: &str, part: Money) -> Self {
        let number = number.to_owned();
        let exception = Exception::Voided {
            number,
            amount: part,
        };
        Self {
            id: id.to_string(),
            invoice: invoice.to_string(),
            reason: exception.reason(),
            detail: exception.to_string(),
            amount: part.minor(),
            currency: part.currency().code(),
        }
    }
}

/// Tells what the books show of a payment once this very batch has written it, so that nothing slips through between
/// reading and writing: an invoice that was voided while somebody paid, more than was due, and facts in another currency
/// than the payment's, which do not count. Stands after the sums were computed; of the last two the row holds the figure.
pub(crate) fn tell_of_payment(
    ids: [ExceptionId; 2],
    payment: &str,
    invoices: &[IfVoid],
    event: Option<&str>,
    now: Timestamp,
) -> Result<Statement, serde_json::Error> {
    let [overpaid, foreign] = ids;
    Ok(statement!(
        "INSERT INTO payment_exceptions (id, reason, object_id, detail, event_id, payment, amount, currency, \
          invoice_id, client_id, created_at) \
         SELECT t.id, t.reason, t.object_id, t.detail, ?9, ?1, t.amount, t.currency, t.invoice_id, t.client_id, ?10 FROM ( \
          SELECT v.value ->> 'id' AS id, v.value ->> 'reason' AS reason, ?1 || '/' || i.id AS object_id, \
           v.value ->> 'detail' AS detail, v.value ->> 'amount' AS amount, v.value ->> 'currency' AS currency, \
           i.id AS invoice_id, i.client_id AS client_id \
          FROM json_each(?2) v CROSS JOIN invoices i ON i.id = v.value ->> 'invoice' AND i.state = 'void' \
          WHERE NOT EXISTS (SELECT 1 FROM allocations a WHERE a.payment = ?1 AND a.invoice_id = i.id) \
          UNION ALL SELECT ?3, ?4, ?1, ?5, o.credit, o.currency, o.id, o.client_id FROM ( \
           SELECT i.id, i.credit, i.currency, i.client_id \
           FROM allocations a CROSS JOIN invoices i ON i.id = a.invoice_id AND i.credit > 0 \
           WHERE a.payment = ?1 ORDER BY i.due_on DESC, i.id DESC LIMIT 1) o \
          UNION ALL SELECT ?6, ?7, f.object_id, ?8, f.amount, f.currency, NULL, f.client_id FROM ( \
           SELECT l.object_id, l.amount, l.currency, p.client_id \
           FROM ledger l CROSS JOIN ledger p ON p.payment = l.payment AND p.kind = 'payment' AND p.currency <> l.currency \
           WHERE l.payment = ?1 AND l.kind <> 'payment' ORDER BY l.object_id LIMIT 1) f) t \
         WHERE true ON CONFLICT (reason, object_id) DO NOTHING",
        payment,
        serde_json::to_string(invoices)?,
        overpaid.to_string(),
        Exception::Overpaid.reason(),
        Exception::Overpaid.to_string(),
        foreign.to_string(),
        Exception::Foreign.reason(),
        Exception::Foreign.to_string(),
        Param::from(event),
        now
    ))
}

/// A line of the desk.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: ExceptionId,
    pub(crate) reason: String,
    pub(crate) amount: Option<i64>,
    pub(crate) currency: Option<Currency>,
    pub(crate) invoice_number: Option<String>,
    pub(crate) client_name: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) resolved_at: Option<Timestamp>,
}

/// The columns of [`Line`], of `payment_exceptions x`, `invoices i`, `clients c`.
const EXCEPTION: &str = "x.id, x.reason, x.amount, x.currency, \
     i.number AS invoice_number, c.name AS client_name, x.created_at, x.resolved_at";

/// Lines on one page of the desk.
pub(crate) const PAGE: usize = 25;
/// Where a page begins: after the line of that moment and id.
pub(crate) type After = Option<(Timestamp, ExceptionId)>;

fn after(cursor: After) -> [Param; 2] {
    match cursor {
        Some((at, id)) => [at.into(), id.to_string().into()],
        None => [Param::Int((1 << 53) - 1), Param::from("")],
    }
}

/// What nobody has resolved, newest first; one more than [`PAGE`] where there are more.
pub(crate) fn open(cursor: After) -> Statement {
    Statement::new(
        formatcp!(
            "SELECT {EXCEPTION} FROM payment_exceptions x LEFT JOIN invoices i ON i.id = x.invoice_id \
             LEFT JOIN clients c ON c.id = x.client_id \
             WHERE x.resolved_at IS NULL AND (x.created_at, x.id) < (?1, ?2) \
             ORDER BY x.created_at DESC, x.id DESC LIMIT 26"
        ),
        after(cursor),
    )
}

/// All of them, newest first; one more than [`PAGE`] where there are more.
pub(crate) fn all(cursor: After) -> Statement {
    Statement::new(
        formatcp!(
            "SELECT {EXCEPTION} FROM payment_exceptions x LEFT JOIN invoices i ON i.id = x.invoice_id \
             LEFT JOIN clients c ON c.id = x.client_id \
             WHERE (x.created_at, x.id) < (?1, ?2) \
             ORDER BY x.created_at DESC, x.id DESC LIMIT 26"
        ),
        after(cursor),
    )
}

/// How many wait, a hundred at most.
pub(crate) fn waiting() -> Statement {
    statement!(
        "SELECT count(*) AS count FROM (SELECT 1 FROM payment_exceptions x \
         WHERE x.resolved_at IS NULL ORDER BY x.created_at LIMIT 100)"
    )
}

/// One exception with all that is known.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Whole {
    pub(crate) id: ExceptionId,
    pub(crate) reason: String,
    pub(crate) detail: String,
    pub(crate) payment: Option<String>,
    pub(crate) amount: Option<i64>,
    pub(crate) currency: Option<Currency>,
    pub(crate) invoice_id: Option<InvoiceId>,
    pub(crate) invoice_number: Option<String>,
    pub(crate) client_id: Option<ClientId>,
    pub(crate) client_name: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) resolved_at: Option<Timestamp>,
    pub(crate) resolved_by: Option<String>,
    pub(crate) resolution: Option<String>,
    pub(crate) event_type: Option<String>,
    pub(crate) raw: Option<String>,
    /// What the payment came to, if it is in the ledger.
    pub(crate) paid: Option<i64>,
    pub(crate) paid_currency: Option<Currency>,
    /// Whose payment it is, where that is known.
    pub(crate) paid_by: Option<ClientId>,
    /// How much of it is for invoices already.
    pub(crate) allocated: i64,
}

impl ById for Whole {
    type Id = ExceptionId;
    fn by_id(id: ExceptionId) -> Statement {
        statement!(
            "SELECT x.id, x.reason, x.detail, x.payment, x.amount, x.currency, x.invoice_id, \
              i.number AS invoice_number, x.client_id, c.name AS client_name, x.created_at, x.resolved_at, \
              s.name AS resolved_by, x.resolution, e.type AS event_type, e.raw, \
              p.amount AS paid, p.currency AS paid_currency, p.client_id AS paid_by, \
              (SELECT coalesce(sum(a.amount), 0) FROM allocations a WHERE a.payment = x.payment) AS allocated \
             FROM payment_exceptions x LEFT JOIN invoices i ON i.id = x.invoice_id \
             LEFT JOIN clients c ON c.id = x.client_id LEFT JOIN staff s ON s.id = x.resolved_by \
             LEFT JOIN provider_events e ON e.id = x.event_id \
             LEFT JOIN ledger p ON p.kind = 'payment' AND p.object_id = x.payment \
             WHERE x.id = ?1",
            id.to_string()
        )
    }
}

/// An invoice that money can be attached to, by its number.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Target {
    pub(crate) id: InvoiceId,
    pub(crate) client_id: ClientId,
    pub(crate) number: String,
    pub(crate) state: String,
    pub(crate) currency: Currency,
}

/// [`Target`] of that number.
pub(crate) fn target(number: &str) -> Statement {
    statement!(
        "SELECT i.id, i.client_id, c.name AS client_name, i.number, i.state, i.currency \
         FROM invoices i JOIN clients c ON c.id = i.client_id WHERE i.number = ?1",
        number
    )
}

/// The rest of a payment is for that invoice, by staff; if it is unresolved, and the invoice was sent to whom the
/// payment is of: a client reads what their payments are for, which must be nothing of another client.
pub(crate) fn attach(id: ExceptionId, to: InvoiceId, by: StaffId, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO allocations (payment, invoice_id, amount, created_by, created_at) \
         SELECT p.payment, i.id, p.amount - (SELECT coalesce(sum(a.amount), 0) FROM allocations a \
           WHERE a.payment = p.payment), ?3, ?4 \
         FROM payment_exceptions x CROSS JOIN ledger p ON p.kind = 'payment' AND p.object_id = x.payment \
         CROSS JOIN invoices i ON i.id = ?2 AND i.state = 'sent' AND i.currency = p.currency \
          AND i.client_id = coalesce(p.client_id, i.client_id) \
         WHERE x.id = ?1 AND x.resolved_at IS NULL AND p.amount > (SELECT coalesce(sum(a.amount), 0) \
          FROM allocations a WHERE a.payment = p.payment) \
         ON CONFLICT (payment, invoice_id) DO UPDATE SET amount = allocations.amount + excluded.amount",
        id.to_string(),
        to.to_string(),
        by.to_string(),
        now
    )
}

/// Marks it resolved, unless it is.
pub(crate) fn resolve(id: ExceptionId, by: StaffId, words: &str, now: Timestamp) -> Statement {
    statement!(
        "UPDATE payment_exceptions SET resolved_at = ?3, resolved_by = ?2, resolution = ?4 \
         WHERE id = ?1 AND resolved_at IS NULL",
        id.to_string(),
        by.to_string(),
        now,
        words
    )
}
