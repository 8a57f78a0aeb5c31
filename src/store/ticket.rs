//! Support tickets: the record as staff read it, as its client does, and what was said.
//!
//! What a client sees is read `FROM ticket_seen`, see [`super::viewer`], and of messages and files those
//! that are not internal.

pub(crate) mod change;
pub(crate) mod list;
pub(crate) mod mail;
pub(crate) mod say;
pub(crate) mod telling;

use const_format::formatcp;
use serde::Deserialize;

use super::viewer::Asker;
use super::{ById, Statement, json, statement};
use crate::domain::id::{ClientId, MessageId, StaffId, TicketId};
use crate::domain::ticket::{Priority, Status};
use crate::domain::time::Timestamp;

/// A ticket as staff see it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) id: TicketId,
    pub(crate) number: u64,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) subject: String,
    pub(crate) category: String,
    pub(crate) priority: Priority,
    pub(crate) status: Status,
    pub(crate) assignee_id: Option<StaffId>,
    pub(crate) assignee: Option<String>,
    /// Who of the client opened it.
    pub(crate) opener: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) moved_at: Timestamp,
    pub(crate) revision: i64,
    /// The order of the last message of the client.
    pub(crate) heard: i64,
    #[serde(deserialize_with = "json")]
    pub(crate) links: Links,
}

impl Ticket {
    /// What people call it, with its subject.
    pub(crate) fn title(&self) -> String {
        format!("#{} {}", self.number, self.subject)
    }
}

/// Another ticket that one leads to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Link {
    pub(crate) id: TicketId,
    pub(crate) number: u64,
    pub(crate) subject: String,
}

/// Tickets that belong to one.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Links {
    /// The one that it was merged into.
    pub(crate) into: Option<Link>,
    /// The closed one that it follows.
    pub(crate) follows: Option<Link>,
    /// The newest one that follows it.
    pub(crate) next: Option<Link>,
}

/// [`Links`] of `t`, as JSON.
const LINKS: &str = "json_object(\
     'into', json((SELECT json_object('id', o.id, 'number', o.number, 'subject', o.subject) FROM tickets o WHERE o.id = t.merged_into)), \
     'follows', json((SELECT json_object('id', o.id, 'number', o.number, 'subject', o.subject) FROM tickets o WHERE o.id = t.follows)), \
     'next', json((SELECT json_object('id', o.id, 'number', o.number, 'subject', o.subject) FROM tickets o WHERE o.follows = t.id \
      ORDER BY o.id DESC LIMIT 1)))";

impl ById for Ticket {
    type Id = TicketId;
    fn by_id(id: TicketId) -> Statement {
        statement!(
            formatcp!(
                "SELECT t.id, t.number, t.client_id, c.name AS client_name, t.subject, t.category, t.priority, \
                 t.status, t.assignee_id, st.name AS assignee, \
                 trim(ct.first_name || ' ' || ct.last_name) AS opener, t.created_at, t.moved_at, t.revision, \
                 coalesce((SELECT m.seq FROM ticket_messages m WHERE m.ticket_id = t.id AND m.internal = 0 \
                  AND m.contact_id IS NOT NULL ORDER BY m.seq DESC LIMIT 1), 0) AS heard, {LINKS} AS links \
                 FROM tickets t JOIN clients c ON c.id = t.client_id \
                 LEFT JOIN staff st ON st.id = t.assignee_id LEFT JOIN contacts ct ON ct.id = t.opened_by \
                 WHERE t.id = ?1"
            ),
            id.to_string()
        )
    }
}

/// A ticket as its client sees it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Seen {
    pub(crate) id: TicketId,
    pub(crate) number: u64,
    pub(crate) subject: String,
    pub(crate) category: String,
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
    #[serde(deserialize_with = "json")]
    pub(crate) links: Links,
}

/// [`Seen`], if the viewer may see it. What it leads to is of the same client.
pub(crate) fn seen(asker: &Asker, id: TicketId) -> Statement {
    asker.tickets(
        formatcp!(
            "SELECT t.id, t.number, t.subject, t.category, t.status, t.created_at, {LINKS} AS links \
             FROM ticket_seen t WHERE t.id = ?4"
        ),
        [id.to_string().into()],
    )
}

/// The newest [`Message`](super::said::Message)s of a ticket, the newest first; or those before one of them.
pub(crate) fn messages(ticket: TicketId, before: Option<MessageId>) -> Statement {
    statement!(
        "SELECT m.id, m.internal, m.body, m.author, m.contact_id IS NOT NULL AS by_client, m.created_at, \
         (SELECT json_group_array(json_object('id', f.id, 'name', f.file_name, 'size', f.size, 'taken', \
           (SELECT count(*) FROM ticket_receipts r WHERE r.file_id = f.id), 'last', \
           (SELECT max(r.at) FROM ticket_receipts r WHERE r.file_id = f.id))) FROM (SELECT id, file_name, size \
           FROM ticket_files WHERE message_id = m.id ORDER BY position) f) AS files \
         FROM ticket_messages m WHERE m.ticket_id = ?1 \
          AND m.seq < CASE WHEN ?2 IS NULL THEN 9007199254740991 ELSE (SELECT b.seq FROM ticket_messages b WHERE b.id = ?2) END \
         ORDER BY m.seq DESC LIMIT 51",
        ticket.to_string(),
        before.map(|id| id.to_string())
    )
}

/// Those that the client reads, of a ticket that the viewer may see.
pub(crate) fn said(asker: &Asker, ticket: TicketId, before: Option<MessageId>) -> Statement {
    asker.tickets(
        "SELECT m.id, m.internal, m.body, m.author, m.contact_id IS NOT NULL AS by_client, m.created_at, \
         (SELECT json_group_array(json_object('id', f.id, 'name', f.file_name, 'size', f.size)) \
          FROM (SELECT id, file_name, size FROM ticket_files WHERE message_id = m.id ORDER BY position) f) AS files \
         FROM ticket_seen t JOIN ticket_messages m ON m.ticket_id = t.id AND m.internal = 0 WHERE t.id = ?4 \
          AND m.seq < CASE WHEN ?5 IS NULL THEN 9007199254740991 ELSE (SELECT b.seq FROM ticket_messages b WHERE b.id = ?5 AND b.internal = 0) END \
         ORDER BY m.seq DESC LIMIT 51",
        [
            ticket.to_string().into(),
            before.map(|id| id.to_string()).into(),
        ],
    )
}

/// Tickets that one can be merged into: open or resolved ones of the same client, the latest first.
pub(crate) fn others(ticket: TicketId) -> Statement {
    statement!(
        "SELECT o.id, o.number, o.subject FROM tickets t CROSS JOIN tickets o ON o.client_id = t.client_id \
         AND o.merged_into IS NULL AND o.place > 0 AND o.id <> t.id \
         WHERE t.id = ?1 ORDER BY o.place DESC, o.turn DESC, o.id DESC LIMIT 50",
        ticket.to_string()
    )
}
