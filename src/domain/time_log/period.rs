//! The days that a list of time is about, and the weeks or months that its sums stand in.

use serde::Serialize;

use crate::domain::time::Date;

/// What can be asked for by one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// This week, from Monday.
    Week,
    /// The one before.
    LastWeek,
    /// This month.
    Month,
    /// The one before.
    LastMonth,
    /// This year.
    Year,
    /// All there is.
    All,
}

impl Span {
    /// All, in the order of the page.
    pub const ALL: [Self; 6] = [
        Self::Week,
        Self::LastWeek,
        Self::Month,
        Self::LastMonth,
        Self::Year,
        Self::All,
    ];
    /// The name in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::LastWeek => "last-week",
            Self::Month => "month",
            Self::LastMonth => "last-month",
            Self::Year => "year",
            Self::All => "all",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Week => "This week",
            Self::LastWeek => "Last week",
            Self::Month => "This month",
            Self::LastMonth => "Last month",
            Self::Year => "This year",
            Self::All => "All",
        }
    }
    /// The one of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == name)
    }
}

/// What is asked for: a word, or days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A word, whose days depend on today.
    Span(Span),
    /// These days.
    Days(Period),
}

impl Default for Wanted {
    fn default() -> Self {
        Self::Span(Span::Month)
    }
}

impl Wanted {
    /// Its days, seen from today.
    pub fn on(self, today: Date) -> Period {
        match self {
            Self::Span(span) => Period::of(span, today),
            Self::Days(period) => period,
        }
    }
}

/// First and last day. Where one is open, all there is that way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

/// Up to so many days are told week by week, longer ones by month.
const BY_WEEK: i64 = 62;

/// What sums are read from: whole months, and days at the ends. An empty range is one whose last is
/// before its first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ranges {
    /// First and last month, `YYYY-MM`.
    pub months: (String, String),
    /// First and last day before them, `YYYY-MM-DD`; or all, where it is told by week.
    pub before: (String, String),
    /// … and after them.
    pub after: (String, String),
}

fn nothing() -> (String, String) {
    ("9".to_owned(), "0".to_owned())
}

impl Period {
    /// The days of a word, seen from today.
    pub fn of(span: Span, today: Date) -> Self {
        let monday = monday(today);
        let first = today.first_of_month();
        let days = |from: Date, to: Date| Self {
            from: Some(from),
            to: Some(to),
        };
        match span {
            Span::Week => days(monday, monday.plus_days(6)),
            Span::LastWeek => days(monday.plus_days(-7), monday.plus_days(-1)),
            Span::Month => days(first, last_of_month(today)),
            Span::LastMonth => days(first.plus_days(-1).first_of_month(), first.plus_days(-1)),
            Span::Year => {
                let year = today.year();
                let day = |text: String| Date::parse(&text).ok();
                Self {
                    from: day(format!("{year:04}-01-01")),
                    to: day(format!("{year:04}-12-31")),
                }
            }
            Span::All => Self::default(),
        }
    }

    fn days(&self) -> Option<i64> {
        self.from
            .zip(self.to)
            .map(|(from, to)| to.days_since(from) + 1)
    }

    /// Whether it is told week by week.
    pub fn by_week(&self) -> bool {
        self.days().is_some_and(|days| days <= BY_WEEK)
    }

    /// What its sums are read from.
    pub fn ranges(&self) -> Ranges {
        let day =
            |day: Option<Date>, open: &str| day.map_or(open.to_owned(), |day| day.to_string());
        let all = (day(self.from, "0"), day(self.to, "9"));
        if self.by_week() {
            return Ranges {
                months: nothing(),
                before: all,
                after: nothing(),
            };
        }
        // From the month that begins on or after the first day, to that which ends on or before the last.
        let first = self.from.map(|from| {
            if from == from.first_of_month() {
                from
            } else {
                last_of_month(from).plus_days(1)
            }
        });
        let last = self.to.map(|to| {
            if to == last_of_month(to) {
                to
            } else {
                to.first_of_month().plus_days(-1)
            }
        });
        let month = |day: Option<Date>, open: &str| day.map_or(open.to_owned(), Date::month_key);
        let before = match (self.from, first) {
            (Some(from), Some(first)) if from < first => {
                (from.to_string(), first.plus_days(-1).to_string())
            }
            _ => nothing(),
        };
        let after = match (self.to, last) {
            (Some(to), Some(last)) if last < to => (last.plus_days(1).to_string(), to.to_string()),
            _ => nothing(),
        };
        Ranges {
            months: (month(first, "0"), month(last, "9")),
            before,
            after,
        }
    }
}

/// The Monday of a day's week.
pub fn monday(day: Date) -> Date {
    // 1 January 1900 was a Monday, and the calendar here begins with it.
    let first = Date::parse("1900-01-01").unwrap_or(day);
    day.plus_days(-day.days_since(first).rem_euclid(7))
}

/// The last day of a day's month.
pub fn last_of_month(day: Date) -> Date {
    day.first_of_month()
        .plus_days(31)
        .first_of_month()
        .plus_days(-1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }
    fn said(span: Span, today: &str) -> String {
        let Period { from, to } = Period::of(span, day(today));
        let text = |day: Option<Date>| day.map_or("…".to_owned(), |day| day.to_string());
        format!("{} {}", text(from), text(to))
    }

    #[test]
    fn words_are_days() {
        let today = "2026-11-24"; // a Tuesday
        for (span, days) in [
            (Span::Week, "2026-11-23 2026-11-29"),
            (Span::LastWeek, "2026-11-16 2026-11-22"),
            (Span::Month, "2026-11-01 2026-11-30"),
            (Span::LastMonth, "2026-10-01 2026-10-31"),
            (Span::Year, "2026-01-01 2026-12-31"),
            (Span::All, "… …"),
        ] {
            assert_eq!(said(span, today), days);
            assert_eq!(Span::parse(span.as_str()), Some(span));
        }
        assert_eq!(said(Span::LastMonth, "2028-03-31"), "2028-02-01 2028-02-29");
        assert_eq!(said(Span::Week, "2026-11-29"), "2026-11-23 2026-11-29");
        assert_eq!(Span::parse("decade"), None);
    }

    #[test]
    fn long_periods_are_read_by_month_with_days_at_the_ends() {
        let period = |from: &str, to: &str| Period {
            from: Some(day(from)),
            to: Some(day(to)),
        };
        let ranges = period("2026-01-15", "2026-06-30").ranges();
        assert_eq!(ranges.months, ("2026-02".into(), "2026-06".into()));
        assert_eq!(ranges.before, ("2026-01-15".into(), "2026-01-31".into()));
        assert_eq!(ranges.after, nothing());
        let week = period("2026-11-23", "2026-11-29");
        assert!(week.by_week());
        assert_eq!(
            week.ranges().before,
            ("2026-11-23".into(), "2026-11-29".into())
        );
        let all = Period::default().ranges();
        assert_eq!(
            (all.months, all.after),
            (("0".into(), "9".into()), nothing())
        );
    }

    proptest! {
        #[test]
        fn each_day_of_a_period_is_in_one_range(start in 0i64..800, length in 0i64..800, at in 0i64..1600) {
            let from = day("2024-01-01").plus_days(start);
            let to = from.plus_days(length);
            let ranges = Period { from: Some(from), to: Some(to) }.ranges();
            let probe = day("2024-01-01").plus_days(at);
            let within = |(a, b): &(String, String), text: String| u8::from(*a <= text && text <= *b);
            let times = within(&ranges.months, probe.month_key())
                + within(&ranges.before, probe.to_string()) + within(&ranges.after, probe.to_string());
            prop_assert_eq!(times, u8::from(from <= probe && probe <= to));
        }
    }
}
