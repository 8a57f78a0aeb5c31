//! Telling a client's people of a document by mail.
//!
//! Whom it would reach is counted beforehand; who gets it is decided by the statement that queues the
//! mails, in the batch that publishes.

use const_format::formatcp;
use serde::Deserialize;

use super::{Param, Statement, statement};
use crate::domain::id::{ClientId, ContactId, DocumentId, MailId, StaffId, UploadId};
use crate::domain::time::Timestamp;

/// People of a client who are told of documents: active, wanting such mail, of a portal that is open
/// to them with Documents (8) on. What `who` and `viewer` ([`super::viewer`]) ask of somebody who is not there.
pub(super) const READERS: &str = "WITH readers AS (\
     SELECT ct.id, ct.client_id, ct.email, trim(ct.first_name || ' ' || ct.last_name) AS name \
     FROM contacts ct \
     JOIN accounts a ON a.id = ct.account_id \
     JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL AND c.portal_enabled = 1 \
     JOIN business b ON b.id = 1 \
     WHERE ct.portal_access = 1 AND ct.removed_at IS NULL AND ct.mail_documents = 1 \
      AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 8 = 8) ";

/// The kind of these mails in the outbox.
pub(crate) const KIND: &str = "document";

/// Why somebody gets mail about invoices.
pub(crate) fn why(business: &str) -> String {
    format!("You get this e-mail because {business} sent you this invoice.")
}

/// Somebody who would be told.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reader {
    pub(crate) id: ContactId,
    /// First and last name.
    pub(crate) name: String,
}

/// The [`Reader`]s of a client; at most 200.
pub(crate) fn readers(client: ClientId) -> Statement {
    Statement::new(
        formatcp!(
            "{READERS}SELECT r.id, r.name FROM readers r WHERE r.client_id = ?1 ORDER BY r.id LIMIT 200"
        ),
        [client.to_string().into()],
    )
}

/// The [`Reader`]s of an upload's client.
pub(crate) fn readers_of_upload(upload: UploadId) -> Statement {
    Statement::new(
        formatcp!(
            "{READERS}SELECT r.id, r.name FROM readers r WHERE r.client_id = \
             (SELECT client_id FROM uploads WHERE id = ?1) ORDER BY r.id LIMIT 200"
        ),
        [upload.to_string().into()],
    )
}

/// The [`Reader`]s of a document's client.
pub(crate) fn readers_of(document: DocumentId) -> Statement {
    Statement::new(
        formatcp!(
            "{READERS}SELECT r.id, r.name FROM readers r WHERE r.client_id = \
             (SELECT client_id FROM documents WHERE id = ?1) ORDER BY r.id LIMIT 200"
        ),
        [document.to_string().into()],
    )
}

/// A mail to each reader.
#[derive(Debug)]
pub(crate) struct Notice<'a> {
    /// What is told of: one document, or those of a group.
    pub(crate) documents: &'a [DocumentId],
    /// Files sent together are told of once, under this name.
    pub(crate) group: Option<&'a str>,
    pub(crate) subject: &'a str,
    /// JSON of a letter.
    pub(crate) content: &'a str,
    /// Who is told, each with the id of their mail.
    pub(crate) mails: Vec<(ContactId, MailId)>,
}

impl Notice<'_> {
    /// Queues the mails where one of the documents was written at this moment and clients see it now;
    /// its change count is how many were queued. One mail per person, version and publication.
    pub(crate) fn queue(&self, now: Timestamp) -> Result<Statement, super::Error> {
        let pairs: Vec<[String; 2]> = self
            .mails
            .iter()
            .map(|(contact, mail)| [contact.to_string(), mail.to_string()])
            .collect();
        Ok(Statement::new(
            formatcp!(
                "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, \
                 contact_id, client_id, due_at, created_at) \
                 {READERS}SELECT json_extract(j.value, '$[1]'), \
                 coalesce('documents ' || ?3, 'document ' || d.id || ' ' || d.version_id || ' ' || d.published_at) \
                  || ' ' || r.id, \
                 'document', r.email, r.name, ?4, ?5, r.id, d.client_id, ?6, ?6 \
                 FROM json_each(?2) j JOIN documents d ON d.id = (SELECT w.id FROM json_each(?1) f \
                  JOIN documents w ON w.id = f.value WHERE w.updated_at = ?6 LIMIT 1) \
                 JOIN readers r ON r.id = json_extract(j.value, '$[0]') AND r.client_id = d.client_id \
                 WHERE d.deleted_at IS NULL AND d.visible = 1 \
                  AND (d.visible_from IS NULL OR d.visible_from <= ?6) \
                  AND (d.visible_until IS NULL OR d.visible_until > ?6)"
            ),
            [
                serde_json::to_string(self.documents)?.into(),
                serde_json::to_string(&pairs)?.into(),
                Param::from(self.group),
                self.subject.into(),
                self.content.into(),
                now.into(),
            ],
        ))
    }
}

/// Mails to staff about what a client sent.
#[derive(Debug)]
pub(crate) struct SentNotice<'a> {
    pub(crate) documents: &'a [DocumentId],
    /// Files of one form are told of once in a quarter of an hour, under this name. The browser chooses it,
    /// so it must not silence what comes later.
    pub(crate) group: &'a str,
    pub(crate) subject: &'a str,
    /// JSON of a letter.
    pub(crate) content: &'a str,
    /// Who might be told, each with the id of their mail.
    pub(crate) mails: Vec<(StaffId, MailId)>,
}

impl SentNotice<'_> {
    /// Queues the mails to those who take such mail, where one of the documents was sent at this moment.
    pub(crate) fn queue(&self, now: Timestamp) -> Result<Statement, super::Error> {
        let pairs: Vec<[String; 2]> = self
            .mails
            .iter()
            .map(|(staff, mail)| [staff.to_string(), mail.to_string()])
            .collect();
        Ok(statement!(
            "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, \
             staff_id, client_id, due_at, created_at) \
             SELECT j.value ->> 1, 'upload ' || ?3 || ' ' || CAST(?6 / 900000 AS INTEGER) || ' ' || st.id, 'upload', st.email, st.name, ?4, ?5, st.id, \
             d.client_id, ?6, ?6 FROM json_each(?2) j \
             JOIN documents d ON d.id = (SELECT w.id FROM json_each(?1) f JOIN documents w ON w.id = f.value \
              WHERE w.updated_at = ?6 AND w.sent_by IS NOT NULL LIMIT 1) \
             JOIN staff st ON st.id = j.value ->> 0 AND st.deactivated_at IS NULL AND st.mail_uploads = 1",
            serde_json::to_string(self.documents)?,
            serde_json::to_string(&pairs)?,
            self.group,
            self.subject,
            self.content,
            now
        ))
    }
}

/// Takes back the mails about a document that have not gone out.
pub(crate) fn withdraw(document: DocumentId) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL \
         WHERE dedupe_key >= ?1 || ' ' AND dedupe_key < ?1 || '!' AND state = 'queued'",
        format!("document {document}")
    )
}
