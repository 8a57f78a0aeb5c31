//! How a member of staff stands with the business.
//!
//! Nothing is kept: it follows from when they joined or were deactivated, and from the newest link
//! to join with its mail, so it cannot disagree with them.

use super::invitation::{InvitationState, LinkFacts};
use super::time::Timestamp;

/// The state of a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffState {
    /// Joined, and can sign in.
    Active,
    /// Not joined yet; what became of the invitation.
    Invited(InvitationState),
    /// Cannot sign in until reactivated.
    Deactivated,
}

impl StaffState {
    /// Derives the state. `newest` is the newest link to join.
    pub fn of(joined: bool, deactivated: bool, newest: Option<&LinkFacts>, now: Timestamp) -> Self {
        match (deactivated, joined) {
            (true, _) => Self::Deactivated,
            (false, true) => Self::Active,
            (false, false) => Self::Invited(InvitationState::of(false, newest, now)),
        }
    }

    /// The badge's text.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Invited(state) => state.label(),
            Self::Deactivated => "Deactivated",
        }
    }

    /// The badge's tone.
    pub const fn tone(&self) -> &'static str {
        match self {
            Self::Active => "ok",
            Self::Invited(state) => state.tone(),
            Self::Deactivated => "mute",
        }
    }

    /// A few words beside the badge; empty where it says all.
    pub fn note(&self) -> String {
        match self {
            Self::Invited(InvitationState::Sent { expires_at, .. }) => {
                format!("until {}", expires_at.day_time())
            }
            Self::Invited(InvitationState::Expired { at }) => format!("on {}", at.day()),
            Self::Invited(InvitationState::Queued) => "waits in the outbox".to_owned(),
            Self::Invited(InvitationState::Undeliverable { reason }) => reason.clone(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::invitation::MailState;

    fn link(expires_at: i64) -> LinkFacts {
        LinkFacts {
            created_at: Timestamp(0),
            expires_at: Timestamp(expires_at),
            consumed_at: None,
            revoked: None,
            mail: MailState::Sent { at: Timestamp(1) },
        }
    }

    #[test]
    fn deactivated_comes_before_all_else() {
        let open = link(10);
        for joined in [true, false] {
            let state = StaffState::of(joined, true, Some(&open), Timestamp(5));
            assert_eq!(state, StaffState::Deactivated);
        }
    }

    #[test]
    fn an_open_link_is_an_invitation_until_it_expires() {
        let open = link(10);
        let state = |now| StaffState::of(false, false, Some(&open), Timestamp(now));
        assert_eq!((state(5).label(), state(5).tone()), ("Invited", "info"));
        assert!(state(5).note().starts_with("until "));
        assert_eq!(state(10).label(), "Expired");
        let joined = StaffState::of(true, false, Some(&open), Timestamp(5));
        assert_eq!((joined.label(), joined.note()), ("Active", String::new()));
    }
}
