//! Files that are in R2 become documents, or one becomes a version of one, in one batch.
//!
//! The batch looks at the ids of the versions, so sending it again after a lost reply changes
//! nothing: what was made is answered. However many files there are, its statements are the same few:
//! they read the files out of one JSON text.

use serde::Serialize;

use super::upload::{self, Made};
use super::viewer::Asker;
use super::{Db, Error, Param, Statement, allowance, statement};
use crate::domain::allowance::Used;
use crate::domain::filename::FileName;
use crate::domain::id::{AuditId, ClientId, DocumentId, StaffId, UploadId, VersionId};
use crate::domain::text::Folder;
use crate::domain::time::Timestamp;

/// A file whose object is in R2.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Arrived<'a> {
    /// Id of the version. Where it is there already, nothing happens a second time.
    pub(crate) version: VersionId,
    /// The document it makes, or gets into.
    pub(crate) document: DocumentId,
    /// Title of a new document.
    pub(crate) title: &'a str,
    /// Key of the object.
    pub(crate) blob: &'a str,
    /// R2's tag.
    pub(crate) etag: &'a str,
    pub(crate) file_name: &'a FileName,
    pub(crate) content_type: &'a str,
    /// Bytes.
    pub(crate) size: u64,
    /// Id of the line in the audit log.
    pub(crate) note: AuditId,
}

/// What files become.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Becomes<'a> {
    /// A document each.
    New { folder: &'a Folder, visible: bool },
    /// The newest version of a document: there is one file.
    Version,
}

/// Who sends them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By {
    /// Staff.
    Staff(StaffId),
    /// The viewer, while they may, and counted under that name; files that come by an upload were counted
    /// when it began.
    Client(Asker, AuditId),
}

/// Files that land together.
#[derive(Debug, Clone)]
pub(crate) struct Landing<'a> {
    pub(crate) files: Vec<Arrived<'a>>,
    pub(crate) becomes: Becomes<'a>,
    /// Whose documents they are.
    pub(crate) client: ClientId,
    /// The row that they end. Where it is gone, nothing lands.
    pub(crate) upload: Option<UploadId>,
    pub(crate) by: By,
    /// Where from.
    pub(crate) address: &'a str,
}

impl Landing<'_> {
    /// Lands the files, and answers with those that are there, and with what a client has sent so far. `notice`
    /// queues the mails about them.
    pub(crate) async fn land(
        &self,
        db: &Db,
        notice: Option<Statement>,
        now: Timestamp,
    ) -> Result<(Vec<Made>, Vec<Used>), Error> {
        let files = serde_json::to_string(&self.files)?;
        let mut batch = match (self.becomes, self.by) {
            (Becomes::New { folder, visible }, By::Staff(by)) => vec![
                self.documents(&files, (folder, visible), by, now),
                first_versions(&files, now),
            ],
            (Becomes::Version, By::Staff(by)) => self.next(&files, by, now),
            (_, By::Client(asker, count)) => self.counted(&files, &asker, count, now),
        };
        batch.push(match self.by {
            By::Staff(by) => self.notes(&files, by, now),
            By::Client(..) => self.sent_notes(&files, now),
        });
        batch.extend(notice);
        if let Some(upload) = self.upload {
            batch.extend(upload::end(upload, now));
        }
        // What did not become a version has no other row.
        let blobs: Vec<&str> = self.files.iter().map(|file| file.blob).collect();
        batch.push(upload::doom(&blobs, now)?);
        let skipped = batch.len();
        let versions: Vec<VersionId> = self.files.iter().map(|file| file.version).collect();
        batch.push(upload::made(&versions)?);
        if let By::Client(asker, _) = self.by {
            batch.push(allowance::used(&asker));
        }
        let mut results = db.batch(batch).await?;
        for _ in 0..skipped {
            results.skip()?;
        }
        Ok((results.rows()?, results.rows_if_any()?))
    }

    /// What a client sends, where it is not too much.
    fn counted(
        &self,
        files: &str,
        asker: &Asker,
        count: AuditId,
        now: Timestamp,
    ) -> Vec<Statement> {
        let begun = self.upload.is_some();
        let mut batch = Vec::new();
        if !begun {
            batch.push(allowance::take_files(asker, count, files));
        }
        batch.push(sent(files, asker, (count, begun)));
        batch.push(first_versions(files, now));
        batch
    }

    fn documents(
        &self,
        files: &str,
        (folder, visible): (&Folder, bool),
        by: StaffId,
        now: Timestamp,
    ) -> Statement {
        statement!(
            "INSERT INTO documents (id, client_id, title, folder, visible, published_at, \
             version_id, created_by, created_at, updated_at) \
             SELECT f.value ->> 'document', c.id, f.value ->> 'title', ?3, ?4, ?5, \
             f.value ->> 'version', ?6, ?7, ?7 \
             FROM json_each(?1) f JOIN clients c ON c.id = ?2 AND c.archived_at IS NULL \
             WHERE (?8 IS NULL OR EXISTS (SELECT 1 FROM uploads WHERE id = ?8)) \
              AND NOT EXISTS (SELECT 1 FROM document_versions WHERE id = f.value ->> 'version') \
              AND NOT EXISTS (SELECT 1 FROM doomed_blobs WHERE blob = f.value ->> 'blob') \
              AND f.value ->> 'blob' NOT BETWEEN 'form/' AND (SELECT key FROM form_sweep WHERE id = 1)",
            files,
            self.client.to_string(),
            folder.as_str(),
            visible,
            visible.then_some(now),
            by.to_string(),
            now,
            self.row()
        )
    }

    fn next(&self, files: &str, by: StaffId, now: Timestamp) -> Vec<Statement> {
        vec![
            statement!(
                "INSERT INTO document_versions (id, document_id, number, blob, etag, file_name, \
                 content_type, size, uploaded_by, created_at) \
                 SELECT f.value ->> 'version', d.id, \
                 1 + (SELECT max(number) FROM document_versions WHERE document_id = d.id), \
                 f.value ->> 'blob', f.value ->> 'etag', f.value ->> 'file_name', \
                 f.value ->> 'content_type', f.value ->> 'size', ?3, ?4 \
                 FROM json_each(?1) f JOIN documents d ON d.id = f.value ->> 'document' \
                  AND d.client_id = ?2 AND d.deleted_at IS NULL \
                 JOIN clients c ON c.id = d.client_id AND c.archived_at IS NULL \
                 WHERE (?5 IS NULL OR EXISTS (SELECT 1 FROM uploads WHERE id = ?5)) \
                  AND NOT EXISTS (SELECT 1 FROM document_versions WHERE id = f.value ->> 'version') \
                  AND NOT EXISTS (SELECT 1 FROM doomed_blobs WHERE blob = f.value ->> 'blob') \
                  AND f.value ->> 'blob' NOT BETWEEN 'form/' AND (SELECT key FROM form_sweep WHERE id = 1)",
                files,
                self.client.to_string(),
                by.to_string(),
                now,
                self.row()
            ),
            statement!(
                "UPDATE documents SET version_id = v.id, revision = revision + 1, updated_at = ?2 \
                 FROM json_each(?1) f JOIN document_versions v ON v.id = f.value ->> 'version' \
                  AND v.created_at = ?2 \
                 WHERE documents.id = v.document_id AND documents.version_id <> v.id",
                files,
                now
            ),
        ]
    }

    /// The lines of the audit log for what came to be at this moment.
    fn notes(&self, files: &str, by: StaffId, now: Timestamp) -> Statement {
        let action = match self.becomes {
            Becomes::New { .. } => "document.uploaded",
            Becomes::Version => "document.version_added",
        };
        statement!(
            "INSERT OR IGNORE INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
             client_id, detail, address) \
             SELECT f.value ->> 'note', ?5, 'staff', st.id, st.name, ?2, d.id, d.client_id, d.title, ?4 \
             FROM json_each(?1) f JOIN documents d ON d.id = f.value ->> 'document' \
             JOIN staff st ON st.id = ?3 \
             WHERE d.updated_at = ?5 AND d.version_id = f.value ->> 'version'",
            files,
            action,
            by.to_string(),
            self.address,
            now
        )
    }

    /// The same for what a client sent.
    fn sent_notes(&self, files: &str, now: Timestamp) -> Statement {
        statement!(
            "INSERT OR IGNORE INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
             client_id, detail, address) \
             SELECT f.value ->> 'note', ?3, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), \
             'upload.sent', d.id, d.client_id, d.title, ?2 \
             FROM json_each(?1) f JOIN documents d ON d.id = f.value ->> 'document' \
             JOIN contacts ct ON ct.id = d.sent_by \
             WHERE d.updated_at = ?3 AND d.version_id = f.value ->> 'version'",
            files,
            self.address,
            now
        )
    }

    fn row(&self) -> Param {
        self.upload.map(|id| id.to_string()).into()
    }
}

/// What a client sends becomes documents that all of the client see, while the viewer may send any, where it was
/// counted now or when its upload began.
fn sent(files: &str, asker: &Asker, (count, begun): (AuditId, bool)) -> Statement {
    asker.statement(
        "INSERT INTO documents (id, client_id, title, visible, published_at, version_id, sent_by, created_at, \
         updated_at) \
         SELECT f.value ->> 'document', v.client_id, f.value ->> 'title', 1, ?2, f.value ->> 'version', v.contact_id, \
         ?2, ?2 FROM viewer v CROSS JOIN json_each(?4) f \
         WHERE v.session_id IS NOT NULL \
          AND (?6 OR EXISTS (SELECT 1 FROM allowances w WHERE w.kind = 'files' AND w.who = v.contact_id \
           AND w.at = ?2 - ?2 % 300000 AND w.last = ?5)) \
          AND NOT EXISTS (SELECT 1 FROM document_versions WHERE id = f.value ->> 'version') \
          AND NOT EXISTS (SELECT 1 FROM doomed_blobs WHERE blob = f.value ->> 'blob') \
          AND f.value ->> 'blob' NOT BETWEEN 'form/' AND (SELECT key FROM form_sweep WHERE id = 1)",
        [files.into(), count.to_string().into(), begun.into()],
    )
}

/// The first versions of documents, by who made those.
fn first_versions(files: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO document_versions (id, document_id, number, blob, etag, file_name, \
         content_type, size, uploaded_by, sent_by, created_at) \
         SELECT d.version_id, d.id, 1, f.value ->> 'blob', f.value ->> 'etag', \
         f.value ->> 'file_name', f.value ->> 'content_type', f.value ->> 'size', d.created_by, d.sent_by, ?2 \
         FROM json_each(?1) f JOIN documents d ON d.id = f.value ->> 'document' \
          AND d.version_id = f.value ->> 'version' \
         WHERE NOT EXISTS (SELECT 1 FROM document_versions WHERE id = d.version_id)",
        files,
        now
    )
}
