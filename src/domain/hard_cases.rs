//! What must hold for every text from outside, whatever it is: held against the hard cases of
//! `tests/corpus`, against pieces of them put together, and against noise. The parsers' own tests say what
//! they are for; these say what can never come out of them. `PROPTEST_CASES` sets how many are tried
//! (`make fuzz`: a hundred thousand each).

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::colour::HexColour;
use super::csp_report::CspReport;
use super::csv::Csv;
use super::email::Email;
use super::filename::FileName;
use super::markdown::{self, Block, Span};
use super::money::{Currency, Money};
use super::next::{Next, Side};
use super::range::{Conditions, Decision, ETag, Kept, decide, needs};
use super::text::{Folder, Line, Name, Paragraphs, Title};
use super::time::{Date, Timestamp};
use super::token::{Code, Purpose, Secret};
use super::webhook::{Secrets, verify};

/// The hard cases of a file below `tests/corpus`.
pub(crate) fn hard(name: &str) -> Vec<String> {
    let path = format!("{}/tests/corpus/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let lines: Vec<String> = text.lines().skip(1).map(unescaped).collect();
    assert!(lines.len() > 5, "{path} has hardly any case");
    lines
}

fn unescaped(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('0') => out.push('\0'),
            Some('u') => {
                let hex: String = rest.by_ref().take_while(|c| *c != '}').skip(1).collect();
                out.extend(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32));
            }
            other => out.extend(other),
        }
    }
    out
}

/// A hard case as it is, two of them put into one another, or noise.
pub(crate) fn any_text(name: &str) -> impl Strategy<Value = String> + use<> {
    let cases = hard(name);
    let whole = select(cases.clone());
    let mixed = (select(cases.clone()), select(cases), any::<Index>()).prop_map(|(a, b, at)| {
        let places: Vec<usize> = a.char_indices().map(|(i, _)| i).chain([a.len()]).collect();
        let (left, right) = a.split_at(*at.get(&places));
        format!("{left}{b}{right}")
    });
    prop_oneof![1 => whole, 4 => mixed, 2 => "\\PC{0,60}", 1 => any::<String>()]
}

/// Characters that nobody sees and that end a line, or turn the way it is read.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

fn file_name(raw: &str) {
    let name = FileName::clean(raw);
    let text = name.as_str();
    assert!(!text.is_empty() && text.len() <= 255, "{text:?}");
    assert!(
        !text.contains(['/', '\\']) && text != "." && text != "..",
        "{text:?}"
    );
    assert!(!text.contains(is_unsafe), "{text:?}");
    assert_eq!(FileName::clean(text).as_str(), text, "it is clean already");
    for header in [name.content_disposition(), name.inline_disposition()] {
        assert!(
            header.bytes().all(|b| (0x20..0x7f).contains(&b)),
            "{header}"
        );
        assert_eq!(header.matches('"').count(), 2, "{header}");
    }
}

fn shown_text(raw: &str) {
    let mut lines = Vec::new();
    for block in markdown::parse(raw) {
        match block {
            Block::Heading(line) | Block::Paragraph(line) => lines.push(line),
            Block::Bullets(items) | Block::Numbers(items) => lines.extend(items),
            Block::Code(_) => {}
        }
    }
    for span in lines.into_iter().flatten() {
        if let Span::Link { to, .. } = span {
            let scheme = to.to_ascii_lowercase();
            let good = ["http://", "https://", "mailto:"];
            assert!(good.iter().any(|good| scheme.starts_with(good)), "{to:?}");
            assert!(
                !to.contains(char::is_whitespace) && !to.contains(char::is_control),
                "{to:?}"
            );
        }
    }
}

fn next_path(raw: &str) {
    for side in [Side::Staff, Side::Client] {
        let next = Next::parse(side, Some(raw));
        let path = next.as_str();
        assert!(path.starts_with('/'), "{path:?}");
        assert!(
            !path.starts_with("//") && !path.starts_with("/\\"),
            "{path:?}"
        );
        assert!(
            !path.contains(is_unsafe) && !path.contains('\\'),
            "{path:?}"
        );
        assert_eq!(Next::parse(side, Some(path)).as_str(), path);
    }
}

fn amount(raw: &str) {
    for code in ["EUR", "JPY", "KWD"] {
        let currency = Currency::parse(code).unwrap();
        if let Ok(amount) = Money::parse("amount", raw, currency) {
            assert!((0..=Money::MAX_TYPED).contains(&amount.minor()), "{raw:?}");
            assert_eq!(
                Money::parse("amount", &amount.plain(), currency),
                Ok(amount),
                "{raw:?}"
            );
        }
    }
}

fn range(raw: &str) {
    let (etag, modified) = (ETag::strong("a"), Timestamp(1_700_000_000_000));
    let kept = Kept::parse(raw);
    assert!(
        !kept.has(&ETag::strong("no-such-tag")) || raw.contains('*') || raw.contains("no-such-tag")
    );
    for total in [0, 1, 5, u64::MAX] {
        let asked = Conditions {
            range: Some(raw),
            if_range: None,
            kept: None,
        };
        if let Decision::Part { start, len } = decide(asked, &etag, modified, total) {
            assert!(
                len >= 1 && start.checked_add(len).is_some_and(|end| end <= total),
                "{raw:?} of {total}"
            );
        }
        decide(
            Conditions {
                if_range: Some(raw),
                kept: Some(&kept),
                ..asked
            },
            &etag,
            modified,
            total,
        );
    }
    assert!(needs(raw) < 1 << 53);
}

fn address(raw: &str) {
    if let Ok(address) = Email::parse(raw) {
        let text = address.as_str();
        assert_eq!(text.matches('@').count(), 1, "{text:?}");
        assert!(
            !text.contains(is_unsafe) && !text.contains([' ', ',', ';', '<', '>', '"']),
            "{text:?}"
        );
        assert_eq!(Email::parse(text).unwrap().as_str(), text);
    }
}

fn colour(raw: &str) {
    if let Ok(colour) = HexColour::parse(raw) {
        let text = colour.to_string();
        assert!(text.len() == 7 && text.starts_with('#'), "{text}");
        assert!(
            text.bytes()
                .skip(1)
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)),
            "{text}"
        );
        assert_eq!(HexColour::parse(&text), Ok(colour));
    }
}

fn signature(raw: &str) {
    let secrets = Secrets::parse("whsec_nobody_knows").unwrap();
    for body in [raw.as_bytes(), b"{}".as_slice()] {
        assert!(
            verify(&secrets, raw, body, Timestamp(1_700_000_000_000)).is_err(),
            "{raw:?}"
        );
    }
    // What is no secret is refused, and what is one does not make a forgery good.
    if let Ok(secrets) = Secrets::parse(raw) {
        assert!(
            verify(
                &secrets,
                "t=1700000000,v1=00",
                b"{}",
                Timestamp(1_700_000_000_000)
            )
            .is_err()
        );
    }
}

fn cell(raw: &str) {
    let mut csv = Csv::new(["a"]);
    csv.text(raw);
    let text = csv.finish();
    let row = text
        .split_once("\r\n")
        .unwrap()
        .1
        .strip_suffix("\r\n")
        .unwrap();
    let inner = match row.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').unwrap().replace("\"\"", "\u{0}"),
        None => row.to_owned(),
    };
    assert!(!inner.contains('"'), "a quote ends the cell: {row:?}");
    assert!(
        !inner.starts_with(['=', '+', '-', '@', '\t', '\r']),
        "a formula: {row:?}"
    );
    assert!(
        row.starts_with('"') || !row.contains(['\r', '\n', ',']),
        "{row:?}"
    );
}

fn token(raw: &str) {
    for purpose in [Purpose::Invitation, Purpose::Pay, Purpose::Once] {
        if let Ok(secret) = Secret::parse(purpose, raw) {
            assert_eq!(secret.expose(), raw);
            assert!(
                raw.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
            );
        }
    }
    if let Ok(code) = Code::parse(raw) {
        let shown = std::str::from_utf8(code.as_bytes()).unwrap();
        assert!(
            Code::parse(shown).is_ok_and(|again| again == code),
            "{raw:?}"
        );
    }
}

fn day(raw: &str) {
    if let Ok(day) = Date::parse(raw) {
        assert_eq!(day.to_string(), raw.trim());
    }
}

fn report(raw: &str) {
    let page = |_: &str| Some("/…".to_owned());
    if let Some(told) = CspReport::parse(raw.as_bytes(), "https://portal.test", page) {
        for text in [told.directive, &told.blocked, &told.page] {
            assert!(text.len() <= 400 && !text.contains(is_unsafe), "{text:?}");
            assert!(!text.contains(['<', '>', '"']), "{text:?}");
        }
    }
}

fn typed(raw: &str) {
    let lines = [
        Name::parse(raw).map(|text| text.as_str().to_owned()),
        Title::parse(raw).map(|text| text.as_str().to_owned()),
        Folder::parse(raw).map(|text| text.as_str().to_owned()),
        Line::<120>::parse("line", raw).map(|text| text.as_str().to_owned()),
    ];
    for text in lines.into_iter().flatten() {
        assert!(!text.contains(is_unsafe), "{text:?}");
    }
    if let Ok(text) = Paragraphs::parse("text", raw) {
        assert!(!text.as_str().contains(['\r', '\0']), "{:?}", text.as_str());
        assert_eq!(
            Paragraphs::parse("text", text.as_str()).unwrap().as_str(),
            text.as_str()
        );
    }
}

/// A test for each parser: every hard case as it stands, then what is made of them.
macro_rules! holds {
    ($($test:ident: $check:ident of $($corpus:literal),+;)+) => {
        $(
            #[test]
            fn $test() {
                for name in [$($corpus),+] {
                    for case in &hard(name) {
                        $check(case);
                    }
                    let mut runner = proptest::test_runner::TestRunner::default();
                    let run = runner.run(&any_text(name), |text| {
                        $check(&text);
                        Ok(())
                    });
                    run.unwrap();
                }
            }
        )+
    };
}

holds! {
    a_file_name_is_a_name_and_safe_in_a_header: file_name of "filename", "next";
    a_text_leads_nowhere_but_to_the_web_and_mail: shown_text of "markdown", "next";
    the_way_back_stays_here: next_path of "next", "filename";
    an_amount_reads_back: amount of "money";
    a_range_lies_within: range of "range";
    an_address_is_safe_in_a_header: address of "email";
    a_colour_is_six_digits: colour of "colour";
    no_signature_is_good_by_chance: signature of "webhook";
    no_cell_is_a_formula_or_ends_early: cell of "csv", "email";
    a_token_is_itself: token of "token";
    a_date_reads_back: day of "date";
    a_report_tells_nothing_odd: report of "report";
    a_line_is_one_line: typed of "filename", "markdown", "email";
}
