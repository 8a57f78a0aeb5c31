//! Invitations: links that make a contact active, in one batch or not at all.

mod accept;

pub(crate) use accept::{Acceptance, Consumed, Invitee, Login, Presented};

use serde::Deserialize;

use super::{ById, Statement, flag, statement};
use crate::domain::id::{AccountId, ClientId, ContactId, LinkId, StaffId};
use crate::domain::invitation::RevokedReason;
use crate::domain::settings::InviteDays;
use crate::domain::time::Timestamp;

/// Whom an invitation is for, and its wording.
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
    pub(crate) invite_days: InviteDays,
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

/// Who asks for a new link from the page of a dead one.
#[derive(Debug, Deserialize)]
pub(crate) struct Renewal {
    pub(crate) draft: Draft,
    /// The dead link.
    pub(crate) link_id: LinkId,
    /// Who had sent it.
    pub(crate) sender_id: StaffId,
    pub(crate) sender_name: String,
    pub(crate) sender_email: String,
    /// Set where the link was used: the person needs a link to sign in, not another invitation.
    pub(crate) account_id: Option<AccountId>,
}

/// [`Renewal`] of a link that ran out, or that was used by the one who is active now. Of a link
/// that was taken back, that ran out thirty days (2592000000 ms) ago, or while the portal is off: none.
pub(crate) fn renewal(token_hash: &str, now: Timestamp) -> Statement {
    statement!(
        "SELECT ct.id AS contact_id, c.id AS client_id, c.name AS client_name, ct.first_name, \
         ct.last_name, ct.email, ct.account_id IS NOT NULL AS active, c.portal_enabled, b.invite_days, \
         t.subject, t.body, l.id AS link_id, st.id AS sender_id, st.name AS sender_name, \
         st.email AS sender_email, ct.account_id \
         FROM links l JOIN contacts ct ON ct.id = l.contact_id JOIN clients c ON c.id = ct.client_id \
         JOIN business b ON b.id = 1 JOIN staff st ON st.id = l.created_by \
         LEFT JOIN email_templates t ON t.kind = 'invitation' \
         WHERE l.token_hash = ?1 AND l.purpose = 'invitation' AND l.revoked_at IS NULL \
          AND l.expires_at > ?2 - 2592000000 \
          AND ct.email = l.email AND ct.removed_at IS NULL AND ct.portal_access = 1 \
          AND c.portal_enabled = 1 AND c.archived_at IS NULL \
          AND CASE WHEN l.consumed_at IS NULL THEN ct.account_id IS NULL AND l.expires_at <= ?2 \
               ELSE ct.account_id IS NOT NULL END",
        token_hash,
        now
    )
}

/// Ends the invitations of a contact that are still open.
pub(crate) fn revoke_open(contact: ContactId, reason: RevokedReason, now: Timestamp) -> Statement {
    statement!(
        "UPDATE links SET revoked_at = ?2, revoked_reason = ?3 \
         WHERE contact_id = ?1 AND purpose = 'invitation' AND consumed_at IS NULL AND revoked_at IS NULL",
        contact.to_string(),
        now,
        reason.as_str()
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
