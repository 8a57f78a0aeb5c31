//! Links that show one invoice and let it be paid without an account. Only their hashes are kept.

use serde::Deserialize;

use super::{Statement, statement};
use crate::domain::id::{InvoiceId, PayLinkId, StaffId};
use crate::domain::time::Timestamp;

/// Makes a link for an invoice that was sent.
pub(crate) fn make(
    id: PayLinkId,
    invoice: InvoiceId,
    token_hash: &str,
    by: StaffId,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO pay_links (id, invoice_id, token_hash, created_by, created_at) \
         SELECT ?1, i.id, ?3, ?4, ?5 FROM invoices i WHERE i.id = ?2 AND i.state = 'sent'",
        id.to_string(),
        invoice.to_string(),
        token_hash,
        by.to_string(),
        now
    )
}

/// Ends all links of an invoice.
pub(crate) fn revoke(invoice: InvoiceId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE pay_links SET revoked_at = ?2 WHERE invoice_id = ?1 AND revoked_at IS NULL",
        invoice.to_string(),
        now
    )
}

/// How the links of an invoice stand.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Links {
    /// How many work.
    pub(crate) live: i64,
    /// How many were revoked.
    pub(crate) revoked: i64,
}

/// [`Links`] of an invoice.
pub(crate) fn of_invoice(invoice: InvoiceId) -> Statement {
    statement!(
        "SELECT coalesce(sum(revoked_at IS NULL), 0) AS live, coalesce(sum(revoked_at IS NOT NULL), 0) AS revoked \
         FROM pay_links WHERE invoice_id = ?1",
        invoice.to_string()
    )
}
