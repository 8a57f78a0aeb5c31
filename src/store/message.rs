//! Threads with clients, what is said in them, and who has read how far.
//!
//! What a client sees is read `FROM thread_seen`, see [`super::viewer`]. Who has something unread stands in
//! `thread_readers`, kept by the trigger of a message, so no list or counter goes through what was said.

pub(crate) mod list;
pub(crate) mod mail;
pub(crate) mod read;
pub(crate) mod say;

use const_format::formatcp;
use serde::Deserialize;

use super::viewer::Asker;
use super::{ById, Statement, flag, json, statement};
use crate::domain::id::{ClientId, MessageId, ProjectId, ThreadId};
use crate::domain::settings::UploadLimit;
use crate::domain::time::Timestamp;

/// A thread, as both sides see it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Thread {
    pub(crate) id: ThreadId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) subject: String,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) project_name: Option<String>,
    /// Whether its project, if any, is visible in the portal.
    #[serde(deserialize_with = "flag")]
    pub(crate) shown: bool,
    /// How large a file may be.
    pub(crate) upload_limit: UploadLimit,
}

impl ById for Thread {
    type Id = ThreadId;
    fn by_id(id: ThreadId) -> Statement {
        statement!(
            "SELECT t.id, t.client_id, c.name AS client_name, t.subject, t.project_id, p.name AS project_name, \
             t.shown, b.upload_limit FROM threads t JOIN clients c ON c.id = t.client_id \
             JOIN business b ON b.id = 1 LEFT JOIN projects p ON p.id = t.project_id WHERE t.id = ?1",
            id.to_string()
        )
    }
}

/// The same, if the viewer may see it.
pub(crate) fn seen(asker: &Asker, id: ThreadId) -> Statement {
    asker.threads(
        "SELECT t.id, t.client_id, c.name AS client_name, t.subject, t.project_id, p.name AS project_name, \
         1 AS shown, b.upload_limit FROM thread_seen t JOIN clients c ON c.id = t.client_id \
         JOIN business b ON b.id = 1 LEFT JOIN projects p ON p.id = t.project_id AND p.visible = 1 \
         WHERE t.id = ?4",
        [id.to_string().into()],
    )
}

/// The newest [`Message`](super::said::Message)s of a thread, the newest first; or those before one of
/// them.
pub(crate) fn messages(thread: ThreadId, before: Option<MessageId>) -> Statement {
    statement!(
        "SELECT m.id, 0 AS internal, m.body, m.author, m.contact_id IS NOT NULL AS by_client, m.created_at, \
         (SELECT json_group_array(json_object('id', f.id, 'name', f.file_name, 'size', f.size, 'taken', \
           (SELECT count(*) FROM message_receipts r WHERE r.file_id = f.id), 'last', \
           (SELECT max(r.at) FROM message_receipts r WHERE r.file_id = f.id))) FROM (SELECT id, file_name, size \
           FROM message_files WHERE message_id = m.id ORDER BY position) f) AS files \
         FROM messages m WHERE m.thread_id = ?1 \
          AND m.seq < CASE WHEN ?2 IS NULL THEN 9007199254740991 ELSE (SELECT b.seq FROM messages b WHERE b.id = ?2) END \
         ORDER BY m.seq DESC LIMIT 51",
        thread.to_string(),
        before.map(|id| id.to_string())
    )
}

/// The same of a thread that the viewer may see, without who took which file.
pub(crate) fn said(asker: &Asker, thread: ThreadId, before: Option<MessageId>) -> Statement {
    asker.threads(
        "SELECT m.id, 0 AS internal, m.body, m.author, m.contact_id IS NOT NULL AS by_client, m.created_at, \
         (SELECT json_group_array(json_object('id', f.id, 'name', f.file_name, 'size', f.size)) \
          FROM (SELECT id, file_name, size FROM message_files WHERE message_id = m.id ORDER BY position) f) AS files \
         FROM thread_seen t JOIN messages m ON m.thread_id = t.id WHERE t.id = ?4 \
          AND m.seq < CASE WHEN ?5 IS NULL THEN 9007199254740991 ELSE (SELECT b.seq FROM messages b WHERE b.id = ?5) END \
         ORDER BY m.seq DESC LIMIT 51",
        [
            thread.to_string().into(),
            before.map(|id| id.to_string()).into(),
        ],
    )
}

/// Somebody who takes part.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Participant {
    pub(crate) name: String,
    /// Of the client; else they work here.
    #[serde(deserialize_with = "flag")]
    pub(crate) of_client: bool,
    /// When they last read in it; of people of the client alone, and only staff are told.
    pub(crate) read_at: Option<Timestamp>,
    /// How much they have not read.
    pub(crate) unread: u64,
    /// They take mail about messages; of people of the client alone, and only staff are told.
    #[serde(deserialize_with = "flag")]
    pub(crate) mailed: bool,
}

/// People of a client who may read messages: active, of a portal that is open to them with Messages (256)
/// on. What `who` and `viewer` ([`super::viewer`]) ask of somebody who is not there.
const MAY: &str = "WITH may AS (\
     SELECT ct.id, ct.client_id, trim(ct.first_name || ' ' || ct.last_name) AS name, ct.mail_messages FROM contacts ct \
     JOIN accounts a ON a.id = ct.account_id \
     JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL AND c.portal_enabled = 1 \
     JOIN business b ON b.id = 1 \
     WHERE ct.portal_access = 1 AND ct.removed_at IS NULL \
      AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 256 = 256) ";

/// The [`Participant`]s of a thread: people of the client who may see it, and staff who wrote in it.
pub(crate) fn participants(thread: ThreadId) -> Statement {
    Statement::new(
        formatcp!(
            "{MAY}SELECT p.name, 1 AS of_client, r.read_at, coalesce(r.unread, 0) AS unread, p.mail_messages AS mailed \
             FROM threads t JOIN may p ON p.client_id = t.client_id \
             LEFT JOIN thread_readers r ON r.thread_id = t.id AND r.reader_id = p.id \
             WHERE t.id = ?1 AND t.shown = 1 \
             UNION ALL SELECT st.name, 0, NULL, 0, 0 FROM thread_readers r JOIN staff st ON st.id = r.staff_id \
             WHERE r.thread_id = ?1 AND r.wrote = 1 LIMIT 200"
        ),
        [thread.to_string().into()],
    )
}

/// The same for a viewer who may see the thread; who read when is not told.
pub(crate) fn seen_participants(asker: &Asker, thread: ThreadId) -> Statement {
    asker.threads(
        "SELECT trim(ct.first_name || ' ' || ct.last_name) AS name, 1 AS of_client, NULL AS read_at, 0 AS unread, 0 AS mailed \
         FROM thread_seen t JOIN clients c ON c.id = t.client_id JOIN business b ON b.id = 1 \
         JOIN contacts ct ON ct.client_id = t.client_id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
          AND ct.account_id IS NOT NULL \
          AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 256 = 256 WHERE t.id = ?4 \
         UNION ALL SELECT st.name, 0, NULL, 0, 0 FROM thread_seen t JOIN thread_readers r ON r.thread_id = t.id \
          AND r.wrote = 1 JOIN staff st ON st.id = r.staff_id WHERE t.id = ?4 LIMIT 200",
        [thread.to_string().into()],
    )
}

/// How many people of a client could read a thread that is begun now, and what a form of one needs.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reach {
    pub(crate) people: u64,
    /// Names of those who take mail about messages.
    #[serde(deserialize_with = "json")]
    pub(crate) told: Vec<String>,
    /// How large a file may be.
    pub(crate) upload_limit: UploadLimit,
}

/// [`Reach`] of a client.
pub(crate) fn reach(client: ClientId) -> Statement {
    Statement::new(
        formatcp!(
            "{MAY}SELECT (SELECT count(*) FROM may p WHERE p.client_id = ?1) AS people, \
             (SELECT json_group_array(p.name ORDER BY p.name) FROM may p WHERE p.client_id = ?1 AND p.mail_messages = 1) AS told, \
             b.upload_limit \
             FROM business b WHERE b.id = 1"
        ),
        [client.to_string().into()],
    )
}

/// What a client's form of a new thread needs: [`Reach`] without whom.
pub(crate) fn limit() -> Statement {
    statement!("SELECT 0 AS people, '[]' AS told, b.upload_limit FROM business b WHERE b.id = 1")
}
