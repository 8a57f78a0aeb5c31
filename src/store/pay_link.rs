//! Links that show one invoice and let it be paid without an account. Only their hashes are kept.

use const_format::formatcp;
use serde::Deserialize;

use super::{Param, Statement, flag, statement};
use crate::domain::id::{ClientId, ContactId, InvoiceId, MailId, PayLinkId, StaffId};
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

/// Ends the links that went to a contact, who is gone.
pub(crate) fn revoke_of(contact: ContactId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE pay_links SET revoked_at = ?2 WHERE contact_id = ?1 AND revoked_at IS NULL",
        contact.to_string(),
        now
    )
}

/// The links that went to a contact open nothing any more, because they stand in another mailbox. To the new one
/// the contact may have a new link sent.
pub(crate) fn move_of(contact: ContactId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE pay_links SET moved_at = ?2 WHERE contact_id = ?1 AND revoked_at IS NULL AND moved_at IS NULL",
        contact.to_string(),
        now
    )
}

/// How the links of an invoice stand.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Links {
    /// How many work.
    pub(crate) live: i64,
    /// How many are not revoked: whom they went to may ask for a new one.
    pub(crate) held: i64,
}

/// [`Links`] of an invoice.
pub(crate) fn of_invoice(invoice: InvoiceId) -> Statement {
    statement!(
        "SELECT coalesce(sum(revoked_at IS NULL AND moved_at IS NULL), 0) AS live, \
         coalesce(sum(revoked_at IS NULL), 0) AS held \
         FROM pay_links WHERE invoice_id = ?1",
        invoice.to_string()
    )
}

/// `link`: one row while a link of that hash may be used. Not revoked ∧ not of a former mailbox ∧ the business lets invoices be
/// paid without an account ∧ client not archived ∧ invoice sent once. Whether the client's portal is
/// on makes no difference; `pays` says whether the module Payments is. `?1` hash.
pub(crate) const LINK: &str = "link AS (\
     SELECT l.id AS link_id, l.invoice_id, i.client_id, \
      (((z.modules | c.modules_on) & ~c.modules_off) & 64) = 64 AS pays FROM pay_links l \
     JOIN business z ON z.id = 1 \
     JOIN billing b ON b.id = 1 AND b.pay_without_account = 1 \
     JOIN invoices i ON i.id = l.invoice_id AND i.state <> 'draft' \
     JOIN clients c ON c.id = i.client_id AND c.archived_at IS NULL \
     WHERE l.token_hash = ?1 AND l.revoked_at IS NULL AND l.moved_at IS NULL)";

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
        formatcp!(
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
    (invoice, to): (&str, ContactId),
    mail: MailId,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO pay_links (id, invoice_id, token_hash, created_at, contact_id) \
         SELECT ?1, ?3, ?2, ?5, ?6 WHERE EXISTS (SELECT 1 FROM outbox WHERE id = ?4) \
         ON CONFLICT DO NOTHING",
        id.to_string(),
        hash,
        invoice,
        mail.to_string(),
        now,
        to.to_string()
    )
}

/// An invoice that a new link may be asked for by who holds its paper.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Askable {
    pub(crate) id: InvoiceId,
    pub(crate) client_id: ClientId,
    pub(crate) number: String,
    /// JSON of [`Holder`]s.
    people: String,
}

/// Somebody whom the invoice went to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Holder {
    pub(crate) id: ContactId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
}

impl Askable {
    /// Who gets the link.
    pub(crate) fn people(&self) -> Result<Vec<Holder>, serde_json::Error> {
        serde_json::from_str(&self.people)
    }
}

/// Whether `contacts ct` is somebody whom `invoices i` of `clients c` went to: who holds a link of it that
/// was not revoked, in whatever mailbox; where nobody was ever mailed one and none was revoked, the primary contact, if Billing (32) is on
/// for them (`business z`). So revoking all links ends this way too, until the invoice is sent again.
const HELD: &str = "ct.client_id = i.client_id AND ct.removed_at IS NULL AND (EXISTS \
     (SELECT 1 FROM pay_links l WHERE l.invoice_id = i.id AND l.contact_id = ct.id AND l.revoked_at IS NULL) \
     OR (ct.is_primary = 1 AND (((z.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 32 = 32 \
      AND NOT EXISTS (SELECT 1 FROM pay_links l WHERE l.invoice_id = i.id \
       AND (l.contact_id IS NOT NULL OR l.revoked_at IS NOT NULL))))";

/// The [`Askable`] of that id: sent, not void, of a client who is not archived, of a business that lets
/// invoices be opened without an account.
pub(crate) fn askable(invoice: InvoiceId) -> Statement {
    statement!(
        formatcp!(
            "SELECT i.id, i.client_id, i.number, \
              (SELECT json_group_array(json_object('id', p.id, 'first_name', p.first_name, \
                'last_name', p.last_name, 'email', p.email)) FROM \
               (SELECT ct.id, ct.first_name, ct.last_name, ct.email FROM contacts ct WHERE {HELD} \
                ORDER BY ct.is_primary DESC, ct.id LIMIT 20) p) AS people \
             FROM invoices i JOIN clients c ON c.id = i.client_id AND c.archived_at IS NULL \
             JOIN business z ON z.id = 1 JOIN billing b ON b.id = 1 AND b.pay_without_account = 1 \
             WHERE i.id = ?1 AND i.state = 'sent'"
        ),
        invoice.to_string()
    )
}

/// The [`Askable`] that the link of that hash opened once; the one who gets a new link is who held that one.
pub(crate) fn askable_again(token_hash: &str) -> Statement {
    statement!(
        formatcp!(
            "SELECT i.id, i.client_id, i.number, \
              (SELECT json_group_array(json_object('id', p.id, 'first_name', p.first_name, \
                'last_name', p.last_name, 'email', p.email)) FROM \
               (SELECT ct.id, ct.first_name, ct.last_name, ct.email FROM contacts ct \
                WHERE ct.id = o.contact_id AND {HELD}) p) AS people \
             FROM pay_links o JOIN invoices i ON i.id = o.invoice_id AND i.state = 'sent' \
             JOIN clients c ON c.id = i.client_id AND c.archived_at IS NULL \
             JOIN business z ON z.id = 1 JOIN billing b ON b.id = 1 AND b.pay_without_account = 1 \
             WHERE o.token_hash = ?1"
        ),
        token_hash
    )
}

/// A new link for one of the [`Askable::people`], if they are that still.
pub(crate) fn renew(
    id: PayLinkId,
    invoice: InvoiceId,
    token_hash: &str,
    to: ContactId,
    now: Timestamp,
) -> Statement {
    statement!(
        formatcp!(
            "INSERT INTO pay_links (id, invoice_id, token_hash, created_at, contact_id) \
             SELECT ?1, i.id, ?3, ?5, ct.id FROM invoices i JOIN clients c ON c.id = i.client_id \
             JOIN business z ON z.id = 1 JOIN contacts ct ON ct.id = ?4 AND {HELD} \
             WHERE i.id = ?2 AND i.state = 'sent'"
        ),
        id.to_string(),
        invoice.to_string(),
        token_hash,
        to.to_string(),
        now
    )
}
