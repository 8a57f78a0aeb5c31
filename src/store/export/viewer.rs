//! What somebody of a client may see, by the one predicate: each page asks it anew.

use crate::domain::id::ReceiptId;
use crate::domain::module::Module;
use crate::store::session::Place;
use crate::store::viewer::Asker;
use crate::store::{Param, Statement};

pub(super) const PARTS: [&str; 16] = [
    "me",
    "company",
    "people",
    "devices",
    "documents",
    "downloads",
    "projects",
    "milestones",
    "tasks",
    "comments",
    "time",
    "invoices",
    "payments",
    "tickets",
    "ticket_messages",
    "messages",
];

pub(super) fn page(part: &str, asker: &Asker, after: &str) -> Statement {
    let own: [Param; 1] = [after.into()];
    match part {
        "me" => asker.statement(
            "SELECT ct.id, ct.first_name, ct.last_name, ct.email, ct.phone, ct.job_title, ct.mail_documents, ct.mail_invoices, \
             ct.mail_tasks, ct.mail_tickets, ct.mail_messages, ct.created_at, ct.accepted_at FROM viewer v \
             JOIN contacts ct ON ct.id = v.contact_id WHERE ct.id > ?4",
            own,
        ),
        "company" => asker.statement(
            "SELECT c.id, c.name, c.email, c.phone, c.address, c.created_at FROM viewer v \
             JOIN clients c ON c.id = v.client_id WHERE c.id > ?4",
            own,
        ),
        "people" => asker.statement(
            "SELECT ct.id, ct.first_name, ct.last_name, ct.job_title, ct.is_primary FROM viewer v \
             CROSS JOIN contacts ct ON ct.client_id = v.client_id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
              AND ct.account_id IS NOT NULL WHERE +ct.id > ?4 ORDER BY +ct.id LIMIT 500",
            own,
        ),
        "devices" => asker.statement(
            "SELECT s.id, s.device, s.country, s.address, s.created_at, s.seen_at FROM viewer v \
             CROSS JOIN sessions s ON s.account_id = v.account_id AND s.contact_id = v.contact_id AND s.ended_at IS NULL \
             WHERE +s.id > ?4 ORDER BY +s.id LIMIT 500",
            own,
        ),
        "documents" => asker.of(Module::Documents).shared(
            "SELECT s.id, s.title, s.folder, s.description, s.published_at, s.version_id, vs.number AS version, vs.file_name, \
             vs.content_type, vs.size FROM shared s JOIN document_versions vs ON vs.id = s.version_id \
             WHERE +s.id > ?4 ORDER BY +s.id LIMIT 500",
            own,
        ),
        "downloads" => asker.of(Module::Documents).statement(
            "SELECT r.id, r.document_id, r.at, r.device, r.address FROM viewer v \
             CROSS JOIN receipts r ON r.contact_id = v.contact_id WHERE +r.id > ?4 ORDER BY +r.id LIMIT 500",
            own,
        ),
        "projects" => asker.of(Module::Projects).projects(
            "SELECT p.id, p.name, p.description, p.status, p.percent, p.starts_on, p.due_on FROM project_seen p \
             WHERE +p.id > ?4 ORDER BY +p.id LIMIT 500",
            own,
        ),
        "milestones" => asker.of(Module::Projects).projects(
            "SELECT m.project_id || ' ' || printf('%06d', m.position) AS id, m.project_id, m.name, m.due_on, m.reached_on \
             FROM project_seen p CROSS JOIN milestones m ON m.project_id = p.id \
             WHERE m.project_id || ' ' || printf('%06d', m.position) > ?4 ORDER BY 1 LIMIT 500",
            own,
        ),
        "tasks" => asker.of(Module::Tasks).tasks(
            "SELECT t.id, t.title, t.description, t.status, t.asks, t.answer, t.answered_at, t.due_on FROM task_seen t \
             WHERE +t.id > ?4 ORDER BY +t.id LIMIT 500",
            own,
        ),
        "comments" => asker.of(Module::Tasks).tasks(
            "SELECT k.id, k.task_id, k.author, k.body, k.created_at FROM task_seen t \
             CROSS JOIN comments k ON k.task_id = t.id AND k.internal = 0 WHERE +k.id > ?4 ORDER BY +k.id LIMIT 500",
            own,
        ),
        "time" => asker.of(Module::TimeLogs).time(
            "SELECT f.id, f.day, f.minutes, f.description, f.person, f.billable FROM time_seen f \
             WHERE +f.id > ?4 ORDER BY +f.id LIMIT 500",
            own,
        ),
        "invoices" => asker.of(Module::Billing).statement(
            "SELECT i.id, i.number, i.status, i.currency, i.total, i.due, i.paid, i.refunded, i.issued_on, i.due_on, r.content, \
             r.parties FROM viewer v CROSS JOIN invoices i ON i.client_id = v.client_id AND i.state <> 'draft' \
             JOIN invoice_revisions r ON r.id = i.revision_id WHERE +i.id > ?4 ORDER BY +i.id LIMIT 500",
            own,
        ),
        "payments" => asker.of(Module::Billing).statement(
            "SELECT l.id, l.kind, l.amount, l.currency, l.occurred_on, l.method FROM viewer v \
             CROSS JOIN ledger l ON l.client_id = v.client_id AND l.kind IN ('payment', 'refund') AND l.counts = 1 \
             WHERE +l.id > ?4 ORDER BY +l.id LIMIT 500",
            own,
        ),
        "tickets" => asker.of(Module::SupportTickets).tickets(
            "SELECT t.id, t.number, t.subject, t.category, t.status, t.follows, t.merged_into, t.created_at FROM ticket_seen t \
             WHERE +t.id > ?4 ORDER BY +t.id LIMIT 500",
            own,
        ),
        "ticket_messages" => asker.of(Module::SupportTickets).tickets(
            "SELECT m.id, m.ticket_id, m.author, m.body, m.created_at FROM ticket_seen t \
             CROSS JOIN ticket_messages m ON m.ticket_id = t.id AND m.internal = 0 \
             WHERE +m.id > ?4 ORDER BY +m.id LIMIT 500",
            own,
        ),
        _ => asker.of(Module::Messages).threads(
            "SELECT m.id, m.thread_id, t.subject, m.author, m.body, m.created_at FROM thread_seen t \
             CROSS JOIN messages m ON m.thread_id = t.id WHERE +m.id > ?4 ORDER BY +m.id LIMIT 500",
            own,
        ),
    }
}

pub(super) fn files(folder: &str, asker: &Asker, after: &str) -> Statement {
    let own: [Param; 1] = [after.into()];
    match folder {
        "documents" => asker.of(Module::Documents).shared(
            "SELECT vs.id, vs.blob, vs.file_name, vs.size FROM shared s JOIN document_versions vs ON vs.id = s.version_id \
             WHERE +vs.id > ?4 ORDER BY +vs.id LIMIT 500",
            own,
        ),
        "tickets" => asker.of(Module::SupportTickets).tickets(
            "SELECT f.id, f.blob, f.file_name, f.size FROM ticket_seen t \
             CROSS JOIN ticket_messages m ON m.ticket_id = t.id AND m.internal = 0 \
             CROSS JOIN ticket_files f ON f.message_id = m.id WHERE +f.id > ?4 ORDER BY +f.id LIMIT 500",
            own,
        ),
        _ => asker.of(Module::Messages).threads(
            "SELECT f.id, f.blob, f.file_name, f.size FROM thread_seen t CROSS JOIN messages m ON m.thread_id = t.id \
             CROSS JOIN message_files f ON f.message_id = m.id WHERE +f.id > ?4 ORDER BY +f.id LIMIT 500",
            own,
        ),
    }
}

/// A receipt of each file of staff that the viewer takes along, as of a download: documents, and what came
/// in tickets and threads. Their ids have the moment of `id` and chance behind it.
pub(crate) fn receipts(asker: &Asker, id: ReceiptId, place: &Place) -> [Statement; 3] {
    let id = id.to_string();
    [
        asker.of(Module::Documents).shared(
            "INSERT OR IGNORE INTO receipts (id, document_id, version_id, contact_id, session_id, quarter, at, device, address) \
             SELECT substr(?4, 1, 24) || lower(hex(randomblob(6))), s.id, vs.id, s.contact_id, s.session_id, \
              CAST(?2 / 900000 AS INTEGER), ?2, ?5, ?6 \
             FROM shared s JOIN document_versions vs ON vs.id = s.version_id AND vs.sent_by IS NULL",
            [
                id.as_str().into(),
                place.device.as_str().into(),
                place.address.as_str().into(),
            ],
        ),
        asker.of(Module::SupportTickets).tickets(
            "INSERT OR IGNORE INTO ticket_receipts (id, file_id, contact_id, session_id, quarter, at) \
             SELECT substr(?4, 1, 24) || lower(hex(randomblob(6))), f.id, t.contact_id, t.session_id, \
              CAST(?2 / 900000 AS INTEGER), ?2 FROM ticket_seen t \
             CROSS JOIN ticket_messages m ON m.ticket_id = t.id AND m.internal = 0 AND m.staff_id IS NOT NULL \
             CROSS JOIN ticket_files f ON f.message_id = m.id",
            [id.as_str().into()],
        ),
        asker.of(Module::Messages).threads(
            "INSERT OR IGNORE INTO message_receipts (id, file_id, contact_id, session_id, quarter, at) \
             SELECT substr(?4, 1, 24) || lower(hex(randomblob(6))), f.id, t.contact_id, t.session_id, \
              CAST(?2 / 900000 AS INTEGER), ?2 FROM thread_seen t \
             CROSS JOIN messages m ON m.thread_id = t.id AND m.staff_id IS NOT NULL \
             CROSS JOIN message_files f ON f.message_id = m.id",
            [id.as_str().into()],
        ),
    ]
}
