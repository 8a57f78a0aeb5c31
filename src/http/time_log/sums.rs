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
    fn add(&mut self, sum: &Sum) -> Result<(), Error> {
        self.minutes += sum.minutes;
        if let Ok(currency) = Currency::parse(&sum.currency)
            && sum.state != State::NotBillable
        {
            let amount = self
                .amounts
                .entry(currency)
                .or_insert(Money::zero(currency));
            *amount = amount.plus(Money::new(sum.amount, currency)?)?;
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
    /// Adds up rows of days or months.
    pub(super) fn of(rows: &[Sum]) -> Result<Self, Error> {
        let mut total = 0;
        let mut kinds: [Heap; 3] = Default::default();
        let mut spans: BTreeMap<String, (i64, i64, Heap)> = BTreeMap::new();
        for sum in rows {
            total += sum.minutes;
            for (state, heap) in State::ALL.into_iter().zip(&mut kinds) {
                if state == sum.state {
                    heap.add(sum)?;
                }
            }
            let week = Date::parse(&sum.span).map(|day| monday(day).to_string());
            let span = spans.entry(week.unwrap_or_else(|_month| sum.span.clone()));
            let (all, billable, unbilled) = span.or_default();
            *all += sum.minutes;
            if sum.state != State::NotBillable {
                *billable += sum.minutes;
            }
            if sum.state == State::Unbilled {
                unbilled.add(sum)?;
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

    fn sum(span: &str, state: State, currency: &str, minutes: i64, amount: i64) -> Sum {
        Sum {
            span: span.to_owned(),
            state,
            currency: currency.to_owned(),
            minutes,
            amount,
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_currencies_stay_apart() {
        let sums = Sums::of(&[
            sum("2026-11-29", State::Unbilled, "EUR", 90, 13_500),
            sum("2026-11-23", State::Unbilled, "USD", 60, 5_000),
            sum("2026-11-22", State::NotBillable, "", 30, 0),
            sum("2026-11-22", State::Billed, "EUR", 60, 9_000),
        ])
        .unwrap();
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
        let months = Sums::of(&[sum("2026-11", State::Billed, "EUR", 60, 9_000)]).unwrap();
        assert_eq!(
            (months.unit, months.buckets[0].name.as_str()),
            ("Month", "Nov 2026")
        );
        assert_eq!(months.kinds[1].money, "€90.00");
        assert_eq!(Sums::of(&[]).unwrap().total, "0:00");
    }
}
