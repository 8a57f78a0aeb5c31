//! What a list of time comes to, in words: in all, and by week or month.

use std::collections::BTreeMap;

use crate::domain::money::{Currency, Money};
use crate::domain::time::Date;
use crate::domain::time_log::State;
use crate::domain::time_log::clock;
use crate::domain::time_log::period::monday;
use crate::http::Error;
use crate::store::time_log::list::Sum;

/// Minutes and amounts of one kind.
#[derive(Default)]
struct Heap {
    minutes: i64,
    amounts: BTreeMap<Currency, Money>,
}

impl Heap {
    fn add(&mut self, sum: &Sum, state: State) -> Result<(), Error> {
        let (minutes, minor) = sum.of(state);
        self.minutes += minutes;
        if let Ok(currency) = Currency::parse(&sum.currency) {
            let amount = self
                .amounts
                .entry(currency)
                .or_insert(Money::zero(currency));
            *amount = amount.plus(Money::new(minor, currency)?)?;
        }
        Ok(())
    }
    /// "€120.00 and US$50.00"; empty where there is none.
    fn money(&self) -> String {
        let amounts = self.amounts.values().filter(|amount| !amount.is_zero());
        amounts
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" and ")
    }
}

/// A week or a month.
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) time: String,
    pub(super) billable: String,
    pub(super) unbilled: String,
}

/// One kind in all.
pub(super) struct Kind {
    pub(super) label: &'static str,
    pub(super) time: String,
    pub(super) money: String,
}

/// All of it.
pub(super) struct Sums {
    pub(super) total: String,
    pub(super) kinds: Vec<Kind>,
    /// The newest first; none where there is just one.
    pub(super) buckets: Vec<Bucket>,
    /// "Week" or "Month".
    pub(super) unit: &'static str,
}

impl Sums {
    /// Adds up rows of days or months: of what became `only` that, else of all.
    pub(super) fn of(rows: &[Sum], only: Option<State>) -> Result<Self, Error> {
        let mut total = 0;
        let mut kinds: [Heap; 3] = Default::default();
        let mut spans: BTreeMap<String, (i64, i64, Heap)> = BTreeMap::new();
        for sum in rows {
            for (state, heap) in State::ALL.into_iter().zip(&mut kinds) {
                let (minutes, _) = sum.of(state);
                if minutes == 0 || only.is_some_and(|only| only != state) {
                    continue;
                }
                total += minutes;
                heap.add(sum, state)?;
                let week = Date::parse(&sum.span).map(|day| monday(day).to_string());
                let span = spans.entry(week.unwrap_or_else(|_month| sum.span.clone()));
                let (all, billable, unbilled) = span.or_default();
                *all += minutes;
                if state != State::NotBillable {
                    *billable += minutes;
                }
                if state == State::Unbilled {
                    unbilled.add(sum, state)?;
                }
            }
        }
        let by_week = spans.keys().next().is_some_and(|span| span.len() == 10);
        let buckets = spans
            .into_iter()
            .rev()
            .map(|(span, (all, billable, unbilled))| Bucket {
                name: named(&span),
                time: clock(all),
                billable: clock(billable),
                unbilled: match unbilled.money() {
                    money if money.is_empty() => clock(unbilled.minutes),
                    money => format!("{}, {money}", clock(unbilled.minutes)),
                },
            });
        let kind = |(state, heap): (State, Heap)| Kind {
            label: state.label(),
            time: clock(heap.minutes),
            money: heap.money(),
        };
        Ok(Self {
            total: clock(total),
            kinds: State::ALL.into_iter().zip(kinds).map(kind).collect(),
            buckets: buckets.collect(),
            unit: if by_week { "Week" } else { "Month" },
        })
    }
}

/// "23 Nov to 29 Nov 2026", "Nov 2026".
fn named(span: &str) -> String {
    match Date::parse(span) {
        Ok(day) => format!("{} to {}", day.words(), day.plus_days(6).words()),
        Err(_month) => month_words(span),
    }
}

/// "Nov 2026" of `2026-11`.
pub(super) fn month_words(month: &str) -> String {
    Date::parse(&format!("{month}-01")).map_or_else(
        |_odd| month.to_owned(),
        |day| day.words().trim_start_matches("1 ").to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the database gives it: minutes and amount of what is unbilled and billed, minutes of what is not billable.
    fn sum(span: &str, currency: &str, [open, worth, billed, for_, idle]: [i64; 5]) -> Sum {
        serde_json::from_value(serde_json::json!({
            "span": span, "currency": currency, "unbilled": open, "unbilled_amount": worth,
            "billed": billed, "billed_amount": for_, "not_billable": idle,
        }))
        .unwrap()
    }

    #[test]
    fn weeks_begin_on_monday_and_currencies_stay_apart() {
        let rows = [
            sum("2026-11-29", "EUR", [90, 13_500, 0, 0, 0]),
            sum("2026-11-23", "USD", [60, 5_000, 0, 0, 0]),
            sum("2026-11-22", "EUR", [0, 0, 60, 9_000, 30]),
        ];
        let sums = Sums::of(&rows, None).unwrap();
        assert_eq!(sums.total, "4:00");
        assert_eq!(sums.unit, "Week");
        let weeks: Vec<_> = sums
            .buckets
            .iter()
            .map(|b| (b.name.as_str(), b.time.as_str(), b.unbilled.as_str()))
            .collect();
        assert_eq!(
            weeks,
            [
                (
                    "23 Nov 2026 to 29 Nov 2026",
                    "2:30",
                    "2:30, €135.00 and $50.00"
                ),
                ("16 Nov 2026 to 22 Nov 2026", "1:30", "0:00"),
            ]
        );
        let months = Sums::of(&[sum("2026-11", "EUR", [0, 0, 60, 9_000, 0])], None).unwrap();
        assert_eq!(
            (months.unit, months.buckets[0].name.as_str()),
            ("Month", "Nov 2026")
        );
        assert_eq!(months.kinds[1].money, "€90.00");
        assert_eq!(Sums::of(&[], None).unwrap().total, "0:00");
    }

    #[test]
    fn of_one_kind_the_rest_of_a_row_does_not_count() {
        let rows = [
            sum("2026-11", "EUR", [90, 13_500, 60, 9_000, 30]),
            sum("2026-10", "EUR", [45, 6_000, 0, 0, 0]),
        ];
        for (only, total, months, money) in [
            (None, "3:45", 2, ["€195.00", "€90.00", ""]),
            (Some(State::Unbilled), "2:15", 2, ["€195.00", "", ""]),
            (Some(State::Billed), "1:00", 1, ["", "€90.00", ""]),
            (Some(State::NotBillable), "0:30", 1, ["", "", ""]),
        ] {
            let sums = Sums::of(&rows, only).unwrap();
            assert_eq!((sums.total.as_str(), sums.buckets.len()), (total, months));
            let said: Vec<_> = sums.kinds.iter().map(|kind| kind.money.as_str()).collect();
            assert_eq!(said, money);
        }
    }
}
