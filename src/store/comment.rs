//! What is said about a task: internal among staff, or shared with the client.

use serde::Deserialize;

use super::viewer::Asker;
use super::{Statement, flag, statement};
use crate::domain::id::{AuditId, CommentId, ContactId, StaffId, TaskId};
use crate::domain::text::Paragraphs;
use crate::domain::time::Timestamp;

/// Something said.
#[derive(Debug, Deserialize)]
pub(crate) struct Comment {
    #[serde(deserialize_with = "flag")]
    pub(crate) internal: bool,
    pub(crate) body: String,
    pub(crate) author: String,
    /// A person of the client said it.
    #[serde(deserialize_with = "flag")]
    pub(crate) by_client: bool,
    pub(crate) created_at: Timestamp,
}

/// The newest two hundred [`Comment`]s of a task, the newest first.
pub(crate) fn of_task(task: TaskId) -> Statement {
    statement!(
        "SELECT c.internal, c.body, c.author, c.contact_id IS NOT NULL AS by_client, c.created_at \
         FROM comments c WHERE c.task_id = ?1 ORDER BY c.created_at DESC, c.id DESC LIMIT 200",
        task.to_string()
    )
}

/// Those shared, of a task that the viewer may see.
pub(crate) fn shared(asker: &Asker, task: TaskId) -> Statement {
    asker.tasks(
        "SELECT c.internal, c.body, c.author, c.contact_id IS NOT NULL AS by_client, c.created_at \
         FROM task_seen t JOIN comments c ON c.task_id = t.id AND c.internal = 0 \
         WHERE t.id = ?4 ORDER BY c.created_at DESC, c.id DESC LIMIT 200",
        [task.to_string().into()],
    )
}

/// Something a member of staff says. The same id twice is [`Repeat`](super::Conflict::Repeat).
pub(crate) fn by_staff(
    id: CommentId,
    task: TaskId,
    (staff, name): (StaffId, &str),
    (body, internal): (&Paragraphs, bool),
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO comments (id, task_id, internal, body, staff_id, author, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        id.to_string(),
        task.to_string(),
        internal,
        body.as_str(),
        staff.to_string(),
        name,
        now
    )
}

/// Something a contact says, where they may see the task and it was counted.
pub(crate) fn by_contact(
    asker: &Asker,
    id: CommentId,
    task: TaskId,
    (contact, name): (ContactId, &str),
    body: &Paragraphs,
) -> Statement {
    asker.tasks(
        "INSERT OR IGNORE INTO comments (id, task_id, internal, body, contact_id, author, created_at) \
         SELECT ?5, t.id, 0, ?6, ?7, ?8, ?2 FROM task_seen t WHERE t.id = ?4 \
          AND EXISTS (SELECT 1 FROM allowances w WHERE w.kind = 'words' AND w.who = t.contact_id \
          AND w.at = ?2 - ?2 % 300000 AND w.last = ?5)",
        [
            task.to_string().into(),
            id.to_string().into(),
            body.as_str().into(),
            contact.to_string().into(),
            name.into(),
        ],
    )
}

/// Whether it stands there.
#[derive(Debug, Deserialize)]
pub(crate) struct Stands {
    /// Its id.
    #[serde(rename = "id")]
    pub(crate) _id: CommentId,
}

/// [`Stands`] of a comment.
pub(crate) fn stands(id: CommentId) -> Statement {
    statement!("SELECT id FROM comments WHERE id = ?1", id.to_string())
}

/// The line of the audit log for what a contact said at this moment.
pub(crate) fn note(log: AuditId, id: CommentId, address: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT OR IGNORE INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, \
         detail, address) \
         SELECT ?1, ?3, 'contact', m.contact_id, m.author, 'task.replied', t.id, t.client_id, t.title, ?4 \
         FROM comments m JOIN tasks t ON t.id = m.task_id \
         WHERE m.id = ?2 AND m.contact_id IS NOT NULL AND m.created_at = ?3",
        log.to_string(),
        id.to_string(),
        now,
        address
    )
}

/// The note that comes with an answer given at this moment; none where none was.
pub(crate) fn with_answer(
    id: CommentId,
    task: TaskId,
    (contact, name): (ContactId, &str),
    body: &Paragraphs,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO comments (id, task_id, internal, body, contact_id, author, created_at) \
         SELECT ?1, t.id, 0, ?3, ?4, ?5, ?6 FROM tasks t \
         WHERE t.id = ?2 AND t.answered_by = ?4 AND t.answered_at = ?6 \
          AND NOT EXISTS (SELECT 1 FROM comments c WHERE c.task_id = t.id AND c.contact_id = ?4 AND c.created_at = ?6)",
        id.to_string(),
        task.to_string(),
        body.as_str(),
        contact.to_string(),
        name,
        now
    )
}
