//! Structured creditor references (ISO 11649): "RF18 5390 0754 7034".
//!
//! Made from the number of an invoice, so that a transfer can be matched even if somebody typed it:
//! the two check digits show a slip. Banks of the euro area carry it through unchanged.

use super::{in_fours, mod97};
use std::fmt;

/// A reference, in upper case without spaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference(String);

impl Reference {
    /// The reference of an invoice: the letters and digits of its number. `None` where it has none,
    /// or more than 21 of them.
    pub fn of(number: &str) -> Option<Self> {
        let body: String = number
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if !(1..=21).contains(&body.len()) {
            return None;
        }
        let rest = mod97(body.chars().chain("RF00".chars()))?;
        let check = 98u32.checked_sub(rest)?;
        Some(Self(format!("RF{check:02}{body}")))
    }
    /// Reads what somebody typed or a bank reports: any case, spaces ignored. `None` where the check
    /// digits do not fit.
    pub fn parse(raw: &str) -> Option<Self> {
        let text: String = raw
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let body = text.strip_prefix("RF")?;
        let (check, body) = (body.get(..2)?, body.get(2..)?);
        let shaped = check.bytes().all(|b| b.is_ascii_digit()) && (1..=21).contains(&body.len());
        let fits = mod97(body.chars().chain("RF".chars()).chain(check.chars())) == Some(1);
        (shaped && fits).then_some(Self(text))
    }
    /// Without spaces, as machines want it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In groups of four, as people read it.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_fours(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_standard_s_example() {
        let reference = Reference::of("539007547034").unwrap();
        assert_eq!(reference.to_string(), "RF18 5390 0754 7034");
        assert_eq!(Reference::parse("rf18 5390 0754 7034"), Some(reference));
    }

    #[test]
    fn numbers_of_invoices() {
        let reference = Reference::of("INV-2026-0042").unwrap();
        assert!(reference.as_str().ends_with("INV20260042"));
        assert_eq!(Reference::of("--/"), None);
        assert_eq!(Reference::of(&"1".repeat(22)), None);
        for bad in [
            "",
            "RF",
            "RF18",
            "RF19539007547034",
            "XX18539007547034",
            "RF18é",
        ] {
            assert_eq!(Reference::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn references_read_back(number in "[A-Za-z0-9/-]{1,21}") {
            if let Some(reference) = Reference::of(&number) {
                prop_assert_eq!(Reference::parse(&reference.to_string()), Some(reference));
            }
        }

        #[test]
        fn no_text_panics(raw in "\\PC{0,40}") {
            let _ = (Reference::parse(&raw), Reference::of(&raw));
        }
    }
}
