//! What is taken out of the portal as files: all that is kept of a client, or what somebody of theirs may see.
//!
//! Each part is read a page at a time by its id, so that an export holds a page in memory, however much
//! there is. The `+` keeps `SQLite` from walking over ids of all clients: the client's own index comes first.

mod client;
mod viewer;

use serde::Deserialize;

use super::viewer::Asker;
use super::{Statement, statement};
use crate::domain::id::ClientId;

/// Rows of a page: the statements say it.
pub(crate) const PAGE: usize = 500;

/// Whose, and as whom it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of {
    /// All that is kept of a client.
    Client(ClientId),
    /// What the viewer may see.
    Viewer(Asker),
}

/// The id by which the next page goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct Key {
    pub(crate) id: String,
}

/// A file in R2.
#[derive(Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) id: String,
    pub(crate) blob: String,
    #[serde(rename = "file_name")]
    pub(crate) name: String,
    pub(crate) size: u64,
}

impl Of {
    /// The names of the parts that are rows, in their order. What the viewer may not see has no rows.
    pub(crate) fn parts(self) -> &'static [&'static str] {
        match self {
            Self::Client(_) => &client::PARTS,
            Self::Viewer(_) => &viewer::PARTS,
        }
    }

    /// The folders of files.
    pub(crate) fn folders(self) -> &'static [&'static str] {
        match self {
            Self::Client(_) => &["documents", "tickets", "messages", "invoices"],
            Self::Viewer(_) => &["documents", "tickets", "messages"],
        }
    }

    /// A page of a part: rows as they are, each with its `id`.
    pub(crate) fn page(self, part: &str, after: &str) -> Statement {
        match self {
            Self::Client(id) => client::page(part, id, after),
            Self::Viewer(asker) => viewer::page(part, &asker, after),
        }
    }

    /// A page of a folder: [`File`]s.
    pub(crate) fn files(self, folder: &str, after: &str) -> Statement {
        match self {
            Self::Client(id) => client::files(folder, id, after),
            Self::Viewer(asker) => viewer::files(folder, &asker, after),
        }
    }
}

/// Notes that all of it was taken out.
pub(crate) fn exported(client: ClientId, now: crate::domain::time::Timestamp) -> Statement {
    statement!(
        "UPDATE clients SET exported_at = ?2 WHERE id = ?1",
        client.to_string(),
        now
    )
}

pub(crate) use viewer::receipts;
