//! Links to choose a new password: who may have one, and what using one up makes, in one batch.

use serde::Deserialize;

use super::session::{self, Person};
use super::{Param, Proviso, Statement, flag, link, statement};
use crate::domain::id::{AccountId, AuditId, ClientId, ContactId, LinkId, StaffId};
use crate::domain::invitation::RevokedReason;
use crate::domain::next::Side;
use crate::domain::time::Timestamp;

/// Somebody who may choose a new password: active now, and for clients with an open portal.
#[derive(Debug, Deserialize)]
pub(crate) struct Owner {
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) client_id: Option<ClientId>,
    pub(crate) email: String,
    pub(crate) name: String,
    /// Name of the client that the contact is of.
    pub(crate) client_name: Option<String>,
}

impl Owner {
    /// Whose login it is.
    pub(crate) fn person(&self) -> Option<Person> {
        let account = self.account_id.map(Person::Account);
        account.or(self.staff_id.map(Person::Staff))
    }
}

/// The [`Owner`] of an address, if there is one.
pub(crate) fn owner(side: Side, key: &str) -> Statement {
    match side {
        Side::Staff => statement!(
            "SELECT id AS staff_id, email, name FROM staff \
             WHERE email_key = ?1 AND deactivated_at IS NULL AND joined_at IS NOT NULL",
            key
        ),
        Side::Client => statement!(
            "SELECT a.id AS account_id, ct.id AS contact_id, c.id AS client_id, c.name AS client_name, \
             a.email, trim(ct.first_name || ' ' || ct.last_name) AS name \
             FROM accounts a JOIN contacts ct ON ct.account_id = a.id AND ct.removed_at IS NULL \
              AND ct.portal_access = 1 \
             JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL AND c.portal_enabled = 1 \
             WHERE a.email_key = ?1 ORDER BY ct.accepted_at, ct.id LIMIT 1",
            key
        ),
    }
}

/// Ends the links of this purpose that are still open: a newer one takes their place.
pub(crate) fn revoke_open(person: Person, now: Timestamp) -> Statement {
    statement!(
        "UPDATE links SET revoked_at = ?2, revoked_reason = 'replaced' \
         WHERE (account_id = ?1 OR staff_id = ?1) AND purpose IN ('reset', 'staff_reset') \
          AND consumed_at IS NULL AND revoked_at IS NULL",
        person.id(),
        now
    )
}

/// Keeps a new link, with its hash alone.
pub(crate) fn issue(
    (id, token_hash): (LinkId, &str),
    purpose: &'static str,
    owner: &Owner,
    now: Timestamp,
    expires: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO links (id, purpose, token_hash, staff_id, account_id, contact_id, email, \
         created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        id.to_string(),
        purpose,
        token_hash,
        Param::from(owner.staff_id.map(|id| id.to_string())),
        Param::from(owner.account_id.map(|id| id.to_string())),
        Param::from(owner.contact_id.map(|id| id.to_string())),
        owner.email.as_str(),
        now,
        expires
    )
}

/// A link as it was presented, by a browser that may have a name for what it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented<'a> {
    pub(crate) side: Side,
    pub(crate) token_hash: &'a str,
    /// Hash of the browser's name; a link it used up a moment ago still answers to it.
    pub(crate) nonce: Option<&'a str>,
    pub(crate) now: Timestamp,
    /// Links used before this answer to nobody.
    pub(crate) since: Timestamp,
}

/// Whose link it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    pub(crate) owner: Owner,
    pub(crate) password_hash: Option<String>,
    /// There is a second factor, so the password may be shorter.
    #[serde(deserialize_with = "flag")]
    pub(crate) second: bool,
    /// This browser used it already; its reply was lost.
    #[serde(deserialize_with = "flag")]
    pub(crate) again: bool,
}

impl Presented<'_> {
    /// [`Found`], if the link works for who presents it.
    pub(crate) fn whose(&self) -> Statement {
        let (nonce, since) = (Param::from(self.nonce), self.since);
        match self.side {
            Side::Staff => statement!(
                "SELECT st.id AS staff_id, st.email, st.name, st.password_hash, \
                 EXISTS (SELECT 1 FROM factors f WHERE f.person_id = st.id) AS second, \
                 l.consumed_at IS NOT NULL AS again \
                 FROM links l JOIN staff st ON st.id = l.staff_id AND st.email = l.email \
                  AND st.deactivated_at IS NULL \
                 WHERE l.token_hash = ?1 AND l.purpose = 'staff_reset' AND l.revoked_at IS NULL \
                  AND l.expires_at > ?2 \
                  AND (l.consumed_at IS NULL OR (l.consumed_nonce = ?3 AND l.consumed_at > ?4))",
                self.token_hash,
                self.now,
                nonce,
                since
            ),
            Side::Client => statement!(
                "SELECT a.id AS account_id, ct.id AS contact_id, c.id AS client_id, \
                 c.name AS client_name, a.email, trim(ct.first_name || ' ' || ct.last_name) AS name, \
                 a.password_hash, l.consumed_at IS NOT NULL AS again, \
                 EXISTS (SELECT 1 FROM factors f WHERE f.person_id = a.id) AS second \
                 FROM links l JOIN accounts a ON a.id = l.account_id AND a.email = l.email \
                 JOIN contacts ct ON ct.account_id = a.id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
                 JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL AND c.portal_enabled = 1 \
                 WHERE l.token_hash = ?1 AND l.purpose = 'reset' AND l.revoked_at IS NULL \
                  AND l.expires_at > ?2 \
                  AND (l.consumed_at IS NULL OR (l.consumed_nonce = ?3 AND l.consumed_at > ?4)) \
                 ORDER BY ct.id = l.contact_id DESC LIMIT 1",
                self.token_hash,
                self.now,
                nonce,
                since
            ),
        }
    }
}

/// What choosing the password makes, all from one moment.
pub(crate) struct Choice<'a> {
    pub(crate) presented: Presented<'a>,
    pub(crate) person: Person,
    pub(crate) hash: &'a str,
    /// It counts beside a second factor alone.
    pub(crate) short: bool,
    /// The entry in the log, under whose name the link is used up.
    pub(crate) audit: AuditId,
}

impl Choice<'_> {
    /// What later statements of the batch depend on.
    pub(crate) fn proviso(&self) -> Proviso<'_> {
        Proviso::Consumed(self.presented.token_hash, self.audit)
    }

    /// The batch. Its first statement uses the link up, if it still works; nothing else happens
    /// without it. Of fifty at once one wins.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let (token, now) = (self.presented.token_hash, self.presented.now);
        let made = self.audit.to_string();
        let nonce = Param::from(self.presented.nonce);
        let [consume, password] = match self.person {
            Person::Staff(_) => [
                statement!(
                    "UPDATE links SET consumed_at = ?3, session_id = ?2, consumed_nonce = ?4 \
                     WHERE token_hash = ?1 AND purpose = 'staff_reset' AND consumed_at IS NULL \
                      AND revoked_at IS NULL AND expires_at > ?3 AND EXISTS (SELECT 1 FROM staff st \
                       WHERE st.id = links.staff_id AND st.email = links.email AND st.deactivated_at IS NULL)",
                    token,
                    made.as_str(),
                    now,
                    nonce
                ),
                statement!(
                    "UPDATE staff SET password_hash = ?3, short_password = ?4, epoch = epoch + 1 \
                     WHERE id = (SELECT staff_id FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                    token,
                    made.as_str(),
                    self.hash,
                    self.short
                ),
            ],
            Person::Account(_) => [
                statement!(
                    "UPDATE links SET consumed_at = ?3, session_id = ?2, consumed_nonce = ?4 \
                     WHERE token_hash = ?1 AND purpose = 'reset' AND consumed_at IS NULL \
                      AND revoked_at IS NULL AND expires_at > ?3 AND EXISTS (SELECT 1 FROM accounts a \
                       JOIN contacts ct ON ct.account_id = a.id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
                       JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL AND c.portal_enabled = 1 \
                       WHERE a.id = links.account_id AND a.email = links.email)",
                    token,
                    made.as_str(),
                    now,
                    nonce
                ),
                statement!(
                    "UPDATE accounts SET password_hash = ?3, short_password = ?5, epoch = epoch + 1, updated_at = ?4 \
                     WHERE id = (SELECT account_id FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                    token,
                    made.as_str(),
                    self.hash,
                    now,
                    self.short
                ),
            ],
        };
        vec![
            consume,
            password,
            session::end_outdated(self.person, now),
            link::revoke_open(self.person, RevokedReason::Settled, now, self.proviso()),
            link::withdraw_mail(self.person, now),
        ]
    }
}
