//! An e-mail address that can stand in an SMTP command and in a header as it is.
//!
//! A subset of RFC 5321: a dot-atom of ASCII before the @ (up to 64), a dotted ASCII host name
//! after it, at most 254 in all. No quoted local parts, no address literals, no UTF-8 (SMTPUTF8 is
//! not something every mail server takes). Shown as typed, compared in lowercase: no provider that
//! people use tells `Ann@` from `ann@`, and two logins that differ by case would be a trap.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, hash, str::FromStr};

use crate::domain::door::through;

/// A deliverable-looking address. Equal when the [`key`](Self::key)s are.
#[derive(Debug, Clone)]
pub struct Email {
    text: String,
    key: String,
}

/// Why a text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing typed.
    #[error("Enter an e-mail address.")]
    Empty,
    /// Not of the form local@host.tld.
    #[error("Enter an e-mail address like name@example.com.")]
    Shape,
    /// More than one @: often two addresses in one field.
    #[error("Enter a single e-mail address: this one has more than one @.")]
    Several,
    /// A space, tab or line break within.
    #[error("An e-mail address has no spaces in it. Please remove them.")]
    Space,
    /// NUL and its kind.
    #[error(
        "There is a hidden character in this e-mail address. Please type it instead of pasting it."
    )]
    Hidden,
    /// Letters beyond ASCII before the @.
    #[error(
        "Use plain letters, digits and signs like . - _ + before the @: many mail servers refuse other letters."
    )]
    UnicodeLocal,
    /// Letters beyond ASCII after the @.
    #[error("Use plain letters after the @, or the domain's form that begins with xn--.")]
    UnicodeDomain,
    /// Over 254, or over 64 before the @.
    #[error(
        "This e-mail address is too long: up to 254 characters are possible, 64 of them before the @."
    )]
    TooLong,
}

impl Email {
    /// The one door. Spaces around the address are ignored.
    pub fn parse(raw: &str) -> Result<Self, EmailError> {
        let text = raw.trim_matches([' ', '\t', '\r', '\n', '\u{a0}']);
        if text.is_empty() {
            return Err(EmailError::Empty);
        }
        if text.chars().any(char::is_whitespace) {
            return Err(EmailError::Space);
        }
        if text
            .chars()
            .any(|c| c.is_control() || super::text::is_invisible(c))
        {
            return Err(EmailError::Hidden);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError::Shape)?;
        if domain.contains('@') {
            return Err(EmailError::Several);
        }
        if !local.is_ascii() {
            return Err(EmailError::UnicodeLocal);
        }
        if !domain.is_ascii() {
            return Err(EmailError::UnicodeDomain);
        }
        if text.len() > 254 || local.len() > 64 {
            return Err(EmailError::TooLong);
        }
        if !is_dot_atom(local) || !is_host_name(domain) {
            return Err(EmailError::Shape);
        }
        Ok(Self {
            key: text.to_ascii_lowercase(),
            text: text.to_owned(),
        })
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// Lowercase: what is unique in D1 and what throttles count by.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// RFC 5321 `Dot-string`: atoms of RFC 5322 `atext` with single dots between.
fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    })
}

/// RFC 1123 host name of at least two labels whose last one is not a number.
fn is_host_name(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    domain.split('.').all(label)
        && domain
            .rsplit_once('.')
            .is_some_and(|(_, top)| top.len() >= 2 && top.bytes().any(|b| b.is_ascii_alphabetic()))
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Email {}
impl hash::Hash for Email {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}
impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl FromStr for Email {
    type Err = EmailError;
    fn from_str(text: &str) -> Result<Self, EmailError> {
        Self::parse(text)
    }
}
impl Serialize for Email {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.text)
    }
}
impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        through(d, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usual_addresses_are_kept_as_typed() {
        for good in [
            "ann@example.com",
            "O'Hara+tag@sub.example.co.uk",
            "a@xn--bcher-kva.example",
        ] {
            assert_eq!(Email::parse(good).unwrap().as_str(), good);
        }
        let pasted = Email::parse("  Ann.Lee@Example.COM\r\n").unwrap();
        assert_eq!(pasted.as_str(), "Ann.Lee@Example.COM");
        assert_eq!(pasted, Email::parse("ann.lee@example.com").unwrap());
    }

    #[test]
    fn each_refusal_says_why() {
        for (bad, why) in [
            ("", EmailError::Empty),
            (" \t ", EmailError::Empty),
            ("ann", EmailError::Shape),
            ("ann@example", EmailError::Shape),
            ("@example.com", EmailError::Shape),
            ("ann@", EmailError::Shape),
            (".ann@example.com", EmailError::Shape),
            ("a..b@example.com", EmailError::Shape),
            ("\"a\"@example.com", EmailError::Shape),
            ("ann@-example.com", EmailError::Shape),
            ("ann@example.com.", EmailError::Shape),
            ("ann@[127.0.0.1]", EmailError::Shape),
            ("ann@10.0.0.1", EmailError::Shape),
            ("<ann@example.com>", EmailError::Shape),
            ("a@b.com,c@d.com", EmailError::Several),
            ("ann lee@example.com", EmailError::Space),
            ("ann@example.com\r\nBcc:x@example.com", EmailError::Space),
            ("ann\0@example.com", EmailError::Hidden),
            ("ann\u{202e}@example.com", EmailError::Hidden),
            ("zoë@example.com", EmailError::UnicodeLocal),
            ("ann@bücher.example", EmailError::UnicodeDomain),
        ] {
            assert_eq!(Email::parse(bad), Err(why), "{bad:?}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        assert_eq!(Email::parse(&long), Err(EmailError::TooLong));
        let longer = format!("a@{}example.com", "abcdefghi.".repeat(26));
        assert_eq!(Email::parse(&longer), Err(EmailError::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_safe_in_a_header(raw in "\\PC*|[a-z.@ <>\",\r\n\0é]{0,40}") {
            if let Ok(email) = Email::parse(&raw) {
                prop_assert!(email.as_str().bytes().all(|b| b.is_ascii_graphic()));
                prop_assert!(!email.as_str().contains(['<', '>', '"', ',', ';', '\\', '(', ')']));
                prop_assert_eq!(Email::parse(email.key()), Ok(email.clone()));
            }
        }
    }
}
