//! Portal Permissions: the business's defaults, what differs for a client, and what is off for a
//! contact. How they add up stands in `domain::module` and in the viewer predicate.

use const_format::formatcp;
use serde::Deserialize;

use super::{Statement, flag, statement};
use crate::domain::id::{ClientId, ContactId};
use crate::domain::module::Modules;
use crate::domain::permission::News;
use crate::domain::time::Timestamp;

/// What every client has unless it has something of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Defaults {
    pub(crate) modules: Modules,
}

/// [`Defaults`] as they stand.
pub(crate) fn defaults() -> Statement {
    statement!("SELECT b.modules FROM business b WHERE b.id = 1")
}

/// Puts the new defaults in the place of the old ones. Where somebody was quicker the batch is
/// refused ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change_defaults(old: Modules, new: Modules, now: Timestamp) -> Statement {
    statement!(
        "UPDATE business SET modules = CASE modules WHEN ?1 THEN ?2 END, updated_at = ?3 WHERE id = 1",
        old.bits(),
        new.bits(),
        now
    )
}

/// What a client has: the defaults and its own masks.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Levels {
    pub(crate) business: Modules,
    pub(crate) modules_on: Modules,
    pub(crate) modules_off: Modules,
}

impl Levels {
    /// What the client sees.
    pub(crate) const fn effective(&self) -> Modules {
        self.without(Modules::NONE)
    }
    /// What a contact sees of it, with that mask of their own.
    pub(crate) const fn without(&self, off: Modules) -> Modules {
        Modules::effective(self.business, self.modules_on, self.modules_off, off)
    }
}

/// [`Levels`] of a client.
pub(crate) fn of_client(id: ClientId) -> Statement {
    statement!(
        "SELECT b.modules AS business, c.modules_on, c.modules_off \
         FROM clients c JOIN business b ON b.id = 1 WHERE c.id = ?1",
        id.to_string()
    )
}

/// [`Levels`] of a contact's client.
pub(crate) fn of_client_of(id: ContactId) -> Statement {
    statement!(
        "SELECT b.modules AS business, c.modules_on, c.modules_off FROM contacts ct \
         JOIN clients c ON c.id = ct.client_id JOIN business b ON b.id = 1 WHERE ct.id = ?1",
        id.to_string()
    )
}

/// Changes what differs for a client. A row that is no longer as it was read refuses the whole
/// batch ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change_client(
    id: ClientId,
    revision: i64,
    (on, off): (Modules, Modules),
    now: Timestamp,
) -> Statement {
    statement!(
        "UPDATE clients SET revision = CASE revision WHEN ?2 THEN revision + 1 END, \
         modules_on = ?3, modules_off = ?4, updated_at = ?5 WHERE id = ?1",
        id.to_string(),
        revision,
        on.bits(),
        off.bits(),
        now
    )
}

/// What a contact has of their own.
#[derive(Debug, Clone, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column that staff switch by itself"
)]
pub(crate) struct Person {
    pub(crate) id: ContactId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    /// The invitation was accepted.
    #[serde(deserialize_with = "flag")]
    pub(crate) is_active: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) portal_access: bool,
    pub(crate) modules_off: Modules,
    #[serde(deserialize_with = "flag")]
    pub(crate) mail_documents: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) mail_invoices: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) mail_tasks: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) mail_tickets: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) mail_messages: bool,
}

impl Person {
    /// First and last name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }
    /// Whether they want that kind of mail.
    pub(crate) const fn mails(&self, news: News) -> bool {
        match news {
            News::Documents => self.mail_documents,
            News::Invoices => self.mail_invoices,
            News::Tasks => self.mail_tasks,
            News::Tickets => self.mail_tickets,
            News::Messages => self.mail_messages,
        }
    }
    /// Takes that kind of mail, or does not.
    pub(crate) const fn take(&mut self, news: News, takes: bool) {
        match news {
            News::Documents => self.mail_documents = takes,
            News::Invoices => self.mail_invoices = takes,
            News::Tasks => self.mail_tasks = takes,
            News::Tickets => self.mail_tickets = takes,
            News::Messages => self.mail_messages = takes,
        }
    }
}

/// The columns of a [`Person`], of `contacts ct`.
pub(super) const PERSON: &str = "ct.id, ct.first_name, ct.last_name, ct.account_id IS NOT NULL AS is_active, \
     ct.portal_access, ct.modules_off, ct.mail_documents, ct.mail_invoices, ct.mail_tickets, \
     ct.mail_messages, ct.mail_tasks";

/// The [`Person`]s of a client, the primary one first; at most 500.
pub(crate) fn people(client: ClientId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {PERSON} FROM contacts ct WHERE ct.client_id = ?1 AND ct.removed_at IS NULL \
             ORDER BY ct.is_primary DESC, ct.first_name, ct.last_name, ct.id LIMIT 500"
        ),
        client.to_string()
    )
}

/// One [`Person`].
pub(crate) fn person(id: ContactId) -> Statement {
    statement!(
        formatcp!("SELECT {PERSON} FROM contacts ct WHERE ct.id = ?1 AND ct.removed_at IS NULL"),
        id.to_string()
    )
}

/// Changes what a contact has of their own, refused where somebody was quicker. Who may no longer
/// sign in is signed out of this client, and the links to invoices that went to them end.
pub(crate) fn change_person(new: &Person, revision: i64, now: Timestamp) -> Vec<Statement> {
    vec![
        statement!(
            "UPDATE pay_links SET revoked_at = ?3 WHERE contact_id = ?1 AND revoked_at IS NULL AND ?2 = 0 \
             AND EXISTS (SELECT 1 FROM contacts WHERE id = ?1 AND portal_access = 1)",
            new.id.to_string(),
            new.portal_access,
            now
        ),
        statement!(
            "UPDATE contacts SET revision = CASE revision WHEN ?2 THEN revision + 1 END, \
             portal_access = ?3, modules_off = ?4, mail_documents = ?5, mail_invoices = ?6, \
             mail_tickets = ?7, mail_messages = ?9, mail_tasks = ?10, updated_at = ?8 WHERE id = ?1 AND removed_at IS NULL",
            new.id.to_string(),
            revision,
            new.portal_access,
            new.modules_off.bits(),
            new.mail_documents,
            new.mail_invoices,
            new.mail_tickets,
            now,
            new.mail_messages,
            new.mail_tasks
        ),
        statement!(
            "UPDATE sessions SET ended_at = ?2 WHERE contact_id = ?1 AND ended_at IS NULL \
             AND EXISTS (SELECT 1 FROM contacts WHERE id = ?1 AND portal_access = 0)",
            new.id.to_string(),
            now
        ),
    ]
}
