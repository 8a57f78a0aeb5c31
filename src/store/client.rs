//! Clients: the companies and people that the business works for.

use serde::Deserialize;

use super::{ById, Error, Param, Statement, flag, statement};
use crate::domain::email::Email;
use crate::domain::id::ClientId;
use crate::domain::search;
use crate::domain::text::{Line, Name, Paragraphs};
use crate::domain::time::Timestamp;

/// A page of a list, in rows. One more is read, to know whether there is a next page.
pub(crate) const PAGE: usize = 25;

/// What a form says of a client.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) name: Name,
    pub(crate) reference: Option<Line<60>>,
    pub(crate) email: Option<Email>,
    pub(crate) phone: Option<Line<40>>,
    pub(crate) address: Option<Paragraphs>,
    /// Internal, never shown to the client.
    pub(crate) notes: Option<Paragraphs>,
}

/// A client's row.
#[derive(Debug, Deserialize)]
pub(crate) struct Client {
    pub(crate) id: ClientId,
    pub(crate) name: String,
    pub(crate) reference: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: String,
    pub(crate) address: String,
    pub(crate) notes: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) portal_enabled: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) archived_at: Option<Timestamp>,
}

/// A client in the list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: ClientId,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) reference: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) portal_enabled: bool,
}

/// Archived or not.
impl ById for Client {
    type Id = ClientId;
    fn by_id(id: ClientId) -> Statement {
        statement!(
            "SELECT id, name, reference, email, phone, address, notes, portal_enabled, created_at, \
             archived_at FROM clients WHERE id = ?1",
            id.to_string()
        )
    }
}

/// [`Listed`] by name, after a name's key and id; empty texts stand before all.
pub(crate) fn list(name_key: &str, id: &str) -> Statement {
    statement!(
        "SELECT id, name, name_key, reference, portal_enabled FROM clients \
         WHERE archived_at IS NULL AND (name_key, id) > (?1, ?2) ORDER BY name_key, id LIMIT 26",
        name_key,
        id
    )
}

/// [`Listed`] of the archived ones.
pub(crate) fn archived(name_key: &str, id: &str) -> Statement {
    statement!(
        "SELECT id, name, name_key, reference, portal_enabled FROM clients \
         WHERE archived_at IS NOT NULL AND (name_key, id) > (?1, ?2) ORDER BY name_key, id LIMIT 26",
        name_key,
        id
    )
}

/// [`Listed`] of those that every word finds by its beginning. Without a word this finds none.
pub(crate) fn found(words: &[String], name_key: &str, id: &str) -> Statement {
    let mut ranges = words.iter().map(|word| (word.clone(), search::after(word)));
    let first = ranges.next().unwrap_or_default();
    // A missing word asks the first one again.
    let second = ranges.next().unwrap_or_else(|| first.clone());
    let third = ranges.next().unwrap_or_else(|| first.clone());
    statement!(
        "SELECT c.id, c.name, c.name_key, c.reference, c.portal_enabled \
         FROM (SELECT DISTINCT client_id FROM client_words WHERE word >= ?3 AND word < ?4) w \
         CROSS JOIN clients c ON c.id = w.client_id \
         WHERE c.archived_at IS NULL AND (c.name_key, c.id) > (?1, ?2) \
          AND c.id IN (SELECT client_id FROM client_words WHERE word >= ?5 AND word < ?6) \
          AND c.id IN (SELECT client_id FROM client_words WHERE word >= ?7 AND word < ?8) \
         ORDER BY c.name_key, c.id LIMIT 26",
        name_key,
        id,
        first.0,
        first.1,
        second.0,
        second.1,
        third.0,
        third.1
    )
}

/// Adds a client with the words that find it.
pub(crate) fn create(id: ClientId, draft: &Draft, now: Timestamp) -> Result<Vec<Statement>, Error> {
    let add = Statement::new(
        "INSERT INTO clients (id, name, name_key, reference, email, phone, address, notes, \
         created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
        columns(id, draft, now),
    );
    Ok(vec![add, index(id, draft)?])
}

/// Changes a client and the words that find it.
pub(crate) fn change(id: ClientId, draft: &Draft, now: Timestamp) -> Result<Vec<Statement>, Error> {
    let change = Statement::new(
        "UPDATE clients SET name = ?2, name_key = ?3, reference = ?4, email = ?5, phone = ?6, \
         address = ?7, notes = ?8, updated_at = ?9 WHERE id = ?1",
        columns(id, draft, now),
    );
    let forget = statement!(
        "DELETE FROM client_words WHERE owner_id = ?1",
        id.to_string()
    );
    Ok(vec![change, forget, index(id, draft)?])
}

fn columns(id: ClientId, draft: &Draft, now: Timestamp) -> [Param; 9] {
    let paragraphs = |text: Option<&Paragraphs>| text.map_or("", Paragraphs::as_str).into();
    [
        id.to_string().into(),
        draft.name.as_str().into(),
        search::key(draft.name.as_str()).into(),
        draft.reference.as_ref().map_or("", Line::as_str).into(),
        draft.email.as_ref().map(Email::as_str).into(),
        draft.phone.as_ref().map_or("", Line::as_str).into(),
        paragraphs(draft.address.as_ref()),
        paragraphs(draft.notes.as_ref()),
        now.into(),
    ]
}

fn index(id: ClientId, draft: &Draft) -> Result<Statement, Error> {
    let words = search::words([
        draft.name.as_str(),
        draft.reference.as_ref().map_or("", Line::as_str),
        draft.email.as_ref().map_or("", Email::as_str),
    ]);
    Ok(statement!(
        "INSERT OR IGNORE INTO client_words (word, client_id, owner_id) \
         SELECT value, ?1, ?1 FROM json_each(?2)",
        id.to_string(),
        serde_json::to_string(&words)?
    ))
}

/// Enable Portal. Switching off ends every session of the client's people for good.
pub(crate) fn switch_portal(id: ClientId, on: bool, now: Timestamp) -> Statement {
    statement!(
        "UPDATE clients SET portal_epoch = portal_epoch + (portal_enabled = 1 AND ?2 = 0), \
         portal_enabled = ?2, updated_at = ?3 WHERE id = ?1",
        id.to_string(),
        on,
        now
    )
}

/// Archives a client; its people are signed out.
pub(crate) fn archive(id: ClientId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE clients SET archived_at = ?2, updated_at = ?2, portal_epoch = portal_epoch + 1 \
         WHERE id = ?1 AND archived_at IS NULL",
        id.to_string(),
        now
    )
}

/// Takes a client out of the archive.
pub(crate) fn restore(id: ClientId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE clients SET archived_at = NULL, updated_at = ?2 WHERE id = ?1",
        id.to_string(),
        now
    )
}
