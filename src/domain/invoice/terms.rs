//! When an invoice is due, and which day it is for the business.
//!
//! Days are counted in the business's time zone. The zone is kept by its IANA name; which offset it
//! has at a moment is asked of the platform at the edge, and the domain is given the day
//! (`Timestamp::date_at`). So no table of time zones goes into the worker, and rules that change
//! are the platform's to know.

use super::super::time::Date;
use crate::domain::door::through;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Why a setting is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// Not 0 to 365.
    #[error("Please enter a number of days from 0 to 365.")]
    Days,
    /// Due before it was made.
    #[error("An invoice cannot be due before its date. Please choose that day or a later one.")]
    TooEarly,
    /// Not the name of a time zone.
    #[error("Please choose a time zone by its name, like Europe/Berlin.")]
    TimeZone,
}

/// How many days after its date an invoice is due: 0 to 365, 14 unless set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms(u16);

impl Terms {
    /// What a new business starts with.
    pub const DEFAULT: Self = Self(14);

    /// The door for numbers.
    pub fn new(days: i64) -> Result<Self, TermsError> {
        match u16::try_from(days) {
            Ok(days @ 0..=365) => Ok(Self(days)),
            Ok(_) | Err(_) => Err(TermsError::Days),
        }
    }
    /// The door for a form's text.
    pub fn parse(raw: &str) -> Result<Self, TermsError> {
        let text = raw.trim();
        if text.is_empty() || text.len() > 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(TermsError::Days);
        }
        Self::new(text.parse().map_err(|_| TermsError::Days)?)
    }
    /// The number.
    pub const fn days(self) -> i64 {
        self.0 as i64
    }
    /// The day an invoice of that date is due.
    pub fn due_on(self, issued_on: Date) -> Date {
        issued_on.plus_days(self.days())
    }
    /// "14 days after the date of the invoice".
    pub fn words(self) -> String {
        match self.0 {
            0 => "on the date of the invoice".to_owned(),
            1 => "1 day after the date of the invoice".to_owned(),
            n => format!("{n} days after the date of the invoice"),
        }
    }
}

/// A due date that staff chose must not lie before the date of the invoice.
pub fn decide_due(issued_on: Date, due_on: Date) -> Result<Date, TermsError> {
    if due_on < issued_on {
        Err(TermsError::TooEarly)
    } else {
        Ok(due_on)
    }
}

/// "due in 3 days", "due today", "overdue by 2 days", seen from `today`.
pub fn due_words(due_on: Date, today: Date) -> String {
    match due_on.days_since(today) {
        0 => "due today".to_owned(),
        1 => "due tomorrow".to_owned(),
        -1 => "overdue since yesterday".to_owned(),
        n @ 2.. => format!("due in {n} days"),
        n => format!("overdue by {} days", n.unsigned_abs()),
    }
}

/// The IANA name of a time zone. Its form is checked here; whether the platform knows it, where it
/// is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(String);

impl TimeZone {
    /// The one door.
    pub fn parse(raw: &str) -> Result<Self, TermsError> {
        let name = raw.trim();
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
        let shaped = (3..=64).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(known);
        shaped
            .then(|| Self(name.to_owned()))
            .ok_or(TermsError::TimeZone)
    }
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}
impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl Serialize for TimeZone {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        through(d, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(raw: &str) -> Date {
        Date::parse(raw).unwrap()
    }

    #[test]
    fn due_dates_count_days() {
        let terms = Terms::parse(" 14 ").unwrap();
        assert_eq!(terms.due_on(day("2026-12-20")), day("2027-01-03"));
        for bad in ["", "366", "-1", "1.5", "+5", "fortnight", "00014"] {
            assert_eq!(Terms::parse(bad), Err(TermsError::Days), "{bad}");
        }
        assert!(decide_due(day("2026-11-24"), day("2026-11-24")).is_ok());
        assert_eq!(
            decide_due(day("2026-11-24"), day("2026-11-23")),
            Err(TermsError::TooEarly)
        );
    }

    #[test]
    fn due_is_told_as_a_person_would() {
        let today = day("2026-11-24");
        let told = |days| due_words(today.plus_days(days), today);
        assert_eq!(
            [-30, -1, 0, 1, 3].map(told),
            [
                "overdue by 30 days",
                "overdue since yesterday",
                "due today",
                "due tomorrow",
                "due in 3 days"
            ]
        );
    }

    #[test]
    fn zones_are_names() {
        for good in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
        ] {
            assert_eq!(TimeZone::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "Z", "+01:00", "Europe/Berlin; DROP", "../etc", "É/x"] {
            assert_eq!(TimeZone::parse(bad), Err(TermsError::TimeZone), "{bad}");
        }
    }
}
