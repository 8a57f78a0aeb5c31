//! Currencies of ISO 4217 with their exponents: how many decimals the minor unit stands for.
//!
//! The list holds the circulating currencies of 2026 whose exponent is 0, 2 or 3. Funds, metals,
//! test codes and accounting units of four decimals are no currencies to invoice in and are unknown
//! here.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

use crate::domain::door::through;

/// Codes without a minor unit.
const NONE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
/// Codes whose minor unit is a thousandth.
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Codes whose minor unit is a hundredth.
const TWO: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP \
    BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
    GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD \
    LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN \
    PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL \
    THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// Each list with its exponent.
const LISTS: [(&str, u32); 3] = [(TWO, 2), (NONE, 0), (THREE, 3)];

/// The code as its list has it. Every row with money passes here: lists are sorted, so it is looked for by halves.
fn find(codes: &'static str, wanted: &str) -> Option<&'static str> {
    let (mut from, mut to) = (0, codes.len().div_ceil(4));
    while from < to {
        let middle = from.midpoint(to);
        let code = codes.get(middle * 4..middle * 4 + 3)?;
        let upper = wanted.bytes().map(|letter| letter.to_ascii_uppercase());
        match code.bytes().cmp(upper) {
            Ordering::Equal => return Some(code),
            Ordering::Less => from = middle + 1,
            Ordering::Greater => to = middle,
        }
    }
    None
}

/// A currency. Copied freely; equal by code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u32,
}

/// A text that is no code of the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Please choose a currency by its three letters, like EUR, USD or GBP.")]
pub struct UnknownCurrency;

impl Currency {
    /// The euro, which EPC QR codes are bound to.
    pub const EUR: Self = Self {
        code: "EUR",
        exponent: 2,
    };

    /// The one door: three letters of either case, spaces around ignored.
    pub fn parse(raw: &str) -> Result<Self, UnknownCurrency> {
        let wanted = raw.trim();
        if wanted.len() != 3 {
            return Err(UnknownCurrency);
        }
        let found = LISTS.into_iter().find_map(|(codes, exponent)| {
            let code = find(codes, wanted)?;
            Some(Self { code, exponent })
        });
        found.ok_or(UnknownCurrency)
    }
    /// Every currency, for a list to choose from; not sorted.
    pub fn all() -> impl Iterator<Item = Self> {
        LISTS.into_iter().flat_map(|(codes, exponent)| {
            codes
                .split_ascii_whitespace()
                .map(move |code| Self { code, exponent })
        })
    }
    /// The three letters.
    pub const fn code(self) -> &'static str {
        self.code
    }
    /// Decimals of the minor unit: 0, 2 or 3.
    pub const fn exponent(self) -> u32 {
        self.exponent
    }
    /// The sign in English text, for the few whose sign names one currency alone; the others are
    /// shown by code.
    pub fn symbol(self) -> Option<&'static str> {
        Some(match self.code {
            "EUR" => "€",
            "USD" => "$",
            "GBP" => "£",
            "JPY" => "¥",
            "AUD" => "A$",
            "CAD" => "CA$",
            "NZD" => "NZ$",
            "HKD" => "HK$",
            "MXN" => "MX$",
            "BRL" => "R$",
            _ => return None,
        })
    }

    /// The text without this currency's own sign or code at either end.
    pub(super) fn strip(self, raw: &str) -> &str {
        let mut text = raw.trim();
        for mark in [self.symbol().unwrap_or(self.code), self.code] {
            let is_mark = |part: Option<&str>| part.is_some_and(|p| p.eq_ignore_ascii_case(mark));
            let cut = mark.len();
            if is_mark(text.get(..cut)) {
                text = text.get(cut..).unwrap_or("").trim_start();
            }
            let end = text.len().saturating_sub(cut);
            if is_mark(text.get(end..)) {
                text = text.get(..end).unwrap_or("").trim_end();
            }
        }
        text
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code)
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        through(d, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_and_has_its_exponent() {
        for currency in Currency::all() {
            assert_eq!(Currency::parse(currency.code()), Ok(currency));
        }
        let mut codes: Vec<_> = Currency::all().map(Currency::code).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        for (list, _) in LISTS {
            assert!(list.split(' ').is_sorted(), "{list}");
        }
        assert!(
            codes
                .iter()
                .all(|c| c.len() == 3 && c.bytes().all(|b| b.is_ascii_uppercase()))
        );
        for (code, exponent) in [("JPY", 0), ("eur", 2), (" KWD ", 3), ("MGA", 2), ("ISK", 0)] {
            assert_eq!(
                Currency::parse(code).unwrap().exponent(),
                exponent,
                "{code}"
            );
        }
        assert_eq!(Currency::parse("EUR"), Ok(Currency::EUR));
    }

    #[test]
    fn unknown_codes_are_refused() {
        for bad in ["", "EU", "EURO", "XXX", "XAU", "CLF", "BTC", "€", "éé"] {
            assert_eq!(Currency::parse(bad), Err(UnknownCurrency), "{bad}");
        }
    }

    #[test]
    fn own_marks_are_stripped_and_others_stay() {
        assert_eq!(Currency::EUR.strip(" €5 "), "5");
        assert_eq!(Currency::EUR.strip("5 eur"), "5");
        assert_eq!(Currency::EUR.strip("$5"), "$5");
        assert_eq!(Currency::EUR.strip("éé"), "éé");
        assert_eq!(Currency::EUR.strip(""), "");
    }
}
