//! Sending: a draft gets its number and is sealed, or its next revision takes the place of what was
//! sent. What [`seal`] gives is part of one batch, which fails whole where somebody was quicker.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::{ContactId, InvoiceId, RevisionId};
use crate::domain::time::Timestamp;
use crate::store::billing::TODAY;
use crate::store::{Statement, flag, statement};

/// Somebody whom an invoice can be sent to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Recipient {
    pub(crate) id: ContactId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    /// Wants mails about invoices (Portal Permissions).
    #[serde(deserialize_with = "flag")]
    pub(crate) gets_mail: bool,
    /// Can open invoices in the portal.
    #[serde(deserialize_with = "flag")]
    pub(crate) signs_in: bool,
}

/// The [`Recipient`]s of an invoice: contacts of its client, the primary one first; at most 50. The
/// module is Billing (32).
pub(crate) fn recipients(invoice: InvoiceId) -> Statement {
    statement!(
        "SELECT ct.id, ct.first_name, ct.last_name, ct.email, ct.mail_invoices AS gets_mail, \
          (ct.account_id IS NOT NULL AND c.portal_enabled = 1 AND c.archived_at IS NULL AND ct.portal_access = 1 \
           AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 32 = 32) AS signs_in \
         FROM invoices i JOIN clients c ON c.id = i.client_id JOIN business b ON b.id = 1 \
         JOIN contacts ct ON ct.client_id = i.client_id AND ct.removed_at IS NULL \
         WHERE i.id = ?1 ORDER BY ct.is_primary DESC, ct.email_key LIMIT 50",
        invoice.to_string()
    )
}

/// Seals the open revision with its `parties` and puts it in place; a draft is sent with the next
/// number of its series. Done twice it changes nothing, and no number is left out: the number is read,
/// written to the invoice and counted in this batch.
pub(crate) fn seal(
    invoice: InvoiceId,
    open: RevisionId,
    parties: &str,
    now: Timestamp,
) -> Vec<Statement> {
    let (id, open) = (invoice.to_string(), open.to_string());
    vec![
        statement!(
            formatcp!(
                "UPDATE invoice_revisions SET parties = ?3, sealed_at = ?1, sealed_on = {TODAY} \
                 WHERE id = ?2 AND sealed_at IS NULL"
            ),
            now,
            open.as_str(),
            parties
        ),
        statement!(
            "INSERT INTO number_counters (series_id, year) \
             SELECT s.id, CASE s.yearly WHEN 1 THEN CAST(substr(i.issued_on, 1, 4) AS INTEGER) ELSE 0 END \
             FROM invoices i JOIN number_series s ON s.id = i.series_id \
             WHERE i.id = ?1 AND i.state = 'draft' ON CONFLICT DO NOTHING",
            id.as_str()
        ),
        statement!(
            "UPDATE invoices SET state = 'sent', sent_at = ?2, (series_year, series_count, number) = \
             (SELECT n.year, n.next, coalesce(invoices.own_number, s.prefix || CASE s.yearly WHEN 1 THEN n.year || '-' ELSE '' END \
               || printf('%0*d', s.digits, n.next)) \
              FROM number_series s JOIN number_counters n ON n.series_id = s.id \
               AND n.year = CASE s.yearly WHEN 1 THEN CAST(substr(invoices.issued_on, 1, 4) AS INTEGER) ELSE 0 END \
              WHERE s.id = invoices.series_id) \
             WHERE id = ?1 AND state = 'draft'",
            id.as_str(),
            now
        ),
        statement!(
            "UPDATE number_counters SET next = next + 1 \
             WHERE (series_id, year, next) = (SELECT series_id, series_year, series_count FROM invoices WHERE id = ?1)",
            id.as_str()
        ),
        statement!(
            "UPDATE invoices SET (revision_id, total, issued_on, due_on) = \
             (SELECT r.id, r.total, r.issued_on, r.due_on FROM invoice_revisions r WHERE r.id = ?2) \
             WHERE id = ?1 AND state = 'sent'",
            id,
            open
        ),
    ]
}

/// Voids what was sent: it keeps its number and is out of every total. Fails the batch where money
/// came, or is coming, meanwhile.
pub(crate) fn void(invoice: InvoiceId, now: Timestamp) -> Statement {
    statement!(
        formatcp!(
            "UPDATE invoices SET state = 'void', voided_at = ?1, voided_on = {TODAY}, \
             edition = CASE WHEN net <= 0 AND processing = 0 THEN edition END \
             WHERE id = ?2 AND state = 'sent'"
        ),
        now,
        invoice.to_string()
    )
}

/// Asks again for what was given back.
pub(crate) fn reopen(invoice: InvoiceId) -> Statement {
    statement!(
        "UPDATE invoices SET reopened = refunded WHERE id = ?1 AND state = 'sent'",
        invoice.to_string()
    )
}
