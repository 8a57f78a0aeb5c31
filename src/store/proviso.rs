//! What must have happened earlier in a batch for a later statement of it to do anything: so that
//! nothing follows from what was refused, whoever was quicker.

use super::Param;
use crate::domain::id::{AuditId, SessionId};

/// A condition on the batch itself. A statement under one ends with
/// `(EXISTS (SELECT 1 FROM sessions WHERE id = ?n) OR EXISTS (SELECT 1 FROM links WHERE token_hash = ?n+1 AND session_id = ?n+2))`
/// and takes [`params`](Self::params) there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proviso<'a> {
    /// The batch began that session.
    Began(SessionId),
    /// The batch used the link of that hash up, and noted what it made of it.
    Consumed(&'a str, AuditId),
}

impl Proviso<'_> {
    /// The session, the link's hash, what was made of it.
    pub(super) fn params(self) -> [Param; 3] {
        match self {
            Self::Began(session) => [session.to_string().into(), Param::Null, Param::Null],
            Self::Consumed(token, made) => [Param::Null, token.into(), made.to_string().into()],
        }
    }
}
