//! The words that find a client: its own, and those of its people.
//!
//! A row of `client_words` is a word, the client that it finds, and whose word it is (`owner_id`: the
//! client, or one of its contacts), so that a change of one replaces what it said before.

use super::{Error, Statement, statement};
use crate::domain::id::ClientId;
use crate::domain::search;

/// Takes the words of somebody out.
pub(super) fn forget(owner: &str) -> Statement {
    statement!("DELETE FROM client_words WHERE owner_id = ?1", owner)
}

/// Puts the words of somebody in, out of their name and whatever else they are searched by.
pub(super) fn index<'a>(
    owner: &str,
    client: ClientId,
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Statement, Error> {
    Ok(statement!(
        "INSERT OR IGNORE INTO client_words (word, client_id, owner_id) \
         SELECT value, ?1, ?2 FROM json_each(?3)",
        client.to_string(),
        owner,
        serde_json::to_string(&search::words(texts))?
    ))
}
