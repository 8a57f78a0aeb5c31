//! Which day it is for the business, without a table of time zones.
//!
//! The zone is kept by its IANA name. Which offset its clocks have at a moment, the platform knows;
//! asking it for every page would be a waste, and SQL could not ask at all. So the offset of now,
//! the moment of the next change and the offset after it are kept beside the name ([`Clock`]), made
//! when the zone is chosen and again after each change.

use super::time::{Date, Millis, Timestamp};

/// How far ahead a change is looked for: every zone that changes its clocks does so within a year.
const AHEAD: Millis = Millis::days(400);
/// Changes are at least this far apart.
const STEP: Millis = Millis::days(7);

/// What the clocks of a zone show, from when it was made until the change after the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// How far they are ahead of UTC; behind, below zero.
    pub offset: Millis,
    /// Until then.
    pub changes_at: Timestamp,
    /// And from then on.
    pub then: Millis,
}

impl Clock {
    /// The latest moment that D1 and JavaScript hold: never.
    pub const NEVER: Timestamp = Timestamp(9_007_199_254_740_991);
    /// UTC.
    #[cfg(test)]
    pub const UTC: Self = Self {
        offset: Millis(0),
        changes_at: Self::NEVER,
        then: Millis(0),
    };

    /// Finds the next change, to the minute. `offset_at` tells the offset at a moment; `None` from
    /// it means that nobody knows the zone.
    pub fn find(now: Timestamp, offset_at: impl Fn(Timestamp) -> Option<Millis>) -> Option<Self> {
        let offset = offset_at(now)?;
        let mut before = now;
        while before.since(now) < AHEAD {
            let after = before.plus(STEP);
            if offset_at(after)? == offset {
                before = after;
                continue;
            }
            let (mut same, mut other) = (before.0 / 60_000, after.0 / 60_000 + 1);
            while other - same > 1 {
                let middle = same + (other - same) / 2;
                if offset_at(Timestamp(middle * 60_000))? == offset {
                    same = middle;
                } else {
                    other = middle;
                }
            }
            let changes_at = Timestamp(other * 60_000);
            return Some(Self {
                offset,
                changes_at,
                then: offset_at(changes_at)?,
            });
        }
        Some(Self {
            offset,
            changes_at: Self::NEVER,
            then: offset,
        })
    }

    /// The day that it is there.
    pub fn day(&self, now: Timestamp) -> Date {
        now.date_at(self.offset_at(now))
    }
    /// The hour that it is there, 0 to 23.
    pub fn hour(&self, now: Timestamp) -> i64 {
        (now.0 + self.offset_at(now).0)
            .div_euclid(3_600_000)
            .rem_euclid(24)
    }
    fn offset_at(&self, now: Timestamp) -> Millis {
        if now < self.changes_at {
            self.offset
        } else {
            self.then
        }
    }
}

/// The offset at the end of a text as platforms write it: "11/24/2026, GMT+01:00", or "GMT" alone.
pub fn offset(text: &str) -> Option<Millis> {
    let (_, told) = text.rsplit_once("GMT")?;
    let (sign, digits) = match told.split_at_checked(1) {
        None => return told.is_empty().then_some(Millis(0)),
        Some(("+", digits)) => (1, digits),
        Some(("-" | "\u{2212}", digits)) => (-1, digits),
        Some(_) => return None,
    };
    let mut parts = digits.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes) = (parts.next()??, parts.next().unwrap_or(Some(0))?);
    let seconds = parts.next().unwrap_or(Some(0))?;
    Some(Millis::seconds(
        sign * (hours * 3_600 + minutes * 60 + seconds),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Millis = Millis::hours(1);

    /// Berlin: summer time until 25 October 2026, 01:00 UTC, and again from 28 March 2027.
    #[expect(clippy::unnecessary_wraps, reason = "the shape that is asked for")]
    fn berlin(at: Timestamp) -> Option<Millis> {
        let autumn = Date::parse("2026-10-25").unwrap().start().plus(HOUR);
        let spring = Date::parse("2027-03-28").unwrap().start().plus(HOUR);
        Some(if at < autumn || at >= spring {
            Millis::hours(2)
        } else {
            HOUR
        })
    }

    fn at(day: &str, ms: i64) -> Timestamp {
        Date::parse(day).unwrap().start().plus(Millis(ms))
    }

    #[test]
    fn the_next_change_is_found_to_the_minute() {
        let clock = Clock::find(at("2026-08-01", 12_345), berlin).unwrap();
        assert_eq!(clock.offset, Millis::hours(2));
        assert_eq!(clock.changes_at, at("2026-10-25", HOUR.0));
        assert_eq!(clock.then, HOUR);
        let after = Clock::find(clock.changes_at, berlin).unwrap();
        assert_eq!(after.offset, HOUR);
        assert_eq!(after.changes_at, at("2027-03-28", HOUR.0));
    }

    #[test]
    fn days_are_those_of_the_place() {
        let clock = Clock::find(at("2026-08-01", 0), berlin).unwrap();
        let night = Millis::hours(22).0;
        assert_eq!(
            clock.day(at("2026-08-01", night - 1)).to_string(),
            "2026-08-01"
        );
        assert_eq!(clock.day(at("2026-08-01", night)).to_string(), "2026-08-02");
        // In winter midnight is an hour later.
        assert_eq!(clock.day(at("2026-12-01", night)).to_string(), "2026-12-01");
    }

    #[test]
    fn hours_are_those_of_the_place() {
        let clock = Clock::find(at("2026-08-01", 0), berlin).unwrap();
        assert_eq!(clock.hour(at("2026-08-01", Millis::hours(6).0)), 8);
        assert_eq!(clock.hour(at("2026-08-01", Millis::hours(22).0)), 0);
        assert_eq!(clock.hour(at("2026-12-01", Millis::hours(7).0 - 1)), 7);
    }

    #[test]
    fn offsets_are_read_as_platforms_write_them() {
        let read = |text| offset(text).map(|offset| offset.0 / 60_000);
        assert_eq!(read("11/24/2026, GMT+01:00"), Some(60));
        assert_eq!(read("11/24/2026, GMT-03:30"), Some(-210));
        assert_eq!(read("11/24/2026, GMT"), Some(0));
        assert_eq!(read("GMT+5"), Some(300));
        for odd in ["", "UTC", "GMTx", "GMT+", "GMT+a:00"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn zones_that_never_change_and_those_nobody_knows() {
        let tokyo = Clock::find(Timestamp(0), |_at| Some(Millis::hours(9))).unwrap();
        assert_eq!(tokyo.changes_at, Clock::NEVER);
        assert_eq!(
            tokyo.day(Timestamp(15 * 3_600_000)).to_string(),
            "1970-01-02"
        );
        assert_eq!(Clock::find(Timestamp(0), |_at| None), None);
        assert_eq!(Clock::UTC.day(Timestamp(0)).to_string(), "1970-01-01");
    }
}
