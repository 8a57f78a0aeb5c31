//! Contacts: the people of a client.

use const_format::formatcp;
use serde::Deserialize;

use super::link::{NEWEST, Newest};
use super::{ById, Error, Param, Statement, flag, pay_link, search, statement};
use crate::domain::email::Email;
use crate::domain::id::{AccountId, ClientId, ContactId};
use crate::domain::invitation::InvitationState;
use crate::domain::text::{Line, Name};
use crate::domain::time::Timestamp;

/// What a form says of a contact.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) first_name: Name,
    pub(crate) last_name: Option<Line<120>>,
    pub(crate) email: Email,
    pub(crate) phone: Option<Line<40>>,
    pub(crate) job_title: Option<Line<120>>,
    pub(crate) is_primary: bool,
}

/// A contact's row, with the name of the client.
#[derive(Debug, Deserialize)]
pub(crate) struct Contact {
    pub(crate) id: ContactId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) email_key: String,
    pub(crate) phone: String,
    pub(crate) job_title: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) is_primary: bool,
    /// The account behind it: the invitation was accepted.
    pub(crate) account_id: Option<AccountId>,
    pub(crate) revision: i64,
    #[serde(deserialize_with = "flag")]
    pub(crate) portal_enabled: bool,
    /// Signing in asks for a second factor.
    #[serde(deserialize_with = "flag")]
    pub(crate) has_factor: bool,
    /// Its newest invitation.
    pub(crate) newest: Newest,
}

impl Contact {
    /// First and last name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }

    /// Whether the person can sign in, once the portal is on.
    pub(crate) fn is_active(&self) -> bool {
        self.account_id.is_some()
    }

    /// What became of the invitation.
    pub(crate) fn invitation(&self, now: Timestamp) -> InvitationState {
        InvitationState::of(self.is_active(), self.newest.facts().as_ref(), now)
            .at_portal(self.portal_enabled)
    }
}

/// The columns of [`Contact`] but for [`NEWEST`], of `contacts ct` and `clients c`.
const CONTACT: &str = "ct.id, ct.client_id, c.name AS client_name, ct.first_name, ct.last_name, ct.email, \
     ct.email_key, ct.phone, ct.job_title, ct.is_primary, ct.account_id, ct.revision, c.portal_enabled, \
     EXISTS (SELECT 1 FROM factors f WHERE f.person_id = ct.account_id) AS has_factor";

/// What [`NEWEST`] reads, for `contacts ct`: the invitation that was sent last.
const INVITATION: &str = "LEFT JOIN links l ON l.rowid = (SELECT n.rowid FROM links n WHERE n.contact_id = ct.id \
      AND n.purpose = 'invitation' ORDER BY n.created_at DESC, n.rowid DESC LIMIT 1) \
     LEFT JOIN staff inviter ON inviter.id = l.created_by LEFT JOIN outbox o ON o.link_id = l.id";

/// Unless removed.
impl ById for Contact {
    type Id = ContactId;
    fn by_id(id: ContactId) -> Statement {
        statement!(
            formatcp!(
                "SELECT {CONTACT}, {NEWEST} FROM contacts ct JOIN clients c ON c.id = ct.client_id \
                 {INVITATION} WHERE ct.id = ?1 AND ct.removed_at IS NULL"
            ),
            id.to_string()
        )
    }
}

/// The [`Contact`]s of a client, the primary one first; at most 500.
pub(crate) fn of_client(client: ClientId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {CONTACT}, {NEWEST} FROM clients c \
             JOIN contacts ct ON ct.client_id = c.id AND ct.removed_at IS NULL {INVITATION} \
             WHERE c.id = ?1 ORDER BY ct.is_primary DESC, ct.first_name, ct.last_name, ct.id LIMIT 500"
        ),
        client.to_string()
    )
}

/// Adds a contact with the words that find its client. The first of a client is primary.
pub(crate) fn create(
    id: ContactId,
    client: ClientId,
    draft: &Draft,
    now: Timestamp,
) -> Result<Vec<Statement>, Error> {
    let mut writes = Vec::new();
    if draft.is_primary {
        writes.push(demote(client, now));
    }
    let own: [Param; 1] = [client.to_string().into()];
    let add = Statement::new(
        "INSERT INTO contacts (id, first_name, last_name, email, email_key, phone, job_title, \
         created_at, updated_at, client_id, is_primary) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, NOT EXISTS (SELECT 1 FROM contacts \
          WHERE client_id = ?9 AND is_primary = 1 AND removed_at IS NULL)",
        columns(id, draft, now).into_iter().chain(own),
    );
    writes.extend([add, index(id, client, draft)?]);
    Ok(writes)
}

/// Refuses the batch if the contact was removed since it was read.
fn there(id: ContactId) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT EXISTS \
         (SELECT 1 FROM contacts WHERE id = ?1 AND removed_at IS NULL)",
        id.to_string()
    )
}

/// Changes a contact and the words that find its client.
///
/// Another address is another mailbox: what went to the old one ends with the change. Its links
/// are revoked, those of invoices open nothing any more, its waiting mail is withdrawn, and where it had access the account is let go and
/// its sessions of this client end. The account itself stays: it may stand behind other contacts.
///
/// A row that is no longer as it was read refuses the whole batch
/// ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change(of: &Contact, draft: &Draft, now: Timestamp) -> Result<Vec<Statement>, Error> {
    let (id, key) = (of.id, of.id.to_string());
    let own: [Param; 1] = [of.revision.into()];
    let change = Statement::new(
        "UPDATE contacts SET revision = CASE revision WHEN ?9 THEN revision + 1 END, \
         account_id = CASE email_key WHEN ?5 THEN account_id END, \
         accepted_at = CASE email_key WHEN ?5 THEN accepted_at END, \
         first_name = ?2, last_name = ?3, email = ?4, email_key = ?5, \
         phone = ?6, job_title = ?7, updated_at = ?8 WHERE id = ?1",
        columns(id, draft, now).into_iter().chain(own),
    );
    let mut writes = vec![
        there(id),
        change,
        statement!(
            "UPDATE links SET revoked_at = ?3, revoked_reason = 'address_changed' \
             WHERE contact_id = ?1 AND email <> ?2 AND consumed_at IS NULL AND revoked_at IS NULL",
            key.as_str(),
            draft.email.as_str(),
            now
        ),
        statement!(
            "UPDATE outbox SET state = 'cancelled', due_at = NULL, sealed = NULL \
             WHERE contact_id = ?1 AND state = 'queued' AND to_email <> ?2",
            key.as_str(),
            draft.email.as_str()
        ),
        statement!(
            "UPDATE sessions SET ended_at = ?2 WHERE contact_id = ?1 AND ended_at IS NULL \
             AND EXISTS (SELECT 1 FROM contacts WHERE id = ?1 AND account_id IS NULL)",
            key.as_str(),
            now
        ),
        search::forget(&key),
        index(id, of.client_id, draft)?,
    ];
    if draft.email.as_str() != of.email {
        writes.push(pay_link::move_of(id, now));
    }
    if draft.is_primary {
        writes.extend(make_primary(id, of.client_id, now));
    }
    Ok(writes)
}

/// Makes a contact the primary one in place of whoever was, unless it was removed meanwhile.
pub(crate) fn make_primary(id: ContactId, client: ClientId, now: Timestamp) -> Vec<Statement> {
    let promote = statement!(
        "UPDATE contacts SET is_primary = 1, updated_at = ?2 WHERE id = ?1",
        id.to_string(),
        now
    );
    vec![there(id), demote(client, now), promote]
}

/// Removes a contact: access ends with the row's mark, its links are revoked, those of invoices too, its waiting mail
/// is cancelled, what it did stays. If it was primary, its oldest colleague becomes it. Removed already: the batch is
/// refused.
pub(crate) fn remove(id: ContactId, client: ClientId, now: Timestamp) -> Vec<Statement> {
    let key = id.to_string();
    vec![
        there(id),
        statement!(
            "UPDATE contacts SET removed_at = ?2, updated_at = ?2, is_primary = 0 WHERE id = ?1",
            key.as_str(),
            now
        ),
        statement!(
            "UPDATE contacts SET is_primary = 1, updated_at = ?2 WHERE id = (SELECT id FROM contacts \
             WHERE client_id = ?1 AND removed_at IS NULL ORDER BY created_at, id LIMIT 1) \
             AND NOT EXISTS (SELECT 1 FROM contacts \
              WHERE client_id = ?1 AND is_primary = 1 AND removed_at IS NULL)",
            client.to_string(),
            now
        ),
        statement!(
            "UPDATE links SET revoked_at = ?2, revoked_reason = 'removed' \
             WHERE contact_id = ?1 AND consumed_at IS NULL AND revoked_at IS NULL",
            key.as_str(),
            now
        ),
        pay_link::revoke_of(id, now),
        statement!(
            "UPDATE outbox SET state = 'cancelled', due_at = NULL, sealed = NULL \
             WHERE contact_id = ?1 AND state = 'queued'",
            key.as_str()
        ),
        statement!(
            "UPDATE sessions SET ended_at = ?2 WHERE contact_id = ?1 AND ended_at IS NULL",
            key.as_str(),
            now
        ),
        search::forget(&key),
    ]
}

fn demote(client: ClientId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE contacts SET is_primary = 0, updated_at = ?2 \
         WHERE client_id = ?1 AND is_primary = 1 AND removed_at IS NULL",
        client.to_string(),
        now
    )
}

fn columns(id: ContactId, draft: &Draft, now: Timestamp) -> [Param; 8] {
    [
        id.to_string().into(),
        draft.first_name.as_str().into(),
        draft.last_name.as_ref().map_or("", Line::as_str).into(),
        draft.email.as_str().into(),
        draft.email.key().into(),
        draft.phone.as_ref().map_or("", Line::as_str).into(),
        draft.job_title.as_ref().map_or("", Line::as_str).into(),
        now.into(),
    ]
}

/// What the contact's client is found by.
fn index(id: ContactId, client: ClientId, draft: &Draft) -> Result<Statement, Error> {
    let last_name = draft.last_name.as_ref().map_or("", Line::as_str);
    let texts = [draft.first_name.as_str(), last_name, draft.email.as_str()];
    search::index(&id.to_string(), client, texts)
}
