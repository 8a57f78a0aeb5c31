//! Calendar days.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use super::{Millis, Timestamp};
use crate::domain::digits::Digits;
use crate::domain::door::through;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A calendar day from 1900 to 9999. In D1 and JSON the text `YYYY-MM-DD`, which sorts as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not of the form `YYYY-MM-DD`.
    #[error("Enter the date as year-month-day, like 2026-11-27.")]
    Shape,
    /// A day that the calendar does not have, as 30 February, or a year before 1900.
    #[error("{0} is not a day of the calendar. Please check the day, the month and the year.")]
    Impossible(String),
}

impl Date {
    pub(super) const fn of(day: NaiveDate) -> Self {
        Self(day)
    }
    /// The one door: `YYYY-MM-DD` of a real day, surrounding spaces ignored.
    pub fn parse(raw: &str) -> Result<Self, DateError> {
        let text = raw.trim();
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u16, |number, digit| {
                let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
                Some(number * 10 + u16::from(digit))
            })
        };
        let Some((year, &[b'-', m, n, b'-', d, e])) = text.as_bytes().split_first_chunk::<4>()
        else {
            return Err(DateError::Shape);
        };
        let (Some(year), Some(month), Some(day)) = (number(year), number(&[m, n]), number(&[d, e]))
        else {
            return Err(DateError::Shape);
        };
        NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
            .filter(|d| d.year() >= 1900)
            .map(Self)
            .ok_or_else(|| DateError::Impossible(text.to_owned()))
    }
    /// "27 Nov 2026".
    pub fn words(self) -> String {
        let mut words = self.digits_of_year();
        words.push_text(" ");
        words.push_text(month(self.0.month0()));
        words.push_text(" ");
        words.push_number(self.0.day().into(), 1);
        words.as_str().to_owned()
    }
    fn digits_of_year(self) -> Digits {
        padded(u32::try_from(self.0.year()).unwrap_or(0), 4)
    }
    /// So many days later (earlier, below zero); held to the years that the calendar has here.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        let span = chrono::TimeDelta::try_days(days);
        let moved = span.and_then(|span| self.0.checked_add_signed(span));
        let (first, last) = (1900, 9999);
        match moved {
            Some(day) if (first..=last).contains(&day.year()) => Self(day),
            _ if days < 0 => Self(NaiveDate::from_ymd_opt(first, 1, 1).unwrap_or(self.0)),
            _ => Self(NaiveDate::from_ymd_opt(last, 12, 31).unwrap_or(self.0)),
        }
    }
    /// Days from `earlier` to this day; below zero when this one is before it.
    pub fn days_since(self, earlier: Self) -> i64 {
        i64::from(self.0.num_days_from_ce()) - i64::from(earlier.0.num_days_from_ce())
    }
    /// Its year, month from 1, and day of the month.
    pub fn parts(self) -> (u16, u8, u8) {
        let small = |part: u32| u8::try_from(part).unwrap_or(1);
        let year = u16::try_from(self.0.year()).unwrap_or(1900);
        (year, small(self.0.month()), small(self.0.day()))
    }
    /// Its year.
    pub fn year(self) -> i32 {
        self.0.year()
    }
    /// Its month as the text `YYYY-MM`, which sorts as it is.
    pub fn month_key(self) -> String {
        let (year, month) = (self.digits_of_year(), padded(self.0.month(), 2));
        [year.as_str(), month.as_str()].join("-")
    }
    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0.with_day(1).unwrap_or(self.0))
    }
    /// Its first moment in UTC.
    pub fn start(self) -> Timestamp {
        Timestamp(
            self.0
                .and_time(chrono::NaiveTime::MIN)
                .and_utc()
                .timestamp_millis(),
        )
    }
    /// The first moment after it in UTC.
    pub fn end(self) -> Timestamp {
        self.start().plus(Millis::days(1))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = padded(self.0.day(), 2);
        digits.push_text("-");
        digits.push_number(self.0.month().into(), 2);
        digits.push_text("-");
        digits.push_number(u64::try_from(self.0.year()).unwrap_or(0), 4);
        f.write_str(digits.as_str())
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        through(d, Self::parse)
    }
}

/// A part of a date or a time of day, with zeros before it.
pub(super) fn padded(number: u32, width: usize) -> Digits {
    Digits::padded(number.into(), width)
}

pub(super) fn month(zero_based: u32) -> &'static str {
    usize::try_from(zero_based)
        .ok()
        .and_then(|m| MONTHS.get(m))
        .copied()
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn days_are_counted_over_months_and_years() {
        let day = |raw| Date::parse(raw).unwrap();
        assert_eq!(day("2026-12-31").plus_days(1), day("2027-01-01"));
        assert_eq!(day("2028-03-01").plus_days(-1), day("2028-02-29"));
        assert_eq!(day("9999-12-31").plus_days(i64::MAX), day("9999-12-31"));
        assert_eq!(day("1900-01-01").plus_days(-1), day("1900-01-01"));
        assert_eq!(day("2026-03-01").days_since(day("2026-02-01")), 28);
        assert_eq!(day("2026-03-31").first_of_month(), day("2026-03-01"));
        assert_eq!(day("2026-03-31").month_key(), "2026-03");
        let late = Timestamp(day("2026-11-27").end().0 - 1);
        assert_eq!(late.date_at(Millis::hours(1)), day("2026-11-28"));
        assert_eq!(late.date_at(Millis::hours(-24)), day("2026-11-26"));
    }

    #[test]
    fn impossible_dates_are_refused_with_a_reason() {
        assert_eq!(
            Date::parse(" 2028-02-29 ").unwrap().to_string(),
            "2028-02-29"
        );
        for bad in [
            "2027-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "0000-01-01",
        ] {
            assert_eq!(
                Date::parse(bad),
                Err(DateError::Impossible(bad.to_owned())),
                "{bad}"
            );
        }
        for bad in [
            "",
            "27.11.2026",
            "2026-1-1",
            "2026-11-27T00:00",
            "-026-11-27",
            "２026-11-2",
        ] {
            assert_eq!(Date::parse(bad), Err(DateError::Shape), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn days_round_trip(ms in -2_208_988_800_000i64..253_402_300_800_000) {
            let day = Timestamp(ms).date();
            prop_assert_eq!(Date::parse(&day.to_string()), Ok(day));
            prop_assert!(day.start().0 <= ms && ms < day.end().0);
        }

        #[test]
        fn no_text_panics(raw: String) {
            let _ = Date::parse(&raw);
        }
    }
}
