//! Money: whole minor units of one currency, and nothing else.
//!
//! An amount is an `i64` count of the currency's smallest unit (cents, yen, fils) together with its
//! [`Currency`]. There is no way to add two currencies, no float, and no arithmetic that can wrap:
//! everything that could leave [`Money::MAX`] is an error. That limit is what a JavaScript number
//! holds exactly, because amounts pass through one on their way to D1.
//!
//! | part | what it is |
//! |---|---|
//! | [`Currency`] | ISO 4217 code and exponent (0, 2 or 3) |
//! | [`Money`], [`Sums`] | one amount; amounts per currency |
//! | [`Quantity`], [`UnitPrice`], [`Rate`] | what stands on a line of an invoice |
//! | [`decimal`] | reading what people type, refusing what could mean two things |
//! | [`apportion`] | splitting an amount so that the parts add up to it |

pub mod apportion;
pub mod currency;
pub mod decimal;
pub mod rate;

pub use apportion::apportion;
pub use currency::Currency;
pub use decimal::{NumberError, Why};
pub use rate::{Quantity, Rate, UnitPrice};

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Why an operation on amounts has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies in one sum.
    #[error("{0} and {1} cannot be added up. Please keep to one currency.")]
    Mixed(Currency, Currency),
    /// Beyond [`Money::MAX`].
    #[error("This amount is too large. Please split it.")]
    TooLarge,
}

/// An amount of one currency, in its minor units; may be below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// The largest count of minor units, either way: 2⁵³ − 1.
    pub const MAX: i64 = 9_007_199_254_740_991;
    /// The largest amount that may be typed: 10¹² minor units, ten thousand million euros.
    pub const MAX_TYPED: i64 = 1_000_000_000_000;

    /// The door for numbers.
    pub const fn new(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor < -Self::MAX || minor > Self::MAX {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self { minor, currency })
    }
    /// Nothing, in that currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }
    /// The door for a form's text: not below zero, at most [`Self::MAX_TYPED`], with no more
    /// decimals than the currency has. Its own symbol or code around it is ignored. See [`decimal`]
    /// for what is read and what is refused. `what` is the noun of the field, as "amount".
    pub fn parse(what: &'static str, raw: &str, currency: Currency) -> Result<Self, NumberError> {
        let text = currency.strip(raw);
        let minor = decimal::read(what, text, currency.exponent(), Self::MAX_TYPED)?;
        Ok(Self { minor, currency })
    }

    /// The count of minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }
    /// Its currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }
    /// Whether it is exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }
    /// Whether it is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// This and that.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_add(other.minor);
        Self::new(minor.ok_or(MoneyError::TooLarge)?, self.currency)
    }
    /// This without that.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_sub(other.minor);
        Self::new(minor.ok_or(MoneyError::TooLarge)?, self.currency)
    }
    /// So many times this.
    pub fn times(self, n: i64) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(n).ok_or(MoneyError::TooLarge)?;
        Self::new(minor, self.currency)
    }
    /// What is left of it above zero: itself, or nothing.
    #[must_use]
    pub const fn or_nothing(self) -> Self {
        if self.minor < 0 {
            Self::zero(self.currency)
        } else {
            self
        }
    }
    /// The other way round: what came in as what went out.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self {
            minor: -self.minor,
            currency: self.currency,
        }
    }
    /// All of them together; nothing of `currency` where there are none.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::plus)
    }

    /// Plain digits with a point, as form fields, CSV and XML want them: "-1234.56", "1200",
    /// "1.250". [`Self::parse`] reads it back where it is not below zero.
    pub fn plain(self) -> String {
        decimal::write(self.minor, self.currency.exponent())
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Mixed(self.currency, other.currency))
        }
    }
}

/// "€1,234.56", "¥1,200", "KWD 1.250", "−€5.00": grouped by thousands, always with the currency's
/// own number of decimals, so that columns of tabular figures line up. The space after a code does
/// not break (U+00A0), the minus is U+2212.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "\u{2212}" } else { "" };
        let digits = decimal::grouped(self.minor.unsigned_abs(), self.currency.exponent());
        let (mark, space) = match self.currency.symbol() {
            Some(symbol) => (symbol, ""),
            None => (self.currency.code(), "\u{a0}"),
        };
        for part in [sign, mark, space, digits.as_str()] {
            f.write_str(part)?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            minor: i64,
            currency: Currency,
        }
        let raw = Raw::deserialize(d)?;
        Self::new(raw.minor, raw.currency).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(code: &str, minor: i64) -> Money {
        Money::new(minor, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn amounts_are_shown_as_people_write_them() {
        for (code, minor, shown, plain) in [
            ("EUR", 123_456, "€1,234.56", "1234.56"),
            ("EUR", 5, "€0.05", "0.05"),
            ("EUR", -500, "\u{2212}€5.00", "-5.00"),
            ("JPY", 1_200, "¥1,200", "1200"),
            ("KWD", 1_250, "KWD\u{a0}1.250", "1.250"),
            ("CHF", 100_000_000, "CHF\u{a0}1,000,000.00", "1000000.00"),
            ("AUD", 99, "A$0.99", "0.99"),
            (
                "EUR",
                1_000_000_000_000,
                "€10,000,000,000.00",
                "10000000000.00",
            ),
        ] {
            assert_eq!(of(code, minor).to_string(), shown);
            assert_eq!(of(code, minor).plain(), plain);
        }
    }

    #[test]
    fn what_people_type_is_read_or_refused() {
        let eur = |raw| Money::parse("amount", raw, Currency::EUR).map(Money::minor);
        for (raw, minor) in [
            ("1234.56", 123_456),
            ("1,234.56", 123_456),
            ("1.234,56", 123_456),
            (" € 1 234.50 ", 123_450),
            ("1'234.5 EUR", 123_450),
            ("12,50", 1_250),
            ("1,234", 123_400),
            ("1.234.567", 123_456_700),
            (".5", 50),
            ("0", 0),
        ] {
            assert_eq!(eur(raw), Ok(minor), "{raw}");
        }
        let says = |raw: &str, currency| {
            Money::parse("amount", raw, currency)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            says("1.234", Currency::EUR),
            "“1.234” can be read in two ways. Please write 1234 if it is over a thousand, or use at most 2 decimals."
        );
        assert_eq!(
            says("-5", Currency::EUR),
            "The amount cannot be below zero. Please leave out the minus sign."
        );
        assert_eq!(
            says("5.1", Currency::parse("JPY").unwrap()),
            "Please write the amount without decimals."
        );
        let kwd = Currency::parse("KWD").unwrap();
        assert_eq!(
            Money::parse("amount", "1.250", kwd).map(Money::minor),
            Ok(1_250)
        );
        assert_eq!(
            says("1,250", kwd),
            "“1,250” can be read in two ways. Please write 1250 or 1.250."
        );
        assert!(says("10000000000.01", Currency::EUR).contains("too large"));
    }

    #[test]
    fn currencies_never_mix() {
        let (eur, usd) = (of("EUR", 1), of("USD", 1));
        assert_eq!(
            eur.plus(usd),
            Err(MoneyError::Mixed(eur.currency(), usd.currency()))
        );
        assert!(eur.minus(usd).is_err());
    }

    #[test]
    fn nothing_wraps() {
        let most = of("EUR", Money::MAX);
        assert_eq!(most.plus(of("EUR", 1)), Err(MoneyError::TooLarge));
        assert_eq!(most.times(2), Err(MoneyError::TooLarge));
        assert_eq!(most.times(i64::MAX), Err(MoneyError::TooLarge));
        assert!(Money::new(i64::MIN, Currency::EUR).is_err());
        let million = vec![of("EUR", 1_000_000); 1_000_000];
        assert_eq!(
            Money::sum(Currency::EUR, million).unwrap().minor(),
            1_000_000_000_000
        );
    }

    proptest! {
        #[test]
        fn plain_text_reads_back(minor in 0i64..=Money::MAX_TYPED, code in prop::sample::select(&["EUR", "JPY", "KWD"])) {
            let money = of(code, minor);
            prop_assert_eq!(Money::parse("amount", &money.plain(), money.currency()), Ok(money));
            let shown = money.to_string();
            if money.currency().exponent() != 3 {
                prop_assert_eq!(Money::parse("amount", &shown, money.currency()), Ok(money));
            }
            let json = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        }

        #[test]
        fn no_text_panics(raw in "\\PC{0,40}|[0-9.,' -]{0,40}") {
            for code in ["EUR", "JPY", "KWD"] {
                let read = Money::parse("amount", &raw, Currency::parse(code).unwrap());
                prop_assert!(read.is_err() || read.unwrap().minor() <= Money::MAX_TYPED);
            }
        }
    }
}
