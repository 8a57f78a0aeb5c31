//! What a client's people read about their own company: on how many devices it is signed in, and what of what the
//! viewer sees was downloaded, by whom and when.

use serde::Deserialize;

use super::viewer::Asker;
use super::{Statement, flag};
use crate::domain::id::ReceiptId;
use crate::domain::module::Module;
use crate::domain::time::Timestamp;

/// How many are signed in.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct SignedIn {
    pub(crate) devices: u32,
    pub(crate) people: u32,
}

/// [`SignedIn`], of the open client. 86400000 ms is the idle limit of clients.
pub(crate) fn signed_in(asker: &Asker) -> Statement {
    asker.statement(
        "SELECT count(*) AS devices, count(DISTINCT ct.id) AS people FROM viewer v \
         JOIN contacts ct ON ct.client_id = v.client_id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
         JOIN clients c ON c.id = ct.client_id JOIN accounts a ON a.id = ct.account_id \
         JOIN sessions s ON s.contact_id = ct.id AND s.account_id = a.id AND s.epoch = a.epoch \
          AND s.portal_epoch = c.portal_epoch \
         WHERE s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 86400000",
        [],
    )
}

/// A download by somebody of the company.
#[derive(Debug, Deserialize)]
pub(crate) struct Download {
    pub(crate) id: ReceiptId,
    pub(crate) who: String,
    /// By the viewer.
    #[serde(deserialize_with = "flag")]
    pub(crate) mine: bool,
    /// Title of the document, or name of the file.
    pub(crate) what: String,
    pub(crate) at: Timestamp,
}

/// A page of the list, in rows. One more is read, to know whether it goes on.
pub(crate) const PAGE: usize = 25;

/// The newest [`Download`]s before one: of documents, of files in tickets, of files in messages, each where its
/// module is on and the viewer sees the thing itself.
pub(crate) fn downloads(asker: &Asker, before: Option<ReceiptId>) -> [Statement; 3] {
    // No id is greater than this one.
    let before = before.map_or_else(|| "~".to_owned(), |id| id.to_string());
    [
        asker.of(Module::Documents).shared(
            "SELECT r.id, trim(ct.first_name || ' ' || ct.last_name) AS who, ct.id IS d.contact_id AS mine, \
             d.title AS what, r.at FROM shared d JOIN receipts r ON r.document_id = d.id AND r.id < ?4 \
             JOIN contacts ct ON ct.id = r.contact_id AND ct.client_id = d.client_id ORDER BY r.id DESC LIMIT 26",
            [before.as_str().into()],
        ),
        asker.of(Module::SupportTickets).tickets(
            "SELECT r.id, trim(ct.first_name || ' ' || ct.last_name) AS who, ct.id IS t.contact_id AS mine, \
             f.file_name AS what, r.at FROM ticket_seen t JOIN ticket_messages m ON m.ticket_id = t.id AND m.internal = 0 \
             JOIN ticket_files f ON f.message_id = m.id JOIN ticket_receipts r ON r.file_id = f.id AND r.id < ?4 \
             JOIN contacts ct ON ct.id = r.contact_id AND ct.client_id = t.client_id ORDER BY r.id DESC LIMIT 26",
            [before.as_str().into()],
        ),
        asker.of(Module::Messages).threads(
            "SELECT r.id, trim(ct.first_name || ' ' || ct.last_name) AS who, ct.id IS t.contact_id AS mine, \
             f.file_name AS what, r.at FROM thread_seen t JOIN messages m ON m.thread_id = t.id \
             JOIN message_files f ON f.message_id = m.id JOIN message_receipts r ON r.file_id = f.id AND r.id < ?4 \
             JOIN contacts ct ON ct.id = r.contact_id AND ct.client_id = t.client_id ORDER BY r.id DESC LIMIT 26",
            [before.into()],
        ),
    ]
}
