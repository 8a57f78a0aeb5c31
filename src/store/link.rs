//! Links by mail, whatever they are for: how the newest one stands, and what ends those of a person
//! who signs in.

use serde::Deserialize;

use super::session::Person;
use super::{Proviso, Statement, statement};
use crate::domain::id::MailId;
use crate::domain::invitation::{LinkFacts, MailState, RevokedReason};
use crate::domain::time::Timestamp;

/// The newest link of a kind that somebody got, as the columns [`NEWEST`] of a row that joins it; all
/// empty where there is no link.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Newest {
    pub(crate) link_created: Option<Timestamp>,
    link_expires: Option<Timestamp>,
    link_consumed: Option<Timestamp>,
    link_revoked: Option<Timestamp>,
    link_reason: Option<String>,
    /// Name of who sent it.
    pub(crate) invited_by: Option<String>,
    pub(crate) mail_id: Option<MailId>,
    mail_state: Option<String>,
    mail_sent: Option<Timestamp>,
    mail_error: Option<String>,
}

impl Newest {
    /// What the last try to send the mail was answered, while it is tried again.
    pub(crate) fn waits_because(&self) -> Option<&str> {
        let waits = self.mail_state.as_deref() == Some("queued");
        self.mail_error.as_deref().filter(|_| waits)
    }

    /// What the domain derives a state from.
    pub(crate) fn facts(&self) -> Option<LinkFacts> {
        let reason = self.link_reason.as_deref().and_then(RevokedReason::parse);
        Some(LinkFacts {
            created_at: self.link_created?,
            expires_at: self.link_expires?,
            consumed_at: self.link_consumed,
            revoked: self.link_revoked.map(|at| (at, reason)),
            mail: match self.mail_state.as_deref() {
                Some("sent") => MailState::Sent {
                    at: self.mail_sent.unwrap_or_default(),
                },
                Some("dead" | "undeliverable") => MailState::Failed {
                    reason: self.mail_error.clone().unwrap_or_default(),
                },
                Some("cancelled") => MailState::Withdrawn,
                _ => MailState::Queued,
            },
        })
    }
}

/// The columns of [`Newest`], of `links l`, `staff inviter` and `outbox o`.
pub(super) const NEWEST: &str = "l.created_at AS link_created, l.expires_at AS link_expires, l.consumed_at AS link_consumed, \
     l.revoked_at AS link_revoked, l.revoked_reason AS link_reason, inviter.name AS invited_by, \
     o.id AS mail_id, o.state AS mail_state, o.sent_at AS mail_sent, o.last_error AS mail_error";

/// Ends every open link that signs the person in, sets a password or moves the address.
pub(crate) fn revoke_open(
    person: Person,
    reason: RevokedReason,
    now: Timestamp,
    proviso: Proviso<'_>,
) -> Statement {
    let [session, token, made] = proviso.params();
    statement!(
        "UPDATE links SET revoked_at = ?2, revoked_reason = ?3 \
         WHERE (account_id = ?1 OR staff_id = ?1) \
          AND purpose IN ('magic', 'reset', 'email', 'staff_reset', 'staff_email') \
          AND consumed_at IS NULL AND revoked_at IS NULL \
          AND (EXISTS (SELECT 1 FROM sessions WHERE id = ?4) \
           OR EXISTS (SELECT 1 FROM links l WHERE l.token_hash = ?5 AND l.session_id = ?6))",
        person.id(),
        now,
        reason.as_str(),
        session,
        token,
        made
    )
}

/// Takes mails back that have not gone out and whose link has just been ended.
pub(crate) fn withdraw_mail(person: Person, now: Timestamp) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL, sealed = NULL \
         WHERE state = 'queued' AND link_id IN (SELECT id FROM links \
          WHERE (account_id = ?1 OR staff_id = ?1) AND revoked_at = ?2)",
        person.id(),
        now
    )
}
