//! The outbox: every mail, written in the batch of its cause and sent afterwards.
//!
//! A sender claims mails with a lease and names it again when it reports, so two senders at once
//! never report on the same try, and a sender that died frees its mails after the lease.

use const_format::formatcp;
use serde::Deserialize;

use super::{ById, Param, Proviso, Statement, statement};
use crate::domain::id::{
    AttemptId, ClientId, ContactId, ExceptionId, InvoiceId, LinkId, MailId, StaffId,
};
use crate::domain::outbox::{Fate, LEASE};
use crate::domain::time::Timestamp;

/// A mail to be queued.
pub(crate) struct NewMail<'a> {
    pub(crate) id: MailId,
    /// The same key is queued once.
    pub(crate) dedupe_key: String,
    pub(crate) kind: &'static str,
    pub(crate) to_email: &'a str,
    pub(crate) to_name: &'a str,
    pub(crate) subject: &'a str,
    /// JSON of a letter.
    pub(crate) content: &'a str,
    pub(crate) sealed: Option<&'a str>,
    /// The recipient, when it is a member of staff.
    pub(crate) staff: Option<StaffId>,
    /// The recipient, when it is a contact.
    pub(crate) contact: Option<ContactId>,
    pub(crate) client: Option<ClientId>,
    pub(crate) link: Option<LinkId>,
}

impl NewMail<'_> {
    /// `?1` … `?13` of a statement that queues the mail.
    fn columns(&self, now: Timestamp) -> [Param; 13] {
        [
            self.id.to_string().into(),
            self.dedupe_key.as_str().into(),
            self.kind.into(),
            self.to_email.into(),
            self.to_name.into(),
            self.subject.into(),
            self.content.into(),
            self.sealed.into(),
            self.contact.map(|id| id.to_string()).into(),
            self.client.map(|id| id.to_string()).into(),
            self.link.map(|id| id.to_string()).into(),
            now.into(),
            self.staff.map(|id| id.to_string()).into(),
        ]
    }

    pub(super) fn statement(
        &self,
        sql: &'static str,
        now: Timestamp,
        more: impl IntoIterator<Item = Param>,
    ) -> Statement {
        Statement::new(sql, self.columns(now).into_iter().chain(more))
    }
}

/// The columns that a mail is queued with: due at once, and only once by its key.
pub(super) const OUTBOX: &str = "id, dedupe_key, kind, to_email, to_name, subject, content, sealed, contact_id, client_id, \
     link_id, due_at, created_at, staff_id";
/// The values for [`OUTBOX`], out of [`NewMail::columns`].
const MAIL: &str = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13";

/// Queues a mail.
pub(crate) fn queue(mail: &NewMail<'_>, now: Timestamp) -> Statement {
    let sql = formatcp!(
        "INSERT INTO outbox ({OUTBOX}) VALUES ({MAIL}) ON CONFLICT (dedupe_key) DO NOTHING"
    );
    mail.statement(sql, now, [])
}

/// Takes a mail back that was queued in the same batch.
pub(crate) fn withdraw(id: MailId) -> Statement {
    statement!("DELETE FROM outbox WHERE id = ?1", id.to_string())
}

/// Queues a mail if what it tells of happened earlier in the batch.
pub(crate) fn queue_if(mail: &NewMail<'_>, proviso: Proviso<'_>, now: Timestamp) -> Statement {
    let sql = formatcp!(
        "INSERT INTO outbox ({OUTBOX}) SELECT {MAIL} WHERE EXISTS (SELECT 1 FROM sessions WHERE id = ?14) \
          OR EXISTS (SELECT 1 FROM links WHERE token_hash = ?15 AND session_id = ?16) \
         ON CONFLICT (dedupe_key) DO NOTHING"
    );
    mail.statement(sql, now, proviso.params())
}

/// What a mail about a payment tells of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OfPayment<'a> {
    /// That payment is for at least one invoice.
    Paid(&'a str),
    /// That attempt failed.
    Failed(AttemptId),
}

/// Queues a mail if what it tells of is so by now.
pub(crate) fn queue_of(mail: &NewMail<'_>, told: OfPayment<'_>, now: Timestamp) -> Statement {
    let [payment, attempt]: [Param; 2] = match told {
        OfPayment::Paid(payment) => [payment.into(), Param::Null],
        OfPayment::Failed(attempt) => [Param::Null, attempt.to_string().into()],
    };
    let sql = formatcp!(
        "INSERT INTO outbox ({OUTBOX}) SELECT {MAIL} WHERE EXISTS (SELECT 1 FROM allocations WHERE payment = ?14) \
          OR EXISTS (SELECT 1 FROM attempts WHERE id = ?15 AND state = 'failed') \
         ON CONFLICT (dedupe_key) DO NOTHING"
    );
    mail.statement(sql, now, [payment, attempt])
}

/// Queues the receipt of a payment that staff have just attached to an invoice at the exceptions desk: if
/// this batch did it, and the exception is not marked as resolved yet. Under the key of every receipt, so
/// that an event that comes again brings none; where the client has one for another part of the payment,
/// under one of its own.
pub(crate) fn queue_attached(
    mail: &NewMail<'_>,
    (exception, invoice): (ExceptionId, InvoiceId),
    now: Timestamp,
) -> Statement {
    let sql = formatcp!(
        "INSERT INTO outbox ({OUTBOX}) SELECT ?1, CASE WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.dedupe_key = ?2) \
           THEN ?2 || ' ' || a.invoice_id ELSE ?2 END, \
          ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13 \
         FROM payment_exceptions x CROSS JOIN allocations a ON a.payment = x.payment AND a.invoice_id = ?15 \
          AND a.created_at = ?12 \
         WHERE x.id = ?14 AND x.resolved_at IS NULL ON CONFLICT (dedupe_key) DO NOTHING"
    );
    let of = [exception.to_string().into(), invoice.to_string().into()];
    mail.statement(sql, now, of)
}

/// What stands in a mail for the number that an invoice gets in the same batch.
pub(crate) fn number_of(invoice: InvoiceId) -> String {
    format!("#{invoice}")
}

/// Queues a mail about an invoice that gets its number in this batch: what [`number_of`] says in subject
/// and text becomes that number, and the mail is of the invoice's client.
pub(crate) fn queue_numbered(mail: &NewMail<'_>, invoice: InvoiceId, now: Timestamp) -> Statement {
    let sql = formatcp!(
        "INSERT INTO outbox ({OUTBOX}) SELECT ?1, ?2, ?3, ?4, ?5, replace(?6, '#' || i.id, i.number), \
          replace(?7, '#' || i.id, i.number), \
          ?8, ?9, i.client_id, ?11, ?12, ?12, ?13 \
         FROM invoices i WHERE i.id = ?14 AND i.number IS NOT NULL \
         ON CONFLICT (dedupe_key) DO NOTHING"
    );
    mail.statement(sql, now, [invoice.to_string().into()])
}

/// A mail that a sender holds.
#[derive(Debug, Deserialize)]
pub(crate) struct Claimed {
    pub(crate) id: MailId,
    pub(crate) kind: String,
    pub(crate) to_email: String,
    pub(crate) to_name: String,
    pub(crate) subject: String,
    pub(crate) content: String,
    pub(crate) sealed: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) created_at: Timestamp,
    /// Whom it goes to, if it is a client's person.
    pub(crate) contact_id: Option<ContactId>,
}

/// Takes mails back whose link has run out, was used or was revoked while they waited: it would
/// open nothing.
pub(crate) fn take_back(now: Timestamp) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL, sealed = NULL WHERE id IN \
         (SELECT o.id FROM outbox o CROSS JOIN links l ON l.id = o.link_id \
          WHERE o.state = 'queued' AND o.due_at <= ?1 \
           AND (l.expires_at <= ?1 OR l.consumed_at IS NOT NULL OR l.revoked_at IS NOT NULL))",
        now
    )
}

/// Where the client's portal is closed, takes the notices back that wait for its people: they would speak of what
/// nobody can open, and must not come months later, when it opens again.
pub(crate) fn hush(client: ClientId) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL, sealed = NULL \
         WHERE client_id = ?1 AND contact_id IS NOT NULL AND state = 'queued' \
          AND kind IN ('document', 'ticket', 'task', 'message') \
          AND EXISTS (SELECT 1 FROM clients WHERE id = ?1 AND (portal_enabled = 0 OR archived_at IS NOT NULL))",
        client.to_string()
    )
}

/// Mails of a round.
pub(crate) const ROUND: u32 = 20;

/// Claims a [`ROUND`] of mails that are due. Those to contacts wait while the portal is off for them,
/// those about documents while Documents (8) or such mail is, those about tickets while Support Tickets
/// (128) or such mail is, those about tasks while Tasks (2) or such mail is, those about messages while Messages (256) or such mail is.
pub(crate) fn claim(lease: &str, now: Timestamp) -> Statement {
    statement!(
        "UPDATE outbox SET lease = ?1, due_at = ?3, attempts = attempts + 1 WHERE id IN \
         (SELECT o.id FROM outbox o WHERE o.state = 'queued' AND o.due_at <= ?2 \
          AND (o.contact_id IS NULL OR EXISTS (SELECT 1 FROM contacts ct JOIN clients c ON c.id = ct.client_id \
           WHERE ct.id = o.contact_id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
            AND c.portal_enabled = 1 AND c.archived_at IS NULL)) \
          AND (o.kind <> 'document' OR EXISTS (SELECT 1 FROM contacts ct JOIN clients c ON c.id = ct.client_id \
           JOIN business b ON b.id = 1 WHERE ct.id = o.contact_id AND ct.mail_documents = 1 \
            AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 8 = 8)) \
          AND (o.kind <> 'ticket' OR o.contact_id IS NULL OR EXISTS (SELECT 1 FROM contacts ct JOIN clients c ON c.id = ct.client_id \
           JOIN business b ON b.id = 1 WHERE ct.id = o.contact_id AND ct.mail_tickets = 1 \
            AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 128 = 128)) \
          AND (o.kind <> 'task' OR o.contact_id IS NULL OR EXISTS (SELECT 1 FROM contacts ct JOIN clients c ON c.id = ct.client_id \
           JOIN business b ON b.id = 1 WHERE ct.id = o.contact_id AND ct.mail_tasks = 1 \
            AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 2 = 2)) \
          AND (o.kind <> 'message' OR o.contact_id IS NULL OR EXISTS (SELECT 1 FROM contacts ct JOIN clients c ON c.id = ct.client_id \
           JOIN business b ON b.id = 1 WHERE ct.id = o.contact_id AND ct.mail_messages = 1 \
            AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 256 = 256)) \
          ORDER BY o.due_at LIMIT ?4) \
         RETURNING id, kind, to_email, to_name, subject, content, sealed, attempts, created_at, contact_id",
        lease,
        now,
        now.plus(LEASE),
        ROUND
    )
}

/// A server took the mail; its secrets go.
pub(crate) fn sent(id: MailId, lease: &str, now: Timestamp) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'sent', sent_at = ?3, sealed = NULL, due_at = NULL, lease = NULL, \
         last_error = NULL WHERE id = ?1 AND lease = ?2 AND state = 'queued'",
        id.to_string(),
        lease,
        now
    )
}

/// The mail was not taken; what becomes of it was decided.
pub(crate) fn failed(id: MailId, lease: &str, fate: Fate, reason: &str) -> Statement {
    statement!(
        "UPDATE outbox SET state = ?3, due_at = ?4, last_error = ?5, lease = NULL \
         WHERE id = ?1 AND lease = ?2 AND state = 'queued'",
        id.to_string(),
        lease,
        fate.state(),
        Param::from(fate.due_at()),
        reason
    )
}

/// A line of the list that staff see.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    pub(crate) id: MailId,
    pub(crate) to_email: String,
    pub(crate) subject: String,
    pub(crate) state: String,
    pub(crate) created_at: Timestamp,
}

/// The newest hundred mails.
pub(crate) fn newest() -> Statement {
    statement!(
        "SELECT id, to_email, subject, state, created_at FROM outbox \
         WHERE created_at > 0 ORDER BY created_at DESC, id DESC LIMIT 100"
    )
}

/// One mail with its content.
#[derive(Debug, Deserialize)]
pub(crate) struct Whole {
    pub(crate) id: MailId,
    /// The recipient, when it is a member of staff.
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) to_email: String,
    pub(crate) subject: String,
    pub(crate) content: String,
    pub(crate) sealed: Option<String>,
    pub(crate) state: String,
    pub(crate) last_error: Option<String>,
    pub(crate) created_at: Timestamp,
}

impl ById for Whole {
    type Id = MailId;
    fn by_id(id: MailId) -> Statement {
        statement!(
            "SELECT id, kind, staff_id, to_email, subject, content, sealed, state, last_error, created_at \
             FROM outbox WHERE id = ?1",
            id.to_string()
        )
    }
}

/// Tries a mail that was given up once more.
pub(crate) fn retry(id: MailId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'queued', due_at = ?2, attempts = 0, last_error = NULL \
         WHERE id = ?1 AND state IN ('dead', 'undeliverable')",
        id.to_string(),
        now
    )
}
