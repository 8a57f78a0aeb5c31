//! Bank details: what a client needs to pay by transfer, checked so that a slip of a finger shows.
//!
//! | part | what it is |
//! |---|---|
//! | [`iban`] | account numbers (ISO 13616) and bank codes (ISO 9362) |
//! | [`reference`] | structured creditor references (ISO 11649, `RF18…`) |
//! | [`epc`] | the text of a payment QR code (EPC069-12), for euros |
//! | [`vat`] | tax numbers of businesses, by their form alone |

pub mod epc;
pub mod iban;
pub mod vat;

/// The remainder by 97 of a text in which letters stand for 10 to 35 (ISO 7064), as IBAN and RF use
/// it. `None` for any other character.
fn mod97(mut text: impl Iterator<Item = char>) -> Option<u32> {
    text.try_fold(0u32, |rest, c| {
        let value = c
            .is_ascii_alphanumeric()
            .then(|| c.to_digit(36))
            .flatten()?;
        let shift = if value < 10 { 10 } else { 100 };
        rest.checked_mul(shift)?.checked_add(value).map(|n| n % 97)
    })
}

/// Upper case without spaces, hyphens and dots, as people copy numbers from letters and screens.
fn compact(raw: &str) -> String {
    raw.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// In groups of four.
fn in_fours(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len().saturating_mul(5) / 4);
    for (i, c) in text.chars().enumerate() {
        if i > 0 && i.is_multiple_of(4) {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    spaced
}
