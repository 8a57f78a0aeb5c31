//! What the dashboards count.

use serde::Deserialize;

use super::viewer::Asker;
use super::{Statement, statement};
use crate::domain::time::Timestamp;

/// The staff's figures.
#[derive(Debug, Deserialize)]
pub(crate) struct Figures {
    pub(crate) clients: u64,
    pub(crate) enabled: u64,
}

/// [`Figures`] of the clients that are not archived. Counted over an index that covers it.
pub(crate) fn figures() -> Statement {
    statement!(
        "SELECT count(*) AS clients, coalesce(sum(portal_enabled), 0) AS enabled \
         FROM clients INDEXED BY clients_by_portal WHERE archived_at IS NULL AND portal_enabled IN (0, 1)"
    )
}

/// One line of recent activity.
#[derive(Debug, Deserialize)]
pub(crate) struct Recent {
    pub(crate) at: Timestamp,
    pub(crate) principal_name: String,
    pub(crate) action: String,
    pub(crate) detail: String,
}

/// The newest lines of the audit log.
pub(crate) fn recent() -> Statement {
    statement!(
        "SELECT at, principal_name, action, detail FROM audit WHERE id > '' ORDER BY id DESC LIMIT 15"
    )
}

/// One number.
#[derive(Debug, Deserialize)]
pub(crate) struct Count {
    pub(crate) count: u64,
}

/// How many documents the viewer may see: the predicate of the list.
pub(crate) fn shared_documents(asker: &Asker) -> Statement {
    asker.statement(
        "SELECT count(d.id) AS count FROM viewer v \
         JOIN documents d ON d.client_id = v.client_id AND d.visible = 1 AND d.deleted_at IS NULL \
          AND (d.visible_from IS NULL OR d.visible_from <= ?2) \
          AND (d.visible_until IS NULL OR d.visible_until > ?2)",
        [],
    )
}
