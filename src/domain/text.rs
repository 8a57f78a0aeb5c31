//! What people type: names, titles, single lines, paragraphs and folders.
//!
//! Every kind goes through the same cleaning, so all of it may stand in a page, a header or a file
//! listing once escaped there:
//! - spaces around it are dropped; a tab becomes a space;
//! - marks that change the writing direction, and spaces of no width, are dropped silently: nobody
//!   sees them, they come along when pasting, and they make `fdp.exe` look like `exe.pdf`. The
//!   joiners that Persian, Hindi and emoji need stay;
//! - other control characters (NUL…) are refused;
//! - line breaks are refused where one line is meant and become `\n` in paragraphs;
//! - lengths count characters (Unicode scalar values), not bytes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use crate::domain::door::through;

/// Why a text is refused. `what` is the noun of the field, as "name".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing visible was typed.
    #[error("Please fill in the {what}.")]
    Empty {
        /// The noun of the field.
        what: &'static str,
    },
    /// Longer than the field takes.
    #[error("Please shorten the {what}: it has {actual} characters, and up to {max} are possible.")]
    TooLong {
        /// The noun of the field.
        what: &'static str,
        /// The limit, in characters.
        max: usize,
        /// What was typed, in characters.
        actual: usize,
    },
    /// NUL or another control character.
    #[error("There is a hidden character in the {what}. Please type it instead of pasting it.")]
    Hidden {
        /// The noun of the field.
        what: &'static str,
    },
    /// A line break where one line is meant.
    #[error("Please keep the {what} on one line.")]
    LineBreak {
        /// The noun of the field.
        what: &'static str,
    },
    /// An address of the web where a name is meant.
    #[error("Please write the {what} alone, without a web address.")]
    Address {
        /// The noun of the field.
        what: &'static str,
    },
    /// A folder named `.` or `..`, or with a backslash.
    #[error("Write the folder as names with / between them, like Contracts/2026.")]
    Folder,
    /// Too many folders within each other.
    #[error("Please use at most {max} folders within each other.")]
    TooDeep {
        /// The limit.
        max: usize,
    },
}

/// Marks that steer the writing direction: embeddings, overrides, isolates and the single marks.
pub(crate) fn is_bidi_mark(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that draw nothing: direction marks, spaces of no width, joiners and fillers.
pub(crate) fn is_invisible(c: char) -> bool {
    is_bidi_mark(c)
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}')
}

fn is_dropped(c: char) -> bool {
    is_bidi_mark(c) || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

fn is_line_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// The shared cleaning. `Ok("")` when nothing visible was typed.
fn clean(what: &'static str, raw: &str, max: usize, lines: bool) -> Result<String, TextError> {
    let unix = raw.replace("\r\n", "\n");
    let mut text = String::with_capacity(unix.len().min(max.saturating_mul(4)));
    for c in unix.trim().chars().filter(|c| !is_dropped(*c)) {
        match c {
            '\t' => text.push(' '),
            c if is_line_break(c) && lines => text.push('\n'),
            c if is_line_break(c) => return Err(TextError::LineBreak { what }),
            c if c.is_control() => return Err(TextError::Hidden { what }),
            c => text.push(c),
        }
    }
    let text = text.trim();
    if is_blank(text) {
        return Ok(String::new());
    }
    let actual = text.chars().count();
    if actual > max {
        return Err(TextError::TooLong { what, max, actual });
    }
    Ok(text.to_owned())
}

fn required(what: &'static str, raw: &str, max: usize, lines: bool) -> Result<String, TextError> {
    let text = clean(what, raw, max, lines)?;
    if text.is_empty() {
        Err(TextError::Empty { what })
    } else {
        Ok(text)
    }
}

/// What all these types share: reading, showing, JSON.
macro_rules! text_type {
    ($name:ident $(<const $n:ident: usize>)?, $parse:expr) => {
        impl$(<const $n: usize>)? $name$(<$n>)? {
            /// The cleaned text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl$(<const $n: usize>)? fmt::Display for $name$(<$n>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl$(<const $n: usize>)? Serialize for $name$(<$n>)? {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }
        impl<'de $(, const $n: usize)?> Deserialize<'de> for $name$(<$n>)? {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                through(d, $parse)
            }
        }
    };
}

/// A name goes into mails to people whom its bearer may choose: it carries no address there.
fn without_address(what: &'static str, text: String) -> Result<String, TextError> {
    if text.contains("://") {
        return Err(TextError::Address { what });
    }
    Ok(text)
}

/// The last name of a person, which may stay empty.
pub fn last_name(raw: &str) -> Result<Option<Line<120>>, TextError> {
    let text = without_address("last name", clean("last name", raw, 120, false)?)?;
    Ok((!text.is_empty()).then_some(Line(text)))
}

/// The name of a person, a client or the business: one line of 1 to 120 characters, no web address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The one door.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        without_address("name", required("name", raw, 120, false)?).map(Self)
    }
}
text_type!(Name, Name::parse);

/// The title of a document: one line of 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Title(String);

impl Title {
    /// The one door.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        required("title", raw, 200, false).map(Self)
    }
}
text_type!(Title, Title::parse);

/// Any other single line of 1 to `MAX` characters, as a phone number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    /// The door for a field that must be filled in. `what` is its noun, as "phone number".
    pub fn parse(what: &'static str, raw: &str) -> Result<Self, TextError> {
        required(what, raw, MAX, false).map(Self)
    }
    /// The door for a field that may stay empty.
    pub fn optional(what: &'static str, raw: &str) -> Result<Option<Self>, TextError> {
        let text = clean(what, raw, MAX, false)?;
        Ok((!text.is_empty()).then_some(Self(text)))
    }
}
text_type!(Line<const MAX: usize>, |raw: &str| Line::parse("text", raw));

/// Text of several lines, 1 to 4,000 characters, lines ended by `\n`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Paragraphs(String);

impl Paragraphs {
    /// The longest text, in characters.
    pub const MAX: usize = 4_000;

    /// The door for a field that must be filled in. `what` is its noun, as "welcome text".
    pub fn parse(what: &'static str, raw: &str) -> Result<Self, TextError> {
        required(what, raw, Self::MAX, true).map(Self)
    }
    /// The door for a field that may stay empty.
    pub fn optional(what: &'static str, raw: &str) -> Result<Option<Self>, TextError> {
        let text = clean(what, raw, Self::MAX, true)?;
        Ok((!text.is_empty()).then_some(Self(text)))
    }
}
text_type!(Paragraphs, |raw: &str| Paragraphs::parse("text", raw));

/// Where a document is filed: names with `/` between them, as `Contracts/2026`; empty is the top.
///
/// At most 8 deep, 80 characters a name, 200 in all. Slashes at the ends and doubled ones are
/// dropped; `.` and `..` and backslashes are refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Folder(String);

impl Folder {
    const DEPTH: usize = 8;

    /// The one door. An empty text is the top folder.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let text = clean("folder", raw, 200, false)?;
        if text.contains('\\') {
            return Err(TextError::Folder);
        }
        let names: Vec<&str> = text
            .split('/')
            .map(str::trim)
            .filter(|n| !is_blank(n))
            .collect();
        if names.len() > Self::DEPTH {
            return Err(TextError::TooDeep { max: Self::DEPTH });
        }
        for name in &names {
            let actual = name.chars().count();
            if actual > 80 {
                return Err(TextError::TooLong {
                    what: "name of the folder",
                    max: 80,
                    actual,
                });
            }
            if matches!(*name, "." | "..") {
                return Err(TextError::Folder);
            }
        }
        Ok(Self(names.join("/")))
    }
}
text_type!(Folder, Folder::parse);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_carry_no_address() {
        for text in ["Ann https://evil.example", "://", "Ann\u{200b}:/\u{200b}/x"] {
            assert!(
                matches!(Name::parse(text), Err(TextError::Address { .. })),
                "{text}"
            );
            assert!(
                matches!(last_name(text), Err(TextError::Address { .. })),
                "{text}"
            );
        }
        assert_eq!(last_name(" ").unwrap(), None);
        assert_eq!(
            last_name("O'Neil: /").unwrap().unwrap().as_str(),
            "O'Neil: /"
        );
    }

    #[test]
    fn names_are_cleaned_and_bounded() {
        assert_eq!(Name::parse("  Ann\tLee \n").unwrap().as_str(), "Ann Lee");
        assert_eq!(Name::parse("\u{202e}Ann\u{200b}").unwrap().as_str(), "Ann");
        assert_eq!(Name::parse("Zoë 渡辺 👩‍💻").unwrap().as_str(), "Zoë 渡辺 👩‍💻");
        assert_eq!(
            Name::parse("é".repeat(120).as_str())
                .unwrap()
                .as_str()
                .chars()
                .count(),
            120
        );
        assert_eq!(
            Name::parse(" \u{200d}\u{3164} "),
            Err(TextError::Empty { what: "name" })
        );
        assert_eq!(Name::parse("a\0b"), Err(TextError::Hidden { what: "name" }));
        assert_eq!(
            Name::parse("a\r\nBcc: b"),
            Err(TextError::LineBreak { what: "name" })
        );
        let long = Name::parse(&"x".repeat(121)).unwrap_err();
        assert_eq!(
            long.to_string(),
            "Please shorten the name: it has 121 characters, and up to 120 are possible."
        );
    }

    #[test]
    fn optional_lines_may_be_empty() {
        assert_eq!(Line::<20>::optional("phone number", "  ").unwrap(), None);
        let phone = Line::<20>::optional("phone number", "+44 20 7946 0000").unwrap();
        assert_eq!(phone.unwrap().as_str(), "+44 20 7946 0000");
        assert!(Line::<3>::parse("code", "abcd").is_err());
    }

    #[test]
    fn paragraphs_have_one_kind_of_line_break() {
        let text = Paragraphs::parse("welcome text", " a\r\nb\rc\u{2028}d\n\n").unwrap();
        assert_eq!(text.as_str(), "a\nb\nc\nd");
        assert_eq!(Paragraphs::optional("welcome text", "\n\n").unwrap(), None);
        assert!(Paragraphs::parse("welcome text", &"x".repeat(4_001)).is_err());
    }

    #[test]
    fn folders_stay_below_the_top() {
        let folder = |raw| Folder::parse(raw).unwrap().to_string();
        assert_eq!(folder(" /Contracts// 2026 / "), "Contracts/2026");
        assert_eq!(folder("/"), "");
        assert_eq!(folder(""), "");
        for bad in ["../x", "a/../b", "a/.", "a\\b", "C:\\x"] {
            assert_eq!(Folder::parse(bad), Err(TextError::Folder), "{bad}");
        }
        assert_eq!(
            Folder::parse("1/2/3/4/5/6/7/8/9"),
            Err(TextError::TooDeep { max: 8 })
        );
    }

    proptest! {
        #[test]
        fn cleaning_is_stable_and_safe(raw in "\\PC*|[a \t\r\n\0\u{202e}\u{200d}/.]{0,30}") {
            if let Ok(name) = Name::parse(&raw) {
                prop_assert!(!name.as_str().chars().any(|c| c.is_control() || is_bidi_mark(c)));
                prop_assert_eq!(Name::parse(name.as_str()), Ok(name.clone()));
            }
            if let Ok(text) = Paragraphs::parse("text", &raw) {
                prop_assert!(!text.as_str().chars().any(|c| c.is_control() && c != '\n'));
                prop_assert_eq!(Paragraphs::parse("text", text.as_str()), Ok(text.clone()));
            }
            if let Ok(folder) = Folder::parse(&raw) {
                let mut names = folder.as_str().split('/');
                prop_assert!(folder.as_str().is_empty() || names.all(|n| !matches!(n, "" | ".." | ".")));
                prop_assert_eq!(Folder::parse(folder.as_str()), Ok(folder.clone()));
            }
        }
    }
}
