//! A person's password, changed by the person: one batch, and only the browser that did it stays
//! signed in.

use super::session::{self, Person};
use super::{Proviso, Statement, link, statement};
use crate::domain::id::SessionId;
use crate::domain::invitation::RevokedReason;
use crate::domain::time::Timestamp;

/// A new password for who is signed in.
pub(crate) struct Change<'a> {
    pub(crate) person: Person,
    pub(crate) hash: &'a str,
    /// It counts beside a second factor alone.
    pub(crate) short: bool,
    /// The session that changes it …
    pub(crate) old: SessionId,
    /// … and the one that follows it.
    pub(crate) new: SessionId,
    pub(crate) now: Timestamp,
}

impl Change<'_> {
    /// The batch. Its first statement begins the new session, if the old one still lives; nothing
    /// else happens without it.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let &Self {
            person, new, now, ..
        } = self;
        let password = match person {
            Person::Staff(id) => statement!(
                "UPDATE staff SET password_hash = ?2, short_password = ?4, epoch = epoch + 1 \
                 WHERE id = ?1 AND EXISTS (SELECT 1 FROM sessions WHERE id = ?3)",
                id.to_string(),
                self.hash,
                new.to_string(),
                self.short
            ),
            Person::Account(id) => statement!(
                "UPDATE accounts SET password_hash = ?2, short_password = ?5, epoch = epoch + 1, updated_at = ?4 \
                 WHERE id = ?1 AND EXISTS (SELECT 1 FROM sessions WHERE id = ?3)",
                id.to_string(),
                self.hash,
                new.to_string(),
                now,
                self.short
            ),
        };
        vec![
            session::outlive(new, self.old, now),
            password,
            session::end_outdated(person, now),
            link::revoke_open(person, RevokedReason::Settled, now, Proviso::Began(new)),
            link::withdraw_mail(person, now),
        ]
    }
}
