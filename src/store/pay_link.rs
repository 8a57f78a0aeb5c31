//! Links that show one invoice and let it be paid without an account. Only their hashes are kept.

use serde::Deserialize;

use super::{Param, Statement, flag, statement};
use crate::domain::id::{ContactId, InvoiceId, MailId, PayLinkId, StaffId};
use crate::domain::time::Timestamp;

/// Makes a link for an invoice that was sent, for whom it goes to by mail, if it goes by mail.
pub(crate) fn make(
    id: PayLinkId,
    invoice: InvoiceId,
    token_hash: &str,
    to: Option<ContactId>,
    by: StaffId,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO pay_links (id, invoice_id, token_hash, created_by, created_at, contact_id) \
         SELECT ?1, i.id, ?3, ?4, ?5, ?6 FROM invoices i WHERE i.id = ?2 AND i.state = 'sent'",
        id.to_string(),
        invoice.to_string(),
        token_hash,
        by.to_string(),
        now,
        Param::from(to.map(|id| id.to_string()))
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
}

/// [`Links`] of an invoice.
pub(crate) fn of_invoice(invoice: InvoiceId) -> Statement {
    statement!(
        "SELECT coalesce(sum(revoked_at IS NULL), 0) AS live \
         FROM pay_links WHERE invoice_id = ?1",
        invoice.to_string()
    )
}

/// `link`: one row while a link of that hash may be used. Not revoked ∧ the business lets invoices be
/// paid without an account ∧ client not archived ∧ invoice sent once. Whether the client's portal is
/// on makes no difference; `pays` says whether the module Payments is. `?1` hash.
pub(crate) const LINK: &str = "link AS (\
     SELECT l.id AS link_id, l.invoice_id, i.client_id, \
      (((z.modules | c.modules_on) & ~c.modules_off) & 64) = 64 AS pays FROM pay_links l \
     JOIN business z ON z.id = 1 \
     JOIN billing b ON b.id = 1 AND b.pay_without_account = 1 \
     JOIN invoices i ON i.id = l.invoice_id AND i.state <> 'draft' \
     JOIN clients c ON c.id = i.client_id AND c.archived_at IS NULL \
     WHERE l.token_hash = ?1 AND l.revoked_at IS NULL)";

/// A link that works.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Link {
    /// Whether the invoice may be paid online by its client.
    #[serde(deserialize_with = "flag")]
    pub(crate) pays: bool,
}

/// The [`Link`] of that hash, if it works.
pub(crate) fn by_hash(hash: &str) -> Statement {
    Statement::new(
        format!(
            "WITH {LINK} SELECT k.link_id AS id, k.invoice_id, k.client_id, c.name AS client_name, k.pays \
             FROM link k JOIN clients c ON c.id = k.client_id"
        ),
        [hash.into()],
    )
}

/// A link for the invoice that the attempt is for (its first one), made if the mail that carries it
/// was queued in this batch.
pub(crate) fn issue_with(
    id: PayLinkId,
    hash: &str,
    invoice: &str,
    mail: MailId,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO pay_links (id, invoice_id, token_hash, created_at) \
         SELECT ?1, ?3, ?2, ?5 WHERE EXISTS (SELECT 1 FROM outbox WHERE id = ?4) \
         ON CONFLICT DO NOTHING",
        id.to_string(),
        hash,
        invoice,
        mail.to_string(),
        now
    )
}
