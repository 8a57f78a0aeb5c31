//! A person's new e-mail address: asked for, confirmed from the new mailbox by who is signed in, and
//! then moved everywhere in one batch.

use serde::Deserialize;

use super::session::{self, Person};
use super::viewer::Asker;
use super::{Error, Param, Proviso, Statement, flag, link, statement};
use crate::domain::email::Email;
use crate::domain::id::{AuditId, ClientId, ContactId, LinkId, SessionId};
use crate::domain::invitation::RevokedReason;
use crate::domain::next::Side;
use crate::domain::search;
use crate::domain::throttle::ADDRESSES;
use crate::domain::time::Timestamp;

/// An address that waits for its confirmation.
#[derive(Debug, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) email: String,
    pub(crate) expires_at: Timestamp,
}

/// [`Waiting`] of who is signed in, if there is one.
pub(crate) fn waiting(asker: &Asker) -> Statement {
    match asker.side {
        Side::Staff => statement!(
            "SELECT l.email, l.expires_at FROM sessions s JOIN links l ON l.staff_id = s.staff_id \
             WHERE s.id = ?1 AND l.purpose = 'staff_email' AND l.consumed_at IS NULL \
              AND l.revoked_at IS NULL AND l.expires_at > ?2 ORDER BY l.created_at DESC LIMIT 1",
            asker.session.to_string(),
            asker.now
        ),
        Side::Client => asker.statement(
            "SELECT l.email, l.expires_at FROM viewer v JOIN links l ON l.account_id = v.account_id \
             WHERE l.purpose = 'email' AND l.consumed_at IS NULL \
              AND l.revoked_at IS NULL AND l.expires_at > ?2 ORDER BY l.created_at DESC LIMIT 1",
            [],
        ),
    }
}

/// Refuses the batch where the person has asked for as many new addresses as a day allows.
pub(crate) fn few(person: Person, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT count(*) < ?3 FROM links \
         WHERE (account_id = ?1 OR staff_id = ?1) AND purpose IN ('email', 'staff_email') \
          AND created_at > ?2",
        person.id(),
        ADDRESSES.since(now),
        ADDRESSES.failures
    )
}

/// Ends the links to other new addresses that are still open.
pub(crate) fn revoke_open(person: Person, now: Timestamp) -> Statement {
    statement!(
        "UPDATE links SET revoked_at = ?2, revoked_reason = 'replaced' \
         WHERE (account_id = ?1 OR staff_id = ?1) AND purpose IN ('email', 'staff_email') \
          AND consumed_at IS NULL AND revoked_at IS NULL",
        person.id(),
        now
    )
}

/// Keeps a new link to the new address. It names no contact: the address is the whole login's.
pub(crate) fn issue(
    (id, token_hash): (LinkId, &str),
    person: Person,
    to: &Email,
    now: Timestamp,
    expires: Timestamp,
) -> Statement {
    let (purpose, staff, account) = match person {
        Person::Staff(id) => ("staff_email", Some(id.to_string()), None),
        Person::Account(id) => ("email", None, Some(id.to_string())),
    };
    statement!(
        "INSERT INTO links (id, purpose, token_hash, staff_id, account_id, email, created_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        id.to_string(),
        purpose,
        token_hash,
        Param::from(staff),
        Param::from(account),
        to.as_str(),
        now,
        expires
    )
}

/// A link of who is signed in, which works or was used by this very session.
#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    /// The new address.
    pub(crate) email: Email,
    /// This session used it already; its reply was lost.
    #[serde(deserialize_with = "flag")]
    pub(crate) again: bool,
}

/// [`Found`] of a link that is presented by who is signed in. Anybody else's is none.
pub(crate) fn presented(asker: &Asker, token_hash: &str) -> Statement {
    match asker.side {
        Side::Staff => statement!(
            "SELECT l.email, l.consumed_at IS NOT NULL AS again \
             FROM sessions s JOIN links l ON l.staff_id = s.staff_id \
             WHERE s.id = ?1 AND l.token_hash = ?3 AND l.purpose = 'staff_email' \
              AND l.revoked_at IS NULL AND l.expires_at > ?2 \
              AND (l.consumed_at IS NULL OR l.consumed_nonce = ?1)",
            asker.session.to_string(),
            asker.now,
            token_hash
        ),
        Side::Client => asker.statement(
            "SELECT l.email, l.consumed_at IS NOT NULL AS again \
             FROM viewer v JOIN links l ON l.account_id = v.account_id \
             WHERE l.token_hash = ?4 AND l.purpose = 'email' \
              AND l.revoked_at IS NULL AND l.expires_at > ?2 \
              AND (l.consumed_at IS NULL OR l.consumed_nonce = ?1)",
            [token_hash.into()],
        ),
    }
}

/// A contact that the login stands behind.
#[derive(Debug, Deserialize)]
pub(crate) struct Behind {
    pub(crate) id: ContactId,
    pub(crate) client_id: ClientId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
}

/// [`Behind`]: all contacts of who is signed in, of whatever client.
pub(crate) fn contacts(asker: &Asker) -> Statement {
    asker.statement(
        "SELECT ct.id, ct.client_id, ct.first_name, ct.last_name FROM viewer v \
         JOIN contacts ct ON ct.account_id = v.account_id AND ct.removed_at IS NULL",
        [],
    )
}

/// What confirming makes, all from one moment.
pub(crate) struct Move<'a> {
    pub(crate) token_hash: &'a str,
    pub(crate) person: Person,
    /// The session that confirms, which stays.
    pub(crate) session: SessionId,
    pub(crate) to: &'a Email,
    pub(crate) contacts: &'a [Behind],
    /// The entry in the log, under whose name the link is used up.
    pub(crate) audit: AuditId,
    pub(crate) now: Timestamp,
}

impl Move<'_> {
    /// What later statements of the batch depend on.
    pub(crate) fn proviso(&self) -> Proviso<'_> {
        Proviso::Consumed(self.token_hash, self.audit)
    }

    /// The batch. Its first statement uses the link up, if it still works and the session still
    /// lives; nothing else happens without it. An address that is taken refuses the whole batch.
    pub(crate) fn statements(&self) -> Result<Vec<Statement>, Error> {
        let (token, made) = (self.token_hash, self.audit.to_string());
        let mut batch = vec![
            statement!(
                "UPDATE links SET consumed_at = ?3, session_id = ?2, consumed_nonce = ?4 \
                 WHERE token_hash = ?1 AND purpose IN ('email', 'staff_email') AND email = ?5 \
                  AND (account_id = ?6 OR staff_id = ?6) AND consumed_at IS NULL \
                  AND revoked_at IS NULL AND expires_at > ?3 \
                  AND EXISTS (SELECT 1 FROM sessions s WHERE s.id = ?4 AND s.ended_at IS NULL \
                   AND s.epoch = coalesce((SELECT epoch FROM staff WHERE id = ?6), \
                    (SELECT epoch FROM accounts WHERE id = ?6)))",
                token,
                made.as_str(),
                self.now,
                self.session.to_string(),
                self.to.as_str(),
                self.person.id()
            ),
            statement!(
                "UPDATE sessions SET epoch = epoch + 1 WHERE id = ?3 \
                 AND EXISTS (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token,
                made.as_str(),
                self.session.to_string()
            ),
        ];
        match self.person {
            Person::Staff(id) => batch.push(statement!(
                "UPDATE staff SET email = ?4, email_key = ?5, epoch = epoch + 1 WHERE id = ?3 \
                 AND EXISTS (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token,
                made.as_str(),
                id.to_string(),
                self.to.as_str(),
                self.to.key()
            )),
            Person::Account(_) => batch.extend(self.account()?),
        }
        batch.extend([
            session::end_outdated(self.person, self.now),
            link::revoke_open(
                self.person,
                RevokedReason::AddressChanged,
                self.now,
                self.proviso(),
            ),
            link::withdraw_mail(self.person, self.now),
        ]);
        Ok(batch)
    }

    /// The account, every contact it stands behind, the links to invoices in the former mailbox, and the words that
    /// find their clients.
    fn account(&self) -> Result<[Statement; 5], Error> {
        let (token, made) = (self.token_hash, self.audit.to_string());
        let words: Vec<[String; 3]> = self.contacts.iter().flat_map(|of| self.words(of)).collect();
        Ok([
            statement!(
                "UPDATE accounts SET email = ?4, email_key = ?5, epoch = epoch + 1, updated_at = ?6 \
                 WHERE id = ?3 \
                 AND EXISTS (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token,
                made.as_str(),
                self.person.id(),
                self.to.as_str(),
                self.to.key(),
                self.now
            ),
            statement!(
                "UPDATE contacts SET email = ?4, email_key = ?5, revision = revision + 1, updated_at = ?6 \
                 WHERE account_id = ?3 AND removed_at IS NULL \
                 AND EXISTS (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token,
                made.as_str(),
                self.person.id(),
                self.to.as_str(),
                self.to.key(),
                self.now
            ),
            statement!(
                "UPDATE pay_links SET moved_at = ?4 WHERE contact_id IN (SELECT id FROM contacts \
                  WHERE account_id = ?3 AND removed_at IS NULL) AND revoked_at IS NULL AND moved_at IS NULL \
                 AND EXISTS (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token,
                made.as_str(),
                self.person.id(),
                self.now
            ),
            statement!(
                "DELETE FROM client_words WHERE owner_id IN (SELECT id FROM contacts \
                  WHERE account_id = ?3 AND removed_at IS NULL) \
                 AND EXISTS (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token,
                made.as_str(),
                self.person.id()
            ),
            statement!(
                "INSERT OR IGNORE INTO client_words (word, client_id, owner_id) \
                 SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') \
                 FROM json_each(?3) \
                 WHERE EXISTS (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token,
                made.as_str(),
                serde_json::to_string(&words)?
            ),
        ])
    }

    fn words(&self, of: &Behind) -> Vec<[String; 3]> {
        let (client, owner) = (of.client_id.to_string(), of.id.to_string());
        search::words([&of.first_name, &of.last_name, self.to.as_str()])
            .into_iter()
            .map(|word| [word, client.clone(), owner.clone()])
            .collect()
    }
}
