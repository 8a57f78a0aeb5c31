//! What people say to each other in tickets and threads, with the files that come with it: what both
//! have in common.

pub(crate) mod file;

use serde::{Deserialize, Serialize};

use super::{Error, Statement, flag, json, statement};
use crate::domain::filename::FileName;
use crate::domain::id::{FileId, MessageId};
use crate::domain::time::Timestamp;

/// Something said.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    #[serde(deserialize_with = "flag")]
    pub(crate) internal: bool,
    pub(crate) body: String,
    pub(crate) author: String,
    /// A person of the client said it.
    #[serde(deserialize_with = "flag")]
    pub(crate) by_client: bool,
    pub(crate) created_at: Timestamp,
    #[serde(deserialize_with = "json")]
    pub(crate) files: Vec<Attached>,
}

/// A file that came with it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Attached {
    pub(crate) id: FileId,
    pub(crate) name: FileName,
    /// Bytes.
    pub(crate) size: u64,
    /// How often people of the client took it; only staff are told.
    #[serde(default)]
    pub(crate) taken: u64,
    /// When they last did.
    #[serde(default)]
    pub(crate) last: Option<Timestamp>,
}

/// How many messages a page shows; one more is read.
pub(crate) const PAGE: usize = 50;

/// A file whose object is in R2.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Arrived {
    pub(crate) id: FileId,
    /// Key of the object.
    pub(crate) blob: String,
    /// R2's tag.
    pub(crate) etag: String,
    pub(crate) file_name: FileName,
    pub(crate) content_type: &'static str,
    /// Bytes.
    pub(crate) size: u64,
}

/// Refuses the batch where the sweep was at one of the files before.
pub(crate) fn fresh(files: &[Arrived]) -> Result<Statement, Error> {
    let blobs: Vec<&str> = files.iter().map(|file| file.blob.as_str()).collect();
    Ok(statement!(
        "INSERT INTO must_hold (holds) SELECT NOT EXISTS (SELECT 1 FROM json_each(?1) f \
         WHERE f.value <= (SELECT key FROM form_sweep WHERE id = 1) \
          OR f.value IN (SELECT blob FROM doomed_blobs WHERE blob = f.value))",
        serde_json::to_string(&blobs)?
    ))
}
