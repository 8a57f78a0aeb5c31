//! When a mail that was not taken is tried again, and when it is given up.
//!
//! After the first try: 1, 5 and 15 minutes, 1, 3, 6, 12 and 24 hours, some 46 hours in all; then
//! it is dead, and staff see it and can send it again. Each delay is up to a tenth longer, by the
//! mail's id, so that mails that failed together do not all come back together.

use super::id::MailId;
use super::time::{Millis, Timestamp};

/// Delays after the first, second… try.
const DELAYS: [Millis; 8] = [
    Millis::minutes(1),
    Millis::minutes(5),
    Millis::minutes(15),
    Millis::hours(1),
    Millis::hours(3),
    Millis::hours(6),
    Millis::hours(12),
    Millis::hours(24),
];

/// A try holds its mail so long; if the worker dies with it, the mail is free again afterwards.
pub const LEASE: Millis = Millis::minutes(2);

/// Whose move it is after a mail was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// Try the same mail again: no connection, no answer, a 4xx reply.
    Transient,
    /// The address or the mail was refused for good: a 5xx reply to the recipient.
    Undeliverable,
    /// The deployment's mail settings were refused; the mail itself is fine and waits for somebody
    /// to change them.
    Misconfigured,
}

/// What becomes of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Stays queued until then.
    RetryAt(Timestamp),
    /// Will never reach this address: somebody has to look at the address.
    Undeliverable,
    /// Tried often enough: somebody has to look at the reason.
    Dead,
}

impl Fate {
    /// The state that D1 keeps.
    pub const fn state(self) -> &'static str {
        match self {
            Self::RetryAt(_) => "queued",
            Self::Undeliverable => "undeliverable",
            Self::Dead => "dead",
        }
    }
    /// The next try, if there is one.
    pub const fn due_at(self) -> Option<Timestamp> {
        match self {
            Self::RetryAt(at) => Some(at),
            Self::Undeliverable | Self::Dead => None,
        }
    }
}

/// Decides after a failed try. `attempts` counts the tries so far, this one included (1 or more).
///
/// With wrong settings the delays stop growing at an hour, so that mail flows soon after they are
/// set right, and the mail is never given up: its age, not its tries, is what staff look at.
pub fn decide(failure: Failure, attempts: u32, mail: MailId, now: Timestamp) -> Fate {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let delay = match failure {
        Failure::Undeliverable => return Fate::Undeliverable,
        Failure::Transient => DELAYS.get(index).copied(),
        Failure::Misconfigured => Some(
            DELAYS
                .get(index)
                .map_or(Millis::hours(1), |d| (*d).min(Millis::hours(1))),
        ),
    };
    delay.map_or(Fate::Dead, |delay| {
        Fate::RetryAt(now.plus(jittered(delay, mail)))
    })
}

/// Up to a tenth more, always the same for the same mail.
fn jittered(delay: Millis, mail: MailId) -> Millis {
    // The last four bytes of the id are random.
    let random = mail
        .as_bytes()
        .iter()
        .rev()
        .take(4)
        .fold(0_i64, |all, byte| (all << 8) | i64::from(*byte));
    Millis(delay.0 + delay.0 / 10 * random / (1 << 32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_788_309_000);

    fn mail(random: u8) -> MailId {
        MailId::new(NOW, [random; 10])
    }

    #[test]
    fn delays_grow_and_end() {
        let minutes = |attempts| match decide(Failure::Transient, attempts, mail(0), NOW) {
            Fate::RetryAt(at) => Some(at.since(NOW).0 / 60_000),
            Fate::Undeliverable | Fate::Dead => None,
        };
        let all: Vec<_> = (1..=10).map(minutes).collect();
        let want = [1, 5, 15, 60, 180, 360, 720, 1440].map(Some);
        assert_eq!(all[..8], want);
        assert_eq!(all[8..], [None, None]);
        assert_eq!(decide(Failure::Transient, 9, mail(0), NOW), Fate::Dead);
        assert_ne!(decide(Failure::Transient, 8, mail(0), NOW), Fate::Dead);
    }

    #[test]
    fn a_refused_address_is_not_tried_again() {
        let fate = decide(Failure::Undeliverable, 1, mail(1), NOW);
        assert_eq!(
            (fate, fate.state(), fate.due_at()),
            (Fate::Undeliverable, "undeliverable", None)
        );
    }

    #[test]
    fn wrong_settings_never_kill_a_mail() {
        for attempts in [1, 8, 9, 100, u32::MAX] {
            let due = decide(Failure::Misconfigured, attempts, mail(9), NOW)
                .due_at()
                .unwrap();
            assert!(
                due > NOW && due <= NOW.plus(Millis::minutes(66)),
                "{attempts}"
            );
        }
    }

    proptest! {
        #[test]
        fn jitter_is_small_and_fixed(random: [u8; 10], attempts in 1u32..=8) {
            let mail = MailId::new(NOW, random);
            let fate = decide(Failure::Transient, attempts, mail, NOW);
            prop_assert_eq!(fate, decide(Failure::Transient, attempts, mail, NOW));
            let least = DELAYS[attempts as usize - 1].0;
            let delay = fate.due_at().unwrap().since(NOW).0;
            prop_assert!(delay >= least && delay <= least + least / 10);
        }
    }
}
