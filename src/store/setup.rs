//! The first run: the business and its owner, made together and only once.

use super::{Statement, statement};
use crate::domain::email::Email;
use crate::domain::id::StaffId;
use crate::domain::invoice::terms::TimeZone;
use crate::domain::money::Currency;
use crate::domain::text::Name;
use crate::domain::time::Timestamp;
use crate::domain::zone::Clock;

/// The business, if there is none yet.
pub(crate) fn business(name: &Name, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO business (id, name, created_at, updated_at) VALUES (1, ?1, ?2, ?2) \
         ON CONFLICT (id) DO NOTHING",
        name.as_str(),
        now
    )
}

/// Currency and time zone, if `owner` became it: a second set-up changes nothing.
pub(crate) fn habits(
    owner: StaffId,
    currency: Currency,
    zone: &TimeZone,
    clock: &Clock,
    now: Timestamp,
) -> Statement {
    statement!(
        "UPDATE billing SET currency = ?1, time_zone = ?2, utc_offset = ?3, next_offset_at = ?4, \
         next_offset = ?5, updated_at = ?6 WHERE id = 1 AND EXISTS (SELECT 1 FROM staff WHERE id = ?7)",
        currency.code(),
        zone.as_str(),
        clock.offset.0,
        clock.changes_at,
        clock.then.0,
        now,
        owner.to_string()
    )
}

/// Its owner, if there is no staff yet: of two who press the button at once, one becomes it.
pub(crate) fn owner(
    id: StaffId,
    name: &Name,
    email: &Email,
    hash: &str,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO staff (id, email, email_key, name, role, password_hash, created_at, joined_at) \
         SELECT ?1, ?2, ?3, ?4, 'owner', ?5, ?6, ?6 WHERE NOT EXISTS (SELECT 1 FROM staff)",
        id.to_string(),
        email.as_str(),
        email.key(),
        name.as_str(),
        hash,
        now
    )
}
