//! Time Logs: how long something took, as people type it, and what becomes of it.
//!
//! A duration is whole minutes. [`Duration::hours`] says what it is on an invoice: hours to four
//! decimals, halves rounded up, so that twenty minutes are 0.3333 hours.

pub mod bill;
pub mod budget;
pub mod period;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::money::{NumberError, Quantity};

/// Why something about an entry is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not a duration.
    #[error("Write how long it took, like 1:30, 1.5h, 90m or 1h 30m.")]
    Duration,
    /// Nothing.
    #[error("This is less than a minute. Write how long it took, like 1:30 or 90m.")]
    Short,
    /// More than a day has.
    #[error("A day has 24 hours. Please make an entry for each day.")]
    Long,
    /// A rate beyond measure.
    #[error("This rate is too large. The most is 1,000,000.")]
    Rate,
    /// A rate without a currency.
    #[error("Choose the currency of this rate.")]
    Currency,
    /// Nothing that can be shown.
    #[error("Choose what your clients see.")]
    Shown,
    /// Not a budget.
    #[error("Write the budget in hours, like 40 or 12.5. The most is 100,000.")]
    Budget,
}

/// How long something took: 1 to 1440 whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(u32);

impl Duration {
    /// The most: a day.
    pub const MOST: u32 = 24 * 60;

    /// The door for minutes.
    pub const fn new(minutes: u32) -> Result<Self, TimeError> {
        match minutes {
            0 => Err(TimeError::Short),
            1..=Self::MOST => Ok(Self(minutes)),
            _ => Err(TimeError::Long),
        }
    }

    /// The door for what people type: "1:30", "1h 30m", "90m", "1.5h", "1,5". A number alone is hours
    /// with a decimal mark and up to 9, and minutes from 10 on, because nobody writes down ten hours
    /// by the hour. Decimal hours become the nearest minute, halves up.
    pub fn parse(raw: &str) -> Result<Self, TimeError> {
        let text: String = raw
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .take(40)
            .collect();
        let long = |minutes: u64| u32::try_from(minutes).map_or(Err(TimeError::Long), Self::new);
        if let Some((hours, minutes)) = text.split_once(':') {
            let (hours, minutes) = (whole(hours)?, whole(minutes)?);
            if minutes > 59 || text.len() < 3 {
                return Err(TimeError::Duration);
            }
            return long(hours * 60 + minutes);
        }
        if let Some(at) = text.find('h') {
            let (hours, rest) = text.split_at(at);
            let rest = after(rest, &["hours", "hour", "hrs", "hr", "h"]);
            let minutes = match after(rest, &["and"]) {
                "" => 0,
                rest => whole(before(rest, &["minutes", "minute", "mins", "min", "m"]))?,
            };
            let hours = decimal_hours(hours)?;
            return long(hours + minutes);
        }
        if text.ends_with(['m', 'n', 's', 'e']) {
            let minutes = before(&text, &["minutes", "minute", "mins", "min", "m"]);
            return long(whole(minutes)?);
        }
        if text.contains(['.', ',']) {
            return long(decimal_hours(&text)?);
        }
        match whole(&text)? {
            hours @ 0..=9 => long(hours * 60),
            minutes => long(minutes),
        }
    }

    /// In minutes.
    pub const fn minutes(self) -> u32 {
        self.0
    }

    /// From a moment to another, the minute that was begun counted whole: 1 minute at least, a day at
    /// most.
    pub fn between(millis: i64) -> Self {
        let minutes = millis.max(1).saturating_add(59_999) / 60_000;
        Self(
            u32::try_from(minutes)
                .unwrap_or(Self::MOST)
                .clamp(1, Self::MOST),
        )
    }
}

/// "1:30".
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clock(i64::from(self.0)))
    }
}

/// Minutes as clocks write them: "1:30", "104:05".
pub fn clock(minutes: i64) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// Minutes in words: "1 h 30 min", "45 min", "2 h".
pub fn words(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}\u{a0}min"),
        (hours, 0) => format!("{hours}\u{a0}h"),
        (hours, minutes) => format!("{hours}\u{a0}h {minutes}\u{a0}min"),
    }
}

/// Minutes as hours on an invoice: to four decimals, halves up.
pub fn hours(minutes: i64) -> Result<Quantity, NumberError> {
    Quantity::new(minutes.saturating_mul(Quantity::UNIT).saturating_add(30) / 60)
}

fn whole(text: &str) -> Result<u64, TimeError> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or(TimeError::Duration)
}

/// Hours with a decimal mark of either kind, to the nearest minute.
fn decimal_hours(text: &str) -> Result<u64, TimeError> {
    let Some((hours, fraction)) = text.split_once(['.', ',']) else {
        return Ok(whole(text)? * 60);
    };
    let hours = if hours.is_empty() { 0 } else { whole(hours)? };
    let scale = 10_u64.pow(u32::try_from(fraction.len().min(6)).unwrap_or(6));
    let minutes = (whole(fraction)? * 60 * 2 + scale) / (scale * 2);
    Ok(hours * 60 + minutes)
}

fn after<'a>(text: &'a str, words: &[&str]) -> &'a str {
    words
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text)
}

fn before<'a>(text: &'a str, words: &[&str]) -> &'a str {
    words
        .iter()
        .find_map(|word| text.strip_suffix(word))
        .unwrap_or(text)
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// To be billed.
    Unbilled,
    /// On an invoice.
    Billed,
    /// Never to be billed.
    NotBillable,
}

impl State {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Unbilled, Self::Billed, Self::NotBillable];
    /// The name that D1 and addresses keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unbilled => "unbilled",
            Self::Billed => "billed",
            Self::NotBillable => "not_billable",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unbilled => "Unbilled",
            Self::Billed => "Billed",
            Self::NotBillable => "Not billable",
        }
    }
    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Unbilled => "info",
            Self::Billed => "ok",
            Self::NotBillable => "mute",
        }
    }
    /// The one of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What clients see of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shown {
    /// Nothing: there is no such page.
    Nothing,
    /// Sums by project and month.
    Totals,
    /// Each entry too.
    Entries,
    /// … with the name of who did it.
    People,
}

impl Shown {
    /// All, from less to more.
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Totals, Self::Entries, Self::People];
    /// The name that D1 and forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Totals => "totals",
            Self::Entries => "entries",
            Self::People => "people",
        }
    }
    /// What the form says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Nothing => "Nothing",
            Self::Totals => "Totals",
            Self::Entries => "Entries",
            Self::People => "Entries with names",
        }
    }
    /// A line about it.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Nothing => "No client has a page of time, whatever Portal Permissions say.",
            Self::Totals => "Hours by project and month.",
            Self::Entries => "Also each entry: its day, how long, and its note.",
            Self::People => "Also who of your team did it.",
        }
    }
    /// Whether each entry is shown.
    pub const fn entries(self) -> bool {
        matches!(self, Self::Entries | Self::People)
    }
    /// The one door for text.
    pub fn parse(name: &str) -> Result<Self, TimeError> {
        Self::ALL
            .into_iter()
            .find(|shown| shown.as_str() == name)
            .ok_or(TimeError::Shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (typed, minutes) in [
            ("1:30", 90),
            ("0:05", 5),
            (":45", 0),
            ("90m", 90),
            ("90 min", 90),
            ("5 minutes", 5),
            ("1.5h", 90),
            ("1,5", 90),
            ("1.5", 90),
            (".5", 30),
            ("0.25", 15),
            ("1h 30m", 90),
            ("1 H 30", 90),
            ("2 hours", 120),
            ("1 hour and 5 minutes", 65),
            ("1h5min", 65),
            ("2", 120),
            ("9", 540),
            ("10", 10),
            ("90", 90),
            ("24:00", 1440),
            // A third of an hour, and what lies between two minutes.
            ("0.3333", 20),
            ("0.333333", 20),
            ("1.33", 80),
            ("0.0083", 0),
            ("0.0084", 1),
        ] {
            let read = Duration::parse(typed).map(Duration::minutes);
            match minutes {
                0 => assert!(read.is_err(), "{typed}"),
                minutes => assert_eq!(read, Ok(minutes), "{typed}"),
            }
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for bad in [
            "",
            " ",
            "x",
            "1:60",
            "1:",
            "h",
            "m",
            "-1",
            "1:2:3",
            "1..5",
            "1h 5x",
            "٣",
            "1e3",
            "1.5.5h",
            "h30",
            "12345678",
            "0.1234567",
            "\u{221e}",
        ] {
            assert_eq!(Duration::parse(bad), Err(TimeError::Duration), "{bad}");
        }
        assert_eq!(Duration::parse("0"), Err(TimeError::Short));
        assert_eq!(Duration::parse("0:00"), Err(TimeError::Short));
        assert_eq!(Duration::parse("24:01"), Err(TimeError::Long));
        assert_eq!(Duration::parse("1441"), Err(TimeError::Long));
        assert_eq!(Duration::parse("999999h"), Err(TimeError::Long));
    }

    #[test]
    fn hours_on_an_invoice_have_four_decimals_halves_up() {
        let plain = |minutes| hours(minutes).unwrap().to_string();
        assert_eq!(plain(20), "0.3333");
        assert_eq!(plain(40), "0.6667");
        assert_eq!(plain(90), "1.5");
        assert_eq!(plain(1), "0.0167");
        assert_eq!(plain(60 * 1234), "1,234");
        assert!(hours(0).is_err());
    }

    #[test]
    fn a_timer_counts_the_minute_that_was_begun() {
        for (millis, minutes) in [
            (-5, 1),
            (0, 1),
            (1, 1),
            (60_000, 1),
            (60_001, 2),
            (i64::MAX, 1440),
        ] {
            assert_eq!(Duration::between(millis).minutes(), minutes);
        }
        assert_eq!(
            (clock(90), clock(6245), words(90)),
            (
                "1:30".into(),
                "104:05".into(),
                "1\u{a0}h 30\u{a0}min".into()
            )
        );
        assert_eq!(
            (words(45), words(120)),
            ("45\u{a0}min".into(), "2\u{a0}h".into())
        );
    }

    #[test]
    fn names_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        for shown in Shown::ALL {
            assert_eq!(Shown::parse(shown.as_str()), Ok(shown));
        }
        assert_eq!(Shown::parse("all"), Err(TimeError::Shown));
    }

    proptest! {
        #[test]
        fn what_a_form_shows_reads_back(minutes in 1u32..=1440) {
            let duration = Duration::new(minutes).unwrap();
            prop_assert_eq!(Duration::parse(&duration.to_string()), Ok(duration));
            prop_assert_eq!(Duration::parse(&words(i64::from(minutes))), Ok(duration));
        }
    }
}
