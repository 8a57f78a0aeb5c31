//! What the business's own people may do, and who may change whose role.
//!
//! `owner` > `admin` > `member`. There is always an active owner; only owners touch owners.

use serde::{Deserialize, Serialize};

/// The role of a staff member; a higher one may do all that a lower one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Works with clients: people, documents, projects, time, invoices, tickets and messages.
    Member,
    /// Also changes settings, branding and staff below owner.
    Admin,
    /// Also makes and unmakes owners.
    Owner,
}

/// A text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Choose a role: Owner, Admin or Member.")]
pub struct UnknownRole;

/// Why a change of staff is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub enum RoleRefused {
    /// A member changes nobody.
    NotAllowed,
    /// An admin acts on an owner.
    OwnerUntouchable,
    /// An admin makes an owner.
    OwnerMaking,
    /// The business would be left without an owner.
    LastOwner,
    /// Locking oneself out.
    Yourself,
    /// Raising or lowering oneself.
    OwnRole,
}

impl RoleRefused {
    /// What the person is told.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotAllowed => "Only owners and admins can manage staff. Please ask one of them.",
            Self::OwnerUntouchable => "Only an owner can change another owner. Please ask one.",
            Self::OwnerMaking => {
                "Only an owner can make somebody an owner. Please ask one, or choose another role."
            }
            Self::LastOwner => "This is the only owner. Make somebody else an owner first.",
            Self::Yourself => "You cannot deactivate yourself. Please ask another owner or admin.",
            Self::OwnRole => "You cannot change your own role. Please ask another owner or admin.",
        }
    }
}

impl Role {
    /// Every role, highest first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// The name that D1 and forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Member => "Member",
        }
    }
    /// One line that says what it may do.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Owner => "Everything, including other owners.",
            Self::Admin => "Clients, settings, branding and staff, except owners.",
            Self::Member => "All work with clients, from documents to invoices. No settings.",
        }
    }
    /// The one door for text.
    pub fn parse(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str() == name)
            .ok_or(UnknownRole)
    }

    /// Add, change and deactivate staff.
    pub const fn may_manage_staff(self) -> bool {
        self.is_admin()
    }
    /// Business settings, branding, e-mail templates, default permissions.
    pub const fn may_change_settings(self) -> bool {
        self.is_admin()
    }
    /// Archive and restore clients.
    pub const fn may_archive_clients(self) -> bool {
        self.is_admin()
    }
    /// Read the outbox, which holds the links of every pending mail, and send again.
    pub const fn may_see_outbox(self) -> bool {
        self.is_admin()
    }
    /// Make somebody an owner, or change one.
    pub const fn may_manage_owners(self) -> bool {
        matches!(self, Self::Owner)
    }
    /// The roles this one may give, highest first.
    pub fn grantable(self) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |new| decide_invitation(self, *new).is_ok())
    }

    const fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// May `actor` bring somebody in as `new`?
pub fn decide_invitation(actor: Role, new: Role) -> Result<Role, RoleRefused> {
    if !actor.may_manage_staff() {
        return Err(RoleRefused::NotAllowed);
    }
    if new == Role::Owner && !actor.may_manage_owners() {
        return Err(RoleRefused::OwnerMaking);
    }
    Ok(new)
}

/// May `actor` change somebody who is `target` to `new`? `owners_left` counts the active owners
/// other than that somebody; `is_self` says that they are the same person.
pub fn decide_role_change(
    actor: Role,
    target: Role,
    new: Role,
    is_self: bool,
    owners_left: u32,
) -> Result<Role, RoleRefused> {
    decide_touch(actor, target)?;
    if new == target {
        return Ok(new);
    }
    if is_self {
        return Err(RoleRefused::OwnRole);
    }
    decide_invitation(actor, new)?;
    if target == Role::Owner && new != Role::Owner && owners_left == 0 {
        return Err(RoleRefused::LastOwner);
    }
    Ok(new)
}

/// May `actor` deactivate somebody who is `target`? `owners_left` counts the active owners other
/// than that somebody; `is_self` says that they are the same person.
pub fn decide_deactivation(
    actor: Role,
    target: Role,
    is_self: bool,
    owners_left: u32,
) -> Result<(), RoleRefused> {
    decide_touch(actor, target)?;
    if target == Role::Owner && owners_left == 0 {
        return Err(RoleRefused::LastOwner);
    }
    if is_self {
        return Err(RoleRefused::Yourself);
    }
    Ok(())
}

/// May `actor` change anything about somebody who is `target` (name, address, sessions)?
pub fn decide_touch(actor: Role, target: Role) -> Result<(), RoleRefused> {
    if !actor.may_manage_staff() {
        return Err(RoleRefused::NotAllowed);
    }
    if target == Role::Owner && !actor.may_manage_owners() {
        return Err(RoleRefused::OwnerUntouchable);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Role::{Admin, Member, Owner};
    use super::*;

    #[test]
    fn higher_roles_may_all_that_lower_ones_may() {
        assert!(Owner > Admin && Admin > Member);
        for may in [
            Role::may_manage_staff,
            Role::may_change_settings,
            Role::may_archive_clients,
            Role::may_see_outbox,
            Role::may_manage_owners,
        ] {
            assert!(may(Owner));
            assert!(may(Admin) || !may(Member));
        }
        assert!(!Member.may_manage_staff() && !Admin.may_manage_owners());
    }

    #[test]
    fn names_round_trip() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Ok(role));
            assert_eq!(
                serde_json::to_string(&role).unwrap(),
                format!("\"{}\"", role.as_str())
            );
        }
        assert_eq!(Role::parse("Owner"), Err(UnknownRole));
    }

    #[test]
    fn every_change_of_role() {
        for target in Role::ALL {
            for new in Role::ALL {
                assert_eq!(
                    decide_role_change(Member, target, new, false, 9),
                    Err(RoleRefused::NotAllowed)
                );
                let admin = decide_role_change(Admin, target, new, false, 9);
                match (target, new) {
                    (Owner, _) => assert_eq!(admin, Err(RoleRefused::OwnerUntouchable)),
                    (_, Owner) => assert_eq!(admin, Err(RoleRefused::OwnerMaking)),
                    _ => assert_eq!(admin, Ok(new)),
                }
                assert_eq!(decide_role_change(Owner, target, new, false, 1), Ok(new));
            }
        }
        assert_eq!(
            decide_role_change(Owner, Owner, Admin, false, 0),
            Err(RoleRefused::LastOwner)
        );
        assert_eq!(decide_role_change(Owner, Owner, Owner, false, 0), Ok(Owner));
    }

    #[test]
    fn nobody_changes_their_own_role() {
        for role in [Admin, Owner] {
            for new in Role::ALL {
                let decided = decide_role_change(role, role, new, true, 9);
                if new == role {
                    assert_eq!(decided, Ok(role));
                } else {
                    assert_eq!(decided, Err(RoleRefused::OwnRole));
                }
            }
        }
    }

    #[test]
    fn deactivation_leaves_an_owner_and_oneself() {
        assert_eq!(
            decide_deactivation(Owner, Owner, false, 0),
            Err(RoleRefused::LastOwner)
        );
        assert_eq!(
            decide_deactivation(Owner, Owner, true, 0),
            Err(RoleRefused::LastOwner)
        );
        assert_eq!(
            decide_deactivation(Owner, Owner, true, 1),
            Err(RoleRefused::Yourself)
        );
        assert_eq!(decide_deactivation(Owner, Owner, false, 1), Ok(()));
        assert_eq!(
            decide_deactivation(Admin, Admin, true, 1),
            Err(RoleRefused::Yourself)
        );
        assert_eq!(
            decide_deactivation(Admin, Owner, false, 1),
            Err(RoleRefused::OwnerUntouchable)
        );
        assert_eq!(
            decide_deactivation(Member, Member, false, 1),
            Err(RoleRefused::NotAllowed)
        );
    }

    #[test]
    fn only_owners_offer_the_role_owner() {
        assert_eq!(
            Owner.grantable().collect::<Vec<_>>(),
            [Owner, Admin, Member]
        );
        assert_eq!(Admin.grantable().collect::<Vec<_>>(), [Admin, Member]);
        assert_eq!(Member.grantable().count(), 0);
    }
}
