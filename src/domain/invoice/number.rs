//! Numbers of invoices: a series has a prefix and counts without gaps.
//!
//! A draft has no number. Sending allots the next one in the same transaction that marks the
//! invoice as sent, so a failed send leaves no gap, and numbers are never given twice. A void
//! invoice keeps its number.

use super::super::text::is_invisible;

/// Why a series is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// Characters that an invoice number should not have.
    #[error(
        "Please use up to 12 letters, digits, hyphens, dots or slashes for the prefix, like INV-."
    )]
    Prefix,
    /// Not 1 to 8.
    #[error("Please choose 1 to 8 digits.")]
    Digits,
    /// Not 1 to 99,999,999.
    #[error("Please enter the next number, from 1 to 99999999.")]
    Next,
    /// Counting again what has been counted.
    #[error("Numbers up to {0} are given already. The next number can only be higher.")]
    Taken(u32),
}

/// How numbers of one series look: `INV-2026-0042`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    prefix: String,
    yearly: bool,
    digits: u8,
}

impl Series {
    /// The largest count.
    pub const MAX: u32 = 99_999_999;

    /// The door. `yearly` puts the year of the invoice's date behind the prefix and begins each
    /// year at 1. `digits` is the least number of digits, filled up with zeros.
    pub fn new(prefix: &str, yearly: bool, digits: i64) -> Result<Self, SeriesError> {
        let prefix = prefix.trim();
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | '_');
        if prefix.len() > 12 || !prefix.chars().all(|c| known(c) && !is_invisible(c)) {
            return Err(SeriesError::Prefix);
        }
        let Ok(digits @ 1..=8) = u8::try_from(digits) else {
            return Err(SeriesError::Digits);
        };
        Ok(Self {
            prefix: prefix.to_owned(),
            yearly,
            digits,
        })
    }
    /// What stands before year and count.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
    /// Whether it begins anew each year.
    pub const fn yearly(&self) -> bool {
        self.yearly
    }
    /// The least number of digits.
    pub const fn digits(&self) -> u8 {
        self.digits
    }
    /// Which counter an invoice of that year counts on: the year, or 0 for one that runs on.
    pub const fn counter(&self, year: i32) -> i32 {
        if self.yearly { year } else { 0 }
    }
    /// The number: "INV-2026-0042".
    pub fn number(&self, year: i32, count: u32) -> String {
        let (prefix, width) = (&self.prefix, usize::from(self.digits));
        if self.yearly {
            format!("{prefix}{year}-{count:0width$}")
        } else {
            format!("{prefix}{count:0width$}")
        }
    }
}

/// A whole number as a form says it; −1 for what is none, which no rule takes.
pub fn count(raw: &str) -> i64 {
    let text = raw.trim();
    let plain = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().unwrap_or(-1)
}

/// May staff set the counter so that `next` is given next, with `given` the highest one given?
/// Forward only: a gap that staff make on purpose (coming from another system) is theirs to make.
pub fn decide_next(next: i64, given: Option<u32>) -> Result<u32, SeriesError> {
    let next = u32::try_from(next)
        .ok()
        .filter(|n| (1..=Series::MAX).contains(n));
    match (next, given) {
        (None, _) => Err(SeriesError::Next),
        (Some(next), Some(given)) if next <= given => Err(SeriesError::Taken(given)),
        (Some(next), _) => Ok(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_the_series_says() {
        let yearly = Series::new(" INV-", true, 4).unwrap();
        assert_eq!(yearly.number(2026, 42), "INV-2026-0042");
        assert_eq!(yearly.number(2026, 123_456), "INV-2026-123456");
        assert_eq!((yearly.counter(2026), yearly.counter(2027)), (2026, 2027));
        let plain = Series::new("", false, 1).unwrap();
        assert_eq!(plain.number(2026, 7), "7");
        assert_eq!(plain.counter(2026), 0);
    }

    #[test]
    fn bad_series_are_refused() {
        for bad in ["INV 1", "Rechnungsnummer", "é", "a\u{202e}", "<b>", "=1"] {
            assert_eq!(Series::new(bad, true, 4), Err(SeriesError::Prefix), "{bad}");
        }
        for bad in [0, 9, -1, 260] {
            assert_eq!(Series::new("INV-", true, bad), Err(SeriesError::Digits));
        }
    }

    #[test]
    fn counters_go_forward_only() {
        assert_eq!(decide_next(1, None), Ok(1));
        assert_eq!(decide_next(1_043, Some(42)), Ok(1_043));
        assert_eq!(decide_next(42, Some(42)), Err(SeriesError::Taken(42)));
        for bad in [0, -1, 100_000_000, i64::MAX] {
            assert_eq!(decide_next(bad, None), Err(SeriesError::Next));
        }
        assert_eq!(count(" 0042 "), 42);
        for bad in ["", "-1", "+1", "1.0", "1e3", "٤", "9999999999999"] {
            assert_eq!(count(bad), -1, "{bad}");
        }
    }
}
