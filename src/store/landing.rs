//! An upload whose object is in R2 becomes a document, or a version of one, in one batch.
//!
//! The batch looks at the upload's row and at the version's id, so sending it again after a lost
//! reply changes nothing: what was made is answered.

use super::upload::{Made, end, made};
use super::{Db, Error, Statement, statement};
use crate::domain::filename::FileName;
use crate::domain::id::{AuditId, DocumentId, StaffId, UploadId, VersionId};
use crate::domain::text::{Folder, Title};
use crate::domain::time::Timestamp;

/// An upload whose object is in R2.
#[derive(Debug, Clone)]
pub(crate) struct Arrived<'a> {
    pub(crate) upload: UploadId,
    /// Id of the version. Where it is there already, nothing happens a second time.
    pub(crate) version: VersionId,
    pub(crate) file_name: &'a FileName,
    /// R2's tag.
    pub(crate) etag: &'a str,
    /// Bytes.
    pub(crate) size: u64,
    /// Id of the line in the audit log.
    pub(crate) note: AuditId,
    pub(crate) by: StaffId,
    /// Where from.
    pub(crate) address: &'a str,
}

/// What an upload becomes.
#[derive(Debug, Clone)]
pub(crate) enum Becomes<'a> {
    /// A document of the upload's client.
    New {
        id: DocumentId,
        title: &'a Title,
        folder: &'a Folder,
        visible: bool,
    },
    /// The newest version of a document.
    Version(DocumentId),
}

impl Arrived<'_> {
    /// Lands the upload. `notice` queues the mails about it.
    pub(crate) async fn land(
        &self,
        db: &Db,
        becomes: &Becomes<'_>,
        notice: Option<Statement>,
        blob: &str,
        now: Timestamp,
    ) -> Result<Option<Made>, Error> {
        let mut batch = match becomes {
            Becomes::New { .. } => self.document(becomes, now),
            Becomes::Version(document) => self.next(*document, now),
        };
        batch.extend(notice);
        batch.extend(end(self.upload, now));
        // Where the row went meanwhile, the object has no other.
        batch.push(super::upload::doom(blob, now));
        let skipped = batch.len();
        batch.push(made(self.version));
        let mut results = db.batch(batch).await?;
        for _ in 0..skipped {
            results.skip()?;
        }
        results.first()
    }

    fn document(&self, becomes: &Becomes<'_>, now: Timestamp) -> Vec<Statement> {
        let Becomes::New {
            id,
            title,
            folder,
            visible,
        } = becomes
        else {
            return Vec::new();
        };
        vec![
            statement!(
                "INSERT INTO documents (id, client_id, title, folder, visible, published_at, \
                 version_id, created_by, created_at, updated_at) \
                 SELECT ?2, u.client_id, ?4, ?5, ?6, ?7, ?3, ?8, ?9, ?9 FROM uploads u \
                 JOIN clients c ON c.id = u.client_id AND c.archived_at IS NULL \
                 WHERE u.id = ?1 AND NOT EXISTS (SELECT 1 FROM document_versions WHERE id = ?3)",
                self.upload.to_string(),
                id.to_string(),
                self.version.to_string(),
                title.as_str(),
                folder.as_str(),
                *visible,
                visible.then_some(now),
                self.by.to_string(),
                now
            ),
            statement!(
                "INSERT INTO document_versions (id, document_id, number, blob, etag, file_name, \
                 content_type, size, uploaded_by, created_at) \
                 SELECT ?3, d.id, 1, u.blob, ?4, ?5, ?6, ?7, ?8, ?9 \
                 FROM uploads u JOIN documents d ON d.id = ?2 AND d.version_id = ?3 WHERE u.id = ?1",
                self.upload.to_string(),
                id.to_string(),
                self.version.to_string(),
                self.etag,
                self.file_name.as_str(),
                self.file_name.content_type(),
                self.size,
                self.by.to_string(),
                now
            ),
            super::document::note(
                self.note,
                *id,
                "document.uploaded",
                self.by,
                self.address,
                now,
            ),
        ]
    }

    fn next(&self, document: DocumentId, now: Timestamp) -> Vec<Statement> {
        vec![
            statement!(
                "INSERT INTO document_versions (id, document_id, number, blob, etag, file_name, \
                 content_type, size, uploaded_by, created_at) \
                 SELECT ?2, d.id, 1 + (SELECT max(number) FROM document_versions WHERE document_id = d.id), \
                 u.blob, ?3, ?4, ?5, ?6, ?7, ?8 \
                 FROM uploads u JOIN documents d ON d.id = u.document_id AND d.deleted_at IS NULL \
                 JOIN clients c ON c.id = d.client_id AND c.archived_at IS NULL \
                 WHERE u.id = ?1 AND NOT EXISTS (SELECT 1 FROM document_versions WHERE id = ?2)",
                self.upload.to_string(),
                self.version.to_string(),
                self.etag,
                self.file_name.as_str(),
                self.file_name.content_type(),
                self.size,
                self.by.to_string(),
                now
            ),
            statement!(
                "UPDATE documents SET version_id = ?2, revision = revision + 1, updated_at = ?3 \
                 WHERE id = ?1 AND version_id <> ?2 AND EXISTS (SELECT 1 FROM document_versions v \
                  WHERE v.id = ?2 AND v.document_id = ?1 AND v.created_at = ?3)",
                document.to_string(),
                self.version.to_string(),
                now
            ),
            super::document::note(
                self.note,
                document,
                "document.version_added",
                self.by,
                self.address,
                now,
            ),
        ]
    }
}
