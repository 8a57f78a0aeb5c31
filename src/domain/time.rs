//! Moments, spans and calendar days, and how a person reads them.
//!
//! A [`Timestamp`] is milliseconds since 1970-01-01 UTC, a [`Millis`] a span of them, a [`Date`] a
//! day of the Gregorian calendar. The clock is never read here: `now` is an argument. Arithmetic
//! saturates, so no value from outside can overflow it.

mod date;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Deserialize, Serialize};

pub use date::{Date, DateError};
use date::{month, padded};

/// A span of time in milliseconds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// A span of `n` seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(n.saturating_mul(1_000))
    }
    /// A span of `n` minutes.
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n.saturating_mul(60))
    }
    /// A span of `n` hours.
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n.saturating_mul(60))
    }
    /// A span of `n` times 24 hours.
    pub const fn days(n: i64) -> Self {
        Self::hours(n.saturating_mul(24))
    }
    /// Whole seconds, rounded up, at least 0: what `Retry-After` and `Max-Age` want.
    pub const fn as_seconds_ceil(self) -> i64 {
        if self.0 <= 0 {
            0
        } else {
            (self.0 - 1) / 1_000 + 1
        }
    }
    /// The span in words, in its largest even unit: "10 minutes", "1 day", "90 seconds".
    pub fn words(self) -> String {
        let seconds = self.as_seconds_ceil();
        for (size, unit) in [(86_400, "day"), (3_600, "hour"), (60, "minute")] {
            if seconds >= size && seconds % size == 0 {
                return count(seconds / size, unit);
            }
        }
        count(seconds, "second")
    }
}

/// A moment: milliseconds since 1970-01-01 00:00 UTC. In D1 an INTEGER, in JSON a number.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The last moment there is: what a JavaScript number holds exactly, and D1 with it.
    pub const LAST: Self = Self(9_007_199_254_740_991);

    /// A moment as the addresses of pages hold it, in milliseconds.
    pub fn parse(text: &str) -> Option<Self> {
        let moment = Self(text.parse().ok()?);
        (Self(0)..=Self::LAST).contains(&moment).then_some(moment)
    }
    /// This moment and `span` later.
    #[must_use]
    pub const fn plus(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.0))
    }
    /// This moment and `span` earlier.
    #[must_use]
    pub const fn minus(self, span: Millis) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
    /// How long after `earlier` this is (negative when before it).
    pub const fn since(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
    /// Whole seconds since the epoch, as JWT claims want them.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The UTC day it falls on.
    pub fn date(self) -> Date {
        Date::of(self.civil().date_naive())
    }
    /// The day it falls on where clocks are `offset` ahead of UTC (behind, below zero). Which
    /// offset a place has at that moment is looked up at the edge: there is no time-zone table here.
    pub fn date_at(self, offset: Millis) -> Date {
        self.plus(offset).date()
    }
    /// "27 Nov 2026" (UTC).
    pub fn day(self) -> String {
        self.date().words()
    }
    /// "27 Nov 2026, 14:05 UTC".
    pub fn day_time(self) -> String {
        let t = self.civil();
        let (hour, minute) = (padded(t.hour(), 2), padded(t.minute(), 2));
        [
            &self.day(),
            ", ",
            hour.as_str(),
            ":",
            minute.as_str(),
            " UTC",
        ]
        .concat()
    }
    /// "2026-11-27T14:05:09Z": RFC 3339, for `<time datetime>`.
    pub fn iso(self) -> String {
        let t = self.civil();
        let [hour, minute, second] = [t.hour(), t.minute(), t.second()].map(|part| padded(part, 2));
        let (day, mark) = (self.date().to_string(), ":");
        [
            &day,
            "T",
            hour.as_str(),
            mark,
            minute.as_str(),
            mark,
            second.as_str(),
            "Z",
        ]
        .concat()
    }
    /// "Fri, 27 Nov 2026 14:05:09 GMT": IMF-fixdate, RFC 9110 section 5.6.7.
    pub fn http_date(self) -> String {
        let t = self.civil();
        format!(
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
            t.weekday(),
            t.day(),
            month(t.month0()),
            t.year(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }

    /// How long ago, seen from `now`: "just now", "3 minutes ago", "yesterday", "6 days ago", and
    /// after 30 days "on 27 Nov 2026". What is not past yet is "just now".
    pub fn ago(self, now: Self) -> String {
        match Distance::between(self, now) {
            Distance::Moment => "just now".to_owned(),
            Distance::Near(n, unit) => format!("{} ago", count(n, unit)),
            Distance::Days(1) => "yesterday".to_owned(),
            Distance::Days(n) => format!("{n} days ago"),
            Distance::Far => format!("on {}", self.day()),
        }
    }
    /// How soon, seen from `now`: "now", "in 10 minutes", "tomorrow", "in 6 days", and after 30
    /// days "on 27 Nov 2026". What has passed is "now".
    pub fn until(self, now: Self) -> String {
        match Distance::between(now, self) {
            Distance::Moment if self <= now => "now".to_owned(),
            Distance::Moment => "in less than a minute".to_owned(),
            Distance::Near(n, unit) => format!("in {}", count(n, unit)),
            Distance::Days(1) => "tomorrow".to_owned(),
            Distance::Days(n) => format!("in {n} days"),
            Distance::Far => format!("on {}", self.day()),
        }
    }

    /// The calendar view, held to the years 0 to 9999.
    fn civil(self) -> DateTime<Utc> {
        let ms = self.0.clamp(-62_167_219_200_000, 253_402_300_799_999);
        DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// How far apart two moments are, in the unit a person would say.
enum Distance {
    Moment,
    Near(i64, &'static str),
    Days(i64),
    Far,
}

impl Distance {
    /// Minutes and hours are rounded to the nearest; from a day on, calendar days (UTC) count.
    fn between(from: Timestamp, to: Timestamp) -> Self {
        let ms = to.since(from).0;
        let minutes = ms.saturating_add(30_000) / 60_000;
        let hours = ms.saturating_add(1_800_000) / 3_600_000;
        let days = to.date().days_since(from.date());
        match () {
            () if minutes < 1 => Self::Moment,
            () if minutes < 60 => Self::Near(minutes, "minute"),
            () if hours < 24 || days < 1 => Self::Near(hours, "hour"),
            () if days <= 30 => Self::Days(days),
            () => Self::Far,
        }
    }
}

fn count(n: i64, unit: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {unit}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-27T14:05:09Z, a Friday.
    const FRIDAY: Timestamp = Timestamp(1_795_788_309_000);

    #[test]
    fn people_and_machines_read_moments() {
        assert_eq!(FRIDAY.day(), "27 Nov 2026");
        assert_eq!(FRIDAY.day_time(), "27 Nov 2026, 14:05 UTC");
        assert_eq!(FRIDAY.iso(), "2026-11-27T14:05:09Z");
        assert_eq!(FRIDAY.http_date(), "Fri, 27 Nov 2026 14:05:09 GMT");
        assert_eq!(
            Timestamp(784_111_777_000).http_date(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        assert_eq!(serde_json::to_string(&FRIDAY).unwrap(), "1795788309000");
    }

    #[test]
    fn distance_is_told_as_a_person_would() {
        let ago = |m: Millis| FRIDAY.minus(m).ago(FRIDAY);
        let until = |m: Millis| FRIDAY.plus(m).until(FRIDAY);
        assert_eq!(ago(Millis::seconds(5)), "just now");
        assert_eq!(ago(Millis::seconds(-500)), "just now");
        assert_eq!(ago(Millis::minutes(1)), "1 minute ago");
        assert_eq!(ago(Millis::minutes(3)), "3 minutes ago");
        assert_eq!(ago(Millis::hours(23)), "23 hours ago");
        assert_eq!(ago(Millis::hours(25)), "yesterday");
        assert_eq!(ago(Millis::days(6)), "6 days ago");
        assert_eq!(ago(Millis::days(31)), "on 27 Oct 2026");
        assert_eq!(until(Millis(-1)), "now");
        assert_eq!(until(Millis::seconds(3)), "in less than a minute");
        assert_eq!(until(Millis(599_000)), "in 10 minutes");
        assert_eq!(until(Millis::minutes(59)), "in 59 minutes");
        assert_eq!(until(Millis::minutes(61)), "in 1 hour");
        assert_eq!(until(Millis::hours(24)), "tomorrow");
        assert_eq!(until(Millis(Millis::days(7).0 - 1_000)), "in 7 days");
    }

    #[test]
    fn spans_in_words_and_seconds() {
        assert_eq!(Millis::minutes(10).words(), "10 minutes");
        assert_eq!(Millis::days(1).words(), "1 day");
        assert_eq!(Millis::hours(36).words(), "36 hours");
        assert_eq!(Millis::seconds(90).words(), "90 seconds");
        assert_eq!(Millis(1).as_seconds_ceil(), 1);
        assert_eq!(Millis(-5).as_seconds_ceil(), 0);
        assert_eq!(Millis(2_000).as_seconds_ceil(), 2);
    }

    proptest! {
        #[test]
        fn moments_are_written_as_the_formatter_would(ms in 0..253_402_300_800_000_i64) {
            let t = Timestamp(ms).civil();
            prop_assert_eq!(Timestamp(ms).iso(), t.format("%Y-%m-%dT%H:%M:%SZ").to_string());
            prop_assert_eq!(Timestamp(ms).day_time(), t.format("%-d %b %Y, %H:%M UTC").to_string());
        }

        #[test]
        fn no_moment_panics(a: i64, b: i64) {
            let (a, b) = (Timestamp(a), Timestamp(b));
            let _ = (a.ago(b), a.until(b), a.day_time(), a.http_date(), a.iso(), a.plus(Millis(b.0)));
        }
    }
}
