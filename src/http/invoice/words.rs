//! What stands on an invoice, in words: for staff and for clients alike.

use super::lines::Sums;
use crate::domain::invoice::content::Content;
use crate::domain::invoice::{line, total};
use crate::domain::money::Currency;
use crate::domain::text::{Line as Text, Paragraphs};
use crate::http::Error;

/// A line of it.
pub(crate) struct Line {
    pub(crate) description: String,
    pub(crate) quantity: String,
    pub(crate) price: String,
    pub(crate) discount: String,
    pub(crate) tax: String,
    pub(crate) amount: String,
}

/// All of it.
pub(crate) struct Words {
    pub(crate) lines: Vec<Line>,
    pub(crate) sums: Sums,
    pub(crate) reference: String,
    pub(crate) notes: String,
    pub(crate) terms: String,
}

impl Words {
    /// Whether any line has a discount of its own.
    pub(crate) fn has_discounts(&self) -> bool {
        self.lines.iter().any(|line| !line.discount.is_empty())
    }
    /// Of what an invoice says; `tax_name` is what the business calls its tax.
    pub(crate) fn new(
        content: &Content,
        currency: Currency,
        tax_name: &str,
    ) -> Result<Self, Error> {
        let totals = content
            .totals(currency)
            .map_err(|error| Error::internal(error.to_string()))?;
        let line = |(line, total): (&line::Line, &total::LineTotal)| Line {
            description: line.description.as_str().to_owned(),
            quantity: line.quantity_words(),
            price: line.unit_price.words(currency),
            discount: line
                .discount
                .map_or_else(String::new, |_| total.discount.negated().to_string()),
            tax: line.tax.words(),
            amount: total.amount.to_string(),
        };
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(Self {
            lines: content.lines.iter().zip(&totals.lines).map(line).collect(),
            sums: Sums::new(content, &totals, tax_name),
            reference: text(content.reference.as_ref().map(Text::as_str)),
            notes: text(content.notes.as_ref().map(Paragraphs::as_str)),
            terms: text(content.terms.as_ref().map(Paragraphs::as_str)),
        })
    }
}
