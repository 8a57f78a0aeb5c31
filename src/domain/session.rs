//! How long a session lives, on either side, and what the ticket in its cookie says.

use super::id::SessionId;
use super::next::Side;
use super::time::{Millis, Timestamp};

/// What a ticket says whose signature was verified. Whether that still holds is asked of the clock and of the session's
/// row each time.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The row that it names.
    pub session: SessionId,
    /// When that row was last touched.
    pub touched: Timestamp,
    /// What it is for: a side, or one use.
    pub audience: String,
    /// Good until then, that moment too.
    pub expires: Timestamp,
}

impl Side {
    /// A session ends after so much silence. Statements of `store` say it in milliseconds; a test
    /// there holds them to it.
    pub const fn idle(self) -> Millis {
        match self {
            Self::Staff => Millis::hours(1),
            Self::Client => Millis::hours(24),
        }
    }

    /// A session ends after so much time, used or not.
    pub const fn absolute(self) -> Millis {
        match self {
            Self::Staff => Millis::hours(12),
            Self::Client => Millis::days(14),
        }
    }
}
