//! Who asks whom, and how it is to be paid: what a revision keeps of it when it is sealed.
//!
//! Settings and addresses change; what was sent does not. So sending copies all that stands on an
//! invoice besides its content into the revision, as JSON, and pages and PDF of a sent invoice read it
//! from there alone. A draft has none yet and is shown with what is set at the moment.

use super::super::country;
use super::super::text::{Paragraphs, TextError};
use serde::{Deserialize, Serialize};

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreetError {
    /// More than fits on a letter.
    #[error(
        "Please use at most {} lines here. Postcode and city have fields of their own.",
        Street::LINES
    )]
    Lines,
    /// One line is too long.
    #[error(
        "Please keep each line of the address within {} characters.",
        Street::LINE
    )]
    Long,
    /// Not text.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// What stands above postcode and city: up to four lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Street(String);

impl Street {
    /// Lines at most.
    pub const LINES: usize = 4;
    /// Characters of a line at most.
    pub const LINE: usize = 100;

    /// The one door; it may stay empty.
    pub fn parse(raw: &str) -> Result<Self, StreetError> {
        let Some(text) = Paragraphs::optional("address", raw)? else {
            return Ok(Self::default());
        };
        let lines = text.as_str().lines().map(str::trim);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        if lines.len() > Self::LINES {
            return Err(StreetError::Lines);
        }
        if lines.iter().any(|line| line.chars().count() > Self::LINE) {
            return Err(StreetError::Long);
        }
        Ok(Self(lines.join("\n")))
    }
    /// The lines.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A business or person on an invoice. What is empty is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Party {
    /// Legal name.
    pub name: String,
    /// Street and what else comes before the postcode, in lines.
    pub address: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
    /// ISO 3166, two letters.
    pub country: String,
    /// VAT id.
    pub vat_id: String,
    /// A tax number that is no VAT id.
    pub tax_number: String,
    /// Of a company, with its court.
    pub registration: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
}

impl Party {
    /// The address as it is read, a line each, with the country's name last.
    pub fn address_lines(&self) -> Vec<String> {
        let town = format!("{} {}", self.postcode.trim(), self.city.trim());
        let country = country::name(&self.country).unwrap_or(&self.country);
        let country = country.strip_prefix("the ").unwrap_or(country);
        let lines = self.address.lines().chain([town.as_str(), country]);
        let lines = lines.map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }
}

/// Where a transfer goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// Whose account it is.
    pub name: String,
    /// IBAN, without spaces.
    pub iban: String,
    /// BIC.
    pub bic: String,
    /// The bank's name.
    pub bank: String,
    /// In words, where there is no IBAN.
    pub details: String,
}

/// How it looks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// `#rrggbb`.
    pub colour: String,
    /// Hash of the logo's file.
    pub logo: Option<String>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Parties {
    /// Who asks.
    pub seller: Party,
    /// Who is asked.
    pub buyer: Party,
    /// What the buyer wants to read on it: the routing id of an authority, say.
    pub buyer_reference: String,
    /// What the tax is called.
    pub tax_name: String,
    /// Absent: the business takes no transfers.
    pub account: Option<Account>,
    /// The business's colour and logo.
    pub look: Look,
}

impl Parties {
    /// What a revision keeps; nothing of it where the revision is not sealed.
    pub fn read(json: &str) -> Result<Option<Self>, serde_json::Error> {
        let parties: Self = serde_json::from_str(json)?;
        Ok((parties != Self::default()).then_some(parties))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_street_is_a_few_lines() {
        let street = Street::parse(" Keizersgracht 1 \r\n\n Third floor ").unwrap();
        assert_eq!(street.as_str(), "Keizersgracht 1\nThird floor");
        assert_eq!(Street::parse("  "), Ok(Street::default()));
        assert_eq!(Street::parse("a\nb\nc\nd\ne"), Err(StreetError::Lines));
        assert_eq!(Street::parse(&"x".repeat(101)), Err(StreetError::Long));
        assert!(matches!(Street::parse("a\0b"), Err(StreetError::Text(_))));
    }

    #[test]
    fn an_address_is_read_in_lines() {
        let party = Party {
            address: " Keizersgracht 1 \n\nThird floor".to_owned(),
            postcode: "1015".to_owned(),
            city: "Amsterdam".to_owned(),
            country: "NL".to_owned(),
            ..Party::default()
        };
        assert_eq!(
            party.address_lines(),
            [
                "Keizersgracht 1",
                "Third floor",
                "1015 Amsterdam",
                "Netherlands"
            ]
        );
        assert!(Party::default().address_lines().is_empty());
    }

    #[test]
    fn what_is_not_sealed_keeps_nothing() {
        assert_eq!(Parties::read("{}").unwrap(), None);
        let json = r##"{"look":{"colour":"#2f5d50"},"later":1}"##;
        let read = Parties::read(json).unwrap().unwrap();
        assert_eq!(read.look.colour, "#2f5d50");
        let json = serde_json::to_string(&read).unwrap();
        assert_eq!(Parties::read(&json).unwrap(), Some(read));
    }
}
