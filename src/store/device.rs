//! The devices on which a person is signed in: their own sessions, to look at and to end.

use serde::Deserialize;

use super::session::Person;
use super::viewer::Asker;
use super::{Statement, flag, statement};
use crate::domain::id::{ContactId, MailId, SessionId};
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

/// A mail about a browser that is new to a person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) mail: MailId,
    pub(crate) subject: &'a str,
    /// JSON of a letter.
    pub(crate) content: &'a str,
}

/// Queues the mail to whoever's session that is, if they have come in by other browsers and not by this one.
pub(crate) fn tell(told: &Told<'_>, session: SessionId, hash: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, staff_id, contact_id, \
         client_id, due_at, created_at) \
         SELECT ?1, 'new_device ' || s.id, 'new_device', coalesce(st.email, a.email), \
          coalesce(st.name, trim(ct.first_name || ' ' || ct.last_name)), ?2, ?3, s.staff_id, s.contact_id, \
          ct.client_id, ?6, ?6 \
         FROM sessions s LEFT JOIN staff st ON st.id = s.staff_id LEFT JOIN accounts a ON a.id = s.account_id \
         LEFT JOIN contacts ct ON ct.id = s.contact_id \
         WHERE s.id = ?4 AND EXISTS (SELECT 1 FROM devices d WHERE d.person_id = coalesce(s.staff_id, s.account_id)) \
          AND NOT EXISTS (SELECT 1 FROM devices d \
           WHERE d.person_id = coalesce(s.staff_id, s.account_id) AND d.hash = ?5)",
        told.mail.to_string(),
        told.subject,
        told.content,
        session.to_string(),
        hash,
        now
    )
}

/// Notes that whoever's session that is came in by this browser.
pub(crate) fn remember(session: SessionId, hash: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO devices (person_id, hash, first_at, seen_at) \
         SELECT coalesce(s.staff_id, s.account_id), ?2, ?3, ?3 FROM sessions s WHERE s.id = ?1 \
         ON CONFLICT (person_id, hash) DO UPDATE SET seen_at = excluded.seen_at",
        session.to_string(),
        hash,
        now
    )
}

/// Forgets browsers that nobody has signed in by since.
pub(crate) fn sweep(before: Timestamp) -> Statement {
    statement!("DELETE FROM devices WHERE seen_at < ?1", before)
}

/// How many live sessions the person of a contact has.
#[derive(Debug, Deserialize)]
pub(crate) struct Live {
    pub(crate) live: u32,
    pub(crate) seen_at: Option<Timestamp>,
}

/// [`Live`], of a contact. 86400000 ms is the idle limit of clients.
pub(crate) fn live_of(contact: ContactId, now: Timestamp) -> Statement {
    statement!(
        "SELECT count(*) AS live, max(s.seen_at) AS seen_at FROM contacts who \
         JOIN accounts a ON a.id = who.account_id \
         JOIN sessions s ON s.account_id = a.id AND s.epoch = a.epoch \
         JOIN contacts ct ON ct.id = s.contact_id AND ct.account_id = a.id AND ct.removed_at IS NULL \
         JOIN clients c ON c.id = ct.client_id AND c.portal_epoch = s.portal_epoch \
         WHERE who.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 86400000",
        contact.to_string(),
        now
    )
}
