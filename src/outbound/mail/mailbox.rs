//! An address with an optional name, safe to put on the wire.
//!
//! A `Mailbox` holds a plain ASCII `local@domain` without spaces, brackets,
//! quotes or control characters, so it can stand inside an SMTP command and a
//! header as it is. Its name holds no control characters, in any script.

use thiserror::Error;

use super::error::BadSetting;

/// Who a mail is from or to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: Option<String>,
    address: String,
}

/// An address that mail cannot be sent to or from. Names no reason beyond
/// that: it is checked more kindly where people type it in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("“{0}” is not an address that mail can be sent to.")]
pub struct BadAddress(String);

impl Mailbox {
    /// A mailbox; a name of nothing but spaces counts as none. Characters that
    /// would break a header become spaces.
    pub fn new(name: Option<&str>, address: &str) -> Result<Self, BadAddress> {
        let address = address.trim();
        if !is_plain_address(address) {
            return Err(BadAddress(super::error::quotable(address)));
        }
        let name = name.map(one_line).filter(|name| !name.is_empty());
        Ok(Self {
            name,
            address: address.to_owned(),
        })
    }

    /// Reads `MAIL_FROM`: `mail@example.com` or `Name <mail@example.com>`.
    pub fn from_setting(value: &str) -> Result<Self, BadSetting> {
        let value = value.trim();
        let (name, address) = match value.strip_suffix('>').and_then(|v| v.rsplit_once('<')) {
            Some((name, address)) => (Some(name.trim().trim_matches('"')), address),
            None => (None, value),
        };
        Self::new(name, address).map_err(|_| BadSetting {
            setting: "MAIL_FROM",
            problem: "must be an address such as mail@example.com or Name <mail@example.com>."
                .to_owned(),
        })
    }

    /// The same address under this name, unless it already has one.
    #[must_use]
    pub fn or_named(mut self, name: &str) -> Self {
        if self.name.is_none() {
            self.name = Some(one_line(name)).filter(|name| !name.is_empty());
        }
        self
    }

    /// The name as people read it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// `local@domain`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.address
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain)
    }
}

/// Control characters and runs of white space become one space each.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| {
            if c.is_control() || c == '\u{2028}' || c == '\u{2029}' {
                ' '
            } else {
                c
            }
        })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// RFC 5321 §4.1.2 without quoted local parts and address literals, at the
/// lengths of §4.5.3.1.
fn is_plain_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    local.len() <= 64
        && local
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(atext))
        && domain.len() <= 253
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_taken_and_nothing_else_is() {
        for good in [
            "a@b",
            "first.last+tag@mail.example.co.uk",
            "o'neil@xn--bcher-kva.example",
            " a@b.example ",
        ] {
            assert!(Mailbox::new(None, good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b",
            "a@",
            "a b@c.example",
            "a@b@c.example",
            "a@b.example>",
            "<a@b.example",
            "a@b.example\r\nRCPT TO:<x@y.example>",
            "a\n@b.example",
            ".a@b.example",
            "a..b@c.example",
            "\"a b\"@c.example",
            "a@[127.0.0.1]",
            "a@-b.example",
            "a@b..example",
            "é@b.example",
            "a@bücher.example",
        ] {
            assert!(Mailbox::new(None, bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_stay_on_one_line() {
        let mailbox = Mailbox::new(Some("Ann\r\nBcc: all@example.com"), "a@b.example").unwrap();
        assert_eq!(mailbox.name(), Some("Ann Bcc: all@example.com"));
        assert_eq!(
            Mailbox::new(Some(" \t"), "a@b.example").unwrap().name(),
            None
        );
    }

    #[test]
    fn the_setting_may_carry_a_name() {
        let read = |v| {
            Mailbox::from_setting(v).map(|m| (m.name().map(str::to_owned), m.address().to_owned()))
        };
        assert_eq!(
            read("mail@example.com"),
            Ok((None, "mail@example.com".into()))
        );
        assert_eq!(
            read("Nørd & Co <mail@example.com>"),
            Ok((Some("Nørd & Co".into()), "mail@example.com".into()))
        );
        assert_eq!(
            read("\"Quoted\" <mail@example.com>"),
            Ok((Some("Quoted".into()), "mail@example.com".into()))
        );
        let error = Mailbox::from_setting("Portico").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("MAIL_FROM must be an address"),
            "{error}"
        );
    }

    #[test]
    fn a_name_is_lent_only_where_there_is_none() {
        let plain = Mailbox::from_setting("mail@example.com").unwrap();
        assert_eq!(plain.clone().or_named("Studio").name(), Some("Studio"));
        assert_eq!(
            plain.or_named("Studio").or_named("Other").name(),
            Some("Studio")
        );
    }
}
