//! What stands on a line besides amounts: quantities, prices of one unit, and percentages.
//!
//! Each is an integer of a fixed fine unit, in D1 and JSON too:
//! - [`Quantity`]: ten-thousandths, more than zero, up to a thousand million;
//! - [`UnitPrice`]: hundredths of the minor unit, because a page printed or a call answered may cost
//!   less than a cent; it becomes money only multiplied by a quantity, rounded once per line;
//! - [`Rate`]: thousandths of a percent, 0 to 100 %, because New York taxes 8.875 %.

use super::{Currency, Money, NumberError, Why, apportion::half_up, decimal};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// How many of a thing: ten-thousandths, more than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i64);

impl Quantity {
    /// One.
    pub const ONE: Self = Self(Self::UNIT);
    /// Ten-thousandths of one.
    pub const UNIT: i64 = 10_000;
    /// Digits of those after the point.
    pub const PLACES: u32 = 4;
    const MAX: i64 = 1_000_000_000 * Self::UNIT;

    /// The door for ten-thousandths.
    pub fn new(raw: i64) -> Result<Self, NumberError> {
        let refuse = |why| NumberError {
            what: "quantity",
            why,
        };
        match raw {
            1..=Self::MAX => Ok(Self(raw)),
            0 => Err(refuse(Why::Zero)),
            ..0 => Err(refuse(Why::Negative)),
            _ => Err(refuse(Why::TooLarge("1,000,000,000".to_owned()))),
        }
    }
    /// The door for a form's text.
    pub fn parse(raw: &str) -> Result<Self, NumberError> {
        Self::new(decimal::read("quantity", raw, Self::PLACES, Self::MAX)?)
    }
    /// In ten-thousandths.
    pub const fn raw(self) -> i64 {
        self.0
    }
    /// What a form field shows and [`Self::parse`] reads back: "1.5", "1.1250" (never three
    /// decimals, which would be refused as having two readings).
    pub fn plain(self) -> String {
        let text = short(decimal::write(self.0, Self::PLACES));
        match text.split_once('.') {
            Some((_, fraction)) if fraction.len() == 3 => format!("{text}0"),
            _ => text,
        }
    }
}

/// "1,234.5", "0.25".
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = decimal::grouped(self.0.unsigned_abs(), Self::PLACES);
        f.write_str(&short(digits.as_str().to_owned()))
    }
}

/// The price of one unit: hundredths of the currency's minor unit, not below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitPrice(i64);

impl UnitPrice {
    /// Hundredths of one minor unit.
    pub const UNIT: i64 = 100;
    /// Digits more than the currency has.
    pub const FINER: u32 = 2;
    const MAX: i64 = Money::MAX_TYPED * Self::UNIT;

    /// The door for hundredths of a minor unit.
    pub fn new(raw: i64) -> Result<Self, NumberError> {
        let refuse = |why| NumberError {
            what: "unit price",
            why,
        };
        match raw {
            0..=Self::MAX => Ok(Self(raw)),
            ..0 => Err(refuse(Why::Negative)),
            _ => Err(refuse(Why::TooLarge("1,000,000,000,000".to_owned()))),
        }
    }
    /// The door for a form's text: up to two decimals more than the currency has.
    pub fn parse(raw: &str, currency: Currency) -> Result<Self, NumberError> {
        let places = currency.exponent() + Self::FINER;
        let text = currency.strip(raw);
        Self::new(decimal::read("unit price", text, places, Self::MAX)?)
    }
    /// In hundredths of a minor unit.
    pub const fn raw(self) -> i64 {
        self.0
    }
    /// So many of them: the amount of a line, halves of the minor unit rounded up.
    pub fn times(self, quantity: Quantity, currency: Currency) -> Option<Money> {
        let minor = half_up(self.0, quantity.0, Quantity::UNIT * Self::UNIT)?;
        Money::new(minor, currency).ok()
    }
    /// What a form field shows: "12.50", or "0.0045" where it is finer than the minor unit.
    pub fn plain(self, currency: Currency) -> String {
        if self.0 % Self::UNIT == 0 {
            decimal::write(self.0 / Self::UNIT, currency.exponent())
        } else {
            decimal::write(self.0, currency.exponent() + Self::FINER)
        }
    }
    /// What people read: "€12.50", "€0.0045".
    pub fn words(self, currency: Currency) -> String {
        let places = currency.exponent();
        let (value, places) = if self.0 % Self::UNIT == 0 {
            (self.0 / Self::UNIT, places)
        } else {
            (self.0, places + Self::FINER)
        };
        let digits = decimal::grouped(value.unsigned_abs(), places);
        let digits = digits.as_str();
        match currency.symbol() {
            Some(symbol) => format!("{symbol}{digits}"),
            None => format!("{currency}\u{a0}{digits}"),
        }
    }
}

/// A percentage from 0 to 100: thousandths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of it, in thousandths of a percent.
    pub const WHOLE: i64 = 100_000;
    const PLACES: u32 = 3;

    /// The door for thousandths of a percent. `what` is the noun of the field, as "tax rate".
    pub fn new(what: &'static str, raw: i64) -> Result<Self, NumberError> {
        match raw {
            0..=Self::WHOLE => Ok(Self(raw)),
            ..0 => Err(NumberError {
                what,
                why: Why::Negative,
            }),
            _ => Err(NumberError {
                what,
                why: Why::TooLarge("100".to_owned()),
            }),
        }
    }
    /// The door for a form's text: "19", "8.875", "7,7 %".
    pub fn parse(what: &'static str, raw: &str) -> Result<Self, NumberError> {
        let text = raw.trim().trim_end_matches('%');
        match decimal::read_small(what, text, Self::PLACES, Self::WHOLE) {
            Ok(value) => Ok(Self(value)),
            Err(NumberError {
                why: Why::TooLarge(_),
                ..
            }) => Self::new(what, i64::MAX),
            Err(other) => Err(other),
        }
    }
    /// In thousandths of a percent.
    pub const fn raw(self) -> i64 {
        self.0
    }
    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
    /// So much of an amount, halves rounded up. `None` below zero.
    pub fn of(self, amount: Money) -> Option<Money> {
        let minor = half_up(amount.minor(), self.0, Self::WHOLE)?;
        Money::new(minor, amount.currency()).ok()
    }
    /// The tax of this rate that an amount includes, halves rounded up: of 119 at 19 %, 19.
    pub fn within(self, amount: Money) -> Option<Money> {
        let minor = half_up(amount.minor(), self.0, Self::WHOLE + self.0)?;
        Money::new(minor, amount.currency()).ok()
    }
    /// The number alone: "19", "8.875".
    pub fn plain(self) -> String {
        short(decimal::write(self.0, Self::PLACES))
    }
}

/// "19%", "8.875%".
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.plain())
    }
}

/// Without zeros at the end, nor a mark that nothing follows.
fn short(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// JSON and D1: the plain integer, checked on the way in.
macro_rules! as_integer {
    ($type:ty, $new:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(s)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $new(i64::deserialize(d)?).map_err(serde::de::Error::custom)
            }
        }
    };
}
as_integer!(Quantity, Quantity::new);
as_integer!(UnitPrice, UnitPrice::new);
as_integer!(Rate, |raw| Rate::new("rate", raw));

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities() {
        assert_eq!(Quantity::parse("2.5").unwrap().raw(), 25_000);
        assert_eq!(Quantity::parse("2.5").unwrap().to_string(), "2.5");
        assert_eq!(Quantity::new(12_340_000).unwrap().to_string(), "1,234");
        assert_eq!(Quantity::new(11_250).unwrap().plain(), "1.1250");
        assert_eq!(Quantity::parse("0").unwrap_err().why, Why::Zero);
        assert!(Quantity::parse("1000000001").is_err());
        assert_eq!(Quantity::ONE.plain(), "1");
    }

    #[test]
    fn prices_below_a_cent() {
        let price = UnitPrice::parse("0.0045", Currency::EUR).unwrap();
        assert_eq!(price.words(Currency::EUR), "€0.0045");
        let thousand = Quantity::parse("1000").unwrap();
        assert_eq!(price.times(thousand, Currency::EUR).unwrap().minor(), 450);
        let yen = Currency::parse("JPY").unwrap();
        let price = UnitPrice::parse("1,200", yen).unwrap();
        assert_eq!(
            (price.plain(yen), price.words(yen)),
            ("1200".into(), "¥1,200".into())
        );
        assert!(UnitPrice::parse("1.234", Currency::EUR).is_err());
    }

    #[test]
    fn rates() {
        let rate = |raw| Rate::parse("tax rate", raw);
        assert_eq!(rate("8.875 %").unwrap().to_string(), "8.875%");
        assert_eq!(rate("19,0").unwrap().to_string(), "19%");
        assert_eq!(
            rate("101").unwrap_err().to_string(),
            "This tax rate is too large. The most is 100."
        );
        let amount = |minor| Money::new(minor, Currency::EUR).unwrap();
        assert_eq!(rate("19").unwrap().of(amount(250)).unwrap().minor(), 48);
        assert_eq!(
            rate("19").unwrap().within(amount(11_900)).unwrap().minor(),
            1_900
        );
        assert!(rate("5").unwrap().of(amount(-1)).is_none());
    }

    proptest! {
        #[test]
        fn parts_are_the_exact_ones_with_halves_rounded_up(minor in 0i64..=Money::MAX_TYPED, r in 0i64..=100_000,
            code in prop::sample::select(&["EUR", "JPY", "KWD"])) {
            let amount = Money::new(minor, Currency::parse(code).unwrap()).unwrap();
            let rate = Rate::new("rate", r).unwrap();
            let half_up = |whole: i64| {
                let (a, b, d) = (i128::from(minor), i128::from(r), i128::from(whole));
                i64::try_from((2 * a * b + d).div_euclid(2 * d)).unwrap()
            };
            let (on, inside) = (rate.of(amount).unwrap(), rate.within(amount).unwrap());
            prop_assert_eq!(on.minor(), half_up(Rate::WHOLE));
            prop_assert_eq!(inside.minor(), half_up(Rate::WHOLE + r));
            // What is inside and the rest are the whole, and neither is below nothing.
            let rest = amount.minus(inside).unwrap();
            prop_assert!(rest.minor() >= 0 && inside.minor() <= amount.minor());
            prop_assert_eq!(rest.plus(inside).unwrap(), amount);
        }

        #[test]
        fn what_forms_show_reads_back(q in 1i64..=Quantity::MAX, p in 0i64..=UnitPrice::MAX, r in 0i64..=100_000,
            code in prop::sample::select(&["EUR", "JPY", "KWD"])) {
            let currency = Currency::parse(code).unwrap();
            let (q, p, r) = (Quantity::new(q).unwrap(), UnitPrice::new(p).unwrap(), Rate::new("rate", r).unwrap());
            prop_assert_eq!(Quantity::parse(&q.plain()), Ok(q));
            prop_assert_eq!(UnitPrice::parse(&p.plain(currency), currency), Ok(p));
            prop_assert_eq!(Rate::parse("rate", &r.plain()), Ok(r));
            prop_assert_eq!(serde_json::from_str::<Rate>(&serde_json::to_string(&r).unwrap()).unwrap(), r);
        }
    }
}
