//! The mail that tells a member of staff of replies to a ticket that came within five minutes (300000 ms) after
//! the last mail about it: one for all of them.
//!
//! `ticket_tellings.due_at` is the mark: set by the first reply that is not mailed at once, taken away by the
//! batch that queues the mail. Of two clocks at once the second finds it gone and queues nothing.

use serde::Deserialize;

use crate::domain::id::{MailId, StaffId, TicketId};
use crate::domain::time::{Millis, Timestamp};
use crate::store::{Statement, statement};

/// Somebody who is to be told of a ticket.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Telling {
    pub(crate) ticket_id: TicketId,
    pub(crate) staff_id: StaffId,
    /// How many replies.
    pub(crate) untold: u64,
    /// The ticket, or the one that it was merged into.
    pub(crate) at: TicketId,
    pub(crate) number: u64,
    pub(crate) subject: String,
    pub(crate) client_name: String,
    /// Who said the last one of them.
    pub(crate) author: String,
    /// How it begins.
    pub(crate) excerpt: String,
}

/// The next [`Telling`]s, the longest waiting first; at most fifty.
pub(crate) fn due(now: Timestamp) -> Statement {
    statement!(
        "SELECT w.ticket_id, w.staff_id, w.untold, t.id AS at, t.number, t.subject, \
         c.name AS client_name, m.author, substr(m.body, 1, 400) AS excerpt \
         FROM ticket_tellings w CROSS JOIN tickets o ON o.id = w.ticket_id \
         CROSS JOIN tickets t ON t.id = coalesce(o.merged_into, o.id) CROSS JOIN clients c ON c.id = t.client_id \
         CROSS JOIN ticket_messages m ON m.id = (SELECT l.id FROM ticket_messages l WHERE l.ticket_id = t.id \
          AND l.internal = 0 AND l.contact_id IS NOT NULL ORDER BY l.seq DESC LIMIT 1) \
         WHERE w.due_at <= ?1 ORDER BY w.due_at LIMIT 50",
        now
    )
}

impl Telling {
    /// Queues the mail, if they wait still, work here, and have the ticket or take such mail.
    pub(crate) fn queue(
        &self,
        id: MailId,
        (subject, content): (&str, &str),
        now: Timestamp,
    ) -> Statement {
        statement!(
            "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, staff_id, \
             client_id, due_at, created_at) \
             SELECT ?1, 'ticket ' || ?1, 'ticket', st.email, st.name, ?4, ?5, st.id, t.client_id, ?6, ?6 \
             FROM ticket_tellings w JOIN tickets t ON t.id = ?7 \
             JOIN staff st ON st.id = w.staff_id AND st.deactivated_at IS NULL \
             WHERE w.ticket_id = ?2 AND w.staff_id = ?3 AND w.due_at <= ?6 \
              AND (st.mail_tickets = 1 OR st.id = t.assignee_id)",
            id.to_string(),
            self.ticket_id.to_string(),
            self.staff_id.to_string(),
            subject,
            content,
            now,
            self.at.to_string()
        )
    }

    /// They are told. What came after it was read waits for five minutes of its own.
    pub(crate) fn told(&self, now: Timestamp) -> Statement {
        statement!(
            "UPDATE ticket_tellings SET told_at = ?4, untold = max(untold - ?3, 0), \
             due_at = CASE WHEN untold > ?3 THEN ?4 + 300000 END \
             WHERE ticket_id = ?1 AND staff_id = ?2 AND due_at <= ?4",
            self.ticket_id.to_string(),
            self.staff_id.to_string(),
            self.untold,
            now
        )
    }
}

/// Forgets who was told a while ago and waits for nothing.
pub(crate) fn sweep(now: Timestamp) -> Statement {
    statement!(
        "DELETE FROM ticket_tellings WHERE due_at IS NULL AND told_at < ?1",
        now.minus(Millis::hours(1))
    )
}
