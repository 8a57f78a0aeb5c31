//! Files that came with what was said: found for staff, found for a client who may see them, and the
//! receipts of what clients took.

use crate::domain::id::{AuditId, FileId, ReceiptId};
use crate::domain::range::Kept;
use crate::store::viewer::Asker;
use crate::store::{Param, Statement, statement};
use const_format::formatcp;

/// Where it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a ticket.
    Ticket,
    /// In a thread.
    Thread,
}

/// [`Stored`](crate::store::document::Stored) of a file, for staff.
pub(crate) fn stored(place: Place, id: FileId) -> Statement {
    let sql = match place {
        Place::Ticket => {
            "SELECT f.blob, f.etag, f.file_name, f.content_type, f.size, f.created_at FROM ticket_files f WHERE f.id = ?1"
        }
        Place::Thread => {
            "SELECT f.blob, f.etag, f.file_name, f.content_type, f.size, f.created_at FROM message_files f WHERE f.id = ?1"
        }
    };
    Statement::new(sql, [id.to_string().into()])
}

/// The same of a file in a ticket or thread that the viewer may see, that came with what is not internal.
pub(crate) fn seen(place: Place, asker: &Asker, id: FileId) -> Statement {
    let of: [Param; 1] = [id.to_string().into()];
    match place {
        Place::Ticket => asker.tickets(
            "SELECT f.blob, f.etag, f.file_name, f.content_type, f.size, f.created_at FROM ticket_files f \
             CROSS JOIN ticket_messages m ON m.id = f.message_id AND m.internal = 0 \
             JOIN ticket_seen t ON t.id = m.ticket_id WHERE f.id = ?4",
            of,
        ),
        Place::Thread => asker.threads(
            "SELECT f.blob, f.etag, f.file_name, f.content_type, f.size, f.created_at FROM message_files f \
             CROSS JOIN messages m ON m.id = f.message_id \
             JOIN thread_seen t ON t.id = m.thread_id WHERE f.id = ?4",
            of,
        ),
    }
}

/// A download that is about to be sent to a client.
#[derive(Debug, Clone)]
pub(crate) struct Taking {
    /// Id of the receipt.
    pub(crate) id: ReceiptId,
    /// Id of its line in the audit log.
    pub(crate) note: AuditId,
    pub(crate) place: Place,
    pub(crate) file: FileId,
    /// `If-None-Match`: a copy that is still good is no download.
    pub(crate) kept: Kept,
    /// Bytes that the file must have for its range to be met; 0: no range.
    pub(crate) needs: u64,
    /// `If-Range`, empty where it was not sent: a range counts only for the file it names.
    pub(crate) if_range: String,
}

/// Whether `If-Range` names another file: then all of it is sent, whatever range was asked for. As of documents.
const OTHER: &str = "?9 NOT IN ('', '\"' || f.etag || '\"', \
     substr('SunMonTueWedThuFriSat', 1 + 3 * strftime('%w', f.created_at / 1000, 'unixepoch'), 3) \
     || strftime(', %d ', f.created_at / 1000, 'unixepoch') \
     || substr('JanFebMarAprMayJunJulAugSepOctNovDec', 3 * strftime('%m', f.created_at / 1000, 'unixepoch') - 2, 3) \
     || strftime(' %Y %H:%M:%S GMT', f.created_at / 1000, 'unixepoch'))";

/// The receipt of a file that staff sent, as of documents: one per session and quarter of an hour
/// (900000 ms). A preview has no session, so it leaves none.
pub(crate) fn receipt(asker: &Asker, taking: &Taking) -> Statement {
    let (anything, tags) = match &taking.kept {
        Kept::Nothing => (false, [].as_slice()),
        Kept::Anything => (true, [].as_slice()),
        Kept::Tags(tags) => (false, tags.as_slice()),
    };
    let params: [Param; 6] = [
        taking.file.to_string().into(),
        taking.id.to_string().into(),
        anything.into(),
        serde_json::json!(tags).to_string().into(),
        taking.needs.into(),
        taking.if_range.as_str().into(),
    ];
    match taking.place {
        Place::Ticket => asker.tickets(
            formatcp!(
                "INSERT OR IGNORE INTO ticket_receipts (id, file_id, contact_id, session_id, quarter, at) \
                 SELECT ?5, f.id, t.contact_id, t.session_id, CAST(?2 / 900000 AS INTEGER), ?2 FROM ticket_files f \
                 CROSS JOIN ticket_messages m ON m.id = f.message_id AND m.internal = 0 AND m.staff_id IS NOT NULL \
                 JOIN ticket_seen t ON t.id = m.ticket_id \
                 WHERE f.id = ?4 AND ?6 = 0 AND f.etag NOT IN (SELECT value FROM json_each(?7)) AND (f.size >= ?8 OR {OTHER})"
            ),
            params,
        ),
        Place::Thread => asker.threads(
            formatcp!(
                "INSERT OR IGNORE INTO message_receipts (id, file_id, contact_id, session_id, quarter, at) \
                 SELECT ?5, f.id, t.contact_id, t.session_id, CAST(?2 / 900000 AS INTEGER), ?2 FROM message_files f \
                 CROSS JOIN messages m ON m.id = f.message_id AND m.staff_id IS NOT NULL \
                 JOIN thread_seen t ON t.id = m.thread_id \
                 WHERE f.id = ?4 AND ?6 = 0 AND f.etag NOT IN (SELECT value FROM json_each(?7)) AND (f.size >= ?8 OR {OTHER})"
            ),
            params,
        ),
    }
}

/// The line of the audit log for a receipt that was just written; none where it was there before.
pub(crate) fn note(taking: &Taking) -> Statement {
    let sql = match taking.place {
        Place::Ticket => {
            "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, detail) \
             SELECT ?1, r.at, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), 'ticket.file_taken', t.id, \
             t.client_id, f.file_name FROM ticket_receipts r JOIN ticket_files f ON f.id = r.file_id \
             JOIN ticket_messages m ON m.id = f.message_id JOIN tickets t ON t.id = m.ticket_id \
             JOIN contacts ct ON ct.id = r.contact_id WHERE r.id = ?2"
        }
        Place::Thread => {
            "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, detail) \
             SELECT ?1, r.at, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), 'message.file_taken', t.id, \
             t.client_id, f.file_name FROM message_receipts r JOIN message_files f ON f.id = r.file_id \
             JOIN messages m ON m.id = f.message_id JOIN threads t ON t.id = m.thread_id \
             JOIN contacts ct ON ct.id = r.contact_id WHERE r.id = ?2"
        }
    };
    Statement::new(
        sql,
        [taking.note.to_string().into(), taking.id.to_string().into()],
    )
}

/// Takes the receipt of this request back, as its object could not be opened; the log says so.
pub(crate) fn take_back(taking: &Taking, log: AuditId) -> [Statement; 2] {
    let (told, gone) = match taking.place {
        Place::Ticket => (
            "INSERT INTO audit (id, at, principal, action, entity_id, client_id, detail) \
             SELECT ?1, r.at, 'system', 'ticket.file_not_delivered', t.id, t.client_id, f.file_name \
             FROM ticket_receipts r JOIN ticket_files f ON f.id = r.file_id \
             JOIN ticket_messages m ON m.id = f.message_id JOIN tickets t ON t.id = m.ticket_id WHERE r.id = ?2",
            "DELETE FROM ticket_receipts WHERE id = ?1",
        ),
        Place::Thread => (
            "INSERT INTO audit (id, at, principal, action, entity_id, client_id, detail) \
             SELECT ?1, r.at, 'system', 'message.file_not_delivered', t.id, t.client_id, f.file_name \
             FROM message_receipts r JOIN message_files f ON f.id = r.file_id \
             JOIN messages m ON m.id = f.message_id JOIN threads t ON t.id = m.thread_id WHERE r.id = ?2",
            "DELETE FROM message_receipts WHERE id = ?1",
        ),
    };
    [
        statement!(told, log.to_string(), taking.id.to_string()),
        statement!(gone, taking.id.to_string()),
    ]
}
