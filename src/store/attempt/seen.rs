//! Attempts to pay as whoever made them sees them.

use const_format::formatcp;
use serde::Deserialize;

use super::state;
use crate::domain::id::{AttemptId, FactId, InvoiceId};
use crate::domain::money::Currency;
use crate::domain::payment::attempt::AttemptState;
use crate::domain::time::Timestamp;
use crate::store::Statement;
use crate::store::pay_link::LINK;
use crate::store::viewer::Asker;

/// An attempt that somebody waits for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Awaited {
    #[serde(deserialize_with = "state")]
    pub(crate) state: AttemptState,
    pub(crate) currency: Currency,
    pub(crate) amount: i64,
    pub(crate) created_at: Timestamp,
    /// Of how many invoices.
    pub(crate) invoices: i64,
    /// The numbers of the invoices, with commas.
    pub(crate) numbers: String,
    /// One of them.
    pub(crate) first: Option<InvoiceId>,
    /// Its payment in the ledger, once that stands there for an invoice.
    pub(crate) receipt: Option<FactId>,
}

/// The columns of [`Awaited`], of `attempts a`, but its receipt.
const AWAITED: &str = "a.state, a.currency, a.amount, a.created_at, \
     (SELECT count(*) FROM attempt_invoices n WHERE n.attempt_id = a.id) AS invoices, \
     (SELECT group_concat(i.number, ', ') FROM attempt_invoices n CROSS JOIN invoices i ON i.id = n.invoice_id \
      WHERE n.attempt_id = a.id) AS numbers, \
     (SELECT n.invoice_id FROM attempt_invoices n WHERE n.attempt_id = a.id LIMIT 1) AS first";
/// Its payment.
const RECEIPT: &str = "(SELECT l.id FROM ledger l WHERE l.kind = 'payment' AND l.object_id = a.payment \
     AND EXISTS (SELECT 1 FROM allocations o WHERE o.payment = l.payment)) AS receipt";

/// The [`Awaited`] attempt of the viewer's client.
pub(crate) fn by_contact(asker: &Asker, id: AttemptId) -> Statement {
    asker.statement(
        formatcp!(
            "SELECT {AWAITED}, {RECEIPT} FROM viewer v CROSS JOIN attempts a ON a.id = ?4 AND a.client_id = v.client_id"
        ),
        [id.to_string().into()],
    )
}

/// The [`Awaited`] attempt for the invoice of a link: of several that are paid together, that one alone,
/// because whoever has the link of one learns nothing of the others.
pub(crate) fn by_link(hash: &str, id: AttemptId) -> Statement {
    Statement::new(
        formatcp!(
            "WITH {LINK} SELECT a.state, a.currency, m.amount, a.created_at, 1 AS invoices, i.number AS numbers, \
              i.id AS first, {RECEIPT} FROM link k CROSS JOIN attempt_invoices m \
             ON m.attempt_id = ?2 AND m.invoice_id = k.invoice_id CROSS JOIN attempts a ON a.id = m.attempt_id \
             CROSS JOIN invoices i ON i.id = k.invoice_id"
        ),
        [hash.into(), id.to_string().into()],
    )
}
