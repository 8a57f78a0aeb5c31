//! All that is kept of a client, for staff.

use crate::domain::id::ClientId;
use crate::store::{Param, Statement};

pub(super) const PARTS: [&str; 19] = [
    "client",
    "contacts",
    "documents",
    "versions",
    "projects",
    "milestones",
    "tasks",
    "comments",
    "time",
    "invoices",
    "invoice_revisions",
    "payments",
    "tickets",
    "ticket_messages",
    "conversations",
    "messages",
    "downloads",
    "mails",
    "activity",
];

pub(super) fn page(part: &str, client: ClientId, after: &str) -> Statement {
    let sql = match part {
        "client" => {
            "SELECT c.id, c.name, c.reference, c.email, c.phone, c.address, c.notes, c.portal_enabled, c.modules_on, \
             c.modules_off, c.created_at, c.updated_at, c.archived_at, b.legal_name, b.address AS billing_address, b.postcode, \
             b.city, b.country, b.vat_id, b.reference AS buyer_reference, b.currency, b.terms_days FROM clients c \
             LEFT JOIN client_billing b ON b.client_id = c.id WHERE c.id = ?1 AND c.id > ?2"
        }
        "contacts" => {
            "SELECT ct.id, ct.first_name, ct.last_name, ct.email, ct.phone, ct.job_title, ct.is_primary, ct.portal_access, \
             ct.modules_off, ct.mail_documents, ct.mail_invoices, ct.mail_tasks, ct.mail_tickets, ct.mail_messages, ct.created_at, \
             ct.updated_at, ct.accepted_at, ct.removed_at FROM contacts ct \
             WHERE ct.client_id = ?1 AND +ct.id > ?2 ORDER BY +ct.id LIMIT 500"
        }
        "documents" => {
            "SELECT d.id, d.title, d.folder, d.description, d.visible, d.visible_from, d.visible_until, d.published_at, \
             d.version_id, d.project_id, d.downloads, d.created_at, d.updated_at FROM documents d \
             WHERE d.client_id = ?1 AND d.deleted_at IS NULL AND +d.id > ?2 ORDER BY +d.id LIMIT 500"
        }
        "versions" => {
            "SELECT v.id, v.document_id, v.number, v.file_name, v.content_type, v.size, v.downloads, \
             coalesce(st.name, trim(ct.first_name || ' ' || ct.last_name)) AS uploaded_by, v.created_at \
             FROM documents d CROSS JOIN document_versions v ON v.document_id = d.id \
             LEFT JOIN staff st ON st.id = v.uploaded_by LEFT JOIN contacts ct ON ct.id = v.sent_by \
             WHERE d.client_id = ?1 AND d.deleted_at IS NULL AND +v.id > ?2 ORDER BY +v.id LIMIT 500"
        }
        "projects" => {
            "SELECT p.id, p.name, p.description, p.status, p.visible, p.percent, p.tasks, p.tasks_done, p.starts_on, \
             p.due_on, p.hourly_rate, p.rate_currency, p.budget_minutes, p.created_at, p.updated_at FROM projects p \
             WHERE p.client_id = ?1 AND +p.id > ?2 ORDER BY +p.id LIMIT 500"
        }
        "milestones" => {
            "SELECT m.project_id || ' ' || printf('%06d', m.position) AS id, m.project_id, m.name, m.due_on, m.reached_on \
             FROM projects p CROSS JOIN milestones m ON m.project_id = p.id \
             WHERE p.client_id = ?1 AND m.project_id || ' ' || printf('%06d', m.position) > ?2 ORDER BY 1 LIMIT 500"
        }
        "tasks" => {
            "SELECT t.id, t.project_id, t.title, t.description, t.status, t.visible, t.asks, t.answer, \
             trim(ct.first_name || ' ' || ct.last_name) AS answered_by, t.answered_at, st.name AS assignee, t.due_on, \
             t.created_at, t.updated_at FROM tasks t LEFT JOIN contacts ct ON ct.id = t.answered_by \
             LEFT JOIN staff st ON st.id = t.assignee_id WHERE t.client_id = ?1 AND +t.id > ?2 ORDER BY +t.id LIMIT 500"
        }
        "comments" => {
            "SELECT k.id, k.task_id, k.internal, k.author, k.body, k.created_at FROM tasks t \
             CROSS JOIN comments k ON k.task_id = t.id WHERE t.client_id = ?1 AND +k.id > ?2 ORDER BY +k.id LIMIT 500"
        }
        "time" => {
            "SELECT e.id, e.project_id, e.task_id, st.name AS person, e.day, e.minutes, e.description, e.state, e.rate, \
             e.currency, e.amount, e.invoice_id FROM time_entries e JOIN staff st ON st.id = e.staff_id \
             WHERE e.client_id = ?1 AND +e.id > ?2 ORDER BY +e.id LIMIT 500"
        }
        "invoices" => {
            "SELECT i.id, i.number, i.state, i.status, i.currency, i.total, i.due, i.paid, i.refunded, i.issued_on, \
             i.due_on, i.revision_id, i.created_at, i.sent_at, i.voided_at FROM invoices i \
             WHERE i.client_id = ?1 AND +i.id > ?2 ORDER BY +i.id LIMIT 500"
        }
        "invoice_revisions" => {
            "SELECT r.id, r.invoice_id, r.number, r.content, r.parties, r.total, r.tax, r.issued_on, r.due_on, r.own_name, \
             r.sealed_at FROM invoices i CROSS JOIN invoice_revisions r ON r.invoice_id = i.id \
             WHERE i.client_id = ?1 AND +r.id > ?2 ORDER BY +r.id LIMIT 500"
        }
        "payments" => {
            "SELECT l.id, l.kind, l.payment, l.provider, l.amount, l.currency, l.counts, l.occurred_on, l.method, \
             l.reference, l.created_at, (SELECT json_group_array(json_object('invoice', a.invoice_id, 'amount', a.amount)) \
              FROM allocations a WHERE a.payment = l.payment) AS invoices FROM ledger l \
             WHERE l.client_id = ?1 AND +l.id > ?2 ORDER BY +l.id LIMIT 500"
        }
        "tickets" => {
            "SELECT t.id, t.number, t.subject, t.category, t.priority, t.status, st.name AS assignee, t.follows, \
             t.merged_into, t.said_at, t.created_at FROM clients c CROSS JOIN tickets t ON t.client_id = c.id \
             LEFT JOIN staff st ON st.id = t.assignee_id WHERE c.id = ?1 AND +t.id > ?2 ORDER BY +t.id LIMIT 500"
        }
        "ticket_messages" => {
            "SELECT m.id, m.ticket_id, m.seq, m.internal, m.author, m.body, m.created_at FROM tickets t \
             CROSS JOIN ticket_messages m ON m.ticket_id = t.id \
             WHERE t.client_id = ?1 AND +m.id > ?2 ORDER BY +m.id LIMIT 500"
        }
        "conversations" => {
            "SELECT t.id, t.project_id, t.subject, t.said_at, t.created_at FROM threads t \
             WHERE t.client_id = ?1 AND +t.id > ?2 ORDER BY +t.id LIMIT 500"
        }
        "messages" => {
            "SELECT m.id, m.thread_id, m.seq, m.author, m.body, m.created_at FROM threads t \
             CROSS JOIN messages m ON m.thread_id = t.id WHERE t.client_id = ?1 AND +m.id > ?2 ORDER BY +m.id LIMIT 500"
        }
        "downloads" => {
            "SELECT r.id, r.document_id, r.version_id, trim(ct.first_name || ' ' || ct.last_name) AS who, r.at, r.device, \
             r.address FROM contacts ct CROSS JOIN receipts r ON r.contact_id = ct.id \
             WHERE ct.client_id = ?1 AND +r.id > ?2 ORDER BY +r.id LIMIT 500"
        }
        "mails" => {
            "SELECT o.id, o.kind, o.to_email, o.to_name, o.subject, o.state, o.created_at, o.sent_at FROM outbox o \
             WHERE o.client_id = ?1 AND +o.id > ?2 ORDER BY +o.id LIMIT 500"
        }
        _ => {
            "SELECT a.id, a.at, a.principal, a.principal_name, a.action, a.detail, a.address FROM audit a \
             WHERE a.client_id = ?1 AND a.id > ?2 ORDER BY a.id LIMIT 500"
        }
    };
    of(sql, client, after)
}

pub(super) fn files(folder: &str, client: ClientId, after: &str) -> Statement {
    let sql = match folder {
        "documents" => {
            "SELECT v.id, v.blob, v.file_name, v.size FROM documents d CROSS JOIN document_versions v ON v.document_id = d.id \
             WHERE d.client_id = ?1 AND d.deleted_at IS NULL AND +v.id > ?2 ORDER BY +v.id LIMIT 500"
        }
        "tickets" => {
            "SELECT f.id, f.blob, f.file_name, f.size FROM tickets t CROSS JOIN ticket_messages m ON m.ticket_id = t.id \
             CROSS JOIN ticket_files f ON f.message_id = m.id WHERE t.client_id = ?1 AND +f.id > ?2 ORDER BY +f.id LIMIT 500"
        }
        "messages" => {
            "SELECT f.id, f.blob, f.file_name, f.size FROM threads t CROSS JOIN messages m ON m.thread_id = t.id \
             CROSS JOIN message_files f ON f.message_id = m.id WHERE t.client_id = ?1 AND +f.id > ?2 ORDER BY +f.id LIMIT 500"
        }
        _ => {
            "SELECT r.id, r.own_blob AS blob, coalesce(r.own_name, 'Invoice.pdf') AS file_name, 0 AS size FROM invoices i \
             CROSS JOIN invoice_revisions r ON r.invoice_id = i.id AND r.own_blob IS NOT NULL \
             WHERE i.client_id = ?1 AND +r.id > ?2 ORDER BY +r.id LIMIT 500"
        }
    };
    of(sql, client, after)
}

fn of(sql: &'static str, client: ClientId, after: &str) -> Statement {
    let params: [Param; 2] = [client.to_string().into(), after.into()];
    Statement::new(sql, params)
}
