//! When a client sees a document, and who is told of it.

use super::time::{Date, Millis, Timestamp};

/// Why two dates make no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This day is before the first one. Please choose a later day.")]
pub struct Backwards;

/// From when until when a visible document is shown. Days begin and end at midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// The first moment; `None`: since ever.
    pub from: Option<Timestamp>,
    /// The first moment after it; `None`: for ever.
    pub until: Option<Timestamp>,
}

impl Window {
    /// From the beginning of a day to the end of another, or of the same one.
    pub fn of_days(from: Option<Date>, until: Option<Date>) -> Result<Self, Backwards> {
        match (from, until) {
            (Some(from), Some(until)) if until < from => Err(Backwards),
            (from, until) => Ok(Self {
                from: from.map(Date::start),
                until: until.map(Date::end),
            }),
        }
    }

    /// The first day, as a form shows it; empty: none.
    pub fn first_day(&self) -> String {
        self.from
            .map_or_else(String::new, |from| from.date().to_string())
    }

    /// The last day as a person reads it; empty: none.
    pub fn last_day_words(&self) -> String {
        self.until
            .map_or_else(String::new, |until| last_day(until).words())
    }

    /// The last day, as a form shows it; empty: none.
    pub fn last_day(&self) -> String {
        self.until
            .map_or_else(String::new, |until| last_day(until).to_string())
    }
}

/// The last day before a moment that ends it.
fn last_day(until: Timestamp) -> Date {
    until.minus(Millis(1)).date()
}

/// Whether the client sees a document now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Internal.
    Internal,
    /// Not before that moment.
    Later(Timestamp),
    /// Now.
    Now,
    /// Now, until that moment.
    Until(Timestamp),
    /// No longer, since that moment.
    Over(Timestamp),
}

impl Shown {
    /// Decides; the shared predicate of the store says the same in SQL.
    pub fn decide(visible: bool, window: Window, now: Timestamp) -> Self {
        match (visible, window.from, window.until) {
            (false, _, _) => Self::Internal,
            (true, _, Some(until)) if until <= now => Self::Over(until),
            (true, Some(from), _) if from > now => Self::Later(from),
            (true, _, Some(until)) => Self::Until(until),
            (true, _, None) => Self::Now,
        }
    }

    /// Whether it is shown.
    pub fn is_now(self) -> bool {
        matches!(self, Self::Now | Self::Until(_))
    }

    /// What staff read.
    pub fn words(self) -> String {
        match self {
            Self::Internal => "Internal".to_owned(),
            Self::Later(from) => format!("Visible from {}", from.day()),
            Self::Now => "Visible in Portal".to_owned(),
            Self::Until(until) => format!("Visible until {}", last_day(until).words()),
            Self::Over(until) => format!("Was visible until {}", last_day(until).words()),
        }
    }

    /// The dates alone, beside a switch that says the rest; empty where there are none.
    pub fn dates(self) -> String {
        match self {
            Self::Internal | Self::Now => String::new(),
            Self::Later(from) => format!("From {}", from.day()),
            Self::Until(until) => format!("Until {}", last_day(until).words()),
            Self::Over(until) => format!("Ended {}", last_day(until).words()),
        }
    }

    /// The tone of the badge that holds the words.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Internal => "mute",
            Self::Later(_) => "info",
            Self::Now | Self::Until(_) => "ok",
            Self::Over(_) => "warn",
        }
    }
}

/// How many people are told, or would be: "nobody", "1 person", "3 people".
pub fn people(count: u64) -> String {
    match count {
        0 => "nobody".to_owned(),
        1 => "1 person".to_owned(),
        many => format!("{many} people"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<Date> {
        Date::parse(text).ok()
    }

    #[test]
    fn a_span_takes_its_last_day_whole() {
        let one = Window::of_days(day("2026-11-27"), day("2026-11-27")).unwrap();
        assert_eq!(one.until.unwrap().since(one.from.unwrap()), Millis::days(1));
        assert_eq!(one.first_day(), "2026-11-27");
        assert_eq!(one.last_day(), "2026-11-27");
        assert_eq!(
            Window::of_days(day("2026-11-28"), day("2026-11-27")),
            Err(Backwards)
        );
        assert_eq!(Window::of_days(None, None), Ok(Window::default()));
        assert_eq!(Window::default().last_day(), "");
    }

    #[test]
    fn what_a_client_sees_when() {
        let window = Window::of_days(day("2026-11-27"), day("2026-11-28")).unwrap();
        let (from, until) = (window.from.unwrap(), window.until.unwrap());
        let at = |now| Shown::decide(true, window, now);
        assert_eq!(at(from.minus(Millis(1))), Shown::Later(from));
        assert_eq!(at(from), Shown::Until(until));
        assert_eq!(at(until.minus(Millis(1))), Shown::Until(until));
        assert_eq!(at(until), Shown::Over(until));
        assert_eq!(at(until).words(), "Was visible until 28 Nov 2026");
        assert_eq!(at(from).words(), "Visible until 28 Nov 2026");
        assert_eq!(at(Timestamp(0)).words(), "Visible from 27 Nov 2026");
        assert_eq!(at(until).dates(), "Ended 28 Nov 2026");
        assert_eq!(at(from).dates(), "Until 28 Nov 2026");
        assert_eq!(Shown::decide(false, window, from), Shown::Internal);
        assert_eq!(Shown::Internal.dates(), "");
        assert!(Shown::decide(true, Window::default(), from).is_now());
        assert!(!at(until).is_now() && !at(Timestamp(0)).is_now());
    }

    #[test]
    fn people_are_counted_in_words() {
        assert_eq!(
            (people(0), people(1), people(2)),
            ("nobody".into(), "1 person".into(), "2 people".into())
        );
    }
}
