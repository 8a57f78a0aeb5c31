//! Invitations: links that make a contact active, in one batch or not at all.

use serde::Deserialize;

use super::session::Place;
use super::{ById, Statement, flag, statement};
use crate::domain::id::{AccountId, AuditId, ClientId, ContactId, LinkId, SessionId, StaffId};
use crate::domain::time::Timestamp;

/// What the page that reviews an invitation shows.
#[derive(Debug, Deserialize)]
pub(crate) struct Draft {
    pub(crate) contact_id: ContactId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) active: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) portal_enabled: bool,
    pub(crate) invite_days: i64,
    pub(crate) subject: Option<String>,
    pub(crate) body: Option<String>,
}

/// Of a contact who was not removed.
impl ById for Draft {
    type Id = ContactId;
    fn by_id(contact: ContactId) -> Statement {
        statement!(
            "SELECT ct.id AS contact_id, c.id AS client_id, c.name AS client_name, ct.first_name, \
             ct.last_name, ct.email, ct.account_id IS NOT NULL AS active, c.portal_enabled, b.invite_days, \
             t.subject, t.body \
             FROM contacts ct JOIN clients c ON c.id = ct.client_id JOIN business b ON b.id = 1 \
             LEFT JOIN email_templates t ON t.kind = 'invitation' \
             WHERE ct.id = ?1 AND ct.removed_at IS NULL AND c.archived_at IS NULL",
            contact.to_string()
        )
    }
}

/// Ends the invitations of a contact that are still open.
pub(crate) fn revoke_open(contact: ContactId, reason: &str, now: Timestamp) -> Statement {
    statement!(
        "UPDATE links SET revoked_at = ?2, revoked_reason = ?3 \
         WHERE contact_id = ?1 AND purpose = 'invitation' AND consumed_at IS NULL AND revoked_at IS NULL",
        contact.to_string(),
        now,
        reason
    )
}

/// Takes mails back that have not gone out and whose link was revoked.
pub(crate) fn withdraw_mail(contact: ContactId) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL, sealed = NULL \
         WHERE contact_id = ?1 AND state = 'queued' AND link_id IN \
         (SELECT id FROM links WHERE contact_id = ?1 AND purpose = 'invitation' AND revoked_at IS NOT NULL)",
        contact.to_string()
    )
}

/// A new invitation, to the address the contact has now.
pub(crate) fn issue(
    id: LinkId,
    contact: ContactId,
    token_hash: &str,
    by: StaffId,
    now: Timestamp,
    expires: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO links (id, purpose, token_hash, contact_id, email, created_at, created_by, expires_at) \
         SELECT ?1, 'invitation', ?2, ct.id, ct.email, ?4, ?5, ?6 FROM contacts ct \
         WHERE ct.id = ?3 AND ct.removed_at IS NULL",
        id.to_string(),
        token_hash,
        contact.to_string(),
        now,
        by.to_string(),
        expires
    )
}

/// What accepting makes, all from one moment.
pub(crate) struct Acceptance<'a> {
    pub(crate) token_hash: &'a str,
    /// `None`: signs in by link.
    pub(crate) password_hash: Option<&'a str>,
    pub(crate) session: SessionId,
    pub(crate) account: AccountId,
    pub(crate) audit: AuditId,
    pub(crate) place: &'a Place,
    pub(crate) now: Timestamp,
    pub(crate) end: Timestamp,
}

impl Acceptance<'_> {
    /// The batch. Its first statement consumes the link under the name of the new session; only the
    /// request that did so finds that name in the others. Of fifty at once one wins.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let token = || self.token_hash.to_owned();
        let session = || self.session.to_string();
        vec![
            statement!(
                "UPDATE links SET consumed_at = ?3, session_id = ?2 \
                 WHERE token_hash = ?1 AND purpose = 'invitation' AND consumed_at IS NULL \
                  AND revoked_at IS NULL AND expires_at > ?3 AND EXISTS \
                  (SELECT 1 FROM contacts ct JOIN clients c ON c.id = ct.client_id \
                   WHERE ct.id = links.contact_id AND ct.removed_at IS NULL AND ct.portal_access = 1 \
                    AND ct.email = links.email AND c.portal_enabled = 1 AND c.archived_at IS NULL)",
                token(),
                session(),
                self.now
            ),
            statement!(
                "INSERT INTO accounts (id, email, email_key, password_hash, created_at, updated_at) \
                 SELECT ?3, ct.email, ct.email_key, ?4, ?5, ?5 \
                 FROM links l JOIN contacts ct ON ct.id = l.contact_id \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2 \
                 ON CONFLICT (email_key) DO UPDATE SET \
                  password_hash = coalesce(excluded.password_hash, password_hash), \
                  epoch = epoch + (excluded.password_hash IS NOT NULL), updated_at = excluded.updated_at",
                token(),
                session(),
                self.account.to_string(),
                super::Param::from(self.password_hash),
                self.now
            ),
            statement!(
                "UPDATE contacts SET accepted_at = ?3, updated_at = ?3, \
                  account_id = (SELECT a.id FROM accounts a WHERE a.email_key = contacts.email_key) \
                 WHERE id = (SELECT contact_id FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token(),
                session(),
                self.now
            ),
            statement!(
                "UPDATE links SET revoked_at = ?3, revoked_reason = 'settled' \
                 WHERE purpose = 'invitation' AND consumed_at IS NULL AND revoked_at IS NULL AND contact_id = \
                 (SELECT contact_id FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token(),
                session(),
                self.now
            ),
            statement!(
                "INSERT INTO sessions (id, account_id, contact_id, epoch, portal_epoch, created_at, seen_at, \
                 expires_at, confirmed_at, device, address, country) \
                 SELECT ?2, a.id, ct.id, a.epoch, c.portal_epoch, ?3, ?3, ?4, ?3, ?5, ?6, ?7 \
                 FROM links l JOIN contacts ct ON ct.id = l.contact_id \
                 JOIN accounts a ON a.id = ct.account_id JOIN clients c ON c.id = ct.client_id \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2",
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
                  'invitation.accepted', l.id, ct.client_id, ?5 \
                 FROM links l JOIN contacts ct ON ct.id = l.contact_id \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2",
                token(),
                session(),
                self.audit.to_string(),
                self.now,
                self.place.address.as_str()
            ),
        ]
    }
}
