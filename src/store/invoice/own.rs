//! Invoices that are the business's own PDF: drafts with the file and, if it has one, its own number.
//!
//! The file is in R2 before D1 hears of it, under the keys that the sweep of forms walks over; so what
//! never gets here is taken out again, and what comes too late for that is refused.

use super::draft::{By, Draft};
use crate::domain::id::{ClientId, InvoiceId, RevisionId};
use crate::domain::invoice::uploaded::OwnNumber;
use crate::domain::time::Timestamp;
use crate::store::{Error, Param, Statement, statement};

/// Refuses the batch where the sweep was at the file before.
fn fresh(blob: &str) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT ?1 > (SELECT key FROM form_sweep WHERE id = 1) \
         AND NOT EXISTS (SELECT 1 FROM doomed_blobs WHERE blob = ?1)",
        blob
    )
}

fn number(own: Option<&OwnNumber>) -> Param {
    own.map(OwnNumber::as_str).into()
}

/// Makes a draft of the file that `draft` names.
pub(crate) fn create(
    id: InvoiceId,
    revision: RevisionId,
    client: ClientId,
    draft: &Draft,
    own: Option<&OwnNumber>,
    by: By,
) -> Result<Vec<Statement>, Error> {
    let mut batch = super::draft::create(id, revision, client, draft, by)?;
    batch.insert(0, fresh(draft.own.as_ref().map_or("", |(blob, _)| blob)));
    batch.push(numbered(id, own));
    Ok(batch)
}

/// Gives a draft its own number, or puts it back on the series.
fn numbered(id: InvoiceId, own: Option<&OwnNumber>) -> Statement {
    statement!(
        "UPDATE invoices SET own_number = ?2, series_id = CASE WHEN ?2 IS NULL \
          THEN (SELECT id FROM number_series WHERE is_default = 1) \
          ELSE '00000000-0000-7000-8000-000000000002' END \
         WHERE id = ?1 AND state = 'draft'",
        id.to_string(),
        number(own)
    )
}

/// Changes what is being written: another file in its place where `draft` has one. A draft's number
/// too, unless it was sent before.
pub(crate) fn replace(
    id: InvoiceId,
    of: i64,
    open: RevisionId,
    draft: &Draft,
    own: Option<&OwnNumber>,
    now: Timestamp,
) -> Result<Vec<Statement>, Error> {
    let mut batch = super::draft::change(id, of, open, draft, now)?;
    batch.push(numbered(id, own));
    if let Some((blob, name)) = &draft.own {
        batch.push(fresh(blob));
        batch.push(statement!(
            "INSERT OR IGNORE INTO doomed_blobs (blob, doomed_at) SELECT own_blob, ?2 FROM invoice_revisions \
             WHERE id = ?1 AND sealed_at IS NULL AND own_blob IS NOT NULL",
            open.to_string(),
            now
        ));
        batch.push(statement!(
            "UPDATE invoice_revisions SET own_blob = ?2, own_name = ?3 WHERE id = ?1 AND sealed_at IS NULL",
            open.to_string(),
            blob.as_str(),
            name.as_str()
        ));
    }
    Ok(batch)
}
