//! A person's own name, and who of their company has access.

use const_format::formatcp;
use serde::Deserialize;

use super::permission::{PERSON, Person};
use super::viewer::Asker;
use super::{Error, Statement, flag, search, statement};
use crate::domain::id::{AuditId, ClientId, ContactId, StaffId};
use crate::domain::next::Side;
use crate::domain::permission::News;
use crate::domain::text::{Line, Name};
use crate::domain::time::Timestamp;

/// Somebody of the viewer's company who has access, or was invited to it.
#[derive(Debug, Deserialize)]
pub(crate) struct Colleague {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) job_title: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) is_primary: bool,
    /// Has joined; else an invitation is out.
    #[serde(deserialize_with = "flag")]
    pub(crate) active: bool,
    /// The viewer.
    #[serde(deserialize_with = "flag")]
    pub(crate) me: bool,
}

/// The [`Colleague`]s of the open client, the primary contact first; at most two hundred.
pub(crate) fn colleagues(asker: &Asker) -> Statement {
    asker.statement(
        "SELECT ct.first_name, ct.last_name, ct.job_title, ct.is_primary, \
         ct.account_id IS NOT NULL AS active, ct.id IS v.contact_id AS me \
         FROM viewer v JOIN contacts ct ON ct.client_id = v.client_id \
          AND ct.removed_at IS NULL AND ct.portal_access = 1 \
         WHERE ct.account_id IS NOT NULL OR EXISTS (SELECT 1 FROM links l \
          WHERE l.contact_id = ct.id AND l.purpose = 'invitation' AND l.consumed_at IS NULL \
           AND l.revoked_at IS NULL AND l.expires_at > ?2) \
         ORDER BY ct.is_primary DESC, ct.first_name, ct.last_name, ct.id LIMIT 200",
        [],
    )
}

/// Which mails a member of staff takes.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a box on the page for each")]
pub(crate) struct Takes {
    /// About tickets that nobody has.
    #[serde(deserialize_with = "flag")]
    pub(crate) tickets: bool,
    /// About tasks that nobody does.
    #[serde(deserialize_with = "flag")]
    pub(crate) tasks: bool,
    /// About files that clients send.
    #[serde(deserialize_with = "flag")]
    pub(crate) uploads: bool,
    /// About messages that they have not read.
    #[serde(deserialize_with = "flag")]
    pub(crate) messages: bool,
}

/// [`Takes`] of who is signed in. Clients choose nothing here.
pub(crate) fn takes(asker: &Asker) -> Statement {
    match asker.side {
        Side::Staff => statement!(
            "SELECT st.mail_tickets AS tickets, st.mail_messages AS messages, st.mail_uploads AS uploads, st.mail_tasks AS tasks FROM sessions s JOIN staff st ON st.id = s.staff_id WHERE s.id = ?1",
            asker.session.to_string()
        ),
        Side::Client => statement!("SELECT 0 AS tickets, 0 AS messages, 0 AS uploads, 0 AS tasks"),
    }
}

/// Changes whether they take mail about messages.
pub(crate) fn take_messages(id: StaffId, takes: bool) -> Statement {
    statement!(
        "UPDATE staff SET mail_messages = ?2 WHERE id = ?1",
        id.to_string(),
        takes
    )
}

/// Changes whether they take mail about tasks that nobody does.
pub(crate) fn take_tasks(id: StaffId, takes: bool) -> Statement {
    statement!(
        "UPDATE staff SET mail_tasks = ?2 WHERE id = ?1",
        id.to_string(),
        takes
    )
}

/// Changes whether they take mail about files that clients send.
pub(crate) fn take_uploads(id: StaffId, takes: bool) -> Statement {
    statement!(
        "UPDATE staff SET mail_uploads = ?2 WHERE id = ?1",
        id.to_string(),
        takes
    )
}

/// Changes whether they take mail about tickets.
pub(crate) fn take_tickets(id: StaffId, takes: bool) -> Statement {
    statement!(
        "UPDATE staff SET mail_tickets = ?2 WHERE id = ?1",
        id.to_string(),
        takes
    )
}

/// The viewer, with the mails that they take; none in a preview of nobody in particular.
pub(crate) fn person(asker: &Asker) -> Statement {
    asker.statement(
        formatcp!("SELECT {PERSON} FROM viewer v JOIN contacts ct ON ct.id = v.contact_id"),
        [],
    )
}

/// Changes the mails that the viewer takes. Staff who have the contact's permissions open are told so.
pub(crate) fn take(asker: &Asker, new: &Person) -> Statement {
    asker.statement(
        "UPDATE contacts SET mail_documents = ?4, mail_invoices = ?5, mail_tickets = ?6, mail_messages = ?7, mail_tasks = ?8, \
         revision = revision + 1, updated_at = ?2 \
         WHERE id = (SELECT contact_id FROM viewer WHERE session_id IS NOT NULL)",
        [
            new.mail_documents.into(),
            new.mail_invoices.into(),
            new.mail_tickets.into(),
            new.mail_messages.into(),
            new.mail_tasks.into(),
        ],
    )
}

/// Ends one kind of mail to a contact, with its entry in the log; where it had ended before, neither.
pub(crate) fn stop(
    contact: ContactId,
    news: News,
    (entry, address): (AuditId, &str),
    now: Timestamp,
) -> Vec<Statement> {
    vec![
        statement!(
            "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, client_id, detail, address) \
             SELECT ?1, ?2, 'contact', id, trim(first_name || ' ' || last_name), 'profile.unsubscribed', client_id, ?4, ?5 \
             FROM contacts WHERE id = ?3 AND removed_at IS NULL AND 1 = CASE ?6 WHEN 'mail_documents' THEN mail_documents \
              WHEN 'mail_invoices' THEN mail_invoices WHEN 'mail_tickets' THEN mail_tickets \
              WHEN 'mail_messages' THEN mail_messages WHEN 'mail_tasks' THEN mail_tasks END",
            entry.to_string(),
            now,
            contact.to_string(),
            news.short(),
            address,
            news.as_str()
        ),
        statement!(
            "UPDATE contacts SET mail_documents = mail_documents AND ?3 <> 'mail_documents', \
             mail_invoices = mail_invoices AND ?3 <> 'mail_invoices', \
             mail_tickets = mail_tickets AND ?3 <> 'mail_tickets', \
             mail_messages = mail_messages AND ?3 <> 'mail_messages', \
             mail_tasks = mail_tasks AND ?3 <> 'mail_tasks', revision = revision + 1, updated_at = ?2 \
             WHERE id = ?1 AND removed_at IS NULL AND 1 = CASE ?3 WHEN 'mail_documents' THEN mail_documents \
              WHEN 'mail_invoices' THEN mail_invoices WHEN 'mail_tickets' THEN mail_tickets \
              WHEN 'mail_messages' THEN mail_messages WHEN 'mail_tasks' THEN mail_tasks END",
            contact.to_string(),
            now,
            news.as_str()
        ),
    ]
}

/// Renames a contact, with the words that find its client. The address is one of those words.
pub(crate) fn rename_contact(
    (id, client): (ContactId, ClientId),
    (first, last): (&Name, Option<&Line<120>>),
    email: &str,
    now: Timestamp,
) -> Result<[Statement; 3], Error> {
    let (key, last) = (id.to_string(), last.map_or("", Line::as_str));
    Ok([
        statement!(
            "UPDATE contacts SET first_name = ?2, last_name = ?3, updated_at = ?4, revision = revision + 1 \
             WHERE id = ?1 AND removed_at IS NULL",
            key.as_str(),
            first.as_str(),
            last,
            now
        ),
        search::forget(&key),
        search::index(&key, client, [first.as_str(), last, email])?,
    ])
}
