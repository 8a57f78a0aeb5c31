//! Documents: the staff's list and page, what a client may see of them, and the writes about them.
//!
//! How files come is told in [`super::upload`], who took them in [`super::receipt`]. A deleted
//! document leaves its objects in `doomed_blobs` for the sweep. What a client sees is read `FROM
//! shared`, see [`super::viewer`].

use const_format::formatcp;
use serde::Deserialize;

use super::viewer::Asker;
use super::{ById, Statement, flag, statement};
use crate::domain::document::Window;
use crate::domain::filename::FileName;
use crate::domain::id::{AuditId, ClientId, DocumentId, ProjectId, StaffId};
use crate::domain::paging::Cursor;
use crate::domain::settings::UploadLimit;
use crate::domain::text::{Folder, Title};
use crate::domain::time::Timestamp;

/// The client whose documents they are, and how large one may be.
#[derive(Debug, Deserialize)]
pub(crate) struct Owner {
    pub(crate) name: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) archived: bool,
    pub(crate) upload_limit: UploadLimit,
}

/// [`Owner`] of a client's documents.
pub(crate) fn owner(client: ClientId) -> Statement {
    statement!(
        "SELECT c.name, c.archived_at IS NOT NULL AS archived, b.upload_limit \
         FROM clients c JOIN business b ON b.id = 1 WHERE c.id = ?1 AND c.erased_at IS NULL",
        client.to_string()
    )
}

/// A document on the staff's list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: DocumentId,
    pub(crate) title: String,
    pub(crate) folder: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) visible: bool,
    pub(crate) visible_from: Option<Timestamp>,
    pub(crate) visible_until: Option<Timestamp>,
    /// When its current version came.
    pub(crate) created_at: Timestamp,
    pub(crate) number: u64,
    pub(crate) size: u64,
    /// How often clients downloaded it, and when last.
    pub(crate) downloads: u64,
    pub(crate) downloaded_at: Option<Timestamp>,
    /// Who of the client sent it.
    pub(crate) sender: Option<String>,
}

/// The columns of [`Listed`], of `documents d` and `document_versions v`.
const LISTED: &str = "d.id, d.title, d.folder, d.visible, d.visible_from, d.visible_until, v.created_at, v.number, \
     v.size, d.downloads, d.downloaded_at, \
     (SELECT trim(ct.first_name || ' ' || ct.last_name) FROM contacts ct WHERE ct.id = d.sent_by) AS sender";

/// A page of a client's documents, newest first and one row more where there are more. The page
/// before another comes in reverse.
pub(crate) fn of_client(client: ClientId, cursor: Cursor<DocumentId>) -> Statement {
    let client = client.to_string();
    match cursor {
        Cursor::First => statement!(
            formatcp!(
                "SELECT {LISTED} FROM documents d JOIN document_versions v ON v.id = d.version_id \
                 WHERE d.client_id = ?1 AND d.deleted_at IS NULL \
                 ORDER BY d.created_at DESC, d.id DESC LIMIT 26"
            ),
            client
        ),
        Cursor::After(id) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM documents d JOIN document_versions v ON v.id = d.version_id \
                 WHERE d.client_id = ?1 AND d.deleted_at IS NULL \
                  AND (d.created_at, d.id) < (SELECT created_at, id FROM documents WHERE id = ?2) \
                 ORDER BY d.created_at DESC, d.id DESC LIMIT 26"
            ),
            client,
            id.to_string()
        ),
        Cursor::Before(id) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM documents d JOIN document_versions v ON v.id = d.version_id \
                 WHERE d.client_id = ?1 AND d.deleted_at IS NULL \
                  AND (d.created_at, d.id) > (SELECT created_at, id FROM documents WHERE id = ?2) \
                 ORDER BY d.created_at, d.id LIMIT 26"
            ),
            client,
            id.to_string()
        ),
    }
}

/// A document as staff see it.
#[derive(Debug, Deserialize)]
pub(crate) struct Whole {
    pub(crate) id: DocumentId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) archived: bool,
    pub(crate) upload_limit: UploadLimit,
    pub(crate) title: String,
    pub(crate) folder: String,
    pub(crate) description: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) visible: bool,
    pub(crate) visible_from: Option<Timestamp>,
    pub(crate) visible_until: Option<Timestamp>,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) revision: i64,
    /// Who of the client sent it.
    pub(crate) sender: Option<String>,
}

impl Whole {
    /// When it is shown.
    pub(crate) fn window(&self) -> Window {
        Window {
            from: self.visible_from,
            until: self.visible_until,
        }
    }
}

/// Unless deleted.
impl ById for Whole {
    type Id = DocumentId;
    fn by_id(id: DocumentId) -> Statement {
        statement!(
            "SELECT d.id, d.client_id, c.name AS client_name, c.archived_at IS NOT NULL AS archived, \
             b.upload_limit, d.title, d.folder, d.description, d.visible, d.visible_from, \
             d.visible_until, d.version_id, d.project_id, d.revision, d.updated_at, \
             (SELECT trim(ct.first_name || ' ' || ct.last_name) FROM contacts ct WHERE ct.id = d.sent_by) AS sender \
             FROM documents d JOIN clients c ON c.id = d.client_id JOIN business b ON b.id = 1 \
             WHERE d.id = ?1 AND d.deleted_at IS NULL",
            id.to_string()
        )
    }
}

/// A version as staff see it.
#[derive(Debug, Deserialize)]
pub(crate) struct Version {
    pub(crate) number: u64,
    pub(crate) file_name: String,
    pub(crate) size: u64,
    pub(crate) created_at: Timestamp,
    /// Name of who sent it.
    pub(crate) by: String,
    pub(crate) downloads: u64,
}

/// The newest fifty [`Version`]s.
pub(crate) fn versions(document: DocumentId) -> Statement {
    statement!(
        "SELECT v.number, v.file_name, v.size, v.created_at, coalesce(st.name, trim(ct.first_name || ' ' || ct.last_name), '') AS by, v.downloads \
         FROM document_versions v LEFT JOIN staff st ON st.id = v.uploaded_by \
         LEFT JOIN contacts ct ON ct.id = v.sent_by \
         WHERE v.document_id = ?1 ORDER BY v.number DESC LIMIT 50",
        document.to_string()
    )
}

/// A document as its client sees it on the list.
#[derive(Debug, Deserialize)]
pub(crate) struct Shared {
    pub(crate) id: DocumentId,
    pub(crate) title: String,
    pub(crate) folder: String,
    pub(crate) published_at: Timestamp,
    pub(crate) visible_from: Option<Timestamp>,
    pub(crate) size: u64,
    /// Who of the client sent it.
    pub(crate) sender: Option<String>,
    /// The viewer did.
    #[serde(deserialize_with = "flag")]
    pub(crate) mine: bool,
}

/// Reads [`Shared`].
const ROWS: &str = "SELECT s.id, s.title, s.folder, s.published_at, s.visible_from, v.size, \
     (SELECT trim(ct.first_name || ' ' || ct.last_name) FROM contacts ct WHERE ct.id = s.sent_by) AS sender, \
     s.sent_by IS NOT NULL AND s.sent_by IS s.contact_id AS mine \
     FROM shared s JOIN document_versions v ON v.id = s.version_id";
/// Its columns, once they have been read.
const SHOWN: &str = "id, title, folder, published_at, visible_from, size, sender, mine";
/// The document that a page goes on from; one that the viewer may not see is none.
const HERE: &str = "FROM shared h WHERE h.id = ?4";

/// A page of what the viewer may see, folder by folder and the newest first in each, one row more
/// where there are more. The page before another comes in reverse.
pub(crate) fn shared(asker: &Asker, cursor: Cursor<DocumentId>) -> Statement {
    match cursor {
        Cursor::First => asker.shared(
            formatcp!("{ROWS} ORDER BY s.folder, s.published_at DESC, s.id DESC LIMIT 26"),
            [],
        ),
        Cursor::After(id) => asker.shared(
            formatcp!(
                "SELECT {SHOWN} FROM ({ROWS} \
                  WHERE s.folder = (SELECT folder {HERE}) \
                   AND (s.published_at, s.id) < (SELECT published_at, id {HERE}) \
                  ORDER BY s.published_at DESC, s.id DESC LIMIT 26) \
                 UNION ALL \
                 SELECT * FROM ({ROWS} WHERE s.folder > (SELECT folder {HERE}) \
                  ORDER BY s.folder, s.published_at DESC, s.id DESC LIMIT 26) \
                 LIMIT 26"
            ),
            [id.to_string().into()],
        ),
        Cursor::Before(id) => asker.shared(
            formatcp!(
                "SELECT {SHOWN} FROM ({ROWS} \
                  WHERE s.folder = (SELECT folder {HERE}) \
                   AND (s.published_at, s.id) > (SELECT published_at, id {HERE}) \
                  ORDER BY s.published_at, s.id LIMIT 26) \
                 UNION ALL \
                 SELECT * FROM ({ROWS} WHERE s.folder < (SELECT folder {HERE}) \
                  ORDER BY s.folder DESC, s.published_at, s.id LIMIT 26) \
                 LIMIT 26"
            ),
            [id.to_string().into()],
        ),
    }
}

/// A document as its client sees it on its own page.
#[derive(Debug, Deserialize)]
pub(crate) struct SharedWhole {
    pub(crate) id: DocumentId,
    pub(crate) title: String,
    pub(crate) folder: String,
    pub(crate) description: String,
    pub(crate) published_at: Timestamp,
    pub(crate) visible_from: Option<Timestamp>,
    pub(crate) visible_until: Option<Timestamp>,
    pub(crate) file_name: String,
    pub(crate) size: u64,
    pub(crate) number: u64,
    /// When its current version came.
    pub(crate) created_at: Timestamp,
    /// Who of the client sent it.
    pub(crate) sender: Option<String>,
    /// The viewer did.
    #[serde(deserialize_with = "flag")]
    pub(crate) mine: bool,
}

/// [`SharedWhole`], if the viewer may see it.
pub(crate) fn shared_whole(asker: &Asker, document: DocumentId) -> Statement {
    asker.shared(
        "SELECT s.id, s.title, s.folder, s.description, s.published_at, s.visible_from, s.visible_until, \
         v.file_name, v.size, v.number, v.created_at, \
         (SELECT trim(ct.first_name || ' ' || ct.last_name) FROM contacts ct WHERE ct.id = s.sent_by) AS sender, \
         s.sent_by IS NOT NULL AND s.sent_by IS s.contact_id AS mine \
         FROM shared s JOIN document_versions v ON v.id = s.version_id WHERE s.id = ?4",
        [document.to_string().into()],
    )
}

/// What a download sends.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    pub(crate) blob: String,
    pub(crate) etag: String,
    pub(crate) file_name: FileName,
    pub(crate) content_type: String,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) created_at: Timestamp,
}

/// The columns of [`Stored`], of `document_versions v`.
const STORED: &str = "v.blob, v.etag, v.file_name, v.content_type, v.size, v.created_at";

/// [`Stored`] of a document's version, by its number or the current one, for staff.
pub(crate) fn stored(document: DocumentId, number: Option<u32>) -> Statement {
    match number {
        None => statement!(
            formatcp!(
                "SELECT {STORED} FROM documents d JOIN document_versions v ON v.id = d.version_id \
                 WHERE d.id = ?1 AND d.deleted_at IS NULL"
            ),
            document.to_string()
        ),
        Some(number) => statement!(
            formatcp!(
                "SELECT {STORED} FROM documents d \
                 JOIN document_versions v ON v.document_id = d.id AND v.number = ?2 \
                 WHERE d.id = ?1 AND d.deleted_at IS NULL"
            ),
            document.to_string(),
            number
        ),
    }
}

/// [`Stored`] of a document that the viewer may see.
pub(crate) fn shared_stored(asker: &Asker, document: DocumentId) -> Statement {
    asker.shared(
        formatcp!(
            "SELECT {STORED} FROM shared s JOIN document_versions v ON v.id = s.version_id \
             WHERE s.id = ?4"
        ),
        [document.to_string().into()],
    )
}

/// What a form makes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) title: Title,
    pub(crate) folder: Folder,
    pub(crate) description: String,
    pub(crate) visible: bool,
    pub(crate) window: Window,
    /// One of the same client.
    pub(crate) project: Option<ProjectId>,
}

/// Changes a document that has that revision; another one refuses the batch
/// ([`Meanwhile`](super::Conflict::Meanwhile)). It is published when it becomes visible.
pub(crate) fn change(
    document: DocumentId,
    revision: i64,
    draft: &Draft,
    now: Timestamp,
) -> Statement {
    statement!(
        "UPDATE documents SET title = ?3, folder = ?4, description = ?5, \
         published_at = CASE WHEN ?6 = 1 AND visible = 0 THEN ?9 ELSE published_at END, \
         visible = ?6, visible_from = ?7, visible_until = ?8, \
         project_id = (SELECT p.id FROM projects p WHERE p.id = ?10 AND p.client_id = documents.client_id), \
         revision = CASE WHEN revision = ?2 AND deleted_at IS NULL THEN revision + 1 END, updated_at = ?9 \
         WHERE id = ?1",
        document.to_string(),
        revision,
        draft.title.as_str(),
        draft.folder.as_str(),
        draft.description.as_str(),
        draft.visible,
        draft.window.from,
        draft.window.until,
        now,
        draft.project.map(|id| id.to_string())
    )
}

/// Shows a document in the portal, or takes it out.
pub(crate) fn show(document: DocumentId, visible: bool, now: Timestamp) -> Statement {
    statement!(
        "UPDATE documents SET visible = ?2, \
         published_at = CASE WHEN ?2 = 1 THEN ?3 ELSE published_at END, \
         revision = revision + 1, updated_at = ?3 \
         WHERE id = ?1 AND deleted_at IS NULL AND visible <> ?2",
        document.to_string(),
        visible,
        now
    )
}

/// Deletes a document and gives its objects to the sweep. Its receipts stay.
pub(crate) fn delete(document: DocumentId, now: Timestamp) -> [Statement; 2] {
    let id = document.to_string();
    [
        statement!(
            "UPDATE documents SET deleted_at = ?2, visible = 0, revision = revision + 1, \
             updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL",
            id.as_str(),
            now
        ),
        statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, doomed_at) \
             SELECT v.blob, ?2 FROM document_versions v JOIN documents d ON d.id = v.document_id \
             WHERE d.id = ?1 AND d.deleted_at = ?2",
            id,
            now
        ),
    ]
}

/// The line of the audit log for what was done to a document at this moment; none where nothing
/// was.
pub(crate) fn note(
    id: AuditId,
    document: DocumentId,
    action: &'static str,
    by: StaffId,
    address: &str,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT OR IGNORE INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
         client_id, detail, address) \
         SELECT ?1, ?5, 'staff', st.id, st.name, ?3, d.id, d.client_id, d.title, ?6 \
         FROM documents d JOIN staff st ON st.id = ?4 WHERE d.id = ?2 AND d.updated_at = ?5",
        id.to_string(),
        document.to_string(),
        action,
        by.to_string(),
        now,
        address
    )
}
