//! Joining the team: a mailed link makes a colleague active, in one batch or not at all.

use serde::Deserialize;

use super::session::Place;
use super::{Param, Statement, flag, statement};
use crate::domain::id::{AuditId, SessionId};
use crate::domain::time::Timestamp;

/// A link to join as it was presented, by a browser that may have a name for what it does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented<'a> {
    pub(crate) token_hash: &'a str,
    /// Hash of the browser's name; a link it used up a moment ago still answers to it.
    pub(crate) nonce: Option<&'a str>,
    pub(crate) now: Timestamp,
    /// Links used before this answer to nobody.
    pub(crate) since: Timestamp,
}

/// Whose link it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Joiner {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) password_hash: Option<String>,
    /// This browser used it already; its reply was lost.
    #[serde(deserialize_with = "flag")]
    pub(crate) again: bool,
    /// The session that using it made.
    pub(crate) session_id: Option<SessionId>,
}

impl Presented<'_> {
    /// [`Joiner`], if the link works for who presents it.
    pub(crate) fn whose(&self) -> Statement {
        statement!(
            "SELECT st.name, st.email, st.password_hash, l.consumed_at IS NOT NULL AS again, l.session_id \
             FROM links l JOIN staff st ON st.id = l.staff_id \
             WHERE l.token_hash = ?1 AND l.purpose = 'join' AND l.revoked_at IS NULL AND l.expires_at > ?2 \
              AND st.deactivated_at IS NULL AND st.email = l.email \
              AND ((l.consumed_at IS NULL AND st.joined_at IS NULL) \
               OR (l.consumed_nonce = ?3 AND l.consumed_at > ?4))",
            self.token_hash,
            self.now,
            Param::from(self.nonce),
            self.since
        )
    }
}

/// What joining makes, all from one moment.
pub(crate) struct Joining<'a> {
    pub(crate) token_hash: &'a str,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) password_hash: &'a str,
    pub(crate) session: SessionId,
    pub(crate) audit: AuditId,
    pub(crate) place: &'a Place,
    pub(crate) now: Timestamp,
    pub(crate) end: Timestamp,
}

/// What consuming gave back.
#[derive(Debug, Deserialize)]
pub(crate) struct Consumed {
    pub(crate) session_id: SessionId,
}

impl Joining<'_> {
    /// The batch. Its first statement consumes the link under the name of the new session and gives
    /// it back; only the request that did so finds that name in the others. Of fifty at once one wins.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let token = || self.token_hash.to_owned();
        let session = || self.session.to_string();
        vec![
            statement!(
                "UPDATE links SET consumed_at = ?3, session_id = ?2, consumed_nonce = ?4 \
                 WHERE token_hash = ?1 AND purpose = 'join' AND consumed_at IS NULL \
                  AND revoked_at IS NULL AND expires_at > ?3 AND EXISTS (SELECT 1 FROM staff st \
                   WHERE st.id = links.staff_id AND st.email = links.email \
                    AND st.joined_at IS NULL AND st.deactivated_at IS NULL) \
                 RETURNING session_id",
                token(),
                session(),
                self.now,
                Param::from(self.nonce)
            ),
            statement!(
                "UPDATE staff SET password_hash = ?3, joined_at = ?4, epoch = epoch + 1 \
                 WHERE id = (SELECT staff_id FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token(),
                session(),
                self.password_hash,
                self.now
            ),
            statement!(
                "UPDATE links SET revoked_at = ?3, revoked_reason = 'settled' \
                 WHERE purpose = 'join' AND consumed_at IS NULL AND revoked_at IS NULL AND staff_id = \
                 (SELECT staff_id FROM links WHERE token_hash = ?1 AND session_id = ?2)",
                token(),
                session(),
                self.now
            ),
            statement!(
                "INSERT INTO sessions (id, staff_id, epoch, created_at, seen_at, expires_at, confirmed_at, \
                 device, address, country) \
                 SELECT ?2, st.id, st.epoch, ?3, ?3, ?4, ?3, ?5, ?6, ?7 \
                 FROM links l JOIN staff st ON st.id = l.staff_id \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2",
                token(),
                session(),
                self.now,
                self.end,
                self.place.device.as_str(),
                self.place.address.as_str(),
                self.place.country.as_str()
            ),
            statement!(
                "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, address) \
                 SELECT ?3, ?4, 'staff', st.id, st.name, 'staff.joined', st.id, ?5 \
                 FROM links l JOIN staff st ON st.id = l.staff_id \
                 WHERE l.token_hash = ?1 AND l.session_id = ?2",
                token(),
                session(),
                self.audit.to_string(),
                self.now,
                self.place.address.as_str()
            ),
        ]
    }
}
