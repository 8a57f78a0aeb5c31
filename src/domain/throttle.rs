//! How many tries of a password, and how many mails that anybody may ask for, are too many.
//!
//! Counted in D1 over a sliding window, per account (whether it exists or not) and per network. A try
//! is counted before anybody looks at the password, so that any number of tries at once are no more
//! than the limit; a right one is taken out again.
//!
//! Nobody can lock somebody else out: where a password has to wait, a link by mail works. Where mails
//! have to wait, because somebody has asked for many, none is sent and none is said to be refused; the
//! newest one that did arrive stays good, and before long another one goes out.

use std::net::IpAddr;

use super::time::{Millis, Timestamp};

/// At most `failures` within `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The failures after which the next try waits.
    pub failures: u32,
    /// How long a failure counts.
    pub window: Millis,
}

/// 10 in 15 minutes for one account.
pub const ACCOUNT: Limit = Limit {
    failures: 10,
    window: Millis::minutes(15),
};
/// 30 in 10 minutes from one network address.
pub const ADDRESS: Limit = Limit {
    failures: 30,
    window: Millis::minutes(10),
};
/// Mails with a link to one address: 5 in 10 minutes, the lifetime of the shortest-lived link, so that
/// one that works has always arrived where the next is held back.
pub const MAILS: Limit = Limit {
    failures: 5,
    window: Millis::minutes(10),
};
/// 20 of them a day …
pub const MAILS_A_DAY: Limit = Limit {
    failures: 20,
    window: Millis::hours(24),
};
/// … and from then on one in half an hour: a person waits that long at most, and a mailbox gets no
/// more than so many.
pub const MAILS_BEYOND: Limit = Limit {
    failures: 1,
    window: Millis::minutes(30),
};
/// New addresses that one may ask to sign in with. Their mails go to whom one pleases, so they are few.
pub const ADDRESSES: Limit = Limit {
    failures: 5,
    window: Millis::hours(24),
};
/// Tries of the code in a magic link's mail; then the link is dead.
pub const CODE_TRIES: u32 = 5;
/// Codes of a second factor that are wrong, for one sign-in that waits for one; then it is begun anew.
pub const PENDING_TRIES: u32 = 5;
/// … and for one account in a day, beside [`ACCOUNT`]: somebody who has the password guesses for years.
/// A recovery code is never held up, since nobody guesses one, nor is a browser that the address knows.
pub const CODES_A_DAY: Limit = Limit {
    failures: 30,
    window: Millis::hours(24),
};

impl Limit {
    /// Failures at or before this moment no longer count.
    pub const fn since(self, now: Timestamp) -> Timestamp {
        now.minus(self.window)
    }
    /// How long to wait, if at all. `count` is of the failures since [`since`](Self::since);
    /// `oldest` is the oldest of the newest [`failures`](Self::failures) of them: when it ages out
    /// there is room again.
    pub fn wait(self, count: u32, oldest: Option<Timestamp>, now: Timestamp) -> Option<Millis> {
        if count < self.failures {
            return None;
        }
        let free = oldest.unwrap_or(now).plus(self.window);
        Some(Millis(
            free.since(now).0.clamp(Millis::seconds(1).0, self.window.0),
        ))
    }
}

/// The network that an address belongs to, under which its tries are counted: an IPv4 address itself,
/// of IPv6 the first half, because a home or a server has all addresses of a /64 to choose from.
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(ip)) => ip.to_string(),
        Err(_no_address) => address.to_owned(),
    }
}

/// What becomes of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Look at the password.
    Try,
    /// 429: do not even look.
    Wait {
        /// Until there is room again; at least a second, at most the window.
        retry_after: Millis,
    },
}

/// What D1 counted for one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// Within the window.
    pub count: u32,
    /// The oldest of the newest [`Limit::failures`] within the window.
    pub oldest: Option<Timestamp>,
}

/// Decides from both counts; the longer wait wins.
pub fn decide(account: Failures, address: Failures, now: Timestamp) -> Decision {
    let waits = [(ACCOUNT, account), (ADDRESS, address)];
    let longest = waits
        .into_iter()
        .filter_map(|(l, f)| l.wait(f.count, f.oldest, now))
        .max();
    longest.map_or(Decision::Try, |retry_after| Decision::Wait { retry_after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_788_309_000);

    fn failures(count: u32, minutes_ago: i64) -> Failures {
        Failures {
            count,
            oldest: Some(NOW.minus(Millis::minutes(minutes_ago))),
        }
    }

    #[test]
    fn the_limit_is_where_it_says() {
        let none = Failures::default();
        assert_eq!(decide(none, none, NOW), Decision::Try);
        assert_eq!(decide(failures(9, 1), failures(29, 1), NOW), Decision::Try);
        let wait = |minutes| Decision::Wait {
            retry_after: Millis::minutes(minutes),
        };
        assert_eq!(decide(failures(10, 1), none, NOW), wait(14));
        assert_eq!(decide(none, failures(30, 4), NOW), wait(6));
        assert_eq!(decide(failures(10, 1), failures(30, 4), NOW), wait(14));
    }

    #[test]
    fn a_network_is_what_one_visitor_has() {
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("2001:0DB8:1:2::1"), "2001:db8:1:2::/64");
        assert_ne!(network("2001:db8:1:3::1"), network("2001:db8:1:2::1"));
        assert_eq!(network(""), "");
    }

    #[test]
    fn where_mails_are_held_back_one_that_works_has_arrived() {
        assert!(
            MAILS.window <= Millis::minutes(10),
            "a sign-in link lives for ten minutes"
        );
        assert!(
            MAILS_BEYOND.window <= Millis::minutes(30),
            "a link to choose a password for thirty"
        );
    }

    proptest! {
        #[test]
        fn a_wait_is_bounded(count: u32, oldest: Option<i64>, now: i64) {
            let wait = ACCOUNT.wait(count, oldest.map(Timestamp), Timestamp(now));
            prop_assert_eq!(wait.is_some(), count >= 10);
            prop_assert!(wait.is_none_or(|w| w >= Millis::seconds(1) && w <= ACCOUNT.window));
        }
    }
}
