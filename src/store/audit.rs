//! The audit log: who did what, written in the batch of what was done.

use serde::Deserialize;

use super::{Param, Proviso, Statement, statement};
use crate::domain::id::{AuditId, ClientId, ContactId, InvoiceId, SessionId, StaffId};
use crate::domain::time::Timestamp;

/// Who acted.
#[derive(Debug, Clone)]
pub(crate) enum Principal {
    /// A member of staff, by name.
    Staff(StaffId, String),
    /// A contact, by name.
    Contact(ContactId, String),
    /// Nobody we know, such as a failed sign-in.
    Anonymous,
}

/// One entry, without its id and time.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Who acted.
    pub(crate) principal: Principal,
    /// `noun.verb`, such as `client.created`.
    pub(crate) action: &'static str,
    /// The row it was done to.
    pub(crate) entity: Option<String>,
    /// The client it concerns.
    pub(crate) client: Option<ClientId>,
    /// Words for people; never a secret.
    pub(crate) detail: String,
    /// Where it was done from.
    pub(crate) address: String,
}

impl Entry {
    /// The statement that appends the entry.
    pub(crate) fn append(self, id: AuditId, now: Timestamp) -> Statement {
        Statement::new(
            "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
             client_id, detail, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            self.columns(id, now),
        )
    }

    /// The same, about an invoice that gets its number in this batch: its id in the detail becomes
    /// that number.
    pub(crate) fn append_numbered(
        self,
        id: AuditId,
        invoice: InvoiceId,
        now: Timestamp,
    ) -> Statement {
        let about = [Param::from(invoice.to_string())];
        Statement::new(
            "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
             client_id, detail, address) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, \
             replace(?9, i.id, i.number), ?10 FROM invoices i WHERE i.id = ?11",
            self.columns(id, now).into_iter().chain(about),
        )
    }

    /// The same, if what it tells of happened earlier in the batch.
    pub(crate) fn append_if(self, id: AuditId, now: Timestamp, proviso: Proviso<'_>) -> Statement {
        Statement::new(
            "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
             client_id, detail, address) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 \
             WHERE EXISTS (SELECT 1 FROM sessions WHERE id = ?11) \
              OR EXISTS (SELECT 1 FROM links WHERE token_hash = ?12 AND session_id = ?13)",
            self.columns(id, now).into_iter().chain(proviso.params()),
        )
    }

    fn columns(self, id: AuditId, now: Timestamp) -> [Param; 10] {
        let (kind, who, name) = match self.principal {
            Principal::Staff(id, name) => ("staff", Some(id.to_string()), name),
            Principal::Contact(id, name) => ("contact", Some(id.to_string()), name),
            Principal::Anonymous => ("anonymous", None, String::new()),
        };
        [
            id.to_string().into(),
            now.into(),
            kind.into(),
            who.into(),
            name.into(),
            self.action.into(),
            self.entity.into(),
            self.client.map(|id| id.to_string()).into(),
            self.detail.into(),
            self.address.into(),
        ]
    }
}

/// What a contact did with a session of theirs, as signing in: with the person's name, the client it
/// opens, and where it was used from. Nothing where there is no such session.
pub(crate) fn of_session(
    id: AuditId,
    session: SessionId,
    action: &'static str,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, client_id, address) \
         SELECT ?1, ?4, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), ?3, ct.client_id, \
          s.address FROM sessions s JOIN contacts ct ON ct.id = s.contact_id WHERE s.id = ?2",
        id.to_string(),
        session.to_string(),
        action,
        now
    )
}

/// A page of the log, in entries. One more is read, to know whether there is a next page.
pub(crate) const PAGE: usize = 25;

/// An entry as it is read.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: AuditId,
    pub(crate) at: Timestamp,
    pub(crate) principal: String,
    pub(crate) principal_name: String,
    pub(crate) action: String,
    pub(crate) detail: String,
    /// The client it concerns, where the list is not of one client.
    pub(crate) client_id: Option<ClientId>,
    pub(crate) client_name: Option<String>,
}

/// [`Kept`] of a client, the newest first; before an entry, or from the newest on. The order of all lists is that of
/// the chain, in which things were written.
pub(crate) fn older(client: ClientId, before: Option<AuditId>) -> Statement {
    statement!(
        "SELECT a.id, a.at, a.principal, a.principal_name, a.action, a.detail FROM audit_chain ch \
         CROSS JOIN audit a ON a.id = ch.audit_id WHERE ch.client_id = ?1 \
          AND ch.n < CASE WHEN ?2 IS NULL THEN 9007199254740991 ELSE (SELECT n FROM audit_chain WHERE audit_id = ?2) END \
         ORDER BY ch.n DESC LIMIT 26",
        client.to_string(),
        before.map(|id| id.to_string())
    )
}

/// [`Kept`] of a client after an entry, the oldest first.
pub(crate) fn newer(client: ClientId, after: AuditId) -> Statement {
    statement!(
        "SELECT a.id, a.at, a.principal, a.principal_name, a.action, a.detail FROM audit_chain ch \
         CROSS JOIN audit a ON a.id = ch.audit_id WHERE ch.client_id = ?1 \
          AND ch.n > (SELECT n FROM audit_chain WHERE audit_id = ?2) ORDER BY ch.n LIMIT 26",
        client.to_string(),
        after.to_string()
    )
}

/// The newest ten [`Kept`] of all.
pub(crate) fn newest() -> Statement {
    statement!(
        "SELECT a.id, a.at, a.principal, a.principal_name, a.action, a.detail, a.client_id, \
         c.name AS client_name FROM audit_chain ch CROSS JOIN audit a ON a.id = ch.audit_id \
         LEFT JOIN clients c ON c.id = a.client_id WHERE ch.n > 0 ORDER BY ch.n DESC LIMIT 10"
    )
}
