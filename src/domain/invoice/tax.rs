//! The tax of a line: a category of EN 16931 with its rate.
//!
//! Lines of one category and one rate are one group, and tax is computed on the group
//! ([`super::total`]), never line by line.

use super::super::money::{NumberError, Rate, Why};
use serde::{Deserialize, Deserializer, Serialize};

/// Why a supply is taxed or not: the codes of UNTDID 5305 that EN 16931 allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TaxCategory {
    /// Taxed at a rate above zero.
    #[serde(rename = "S")]
    Standard,
    /// Taxed at zero.
    #[serde(rename = "Z")]
    Zero,
    /// Exempt from tax.
    #[serde(rename = "E")]
    Exempt,
    /// The customer owes the tax.
    #[serde(rename = "AE")]
    ReverseCharge,
    /// Goods to a business in another member state.
    #[serde(rename = "K")]
    IntraCommunity,
    /// Goods that leave the customs union.
    #[serde(rename = "G")]
    Export,
    /// Outside the scope of tax; also of a business that is not registered for it.
    #[serde(rename = "O")]
    OutsideScope,
}

impl TaxCategory {
    /// Every category, the usual one first.
    pub const ALL: [Self; 7] = [
        Self::Standard,
        Self::Zero,
        Self::Exempt,
        Self::ReverseCharge,
        Self::IntraCommunity,
        Self::Export,
        Self::OutsideScope,
    ];
    /// The code of UNTDID 5305, which forms and JSON keep too.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::Zero => "Z",
            Self::Exempt => "E",
            Self::ReverseCharge => "AE",
            Self::IntraCommunity => "K",
            Self::Export => "G",
            Self::OutsideScope => "O",
        }
    }
    /// The category of that code, if there is one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Standard => "Taxed",
            Self::Zero => "Zero rate",
            Self::Exempt => "Exempt",
            Self::ReverseCharge => "Reverse charge",
            Self::IntraCommunity => "Intra-Community supply",
            Self::Export => "Export",
            Self::OutsideScope => "Not taxed",
        }
    }
    /// The reason that has to stand on the invoice where no tax is asked (EN 16931 BT-120).
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Standard | Self::Zero => None,
            Self::Exempt => Some("Exempt from tax"),
            Self::ReverseCharge => Some("Reverse charge: the customer accounts for the tax"),
            Self::IntraCommunity => Some("Intra-Community supply, exempt from tax"),
            Self::Export => Some("Export outside the customs union, exempt from tax"),
            Self::OutsideScope => Some("Not subject to tax"),
        }
    }
}

/// A text that says no tax.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaxError {
    /// Nothing typed.
    #[error("Please say the tax: a rate like 19%, or “Not taxed”.")]
    Empty,
    /// A word that is none of the labels.
    #[error("Please write a rate like 19%, or one of: {}.", labels())]
    Unknown,
    /// A rate that cannot be.
    #[error(transparent)]
    Rate(#[from] NumberError),
}

/// The labels of what is not taxed at a rate.
fn labels() -> String {
    let words = TaxCategory::ALL.into_iter().skip(1).map(TaxCategory::label);
    words.collect::<Vec<_>>().join(", ")
}

/// A category with its rate: above zero for [`TaxCategory::Standard`] alone (EN 16931 BR-S-5 and
/// its siblings). Ordered by category, then rate, which is the order on the invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Tax {
    category: TaxCategory,
    rate: Rate,
}

impl Tax {
    /// No tax at all.
    pub const NONE: Self = Self {
        category: TaxCategory::OutsideScope,
        rate: Rate::ZERO,
    };

    /// The one door. A taxed line at 0 % is one of the zero rate; another category takes no rate.
    pub fn new(category: TaxCategory, rate: Rate) -> Result<Self, NumberError> {
        match (category, rate.is_zero()) {
            (TaxCategory::Standard, true) => Ok(Self {
                category: TaxCategory::Zero,
                rate,
            }),
            (TaxCategory::Standard, false) | (_, true) => Ok(Self { category, rate }),
            (_, false) => Err(NumberError {
                what: "tax rate of a line without tax",
                why: Why::TooLarge("0".to_owned()),
            }),
        }
    }
    /// The door for a form's text: a rate, or the label of what is not taxed at one. Reads what
    /// [`Self::words`] writes.
    pub fn parse(raw: &str) -> Result<Self, TaxError> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(TaxError::Empty);
        }
        let labelled = |c: &TaxCategory| c.label().eq_ignore_ascii_case(text);
        if let Some(category) = TaxCategory::ALL.into_iter().skip(1).find(labelled) {
            return Ok(Self::new(category, Rate::ZERO)?);
        }
        if text.chars().any(char::is_alphabetic) {
            return Err(TaxError::Unknown);
        }
        let rate = Rate::parse("tax rate", text)?;
        Ok(Self::new(TaxCategory::Standard, rate)?)
    }
    /// Why it is taxed or not.
    pub const fn category(self) -> TaxCategory {
        self.category
    }
    /// At which rate.
    pub const fn rate(self) -> Rate {
        self.rate
    }
    /// "19%", or the label of what is not taxed.
    pub fn words(self) -> String {
        match self.category {
            TaxCategory::Standard => self.rate.to_string(),
            other => other.label().to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Tax {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            category: TaxCategory,
            rate: Rate,
        }
        let raw = Raw::deserialize(d)?;
        Self::new(raw.category, raw.rate).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_taxed_lines_have_a_rate() {
        let rate = Rate::parse("tax rate", "19").unwrap();
        for category in TaxCategory::ALL {
            assert_eq!(TaxCategory::parse(category.code()), Some(category));
            assert_eq!(
                Tax::new(category, rate).is_ok(),
                category == TaxCategory::Standard
            );
            assert!(Tax::new(category, Rate::ZERO).unwrap().rate().is_zero());
        }
        let zero = Tax::new(TaxCategory::Standard, Rate::ZERO).unwrap();
        assert_eq!(zero.category(), TaxCategory::Zero);
        assert_eq!(TaxCategory::parse("s"), None);
    }

    #[test]
    fn people_write_a_rate_or_a_word() {
        for (typed, words) in [
            ("19", "19%"),
            (" 7,7 % ", "7.7%"),
            ("0", "Zero rate"),
            ("exempt", "Exempt"),
            ("Reverse charge", "Reverse charge"),
            ("not taxed", "Not taxed"),
        ] {
            let tax = Tax::parse(typed).unwrap();
            assert_eq!(tax.words(), words);
            assert_eq!(Tax::parse(&tax.words()), Ok(tax));
        }
        assert_eq!(Tax::parse("  "), Err(TaxError::Empty));
        assert_eq!(Tax::parse("Taxed"), Err(TaxError::Unknown));
        assert!(matches!(Tax::parse("-1"), Err(TaxError::Rate(_))));
        assert!(matches!(Tax::parse("101"), Err(TaxError::Rate(_))));
    }

    #[test]
    fn json_is_checked() {
        let tax: Tax = serde_json::from_str(r#"{"category":"S","rate":8875}"#).unwrap();
        assert_eq!(tax.words(), "8.875%");
        assert_eq!(
            serde_json::to_string(&tax).unwrap(),
            r#"{"category":"S","rate":8875}"#
        );
        assert!(serde_json::from_str::<Tax>(r#"{"category":"E","rate":1}"#).is_err());
    }
}
