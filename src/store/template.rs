//! The business's own wording of mails.

use serde::Deserialize;

use super::{Statement, statement};
use crate::domain::template::{Body, Kind, Subject};
use crate::domain::time::Timestamp;

/// A wording that replaces the built-in one.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Stored {
    pub(crate) subject: String,
    pub(crate) body: String,
}

/// [`Stored`] of a mail, if the business has one.
pub(crate) fn stored(kind: Kind) -> Statement {
    statement!(
        "SELECT subject, body FROM email_templates WHERE kind = ?1",
        kind.as_str()
    )
}

/// Refuses the batch if another wording stands there than was read
/// ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn stands(kind: Kind, read: Option<&Stored>) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT \
         (SELECT json_array(subject, body) FROM email_templates WHERE kind = ?1) IS \
         CASE WHEN ?2 IS NOT NULL THEN json_array(?2, ?3) END",
        kind.as_str(),
        read.map(|own| own.subject.as_str()),
        read.map(|own| own.body.as_str())
    )
}

/// Puts a wording in place.
pub(crate) fn save(kind: Kind, subject: &Subject, body: &Body, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO email_templates (kind, subject, body, updated_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (kind) DO UPDATE SET subject = excluded.subject, body = excluded.body, \
         updated_at = excluded.updated_at",
        kind.as_str(),
        subject.as_str(),
        body.as_str(),
        now
    )
}

/// Goes back to the built-in wording.
pub(crate) fn reset(kind: Kind) -> Statement {
    statement!("DELETE FROM email_templates WHERE kind = ?1", kind.as_str())
}
