//! Files of tickets: found for staff, found for a client who may see them, and the receipts of what
//! clients took.

use crate::domain::id::{AuditId, ReceiptId, TicketFileId};
use crate::domain::range::Kept;
use crate::store::viewer::Asker;
use crate::store::{Statement, statement};

/// [`Stored`](crate::store::document::Stored) of a file, for staff.
pub(crate) fn stored(id: TicketFileId) -> Statement {
    statement!(
        "SELECT f.blob, f.etag, f.file_name, f.content_type, f.size, f.created_at FROM ticket_files f WHERE f.id = ?1",
        id.to_string()
    )
}

/// The same of a file in a ticket that the viewer may see, that came with what is not internal.
pub(crate) fn seen(asker: &Asker, id: TicketFileId) -> Statement {
    asker.tickets(
        "SELECT f.blob, f.etag, f.file_name, f.content_type, f.size, f.created_at FROM ticket_files f \
         CROSS JOIN ticket_messages m ON m.id = f.message_id AND m.internal = 0 \
         JOIN ticket_seen t ON t.id = m.ticket_id WHERE f.id = ?4",
        [id.to_string().into()],
    )
}

/// A download that is about to be sent to a client.
#[derive(Debug, Clone)]
pub(crate) struct Taking {
    /// Id of the receipt.
    pub(crate) id: ReceiptId,
    /// Id of its line in the audit log.
    pub(crate) note: AuditId,
    pub(crate) file: TicketFileId,
    /// `If-None-Match`: a copy that is still good is no download.
    pub(crate) kept: Kept,
    /// Bytes that the file must have for its range to be met; 0: no range.
    pub(crate) needs: u64,
}

/// The receipt of a file that staff sent, as of documents: one per session and quarter of an hour
/// (900000 ms). A preview has no session, so it leaves none.
pub(crate) fn receipt(asker: &Asker, taking: &Taking) -> Statement {
    let (anything, tags) = match &taking.kept {
        Kept::Nothing => (false, [].as_slice()),
        Kept::Anything => (true, [].as_slice()),
        Kept::Tags(tags) => (false, tags.as_slice()),
    };
    asker.tickets(
        "INSERT OR IGNORE INTO ticket_receipts (id, file_id, contact_id, session_id, quarter, at) \
         SELECT ?5, f.id, t.contact_id, t.session_id, CAST(?2 / 900000 AS INTEGER), ?2 FROM ticket_files f \
         CROSS JOIN ticket_messages m ON m.id = f.message_id AND m.internal = 0 AND m.staff_id IS NOT NULL \
         JOIN ticket_seen t ON t.id = m.ticket_id \
         WHERE f.id = ?4 AND ?6 = 0 AND f.etag NOT IN (SELECT value FROM json_each(?7)) AND f.size >= ?8",
        [
            taking.file.to_string().into(),
            taking.id.to_string().into(),
            anything.into(),
            serde_json::json!(tags).to_string().into(),
            taking.needs.into(),
        ],
    )
}

/// The line of the audit log for a receipt that was just written; none where it was there before.
pub(crate) fn note(taking: &Taking) -> Statement {
    statement!(
        "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, detail) \
         SELECT ?1, r.at, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), 'ticket.file_taken', t.id, \
         t.client_id, f.file_name FROM ticket_receipts r JOIN ticket_files f ON f.id = r.file_id \
         JOIN ticket_messages m ON m.id = f.message_id JOIN tickets t ON t.id = m.ticket_id \
         JOIN contacts ct ON ct.id = r.contact_id WHERE r.id = ?2",
        taking.note.to_string(),
        taking.id.to_string()
    )
}

/// Takes the receipt of this request back, as its object could not be opened; the log says so.
pub(crate) fn take_back(taking: &Taking, log: AuditId) -> [Statement; 2] {
    [
        statement!(
            "INSERT INTO audit (id, at, principal, action, entity_id, client_id, detail) \
             SELECT ?1, r.at, 'system', 'ticket.file_not_delivered', t.id, t.client_id, f.file_name \
             FROM ticket_receipts r JOIN ticket_files f ON f.id = r.file_id \
             JOIN ticket_messages m ON m.id = f.message_id JOIN tickets t ON t.id = m.ticket_id WHERE r.id = ?2",
            log.to_string(),
            taking.id.to_string()
        ),
        statement!(
            "DELETE FROM ticket_receipts WHERE id = ?1",
            taking.id.to_string()
        ),
    ]
}
