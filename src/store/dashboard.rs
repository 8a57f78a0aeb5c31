//! What the dashboards count.

use serde::Deserialize;

use super::viewer::Asker;
use super::{Statement, flag, statement};
use crate::domain::id::{ClientId, ContactId, MailId};
use crate::domain::time::{Millis, Timestamp};

/// The staff's figures, and how far the portal has got since its first day.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "what was done and what not")]
pub(crate) struct Figures {
    pub(crate) clients: u64,
    pub(crate) enabled: u64,
    /// Something of the look was chosen.
    #[serde(deserialize_with = "flag")]
    pub(crate) branded: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) has_document: bool,
    /// An invoice was written.
    #[serde(deserialize_with = "flag")]
    pub(crate) has_invoice: bool,
    /// Somebody was invited.
    #[serde(deserialize_with = "flag")]
    pub(crate) has_invited: bool,
    /// The client that has been here longest.
    pub(crate) first_client: Option<ClientId>,
}

/// [`Figures`]; clients that are archived do not count. They are counted as they come and go (migration 0084), and the
/// rest looks at one row each, so that the page costs the same however many there are. `#2f5d50` is the colour of
/// the first day.
pub(crate) fn figures() -> Statement {
    statement!(
        "SELECT max(n.clients, 0) AS clients, max(n.enabled, 0) AS enabled, \
         (b.logo_hash IS NOT NULL OR b.colour <> '#2f5d50' OR b.welcome_text <> '' \
          OR b.support_email IS NOT NULL OR b.support_phone IS NOT NULL) AS branded, \
         EXISTS (SELECT 1 FROM documents WHERE id > '') AS has_document, \
         EXISTS (SELECT 1 FROM invoices WHERE id > '') AS has_invoice, \
         (EXISTS (SELECT 1 FROM contacts WHERE account_id > '') OR EXISTS \
          (SELECT 1 FROM links WHERE contact_id > '' AND purpose = 'invitation')) AS has_invited, \
         (SELECT id FROM clients WHERE archived_at IS NULL ORDER BY created_at, id LIMIT 1) AS first_client \
         FROM business b JOIN client_counts n ON n.id = 1 WHERE b.id = 1"
    )
}

/// Failures older than this are the outbox's business alone.
const RECENT: Millis = Millis::days(30);

/// An invitation that did not arrive, and that nothing newer has replaced.
#[derive(Debug, Deserialize)]
pub(crate) struct Undelivered {
    pub(crate) contact_id: ContactId,
    pub(crate) name: String,
    pub(crate) client_name: String,
    pub(crate) to_email: String,
    pub(crate) last_error: Option<String>,
}

/// The newest ten [`Undelivered`].
pub(crate) fn undelivered(now: Timestamp) -> Statement {
    statement!(
        "SELECT ct.id AS contact_id, trim(ct.first_name || ' ' || ct.last_name) AS name, \
         c.name AS client_name, o.to_email, o.last_error \
         FROM outbox o JOIN links l ON l.id = o.link_id \
         JOIN contacts ct ON ct.id = l.contact_id AND ct.removed_at IS NULL AND ct.account_id IS NULL \
         JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL \
         WHERE o.state IN ('undeliverable', 'dead') AND o.created_at > ?1 AND o.kind = 'invitation' \
          AND l.consumed_at IS NULL AND l.revoked_at IS NULL \
         ORDER BY o.created_at DESC LIMIT 10",
        now.minus(RECENT)
    )
}

/// How many mails did not go out. Each number stops at a hundred.
#[derive(Debug, Deserialize)]
pub(crate) struct Mails {
    /// Given up, other than invitations, unless their link would be dead anyway.
    pub(crate) failed: u64,
    /// The newest of them.
    pub(crate) newest_failed: Option<MailId>,
    /// Waiting.
    pub(crate) waiting: u64,
}

/// [`Mails`].
pub(crate) fn mails(now: Timestamp) -> Statement {
    statement!(
        "SELECT count(f.id) AS failed, max(f.id) AS newest_failed, \
         (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 'queued' AND due_at > 0 LIMIT 100)) AS waiting \
         FROM (SELECT o.id FROM outbox o LEFT JOIN links l ON l.id = o.link_id \
          WHERE o.state IN ('undeliverable', 'dead') AND o.created_at > ?1 AND o.kind <> 'invitation' \
           AND (l.id IS NULL OR (l.consumed_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > ?2)) \
          LIMIT 100) f",
        now.minus(RECENT),
        now
    )
}

/// One number.
#[derive(Debug, Deserialize)]
pub(crate) struct Count {
    pub(crate) count: u64,
}

/// How many documents the viewer may see, by the predicate of the list: 100 stands for more too.
pub(crate) fn shared_documents(asker: &Asker) -> Statement {
    asker.shared(
        "SELECT count(*) AS count FROM (SELECT s.id FROM shared s LIMIT 100)",
        [],
    )
}
