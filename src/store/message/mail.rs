//! The mail that tells of messages which were not read for five minutes: one for each reader, of all that
//! they have not been told of.
//!
//! `thread_readers.due_at` is the mark: set by the first unread message, taken away by reading, and by the
//! batch that queues the mail. Of two clocks at once the second finds it gone and queues nothing.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::{ClientId, ContactId, MailId, StaffId, ThreadId};
use crate::domain::time::Timestamp;
use crate::store::{Error, Statement, statement};

/// The kind of these mails in the outbox.
pub(crate) const KIND: &str = "message";

/// People of a client who are told of messages: active, wanting such mail, of a portal that is open to them
/// with Messages (256) on. What `who` and `viewer` ([`crate::store::viewer`]) ask of somebody who is not there.
const HEARING: &str = "WITH hearing AS (\
     SELECT ct.id, ct.email, trim(ct.first_name || ' ' || ct.last_name) AS name FROM contacts ct \
     JOIN accounts a ON a.id = ct.account_id \
     JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL AND c.portal_enabled = 1 \
     JOIN business b ON b.id = 1 \
     WHERE ct.portal_access = 1 AND ct.removed_at IS NULL AND ct.mail_messages = 1 \
      AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 256 = 256) ";

/// Somebody who has not read for five minutes: a contact or a member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Due {
    pub(crate) reader_id: String,
}

/// The next [`Due`] ones, the longest waiting first; at most twenty.
pub(crate) fn due(now: Timestamp) -> Statement {
    statement!(
        "SELECT DISTINCT d.reader_id FROM (SELECT r.reader_id FROM thread_readers r WHERE r.due_at <= ?1 \
         ORDER BY r.due_at LIMIT 200) d LIMIT 20",
        now
    )
}

/// A thread that a reader was not told of.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Untold {
    pub(crate) thread_id: ThreadId,
    pub(crate) subject: String,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) staff_id: Option<StaffId>,
    /// How many messages.
    pub(crate) unread: u64,
    /// Who said the last one of them.
    pub(crate) author: String,
    /// How it begins.
    pub(crate) excerpt: String,
    /// JSON: address and name, where they are told at all.
    pub(crate) told: Option<String>,
}

/// What a reader was not told of, the longest waiting first; at most a hundred threads.
pub(crate) fn untold(due: &Due) -> Statement {
    Statement::new(
        formatcp!(
            "{HEARING}SELECT r.thread_id, t.subject, t.client_id, c.name AS client_name, r.contact_id, r.staff_id, r.unread, \
             m.author, substr(m.body, 1, 400) AS excerpt, \
             CASE WHEN r.staff_id IS NOT NULL THEN (SELECT json_array(st.email, st.name) FROM staff st \
               WHERE st.id = r.staff_id AND st.deactivated_at IS NULL AND st.mail_messages = 1) \
              WHEN t.shown = 1 THEN (SELECT json_array(h.email, h.name) FROM hearing h WHERE h.id = r.contact_id) \
              END AS told \
             FROM thread_readers r CROSS JOIN threads t ON t.id = r.thread_id JOIN clients c ON c.id = t.client_id \
             JOIN messages m ON m.id = (SELECT l.id FROM messages l WHERE l.thread_id = r.thread_id \
              AND coalesce(l.contact_id, l.staff_id) <> r.reader_id ORDER BY l.seq DESC LIMIT 1) \
             WHERE r.reader_id = ?1 AND r.due_at IS NOT NULL ORDER BY r.due_at LIMIT 100"
        ),
        [due.reader_id.as_str().into()],
    )
}

/// Threads with how much was unread in each, as JSON.
fn pairs(told: &[Untold]) -> Result<String, Error> {
    let pairs: Vec<(String, u64)> = told
        .iter()
        .map(|one| (one.thread_id.to_string(), one.unread))
        .collect();
    Ok(serde_json::to_string(&pairs)?)
}

/// A mail to a reader.
pub(crate) struct Mail<'a> {
    pub(crate) id: MailId,
    pub(crate) reader: &'a Due,
    pub(crate) staff: Option<StaffId>,
    /// The contact with their client.
    pub(crate) contact: Option<(ContactId, ClientId)>,
    pub(crate) to: (&'a str, &'a str),
    pub(crate) subject: &'a str,
    /// JSON of a letter.
    pub(crate) content: &'a str,
}

impl Mail<'_> {
    /// Queues it, if one of the threads still waits to be told.
    pub(crate) fn queue(&self, told: &[Untold], now: Timestamp) -> Result<Statement, Error> {
        Ok(statement!(
            "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, staff_id, contact_id, \
             client_id, due_at, created_at) \
             SELECT ?1, 'message ' || ?1, 'message', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9 WHERE EXISTS \
              (SELECT 1 FROM json_each(?11) j CROSS JOIN thread_readers r ON r.thread_id = j.value ->> 0 \
               AND r.reader_id = ?10 WHERE r.due_at <= ?9)",
            self.id.to_string(),
            self.to.0,
            self.to.1,
            self.subject,
            self.content,
            self.staff.map(|id| id.to_string()),
            self.contact.map(|(id, _)| id.to_string()),
            self.contact.map(|(_, client)| client.to_string()),
            now,
            self.reader.reader_id.as_str(),
            pairs(told)?
        ))
    }
}

/// They are told, or are not to be. What came after it was read waits for five minutes of its own.
pub(crate) fn told(reader: &Due, told: &[Untold], now: Timestamp) -> Result<Statement, Error> {
    Ok(statement!(
        "UPDATE thread_readers SET due_at = CASE WHEN unread > (SELECT j.value ->> 1 FROM json_each(?2) j \
          WHERE j.value ->> 0 = thread_readers.thread_id) THEN ?3 + 300000 END \
         WHERE reader_id = ?1 AND due_at IS NOT NULL AND thread_id IN (SELECT j.value ->> 0 FROM json_each(?2) j)",
        reader.reader_id.as_str(),
        pairs(told)?,
        now
    ))
}
