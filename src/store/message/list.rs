//! Lists of threads: what the reader has not read, and all of them, the last thing said first.
//!
//! Each walks an index from the last row of the page before. Beside each thread stand the last thing said
//! and how much of it the reader has not read.

use const_format::formatcp;
use serde::Deserialize;

use super::read::ME;
use crate::domain::id::{ClientId, ThreadId};
use crate::domain::paging::Cursor;
use crate::domain::time::Timestamp;
use crate::store::viewer::Asker;
use crate::store::{Param, Statement};

/// A thread on a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: ThreadId,
    pub(crate) subject: String,
    pub(crate) said_at: Timestamp,
    /// Who said the last thing.
    pub(crate) last_author: String,
    /// How it begins.
    pub(crate) last_words: String,
    pub(crate) unread: u64,
    /// On the staff's lists of all clients.
    pub(crate) client_name: Option<String>,
}

// The place of the row is looked up within coalesce: only then does SQLite go to it in the index by both columns.
const BELOW: &str = "AND (t.said_at, t.id) < (coalesce((SELECT b.said_at FROM threads b WHERE b.id = ?4), 9007199254740991), ?4) \
     ORDER BY t.said_at DESC, t.id DESC LIMIT 26";
const ABOVE: &str = "AND (t.said_at, t.id) > (coalesce((SELECT b.said_at FROM threads b WHERE b.id = ?4), -1), ?4) \
     ORDER BY t.said_at, t.id LIMIT 26";
// For a client the row is one that they may see: of another it would tell when something was said there.
const SEEN_BELOW: &str = "(t.said_at, t.id) < (coalesce((SELECT b.said_at FROM thread_seen b WHERE b.id = ?4), 9007199254740991), ?4) \
     ORDER BY t.said_at DESC, t.id DESC LIMIT 26";
const SEEN_ABOVE: &str = "(t.said_at, t.id) > (coalesce((SELECT b.said_at FROM thread_seen b WHERE b.id = ?4), -1), ?4) \
     ORDER BY t.said_at, t.id LIMIT 26";
const UNREAD_BELOW: &str = "(r.said_at, r.thread_id) < (coalesce((SELECT b.said_at FROM thread_readers b WHERE b.thread_id = ?4 \
      AND b.reader_id = me.id), 9007199254740991), ?4) ORDER BY r.said_at DESC, r.thread_id DESC LIMIT 26";
const SEEN_UNREAD_BELOW: &str = "(r.said_at, r.thread_id) < (coalesce((SELECT b.said_at FROM thread_readers b WHERE b.thread_id = ?4 \
      AND b.reader_id = v.contact_id), 9007199254740991), ?4) ORDER BY r.said_at DESC, r.thread_id DESC LIMIT 26";
const COLUMNS: &str = "t.id, t.subject, t.said_at, t.last_author, t.last_words";

fn row(cursor: Cursor<ThreadId>) -> (Param, bool) {
    match cursor {
        Cursor::First => ("".into(), false),
        Cursor::After(id) => (id.to_string().into(), false),
        Cursor::Before(id) => (id.to_string().into(), true),
    }
}

/// A page of the viewer's threads, one row more where there are more. The page before another comes in
/// reverse, here and below.
pub(crate) fn seen(asker: &Asker, cursor: Cursor<ThreadId>) -> Statement {
    match row(cursor) {
        (id, false) => asker.threads(
            formatcp!(
                "SELECT {COLUMNS}, coalesce(r.unread, 0) AS unread FROM thread_seen t \
                 LEFT JOIN thread_readers r ON r.thread_id = t.id AND r.reader_id = t.contact_id \
                 WHERE {SEEN_BELOW}"
            ),
            [id],
        ),
        (id, true) => asker.threads(
            formatcp!(
                "SELECT {COLUMNS}, coalesce(r.unread, 0) AS unread FROM thread_seen t \
                 LEFT JOIN thread_readers r ON r.thread_id = t.id AND r.reader_id = t.contact_id \
                 WHERE {SEEN_ABOVE}"
            ),
            [id],
        ),
    }
}

/// What the viewer has not read, after a row of it.
pub(crate) fn unread(asker: &Asker, after: Option<ThreadId>) -> Statement {
    asker.threads(
        formatcp!(
            "SELECT {COLUMNS}, r.unread FROM viewer v CROSS JOIN thread_readers r ON r.reader_id = v.contact_id \
             AND r.unread > 0 CROSS JOIN thread_seen t ON t.id = r.thread_id WHERE {SEEN_UNREAD_BELOW}"
        ),
        [after.map_or_else(String::new, |id| id.to_string()).into()],
    )
}

/// A page of the staff's threads: all of them, or those of a client.
pub(crate) fn of_staff(
    asker: &Asker,
    client: Option<ClientId>,
    cursor: Cursor<ThreadId>,
) -> Statement {
    let (id, back) = row(cursor);
    let sql = match (client, back) {
        (None, false) => formatcp!(
            "{ME}SELECT {COLUMNS}, c.name AS client_name, coalesce(r.unread, 0) AS unread FROM me CROSS JOIN threads t \
             JOIN clients c ON c.id = t.client_id \
             LEFT JOIN thread_readers r ON r.thread_id = t.id AND r.reader_id = me.id WHERE ?3 IS NULL {BELOW}"
        ),
        (None, true) => formatcp!(
            "{ME}SELECT {COLUMNS}, c.name AS client_name, coalesce(r.unread, 0) AS unread FROM me CROSS JOIN threads t \
             JOIN clients c ON c.id = t.client_id \
             LEFT JOIN thread_readers r ON r.thread_id = t.id AND r.reader_id = me.id WHERE ?3 IS NULL {ABOVE}"
        ),
        (Some(_), false) => formatcp!(
            "{ME}SELECT {COLUMNS}, coalesce(r.unread, 0) AS unread FROM me CROSS JOIN threads t \
             LEFT JOIN thread_readers r ON r.thread_id = t.id AND r.reader_id = me.id WHERE t.client_id = ?3 {BELOW}"
        ),
        (Some(_), true) => formatcp!(
            "{ME}SELECT {COLUMNS}, coalesce(r.unread, 0) AS unread FROM me CROSS JOIN threads t \
             LEFT JOIN thread_readers r ON r.thread_id = t.id AND r.reader_id = me.id WHERE t.client_id = ?3 {ABOVE}"
        ),
    };
    Statement::new(
        sql,
        [
            asker.session.to_string().into(),
            asker.now.into(),
            client.map(|id| id.to_string()).into(),
            id,
        ],
    )
}

/// What who is signed in of the staff has not read, after a row of it.
pub(crate) fn unread_of_staff(asker: &Asker, after: Option<ThreadId>) -> Statement {
    Statement::new(
        formatcp!(
            "{ME}SELECT {COLUMNS}, c.name AS client_name, r.unread FROM me CROSS JOIN thread_readers r \
             ON r.reader_id = me.id AND r.unread > 0 CROSS JOIN threads t ON t.id = r.thread_id \
             JOIN clients c ON c.id = t.client_id \
             WHERE ?3 IS NULL AND {UNREAD_BELOW}"
        ),
        [
            asker.session.to_string().into(),
            asker.now.into(),
            Param::Null,
            after.map_or_else(String::new, |id| id.to_string()).into(),
        ],
    )
}
