//! What stands on one revision of an invoice, as the JSON that D1 keeps.
//!
//! The lines of a revision are always read together and never searched one by one, so they are one
//! JSON value of one row: a page reads one row, and a revision cannot be half changed.

use super::super::money::{Currency, Money, NumberError, Why};
use super::super::text::{Line as Text, Paragraphs};
use super::line::{Discount, Line};
use super::total::Totals;
use serde::{Deserialize, Serialize};

/// Whether prices contain the tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prices {
    /// Tax is added to them. E-invoices (EN 16931) know only these.
    #[default]
    WithoutTax,
    /// Tax is part of them, as shops write them.
    WithTax,
}

impl Prices {
    /// The name that forms and D1 keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithoutTax => "without_tax",
            Self::WithTax => "with_tax",
        }
    }
    /// The one of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::WithoutTax, Self::WithTax]
            .into_iter()
            .find(|prices| prices.as_str() == name)
    }
}

/// Why what was filled in is no invoice yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Nothing on it.
    #[error("Please add at least one line.")]
    NoLines,
    /// More lines than one invoice takes.
    #[error(
        "An invoice has at most {} lines. Please make a second invoice.",
        Content::MAX_LINES
    )]
    TooManyLines,
    /// Something on one line, counted from 1.
    #[error("Line {line}: {error}")]
    Line {
        /// Which.
        line: usize,
        /// What.
        error: NumberError,
    },
    /// The discount on the whole.
    #[error(transparent)]
    Discount(NumberError),
    /// It comes to more than can be asked for.
    #[error("This invoice comes to more than {0}. Please split it.")]
    TooLarge(Money),
}

/// What stands on a revision, besides the parties and the dates.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Content {
    /// Whether prices contain the tax.
    #[serde(default)]
    pub prices: Prices,
    /// The lines. None where the business's own PDF stands for them.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// Off the whole, spread over its tax rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Discount>,
    /// The amount of an uploaded PDF, in minor units. With it there are no lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded: Option<i64>,
    /// The tax in it, where the business said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded_tax: Option<i64>,
    /// The client's own reference, as an order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Text<100>>,
    /// Said below the lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Paragraphs>,
    /// Terms of payment in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Paragraphs>,
}

impl Content {
    /// The most lines of one invoice.
    pub const MAX_LINES: usize = 500;

    /// Its totals, or why it has none yet.
    pub fn totals(&self, currency: Currency) -> Result<Totals, ContentError> {
        let most = Money::new(Money::MAX_TYPED, currency).unwrap_or(Money::zero(currency));
        let totals = match self.uploaded {
            Some(minor) if minor < 0 => {
                return Err(ContentError::Line {
                    line: 1,
                    error: NumberError {
                        what: "amount",
                        why: Why::Negative,
                    },
                });
            }
            Some(minor) => {
                let total =
                    Money::new(minor, currency).map_err(|_| ContentError::TooLarge(most))?;
                Totals::of_amount(total)
            }
            None if self.lines.is_empty() => return Err(ContentError::NoLines),
            None if self.lines.len() > Self::MAX_LINES => return Err(ContentError::TooManyLines),
            None => Totals::of_lines(self, currency)?,
        };
        if totals.total.minor() > Money::MAX_TYPED {
            return Err(ContentError::TooLarge(most));
        }
        Ok(totals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uploaded_invoice_is_its_amount() {
        let content = Content {
            uploaded: Some(12_000),
            ..Content::default()
        };
        let totals = content.totals(Currency::EUR).unwrap();
        assert_eq!(totals.total.to_string(), "€120.00");
        assert!(totals.taxes.is_empty() && totals.lines.is_empty());
        let json = serde_json::to_string(&content).unwrap();
        assert_eq!(serde_json::from_str::<Content>(&json).unwrap(), content);
    }

    #[test]
    fn what_is_no_invoice_is_said() {
        let empty = Content::default();
        assert_eq!(empty.totals(Currency::EUR), Err(ContentError::NoLines));
        for minor in [-1, Money::MAX_TYPED + 1, i64::MAX] {
            let content = Content {
                uploaded: Some(minor),
                ..Content::default()
            };
            assert!(content.totals(Currency::EUR).is_err(), "{minor}");
        }
        assert_eq!(serde_json::from_str::<Content>("{}").unwrap(), empty);
    }
}
