//! Documents: the staff's list, what a client may see of it, and every write about them.
//!
//! How files come is told in [`super::upload`]; a deleted document leaves its objects in
//! `doomed_blobs` for the sweep.

use serde::Deserialize;

use super::viewer::Asker;
use super::{Param, Statement, flag, statement};
use crate::domain::filename::FileName;
use crate::domain::id::{AuditId, ClientId, DocumentId, ReceiptId};
use crate::domain::settings::UploadLimit;
use crate::domain::time::Timestamp;
use crate::store::session::Place;

/// Documents on one page of a list.
pub(crate) const PAGE: usize = 25;

/// Where a page of a list begins: after the document of that moment and id.
pub(crate) type After = Option<(Timestamp, DocumentId)>;

/// The parameters of [`After`]; without one, later than every document.
fn after(cursor: After) -> [Param; 2] {
    match cursor {
        Some((at, id)) => [at.into(), id.to_string().into()],
        None => [Param::Int((1 << 53) - 1), Param::from("")],
    }
}

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
         FROM clients c JOIN business b ON b.id = 1 WHERE c.id = ?1",
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
    pub(crate) created_at: Timestamp,
    pub(crate) size: u64,
    /// How often clients downloaded it.
    pub(crate) downloads: u64,
    /// JSON: the newest receipts, as [`Receipt`].
    pub(crate) receipts: String,
}

/// Who downloaded a document, and when.
#[derive(Debug, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) who: String,
    pub(crate) at: Timestamp,
}

/// A client's documents, newest first, one more than [`PAGE`] where there are more.
pub(crate) fn of_client(client: ClientId, cursor: After) -> Statement {
    let [at, id] = after(cursor);
    statement!(
        "SELECT d.id, d.title, d.folder, d.visible, d.created_at, v.size, \
         (SELECT count(*) FROM receipts n WHERE n.document_id = d.id) AS downloads, \
         (SELECT json_group_array(json_object('who', who, 'at', at)) FROM \
          (SELECT trim(ct.first_name || ' ' || ct.last_name) AS who, r.at AS at \
           FROM receipts r JOIN contacts ct ON ct.id = r.contact_id \
           WHERE r.document_id = d.id ORDER BY r.at DESC LIMIT 10)) AS receipts \
         FROM documents d JOIN document_versions v ON v.id = d.version_id \
         WHERE d.client_id = ?1 AND d.deleted_at IS NULL AND (d.created_at, d.id) < (?2, ?3) \
         ORDER BY d.created_at DESC, d.id DESC LIMIT 26",
        client.to_string(),
        at,
        id
    )
}

/// A document as its client sees it.
#[derive(Debug, Deserialize)]
pub(crate) struct Shared {
    pub(crate) id: DocumentId,
    pub(crate) title: String,
    pub(crate) folder: String,
    pub(crate) published_at: Timestamp,
    pub(crate) size: u64,
}

/// What the viewer may see, newest first, one more than [`PAGE`] where there are more.
pub(crate) fn shared(asker: &Asker, cursor: After) -> Statement {
    asker.statement(
        "SELECT d.id, d.title, d.folder, d.published_at, vs.size FROM viewer v \
         JOIN documents d ON d.client_id = v.client_id AND d.visible = 1 AND d.deleted_at IS NULL \
          AND (d.visible_from IS NULL OR d.visible_from <= ?2) \
          AND (d.visible_until IS NULL OR d.visible_until > ?2) \
         JOIN document_versions vs ON vs.id = d.version_id \
         WHERE (d.published_at, d.id) < (?4, ?5) \
         ORDER BY d.published_at DESC, d.id DESC LIMIT 26",
        after(cursor),
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

/// [`Stored`] of a document, for staff.
pub(crate) fn stored(document: DocumentId) -> Statement {
    statement!(
        "SELECT v.blob, v.etag, v.file_name, v.content_type, v.size, v.created_at \
         FROM documents d JOIN document_versions v ON v.id = d.version_id \
         WHERE d.id = ?1 AND d.deleted_at IS NULL",
        document.to_string()
    )
}

/// [`Stored`] of a document that the viewer may see.
pub(crate) fn shared_stored(asker: &Asker, document: DocumentId) -> Statement {
    asker.statement(
        "SELECT vs.blob, vs.etag, vs.file_name, vs.content_type, vs.size, vs.created_at FROM viewer v \
         JOIN documents d ON d.id = ?4 AND d.client_id = v.client_id AND d.visible = 1 \
          AND d.deleted_at IS NULL \
          AND (d.visible_from IS NULL OR d.visible_from <= ?2) \
          AND (d.visible_until IS NULL OR d.visible_until > ?2) \
         JOIN document_versions vs ON vs.id = d.version_id",
        [document.to_string().into()],
    )
}

/// A download that is about to be sent to a client.
#[derive(Debug, Clone)]
pub(crate) struct Taking {
    /// Id of the receipt.
    pub(crate) id: ReceiptId,
    /// Id of its line in the audit log.
    pub(crate) note: AuditId,
    /// The document.
    pub(crate) document: DocumentId,
    /// `If-None-Match`, empty where it was not sent: a copy that is still good is no download.
    pub(crate) kept: String,
    /// Where from.
    pub(crate) place: Place,
}

/// The receipt of a download, if the viewer may see the document: one per version, session and
/// quarter of an hour (900000 ms), so that the ranges of one download count once.
pub(crate) fn receipt(asker: &Asker, taking: &Taking) -> Statement {
    asker.statement(
        "INSERT OR IGNORE INTO receipts (id, document_id, version_id, contact_id, session_id, \
         quarter, at, device, address) \
         SELECT ?5, d.id, vs.id, v.contact_id, v.session_id, CAST(?2 / 900000 AS INTEGER), ?2, ?7, ?8 FROM viewer v \
         JOIN documents d ON d.id = ?4 AND d.client_id = v.client_id AND d.visible = 1 \
          AND d.deleted_at IS NULL \
          AND (d.visible_from IS NULL OR d.visible_from <= ?2) \
          AND (d.visible_until IS NULL OR d.visible_until > ?2) \
         JOIN document_versions vs ON vs.id = d.version_id \
          AND ?6 <> '*' AND instr(?6, '\"' || vs.etag || '\"') = 0",
        [
            taking.document.to_string().into(),
            taking.id.to_string().into(),
            taking.kept.as_str().into(),
            taking.place.device.as_str().into(),
            taking.place.address.as_str().into(),
        ],
    )
}

/// The line of the audit log for a receipt that was just written; none where it was there before.
pub(crate) fn note_receipt(taking: &Taking) -> Statement {
    statement!(
        "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
         client_id, detail, address) \
         SELECT ?1, r.at, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), \
         'document.downloaded', d.id, d.client_id, d.title, r.address FROM receipts r \
         JOIN contacts ct ON ct.id = r.contact_id JOIN documents d ON d.id = r.document_id \
         WHERE r.id = ?2",
        taking.note.to_string(),
        taking.id.to_string()
    )
}

/// A document that is about to be changed.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    pub(crate) id: DocumentId,
    pub(crate) client_id: ClientId,
    pub(crate) title: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) visible: bool,
}

/// [`Found`] by its id.
pub(crate) fn found(document: DocumentId) -> Statement {
    statement!(
        "SELECT id, client_id, title, visible FROM documents WHERE id = ?1 AND deleted_at IS NULL",
        document.to_string()
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
            "INSERT OR IGNORE INTO doomed_blobs (blob, doomed_at) \
             SELECT blob, ?2 FROM document_versions WHERE document_id = ?1",
            id.as_str(),
            now
        ),
        statement!(
            "UPDATE documents SET deleted_at = ?2, visible = 0, revision = revision + 1, \
             updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL",
            id,
            now
        ),
    ]
}
