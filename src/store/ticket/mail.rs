//! Mails about tickets: what a client says goes to who has the ticket, or to all who take such mail;
//! what staff say in public goes to the people of the ticket who may see it and want such mail.
//!
//! Who gets one is decided by the statement that queues it, in the batch of what was said, and looks at
//! the message itself: a note among staff is mailed to nobody.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::{ClientId, ContactId, MailId, MessageId, StaffId, TicketId};
use crate::domain::time::Timestamp;
use crate::store::{Error, Statement, flag, statement};

/// The kind of these mails in the outbox.
pub(crate) const KIND: &str = "ticket";

/// People of a client who are told of tickets: active, wanting such mail, of a portal that is open to
/// them with Support Tickets (128) on. What `who` and `viewer` ([`crate::store::viewer`]) ask of somebody who
/// is not there.
pub(in crate::store) const TOLD: &str = "WITH told AS (\
     SELECT ct.id, ct.client_id, ct.email, trim(ct.first_name || ' ' || ct.last_name) AS name FROM contacts ct \
     JOIN accounts a ON a.id = ct.account_id \
     JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL AND c.portal_enabled = 1 \
     JOIN business b ON b.id = 1 \
     WHERE ct.portal_access = 1 AND ct.removed_at IS NULL AND ct.mail_tickets = 1 \
      AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 128 = 128) ";

/// Somebody of the ticket who would be told.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reader {
    pub(crate) id: ContactId,
    pub(crate) name: String,
}

/// The [`Reader`]s of a ticket: who opened it, and who wrote in it.
pub(crate) fn readers(ticket: TicketId) -> Statement {
    Statement::new(
        formatcp!(
            "{TOLD}SELECT r.id, r.name FROM tickets t JOIN told r ON r.client_id = t.client_id \
             WHERE t.id = ?1 AND (r.id = t.opened_by OR r.id IN (SELECT m.contact_id FROM ticket_messages m \
              WHERE m.ticket_id = t.id AND m.internal = 0)) ORDER BY r.name, r.id LIMIT 100"
        ),
        [ticket.to_string().into()],
    )
}

/// Somebody of a client whom a ticket can be opened for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: ContactId,
    pub(crate) name: String,
    /// They get mails about it.
    #[serde(deserialize_with = "flag")]
    pub(crate) told: bool,
}

/// The [`Person`]s of a client, the primary contact first; at most 200.
pub(crate) fn people(client: ClientId) -> Statement {
    Statement::new(
        formatcp!(
            "{TOLD}SELECT p.id, trim(p.first_name || ' ' || p.last_name) AS name, \
             EXISTS (SELECT 1 FROM told r WHERE r.id = p.id) AS told FROM contacts p \
             WHERE p.client_id = ?1 AND p.removed_at IS NULL \
             ORDER BY p.is_primary DESC, p.first_name, p.last_name, p.id LIMIT 200"
        ),
        [client.to_string().into()],
    )
}

/// A member of staff who might be told.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Candidate {
    pub(crate) id: StaffId,
}

/// Everybody who works here.
pub(crate) fn staff() -> Statement {
    statement!(
        "SELECT id FROM staff WHERE deactivated_at IS NULL AND joined_at IS NOT NULL LIMIT 200"
    )
}

/// A mail about a message.
pub(crate) struct Mail<'a> {
    pub(crate) message: MessageId,
    /// Where the message's id stands, it becomes the ticket's; behind a `#`, the ticket's number.
    pub(crate) subject: &'a str,
    /// JSON of a letter, with the same.
    pub(crate) content: &'a str,
}

fn pairs<T: ToString>(people: &[(T, MailId)]) -> Result<String, Error> {
    let pairs: Vec<[String; 2]> = people
        .iter()
        .map(|(person, mail)| [person.to_string(), mail.to_string()])
        .collect();
    Ok(serde_json::to_string(&pairs)?)
}

impl Mail<'_> {
    /// Tells who has the ticket of what a client said; where nobody has it, all who take such mail. Who was
    /// told of it within five minutes (300000 ms), or waits to be told, is told by [`Telling`].
    pub(crate) fn to_staff(
        &self,
        candidates: &[(StaffId, MailId)],
        now: Timestamp,
    ) -> Result<[Statement; 2], Error> {
        let told = statement!(
            "INSERT INTO ticket_tellings (ticket_id, staff_id, told_at) \
             SELECT t.id, st.id, ?3 FROM json_each(?2) j \
             JOIN ticket_messages m ON m.id = ?1 AND m.contact_id IS NOT NULL AND m.created_at = ?3 \
             JOIN tickets t ON t.id = m.ticket_id \
             JOIN staff st ON st.id = json_extract(j.value, '$[0]') AND st.deactivated_at IS NULL \
             WHERE st.id = t.assignee_id OR (st.mail_tickets = 1 AND NOT EXISTS \
              (SELECT 1 FROM staff a WHERE a.id = t.assignee_id AND a.deactivated_at IS NULL)) \
             ON CONFLICT (ticket_id, staff_id) DO UPDATE SET \
              told_at = CASE WHEN due_at IS NULL AND told_at <= ?3 - 300000 THEN ?3 ELSE told_at END, \
              untold = CASE WHEN due_at IS NULL AND told_at <= ?3 - 300000 THEN 0 ELSE untold + 1 END, \
              due_at = CASE WHEN due_at IS NULL AND told_at <= ?3 - 300000 THEN NULL \
               ELSE coalesce(due_at, told_at + 300000) END",
            self.message.to_string(),
            pairs(candidates)?,
            now
        );
        let mail = statement!(
            "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, staff_id, \
             client_id, due_at, created_at) \
             SELECT json_extract(j.value, '$[1]'), 'ticket ' || m.id || ' ' || st.id, 'ticket', st.email, st.name, \
             replace(replace(?3, '#' || m.id, '#' || t.number), m.id, t.id), \
             replace(replace(?4, '#' || m.id, '#' || t.number), m.id, t.id), st.id, t.client_id, ?5, ?5 \
             FROM json_each(?2) j JOIN ticket_messages m ON m.id = ?1 AND m.contact_id IS NOT NULL AND m.created_at = ?5 \
             JOIN tickets t ON t.id = m.ticket_id \
             JOIN staff st ON st.id = json_extract(j.value, '$[0]') AND st.deactivated_at IS NULL \
             WHERE (st.id = t.assignee_id OR (st.mail_tickets = 1 AND NOT EXISTS \
               (SELECT 1 FROM staff a WHERE a.id = t.assignee_id AND a.deactivated_at IS NULL))) \
              AND NOT EXISTS (SELECT 1 FROM ticket_tellings w WHERE w.ticket_id = t.id AND w.staff_id = st.id \
               AND (w.due_at IS NOT NULL OR w.told_at > ?5 - 300000))",
            self.message.to_string(),
            pairs(candidates)?,
            self.subject,
            self.content,
            now
        );
        Ok([mail, told])
    }

    /// Tells the ticket's people of what staff said in public.
    pub(crate) fn to_readers(
        &self,
        readers: &[(ContactId, MailId)],
        now: Timestamp,
    ) -> Result<Statement, Error> {
        Ok(Statement::new(
            formatcp!(
                "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, contact_id, \
                 client_id, due_at, created_at) \
                 {TOLD}SELECT json_extract(j.value, '$[1]'), 'ticket ' || m.id || ' ' || r.id, 'ticket', r.email, r.name, \
                 replace(replace(?3, '#' || m.id, '#' || t.number), m.id, t.id), \
                 replace(replace(?4, '#' || m.id, '#' || t.number), m.id, t.id), r.id, t.client_id, ?5, ?5 FROM json_each(?2) j \
                 JOIN ticket_messages m ON m.id = ?1 AND m.internal = 0 AND m.staff_id IS NOT NULL \
                 JOIN tickets t ON t.id = m.ticket_id \
                 JOIN told r ON r.id = json_extract(j.value, '$[0]') AND r.client_id = t.client_id"
            ),
            [
                self.message.to_string().into(),
                pairs(readers)?.into(),
                self.subject.into(),
                self.content.into(),
                now.into(),
            ],
        ))
    }
}
