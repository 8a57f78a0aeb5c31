//! An invoice that is the business's own PDF: its amount, its own number, and whether the file is one.

use super::super::money::Money;
use super::super::settings::UploadLimit;

/// The largest PDF that is taken, in bytes.
pub const LIMIT: i64 = 25 << 20;

/// Why one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadedError {
    /// Nothing is asked for.
    #[error("Please enter an amount above zero.")]
    Nothing,
    /// More tax than money.
    #[error("The tax is part of the amount, so it cannot be more than {0}.")]
    Tax(Money),
    /// No file.
    #[error("Please choose your invoice as a PDF.")]
    NoFile,
    /// A file without a byte.
    #[error("This file is empty. Please choose your invoice as a PDF.")]
    Empty,
    /// Another kind of file.
    #[error("This file is no PDF. Please save your invoice as a PDF and choose that.")]
    NoPdf,
    /// Over [`LIMIT`].
    #[error("This file is larger than 25 MB. Please choose a smaller one.")]
    TooLarge,
    /// Not a number for an invoice.
    #[error("Please use up to 30 letters, digits, spaces and - . / _ # for the number.")]
    Number,
}

/// The limit as files are read.
pub fn limit() -> UploadLimit {
    UploadLimit::new(LIMIT).unwrap_or(UploadLimit::DEFAULT)
}

/// May that be asked for, with so much tax in it?
pub fn decide_amount(amount: Money, tax: Option<Money>) -> Result<(), UploadedError> {
    if !amount.is_positive() {
        return Err(UploadedError::Nothing);
    }
    match tax.map_or(Ok(amount), |tax| amount.minus(tax)) {
        Ok(rest) if rest.minor() >= 0 => Ok(()),
        Ok(_) | Err(_) => Err(UploadedError::Tax(amount)),
    }
}

/// Whether a file begins as a PDF does (ISO 32000, 7.5.2).
pub fn is_pdf(first: &[u8]) -> bool {
    first.starts_with(b"%PDF-")
}

/// The number that stands on an uploaded invoice, as the business gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNumber(String);

impl OwnNumber {
    /// The one door.
    pub fn parse(raw: &str) -> Result<Self, UploadedError> {
        let number = raw.trim();
        let known =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '.' | '/' | '_' | '#');
        let sound = (1..=30).contains(&number.len())
            && number.chars().all(known)
            && number.contains(|c: char| c.is_ascii_alphanumeric());
        sound
            .then(|| Self(number.to_owned()))
            .ok_or(UploadedError::Number)
    }
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn something_is_asked_for_and_the_tax_is_part_of_it() {
        let eur = |minor| Money::new(minor, Currency::EUR).unwrap();
        assert_eq!(decide_amount(eur(0), None), Err(UploadedError::Nothing));
        assert_eq!(decide_amount(eur(-1), None), Err(UploadedError::Nothing));
        for (tax, taken) in [(0, true), (19, true), (119, true), (120, false)] {
            assert_eq!(
                decide_amount(eur(119), Some(eur(tax))).is_ok(),
                taken,
                "{tax}"
            );
        }
        let yen = Money::new(1, Currency::parse("JPY").unwrap()).unwrap();
        assert!(decide_amount(eur(119), Some(yen)).is_err());
    }

    #[test]
    fn a_pdf_begins_like_one() {
        assert!(is_pdf(b"%PDF-1.7\n%\xe2\xe3") && is_pdf(b"%PDF-"));
        for other in [
            &b""[..],
            b"%PDF",
            b" %PDF-1.4",
            b"PK\x03\x04",
            b"<html>%PDF-1.4",
            b"%pdf-1.4",
        ] {
            assert!(!is_pdf(other));
        }
        assert_eq!(limit().words(), "25 MB");
    }

    #[test]
    fn own_numbers_are_short_and_plain() {
        for good in ["2026/118", " RE-0042 ", "7", "Nr. 12 #3"] {
            assert_eq!(OwnNumber::parse(good).unwrap().as_str(), good.trim());
        }
        for bad in [
            "",
            "  ",
            "-",
            "a\nb",
            "é1",
            "<b>1",
            "1\u{202e}",
            &"1".repeat(31),
        ] {
            assert_eq!(OwnNumber::parse(bad), Err(UploadedError::Number), "{bad}");
        }
    }
}
