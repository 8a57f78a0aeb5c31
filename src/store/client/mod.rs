//! Clients: the companies and people that the business works for.

use serde::Deserialize;

use super::{ById, Error, Param, Statement, flag, search, statement};
use crate::domain::email::Email;
use crate::domain::id::ClientId;
use crate::domain::search::key;
use crate::domain::text::{Line, Name, Paragraphs};
use crate::domain::time::Timestamp;

mod list;

pub(crate) use list::{Ask, Listed, PAGE, Sort, page};

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
    pub(crate) erased_at: Option<Timestamp>,
    pub(crate) revision: i64,
}

/// Archived or not; what is erased is as if it were not there.
impl ById for Client {
    type Id = ClientId;
    fn by_id(id: ClientId) -> Statement {
        statement!(
            "SELECT id, name, reference, email, phone, address, notes, portal_enabled, created_at, \
             archived_at, erased_at, revision FROM clients WHERE id = ?1 AND erased_at IS NULL",
            id.to_string()
        )
    }
}

/// The [`Client`], erased or not: for what is kept of it.
pub(crate) fn kept(id: ClientId) -> Statement {
    statement!(
        "SELECT id, name, reference, email, phone, address, notes, portal_enabled, created_at, \
         archived_at, erased_at, revision FROM clients WHERE id = ?1",
        id.to_string()
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

/// Changes a client and the words that find it. A row that is no longer as it was read refuses the
/// whole batch ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change(of: &Client, draft: &Draft, now: Timestamp) -> Result<Vec<Statement>, Error> {
    let own: [Param; 1] = [of.revision.into()];
    let change = Statement::new(
        "UPDATE clients SET revision = CASE revision WHEN ?10 THEN revision + 1 END, \
         name = ?2, name_key = ?3, reference = ?4, email = ?5, phone = ?6, \
         address = ?7, notes = ?8, updated_at = ?9 WHERE id = ?1",
        columns(of.id, draft, now).into_iter().chain(own),
    );
    let forget = search::forget(&of.id.to_string());
    Ok(vec![change, forget, index(of.id, draft)?])
}

fn columns(id: ClientId, draft: &Draft, now: Timestamp) -> [Param; 9] {
    let paragraphs = |text: Option<&Paragraphs>| text.map_or("", Paragraphs::as_str).into();
    [
        id.to_string().into(),
        draft.name.as_str().into(),
        key(draft.name.as_str()).into(),
        draft.reference.as_ref().map_or("", Line::as_str).into(),
        draft.email.as_ref().map(Email::as_str).into(),
        draft.phone.as_ref().map_or("", Line::as_str).into(),
        paragraphs(draft.address.as_ref()),
        paragraphs(draft.notes.as_ref()),
        now.into(),
    ]
}

fn index(id: ClientId, draft: &Draft) -> Result<Statement, Error> {
    let texts = [
        draft.name.as_str(),
        draft.reference.as_ref().map_or("", Line::as_str),
        draft.email.as_ref().map_or("", Email::as_str),
    ];
    search::index(&id.to_string(), id, texts)
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
