//! Amounts as Stripe counts them: nearly ISO 4217, with exceptions that cost a factor of a hundred.
//!
//! From Stripe's page "Supported currencies":
//! - MGA has no decimals at Stripe, two in ISO 4217;
//! - ISK has two at Stripe, always zero, and none in ISO 4217;
//! - amounts in currencies of three decimals must end in zero when asked for;
//! - UGX stands there both among the currencies without decimals and among those that need two:
//!   we do not guess with other people's money, so it cannot be paid online.

use super::super::super::money::{Currency, Money};

/// An amount that cannot be asked for through Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be paid online. Please pay by bank transfer, or ask for help.")]
pub struct NotOnline(pub Money);

/// How many of Stripe's units one ISO minor unit is: `(times, by)`.
fn factor(currency: Currency) -> Option<(i64, i64)> {
    match currency.code() {
        "UGX" => None,
        "ISK" => Some((100, 1)),
        "MGA" => Some((1, 100)),
        _ => Some((1, 1)),
    }
}

/// The amount to ask for.
pub fn to_stripe(amount: Money) -> Result<i64, NotOnline> {
    let refuse = NotOnline(amount);
    let (times, by) = factor(amount.currency()).ok_or(refuse)?;
    let exact = amount.minor() % by == 0;
    let ten = amount.currency().exponent() == 3 && amount.minor() % 10 != 0;
    if !amount.is_positive() || !exact || ten {
        return Err(refuse);
    }
    amount
        .minor()
        .checked_mul(times)
        .map(|n| n / by)
        .ok_or(refuse)
}

/// The amount that Stripe told. `None` for an unknown currency, an amount below zero, or a fraction
/// of the minor unit.
pub fn from_stripe(amount: i64, currency: &str) -> Option<Money> {
    let currency = Currency::parse(currency).ok()?;
    let (times, by) = factor(currency)?;
    let minor = amount.checked_mul(by)?;
    if amount < 0 || minor % times != 0 {
        return None;
    }
    Money::new(minor / times, currency).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_currency_comes_back_as_it_went() {
        for currency in Currency::all() {
            let amount = Money::new(12_300, currency).unwrap();
            match to_stripe(amount) {
                Ok(units) => assert_eq!(from_stripe(units, currency.code()), Some(amount)),
                Err(NotOnline(refused)) => assert_eq!(refused.currency().code(), "UGX"),
            }
        }
    }

    #[test]
    fn the_exceptions() {
        let of = |code, minor| Money::new(minor, Currency::parse(code).unwrap()).unwrap();
        assert_eq!(to_stripe(of("ISK", 5)), Ok(500));
        assert_eq!(to_stripe(of("MGA", 500)), Ok(5));
        assert!(to_stripe(of("MGA", 550)).is_err());
        assert!(to_stripe(of("KWD", 5_125)).is_err());
        assert_eq!(to_stripe(of("KWD", 5_120)), Ok(5_120));
        assert_eq!(to_stripe(of("JPY", 500)), Ok(500));
        assert!(to_stripe(of("EUR", 0)).is_err());
        assert_eq!(from_stripe(550, "isk"), None);
        assert_eq!(from_stripe(-1, "eur"), None);
        assert_eq!(from_stripe(1, "xyz"), None);
        assert_eq!(from_stripe(i64::MAX, "mga"), None);
    }
}
