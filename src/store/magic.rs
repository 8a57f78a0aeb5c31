//! Sign-in links: asked for by the person, bound to the browser that asked, good for one sign-in.

use serde::Deserialize;

use super::session::Place;
use super::{Param, Statement, flag, statement};
use crate::domain::id::{AccountId, AuditId, ContactId, LinkId, SessionId};
use crate::domain::throttle::CODE_TRIES;
use crate::domain::time::Timestamp;

/// Ends the sign-in links of an account that are still open: a newer one takes their place.
pub(crate) fn revoke_open(account: AccountId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE links SET revoked_at = ?2, revoked_reason = 'replaced' \
         WHERE account_id = ?1 AND purpose = 'magic' AND consumed_at IS NULL AND revoked_at IS NULL",
        account.to_string(),
        now
    )
}

/// A new link, with hashes alone.
pub(crate) struct NewLink<'a> {
    pub(crate) id: LinkId,
    pub(crate) account: AccountId,
    pub(crate) contact: ContactId,
    pub(crate) token_hash: &'a str,
    pub(crate) code_hash: &'a str,
    pub(crate) browser_hash: &'a str,
    pub(crate) expires: Timestamp,
}

/// Keeps the link, to the address the account has now.
pub(crate) fn issue(link: &NewLink<'_>, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO links (id, purpose, token_hash, code_hash, browser_hash, account_id, contact_id, email, \
         created_at, expires_at) \
         SELECT ?1, 'magic', ?2, ?3, ?4, a.id, ?6, a.email, ?7, ?8 FROM accounts a WHERE a.id = ?5",
        link.id.to_string(),
        link.token_hash,
        link.code_hash,
        link.browser_hash,
        link.account.to_string(),
        link.contact.to_string(),
        now,
        link.expires
    )
}

/// What presenting a link makes, if the browser is the one that asked or the code is right.
pub(crate) struct Presented<'a> {
    pub(crate) token_hash: &'a str,
    pub(crate) browser_hash: Option<&'a str>,
    pub(crate) code_hash: Option<&'a str>,
    pub(crate) session: SessionId,
    pub(crate) audit: AuditId,
    pub(crate) place: &'a Place,
    pub(crate) now: Timestamp,
    pub(crate) end: Timestamp,
}

/// Whether a link that did not open may be tried with another code.
#[derive(Debug, Deserialize)]
pub(crate) struct Alive {
    #[serde(deserialize_with = "flag")]
    pub(crate) alive: bool,
}

/// Whom the link has shown to be there, where that is not enough: a second factor is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct Half {
    pub(crate) account: AccountId,
    pub(crate) epoch: i64,
    pub(crate) email_key: String,
    pub(crate) contact: ContactId,
}

impl Presented<'_> {
    /// The batch: consume under the name of the new session, begin that session, note it; a wrong
    /// code counts as a try; last, [`Alive`] and [`Half`]. Who has a second factor gets no session here.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let token = || self.token_hash.to_owned();
        let session = || self.session.to_string();
        vec![
            statement!(
                "UPDATE links SET consumed_at = ?3, session_id = ?2 \
                 WHERE token_hash = ?1 AND purpose = 'magic' AND consumed_at IS NULL \
                  AND revoked_at IS NULL AND expires_at > ?3 AND code_tries < ?6 \
                  AND (browser_hash = ?4 OR code_hash = ?5) AND EXISTS \
                  (SELECT 1 FROM contacts ct JOIN accounts a ON a.id = ct.account_id \
                   JOIN clients c ON c.id = ct.client_id \
                   WHERE ct.id = links.contact_id AND a.id = links.account_id AND a.email = links.email \
                    AND ct.removed_at IS NULL AND ct.portal_access = 1 \
                    AND c.portal_enabled = 1 AND c.archived_at IS NULL)",
                token(),
                session(),
                self.now,
                Param::from(self.browser_hash),
                Param::from(self.code_hash),
                CODE_TRIES
            ),
            statement!(
                "INSERT INTO sessions (id, account_id, contact_id, epoch, portal_epoch, created_at, seen_at, \
                 expires_at, confirmed_at, device, address, country) \
                 SELECT ?2, a.id, ct.id, a.epoch, c.portal_epoch, ?3, ?3, ?4, ?3, ?5, ?6, ?7 \
                 FROM links l JOIN contacts ct ON ct.id = l.contact_id \
                 JOIN accounts a ON a.id = ct.account_id JOIN clients c ON c.id = ct.client_id \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2 \
                  AND NOT EXISTS (SELECT 1 FROM factors f WHERE f.person_id = a.id)",
                token(),
                session(),
                self.now,
                self.end,
                self.place.device.as_str(),
                self.place.address.as_str(),
                self.place.country.as_str()
            ),
            statement!(
                "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, address) \
                 SELECT ?3, ?4, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), \
                  'session.began', l.id, ct.client_id, ?5 \
                 FROM links l JOIN contacts ct ON ct.id = l.contact_id JOIN sessions s ON s.id = ?2 \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2",
                token(),
                session(),
                self.audit.to_string(),
                self.now,
                self.place.address.as_str()
            ),
            statement!(
                "UPDATE links SET code_tries = code_tries + 1 \
                 WHERE token_hash = ?1 AND purpose = 'magic' AND consumed_at IS NULL AND ?2 IS NOT NULL",
                token(),
                Param::from(self.code_hash)
            ),
            statement!(
                "SELECT EXISTS (SELECT 1 FROM links l JOIN contacts ct ON ct.id = l.contact_id \
                  JOIN clients c ON c.id = ct.client_id \
                  WHERE l.token_hash = ?1 AND l.purpose = 'magic' AND l.consumed_at IS NULL \
                   AND l.revoked_at IS NULL AND l.expires_at > ?2 AND l.code_tries < ?3 \
                   AND ct.removed_at IS NULL AND ct.portal_access = 1 \
                   AND c.portal_enabled = 1 AND c.archived_at IS NULL) AS alive",
                token(),
                self.now,
                CODE_TRIES
            ),
            statement!(
                "SELECT a.id AS account, a.epoch, a.email_key, l.contact_id AS contact \
                 FROM links l JOIN accounts a ON a.id = l.account_id \
                 JOIN factors f ON f.person_id = a.id \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2",
                token(),
                session()
            ),
        ]
    }
}
