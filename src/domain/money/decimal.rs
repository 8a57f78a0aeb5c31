//! Reading the numbers that people type, and writing them back.
//!
//! Both habits are read: "1,234.56" and "1.234,56", with spaces or apostrophes between thousands
//! too. Where both marks stand, the last is the decimal one. Where one mark stands once, it is the
//! decimal mark, unless exactly three digits follow one to three others: "1,234" and "1.234" look
//! alike to half the world. Then the comma is read as thousands if so many decimals are not
//! possible, the point as decimals if exactly three are usual (KWD), and everything else is refused
//! with both readings written out. Only ASCII digits; never below zero.

use crate::domain::digits::Digits;

/// A number that cannot be taken, with the noun of its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberError {
    /// The noun of the field, as "unit price".
    pub what: &'static str,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Nothing typed.
    Empty,
    /// Not a number.
    Shape,
    /// Below zero.
    Negative,
    /// Zero where something is needed.
    Zero,
    /// Two readings: what was typed, and how to write each.
    Ambiguous(String, String),
    /// More decimals than possible.
    TooFine(u32),
    /// Above the most, which stands here as text.
    TooLarge(String),
}

impl std::fmt::Display for NumberError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = self.what;
        match &self.why {
            Why::Empty => write!(f, "Please fill in the {what}."),
            Why::Shape => write!(f, "Please write the {what} in digits, like 1234.5."),
            Why::Negative => write!(
                f,
                "The {what} cannot be below zero. Please leave out the minus sign."
            ),
            Why::Zero => write!(f, "The {what} must be more than zero."),
            Why::Ambiguous(typed, remedy) => {
                write!(
                    f,
                    "“{typed}” can be read in two ways. Please write {remedy}."
                )
            }
            Why::TooFine(0) => write!(f, "Please write the {what} without decimals."),
            Why::TooFine(places) => {
                write!(f, "Please write the {what} with at most {places} decimals.")
            }
            Why::TooLarge(most) => write!(f, "This {what} is too large. The most is {most}."),
        }
    }
}
impl std::error::Error for NumberError {}

/// Reads a number as a count of its smallest unit, of which `places` decimals make a whole.
/// "1.5" with 2 places is 150. At most `most`, in that unit.
pub fn read(what: &'static str, raw: &str, places: u32, most: i64) -> Result<i64, NumberError> {
    let refuse = |why| NumberError { what, why };
    let text = compact(raw).map_err(refuse)?;
    let (whole, fraction) = split(&text, places).map_err(refuse)?;
    assemble(&whole, fraction, places, most).map_err(refuse)
}

/// The same for numbers that never reach a thousand, so that any one mark is the decimal one.
pub fn read_small(
    what: &'static str,
    raw: &str,
    places: u32,
    most: i64,
) -> Result<i64, NumberError> {
    let refuse = |why| NumberError { what, why };
    let text = compact(raw).map_err(refuse)?;
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((&text, ""));
    let dangling = text.ends_with(['.', ',']);
    if dangling || !digits(whole) || !digits(fraction) {
        return Err(refuse(Why::Shape));
    }
    assemble(whole, fraction, places, most).map_err(refuse)
}

/// Without spaces and apostrophes between digits; signs and emptiness refused.
fn compact(raw: &str) -> Result<String, Why> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Why::Empty);
    }
    if text.starts_with(['-', '\u{2212}', '\u{2013}', '(']) || text.ends_with('-') {
        return Err(Why::Negative);
    }
    let spacing = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’');
    let compact: String = text.chars().filter(|c| !spacing(*c)).collect();
    let known = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    if compact.len() > 40 || !compact.chars().all(known) || !compact.contains(is_digit) {
        return Err(Why::Shape);
    }
    Ok(compact)
}

/// Into the whole part without marks, and the decimals.
fn split(text: &str, places: u32) -> Result<(String, &str), Why> {
    let Some(last) = text.rfind(['.', ',']) else {
        return Ok((text.to_owned(), ""));
    };
    let (head, tail) = text.split_at(last);
    let (mark, tail) = tail.split_at(1);
    let others = |mark: &str| if mark == "." { "," } else { "." };
    let only_kind = !head.contains(others(mark));
    let several = head.contains(mark);
    if only_kind && several {
        return Ok((ungroup(text, mark)?, ""));
    }
    if several || tail.is_empty() {
        return Err(Why::Shape);
    }
    if !only_kind {
        return Ok((ungroup(head, others(mark))?, tail));
    }
    let looks_grouped = tail.len() == 3 && (1..=3).contains(&head.len()) && !head.starts_with('0');
    match (mark, places) {
        _ if !looks_grouped => Ok((head.to_owned(), tail)),
        // KWD and its like, and their unit prices with two decimals more.
        (".", 3 | 5) => Ok((head.to_owned(), tail)),
        (",", ..3) => Ok((format!("{head}{tail}"), "")),
        (_, 0) => Err(Why::Ambiguous(text.to_owned(), format!("{head}{tail}"))),
        (_, ..3) => Err(Why::Ambiguous(
            text.to_owned(),
            format!("{head}{tail} if it is over a thousand, or use at most {places} decimals"),
        )),
        (_, 3) => Err(Why::Ambiguous(
            text.to_owned(),
            format!("{head}{tail} or {head}.{tail}"),
        )),
        _ => Err(Why::Ambiguous(
            text.to_owned(),
            format!("{head}{tail} or {head}.{tail}0"),
        )),
    }
}

/// Takes the marks out, if they stand where thousands end.
fn ungroup(text: &str, mark: &str) -> Result<String, Why> {
    let mut groups = text.split(mark);
    let first = groups.next().unwrap_or("");
    let tidy = (1..=3).contains(&first.len()) && digits(first);
    if !tidy || !groups.all(|g| g.len() == 3 && digits(g)) {
        return Err(Why::Shape);
    }
    Ok(text.replace(mark, ""))
}

fn assemble(whole: &str, fraction: &str, places: u32, most: i64) -> Result<i64, Why> {
    let fine = usize::try_from(places).unwrap_or(0);
    if fraction.len() > fine && fraction.trim_end_matches('0').len() > fine {
        return Err(Why::TooFine(places));
    }
    let mut units: String = whole.to_owned();
    units.extend(fraction.chars().chain(std::iter::repeat('0')).take(fine));
    let too_large = || Why::TooLarge(write(most, places));
    let units = units.trim_start_matches('0');
    if units.len() > 18 {
        return Err(too_large());
    }
    let value: i64 = match units {
        "" => 0,
        units => units.parse().map_err(|_| Why::Shape)?,
    };
    if value > most {
        return Err(too_large());
    }
    Ok(value)
}

/// Plain digits with a point and exactly `places` decimals: "-12.50".
pub fn write(value: i64, places: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    [sign, written(value.unsigned_abs(), places, false).as_str()].concat()
}

/// The same with a comma between thousands.
pub(in crate::domain) fn grouped(value: u64, places: u32) -> Digits {
    written(value, places, true)
}

fn written(value: u64, places: u32, grouped: bool) -> Digits {
    let mut digits = Digits::new();
    let mut left = value;
    let mut count = 0;
    while left > 0 || count <= places {
        if count > 0 && count == places {
            digits.push(b'.');
        } else if grouped && count > places && (count - places).is_multiple_of(3) {
            digits.push(b',');
        }
        digits.push_digit(left);
        left /= 10;
        count += 1;
    }
    digits
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn digits(text: &str) -> bool {
    text.chars().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn why(raw: &str, places: u32) -> Why {
        read("amount", raw, places, i64::MAX).unwrap_err().why
    }

    #[test]
    fn shapes_that_are_no_numbers() {
        for raw in [
            ".",
            ",",
            "1,2,3",
            "1,23,456.7",
            "1.2.3,4",
            "12.",
            "1e3",
            "0x5",
            "５",
            "5 €",
            "1,234,56",
            "1,,234",
            "+5",
            "1.234.56",
            ",1,234",
        ] {
            assert_eq!(why(raw, 2), Why::Shape, "{raw}");
        }
        assert_eq!(why("  ", 2), Why::Empty);
        for raw in ["-1", "(5)", "\u{2212}1", "5-"] {
            assert_eq!(why(raw, 2), Why::Negative, "{raw}");
        }
        assert_eq!(
            why("1.005", 2),
            Why::Ambiguous(
                "1.005".into(),
                "1005 if it is over a thousand, or use at most 2 decimals".into()
            )
        );
        assert_eq!(why("0.005", 2), Why::TooFine(2));
        assert_eq!(why("1234.567", 2), Why::TooFine(2));
        assert!(matches!(why(&"9".repeat(30), 2), Why::TooLarge(_)));
    }

    #[test]
    fn finer_numbers_ask_for_one_more_digit() {
        assert_eq!(
            why("1.125", 4),
            Why::Ambiguous("1.125".into(), "1125 or 1.1250".into())
        );
        assert_eq!(read("quantity", "1.1250", 4, i64::MAX), Ok(11_250));
        assert_eq!(read("quantity", "0.125", 4, i64::MAX), Ok(1_250));
        assert_eq!(read("quantity", "1125.125", 4, i64::MAX), Ok(11_251_250));
        assert_eq!(
            read("amount", "2.5000", 2, i64::MAX),
            Ok(250),
            "zeros are not too fine"
        );
    }

    #[test]
    fn small_numbers_have_no_thousands() {
        assert_eq!(read_small("rate", "8.875", 3, 100_000), Ok(8_875));
        assert_eq!(read_small("rate", "7,7", 3, 100_000), Ok(7_700));
        assert_eq!(read_small("rate", "100", 3, 100_000), Ok(100_000));
        for raw in ["1,2.3", "19.", "..", "1 %"] {
            assert_eq!(
                read_small("rate", raw, 3, 100_000).unwrap_err().why,
                Why::Shape,
                "{raw}"
            );
        }
        assert_eq!(
            read_small("rate", "100.1", 3, 100_000).unwrap_err().why,
            Why::TooLarge("100.000".into())
        );
    }

    proptest! {
        #[test]
        fn digits_are_those_of_the_formatter(value: i64, places in 0_u32..6) {
            let unit = 10_u64.pow(places);
            let (whole, rest) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
            let sign = if value < 0 { "-" } else { "" };
            let width = usize::try_from(places).unwrap();
            let fraction = if places > 0 { format!(".{rest:0width$}") } else { String::new() };
            prop_assert_eq!(write(value, places), format!("{sign}{whole}{fraction}"));
            let thousands = |text: String| {
                let mut parts: Vec<String> = text.as_bytes().rchunks(3).map(|part| String::from_utf8(part.to_vec()).unwrap()).collect();
                parts.reverse();
                parts.join(",")
            };
            prop_assert_eq!(grouped(value.unsigned_abs(), places).as_str().to_owned(), format!("{}{fraction}", thousands(whole.to_string())));
        }

        #[test]
        fn both_habits_read_alike(value in 100_000u64..1_000_000_000_000, places in 1u32..=3) {
            let english = grouped(value, places).as_str().to_owned();
            prop_assume!(english.contains(','));
            let swap = |c| match c { ',' => '.', '.' => ',', c => c };
            let continental: String = english.chars().map(swap).collect();
            let value = i64::try_from(value).unwrap();
            prop_assert_eq!(read("amount", &english, places, i64::MAX), Ok(value));
            prop_assert_eq!(read("amount", &continental, places, i64::MAX), Ok(value));
            prop_assert_eq!(read("amount", &english.replace(',', " "), places, i64::MAX), Ok(value));
        }
    }
}
