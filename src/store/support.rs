//! What is set about support tickets, and the texts that staff use again and again.

use serde::Deserialize;

use super::{ById, Statement, statement};
use crate::domain::id::SavedReplyId;
use crate::domain::settings::UploadLimit;
use crate::domain::text::{Paragraphs, Title};
use crate::domain::ticket::{Categories, CloseDays};

/// What is set.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Support {
    pub(crate) close_days: CloseDays,
    /// One a line.
    categories: String,
    pub(crate) revision: i64,
    /// How large a file may be.
    pub(crate) upload_limit: UploadLimit,
}

impl Support {
    /// The categories to choose from.
    pub(crate) fn categories(&self) -> Categories {
        Categories::parse(&self.categories).unwrap_or_default()
    }
}

/// [`Support`] as it stands.
pub(crate) fn settings() -> Statement {
    statement!(
        "SELECT s.close_days, s.categories, s.revision, b.upload_limit FROM support s \
         JOIN business b ON b.id = 1 WHERE s.id = 1"
    )
}

/// Changes what is set, refused where somebody was quicker
/// ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change(days: CloseDays, categories: &Categories, revision: i64) -> Statement {
    statement!(
        "UPDATE support SET revision = CASE revision WHEN ?3 THEN revision + 1 END, close_days = ?1, \
         categories = ?2 WHERE id = 1",
        days.days(),
        categories.lines(),
        revision
    )
}

/// A text that staff use again and again.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SavedReply {
    pub(crate) id: SavedReplyId,
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) revision: i64,
}

impl ById for SavedReply {
    type Id = SavedReplyId;
    fn by_id(id: SavedReplyId) -> Statement {
        statement!(
            "SELECT id, name, body, revision FROM saved_replies WHERE id = ?1",
            id.to_string()
        )
    }
}

/// How many of them there may be.
pub(crate) const MOST: usize = 100;

/// All [`SavedReply`]s, by name.
pub(crate) fn saved() -> Statement {
    statement!(
        "SELECT id, name, body, revision FROM saved_replies ORDER BY lower(name), id LIMIT 100"
    )
}

/// Adds one, while there are fewer than [`MOST`]. The same id twice is
/// [`Repeat`](super::Conflict::Repeat).
pub(crate) fn save(id: SavedReplyId, name: &Title, body: &Paragraphs) -> Statement {
    statement!(
        "INSERT INTO saved_replies (id, name, body) VALUES (?1, ?2, ?3)",
        id.to_string(),
        name.as_str(),
        body.as_str()
    )
}

/// Changes one, refused where somebody was quicker.
pub(crate) fn rewrite(of: &SavedReply, name: &Title, body: &Paragraphs) -> Statement {
    statement!(
        "UPDATE saved_replies SET revision = CASE revision WHEN ?2 THEN revision + 1 END, name = ?3, \
         body = ?4 WHERE id = ?1",
        of.id.to_string(),
        of.revision,
        name.as_str(),
        body.as_str()
    )
}

/// Deletes one.
pub(crate) fn forget(id: SavedReplyId) -> Statement {
    statement!("DELETE FROM saved_replies WHERE id = ?1", id.to_string())
}
