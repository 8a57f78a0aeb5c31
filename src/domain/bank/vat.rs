//! Tax numbers of businesses, by their form alone: whether one is registered only its authority knows.

use super::compact;
use std::fmt;

/// Prefixes that VAT numbers of Europe begin with: the member states (EL is Greece), Northern
/// Ireland, and neighbours.
const PREFIXES: &str = "AT BE BG CHE CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT \
    RO SE SI SK XI";

/// A text that is no VAT number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A VAT number begins with the letters of its country, like DE123456789 or EL123456789.")]
pub struct VatError;

/// A VAT number, in upper case without spaces, dots and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VatId(String);

impl VatId {
    /// The one door: a known prefix and 5 to 13 letters and digits, at least five digits among them.
    pub fn parse(raw: &str) -> Result<Self, VatError> {
        let text = compact(raw);
        let body = PREFIXES
            .split_ascii_whitespace()
            .find_map(|prefix| text.strip_prefix(prefix))
            .ok_or(VatError)?;
        let plain = body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+*".contains(&b));
        let digits = body.bytes().filter(u8::is_ascii_digit).count();
        if plain && (5..=13).contains(&body.len()) && digits >= 5 {
            Ok(Self(text))
        } else {
            Err(VatError)
        }
    }
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for VatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for good in [
            "DE 123 456 789",
            "atu12345678",
            "EL123456789",
            "CHE-123.456.789 MWST",
            "NL123456789B01",
            "IE1234567WA",
            "XI123456789",
        ] {
            assert!(VatId::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "DE",
            "DE12",
            "123456789",
            "US123456789",
            "DEABCDEFGHI",
            "DE1234567é9",
            "DE12345678901234",
        ] {
            assert_eq!(VatId::parse(bad), Err(VatError), "{bad}");
        }
    }
}
