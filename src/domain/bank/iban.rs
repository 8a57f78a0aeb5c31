//! Account numbers (IBAN, ISO 13616) and the banks they are at (BIC, ISO 9362).

use super::{compact, in_fours, mod97};
use std::fmt;

/// Lengths by country, from the IBAN registry of SWIFT.
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 \
    CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 \
    HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 \
    ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 \
    SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// Why bank details are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    /// Not two letters, two digits and the rest.
    #[error("An IBAN begins with two letters and two digits, like DE89 3704 0044 0532 0130 00.")]
    Shape,
    /// A country that has no IBAN.
    #[error("No country with an IBAN begins with {0}. Please check the first two letters.")]
    Country(String),
    /// Characters are missing or too many.
    #[error("An IBAN of {country} has {expected} characters; this one has {actual}.")]
    Length {
        /// Its first two letters.
        country: String,
        /// As many as it should have.
        expected: usize,
        /// As many as it has.
        actual: usize,
    },
    /// The check digits do not fit.
    #[error("This IBAN has a typing mistake: its check digits do not fit. Please compare it.")]
    Check,
    /// Not 8 or 11 characters of the right kind.
    #[error("A BIC has 8 or 11 letters and digits, like COBADEFFXXX.")]
    Bic,
}

/// An account number, in upper case without spaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Iban(String);

impl Iban {
    /// The one door: any case, spaces, hyphens and dots ignored; length and check digits must fit.
    pub fn parse(raw: &str) -> Result<Self, BankError> {
        let text = compact(raw);
        let shaped = text.is_ascii()
            && text.len() >= 5
            && text.bytes().enumerate().all(|(i, b)| match i {
                0 | 1 => b.is_ascii_uppercase(),
                2 | 3 => b.is_ascii_digit(),
                _ => b.is_ascii_alphanumeric(),
            });
        let (Some(country), Some(rest), true) = (text.get(..2), text.get(4..), shaped) else {
            return Err(BankError::Shape);
        };
        let length = LENGTHS
            .split_ascii_whitespace()
            .find_map(|row| row.strip_prefix(country)?.parse::<usize>().ok())
            .ok_or_else(|| BankError::Country(country.to_owned()))?;
        if text.len() != length {
            return Err(BankError::Length {
                country: country.to_owned(),
                expected: length,
                actual: text.len(),
            });
        }
        if mod97(rest.chars().chain(text.chars().take(4))) != Some(1) {
            return Err(BankError::Check);
        }
        Ok(Self(text))
    }
    /// Without spaces, as machines want it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In groups of four, as people read it.
impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_fours(&self.0))
    }
}

/// The code of a bank: 8 or 11 characters in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bic(String);

impl Bic {
    /// The one door: four letters or digits, two letters of the country, two and maybe three more.
    pub fn parse(raw: &str) -> Result<Self, BankError> {
        let text = compact(raw);
        let shaped = matches!(text.len(), 8 | 11)
            && text.bytes().enumerate().all(|(i, b)| match i {
                4 | 5 => b.is_ascii_uppercase(),
                _ => b.is_ascii_alphanumeric(),
            });
        if shaped {
            Ok(Self(text))
        } else {
            Err(BankError::Bic)
        }
    }
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_registry_s_own_examples_are_read() {
        for good in [
            "DE89 3704 0044 0532 0130 00",
            "gb29 nwbk 6016 1331 9268 19",
            "FR14-2004-1010-0505-0001-3M02-606",
            "NO93 8601 1117 947",
            "CH93 0076 2011 6238 5295 7",
            "MT84MALT011000012345MTLCAST001S",
            "BE68 5390 0754 7034",
            "NL91 ABNA 0417 1643 00",
            "AT61 1904 3002 3457 3201",
            "ES91 2100 0418 4502 0005 1332",
            "IT60 X054 2811 1010 0000 0123 456",
            "PL61 1090 1014 0000 0712 1981 2874",
        ] {
            let iban = Iban::parse(good).unwrap_or_else(|e| panic!("{good}: {e}"));
            assert_eq!(Iban::parse(&iban.to_string()), Ok(iban));
        }
    }

    #[test]
    fn mistakes_are_named() {
        let says = |raw| Iban::parse(raw).unwrap_err();
        assert_eq!(says(""), BankError::Shape);
        assert_eq!(says("12345678"), BankError::Shape);
        assert_eq!(says("DE89370400440532é13000"), BankError::Shape);
        assert_eq!(
            says("US89370400440532013000"),
            BankError::Country("US".into())
        );
        assert_eq!(
            says("DE8937040044053201300").to_string(),
            "An IBAN of DE has 22 characters; this one has 21."
        );
        assert_eq!(says("DE89370400440532013001"), BankError::Check);
        assert_eq!(
            says("DE89370400440532031000"),
            BankError::Check,
            "two digits swapped"
        );
    }

    #[test]
    fn bank_codes() {
        for good in ["COBADEFFXXX", "deutdeff", "NEDSZAJJ"] {
            assert!(Bic::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "COBADEFF1", "COBA12FF", "COBADEFFXXXX", "ÉOBADEF"] {
            assert_eq!(Bic::parse(bad), Err(BankError::Bic), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_shows(at in 2usize..22, digit in 0u8..10) {
            let good = "DE89370400440532013000";
            let mut bytes = good.as_bytes().to_vec();
            bytes[at] = b'0' + digit;
            let text = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(Iban::parse(&text).is_ok(), text == good);
        }

        #[test]
        fn no_text_panics(raw in "\\PC{0,40}") {
            let _ = (Iban::parse(&raw), Bic::parse(&raw));
        }
    }
}
