//! Files on their way into R2: rows that stand before the bytes and end with the document.
//!
//! The row of an upload by script comes first; in one batch it becomes a version, or its object is
//! doomed. Both look at the row, so of a completion, a second one, a cancellation and the sweep
//! exactly one finds it. Files of a plain form have no row: their objects lie under the day they came,
//! and the sweep looks at each key once, when that day is long over.

use const_format::formatcp;
use serde::{Deserialize, Serialize};

use super::viewer::Asker;
use super::{Param, Statement, flag, statement};
use crate::domain::filename::FileName;
use crate::domain::id::{ClientId, DocumentId, SessionId, StaffId, UploadId, VersionId};
use crate::domain::settings::UploadLimit;
use crate::domain::time::Timestamp;

/// A file on its way to R2.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// Id of the row.
    pub(crate) id: UploadId,
    /// Whose document it becomes.
    pub(crate) client: ClientId,
    /// The document that it becomes a version of; `None`: a new one.
    pub(crate) document: Option<DocumentId>,
    /// Random R2 key.
    pub(crate) blob: String,
    /// R2's id, where it goes up in parts.
    pub(crate) multipart: Option<String>,
    /// Its name.
    pub(crate) file_name: FileName,
    /// Bytes, 0 while it is not known.
    pub(crate) size: u64,
    /// Bytes of every part but the last.
    pub(crate) part_size: u64,
    /// JSON of what is wished for it.
    pub(crate) wishes: String,
}

/// Notes an upload, unless its client is archived or its document gone meanwhile.
pub(crate) fn begin(upload: &Upload, by: StaffId, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO uploads (id, client_id, document_id, blob, multipart_id, file_name, content_type, \
         size, part_size, fields, created_by, created_at, touched_at) \
         SELECT ?1, c.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12 FROM clients c \
         WHERE c.id = ?2 AND c.archived_at IS NULL AND (?3 IS NULL OR EXISTS \
          (SELECT 1 FROM documents d WHERE d.id = ?3 AND d.client_id = c.id AND d.deleted_at IS NULL))",
        upload.id.to_string(),
        upload.client.to_string(),
        Param::from(upload.document.map(|id| id.to_string())),
        upload.blob.as_str(),
        Param::from(upload.multipart.as_deref()),
        upload.file_name.as_str(),
        upload.file_name.content_type(),
        upload.size,
        upload.part_size,
        upload.wishes.as_str(),
        by.to_string(),
        now
    )
}

/// Notes an upload of the viewer's own, while they may send files, where file and bytes were counted.
pub(crate) fn begin_sent(asker: &Asker, upload: &Upload) -> Statement {
    asker.statement(
        "INSERT INTO uploads (id, client_id, blob, multipart_id, file_name, content_type, size, part_size, fields, \
         sent_by, created_at, touched_at) \
         SELECT ?4, v.client_id, ?5, ?6, ?7, ?8, ?9, ?10, ?11, v.contact_id, ?2, ?2 FROM viewer v \
         WHERE v.session_id IS NOT NULL AND EXISTS (SELECT 1 FROM allowances w WHERE w.kind = 'files' \
          AND w.who = v.contact_id AND w.at = ?2 - ?2 % 300000 AND w.last = ?4)",
        [
            upload.id.to_string().into(),
            upload.blob.as_str().into(),
            Param::from(upload.multipart.as_deref()),
            upload.file_name.as_str().into(),
            upload.file_name.content_type().into(),
            upload.size.into(),
            upload.part_size.into(),
            upload.wishes.as_str().into(),
        ],
    )
}

/// An upload in parts that goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct Going {
    pub(crate) id: UploadId,
    pub(crate) client_id: ClientId,
    pub(crate) document_id: Option<DocumentId>,
    pub(crate) blob: String,
    pub(crate) multipart_id: String,
    pub(crate) file_name: FileName,
    pub(crate) size: u64,
    pub(crate) part_size: u64,
    /// JSON of what is wished for it.
    pub(crate) fields: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) archived: bool,
}

/// [`Going`] by its id, for the member of staff who began it.
pub(crate) fn going(upload: UploadId, session: SessionId) -> Statement {
    statement!(
        "SELECT u.id, u.client_id, u.document_id, u.blob, u.multipart_id, u.file_name, u.size, \
         u.part_size, u.fields, c.archived_at IS NOT NULL AS archived \
         FROM uploads u JOIN clients c ON c.id = u.client_id \
         WHERE u.id = ?1 AND u.multipart_id IS NOT NULL \
          AND u.created_by = (SELECT staff_id FROM sessions WHERE id = ?2)",
        upload.to_string(),
        session.to_string()
    )
}

/// [`Going`] by its id, for the viewer who began it and may still send files.
pub(crate) fn going_sent(asker: &Asker, upload: UploadId) -> Statement {
    asker.statement(
        "SELECT u.id, u.client_id, u.document_id, u.blob, u.multipart_id, u.file_name, u.size, \
         u.part_size, u.fields, 0 AS archived FROM viewer v CROSS JOIN uploads u ON u.id = ?4 \
          AND u.client_id = v.client_id AND u.sent_by = v.contact_id \
         WHERE u.multipart_id IS NOT NULL AND v.session_id IS NOT NULL",
        [upload.to_string().into()],
    )
}

/// The parts of an upload that are in R2, in order: rows of [`super::blobs::Part`].
pub(crate) fn parts(upload: UploadId) -> Statement {
    statement!(
        "SELECT number, etag FROM upload_parts WHERE upload_id = ?1 ORDER BY number",
        upload.to_string()
    )
}

/// Notes a part that R2 took, in place of an earlier one of that number.
pub(crate) fn part(upload: UploadId, number: u16, etag: &str, size: u64) -> Statement {
    statement!(
        "INSERT INTO upload_parts (upload_id, number, etag, size) \
         SELECT id, ?2, ?3, ?4 FROM uploads WHERE id = ?1 \
         ON CONFLICT (upload_id, number) DO UPDATE SET etag = excluded.etag, size = excluded.size",
        upload.to_string(),
        u32::from(number),
        etag,
        size
    )
}

/// Puts the sweep off.
pub(crate) fn touch(upload: UploadId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE uploads SET touched_at = ?2 WHERE id = ?1",
        upload.to_string(),
        now
    )
}

/// Forgets the parts of an upload: they have to come again.
pub(crate) fn forget_parts(upload: UploadId) -> Statement {
    statement!(
        "DELETE FROM upload_parts WHERE upload_id = ?1",
        upload.to_string()
    )
}

/// Ends an upload's row. Its object, where no version took it over, goes to the sweep.
pub(crate) fn end(upload: UploadId, now: Timestamp) -> [Statement; 3] {
    let id = upload.to_string();
    [
        statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, multipart_id, doomed_at) \
             SELECT u.blob, u.multipart_id, ?2 FROM uploads u WHERE u.id = ?1 \
             AND NOT EXISTS (SELECT 1 FROM document_versions v WHERE v.blob = u.blob)",
            id.as_str(),
            now
        ),
        forget_parts(upload),
        statement!("DELETE FROM uploads WHERE id = ?1", id),
    ]
}

/// Dooms those of the objects that no version of a document, no invoice and no ticket names.
pub(crate) fn doom<T: Serialize>(blobs: &[T], now: Timestamp) -> Result<Statement, super::Error> {
    Ok(statement!(
        "INSERT OR IGNORE INTO doomed_blobs (blob, doomed_at) SELECT f.value, ?2 FROM json_each(?1) f \
         WHERE NOT EXISTS (SELECT 1 FROM document_versions WHERE blob = f.value) \
          AND NOT EXISTS (SELECT 1 FROM invoice_revisions WHERE own_blob = f.value) \
          AND NOT EXISTS (SELECT 1 FROM ticket_files WHERE blob = f.value) \
          AND NOT EXISTS (SELECT 1 FROM message_files WHERE blob = f.value)",
        serde_json::to_string(blobs)?,
        now
    ))
}

/// How far the sweep of plain forms is.
#[derive(Debug, Deserialize)]
pub(crate) struct Swept {
    /// The last key that it looked at.
    pub(crate) key: String,
}

/// The one [`Swept`].
pub(crate) fn swept() -> Statement {
    statement!("SELECT key FROM form_sweep WHERE id = 1")
}

/// The sweep has looked at all keys up to this one. Never goes back.
pub(crate) fn swept_to(key: &str) -> Statement {
    statement!(
        "UPDATE form_sweep SET key = ?1 WHERE id = 1 AND key < ?1",
        key
    )
}

/// What an upload became.
#[derive(Debug, Deserialize)]
pub(crate) struct Made {
    pub(crate) version_id: VersionId,
    pub(crate) document_id: DocumentId,
    pub(crate) client_id: ClientId,
    pub(crate) title: String,
    /// Number of the version.
    pub(crate) number: u64,
    #[serde(deserialize_with = "flag")]
    pub(crate) deleted: bool,
}

/// The columns of [`Made`], of `document_versions v` and `documents d`.
const MADE: &str = "v.id AS version_id, d.id AS document_id, d.client_id, d.title, v.number, \
     d.deleted_at IS NOT NULL AS deleted";

/// [`Made`] by the ids of the versions, as far as they are there.
pub(crate) fn made(versions: &[VersionId]) -> Result<Statement, super::Error> {
    Ok(statement!(
        formatcp!(
            "SELECT {MADE} \
             FROM json_each(?1) f JOIN document_versions v ON v.id = f.value \
             JOIN documents d ON d.id = v.document_id"
        ),
        serde_json::to_string(versions)?
    ))
}

/// [`Made`] by the member of staff who sent it.
pub(crate) fn made_by(version: VersionId, session: SessionId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {MADE} \
             FROM document_versions v JOIN documents d ON d.id = v.document_id \
             WHERE v.id = ?1 AND d.deleted_at IS NULL \
              AND v.uploaded_by = (SELECT staff_id FROM sessions WHERE id = ?2)"
        ),
        version.to_string(),
        session.to_string()
    )
}

/// [`Made`] by the viewer, while they may send files.
pub(crate) fn made_sent(asker: &Asker, version: VersionId) -> Statement {
    asker.statement(
        formatcp!(
            "SELECT {MADE} FROM viewer v0 CROSS JOIN document_versions v ON v.id = ?4 AND v.sent_by = v0.contact_id \
             CROSS JOIN documents d ON d.id = v.document_id AND d.client_id = v0.client_id AND d.deleted_at IS NULL"
        ),
        [version.to_string().into()],
    )
}

/// How large a file may be.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Limit {
    pub(crate) upload_limit: UploadLimit,
}

/// The [`Limit`], for a viewer who may send files.
pub(crate) fn limit_sent(asker: &Asker) -> Statement {
    asker.statement(
        "SELECT b.upload_limit FROM viewer v CROSS JOIN business b ON b.id = 1 WHERE v.session_id IS NOT NULL",
        [],
    )
}

/// Dooms the objects of uploads that nobody touched for a day (86400000 ms), some at a time, and
/// ends their rows.
pub(crate) fn give_up_old(now: Timestamp) -> [Statement; 3] {
    [
        statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, multipart_id, doomed_at) \
             SELECT blob, multipart_id, ?1 FROM uploads WHERE touched_at < ?1 - 86400000 \
             ORDER BY touched_at LIMIT 20",
            now
        ),
        statement!(
            "DELETE FROM upload_parts WHERE upload_id IN (SELECT u.id FROM uploads u \
             JOIN doomed_blobs b ON b.blob = u.blob WHERE u.touched_at < ?1 - 86400000)",
            now
        ),
        statement!(
            "DELETE FROM uploads WHERE touched_at < ?1 - 86400000 \
             AND EXISTS (SELECT 1 FROM doomed_blobs b WHERE b.blob = uploads.blob)",
            now
        ),
    ]
}

/// An object whose rows are gone.
#[derive(Debug, Deserialize)]
pub(crate) struct Doomed {
    pub(crate) blob: String,
    /// R2's id of its upload, where that may still be open.
    pub(crate) multipart_id: Option<String>,
}

/// Objects to delete, some at a time.
pub(crate) fn doomed() -> Statement {
    statement!(
        "SELECT blob, multipart_id FROM doomed_blobs WHERE blob > '' ORDER BY blob LIMIT 100"
    )
}

/// Forgets an object that is deleted.
pub(crate) fn gone(blob: &str) -> Statement {
    statement!("DELETE FROM doomed_blobs WHERE blob = ?1", blob)
}
