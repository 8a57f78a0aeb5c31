//! What is said in a thread, by either side.
//!
//! The order of a message is given by the statement that inserts it, so of many at once each has its own
//! place and none is lost. A message that is there already is not written again.

use serde::Deserialize;

use crate::domain::id::{AuditId, ClientId, ContactId, MessageId, ProjectId, StaffId, ThreadId};
use crate::domain::text::{Paragraphs, Title};
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
            "INSERT OR IGNORE INTO message_files (id, message_id, position, blob, etag, file_name, content_type, size, created_at) \
             SELECT f.value ->> 'id', m.id, f.key, f.value ->> 'blob', f.value ->> 'etag', \
             f.value ->> 'file_name', f.value ->> 'content_type', f.value ->> 'size', ?3 \
             FROM json_each(?2) f JOIN messages m ON m.id = ?1 AND m.created_at = ?3",
            message.to_string(),
            serde_json::to_string(files)?,
            now
        ),
    ])
}

/// A client begins a thread, about a project that they may see or none, for a message that was counted.
pub(crate) fn begin(
    asker: &Asker,
    (id, message): (ThreadId, MessageId),
    subject: &Title,
    project: Option<ProjectId>,
) -> Statement {
    asker.statement(
        "INSERT INTO threads (id, client_id, project_id, subject, said_at, created_at) \
         SELECT ?4, v.client_id, (SELECT p.id FROM projects p WHERE p.id = ?6 AND p.client_id = v.client_id \
          AND p.visible = 1), ?5, ?2, ?2 FROM viewer v WHERE v.session_id IS NOT NULL AND EXISTS (SELECT 1 FROM allowances w WHERE w.kind = 'words' AND w.who = v.contact_id \
          AND w.at = ?2 - ?2 % 300000 AND w.last = ?7) \
         ON CONFLICT (id) DO NOTHING",
        [
            id.to_string().into(),
            subject.as_str().into(),
            project.map(|id| id.to_string()).into(),
            message.to_string().into(),
        ],
    )
}

/// Staff begin one with a client, about one of its projects or none.
pub(crate) fn begin_by_staff(
    id: ThreadId,
    client: ClientId,
    subject: &Title,
    project: Option<ProjectId>,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO threads (id, client_id, project_id, subject, said_at, created_at) \
         SELECT ?1, c.id, (SELECT p.id FROM projects p WHERE p.id = ?4 AND p.client_id = c.id), ?3, ?5, ?5 \
         FROM clients c WHERE c.id = ?2 ON CONFLICT (id) DO NOTHING",
        id.to_string(),
        client.to_string(),
        subject.as_str(),
        project.map(|id| id.to_string()),
        now
    )
}

/// What is said, by whom, where.
pub(crate) struct Word<'a, By> {
    pub(crate) id: MessageId,
    pub(crate) thread: ThreadId,
    pub(crate) body: &'a Paragraphs,
    pub(crate) by: (By, &'a str),
}

/// A client says it, in a thread that they may see, where it was counted ([`allowance`](crate::store::allowance)).
pub(crate) fn say(asker: &Asker, word: &Word<'_, ContactId>) -> Statement {
    asker.threads(
        "INSERT INTO messages (id, thread_id, seq, body, contact_id, author, created_at) \
         SELECT ?5, t.id, 1 + coalesce((SELECT max(m.seq) FROM messages m WHERE m.thread_id = t.id), 0), ?6, ?7, ?8, ?2 \
         FROM thread_seen t WHERE t.id = ?4 AND t.session_id IS NOT NULL AND EXISTS (SELECT 1 FROM allowances w WHERE w.kind = 'words' AND w.who = t.contact_id \
          AND w.at = ?2 - ?2 % 300000 AND w.last = ?5) \
         ON CONFLICT (id) DO NOTHING",
        [
            word.thread.to_string().into(),
            word.id.to_string().into(),
            word.body.as_str().into(),
            word.by.0.to_string().into(),
            word.by.1.into(),
        ],
    )
}

/// A member of staff says it.
pub(crate) fn say_by_staff(word: &Word<'_, StaffId>, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO messages (id, thread_id, seq, body, staff_id, author, created_at) \
         SELECT ?1, t.id, 1 + coalesce((SELECT max(m.seq) FROM messages m WHERE m.thread_id = t.id), 0), ?3, ?4, ?5, ?6 \
         FROM threads t WHERE t.id = ?2 ON CONFLICT (id) DO NOTHING",
        word.id.to_string(),
        word.thread.to_string(),
        word.body.as_str(),
        word.by.0.to_string(),
        word.by.1,
        now
    )
}

/// The line of the audit log for what was said at this moment.
pub(crate) fn note(log: AuditId, message: MessageId, address: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT OR IGNORE INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, \
         detail, address) \
         SELECT ?1, ?3, CASE WHEN m.staff_id IS NULL THEN 'contact' ELSE 'staff' END, coalesce(m.staff_id, m.contact_id), \
          m.author, CASE m.seq WHEN 1 THEN 'message.begun' ELSE 'message.sent' END, t.id, t.client_id, t.subject, ?4 \
         FROM messages m JOIN threads t ON t.id = m.thread_id WHERE m.id = ?2 AND m.created_at = ?3",
        log.to_string(),
        message.to_string(),
        now,
        address
    )
}

/// Where a message stands.
#[derive(Debug, Deserialize)]
pub(crate) struct Placed {
    pub(crate) thread_id: ThreadId,
}

/// [`Placed`] of a message in a thread that the viewer may see.
pub(crate) fn placed(asker: &Asker, message: MessageId) -> Statement {
    asker.threads(
        "SELECT t.id AS thread_id FROM messages m CROSS JOIN thread_seen t ON t.id = m.thread_id WHERE m.id = ?4",
        [message.to_string().into()],
    )
}

/// The same for staff.
pub(crate) fn placed_for_staff(message: MessageId) -> Statement {
    statement!(
        "SELECT m.thread_id FROM messages m WHERE m.id = ?1",
        message.to_string()
    )
}
