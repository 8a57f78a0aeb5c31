//! Accepting an invitation: whose link it is, and what using it makes.

use serde::Deserialize;

use crate::domain::id::{AccountId, AuditId, ContactId, SessionId};
use crate::domain::time::Timestamp;
use crate::store::session::Place;
use crate::store::{Param, Statement, flag, statement};

/// An invitation as it was presented, by a browser that may have a name for what it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented<'a> {
    pub(crate) token_hash: &'a str,
    /// Hash of the browser's name; a link it used up a moment ago still answers to it.
    pub(crate) nonce: Option<&'a str>,
    /// The session that is signed in on this browser.
    pub(crate) session: Option<SessionId>,
    pub(crate) now: Timestamp,
    /// Links used before this answer to nobody.
    pub(crate) since: Timestamp,
}

/// Whose invitation it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Invitee {
    pub(crate) contact_id: ContactId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) client_name: String,
    /// The login that this address has already, of another client's contact or from before.
    pub(crate) account_id: Option<AccountId>,
    /// Its password.
    pub(crate) password_hash: Option<String>,
    /// It has a second factor, so a password alone does not open it.
    #[serde(deserialize_with = "flag")]
    pub(crate) second: bool,
    /// Whoever has it is signed in on this browser.
    #[serde(deserialize_with = "flag")]
    pub(crate) here: bool,
    /// This browser used it already; its reply was lost.
    #[serde(deserialize_with = "flag")]
    pub(crate) again: bool,
    /// The session that using it made, if it made one.
    pub(crate) session_id: Option<SessionId>,
    /// Somebody else who is signed in on this browser.
    pub(crate) occupant: Option<String>,
}

impl Presented<'_> {
    /// [`Invitee`], if the link works for who presents it.
    pub(crate) fn whose(&self) -> Statement {
        statement!(
            "SELECT ct.id AS contact_id, ct.first_name, ct.last_name, ct.email, c.name AS client_name, \
             a.id AS account_id, a.password_hash, l.consumed_at IS NOT NULL AS again, \
             EXISTS (SELECT 1 FROM factors f WHERE f.person_id = a.id) AS second, \
             (SELECT made.id FROM sessions made WHERE made.id = l.session_id) AS session_id, \
             EXISTS (SELECT 1 FROM sessions s WHERE s.id = ?5 AND s.account_id = a.id AND s.epoch = a.epoch \
              AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 86400000) AS here, \
             (SELECT trim(o.first_name || ' ' || o.last_name) FROM sessions s \
              JOIN contacts o ON o.id = s.contact_id \
              WHERE s.id = ?5 AND s.ended_at IS NULL AND s.expires_at > ?2 \
               AND o.email_key <> ct.email_key) AS occupant \
             FROM links l JOIN contacts ct ON ct.id = l.contact_id JOIN clients c ON c.id = ct.client_id \
             LEFT JOIN accounts a ON a.email_key = ct.email_key \
             WHERE l.token_hash = ?1 AND l.purpose = 'invitation' AND l.revoked_at IS NULL \
              AND l.expires_at > ?2 AND ct.removed_at IS NULL AND ct.portal_access = 1 \
              AND ct.email = l.email AND c.portal_enabled = 1 AND c.archived_at IS NULL \
              AND (l.consumed_at IS NULL OR (l.consumed_nonce = ?3 AND l.consumed_at > ?4))",
            self.token_hash,
            self.now,
            Param::from(self.nonce),
            self.since,
            Param::from(self.session.map(|id| id.to_string()))
        )
    }
}

/// Who signs in after accepting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login<'a> {
    /// A new one; without a password it signs in by link.
    New(AccountId, Option<&'a str>),
    /// The one that the address has already, which has just shown itself.
    Known(AccountId),
    /// The same, which is signed in on this browser by that session: what begins has its proof and its end.
    Here(AccountId, SessionId),
    /// The same, which has not: it is sent a link, and no session begins.
    Mailed(AccountId),
}

/// What accepting makes, all from one moment.
pub(crate) struct Acceptance<'a> {
    pub(crate) token_hash: &'a str,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) login: Login<'a>,
    /// The session that begins, under whose name the link is used up.
    pub(crate) session: SessionId,
    pub(crate) audit: AuditId,
    pub(crate) place: &'a Place,
    pub(crate) now: Timestamp,
    pub(crate) end: Timestamp,
}

/// What consuming gave back.
#[derive(Debug, Deserialize)]
pub(crate) struct Consumed {}

impl Acceptance<'_> {
    /// The batch. Its first statement consumes the link under the name of the new session; only the
    /// request that did so finds that name in the others. Of fifty at once one wins. A login that came
    /// to be, or went, since it was read is as good as a loser: no password is ever replaced here.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let mut batch = vec![self.consume()];
        if let Login::New(id, password) = self.login {
            batch.push(self.open(id, password));
        }
        batch.extend(self.join());
        match self.login {
            Login::Mailed(_) => batch.push(self.or_nothing()),
            Login::Here(_, old) => batch.extend(self.follow(old)),
            Login::New(..) | Login::Known(_) => batch.push(self.begin()),
        }
        batch
    }

    fn consume(&self) -> Statement {
        let known = match self.login {
            Login::New(..) => None,
            Login::Known(id) | Login::Here(id, _) | Login::Mailed(id) => Some(id.to_string()),
        };
        statement!(
            "UPDATE links SET consumed_at = ?3, session_id = ?2, consumed_nonce = ?4 \
             WHERE token_hash = ?1 AND purpose = 'invitation' AND consumed_at IS NULL \
              AND revoked_at IS NULL AND expires_at > ?3 AND EXISTS \
              (SELECT 1 FROM contacts ct JOIN clients c ON c.id = ct.client_id \
               LEFT JOIN accounts a ON a.email_key = ct.email_key \
               WHERE ct.id = links.contact_id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
                AND ct.email = links.email AND c.portal_enabled = 1 AND c.archived_at IS NULL \
                AND a.id IS ?5) \
             RETURNING session_id",
            self.token_hash,
            self.session.to_string(),
            self.now,
            Param::from(self.nonce),
            Param::from(known)
        )
    }

    fn open(&self, id: AccountId, password: Option<&str>) -> Statement {
        statement!(
            "INSERT INTO accounts (id, email, email_key, password_hash, created_at, updated_at) \
             SELECT ?3, ct.email, ct.email_key, ?4, ?5, ?5 \
             FROM links l JOIN contacts ct ON ct.id = l.contact_id \
             WHERE l.token_hash = ?1 AND l.session_id = ?2",
            self.token_hash,
            self.session.to_string(),
            id.to_string(),
            Param::from(password),
            self.now
        )
    }

    /// The contact is active, other invitations of theirs end, the log says so.
    fn join(&self) -> [Statement; 3] {
        let session = self.session.to_string();
        [
            statement!(
                "UPDATE contacts SET accepted_at = ?3, updated_at = ?3, \
                  account_id = (SELECT a.id FROM accounts a WHERE a.email_key = contacts.email_key) \
                 WHERE id = (SELECT contact_id FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                self.token_hash,
                session.as_str(),
                self.now
            ),
            statement!(
                "UPDATE links SET revoked_at = ?3, revoked_reason = 'settled' \
                 WHERE purpose = 'invitation' AND consumed_at IS NULL AND revoked_at IS NULL AND contact_id = \
                 (SELECT contact_id FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                self.token_hash,
                session.as_str(),
                self.now
            ),
            statement!(
                "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, address) \
                 SELECT ?3, ?4, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), \
                  'invitation.accepted', l.id, ct.client_id, ?5 \
                 FROM links l JOIN contacts ct ON ct.id = l.contact_id \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2",
                self.token_hash,
                session.as_str(),
                self.audit.to_string(),
                self.now,
                self.place.address.as_str()
            ),
        ]
    }

    fn begin(&self) -> Statement {
        statement!(
            "INSERT INTO sessions (id, account_id, contact_id, epoch, portal_epoch, created_at, seen_at, \
             expires_at, confirmed_at, device, address, country) \
             SELECT ?2, a.id, ct.id, a.epoch, c.portal_epoch, ?3, ?3, ?4, ?3, ?5, ?6, ?7 \
             FROM links l JOIN contacts ct ON ct.id = l.contact_id \
             JOIN accounts a ON a.id = ct.account_id JOIN clients c ON c.id = ct.client_id \
             WHERE l.token_hash = ?1 AND l.session_id = ?2",
            self.token_hash,
            self.session.to_string(),
            self.now,
            self.end,
            self.place.device.as_str(),
            self.place.address.as_str(),
            self.place.country.as_str()
        )
    }

    /// Begins the session after the one that is signed in: an invitation is no proof of who reads it, so that
    /// one's proof and end are taken over. Refuses the batch where it has ended meanwhile.
    fn follow(&self, old: SessionId) -> [Statement; 2] {
        [
            statement!(
                "INSERT INTO sessions (id, account_id, contact_id, epoch, portal_epoch, created_at, seen_at, \
                 expires_at, confirmed_at, device, address, country) \
                 SELECT ?2, a.id, ct.id, a.epoch, c.portal_epoch, ?3, ?3, min(s.expires_at, ?4), s.confirmed_at, \
                 ?5, ?6, ?7 FROM links l JOIN contacts ct ON ct.id = l.contact_id \
                 JOIN accounts a ON a.id = ct.account_id JOIN clients c ON c.id = ct.client_id \
                 JOIN sessions s ON s.id = ?8 AND s.account_id = a.id AND s.epoch = a.epoch \
                  AND s.ended_at IS NULL AND s.expires_at > ?3 \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2",
                self.token_hash,
                self.session.to_string(),
                self.now,
                self.end,
                self.place.device.as_str(),
                self.place.address.as_str(),
                self.place.country.as_str(),
                old.to_string()
            ),
            statement!(
                "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM sessions WHERE id = ?2) \
                 OR NOT EXISTS (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                self.token_hash,
                self.session.to_string()
            ),
        ]
    }

    /// Refuses the batch where the link was not consumed: the mail that follows must not go out.
    fn or_nothing(&self) -> Statement {
        statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS \
             (SELECT 1 FROM links WHERE token_hash = ?1 AND session_id = ?2)",
            self.token_hash,
            self.session.to_string()
        )
    }
}
