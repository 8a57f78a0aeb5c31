//! The newest mailed link of a kind that somebody got, as the columns of a row that joins it.

use serde::Deserialize;

use crate::domain::id::MailId;
use crate::domain::invitation::{LinkFacts, MailState, RevokedReason};
use crate::domain::time::Timestamp;

/// Columns `link_…`, `invited_by` and `mail_…` of a row; all empty where there is no link.
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
