//! What is being written: drafts, and revisions beside what was sent.
//!
//! An invoice has at most one open revision. Every change names the edition it was made of, and
//! fails whole where somebody was quicker.

use serde::Deserialize;

use crate::domain::id::{ClientId, InvoiceId, ProjectId, RevisionId, StaffId};
use crate::domain::invoice::content::Content;
use crate::domain::money::Currency;
use crate::domain::time::{Date, Timestamp};
use crate::store::{Error, Param, Statement, statement};

/// What a form says.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) content: Content,
    pub(crate) currency: Currency,
    pub(crate) issued_on: Date,
    pub(crate) due_on: Date,
    /// What it comes to, in minor units.
    pub(crate) total: i64,
    /// … of which tax.
    pub(crate) tax: i64,
    /// The business's own PDF: R2 key and name.
    pub(crate) own: Option<(String, String)>,
    /// The project that a new one belongs to; what is there keeps its own.
    pub(crate) project: Option<ProjectId>,
}

/// The revision that may be written to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Open {
    pub(crate) id: RevisionId,
    pub(super) number: i64,
    pub(super) content: String,
    pub(crate) issued_on: Date,
    pub(crate) due_on: Date,
    pub(crate) total: i64,
    pub(crate) own_blob: Option<String>,
    pub(crate) own_name: Option<String>,
}

impl Open {
    /// What stands on it.
    pub(crate) fn content(&self) -> Result<Content, Error> {
        Ok(serde_json::from_str(&self.content)?)
    }
}

/// The [`Open`] revision of an invoice, if it has one: a draft's own, or the next of a sent one.
pub(crate) fn open(invoice: InvoiceId) -> Statement {
    statement!(
        "SELECT id, number, content, issued_on, due_on, total, tax, own_blob, own_name \
         FROM invoice_revisions WHERE invoice_id = ?1 AND sealed_at IS NULL",
        invoice.to_string()
    )
}

/// Who writes what, when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By {
    pub(crate) staff: StaffId,
    pub(crate) now: Timestamp,
}

/// Makes a draft with its first revision, on the series that is the default. A project of another client
/// is none.
pub(crate) fn create(
    id: InvoiceId,
    revision: RevisionId,
    client: ClientId,
    draft: &Draft,
    by: By,
) -> Result<Vec<Statement>, Error> {
    Ok(vec![
        statement!(
            "INSERT INTO invoices (id, client_id, series_id, revision_id, currency, total, issued_on, due_on, \
             created_by, created_at, updated_at, project_id) \
             SELECT ?1, ?2, s.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, \
              (SELECT p.id FROM projects p WHERE p.id = ?10 AND p.client_id = ?2) FROM number_series s WHERE s.is_default = 1",
            id.to_string(),
            client.to_string(),
            revision.to_string(),
            draft.currency.code(),
            draft.total,
            draft.issued_on.to_string(),
            draft.due_on.to_string(),
            by.staff.to_string(),
            by.now,
            draft.project.map(|id| id.to_string())
        ),
        insert(id, revision, 1, draft, by)?,
    ])
}

fn insert(
    invoice: InvoiceId,
    revision: RevisionId,
    number: i64,
    draft: &Draft,
    by: By,
) -> Result<Statement, Error> {
    let own = draft.own.as_ref();
    Ok(statement!(
        "INSERT INTO invoice_revisions (id, invoice_id, number, content, issued_on, due_on, total, tax, own_blob, \
         own_name, created_by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        revision.to_string(),
        invoice.to_string(),
        number,
        serde_json::to_string(&draft.content)?,
        draft.issued_on.to_string(),
        draft.due_on.to_string(),
        draft.total,
        draft.tax,
        Param::from(own.map(|(blob, _)| blob.as_str())),
        Param::from(own.map(|(_, name)| name.as_str())),
        by.staff.to_string(),
        by.now
    ))
}

/// Goes on from the edition that was seen, or fails the batch. Nothing of what was sent is touched.
pub(crate) fn edition(invoice: InvoiceId, edition: i64, now: Timestamp) -> Statement {
    statement!(
        "UPDATE invoices SET edition = CASE edition WHEN ?2 THEN edition + 1 END, updated_at = ?3 WHERE id = ?1",
        invoice.to_string(),
        edition,
        now
    )
}

/// Changes the open revision, and the draft itself where it was never sent.
pub(crate) fn change(
    invoice: InvoiceId,
    of: i64,
    open: RevisionId,
    draft: &Draft,
    now: Timestamp,
) -> Result<Vec<Statement>, Error> {
    Ok(vec![
        edition(invoice, of, now),
        statement!(
            "UPDATE invoices SET currency = ?2, total = ?3, issued_on = ?4, due_on = ?5 \
             WHERE id = ?1 AND state = 'draft'",
            invoice.to_string(),
            draft.currency.code(),
            draft.total,
            draft.issued_on.to_string(),
            draft.due_on.to_string()
        ),
        statement!(
            "UPDATE invoice_revisions SET content = ?2, issued_on = ?3, due_on = ?4, total = ?5, tax = ?6 \
             WHERE id = ?1 AND sealed_at IS NULL",
            open.to_string(),
            serde_json::to_string(&draft.content)?,
            draft.issued_on.to_string(),
            draft.due_on.to_string(),
            draft.total,
            draft.tax
        ),
    ])
}

/// Throws the open revision away, and the draft with it where it was never sent. Its own PDF
/// goes to the sweep.
pub(crate) fn discard(invoice: InvoiceId, of: i64, now: Timestamp) -> Vec<Statement> {
    let id = invoice.to_string();
    vec![
        edition(invoice, of, now),
        statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, doomed_at) SELECT own_blob, ?2 FROM invoice_revisions \
             WHERE invoice_id = ?1 AND sealed_at IS NULL AND own_blob IS NOT NULL",
            id.as_str(),
            now
        ),
        statement!(
            "DELETE FROM invoice_revisions WHERE invoice_id = ?1 AND sealed_at IS NULL",
            id.as_str()
        ),
        statement!("DELETE FROM invoices WHERE id = ?1 AND state = 'draft'", id),
    ]
}

/// Opens a revision beside what was sent, beginning as that says.
pub(crate) fn revise(invoice: InvoiceId, revision: RevisionId, of: i64, by: By) -> Vec<Statement> {
    vec![
        edition(invoice, of, by.now),
        statement!(
            "INSERT INTO invoice_revisions (id, invoice_id, number, content, issued_on, due_on, total, tax, \
             created_by, created_at) \
             SELECT ?2, r.invoice_id, r.number + 1, r.content, r.issued_on, r.due_on, r.total, r.tax, ?3, ?4 \
             FROM invoices i JOIN invoice_revisions r ON r.id = i.revision_id WHERE i.id = ?1 AND i.state = 'sent'",
            invoice.to_string(),
            revision.to_string(),
            by.staff.to_string(),
            by.now
        ),
    ]
}
