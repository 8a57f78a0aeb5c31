//! What staff and clients do to a ticket without saying anything: who has it, how urgent it is, its
//! state, and merging two into one.

use serde::Deserialize;

use super::Ticket;
use crate::domain::id::{AuditId, ContactId, StaffId, TicketId};
use crate::domain::ticket::{CloseDays, Priority, Status};
use crate::domain::time::{Millis, Timestamp};
use crate::store::viewer::Asker;
use crate::store::{Statement, statement};

/// What a form makes of a ticket.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) category: String,
    pub(crate) priority: Priority,
    pub(crate) assignee: Option<StaffId>,
}

/// Changes it, refused where somebody was quicker ([`Meanwhile`](crate::store::Conflict::Meanwhile)).
/// A new ticket that somebody takes is open.
pub(crate) fn change(of: &Ticket, draft: &Draft, now: Timestamp) -> Statement {
    statement!(
        "UPDATE tickets SET revision = CASE revision WHEN ?2 THEN revision + 1 END, category = ?3, priority = ?4, \
         assignee_id = (SELECT st.id FROM staff st WHERE st.id = ?5), \
         moved_at = CASE WHEN status = 'new' AND ?5 IS NOT NULL THEN ?6 ELSE moved_at END, \
         status = CASE WHEN status = 'new' AND ?5 IS NOT NULL THEN 'open' ELSE status END WHERE id = ?1",
        of.id.to_string(),
        of.revision,
        draft.category.as_str(),
        draft.priority.as_str(),
        draft.assignee.map(|id| id.to_string()),
        now
    )
}

/// Puts a ticket into a state, where it is still in the one that was seen.
pub(crate) fn move_to(of: &Ticket, to: Status, now: Timestamp) -> Statement {
    statement!(
        "UPDATE tickets SET status = ?3, moved_at = ?4 WHERE id = ?1 AND status = ?2 AND merged_into IS NULL",
        of.id.to_string(),
        of.status.as_str(),
        to.as_str(),
        now
    )
}

/// The same by a client who may see it: resolved, or open again.
pub(crate) fn move_by_client(asker: &Asker, id: TicketId, from: Status, to: Status) -> Statement {
    asker.tickets(
        "UPDATE tickets SET status = ?6, moved_at = ?2 WHERE id = ?4 AND status = ?5 \
         AND EXISTS (SELECT 1 FROM ticket_seen s WHERE s.id = ?4 AND s.merged_into IS NULL)",
        [
            id.to_string().into(),
            from.as_str().into(),
            to.as_str().into(),
        ],
    )
}

/// Who moved it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mover<'a> {
    /// A member of staff, by name.
    Staff(StaffId, &'a str),
    /// A contact, by name.
    Contact(ContactId, &'a str),
    /// The clock.
    Clock,
}

/// The line of the audit log for a ticket that came into that state at this moment; none where it did
/// not.
pub(crate) fn note(
    log: AuditId,
    id: TicketId,
    to: Status,
    mover: Mover<'_>,
    address: &str,
    now: Timestamp,
) -> Statement {
    let (kind, who, name) = match mover {
        Mover::Staff(id, name) => ("staff", Some(id.to_string()), name),
        Mover::Contact(id, name) => ("contact", Some(id.to_string()), name),
        Mover::Clock => ("system", None, ""),
    };
    let action = match to {
        Status::Resolved => "ticket.resolved",
        Status::Closed => "ticket.closed",
        Status::New | Status::Open | Status::Waiting => "ticket.reopened",
    };
    statement!(
        "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, \
         detail, address) SELECT ?1, ?3, ?5, ?6, ?7, ?8, t.id, t.client_id, '#' || t.number || ' ' || t.subject, ?9 \
         FROM tickets t WHERE t.id = ?2 AND t.moved_at = ?3 AND t.status = ?4",
        log.to_string(),
        id.to_string(),
        now,
        to.as_str(),
        kind,
        who,
        name,
        action,
        address
    )
}

/// Merges a ticket into another of the same client: what was said stands there, in the order of time,
/// and the first one only leads to it. Refused where either changed hands meanwhile.
pub(crate) fn merge(from: &Ticket, into: TicketId, now: Timestamp) -> Vec<Statement> {
    let (from, revision, into) = (from.id.to_string(), from.revision, into.to_string());
    vec![
        statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM tickets f JOIN tickets t ON t.id = ?2 \
             AND t.client_id = f.client_id AND t.id <> f.id AND t.merged_into IS NULL AND t.status <> 'closed' \
             WHERE f.id = ?1 AND f.merged_into IS NULL AND f.revision = ?3)",
            from.as_str(),
            into.as_str(),
            revision
        ),
        // Below zero first, so that no two have one place on the way.
        statement!(
            "UPDATE ticket_messages SET ticket_id = ?2, seq = -o.place FROM (SELECT m.id, row_number() \
              OVER (ORDER BY m.created_at, m.ticket_id = ?1, m.seq) AS place FROM ticket_messages m \
              WHERE m.ticket_id IN (?1, ?2)) o WHERE ticket_messages.id = o.id",
            from.as_str(),
            into.as_str()
        ),
        statement!(
            "UPDATE ticket_messages SET seq = -seq WHERE ticket_id = ?1 AND seq < 0",
            into.as_str()
        ),
        statement!(
            "UPDATE tickets SET said_at = max(tickets.said_at, f.said_at), revision = tickets.revision + 1, \
             moved_at = CASE WHEN f.status IN ('new', 'open') AND tickets.status IN ('waiting', 'resolved') \
              THEN ?3 ELSE tickets.moved_at END, \
             status = CASE WHEN f.status IN ('new', 'open') AND tickets.status IN ('waiting', 'resolved') \
              THEN 'open' ELSE tickets.status END \
             FROM tickets f WHERE f.id = ?1 AND tickets.id = ?2",
            from.as_str(),
            into.as_str(),
            now
        ),
        statement!(
            "UPDATE tickets SET merged_into = ?2 WHERE merged_into = ?1",
            from.as_str(),
            into.as_str()
        ),
        statement!(
            "UPDATE tickets SET merged_into = ?2, status = 'closed', moved_at = ?3, revision = revision + 1 WHERE id = ?1",
            from.as_str(),
            into.as_str(),
            now
        ),
    ]
}

/// A ticket that has been resolved for long.
#[derive(Debug, Deserialize)]
pub(crate) struct Due {
    pub(crate) id: TicketId,
}

/// Twenty [`Due`]s, of those resolved so many days ago or longer.
pub(crate) fn due(days: CloseDays, now: Timestamp) -> Statement {
    statement!(
        "SELECT id FROM tickets WHERE status = 'resolved' AND moved_at <= ?1 ORDER BY moved_at, id LIMIT 20",
        now.minus(Millis::days(days.days()))
    )
}

/// Closes one, unless somebody said something meanwhile.
pub(crate) fn close(due: &Due, days: CloseDays, now: Timestamp) -> Statement {
    statement!(
        "UPDATE tickets SET status = 'closed', moved_at = ?3 WHERE id = ?1 AND status = 'resolved' AND moved_at <= ?2",
        due.id.to_string(),
        now.minus(Millis::days(days.days())),
        now
    )
}
