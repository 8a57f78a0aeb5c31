//! Numbers that the business sets.

use serde::Deserialize;

use super::{Statement, statement};
use crate::domain::settings::{InviteDays, UploadLimit};
use crate::domain::time::Timestamp;

/// What Settings → Security holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Security {
    /// How long an invitation lives.
    pub(crate) invite_days: InviteDays,
    /// How large a document may be.
    pub(crate) upload_limit: UploadLimit,
}

/// [`Security`] as it stands.
pub(crate) fn security() -> Statement {
    statement!("SELECT b.invite_days, b.upload_limit FROM business b WHERE b.id = 1")
}

/// Puts [`Security`] in the place of the old one. Where somebody was quicker the batch is refused
/// ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change_security(old: &Security, new: &Security, now: Timestamp) -> [Statement; 2] {
    [
        statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS \
             (SELECT 1 FROM business WHERE id = 1 AND invite_days = ?1 AND upload_limit = ?2)",
            old.invite_days.days(),
            old.upload_limit.bytes()
        ),
        statement!(
            "UPDATE business SET invite_days = ?1, upload_limit = ?2, updated_at = ?3 WHERE id = 1",
            new.invite_days.days(),
            new.upload_limit.bytes(),
            now
        ),
    ]
}
