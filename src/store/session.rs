//! Sessions: the rows that cookies name. What a guard reads, and how sessions begin and end.

use const_format::formatcp;
use serde::{Deserialize, Serialize};

use super::branding::{BRANDING, Branding};
use super::news::{COUNT, STAFF_COUNT};
use super::{Statement, flag, statement};
use crate::domain::id::{AccountId, ClientId, ContactId, SessionId, StaffId};
use crate::domain::next::Side;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;

/// Whose login it is: one side or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Person {
    /// A member of staff.
    Staff(StaffId),
    /// The account of a contact.
    Account(AccountId),
}

impl Person {
    /// The row's id.
    pub(crate) fn id(self) -> String {
        match self {
            Self::Staff(id) => id.to_string(),
            Self::Account(id) => id.to_string(),
        }
    }
}

/// A live session of staff, with what surrounds every page of theirs.
#[derive(Debug, Deserialize)]
pub(crate) struct StaffRow {
    pub(crate) staff_id: StaffId,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) confirmed_at: Timestamp,
    /// How much is new since they last looked; see [`super::news`].
    pub(crate) news: u32,
    /// The business wants everybody on the staff to have a second factor, and this person has none.
    #[serde(deserialize_with = "flag")]
    pub(crate) lacks_factor: bool,
    pub(crate) branding: Branding,
}

/// [`StaffRow`] of a session, while it lives. 3600000 ms is the idle limit of staff.
pub(crate) fn staff_member(session: SessionId, now: Timestamp) -> Statement {
    statement!(
        formatcp!(
            "SELECT st.id AS staff_id, st.email, st.name, st.role, s.confirmed_at, \
             (b.staff_factor = 1 AND NOT EXISTS (SELECT 1 FROM factors f WHERE f.person_id = st.id)) AS lacks_factor, \
             {STAFF_COUNT}, {BRANDING} \
             FROM sessions s \
             JOIN staff st ON st.id = s.staff_id AND st.epoch = s.epoch AND st.deactivated_at IS NULL \
             JOIN business b ON b.id = 1 \
             WHERE s.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 3600000"
        ),
        session.to_string(),
        now
    )
}

/// A live session of a contact, with what surrounds every page of theirs.
#[derive(Debug, Deserialize)]
pub(crate) struct ContactRow {
    pub(crate) account_id: AccountId,
    pub(crate) email: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) has_password: bool,
    pub(crate) contact_id: ContactId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    /// The client is enabled and not archived, the contact has access.
    #[serde(deserialize_with = "flag")]
    pub(crate) portal_open: bool,
    /// The portal was not switched off since the session began.
    #[serde(deserialize_with = "flag")]
    pub(crate) same_epoch: bool,
    /// Modules that are on for this contact, as bits.
    pub(crate) modules: i64,
    pub(crate) confirmed_at: Timestamp,
    /// How much is new since they last looked; see [`super::news`].
    pub(crate) news: u32,
    /// JSON: further clients of this person.
    pub(crate) others: String,
    pub(crate) branding: Branding,
}

/// [`ContactRow`] of a session, while it lives; the portal may be closed.
pub(crate) fn contact(session: SessionId, now: Timestamp) -> Statement {
    statement!(
        formatcp!(
            "SELECT a.id AS account_id, a.email, a.password_hash IS NOT NULL AS has_password, \
             ct.id AS contact_id, ct.first_name, ct.last_name, c.id AS client_id, c.name AS client_name, \
             (c.portal_enabled = 1 AND c.archived_at IS NULL AND ct.portal_access = 1) AS portal_open, \
             (c.portal_epoch = s.portal_epoch) AS same_epoch, \
             (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) \
              & ~CASE b.time_shown WHEN 'nothing' THEN 4 ELSE 0 END AS modules, \
             s.confirmed_at, \
             (SELECT json_group_array(json_object('contact_id', o.id, 'client_name', oc.name)) \
              FROM contacts o JOIN clients oc ON oc.id = o.client_id \
              WHERE o.account_id = a.id AND o.id <> ct.id AND o.portal_access = 1 \
               AND o.removed_at IS NULL AND oc.portal_enabled = 1 AND oc.archived_at IS NULL) AS others, \
             {COUNT}, {BRANDING} \
             FROM sessions s \
             JOIN accounts a ON a.id = s.account_id AND a.epoch = s.epoch \
             JOIN contacts ct ON ct.id = s.contact_id AND ct.account_id = a.id AND ct.removed_at IS NULL \
             JOIN clients c ON c.id = ct.client_id \
             JOIN business b ON b.id = 1 \
             WHERE s.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?2 - 86400000"
        ),
        session.to_string(),
        now
    )
}

/// Notes that a session was used. Does nothing to one that has ended or gone idle.
pub(crate) fn touch(session: SessionId, now: Timestamp, side: Side) -> Statement {
    statement!(
        "UPDATE sessions SET seen_at = ?2 \
         WHERE id = ?1 AND ended_at IS NULL AND expires_at > ?2 AND seen_at > ?3",
        session.to_string(),
        now,
        now.minus(side.idle())
    )
}

/// Where a session is used from, as people recognise it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// "Firefox on Windows".
    pub(crate) device: String,
    /// The visitor's IP address.
    pub(crate) address: String,
    /// Two-letter country, where the edge knows it, and behind a space the city.
    pub(crate) country: String,
}

/// Begins a session of a member of staff who is active now.
pub(crate) fn begin_staff(
    id: SessionId,
    staff: StaffId,
    place: &Place,
    now: Timestamp,
    end: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO sessions (id, staff_id, epoch, created_at, seen_at, expires_at, confirmed_at, \
         device, address, country) \
         SELECT ?1, st.id, st.epoch, ?3, ?3, ?4, ?3, ?5, ?6, ?7 FROM staff st \
         WHERE st.id = ?2 AND st.deactivated_at IS NULL",
        id.to_string(),
        staff.to_string(),
        now,
        end,
        place.device.as_str(),
        place.address.as_str(),
        place.country.as_str()
    )
}

/// Begins a session of a contact, if the portal is open to them now.
pub(crate) fn begin_contact(
    id: SessionId,
    contact: ContactId,
    place: &Place,
    now: Timestamp,
    end: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO sessions (id, account_id, contact_id, epoch, portal_epoch, created_at, seen_at, \
         expires_at, confirmed_at, device, address, country) \
         SELECT ?1, a.id, ct.id, a.epoch, c.portal_epoch, ?3, ?3, ?4, ?3, ?5, ?6, ?7 \
         FROM contacts ct JOIN accounts a ON a.id = ct.account_id \
         JOIN clients c ON c.id = ct.client_id \
         WHERE ct.id = ?2 AND ct.portal_access = 1 AND ct.removed_at IS NULL \
          AND c.portal_enabled = 1 AND c.archived_at IS NULL",
        id.to_string(),
        contact.to_string(),
        now,
        end,
        place.device.as_str(),
        place.address.as_str(),
        place.country.as_str()
    )
}

/// Begins a session of another contact of the same account, from the same device and with the same
/// proof of identity as the one it follows. It lives no longer than that one would have.
pub(crate) fn succeed(
    id: SessionId,
    old: SessionId,
    contact: ContactId,
    now: Timestamp,
    end: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO sessions (id, account_id, contact_id, epoch, portal_epoch, created_at, seen_at, \
         expires_at, confirmed_at, device, address, country) \
         SELECT ?1, a.id, ct.id, a.epoch, c.portal_epoch, ?4, ?4, min(s.expires_at, ?5), s.confirmed_at, \
         s.device, s.address, s.country \
         FROM sessions s JOIN accounts a ON a.id = s.account_id AND a.epoch = s.epoch \
         JOIN contacts ct ON ct.id = ?3 AND ct.account_id = a.id \
         JOIN clients c ON c.id = ct.client_id \
         WHERE s.id = ?2 AND s.ended_at IS NULL AND ct.portal_access = 1 AND ct.removed_at IS NULL \
          AND c.portal_enabled = 1 AND c.archived_at IS NULL",
        id.to_string(),
        old.to_string(),
        contact.to_string(),
        now,
        end
    )
}

/// Ends one session.
pub(crate) fn end(id: SessionId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE sessions SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL",
        id.to_string(),
        now
    )
}

/// Ends every session of the person who is a contact.
pub(crate) fn end_of_contact(id: ContactId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE sessions SET ended_at = ?2 WHERE account_id = \
         (SELECT account_id FROM contacts WHERE id = ?1) AND ended_at IS NULL",
        id.to_string(),
        now
    )
}

/// Begins the session that follows a fresh proof of identity: the same person and device under a
/// new name, which lives no longer than the old one would have.
pub(crate) fn renew(id: SessionId, old: SessionId, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO sessions (id, staff_id, account_id, contact_id, epoch, portal_epoch, created_at, \
         seen_at, expires_at, confirmed_at, device, address, country) \
         SELECT ?1, s.staff_id, s.account_id, s.contact_id, s.epoch, s.portal_epoch, ?3, ?3, \
         s.expires_at, ?3, s.device, s.address, s.country \
         FROM sessions s WHERE s.id = ?2 AND s.ended_at IS NULL",
        id.to_string(),
        old.to_string(),
        now
    )
}

/// Ends the session that another one has followed.
pub(crate) fn retire(old: SessionId, new: SessionId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE sessions SET ended_at = ?3 WHERE id = ?1 AND ended_at IS NULL \
         AND EXISTS (SELECT 1 FROM sessions WHERE id = ?2)",
        old.to_string(),
        new.to_string(),
        now
    )
}

/// Begins the session that outlives a change of how the person signs in: [`renew`], one epoch on.
pub(crate) fn outlive(id: SessionId, old: SessionId, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO sessions (id, staff_id, account_id, contact_id, epoch, portal_epoch, created_at, \
         seen_at, expires_at, confirmed_at, device, address, country) \
         SELECT ?1, s.staff_id, s.account_id, s.contact_id, s.epoch + 1, s.portal_epoch, ?3, ?3, \
         s.expires_at, s.confirmed_at, s.device, s.address, s.country \
         FROM sessions s WHERE s.id = ?2 AND s.ended_at IS NULL \
          AND s.epoch = coalesce((SELECT epoch FROM staff WHERE id = s.staff_id), \
           (SELECT epoch FROM accounts WHERE id = s.account_id))",
        id.to_string(),
        old.to_string(),
        now
    )
}

/// Ends the sessions that a person's epoch has left behind. They are dead already; this says when.
pub(crate) fn end_outdated(person: Person, now: Timestamp) -> Statement {
    statement!(
        "UPDATE sessions SET ended_at = ?2 WHERE (account_id = ?1 OR staff_id = ?1) AND ended_at IS NULL \
         AND epoch < coalesce((SELECT epoch FROM staff WHERE id = ?1), (SELECT epoch FROM accounts WHERE id = ?1))",
        person.id(),
        now
    )
}
