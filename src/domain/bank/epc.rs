//! The text of a payment QR code: EPC069-12, "Quick Response Code: Guidelines to Enable Data Capture
//! for the Initiation of a SEPA Credit Transfer", version 002.
//!
//! Banking apps of the euro area read account, name, amount and reference from it. Euros only, from
//! 0.01 to 999,999,999.99; at most 331 bytes; to be drawn with error correction M, up to version 13.

use super::iban::{Bic, Iban};
use crate::domain::money::{Currency, Money};

/// Most bytes of the text.
const MOST: usize = 331;

/// The text, or `None` where there can be no such code: another currency, or an amount out of its
/// range. `name` is whose account it is; `said` is written where there is no structured reference.
pub fn payload(
    name: &str,
    iban: &Iban,
    bic: Option<&Bic>,
    amount: Money,
    said: &str,
) -> Option<String> {
    let in_range = (1..=99_999_999_999).contains(&amount.minor());
    if amount.currency() != Currency::EUR || !in_range {
        return None;
    }
    let name = one_line(name, 70);
    let said = one_line(said, 140);
    if name.is_empty() {
        return None;
    }
    let lines = [
        "BCD",
        "002",
        "1",
        "SCT",
        bic.map_or("", Bic::as_str),
        &name,
        iban.as_str(),
        &format!("EUR{}", amount.plain()),
        "",
        "",
        &said,
    ];
    let text = lines.join("\n");
    let text = text.trim_end_matches('\n');
    (text.len() <= MOST).then(|| text.to_owned())
}

/// A field of so many characters, without line breaks or control characters.
fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect();
    let line: String = words.join(" ").chars().take(most).collect();
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(amount: Money, said: &str) -> Option<String> {
        let iban = Iban::parse("BE72000000001616").unwrap();
        let bic = Bic::parse("BPOTBEB1").unwrap();
        payload("Red Cross of Belgium", &iban, Some(&bic), amount, said)
    }
    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR).unwrap()
    }

    #[test]
    fn the_guideline_s_example() {
        assert_eq!(
            text(eur(100), "Urgency fund").unwrap(),
            "BCD\n002\n1\nSCT\nBPOTBEB1\nRed Cross of Belgium\nBE72000000001616\nEUR1.00\n\n\nUrgency fund"
        );
    }

    #[test]
    fn out_of_range_there_is_no_code() {
        assert_eq!(text(eur(0), ""), None);
        assert_eq!(text(eur(100_000_000_000), ""), None);
        let usd = Money::new(100, Currency::parse("USD").unwrap()).unwrap();
        assert_eq!(text(usd, ""), None);
    }

    #[test]
    fn fields_keep_to_their_line_and_length() {
        let iban = Iban::parse("BE72000000001616").unwrap();
        let long = payload(&"ж".repeat(200), &iban, None, eur(1), "a\nb\r\nEUR9");
        let found = long.unwrap();
        assert_eq!(found.lines().count(), 11);
        assert_eq!(found.lines().last(), Some("a b EUR9"));
        assert!(payload(&"ж".repeat(70), &iban, None, eur(1), &"ж".repeat(140)).is_none());
        assert!(payload(" \n ", &iban, None, eur(1), "").is_none());
    }
}
