//! Links by mail of a person who signs in: what ends them whatever they were for.

use super::session::Person;
use super::{Proviso, Statement, statement};
use crate::domain::invitation::RevokedReason;
use crate::domain::time::Timestamp;

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
