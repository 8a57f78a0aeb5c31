//! The business's own people: the list, one of them, and what is done to them.

use const_format::formatcp;
use serde::Deserialize;

use super::link::{NEWEST, Newest};
use super::{Statement, flag, statement};
use crate::domain::email::Email;
use crate::domain::id::{LinkId, StaffId};
use crate::domain::invitation::RevokedReason;
use crate::domain::role::Role;
use crate::domain::staff::StaffState;
use crate::domain::text::Name;
use crate::domain::time::Timestamp;

/// A member of staff, with the newest link to join and that link's mail.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: StaffId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: Role,
    pub(crate) joined_at: Option<Timestamp>,
    pub(crate) deactivated_at: Option<Timestamp>,
    /// When a session of theirs was last used.
    pub(crate) seen_at: Option<Timestamp>,
    /// Signing in asks for a second factor.
    #[serde(deserialize_with = "flag")]
    pub(crate) has_factor: bool,
    /// Active owners other than this person.
    pub(crate) owners_left: u32,
    /// Their newest link to join.
    newest: Newest,
}

impl Member {
    /// How this person stands with the business.
    pub(crate) fn state(&self, now: Timestamp) -> StaffState {
        StaffState::of(
            self.joined_at.is_some(),
            self.deactivated_at.is_some(),
            self.newest.facts().as_ref(),
            now,
        )
    }
}

/// The columns of [`Member`] but for [`NEWEST`] and `owners_left`, of `staff st`.
const MEMBER: &str = "st.id, st.name, st.email, st.role, st.joined_at, st.deactivated_at, \
     (SELECT max(s.seen_at) FROM sessions s WHERE s.staff_id = st.id) AS seen_at, \
     EXISTS (SELECT 1 FROM factors f WHERE f.person_id = st.id) AS has_factor";

/// What [`NEWEST`] reads, for `staff st`: the link to join that was sent last.
const JOIN_LINK: &str = "LEFT JOIN links l ON l.id = (SELECT j.id FROM links j \
      WHERE j.staff_id = st.id AND j.purpose = 'join' ORDER BY j.created_at DESC, j.id DESC LIMIT 1) \
     LEFT JOIN staff inviter ON inviter.id = l.created_by LEFT JOIN outbox o ON o.link_id = l.id";

/// All [`Member`]s, those who are deactivated last. A team is small: 200 are shown.
pub(crate) fn all() -> Statement {
    statement!(formatcp!(
        "SELECT {MEMBER}, 0 AS owners_left, {NEWEST} FROM staff st {JOIN_LINK} \
         ORDER BY st.deactivated_at IS NOT NULL, lower(st.name), st.id LIMIT 200"
    ))
}

/// One [`Member`].
pub(crate) fn one(id: StaffId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {MEMBER}, (SELECT count(*) FROM staff w WHERE w.role = 'owner' AND w.joined_at IS NOT NULL \
              AND w.deactivated_at IS NULL AND w.id <> st.id) AS owners_left, {NEWEST} \
             FROM staff st {JOIN_LINK} WHERE st.id = ?1"
        ),
        id.to_string()
    )
}

/// Adds somebody who has not joined yet.
pub(crate) fn create(
    id: StaffId,
    name: &Name,
    email: &Email,
    role: Role,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO staff (id, email, email_key, name, role, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        id.to_string(),
        email.as_str(),
        email.key(),
        name.as_str(),
        role.as_str(),
        now
    )
}

/// A link to join, to the address this person has now.
pub(crate) fn issue_join(
    id: LinkId,
    staff: StaffId,
    token_hash: &str,
    by: StaffId,
    now: Timestamp,
    expires: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO links (id, purpose, token_hash, staff_id, email, created_at, created_by, expires_at) \
         SELECT ?1, 'join', ?2, st.id, st.email, ?4, ?5, ?6 FROM staff st \
         WHERE st.id = ?3 AND st.joined_at IS NULL AND st.deactivated_at IS NULL",
        id.to_string(),
        token_hash,
        staff.to_string(),
        now,
        by.to_string(),
        expires
    )
}

/// Changes the name.
pub(crate) fn rename(id: StaffId, name: &Name) -> Statement {
    statement!(
        "UPDATE staff SET name = ?2 WHERE id = ?1",
        id.to_string(),
        name.as_str()
    )
}

/// A look at two people, from which what is done to one of them by the other follows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// Who acts, and their role.
    pub(crate) actor: (StaffId, Role),
    /// To whom, and their role.
    pub(crate) member: (StaffId, Role),
}

/// Refuses the batch where either has another role by now, or the one who acts was deactivated.
pub(crate) fn still(seen: Seen) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT \
         EXISTS (SELECT 1 FROM staff WHERE id = ?1 AND role = ?2 AND deactivated_at IS NULL) \
         AND EXISTS (SELECT 1 FROM staff WHERE id = ?3 AND role = ?4)",
        seen.actor.0.to_string(),
        seen.actor.1.as_str(),
        seen.member.0.to_string(),
        seen.member.1.as_str()
    )
}

/// Changes the role; every session is dead from the next request on. After [`still`].
pub(crate) fn change_role(id: StaffId, role: Role) -> Statement {
    statement!(
        "UPDATE staff SET role = ?2, epoch = epoch + 1 WHERE id = ?1 AND role <> ?2",
        id.to_string(),
        role.as_str()
    )
}

/// Deactivates; every session is dead from the next request on. After [`still`].
pub(crate) fn deactivate(id: StaffId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE staff SET deactivated_at = ?2, epoch = epoch + 1 \
         WHERE id = ?1 AND deactivated_at IS NULL",
        id.to_string(),
        now
    )
}

/// Lets somebody in again; sessions and links from before stay dead.
pub(crate) fn reactivate(id: StaffId) -> Statement {
    statement!(
        "UPDATE staff SET deactivated_at = NULL WHERE id = ?1",
        id.to_string()
    )
}

/// What is open in somebody's name ends: sessions, every link that went out by mail, and mail with
/// a link that has not gone out yet.
pub(crate) fn shut_out(id: StaffId, reason: RevokedReason, now: Timestamp) -> [Statement; 3] {
    let end = statement!(
        "UPDATE sessions SET ended_at = ?2 WHERE staff_id = ?1 AND ended_at IS NULL",
        id.to_string(),
        now
    );
    let [revoke, withdraw] = revoke_links(id, reason, now);
    [end, revoke, withdraw]
}

/// Every open link of somebody ends, and the mail that would carry one is taken back.
pub(crate) fn revoke_links(id: StaffId, reason: RevokedReason, now: Timestamp) -> [Statement; 2] {
    [
        statement!(
            "UPDATE links SET revoked_at = ?2, revoked_reason = ?3 \
             WHERE staff_id = ?1 AND consumed_at IS NULL AND revoked_at IS NULL",
            id.to_string(),
            now,
            reason.as_str()
        ),
        statement!(
            "UPDATE outbox SET state = 'cancelled', due_at = NULL, sealed = NULL \
             WHERE state = 'queued' AND link_id IN \
             (SELECT id FROM links WHERE staff_id = ?1 AND revoked_at IS NOT NULL)",
            id.to_string()
        ),
    ]
}
