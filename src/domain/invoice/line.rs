//! One line of an invoice: what, how many, at which price, with which discount and tax.

use super::super::money::{Currency, Money, NumberError, Quantity, Rate, UnitPrice, Why};
use super::super::text::{Line as Text, TextError};
use super::tax::Tax;
use serde::{Deserialize, Serialize};

/// What a quantity counts, with its code of UN/ECE Recommendation 20 for e-invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Pieces; nothing is written behind the number.
    #[default]
    Piece,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Years.
    Year,
    /// Kilograms.
    Kilogram,
    /// Litres.
    Litre,
    /// Metres.
    Metre,
    /// Square metres.
    SquareMetre,
    /// Kilometres.
    Kilometre,
}

impl Unit {
    /// Every unit, in the order of the list to choose from.
    pub const ALL: [Self; 11] = [
        Self::Piece,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
        Self::Kilogram,
        Self::Litre,
        Self::Metre,
        Self::SquareMetre,
        Self::Kilometre,
    ];
    /// The name that forms and JSON keep, and the code of Recommendation 20, and what is written
    /// behind a quantity.
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Piece => ("piece", "C62", ""),
            Self::Hour => ("hour", "HUR", "h"),
            Self::Day => ("day", "DAY", "d"),
            Self::Week => ("week", "WEE", "wk"),
            Self::Month => ("month", "MON", "mo"),
            Self::Year => ("year", "ANN", "yr"),
            Self::Kilogram => ("kilogram", "KGM", "kg"),
            Self::Litre => ("litre", "LTR", "l"),
            Self::Metre => ("metre", "MTR", "m"),
            Self::SquareMetre => ("square_metre", "MTK", "m²"),
            Self::Kilometre => ("kilometre", "KMT", "km"),
        }
    }
    /// The name that forms and JSON keep.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }
    /// The code of UN/ECE Recommendation 20.
    pub const fn code(self) -> &'static str {
        self.row().1
    }
    /// What is written behind a quantity; nothing for pieces.
    pub const fn sign(self) -> &'static str {
        self.row().2
    }
    /// What a list to choose from says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Piece => "Pieces",
            Self::Hour => "Hours",
            Self::Day => "Days",
            Self::Week => "Weeks",
            Self::Month => "Months",
            Self::Year => "Years",
            Self::Kilogram => "kg",
            Self::Litre => "Litres",
            Self::Metre => "Metres",
            Self::SquareMetre => "m²",
            Self::Kilometre => "km",
        }
    }
    /// The unit of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|u| u.as_str() == name)
    }
}

/// Something off: a part, or an amount in minor units of the invoice's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discount {
    /// A percentage.
    Percent(Rate),
    /// An amount, in minor units.
    Amount(i64),
}

impl Discount {
    /// The door for a form's text: "10%" is a part, "10" an amount. Empty or zero: none.
    pub fn parse(raw: &str, currency: Currency) -> Result<Option<Self>, NumberError> {
        let text = raw.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.ends_with('%') {
            let rate = Rate::parse("discount", text)?;
            return Ok((!rate.is_zero()).then_some(Self::Percent(rate)));
        }
        let amount = Money::parse("discount", text, currency)?;
        Ok(amount.is_positive().then_some(Self::Amount(amount.minor())))
    }
    /// What a form field shows.
    pub fn plain(self, currency: Currency) -> String {
        match self {
            Self::Percent(rate) => rate.to_string(),
            Self::Amount(minor) => {
                Money::new(minor, currency).map_or_else(|_| String::new(), Money::plain)
            }
        }
    }
    /// How much is off `amount`: at most all of it.
    pub fn of(self, amount: Money) -> Result<Money, NumberError> {
        let refuse = |why| NumberError {
            what: "discount",
            why,
        };
        let off = match self {
            Self::Percent(rate) => rate.of(amount),
            Self::Amount(minor) if minor < 0 => return Err(refuse(Why::Negative)),
            Self::Amount(minor) => Money::new(minor, amount.currency()).ok(),
        };
        match off {
            Some(off) if off.minor() <= amount.minor() => Ok(off),
            Some(_) | None => Err(refuse(Why::TooLarge(amount.to_string()))),
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is for: one line of up to 300 characters.
    pub description: Text<300>,
    /// How many.
    pub quantity: Quantity,
    /// Of what.
    #[serde(default)]
    pub unit: Unit,
    /// The price of one, with or without tax as the invoice says.
    pub unit_price: UnitPrice,
    /// Off this line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Discount>,
    /// Its tax.
    pub tax: Tax,
}

impl Line {
    /// The door for the text of its description.
    pub fn description(raw: &str) -> Result<Text<300>, TextError> {
        Text::parse("description", raw)
    }
    /// "2.5 h", "3".
    pub fn quantity_words(&self) -> String {
        match self.unit.sign() {
            "" => self.quantity.to_string(),
            sign => format!("{}\u{a0}{sign}", self.quantity),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_names_and_codes_of_their_own() {
        for unit in Unit::ALL {
            assert_eq!(Unit::parse(unit.as_str()), Some(unit));
            let json = serde_json::to_string(&unit).unwrap();
            assert_eq!(json, format!("\"{}\"", unit.as_str()));
        }
        let mut codes = Unit::ALL.map(Unit::code).to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Unit::ALL.len());
        assert_eq!(Unit::parse("HUR"), None);
    }

    #[test]
    fn discounts_are_a_part_or_an_amount() {
        let read = |raw| Discount::parse(raw, Currency::EUR);
        assert_eq!(read(" "), Ok(None));
        assert_eq!(read("0%"), Ok(None));
        assert_eq!(read("0.00"), Ok(None));
        let tenth = read("10 %").unwrap().unwrap();
        let five = read("€5").unwrap().unwrap();
        assert_eq!(five, Discount::Amount(500));
        let amount = |minor| Money::new(minor, Currency::EUR).unwrap();
        assert_eq!(tenth.of(amount(995)).unwrap().minor(), 100);
        assert_eq!(five.of(amount(500)).unwrap().minor(), 500);
        assert_eq!(
            five.of(amount(499)).unwrap_err().to_string(),
            "This discount is too large. The most is €4.99."
        );
        assert!(Discount::Amount(-1).of(amount(499)).is_err());
        assert!(read("101%").is_err() && read("-5").is_err());
        assert_eq!(five.plain(Currency::EUR), "5.00");
        assert_eq!(tenth.plain(Currency::EUR), "10%");
    }
}
