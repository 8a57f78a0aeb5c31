//! The first run: the business and its owner, made together and only once.

use super::{Statement, statement};
use crate::domain::email::Email;
use crate::domain::id::StaffId;
use crate::domain::text::Name;
use crate::domain::time::Timestamp;

/// The business, if there is none yet.
pub(crate) fn business(name: &Name, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO business (id, name, created_at, updated_at) VALUES (1, ?1, ?2, ?2) \
         ON CONFLICT (id) DO NOTHING",
        name.as_str(),
        now
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
