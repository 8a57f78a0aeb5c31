//! Receipts: who of a client downloaded which version, when, and on what.

use serde::Deserialize;

use super::session::Place;
use super::viewer::Asker;
use super::{Statement, statement};
use crate::domain::id::{AuditId, DocumentId, ReceiptId};
use crate::domain::paging::Cursor;
use crate::domain::range::Kept;
use crate::domain::time::Timestamp;

/// A download that is about to be sent to a client.
#[derive(Debug, Clone)]
pub(crate) struct Taking {
    /// Id of the receipt.
    pub(crate) id: ReceiptId,
    /// Id of its line in the audit log.
    pub(crate) note: AuditId,
    /// The document.
    pub(crate) document: DocumentId,
    /// `If-None-Match`: a copy that is still good is no download.
    pub(crate) kept: Kept,
    /// Bytes that the file must have for its range to be met; 0: no range, or none that counts.
    pub(crate) needs: u64,
    /// `If-Range`, empty where it was not sent: a range counts only for the file it names.
    pub(crate) if_range: String,
    /// Where from.
    pub(crate) place: Place,
}

/// The receipt of a download of what staff uploaded, if the viewer may see the document and bytes are
/// sent: one per version, session and quarter of an hour (900000 ms), so that the ranges of one download count
/// once. What is asked is what `domain::range` decides; a date of `If-Range` is an IMF-fixdate.
pub(crate) fn write(asker: &Asker, taking: &Taking) -> Statement {
    let (anything, tags) = match &taking.kept {
        Kept::Nothing => (false, [].as_slice()),
        Kept::Anything => (true, [].as_slice()),
        Kept::Tags(tags) => (false, tags.as_slice()),
    };
    asker.shared(
        "INSERT OR IGNORE INTO receipts (id, document_id, version_id, contact_id, session_id, \
         quarter, at, device, address) \
         SELECT ?5, s.id, vs.id, s.contact_id, s.session_id, CAST(?2 / 900000 AS INTEGER), ?2, ?7, ?8 \
         FROM shared s JOIN document_versions vs ON vs.id = s.version_id AND vs.sent_by IS NULL \
         WHERE s.id = ?4 AND ?11 = 0 AND vs.etag NOT IN (SELECT value FROM json_each(?6)) \
          AND (vs.size >= ?9 OR ?10 NOT IN ('', '\"' || vs.etag || '\"', \
           substr('SunMonTueWedThuFriSat', 1 + 3 * strftime('%w', vs.created_at / 1000, 'unixepoch'), 3) \
           || strftime(', %d ', vs.created_at / 1000, 'unixepoch') \
           || substr('JanFebMarAprMayJunJulAugSepOctNovDec', \
              3 * strftime('%m', vs.created_at / 1000, 'unixepoch') - 2, 3) \
           || strftime(' %Y %H:%M:%S GMT', vs.created_at / 1000, 'unixepoch')))",
        [
            taking.document.to_string().into(),
            taking.id.to_string().into(),
            serde_json::json!(tags).to_string().into(),
            taking.place.device.as_str().into(),
            taking.place.address.as_str().into(),
            taking.needs.into(),
            taking.if_range.as_str().into(),
            anything.into(),
        ],
    )
}

/// The line of the audit log for a receipt that was just written; none where it was there before.
pub(crate) fn note(taking: &Taking) -> Statement {
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

/// Takes the receipt of this request back, as its object could not be opened; the log, which only
/// grows, says so. An earlier receipt of the same download stays.
pub(crate) fn take_back(taking: &Taking, note: AuditId) -> [Statement; 2] {
    [
        statement!(
            "INSERT INTO audit (id, at, principal, action, entity_id, client_id, detail) \
             SELECT ?1, r.at, 'system', 'document.not_delivered', d.id, d.client_id, d.title \
             FROM receipts r JOIN documents d ON d.id = r.document_id WHERE r.id = ?2",
            note.to_string(),
            taking.id.to_string()
        ),
        statement!("DELETE FROM receipts WHERE id = ?1", taking.id.to_string()),
    ]
}

/// A receipt as staff read it.
#[derive(Debug, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) id: ReceiptId,
    pub(crate) who: String,
    pub(crate) at: Timestamp,
    pub(crate) device: String,
    /// Number of the version.
    pub(crate) number: u64,
}

/// A page of a document's receipts, newest first and one row more where there are more. The page
/// before another comes in reverse.
pub(crate) fn of_document(document: DocumentId, cursor: Cursor<ReceiptId>) -> Statement {
    let document = document.to_string();
    match cursor {
        Cursor::First => statement!(
            "SELECT r.id, trim(ct.first_name || ' ' || ct.last_name) AS who, r.at, r.device, v.number \
             FROM receipts r JOIN contacts ct ON ct.id = r.contact_id \
             JOIN document_versions v ON v.id = r.version_id \
             WHERE r.document_id = ?1 ORDER BY r.at DESC, r.rowid DESC LIMIT 26",
            document
        ),
        Cursor::After(id) => statement!(
            "SELECT r.id, trim(ct.first_name || ' ' || ct.last_name) AS who, r.at, r.device, v.number \
             FROM receipts r JOIN contacts ct ON ct.id = r.contact_id \
             JOIN document_versions v ON v.id = r.version_id \
             WHERE r.document_id = ?1 \
              AND (r.at, r.rowid) < (SELECT at, rowid FROM receipts WHERE id = ?2) \
             ORDER BY r.at DESC, r.rowid DESC LIMIT 26",
            document,
            id.to_string()
        ),
        Cursor::Before(id) => statement!(
            "SELECT r.id, trim(ct.first_name || ' ' || ct.last_name) AS who, r.at, r.device, v.number \
             FROM receipts r JOIN contacts ct ON ct.id = r.contact_id \
             JOIN document_versions v ON v.id = r.version_id \
             WHERE r.document_id = ?1 \
              AND (r.at, r.rowid) > (SELECT at, rowid FROM receipts WHERE id = ?2) \
             ORDER BY r.at, r.rowid LIMIT 26",
            document,
            id.to_string()
        ),
    }
}
