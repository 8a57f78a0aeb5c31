//! Signing in: who has an address, and what a right password renews.

use serde::Deserialize;

use super::session::Person;
use super::{Statement, flag, statement};
use crate::domain::id::{AccountId, ContactId, StaffId};

/// A member of staff by address, deactivated ones not.
#[derive(Debug, Deserialize)]
pub(crate) struct StaffLogin {
    pub(crate) id: StaffId,
    pub(crate) name: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) epoch: i64,
    /// A right password is not enough: there is a second factor.
    #[serde(deserialize_with = "flag")]
    pub(crate) second: bool,
}

/// [`StaffLogin`] of an address. A password that is too short to stand alone counts beside a second
/// factor only.
pub(crate) fn staff(key: &str) -> Statement {
    statement!(
        "SELECT st.id, st.name, st.epoch, f.person_id IS NOT NULL AS second, \
         CASE WHEN st.short_password = 0 OR f.person_id IS NOT NULL THEN st.password_hash END AS password_hash \
         FROM staff st LEFT JOIN factors f ON f.person_id = st.id \
         WHERE st.email_key = ?1 AND st.deactivated_at IS NULL",
        key
    )
}

/// An account by address, with the contact it opens: the one used last, among those that are open.
#[derive(Debug, Deserialize)]
pub(crate) struct AccountLogin {
    pub(crate) id: AccountId,
    pub(crate) email: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) epoch: i64,
    /// A right password is not enough: there is a second factor.
    #[serde(deserialize_with = "flag")]
    pub(crate) second: bool,
}

/// [`AccountLogin`] of an address. A closed portal still names its contact, so that the person
/// lands on the page that says so.
pub(crate) fn account(key: &str) -> Statement {
    statement!(
        "SELECT a.id, a.email, a.epoch, f.person_id IS NOT NULL AS second, \
         CASE WHEN a.short_password = 0 OR f.person_id IS NOT NULL THEN a.password_hash END AS password_hash, \
         (SELECT ct.id FROM contacts ct JOIN clients c ON c.id = ct.client_id \
          WHERE ct.account_id = a.id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
           AND c.archived_at IS NULL \
          ORDER BY c.portal_enabled DESC, (SELECT max(s.created_at) FROM sessions s WHERE s.contact_id = ct.id) DESC \
          LIMIT 1) AS contact_id \
         FROM accounts a LEFT JOIN factors f ON f.person_id = a.id WHERE a.email_key = ?1",
        key
    )
}

/// Refuses the batch where the person has another password by now than the one that was verified, or
/// has set a second factor up or given it up: so a session that begins by what was enough a moment before
/// does not outlive the change.
pub(crate) fn still(person: Person, hash: &str, second: bool) -> Statement {
    match person {
        Person::Staff(id) => statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS \
             (SELECT 1 FROM staff WHERE id = ?1 AND password_hash = ?2) \
             AND EXISTS (SELECT 1 FROM factors WHERE person_id = ?1) = ?3",
            id.to_string(),
            hash,
            second
        ),
        Person::Account(id) => statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS \
             (SELECT 1 FROM accounts WHERE id = ?1 AND password_hash = ?2) \
             AND EXISTS (SELECT 1 FROM factors WHERE person_id = ?1) = ?3",
            id.to_string(),
            hash,
            second
        ),
    }
}

/// Keeps a password's newer hash. After [`still`].
pub(crate) fn rehash(person: Person, hash: &str) -> Statement {
    match person {
        Person::Staff(id) => statement!(
            "UPDATE staff SET password_hash = ?2 WHERE id = ?1",
            id.to_string(),
            hash
        ),
        Person::Account(id) => statement!(
            "UPDATE accounts SET password_hash = ?2 WHERE id = ?1",
            id.to_string(),
            hash
        ),
    }
}
