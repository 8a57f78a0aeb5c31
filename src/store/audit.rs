//! The audit log: who did what, written in the batch of what was done.

use super::{Param, Statement, statement};
use crate::domain::id::{AuditId, ClientId, ContactId, StaffId};
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
    /// The portal itself.
    System,
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
        let (kind, who, name) = match self.principal {
            Principal::Staff(id, name) => ("staff", Some(id.to_string()), name),
            Principal::Contact(id, name) => ("contact", Some(id.to_string()), name),
            Principal::Anonymous => ("anonymous", None, String::new()),
            Principal::System => ("system", None, String::new()),
        };
        statement!(
            "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, \
             client_id, detail, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            id.to_string(),
            now,
            kind,
            Param::from(who),
            name,
            self.action,
            Param::from(self.entity),
            Param::from(self.client.map(|id| id.to_string())),
            self.detail,
            self.address
        )
    }
}
