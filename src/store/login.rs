//! Signing in: who has an address, and the failures that slow guessing down.

use serde::Deserialize;

use super::{Statement, statement};
use crate::domain::id::{AccountId, ContactId, StaffId};
use crate::domain::throttle::{ACCOUNT, ADDRESS, Failures};
use crate::domain::time::Timestamp;

/// A member of staff by address, deactivated ones not.
#[derive(Debug, Deserialize)]
pub(crate) struct StaffLogin {
    pub(crate) id: StaffId,
    pub(crate) name: String,
    pub(crate) password_hash: Option<String>,
}

/// [`StaffLogin`] of an address.
pub(crate) fn staff(key: &str) -> Statement {
    statement!(
        "SELECT id, name, password_hash FROM staff WHERE email_key = ?1 AND deactivated_at IS NULL",
        key
    )
}

/// An account by address, with the contact it opens: the one used last, among those that are open.
#[derive(Debug, Deserialize)]
pub(crate) struct AccountLogin {
    pub(crate) id: AccountId,
    pub(crate) password_hash: Option<String>,
    pub(crate) contact_id: Option<ContactId>,
}

/// [`AccountLogin`] of an address. A closed portal still names its contact, so that the person
/// lands on the page that says so.
pub(crate) fn account(key: &str) -> Statement {
    statement!(
        "SELECT a.id, a.password_hash, (SELECT ct.id FROM contacts ct JOIN clients c ON c.id = ct.client_id \
          WHERE ct.account_id = a.id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
           AND c.archived_at IS NULL \
          ORDER BY c.portal_enabled DESC, (SELECT max(s.created_at) FROM sessions s WHERE s.contact_id = ct.id) DESC \
          LIMIT 1) AS contact_id \
         FROM accounts a WHERE a.email_key = ?1",
        key
    )
}

#[derive(Debug, Deserialize)]
struct FailureRow {
    count: u32,
    oldest: Option<Timestamp>,
}

/// The failures of one account within the window.
pub(crate) fn failures_of_account(key: &str, now: Timestamp) -> Statement {
    failures(key, ACCOUNT.since(now), ACCOUNT.failures)
}

/// The failures from one network address within the window.
pub(crate) fn failures_of_address(key: &str, now: Timestamp) -> Statement {
    failures(key, ADDRESS.since(now), ADDRESS.failures)
}

fn failures(key: &str, since: Timestamp, limit: u32) -> Statement {
    statement!(
        "SELECT count(*) AS count, min(at) AS oldest FROM \
         (SELECT at FROM failures WHERE key = ?1 AND at > ?2 ORDER BY at DESC LIMIT ?3)",
        key,
        since,
        limit
    )
}

/// Reads either of the above.
pub(crate) fn read_failures(results: &mut super::Results) -> Result<Failures, super::Error> {
    let row: Option<FailureRow> = results.first()?;
    Ok(row.map_or(
        Failures {
            count: 0,
            oldest: None,
        },
        |row| Failures {
            count: row.count,
            oldest: row.oldest,
        },
    ))
}

/// Notes a failure.
pub(crate) fn fail(key: &str, id: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT OR IGNORE INTO failures (key, at, id) VALUES (?1, ?2, ?3)",
        key,
        now,
        id
    )
}

/// Forgets the failures of an account whose owner came in.
pub(crate) fn forgive(key: &str) -> Statement {
    statement!("DELETE FROM failures WHERE key = ?1", key)
}

/// Forgets failures that no longer count.
pub(crate) fn sweep(now: Timestamp) -> Statement {
    statement!("DELETE FROM failures WHERE at < ?1", ACCOUNT.since(now))
}

/// Keeps a password's newer hash.
pub(crate) fn rehash_staff(id: StaffId, hash: &str) -> Statement {
    statement!(
        "UPDATE staff SET password_hash = ?2 WHERE id = ?1",
        id.to_string(),
        hash
    )
}

/// Keeps a password's newer hash.
pub(crate) fn rehash_account(id: AccountId, hash: &str) -> Statement {
    statement!(
        "UPDATE accounts SET password_hash = ?2 WHERE id = ?1",
        id.to_string(),
        hash
    )
}
