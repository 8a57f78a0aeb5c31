//! What became of a contact's invitation, and what staff can do about it.
//!
//! No state is kept: it follows from the contact, the newest invitation link and that link's mail,
//! so it cannot disagree with them.

use super::time::Timestamp;

/// Why a link no longer works although it is neither used nor expired. The name stands in D1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevokedReason {
    /// Staff took the invitation back.
    Cancelled,
    /// A newer link of the same purpose went out.
    Replaced,
    /// The address it was sent to is no longer the person's.
    AddressChanged,
    /// The person accepted another invitation, or got in another way.
    Settled,
    /// The contact was removed, or the person deactivated.
    Removed,
}

impl RevokedReason {
    const ALL: [Self; 5] = [
        Self::Cancelled,
        Self::Replaced,
        Self::AddressChanged,
        Self::Settled,
        Self::Removed,
    ];

    /// The name that D1 keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Replaced => "replaced",
            Self::AddressChanged => "address_changed",
            Self::Settled => "settled",
            Self::Removed => "removed",
        }
    }
    /// The reason of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }
}

/// How far the mail of a link got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailState {
    /// Waiting to be sent, or to be tried again.
    Queued,
    /// A server took it.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// Refused for good, or given up.
    Failed {
        /// A sentence for staff.
        reason: String,
    },
    /// Taken out of the outbox before it was sent.
    Withdrawn,
}

/// The newest invitation link of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFacts {
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was used.
    pub consumed_at: Option<Timestamp>,
    /// When it was taken back, and why (`None`: for a reason not known here).
    pub revoked: Option<(Timestamp, Option<RevokedReason>)>,
    /// Its mail.
    pub mail: MailState,
}

/// What became of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationState {
    /// Nothing was sent yet.
    NotInvited,
    /// The mail waits in the outbox.
    Queued,
    /// The mail is out and the link works.
    Sent {
        /// When it went out.
        at: Timestamp,
        /// Until when the link works.
        expires_at: Timestamp,
    },
    /// The mail did not arrive.
    Undeliverable {
        /// A sentence that says why.
        reason: String,
    },
    /// The person accepted and can sign in.
    Active,
    /// Not accepted in time.
    Expired {
        /// When the link stopped working.
        at: Timestamp,
    },
    /// Taken back by staff.
    Cancelled,
    /// No longer valid for another reason, as a changed address.
    Revoked,
    /// The portal is off: the link, or the mail with it, waits until it is on again.
    Paused,
}

/// What staff can do, in the order of the buttons: the first is the main one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Send the first invitation.
    Invite,
    /// Send a new one; the old link is dead from then on.
    InviteAgain,
    /// Change the contact's e-mail address.
    EditAddress,
    /// Take the invitation back.
    Cancel,
    /// Send a link that signs in, to somebody who has access already.
    SendSignInLink,
}

impl Action {
    /// The button's text.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Invite => "Invite Client",
            Self::InviteAgain => "Invite again",
            Self::EditAddress => "Edit address",
            Self::Cancel => "Cancel invitation",
            Self::SendSignInLink => "Send sign-in link",
        }
    }
}

impl InvitationState {
    /// Derives the state. `accepted` says that an account stands behind the contact.
    pub fn of(accepted: bool, newest: Option<&LinkFacts>, now: Timestamp) -> Self {
        let link = match newest {
            _ if accepted => return Self::Active,
            None => return Self::NotInvited,
            Some(link) => link,
        };
        match (&link.revoked, &link.mail) {
            // A mail that was not sent in time is withdrawn too.
            (None, MailState::Withdrawn) if link.expires_at <= now => Self::Expired {
                at: link.expires_at,
            },
            (Some((_, Some(RevokedReason::Cancelled))), _) | (None, MailState::Withdrawn) => {
                Self::Cancelled
            }
            // Used, yet nobody stands behind the contact any more.
            _ if link.consumed_at.is_some() => Self::Revoked,
            (Some(_), _) => Self::Revoked,
            // Before "expired": a new link to the same address would fail the same way.
            (None, MailState::Failed { reason }) => Self::Undeliverable {
                reason: reason.clone(),
            },
            (None, _) if link.expires_at <= now => Self::Expired {
                at: link.expires_at,
            },
            (None, MailState::Queued) => Self::Queued,
            (None, MailState::Sent { at }) => Self::Sent {
                at: *at,
                expires_at: link.expires_at,
            },
        }
    }

    /// The same, at a client whose portal may be off.
    #[must_use]
    pub fn at_portal(self, enabled: bool) -> Self {
        match self {
            Self::Queued | Self::Sent { .. } if !enabled => Self::Paused,
            state => state,
        }
    }

    /// The badge's text.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::NotInvited => "Not invited",
            Self::Queued => "Queued",
            Self::Sent { .. } => "Invited",
            Self::Undeliverable { .. } => "Undeliverable",
            Self::Active => "Active",
            Self::Expired { .. } => "Expired",
            Self::Cancelled => "Cancelled",
            Self::Revoked => "Revoked",
            Self::Paused => "Paused",
        }
    }
    /// The badge's tone: `ok`, `info`, `warn`, `bad` or `mute`.
    pub const fn tone(&self) -> &'static str {
        match self {
            Self::Active => "ok",
            Self::Queued | Self::Sent { .. } => "info",
            Self::Expired { .. } | Self::Revoked | Self::Paused => "warn",
            Self::Undeliverable { .. } => "bad",
            Self::NotInvited | Self::Cancelled => "mute",
        }
    }
    /// One or two sentences for staff.
    pub fn explanation(&self, now: Timestamp) -> String {
        match self {
            Self::NotInvited => "No invitation was sent yet.".to_owned(),
            Self::Queued => "The invitation waits in the outbox.".to_owned(),
            Self::Sent { at, expires_at } => {
                format!(
                    "Sent {}. The link works until {}.",
                    at.ago(now),
                    expires_at.day_time()
                )
            }
            Self::Undeliverable { reason } => reason.clone(),
            Self::Active => "This person can sign in.".to_owned(),
            Self::Expired { at } => format!(
                "The link was valid until {} and was not used.",
                at.day_time()
            ),
            Self::Cancelled => "The invitation was taken back.".to_owned(),
            Self::Revoked => "The last invitation is no longer valid.".to_owned(),
            Self::Paused => {
                "The portal is off. The invitation goes on once it is switched on.".to_owned()
            }
        }
    }
    /// What staff can do now. With the portal off nothing is sent, only taken back.
    pub fn actions(&self, portal_enabled: bool) -> &'static [Action] {
        match (self, portal_enabled) {
            (Self::NotInvited, true) => &[Action::Invite],
            (Self::Queued | Self::Sent { .. } | Self::Paused, true) => {
                &[Action::InviteAgain, Action::Cancel]
            }
            (Self::Undeliverable { .. }, true) => {
                &[Action::EditAddress, Action::InviteAgain, Action::Cancel]
            }
            (Self::Expired { .. } | Self::Cancelled | Self::Revoked, true) => {
                &[Action::InviteAgain]
            }
            (Self::Active, true) => &[Action::SendSignInLink],
            (Self::Undeliverable { .. }, false) => &[Action::EditAddress, Action::Cancel],
            (Self::Queued | Self::Sent { .. } | Self::Paused, false) => &[Action::Cancel],
            (_, false) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Millis;

    const NOW: Timestamp = Timestamp(1_795_788_309_000);

    fn link() -> LinkFacts {
        LinkFacts {
            created_at: NOW.minus(Millis::minutes(3)),
            expires_at: NOW.plus(Millis::days(7)),
            consumed_at: None,
            revoked: None,
            mail: MailState::Sent {
                at: NOW.minus(Millis::minutes(3)),
            },
        }
    }

    fn of(link: &LinkFacts) -> InvitationState {
        InvitationState::of(false, Some(link), NOW)
    }

    #[test]
    fn the_state_follows_from_the_facts() {
        let failed = || MailState::Failed {
            reason: "No such person.".to_owned(),
        };
        let undeliverable = InvitationState::Undeliverable {
            reason: "No such person.".to_owned(),
        };
        let revoked = |reason| LinkFacts {
            revoked: Some((NOW, reason)),
            ..link()
        };
        assert_eq!(
            InvitationState::of(false, None, NOW),
            InvitationState::NotInvited
        );
        assert_eq!(
            InvitationState::of(true, None, NOW),
            InvitationState::Active
        );
        assert_eq!(
            InvitationState::of(true, Some(&revoked(None)), NOW),
            InvitationState::Active
        );
        assert_eq!(
            of(&LinkFacts {
                mail: MailState::Queued,
                ..link()
            }),
            InvitationState::Queued
        );
        let (at, expires_at) = (NOW.minus(Millis::minutes(3)), link().expires_at);
        assert_eq!(of(&link()), InvitationState::Sent { at, expires_at });
        assert_eq!(
            of(&LinkFacts {
                mail: failed(),
                ..link()
            }),
            undeliverable
        );
        assert_eq!(
            of(&LinkFacts {
                expires_at: NOW,
                ..link()
            }),
            InvitationState::Expired { at: NOW }
        );
        assert_eq!(
            of(&LinkFacts {
                expires_at: NOW,
                mail: failed(),
                ..link()
            }),
            undeliverable
        );
        assert_eq!(
            of(&revoked(Some(RevokedReason::Cancelled))),
            InvitationState::Cancelled
        );
        assert_eq!(
            of(&LinkFacts {
                mail: MailState::Withdrawn,
                ..link()
            }),
            InvitationState::Cancelled
        );
        assert_eq!(
            of(&revoked(Some(RevokedReason::AddressChanged))),
            InvitationState::Revoked
        );
        assert_eq!(
            of(&LinkFacts {
                expires_at: NOW,
                mail: MailState::Withdrawn,
                ..link()
            }),
            InvitationState::Expired { at: NOW }
        );
        assert_eq!(of(&revoked(None)), InvitationState::Revoked);
        assert_eq!(
            of(&LinkFacts {
                consumed_at: Some(NOW),
                ..link()
            }),
            InvitationState::Revoked
        );
    }

    #[test]
    fn staff_read_what_happened() {
        let sent = of(&link());
        assert_eq!(
            sent.explanation(NOW),
            "Sent 3 minutes ago. The link works until 4 Dec 2026, 14:05 UTC."
        );
        assert_eq!((sent.label(), sent.tone()), ("Invited", "info"));
    }

    #[test]
    fn nothing_is_sent_while_the_portal_is_off() {
        let states = [
            InvitationState::NotInvited,
            InvitationState::Queued,
            of(&link()),
            InvitationState::Undeliverable {
                reason: String::new(),
            },
            InvitationState::Active,
            InvitationState::Expired { at: NOW },
            InvitationState::Cancelled,
            InvitationState::Revoked,
            InvitationState::Paused,
        ];
        for state in states {
            let sends = |a: &Action| {
                matches!(
                    a,
                    Action::Invite | Action::InviteAgain | Action::SendSignInLink
                )
            };
            assert!(!state.actions(false).iter().any(sends), "{state:?}");
            assert!(state.actions(true).iter().any(sends), "{state:?}");
            assert_eq!(
                state.actions(true).contains(&Action::Cancel),
                matches!(
                    state,
                    InvitationState::Queued
                        | InvitationState::Sent { .. }
                        | InvitationState::Undeliverable { .. }
                        | InvitationState::Paused
                ),
                "{state:?}"
            );
        }
        assert!(
            !InvitationState::Active
                .actions(true)
                .contains(&Action::Invite)
        );
    }

    #[test]
    fn what_is_pending_pauses_with_the_portal() {
        let sent = of(&link());
        assert_eq!(sent.clone().at_portal(false), InvitationState::Paused);
        assert_eq!(sent.clone().at_portal(true), sent);
        assert_eq!(
            InvitationState::Active.at_portal(false),
            InvitationState::Active
        );
    }

    #[test]
    fn reasons_round_trip() {
        for reason in RevokedReason::ALL {
            assert_eq!(RevokedReason::parse(reason.as_str()), Some(reason));
        }
    }
}
