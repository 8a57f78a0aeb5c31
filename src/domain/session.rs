//! How long a session lives, on either side.

use super::next::Side;
use super::time::Millis;

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
