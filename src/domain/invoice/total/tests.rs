//! Totals: worked examples, and what holds for every invoice.

use super::super::line::{Discount, Unit};
use super::super::tax::TaxCategory;
use super::*;
use crate::domain::money::{Quantity, Rate, UnitPrice};
use proptest::prelude::*;

fn tax(percent: &str) -> Tax {
    let rate = Rate::parse("tax rate", percent).unwrap();
    Tax::new(TaxCategory::Standard, rate).unwrap()
}

fn line(quantity: &str, price: i64, tax: Tax) -> Line {
    Line {
        description: Line::description("Work").unwrap(),
        quantity: Quantity::parse(quantity).unwrap(),
        unit: Unit::Hour,
        unit_price: UnitPrice::new(price).unwrap(),
        discount: None,
        tax,
    }
}

fn totals(lines: Vec<Line>, discount: Option<Discount>, prices: Prices) -> Totals {
    let content = Content {
        prices,
        lines,
        discount,
        ..Content::default()
    };
    content.totals(Currency::EUR).unwrap()
}

#[test]
fn three_lines_at_two_rates() {
    let found = totals(
        vec![
            line("2.5", 80_00_00, tax("19")),
            line("1", 49_99_00, tax("7")),
            line("3", 33_33_00, tax("19")),
        ],
        None,
        Prices::WithoutTax,
    );
    assert_eq!(found.subtotal.to_string(), "€349.98");
    let groups: Vec<_> = found
        .taxes
        .iter()
        .map(|t| (t.tax.words(), t.net.minor(), t.amount.minor()))
        .collect();
    assert_eq!(
        groups,
        [
            ("7%".to_owned(), 4_999, 350),
            ("19%".to_owned(), 29_999, 5_700)
        ]
    );
    assert_eq!(found.total.to_string(), "€410.48");
}

#[test]
fn tax_is_rounded_once_per_rate() {
    // Three lines of 0.10 at 5 %: by line 3 × 0.01, by rate 0.015, which is 0.02.
    let lines = vec![line("1", 10_00, tax("5")); 3];
    let found = totals(lines, None, Prices::WithoutTax);
    assert_eq!(found.tax.minor(), 2);
}

#[test]
fn a_discount_on_the_whole_is_spread_over_the_rates() {
    let lines = vec![line("1", 10_000, tax("19")), line("2", 10_000, tax("7"))];
    let found = totals(lines, Some(Discount::Amount(100)), Prices::WithoutTax);
    let parts: Vec<_> = found.taxes.iter().map(|t| t.discount.minor()).collect();
    assert_eq!(parts, [67, 33]);
    assert_eq!(found.net.minor(), 200);
    assert_eq!(found.discount.minor(), 100);
}

#[test]
fn prices_that_contain_the_tax_add_up_to_what_is_asked() {
    let found = totals(vec![line("3", 39_67_00, tax("19"))], None, Prices::WithTax);
    assert_eq!(found.total.minor(), 11_901);
    assert_eq!(found.tax.minor(), 1_900); // 1900.16
    assert_eq!(found.net.minor(), 10_001);
}

#[test]
fn problems_name_their_line() {
    let mut dear = line("1", 100, tax("19"));
    dear.discount = Some(Discount::Amount(2));
    let content = Content {
        lines: vec![line("1", 100, tax("19")), dear],
        ..Content::default()
    };
    assert_eq!(
        content.totals(Currency::EUR).unwrap_err().to_string(),
        "Line 2: This discount is too large. The most is €0.01."
    );
    let huge = Content {
        lines: vec![line("1000000000", 100_000_000_000_000, tax("19"))],
        ..Content::default()
    };
    assert!(matches!(
        huge.totals(Currency::EUR),
        Err(ContentError::Line { line: 1, .. })
    ));
    let most = Content {
        lines: vec![line("1", 100_000_000_000_000, tax("19"))],
        ..Content::default()
    };
    assert!(matches!(
        most.totals(Currency::EUR),
        Err(ContentError::TooLarge(_))
    ));
}

fn any_tax() -> impl Strategy<Value = Tax> {
    prop_oneof![
        (0i64..=30_000).prop_map(|r| {
            Tax::new(TaxCategory::Standard, Rate::new("rate", r).unwrap()).unwrap()
        }),
        prop::sample::select(vec![tax("19"), tax("7"), tax("8.875"), Tax::NONE]),
    ]
}

fn any_discount() -> impl Strategy<Value = Option<Discount>> {
    prop_oneof![
        Just(None),
        (0i64..=100_000).prop_map(|r| Some(Discount::Percent(Rate::new("rate", r).unwrap()))),
        (0i64..=50).prop_map(|m| Some(Discount::Amount(m))),
    ]
}

fn any_line() -> impl Strategy<Value = Line> {
    let numbers = (1i64..=50_000_000, 0i64..=1_000_000_000);
    (numbers, any_tax(), any_discount()).prop_map(|((quantity, price), tax, discount)| Line {
        quantity: Quantity::new(quantity).unwrap(),
        discount,
        ..line("1", price, tax)
    })
}

proptest! {
    #[test]
    fn the_parts_make_the_whole(
        lines in prop::collection::vec(any_line(), 1..20),
        discount in any_discount(),
        with_tax: bool,
        code in prop::sample::select(&["EUR", "JPY", "KWD"]),
    ) {
        let currency = Currency::parse(code).unwrap();
        let prices = if with_tax { Prices::WithTax } else { Prices::WithoutTax };
        let content = Content { prices, lines, discount, ..Content::default() };
        // An amount off may be more than the amount: refused, and that is all.
        let Ok(found) = content.totals(currency) else { return Ok(()) };
        let sum = |amounts: Vec<Money>| Money::sum(currency, amounts).unwrap();
        let nothing = Money::zero(currency);

        for line in &found.lines {
            prop_assert_eq!(line.amount.plus(line.discount).unwrap(), line.before);
            prop_assert!(line.amount.minor() >= 0);
        }
        prop_assert_eq!(sum(found.lines.iter().map(|l| l.amount).collect()), found.subtotal);
        prop_assert_eq!(sum(found.taxes.iter().map(|t| t.lines).collect()), found.subtotal);
        prop_assert_eq!(sum(found.taxes.iter().map(|t| t.discount).collect()), found.discount);
        prop_assert_eq!(sum(found.taxes.iter().map(|t| t.net).collect()), found.net);
        prop_assert_eq!(sum(found.taxes.iter().map(|t| t.amount).collect()), found.tax);
        prop_assert_eq!(found.net.plus(found.tax).unwrap(), found.total);

        let asked = found.subtotal.minus(found.discount).unwrap();
        let expected = if with_tax { asked } else { asked.plus(found.tax).unwrap() };
        prop_assert_eq!(found.total, expected);
        for group in &found.taxes {
            prop_assert!(group.net.minor() >= 0 && group.amount.minor() >= 0);
            // Half a minor unit at most between the tax and its exact value.
            let exact = i128::from(group.net.minor()) * i128::from(group.tax.rate().raw());
            let off = i128::from(group.amount.minor()) * 100_000 - exact;
            // With tax inside, the net itself is rounded, so the tax may be off by its share of it.
            let most = if with_tax { 50_000 + 50_000 } else { 50_000 };
            prop_assert!(off.abs() <= most, "{off}");
        }
        prop_assert!(found.total.minor() >= nothing.minor());
    }

    #[test]
    fn totals_go_up_to_the_most_and_not_beyond(
        most in (Money::MAX_TYPED - 3)..=(Money::MAX_TYPED + 3),
        parts in 2i64..=20,
        with_tax: bool,
        code in prop::sample::select(&["EUR", "JPY", "KWD"]),
    ) {
        // As many lines of one thing each as make the total; a price holds no more than a part of it.
        let currency = Currency::parse(code).unwrap();
        let prices = if with_tax { Prices::WithTax } else { Prices::WithoutTax };
        let untaxed = |minor: i64| line("1", minor * UnitPrice::UNIT, Tax::NONE);
        let share = most / parts;
        let mut lines: Vec<Line> = (1..parts).map(|_| untaxed(share)).collect();
        lines.push(untaxed(most - share * (parts - 1)));
        let content = Content { prices, lines, ..Content::default() };
        match content.totals(currency) {
            Ok(found) => {
                prop_assert!(most <= Money::MAX_TYPED);
                prop_assert_eq!(found.total.minor(), most);
                prop_assert_eq!(found.tax.minor(), 0);
            }
            Err(ContentError::TooLarge(_)) => prop_assert!(most > Money::MAX_TYPED),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn the_order_of_lines_changes_nothing(
        lines in prop::collection::vec(any_line(), 1..12),
        percent in 0i64..=100_000,
    ) {
        let rate = Rate::new("rate", percent).unwrap();
        let mut content = Content { lines, discount: Some(Discount::Percent(rate)), ..Content::default() };
        let Ok(forth) = content.totals(Currency::EUR) else { return Ok(()) };
        content.lines.reverse();
        let back = content.totals(Currency::EUR).unwrap();
        prop_assert_eq!(forth.taxes, back.taxes);
        prop_assert_eq!(forth.total, back.total);
    }
}
