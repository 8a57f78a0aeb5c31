//! QR codes: of a link, and of a transfer in euros that banking apps in Europe read (`GiroCode`).

use super::sheet::Sheet;
use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code as rows of dark runs: (row, first, count).
pub(super) struct Code {
    pub size: u16,
    pub runs: Vec<(u16, u16, u16)>,
}

impl Code {
    /// None where the text is too long for a code.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let size = u16::try_from(code.size()).ok()?;
        let mut runs = Vec::new();
        for y in 0..size {
            let mut x = 0;
            while x < size {
                let first = x;
                while x < size && code.get_module(i32::from(x), i32::from(y)) {
                    x += 1;
                }
                if x > first {
                    runs.push((y, first, x - first));
                }
                x += 1;
            }
        }
        Some(Self { size, runs })
    }
}

/// The text of a `GiroCode` (EPC069-12), where the sheet asks for euros to an IBAN.
pub(super) fn transfer(sheet: &Sheet) -> Option<String> {
    let bank = sheet.bank.as_ref()?;
    let due = sheet.sums.due;
    let iban: String = bank.iban.split_whitespace().collect();
    let letters = iban.chars().take(2).all(|c| c.is_ascii_uppercase());
    let fits = (15..=34).contains(&iban.len()) && iban.chars().all(|c| c.is_ascii_alphanumeric());
    let possible =
        sheet.currency == "EUR" && sheet.exponent == 2 && (1..=99_999_999_999).contains(&due);
    if !possible || !letters || !fits || bank.holder.trim().is_empty() {
        return None;
    }
    let holder = one_line(&bank.holder, 70);
    let reference = one_line(&bank.reference, 140);
    let (euros, cents) = (due / 100, due % 100);
    let bic: String = bank.bic.split_whitespace().collect();
    Some(format!(
        "BCD\n002\n1\nSCT\n{bic}\n{holder}\n{iban}\nEUR{euros}.{cents:02}\n\n\n{reference}"
    ))
}

fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(most).collect()
}
