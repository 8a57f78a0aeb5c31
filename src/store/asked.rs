//! Links that somebody asked for by typing an address. An asking is taken down the same way whatever the address,
//! so that neither the answer nor its time depends on whose it is; that is looked up afterwards.

use serde::Deserialize;

use super::{Param, Statement, statement};
use crate::domain::id::LinkId;
use crate::domain::time::Timestamp;

/// An asking.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AskedLink {
    /// The link gets this id: so an asking that two hands take up makes one link.
    pub(crate) id: LinkId,
    /// The name of what the link is for.
    pub(crate) purpose: String,
    pub(crate) email_key: String,
    /// What binds a sign-in link to the browser that asked.
    pub(crate) browser_hash: Option<String>,
}

impl AskedLink {
    /// Takes the asking down, if a mail was counted under this account's key, time and name earlier in the batch.
    pub(crate) fn note(&self, (key, counted): (&str, String), now: Timestamp) -> Statement {
        statement!(
            "INSERT INTO asked_links (id, purpose, email_key, browser_hash, asked_at) SELECT ?1, ?2, ?3, ?4, ?5 \
             WHERE EXISTS (SELECT 1 FROM failures WHERE key = ?6 AND at = ?5 AND id = ?7)",
            self.id.to_string(),
            self.purpose.as_str(),
            self.email_key.as_str(),
            Param::from(self.browser_hash.as_deref()),
            now,
            key,
            counted
        )
    }

    /// The asking has been seen to.
    pub(crate) fn done(&self) -> Statement {
        statement!("DELETE FROM asked_links WHERE id = ?1", self.id.to_string())
    }
}

/// That asking, if nobody has seen to it.
pub(crate) fn one(id: LinkId) -> Statement {
    statement!(
        "SELECT id, purpose, email_key, browser_hash FROM asked_links WHERE id = ?1",
        id.to_string()
    )
}

/// The oldest that were left, as many as one run of the clock sees to.
pub(crate) fn left() -> Statement {
    statement!(
        "SELECT id, purpose, email_key, browser_hash FROM asked_links WHERE id > '' ORDER BY id LIMIT 50"
    )
}

/// Askings that nobody could see to go: who asked has asked again.
pub(crate) fn sweep(before: Timestamp) -> Statement {
    statement!(
        "DELETE FROM asked_links WHERE id < ?1",
        LinkId::new(before, [0; 10]).to_string()
    )
}
