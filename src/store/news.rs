//! What is new since somebody last looked: how much of it, for the bell on every page, and the list.
//!
//! A client's news are read from what the viewer may see now, by the predicates of the lists. Staff are told
//! what clients and the payment provider did, as the log has it.

use serde::Deserialize;

use super::audit::Kept;
use super::viewer::Asker;
use super::{Statement, flag, statement};
use crate::domain::module::Module;
use crate::domain::next::Side;
use crate::domain::time::Timestamp;

/// News counted on every page: more than this many are shown as "9+".
pub(crate) const MOST: u32 = 10;

/// How much is new for a contact `ct` of a client `c` of the business `b` at the moment `?2`, up to ten of each
/// kind: `news`. It says the same as [`seen`], of modules that are on.
pub(super) const COUNT: &str = "(SELECT (SELECT count(*) FROM (SELECT 1 FROM documents d WHERE m.bits & 8 = 8 \
      AND d.client_id = c.id AND d.visible = 1 AND d.deleted_at IS NULL AND d.sent_by IS NULL AND d.published_at > coalesce(ct.news_seen_at, 0) \
      AND (d.visible_from IS NULL OR d.visible_from <= ?2) AND (d.visible_until IS NULL OR d.visible_until > ?2) LIMIT 10)) \
     + (SELECT count(*) FROM (SELECT 1 FROM documents d WHERE m.bits & 8 = 8 AND d.client_id = c.id AND d.visible = 1 \
      AND d.deleted_at IS NULL AND d.sent_by IS NULL AND d.visible_from > coalesce(ct.news_seen_at, 0) AND d.visible_from <= ?2 \
      AND d.published_at <= coalesce(ct.news_seen_at, 0) AND (d.visible_until IS NULL OR d.visible_until > ?2) LIMIT 10)) \
     + (SELECT count(*) FROM (SELECT 1 FROM invoices i WHERE m.bits & 32 = 32 AND i.client_id = c.id \
      AND i.state = 'sent' AND i.sent_at > coalesce(ct.news_seen_at, 0) LIMIT 10)) \
     + (SELECT count(*) FROM (SELECT 1 FROM tickets t WHERE m.bits & 128 = 128 AND t.client_id = c.id AND t.is_open IN (0, 1) \
      AND t.said_at > coalesce(ct.news_seen_at, 0) AND t.merged_into IS NULL AND (SELECT w.staff_id FROM ticket_messages w \
       WHERE w.ticket_id = t.id AND w.internal = 0 ORDER BY w.seq DESC LIMIT 1) IS NOT NULL LIMIT 10)) \
     + (SELECT count(*) FROM (SELECT 1 FROM tasks k WHERE m.bits & 2 = 2 AND k.client_id = c.id AND k.waits = 1 \
      AND k.updated_at > coalesce(ct.news_seen_at, 0) LIMIT 10)) \
     + (SELECT count(*) FROM (SELECT 1 FROM thread_readers r CROSS JOIN threads h ON h.id = r.thread_id AND h.shown = 1 \
      WHERE m.bits & 256 = 256 AND r.reader_id = ct.id AND r.unread > 0 AND r.said_at > coalesce(ct.news_seen_at, 0) LIMIT 10)) \
     FROM (SELECT ((b.modules | c.modules_on) & ~c.modules_off) & ~coalesce(ct.modules_off, 0) AS bits) m) AS news";

/// How much is new for the member of staff `st`, up to ten.
pub(super) const STAFF_COUNT: &str = "(SELECT count(*) FROM (SELECT 1 FROM audit a WHERE a.is_news = 1 \
     AND a.at > max(st.news_seen_at, st.created_at) LIMIT 10)) AS news";

/// Something new for a client.
#[derive(Debug, Deserialize)]
pub(crate) struct Item {
    /// `document`, `invoice`, `ticket`, `task`, `thread`.
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) at: Timestamp,
    /// Not seen before.
    #[serde(deserialize_with = "flag")]
    pub(crate) is_new: bool,
}

/// The newest twenty-five of each kind that the viewer may see, in a statement each.
pub(crate) fn seen(asker: &Asker) -> Vec<Statement> {
    vec![
        asker.of(Module::Documents).shared(
            "SELECT 'document' AS kind, s.id, s.title, max(s.published_at, coalesce(s.visible_from, 0)) AS at, \
             max(s.published_at, coalesce(s.visible_from, 0)) > coalesce((SELECT ct.news_seen_at FROM contacts ct \
              WHERE ct.id = s.contact_id), 0) AS is_new \
             FROM shared s WHERE s.sent_by IS NULL ORDER BY s.published_at DESC, s.id DESC LIMIT 25",
            [],
        ),
        asker.of(Module::Billing).statement(
            "SELECT 'invoice' AS kind, i.id, i.number AS title, i.sent_at AS at, \
             i.sent_at > coalesce((SELECT ct.news_seen_at FROM contacts ct WHERE ct.id = v.contact_id), 0) AS is_new \
             FROM viewer v CROSS JOIN invoices i ON i.client_id = v.client_id AND i.state = 'sent' \
             ORDER BY i.sent_at DESC LIMIT 25",
            [],
        ),
        asker.of(Module::SupportTickets).tickets(
            "SELECT 'ticket' AS kind, t.id, '#' || t.number || ' ' || t.subject AS title, t.said_at AS at, \
             t.said_at > coalesce((SELECT ct.news_seen_at FROM contacts ct WHERE ct.id = t.contact_id), 0) AS is_new \
             FROM ticket_seen t WHERE t.is_open = 1 AND t.merged_into IS NULL AND (SELECT w.staff_id FROM ticket_messages w \
              WHERE w.ticket_id = t.id AND w.internal = 0 ORDER BY w.seq DESC LIMIT 1) IS NOT NULL \
             ORDER BY t.said_at DESC LIMIT 25",
            [],
        ),
        asker.of(Module::SupportTickets).tickets(
            "SELECT 'ticket' AS kind, t.id, '#' || t.number || ' ' || t.subject AS title, t.said_at AS at, \
             t.said_at > coalesce((SELECT ct.news_seen_at FROM contacts ct WHERE ct.id = t.contact_id), 0) AS is_new \
             FROM ticket_seen t WHERE t.is_open = 0 AND t.merged_into IS NULL AND (SELECT w.staff_id FROM ticket_messages w \
              WHERE w.ticket_id = t.id AND w.internal = 0 ORDER BY w.seq DESC LIMIT 1) IS NOT NULL \
             ORDER BY t.said_at DESC LIMIT 25",
            [],
        ),
        asker.of(Module::Tasks).tasks(
            "SELECT 'task' AS kind, t.id, t.title, t.updated_at AS at, \
             t.updated_at > coalesce((SELECT ct.news_seen_at FROM contacts ct WHERE ct.id = t.contact_id), 0) AS is_new \
             FROM task_seen t WHERE t.waits = 1 ORDER BY t.updated_at DESC LIMIT 25",
            [],
        ),
        asker.of(Module::Messages).threads(
            "SELECT 'thread' AS kind, t.id, t.subject AS title, t.said_at AS at, \
             r.unread > 0 AND r.said_at > coalesce((SELECT ct.news_seen_at FROM contacts ct WHERE ct.id = t.contact_id), 0) AS is_new \
             FROM thread_seen t CROSS JOIN thread_readers r ON r.thread_id = t.id AND r.reader_id = t.contact_id \
             ORDER BY t.said_at DESC LIMIT 25",
            [],
        ),
    ]
}

/// The newest fifty entries of the log that tell staff something.
pub(crate) fn told() -> Statement {
    statement!(
        "SELECT a.id, a.at, a.principal, a.principal_name, a.action, a.detail, a.entity_id, a.client_id, \
         c.name AS client_name FROM audit a LEFT JOIN clients c ON c.id = a.client_id \
         WHERE a.is_news = 1 AND a.at > 0 ORDER BY a.at DESC, a.id DESC LIMIT 50"
    )
}

/// An entry that [`told`] reads.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    pub(crate) kept: Kept,
    pub(crate) entity_id: Option<String>,
}

/// When a member of staff last looked.
#[derive(Debug, Deserialize)]
pub(crate) struct Looked {
    pub(crate) news_seen_at: Timestamp,
}

/// [`Looked`] of who is signed in.
pub(crate) fn looked(asker: &Asker) -> Statement {
    statement!(
        "SELECT st.news_seen_at FROM sessions s JOIN staff st ON st.id = s.staff_id WHERE s.id = ?1",
        asker.session.to_string()
    )
}

/// Notes that somebody looks now: nothing that is there is new any more. A preview notes nothing.
pub(crate) fn look(asker: &Asker) -> Statement {
    match asker.side {
        Side::Client => asker.statement(
            "UPDATE contacts SET news_seen_at = ?2 \
             WHERE id = (SELECT contact_id FROM viewer WHERE session_id IS NOT NULL)",
            [],
        ),
        Side::Staff => statement!(
            "UPDATE staff SET news_seen_at = ?2 WHERE id = (SELECT staff_id FROM sessions WHERE id = ?1)",
            asker.session.to_string(),
            asker.now
        ),
    }
}
