//! The devices on which a person is signed in: their own sessions, to look at and to end.

use serde::Deserialize;

use super::session::Person;
use super::viewer::Asker;
use super::{Statement, flag, statement};
use crate::domain::id::SessionId;
use crate::domain::next::Side;
use crate::domain::time::Timestamp;

/// A live session as its owner recognises it.
#[derive(Debug, Deserialize)]
pub(crate) struct Device {
    pub(crate) id: SessionId,
    /// "Firefox on Windows".
    pub(crate) label: String,
    /// Two letters, where the edge knew them.
    pub(crate) country: String,
    pub(crate) seen_at: Timestamp,
    /// The one that asks.
    #[serde(deserialize_with = "flag")]
    pub(crate) here: bool,
}

/// The [`Device`]s of who is signed in, this one first; at most fifty. 3600000 and 86400000 ms are
/// the idle limits of staff and clients.
pub(crate) fn of(asker: &Asker) -> Statement {
    match asker.side {
        Side::Staff => statement!(
            "SELECT s.id, s.device AS label, s.country, s.seen_at, s.id = ?1 AS here \
             FROM sessions mine JOIN sessions s ON s.staff_id = mine.staff_id AND s.epoch = mine.epoch \
             WHERE mine.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 3600000 \
             ORDER BY here DESC, s.seen_at DESC LIMIT 50",
            asker.session.to_string(),
            asker.now
        ),
        Side::Client => asker.statement(
            "SELECT s.id, s.device AS label, s.country, s.seen_at, s.id = ?1 AS here \
             FROM viewer v JOIN accounts a ON a.id = v.account_id \
             JOIN sessions s ON s.account_id = a.id AND s.epoch = a.epoch \
             JOIN contacts ct ON ct.id = s.contact_id AND ct.account_id = a.id AND ct.removed_at IS NULL \
             JOIN clients c ON c.id = ct.client_id AND c.portal_epoch = s.portal_epoch \
             WHERE s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 86400000 \
             ORDER BY here DESC, s.seen_at DESC LIMIT 50",
            [],
        ),
    }
}

/// One of a person's own sessions, live or not.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) device: String,
}

/// [`Named`], if the session is of who is signed in.
pub(crate) fn one(asker: &Asker, id: SessionId) -> Statement {
    match asker.side {
        Side::Staff => statement!(
            "SELECT s.device FROM sessions mine JOIN sessions s ON s.id = ?2 AND s.staff_id = mine.staff_id \
             WHERE mine.id = ?1",
            asker.session.to_string(),
            id.to_string()
        ),
        Side::Client => asker.statement(
            "SELECT s.device FROM viewer v JOIN sessions s ON s.id = ?4 AND s.account_id = v.account_id",
            [id.to_string().into()],
        ),
    }
}

/// Ends every session of a person but one.
pub(crate) fn end_others(person: Person, keep: SessionId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE sessions SET ended_at = ?3 \
         WHERE (account_id = ?1 OR staff_id = ?1) AND id <> ?2 AND ended_at IS NULL",
        person.id(),
        keep.to_string(),
        now
    )
}
