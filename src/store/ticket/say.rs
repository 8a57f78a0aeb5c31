//! What is said about a ticket: by its client, by staff in public, and by staff among themselves.
//!
//! The order of a message is given by the statement that inserts it, so of many at once each has its
//! own place and none is lost. A message that is there already is not written again.

use serde::Deserialize;

use crate::domain::id::{AuditId, ClientId, ContactId, MessageId, StaffId, TicketId};
use crate::domain::text::{Paragraphs, Title};
use crate::domain::ticket::Status;
use crate::domain::time::Timestamp;
use crate::store::said::{Arrived, fresh};
use crate::store::viewer::Asker;
use crate::store::{Error, Statement, statement};

/// The files of a message that was written at this moment.
pub(crate) fn attach(
    message: MessageId,
    files: &[Arrived],
    now: Timestamp,
) -> Result<Vec<Statement>, Error> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![
        fresh(files)?,
        statement!(
            "INSERT INTO ticket_files (id, message_id, position, blob, etag, file_name, content_type, size, created_at) \
             SELECT f.value ->> 'id', m.id, f.key, f.value ->> 'blob', f.value ->> 'etag', \
             f.value ->> 'file_name', f.value ->> 'content_type', f.value ->> 'size', ?3 \
             FROM json_each(?2) f JOIN ticket_messages m ON m.id = ?1 AND m.created_at = ?3",
            message.to_string(),
            serde_json::to_string(files)?,
            now
        ),
    ])
}

/// What a client says.
pub(crate) struct Word<'a> {
    pub(crate) id: MessageId,
    /// Where: the ticket that is read.
    pub(crate) ticket: TicketId,
    /// The ticket that it makes, where none is read or the one that is read is closed.
    pub(crate) new: TicketId,
    pub(crate) body: &'a Paragraphs,
    pub(crate) by: (ContactId, &'a str),
}

/// Opens a ticket for a message that was counted.
pub(crate) fn open(
    asker: &Asker,
    id: TicketId,
    (subject, category): (&Title, &str),
    (message, by): (MessageId, ContactId),
) -> Statement {
    asker.statement(
        "INSERT OR IGNORE INTO tickets (id, number, client_id, subject, category, opened_by, said_at, moved_at, created_at) \
         SELECT ?4, (SELECT 1 + coalesce(max(number), 1000) FROM tickets), v.client_id, ?5, ?6, ?7, ?2, ?2, ?2 \
         FROM viewer v WHERE EXISTS (SELECT 1 FROM allowances w WHERE w.kind = 'words' AND w.who = v.contact_id \
          AND w.at = ?2 - ?2 % 300000 AND w.last = ?8)",
        [
            id.to_string().into(),
            subject.as_str().into(),
            category.into(),
            by.to_string().into(),
            message.to_string().into(),
        ],
    )
}

/// Opens the ticket that follows the one that is read, if that is closed by now.
fn follow(asker: &Asker, word: &Word<'_>) -> Statement {
    asker.tickets(
        "INSERT INTO tickets (id, number, client_id, subject, category, opened_by, follows, said_at, moved_at, created_at) \
         SELECT ?5, (SELECT 1 + coalesce(max(number), 1000) FROM tickets), t.client_id, t.subject, t.category, ?6, \
         t.id, ?2, ?2, ?2 FROM ticket_seen t \
         WHERE t.id = (SELECT coalesce(o.merged_into, o.id) FROM ticket_seen o WHERE o.id = ?4) \
          AND t.status = 'closed' AND NOT EXISTS (SELECT 1 FROM ticket_messages WHERE id = ?7) \
          AND EXISTS (SELECT 1 FROM allowances w WHERE w.kind = 'words' AND w.who = t.contact_id \
          AND w.at = ?2 - ?2 % 300000 AND w.last = ?7)",
        [
            word.ticket.to_string().into(),
            word.new.to_string().into(),
            word.by.0.to_string().into(),
            word.id.to_string().into(),
        ],
    )
}

/// Says it: in the ticket that is read, in the one that was merged into, or in a new one that follows a
/// closed one, where it was counted ([`allowance`](crate::store::allowance)). A ticket that waited or was resolved
/// is open then. `domain::ticket` says the same.
pub(crate) fn say(asker: &Asker, word: &Word<'_>) -> Vec<Statement> {
    vec![
        follow(asker, word),
        asker.tickets(
            "INSERT OR IGNORE INTO ticket_messages (id, ticket_id, seq, internal, body, contact_id, author, created_at) \
             SELECT ?5, t.id, 1 + coalesce((SELECT max(m.seq) FROM ticket_messages m WHERE m.ticket_id = t.id), 0), \
             0, ?6, ?7, ?8, ?2 FROM ticket_seen t WHERE t.id = CASE WHEN EXISTS (SELECT 1 FROM tickets WHERE id = ?9) \
              THEN ?9 ELSE (SELECT coalesce(o.merged_into, o.id) FROM ticket_seen o WHERE o.id = ?4) END \
             AND EXISTS (SELECT 1 FROM allowances w WHERE w.kind = 'words' AND w.who = t.contact_id \
              AND w.at = ?2 - ?2 % 300000 AND w.last = ?5)",
            [
                word.ticket.to_string().into(),
                word.id.to_string().into(),
                word.body.as_str().into(),
                word.by.0.to_string().into(),
                word.by.1.into(),
                word.new.to_string().into(),
            ],
        ),
        statement!(
            "UPDATE tickets SET status = 'open', moved_at = ?2 WHERE status IN ('waiting', 'resolved') \
             AND id = (SELECT m.ticket_id FROM ticket_messages m WHERE m.id = ?1 AND m.created_at = ?2)",
            word.id.to_string(),
            asker.now
        ),
    ]
}

/// The line of the audit log for what a client said at this moment.
pub(crate) fn note(log: AuditId, word: &Word<'_>, address: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT OR IGNORE INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, \
         detail, address) \
         SELECT ?1, ?3, 'contact', m.contact_id, m.author, \
          CASE WHEN t.id = ?4 THEN 'ticket.opened' ELSE 'ticket.replied' END, t.id, t.client_id, \
          '#' || t.number || ' ' || t.subject, ?5 FROM ticket_messages m JOIN tickets t ON t.id = m.ticket_id \
         WHERE m.id = ?2 AND m.created_at = ?3",
        log.to_string(),
        word.id.to_string(),
        now,
        word.new.to_string(),
        address
    )
}

/// Where a message stands.
#[derive(Debug, Deserialize)]
pub(crate) struct Placed {
    pub(crate) ticket_id: TicketId,
    pub(crate) number: u64,
    pub(crate) status: Status,
}

/// [`Placed`] of a message in a ticket that the viewer may see.
pub(crate) fn placed(asker: &Asker, message: MessageId) -> Statement {
    asker.tickets(
        "SELECT m.ticket_id, t.number, t.status FROM ticket_messages m \
         CROSS JOIN ticket_seen t ON t.id = m.ticket_id WHERE m.id = ?4",
        [message.to_string().into()],
    )
}

/// The same for staff.
pub(crate) fn placed_for_staff(message: MessageId) -> Statement {
    statement!(
        "SELECT m.ticket_id, t.number, t.status FROM ticket_messages m JOIN tickets t ON t.id = m.ticket_id \
         WHERE m.id = ?1",
        message.to_string()
    )
}

/// A ticket that staff open.
pub(crate) struct New<'a> {
    pub(crate) id: TicketId,
    pub(crate) client: ClientId,
    pub(crate) subject: &'a Title,
    pub(crate) category: &'a str,
    /// Whose it is, of the client.
    pub(crate) person: Option<ContactId>,
    pub(crate) status: Status,
    /// Who opens it, and has it then.
    pub(crate) by: StaffId,
}

/// Opens a ticket for a client. The same id twice is [`Repeat`](crate::store::Conflict::Repeat).
pub(crate) fn open_by_staff(new: &New<'_>, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO tickets (id, number, client_id, subject, category, opened_by, status, assignee_id, said_at, \
         moved_at, created_at) \
         VALUES (?1, (SELECT 1 + coalesce(max(number), 1000) FROM tickets), ?2, ?3, ?4, \
          (SELECT ct.id FROM contacts ct WHERE ct.id = ?5 AND ct.client_id = ?2 AND ct.removed_at IS NULL), ?6, ?7, \
          ?8, ?8, ?8)",
        new.id.to_string(),
        new.client.to_string(),
        new.subject.as_str(),
        new.category,
        new.person.map(|id| id.to_string()),
        new.status.as_str(),
        new.by.to_string(),
        now
    )
}

/// What a member of staff says. The same id twice is [`Repeat`](crate::store::Conflict::Repeat).
pub(crate) fn by_staff(
    id: MessageId,
    ticket: TicketId,
    (staff, name): (StaffId, &str),
    (body, internal): (&Paragraphs, bool),
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO ticket_messages (id, ticket_id, seq, internal, body, staff_id, author, created_at) \
         SELECT ?1, t.id, 1 + coalesce((SELECT max(m.seq) FROM ticket_messages m WHERE m.ticket_id = t.id), 0), \
         ?3, ?4, ?5, ?6, ?7 FROM tickets t WHERE t.id = ?2",
        id.to_string(),
        ticket.to_string(),
        internal,
        body.as_str(),
        staff.to_string(),
        name,
        now
    )
}

/// Refuses the batch where the ticket was closed or merged meanwhile: an answer there would reach nobody.
pub(crate) fn answerable(ticket: TicketId) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM tickets \
         WHERE id = ?1 AND merged_into IS NULL AND status <> 'closed')",
        ticket.to_string()
    )
}

/// The state after an answer; open where the client wrote again since `heard`.
pub(crate) fn answered(ticket: TicketId, next: Status, heard: i64, now: Timestamp) -> Statement {
    statement!(
        "UPDATE tickets SET moved_at = ?4, status = CASE WHEN EXISTS (SELECT 1 FROM ticket_messages m \
          WHERE m.ticket_id = tickets.id AND m.contact_id IS NOT NULL AND m.seq > ?3) THEN 'open' ELSE ?2 END \
         WHERE id = ?1",
        ticket.to_string(),
        next.as_str(),
        heard,
        now
    )
}
