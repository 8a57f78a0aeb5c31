//! Which project an invoice belongs to, and the invoices of a project on both sides.

use const_format::formatcp;
use serde::Deserialize;

use super::list::LISTED;
use super::seen::SEEN;
use crate::domain::id::{InvoiceId, ProjectId};
use crate::domain::module::Module;
use crate::store::viewer::Asker;
use crate::store::{Statement, flag, statement};

/// A project of the invoice's client.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Choice {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
    /// The invoice belongs to it.
    #[serde(deserialize_with = "flag")]
    pub(crate) chosen: bool,
}

/// The [`Choice`]s of an invoice, open ones first; at most 200.
pub(crate) fn choices(invoice: InvoiceId) -> Statement {
    statement!(
        "SELECT p.id, p.name, p.id IS i.project_id AS chosen FROM invoices i \
         JOIN projects p ON p.client_id = i.client_id WHERE i.id = ?1 \
         ORDER BY p.is_open DESC, p.id DESC LIMIT 200",
        invoice.to_string()
    )
}

/// Puts an invoice to a project of its client, or to none. Nothing that was sent changes.
pub(crate) fn set(invoice: InvoiceId, project: Option<ProjectId>) -> Statement {
    statement!(
        "UPDATE invoices SET project_id = \
          (SELECT p.id FROM projects p WHERE p.id = ?2 AND p.client_id = invoices.client_id) WHERE id = ?1",
        invoice.to_string(),
        project.map(|id| id.to_string())
    )
}

/// The newest hundred invoices of a project, drafts too: [`Listed`](super::list::Listed).
pub(crate) fn of_project(project: ProjectId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {LISTED} FROM invoices i JOIN clients c ON c.id = i.client_id WHERE i.project_id = ?1 \
             ORDER BY i.issued_on DESC, i.id DESC LIMIT 100"
        ),
        project.to_string()
    )
}

/// The newest hundred of them that the viewer may see, where Billing is on too:
/// [`Line`](super::seen::Line).
pub(crate) fn seen_of_project(asker: &Asker, project: ProjectId) -> Statement {
    asker.of(Module::Billing).projects(
        formatcp!(
            "SELECT {SEEN} FROM viewer v CROSS JOIN project_seen p ON p.id = ?4 \
             CROSS JOIN invoices i ON i.project_id = p.id AND i.client_id = v.client_id AND i.state <> 'draft' \
             ORDER BY i.issued_on DESC, i.id DESC LIMIT 100"
        ),
        [project.to_string().into()],
    )
}
