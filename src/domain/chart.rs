//! A small chart of twelve months: two bars a month, in whole units of a picture.

use super::money::{Currency, Money};
use super::time::Date;

/// Months of a chart.
pub const MONTHS: usize = 12;
/// The picture's height for the bars.
pub const HEIGHT: i64 = 100;

/// What a month came to, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Month {
    /// Asked for.
    pub invoiced: i64,
    /// Came in, less what was given back.
    pub received: i64,
}

/// A month's name in a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthName {
    /// "2026-11".
    key: String,
    /// "Nov 2026".
    pub long: String,
}

impl MonthName {
    /// "Nov".
    pub fn short(&self) -> &str {
        self.long.split(' ').next().unwrap_or_default()
    }

    /// The last twelve months, the one of `today` last.
    pub fn last_twelve(today: Date) -> Vec<Self> {
        let mut first = today.first_of_month();
        let mut names = Vec::with_capacity(MONTHS);
        while names.len() < MONTHS {
            let words = first.words();
            let (_day, long) = words.split_once(' ').unwrap_or_default();
            names.push(Self {
                key: first.month_key(),
                long: long.to_owned(),
            });
            first = first.plus_days(-1).first_of_month();
        }
        names.reverse();
        names
    }
}

/// A month of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// What it came to.
    pub month: Month,
    /// Heights of the two bars, 0 to [`HEIGHT`]; what is more than nothing is seen.
    pub invoiced: i64,
    /// … of what came in.
    pub received: i64,
}

/// Twelve months up to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Of the amounts.
    pub currency: Currency,
    /// What the full height stands for: 1, 2 or 5 with zeros, in minor units.
    pub top: i64,
    /// The months, the oldest first.
    pub bars: Vec<Bar>,
}

impl Chart {
    /// A bar for each of `names`. `months` are those that have something, as `YYYY-MM`; the others are empty.
    pub fn new(currency: Currency, months: &[(&str, Month)], names: &[MonthName]) -> Self {
        let of = |name: &MonthName| {
            let month = months.iter().find(|(key, _)| *key == name.key);
            month.map_or_else(Month::default, |(_, month)| *month)
        };
        let most = names.iter().map(of).map(|m| m.invoiced.max(m.received));
        let top = round_up(most.max().unwrap_or(0));
        let bars = names.iter().map(of).map(|month| Bar {
            month,
            invoiced: height(month.invoiced, top),
            received: height(month.received, top),
        });
        Self {
            currency,
            top,
            bars: bars.collect(),
        }
    }

    /// What the full height stands for, in words.
    pub fn top_words(&self) -> String {
        Money::new(self.top, self.currency).map_or_else(|_| String::new(), |top| top.to_string())
    }
}

/// The next 1, 2 or 5 with zeros.
fn round_up(most: i64) -> i64 {
    let mut unit: i64 = 1;
    loop {
        for step in [1, 2, 5] {
            match unit.checked_mul(step) {
                Some(top) if top >= most => return top,
                Some(_) => {}
                None => return i64::MAX,
            }
        }
        match unit.checked_mul(10) {
            Some(next) => unit = next,
            None => return i64::MAX,
        }
    }
}

fn height(amount: i64, top: i64) -> i64 {
    if amount <= 0 || top <= 0 {
        return 0;
    }
    let height = i128::from(amount) * i128::from(HEIGHT) / i128::from(top);
    i64::try_from(height).unwrap_or(HEIGHT).clamp(1, HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(raw: &str) -> Date {
        Date::parse(raw).unwrap()
    }

    #[test]
    fn twelve_months_end_with_this_one() {
        let months = [
            (
                "2026-11",
                Month {
                    invoiced: 1_900_000,
                    received: 1,
                },
            ),
            (
                "2025-12",
                Month {
                    invoiced: 100_000,
                    received: -5,
                },
            ),
            (
                "2025-11",
                Month {
                    invoiced: i64::MAX,
                    received: 0,
                },
            ),
        ];
        let names = MonthName::last_twelve(day("2026-11-24"));
        let chart = Chart::new(Currency::EUR, &months, &names);
        assert_eq!(
            (names[0].key.as_str(), names[0].long.as_str()),
            ("2025-12", "Dec 2025")
        );
        let names: Vec<_> = names.iter().map(MonthName::short).collect();
        assert_eq!(
            names,
            [
                "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"
            ]
        );
        assert_eq!(chart.top_words(), "€20,000.00");
        assert_eq!((chart.bars[11].invoiced, chart.bars[11].received), (95, 1));
        assert_eq!((chart.bars[0].invoiced, chart.bars[0].received), (5, 0));
        assert_eq!(chart.bars[5].invoiced, 0);
    }

    proptest! {
        #[test]
        fn bars_stay_within_the_picture(amounts in prop::collection::vec((any::<i64>(), any::<i64>()), 12)) {
            let names = MonthName::last_twelve(day("2026-11-24"));
            let months: Vec<_> = names.iter().zip(&amounts)
                .map(|(name, (invoiced, received))| (name.key.as_str(), Month { invoiced: *invoiced, received: *received }))
                .collect();
            let chart = Chart::new(Currency::EUR, &months, &names);
            for bar in &chart.bars {
                prop_assert!((0..=HEIGHT).contains(&bar.invoiced) && (0..=HEIGHT).contains(&bar.received));
                prop_assert_eq!(bar.invoiced > 0, bar.month.invoiced > 0);
                prop_assert!(bar.month.invoiced <= chart.top);
            }
        }
    }
}
