//! Header lines: folded, and in ASCII whatever the script (RFC 5322, RFC 2047).
//!
//! mail-builder's own header writers are not used: they put encoded words
//! inside quotation marks, where RFC 2047 §5 says no reader may decode them,
//! and they pass a line break in ASCII text through. Here every text goes
//! through `one_line` first, so no value can start a header of its own.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::mailbox::{Mailbox, one_line};

/// RFC 2047 §2: no line with an encoded word is longer than this.
const LINE: usize = 76;
/// `=?utf-8?B?` and `?=`.
const WORD_FRAME: usize = 12;

/// `Name: text`, for any text.
pub(super) fn text(out: &mut Vec<u8>, name: &str, text: &str) {
    let text = one_line(text);
    if is_plain(&text) {
        folded(out, name, text.split(' '));
    } else {
        folded(
            out,
            name,
            encoded_words(&text, name.len() + 2)
                .iter()
                .map(String::as_str),
        );
    }
}

/// `Name: value`, for a value that is known to be printable ASCII.
pub(super) fn verbatim(out: &mut Vec<u8>, name: &str, value: &str) {
    folded(out, name, std::iter::once(value));
}

/// `Name: "Display name" <address>`.
pub(super) fn mailbox(out: &mut Vec<u8>, name: &str, mailbox: &Mailbox) {
    let mut words = match mailbox.name() {
        None => Vec::new(),
        Some(display) if is_plain(display) && display.len() <= 200 => vec![quoted(display)],
        Some(display) => encoded_words(display, name.len() + 2),
    };
    words.push(format!("<{}>", mailbox.address()));
    folded(out, name, words.iter().map(String::as_str));
}

/// Words with one space between them, broken onto further lines where the next
/// word would pass the limit. A word is never cut.
fn folded<'a>(out: &mut Vec<u8>, name: &str, words: impl Iterator<Item = &'a str>) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    let mut column = name.len() + 1;
    for (index, word) in words.enumerate() {
        if index > 0 && column + 1 + word.len() > LINE {
            out.extend_from_slice(b"\r\n");
            column = 0;
        }
        out.push(b' ');
        out.extend_from_slice(word.as_bytes());
        column += 1 + word.len();
    }
    out.extend_from_slice(b"\r\n");
}

/// Printable ASCII that no reader takes for an encoded word, and whose words
/// fit on a line of 998 octets (RFC 5322 §2.1.1).
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| (b' '..=b'~').contains(&b))
        && !text.contains("=?")
        && text.split(' ').all(|word| word.len() <= 900)
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// The text as base64 words, cut between characters. Readers join neighbouring
/// words without the white space between them (RFC 2047 §6.2).
fn encoded_words(text: &str, column: usize) -> Vec<String> {
    let room = |column: usize| LINE.saturating_sub(column + WORD_FRAME).max(8) / 4 * 3;
    let mut words = Vec::new();
    let mut chunk = String::new();
    let mut limit = room(column);
    for c in text.chars() {
        if chunk.len() + c.len_utf8() > limit {
            words.push(encoded_word(&chunk));
            chunk.clear();
            limit = room(1);
        }
        chunk.push(c);
    }
    if !chunk.is_empty() {
        words.push(encoded_word(&chunk));
    }
    words
}

fn encoded_word(chunk: &str) -> String {
    format!("=?utf-8?B?{}?=", STANDARD.encode(chunk))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(value: &str) -> String {
        let mut out = Vec::new();
        text(&mut out, "Subject", value);
        String::from_utf8(out).unwrap()
    }

    fn from(name: &str) -> String {
        let mut out = Vec::new();
        mailbox(
            &mut out,
            "From",
            &Mailbox::new(Some(name), "a@b.example").unwrap(),
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn ascii_is_left_readable_and_folded() {
        assert_eq!(
            subject("Invoice 7 is ready"),
            "Subject: Invoice 7 is ready\r\n"
        );
        let long = subject(&"word ".repeat(60));
        assert!(long.lines().all(|l| l.len() <= LINE), "{long}");
        assert_eq!(
            long.replace("\r\n ", " ").trim_end(),
            format!("Subject: {}", "word ".repeat(60).trim())
        );
    }

    #[test]
    fn no_value_starts_a_header_of_its_own() {
        for attempt in [
            "a\r\nBcc: x@y.example",
            "a\nBcc: x",
            "a\rBcc: x",
            "a\u{0}b",
            "a\u{85}Bcc: x",
            "a\u{2028}Bcc: x",
        ] {
            let line = subject(attempt);
            assert_eq!(line.matches('\n').count(), 1, "{line:?}");
            assert!(
                line.ends_with("\r\n") && !line.trim_end().contains(['\r', '\0']),
                "{line:?}"
            );
            assert!(from(attempt).lines().count() == 1);
        }
    }

    #[test]
    fn other_scripts_are_cut_between_characters() {
        let line = subject(&"Счёт № 7 — 請求書 🧾 ".repeat(12));
        assert!(line.is_ascii());
        let mut whole = String::new();
        for part in line.strip_prefix("Subject:").unwrap().split_whitespace() {
            let base64 = part
                .strip_prefix("=?utf-8?B?")
                .and_then(|p| p.strip_suffix("?="))
                .unwrap();
            assert!(part.len() <= 75, "{part}");
            whole.push_str(&String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap());
        }
        assert_eq!(whole, "Счёт № 7 — 請求書 🧾 ".repeat(12).trim());
        assert!(line.lines().all(|l| l.len() <= LINE), "{line}");
    }

    #[test]
    fn a_text_that_looks_encoded_is_encoded_once_more() {
        assert!(subject("=?utf-8?Q?fake?=").starts_with("Subject: =?utf-8?B?"));
    }

    #[test]
    fn names_are_quoted_or_encoded_never_both() {
        assert_eq!(
            from("Smith, J. \"Jo\" \\"),
            "From: \"Smith, J. \\\"Jo\\\" \\\\\" <a@b.example>\r\n"
        );
        let encoded = from("Bücher & Söhne");
        assert!(
            encoded.starts_with("From: =?utf-8?B?") && !encoded.contains('"'),
            "{encoded}"
        );
        assert!(encoded.ends_with("?= <a@b.example>\r\n"), "{encoded}");
    }
}
