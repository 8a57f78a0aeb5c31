//! Erasing a client: what the law wants kept stays without a name on it, all else goes.
//!
//! Kept are invoices that were sent, with the buyer as it stands on them, the ledger of payments, and of billed time
//! minutes and amount. The row of the client stays for them, and is called by four digits of its id.

use serde::Deserialize;

use super::{Whom, empty_words, people};
use crate::domain::id::{AuditId, ClientId};
use crate::domain::time::Timestamp;
use crate::store::{ById, Statement, flag, statement};

/// A client that may be erased, or is.
#[derive(Debug, Deserialize)]
pub(crate) struct Subject {
    pub(crate) id: ClientId,
    pub(crate) name: String,
    pub(crate) exported_at: Option<Timestamp>,
    pub(crate) erased_at: Option<Timestamp>,
    /// Invoices that were sent: they stay.
    pub(crate) invoices: u32,
    /// Whether something is still to be paid.
    #[serde(deserialize_with = "flag")]
    pub(crate) owes: bool,
}

impl ById for Subject {
    type Id = ClientId;
    fn by_id(id: ClientId) -> Statement {
        statement!(
            "SELECT c.id, c.name, c.exported_at, c.erased_at, \
             (SELECT count(*) FROM invoices i WHERE i.client_id = c.id AND i.state <> 'draft') AS invoices, \
             EXISTS (SELECT 1 FROM invoices i WHERE i.client_id = c.id AND i.due > 0) AS owes \
             FROM clients c WHERE c.id = ?1",
            id.to_string()
        )
    }
}

/// An erased client, as it is listed.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: ClientId,
    pub(crate) name: String,
    pub(crate) erased_at: Timestamp,
    pub(crate) invoices: u32,
}

/// The [`Listed`] erased clients, the newest first; at most two hundred. Behind them, in a row of its own, how
/// many objects are still to leave storage.
pub(crate) fn list() -> [Statement; 2] {
    [
        statement!(
            "SELECT c.id, c.name, c.erased_at, \
             (SELECT count(*) FROM invoices i WHERE i.client_id = c.id) AS invoices \
             FROM clients c WHERE c.erased_at IS NOT NULL ORDER BY c.erased_at DESC, c.id DESC LIMIT 200"
        ),
        statement!(
            "SELECT count(*) AS waiting FROM (SELECT 1 FROM doomed_blobs WHERE blob > '' LIMIT 10000)"
        ),
    ]
}

/// Erases a client, in one batch that happens whole or not at all. It is refused
/// ([`Meanwhile`](crate::store::Conflict::Meanwhile)) where the client is not exported, called otherwise by now, or
/// erased already.
pub(crate) fn erase(of: &Subject, by: AuditId, nothing: &str, now: Timestamp) -> Vec<Statement> {
    let whom = Whom {
        client: of.id,
        contact: None,
        by,
        now,
        nothing,
    };
    let mut batch = vec![words(of.id, by), empty_words(by), digests(of.id, nothing)];
    batch.extend(people(&whom));
    batch.extend(record(of.id, nothing, now));
    batch.extend(drafts(of.id, now));
    batch.extend(documents(of.id, now));
    batch.extend(talk(of.id, now));
    batch.extend(work(of.id));
    batch
}

/// What must hold, before the entry that tells of it is written.
pub(crate) fn may(of: &Subject) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM clients \
         WHERE id = ?1 AND name = ?2 AND exported_at IS NOT NULL AND erased_at IS NULL)",
        of.id.to_string(),
        of.name.as_str()
    )
}

/// Marks the words of the log about the client, but for those of invoices and payments, which are part of the books,
/// where they do not say its name.
fn words(client: ClientId, by: AuditId) -> Statement {
    statement!(
        "UPDATE audit_chain SET what_salt = NULL, erased_by = ?2 WHERE audit_id IN (SELECT a.id FROM audit a \
         WHERE a.client_id = ?1 AND a.id <> ?2 \
          AND (substr(a.action, 1, instr(a.action, '.')) NOT IN ('invoice.', 'payment.') \
           OR instr(a.detail, (SELECT c.name FROM clients c WHERE c.id = ?1)) > 0))",
        client.to_string(),
        by.to_string()
    )
}

/// Empties what the team was told of messages of several clients at once, where it says the client's name.
fn digests(client: ClientId, nothing: &str) -> Statement {
    statement!(
        "UPDATE outbox SET subject = '', content = ?2, last_error = NULL, due_at = NULL, \
         state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END \
         WHERE created_at >= (SELECT created_at FROM clients WHERE id = ?1) AND client_id IS NULL \
          AND staff_id IS NOT NULL AND kind = 'message' \
          AND instr(content, (SELECT trim(json_quote(name), '\"') FROM clients WHERE id = ?1)) > 0",
        client.to_string(),
        nothing
    )
}

/// The record itself, what finds it, and mails about it to whomever.
fn record(client: ClientId, nothing: &str, now: Timestamp) -> [Statement; 9] {
    let id = client.to_string();
    [
        statement!(
            "UPDATE clients SET name = 'Erased client ' || upper(substr(id, -4)), \
             name_key = 'erased client ' || substr(id, -4), reference = '', email = NULL, phone = '', address = '', \
             notes = '', portal_enabled = 0, portal_epoch = portal_epoch + 1, modules_on = 0, modules_off = 0, \
             revision = revision + 1, archived_at = coalesce(archived_at, ?2), updated_at = ?2, erased_at = ?2 \
             WHERE id = ?1",
            id.as_str(),
            now
        ),
        statement!(
            "DELETE FROM client_billing WHERE client_id = ?1",
            id.as_str()
        ),
        statement!("DELETE FROM client_words WHERE client_id = ?1", id.as_str()),
        statement!(
            "DELETE FROM search_words WHERE client_id = ?1 \
             AND kind IN ('document', 'project', 'task', 'ticket', 'thread')",
            id.as_str()
        ),
        statement!(
            "UPDATE outbox SET to_email = '', to_name = '', subject = '', content = ?2, sealed = NULL, link_id = NULL, \
             last_error = NULL, due_at = NULL, state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END \
             WHERE client_id = ?1",
            id.as_str(),
            nothing
        ),
        statement!(
            "UPDATE pay_links SET contact_id = NULL, revoked_at = coalesce(revoked_at, ?2) \
             WHERE invoice_id IN (SELECT id FROM invoices WHERE client_id = ?1)",
            id.as_str(),
            now
        ),
        statement!(
            "UPDATE attempts SET sealed_token = NULL, url = NULL, failure = NULL WHERE client_id = ?1",
            id.as_str()
        ),
        statement!(
            "UPDATE previews SET ended_at = min(?2, expires_at) WHERE client_id = ?1 AND ended_at IS NULL",
            id.as_str(),
            now
        ),
        statement!("DELETE FROM timers WHERE client_id = ?1", id),
    ]
}

/// Drafts, and revisions that were not sent: nobody has seen them.
fn drafts(client: ClientId, now: Timestamp) -> [Statement; 3] {
    let id = client.to_string();
    [
        statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, doomed_at) SELECT r.own_blob, ?2 FROM invoices i \
             CROSS JOIN invoice_revisions r ON r.invoice_id = i.id AND r.sealed_at IS NULL AND r.own_blob IS NOT NULL \
             WHERE i.client_id = ?1",
            id.as_str(),
            now
        ),
        statement!(
            "DELETE FROM invoice_revisions WHERE sealed_at IS NULL \
             AND invoice_id IN (SELECT id FROM invoices WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!(
            "DELETE FROM invoices WHERE client_id = ?1 AND state = 'draft'",
            id
        ),
    ]
}

/// Documents with all versions, what is on its way, and who took them. Objects leave R2 by the clock.
fn documents(client: ClientId, now: Timestamp) -> [Statement; 7] {
    let id = client.to_string();
    [
        statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, doomed_at) SELECT v.blob, ?2 FROM documents d \
             CROSS JOIN document_versions v ON v.document_id = d.id WHERE d.client_id = ?1",
            id.as_str(),
            now
        ),
        statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, multipart_id, doomed_at) \
             SELECT u.blob, u.multipart_id, ?2 FROM uploads u WHERE u.client_id = ?1",
            id.as_str(),
            now
        ),
        statement!(
            "DELETE FROM upload_parts WHERE upload_id IN (SELECT id FROM uploads WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!("DELETE FROM uploads WHERE client_id = ?1", id.as_str()),
        statement!(
            "DELETE FROM receipts WHERE document_id IN (SELECT id FROM documents WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!(
            "DELETE FROM document_versions WHERE document_id IN (SELECT id FROM documents WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!("DELETE FROM documents WHERE client_id = ?1", id),
    ]
}

/// Tickets and messages, with their files.
fn talk(client: ClientId, now: Timestamp) -> Vec<Statement> {
    let id = client.to_string();
    vec![
        statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, doomed_at) SELECT f.blob, ?2 FROM tickets t \
             CROSS JOIN ticket_messages m ON m.ticket_id = t.id CROSS JOIN ticket_files f ON f.message_id = m.id \
             WHERE t.client_id = ?1 UNION ALL SELECT f.blob, ?2 FROM threads t \
             CROSS JOIN messages m ON m.thread_id = t.id CROSS JOIN message_files f ON f.message_id = m.id \
             WHERE t.client_id = ?1",
            id.as_str(),
            now
        ),
        statement!(
            "DELETE FROM ticket_receipts WHERE file_id IN (SELECT f.id FROM tickets t \
             CROSS JOIN ticket_messages m ON m.ticket_id = t.id CROSS JOIN ticket_files f ON f.message_id = m.id \
             WHERE t.client_id = ?1)",
            id.as_str()
        ),
        statement!(
            "DELETE FROM ticket_files WHERE message_id IN (SELECT m.id FROM tickets t \
             CROSS JOIN ticket_messages m ON m.ticket_id = t.id WHERE t.client_id = ?1)",
            id.as_str()
        ),
        statement!(
            "DELETE FROM ticket_messages WHERE ticket_id IN (SELECT id FROM tickets WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!("DELETE FROM tickets WHERE client_id = ?1", id.as_str()),
        statement!(
            "DELETE FROM message_receipts WHERE file_id IN (SELECT f.id FROM threads t \
             CROSS JOIN messages m ON m.thread_id = t.id CROSS JOIN message_files f ON f.message_id = m.id \
             WHERE t.client_id = ?1)",
            id.as_str()
        ),
        statement!(
            "DELETE FROM message_files WHERE message_id IN (SELECT m.id FROM threads t \
             CROSS JOIN messages m ON m.thread_id = t.id WHERE t.client_id = ?1)",
            id.as_str()
        ),
        statement!(
            "DELETE FROM messages WHERE thread_id IN (SELECT id FROM threads WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!(
            "DELETE FROM thread_readers WHERE thread_id IN (SELECT id FROM threads WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!("DELETE FROM threads WHERE client_id = ?1", id),
    ]
}

/// Projects, tasks, and time that was not billed. Of billed time what was written about it goes.
fn work(client: ClientId) -> [Statement; 6] {
    let id = client.to_string();
    [
        statement!(
            "DELETE FROM time_entries WHERE client_id = ?1 AND invoice_id IS NULL",
            id.as_str()
        ),
        statement!(
            "UPDATE time_entries SET description = '', project_id = NULL, task_id = NULL WHERE client_id = ?1",
            id.as_str()
        ),
        statement!(
            "DELETE FROM comments WHERE task_id IN (SELECT id FROM tasks WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!("DELETE FROM tasks WHERE client_id = ?1", id.as_str()),
        statement!(
            "DELETE FROM milestones WHERE project_id IN (SELECT id FROM projects WHERE client_id = ?1)",
            id.as_str()
        ),
        statement!("DELETE FROM projects WHERE client_id = ?1", id),
    ]
}
