//! Secrets that travel by e-mail or cookie: long link tokens and the short code beside them.
//!
//! Plain once, hash forever: the plain text exists when made and when presented, D1 keeps only the
//! SHA-256. A token begins with `pt_` and a letter for its purpose, so a leaked one is found by
//! secret scanners and one made for a magic link is no invitation. `Debug` prints only the type's
//! name. Hashes are compared by the caller in constant time, or by D1 as an index key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt;

use crate::domain::door::through;

/// What a token is for. The letter is part of its text; the name stands in D1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A contact accepts access to the portal: 7 days unless set otherwise.
    Invitation,
    /// A contact signs in without a password: 10 minutes.
    Magic,
    /// A contact chooses a new password: 30 minutes.
    Reset,
    /// A contact confirms a new e-mail address: 24 hours.
    Email,
    /// A person joins the business's staff: as long as an invitation.
    Join,
    /// A staff member chooses a new password: 30 minutes.
    StaffReset,
    /// A staff member confirms a new e-mail address: 24 hours.
    StaffEmail,
    /// The cookie that binds a magic link to the browser that asked for it: 10 minutes. No link.
    Ask,
    /// The cookie by which a browser asks again for a lost reply to using a link up: 30 minutes. No link.
    Once,
    /// Shows one invoice and lets it be paid, without an account: until it is revoked.
    Pay,
    /// The cookie that names a browser, whoever signs in there: 400 days. No link.
    Device,
}

impl Purpose {
    /// Every purpose.
    #[cfg(test)]
    pub const ALL: [Self; 11] = [
        Self::Invitation,
        Self::Magic,
        Self::Reset,
        Self::Email,
        Self::Join,
        Self::StaffReset,
        Self::StaffEmail,
        Self::Ask,
        Self::Once,
        Self::Pay,
        Self::Device,
    ];
    /// The name that D1 keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Magic => "magic",
            Self::Reset => "reset",
            Self::Email => "email",
            Self::Join => "join",
            Self::StaffReset => "staff_reset",
            Self::StaffEmail => "staff_email",
            Self::Ask => "ask",
            Self::Once => "once",
            Self::Pay => "pay",
            Self::Device => "device",
        }
    }
    const fn letter(self) -> char {
        match self {
            Self::Invitation => 'i',
            Self::Magic => 'm',
            Self::Reset => 'r',
            Self::Email => 'e',
            Self::Join => 'j',
            Self::StaffReset => 's',
            Self::StaffEmail => 't',
            Self::Ask => 'a',
            Self::Once => 'o',
            Self::Pay => 'p',
            Self::Device => 'd',
        }
    }
}

/// A text that is no token of the purpose asked for. To a person: the one page for dead links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This link is not complete. Please open it again from the e-mail, or ask for a new one.")]
pub struct BadToken;

/// A text from outside without the tokens that stand in it, for keeping: `pt_p…`. What only looks like one goes, too.
pub fn without_tokens(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut clean = String::new();
    while let Some(at) = rest.find("pt_") {
        let body = &rest[at..];
        let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        let (token, after) = body.split_at(end.unwrap_or(body.len()));
        let kept = if token.len() >= LENGTH {
            "pt_".len() + 1
        } else {
            token.len()
        };
        clean.push_str(&rest[..at]);
        clean.push_str(&token[..kept]);
        if kept < token.len() {
            clean.push('…');
        }
        rest = after;
    }
    if clean.len() + rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// Characters of a token.
const LENGTH: usize = 47;

/// 256 random bits with a purpose; 47 characters of text.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
}

impl Secret {
    /// A new secret from 32 random bytes.
    pub fn new(purpose: Purpose, random: [u8; 32]) -> Self {
        let text = format!("pt_{}{}", purpose.letter(), URL_SAFE_NO_PAD.encode(random));
        Self { text }
    }
    /// The door for what was presented: a path segment or cookie value, of that purpose only.
    pub fn parse(purpose: Purpose, presented: &str) -> Result<Self, BadToken> {
        let body = presented.strip_prefix("pt_").ok_or(BadToken)?;
        let body = body.strip_prefix(purpose.letter()).ok_or(BadToken)?;
        let mut bytes = [0; 32];
        // A slice of another length than 32, padding or stray bits at the end: not ours.
        match URL_SAFE_NO_PAD.decode_slice(body, &mut bytes) {
            Ok(32) => Ok(Self::new(purpose, bytes)),
            Ok(_) | Err(_) => Err(BadToken),
        }
    }
    /// The text that goes into the link. Never into D1, a log or an error.
    pub fn expose(&self) -> &str {
        &self.text
    }
    /// What D1 keeps and looks up.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(&self.text).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A SHA-256, as 64 lowercase hexadecimal characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The door for what D1 gave back.
    pub fn parse(hex: &str) -> Result<Self, BadToken> {
        let mut bytes = [0; 32];
        if hex.len() != 64 {
            return Err(BadToken);
        }
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let digits = pair.iter().map(|b| match b {
                b'0'..=b'9' => Some(b - b'0'),
                b'a'..=b'f' => Some(b - b'a' + 10),
                _ => None,
            });
            for digit in digits {
                *byte = (*byte << 4) | digit.ok_or(BadToken)?;
            }
        }
        Ok(Self(bytes))
    }
    /// The raw bytes, for a comparison in constant time.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}
impl Serialize for TokenHash {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for TokenHash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        through(d, Self::parse)
    }
}

/// Digits and capitals without I, L, O and U (Crockford's base 32): nothing to mistake, 5 bits each.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The 8-character code in the mail of a magic link: 40 random bits, read as `ABCD-EFGH`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code([u8; 8]);

/// A text that cannot be a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter the code from the e-mail: 8 letters and digits, like ABCD-EF12.")]
pub struct CodeError;

impl Code {
    /// A new code from 5 random bytes: 40 bits are 8 characters of 5, so none is likelier.
    pub fn new(random: [u8; 5]) -> Self {
        let bits = random
            .iter()
            .fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
        let mut text = [b'0'; 8];
        for (place, slot) in text.iter_mut().rev().enumerate() {
            let index = usize::try_from((bits >> (5 * place)) & 31).unwrap_or(0);
            *slot = ALPHABET.get(index).copied().unwrap_or(b'0');
        }
        Self(text)
    }
    /// The door for what was typed: case, spaces and hyphens are ignored; O is 0, I and L are 1.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        let mut text = [0; 8];
        let mut slots = text.iter_mut();
        for c in typed
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '–'))
        {
            let plain = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let byte = u8::try_from(plain).ok().filter(|b| ALPHABET.contains(b));
            *slots.next().ok_or(CodeError)? = byte.ok_or(CodeError)?;
        }
        if slots.next().is_some() {
            Err(CodeError)
        } else {
            Ok(Self(text))
        }
    }
    /// The 8 characters without the hyphen, for the keyed hash that D1 keeps: 40 bits alone could
    /// be tried through by whoever reads the database.
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
    /// The text that goes into the mail: "ABCD-EFGH".
    pub fn expose(&self) -> String {
        let (head, tail) = self.0.split_at(4);
        format!(
            "{}-{}",
            String::from_utf8_lossy(head),
            String::from_utf8_lossy(tail)
        )
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_secret_is_scannable_and_never_printed() {
        let secret = Secret::new(Purpose::Invitation, [0; 32]);
        assert_eq!(secret.expose(), format!("pt_i{}", "A".repeat(43)));
        assert_eq!(format!("{secret:?}"), "Secret");
        assert_eq!(
            secret.hash().to_string(),
            "2a449d39d3f0e652249242de179f0f2946aff5bf863a6b974d240f52dcb2f474"
        );
        assert_eq!(
            TokenHash::parse(&secret.hash().to_string()),
            Ok(secret.hash())
        );
    }

    #[test]
    fn a_secret_is_read_for_its_purpose_only() {
        let good = Secret::new(Purpose::Magic, [9; 32]);
        assert_eq!(
            Secret::parse(Purpose::Magic, good.expose()),
            Ok(good.clone())
        );
        for purpose in Purpose::ALL.into_iter().filter(|p| *p != Purpose::Magic) {
            assert_eq!(
                Secret::parse(purpose, good.expose()),
                Err(BadToken),
                "{purpose:?}"
            );
        }
        let text = good.expose();
        let stray_bits = format!("{}J", text.strip_suffix('k').unwrap_or(text));
        for bad in [
            "",
            "pt_m",
            "pt_mAA",
            &format!("{text}A"),
            &format!("{text}="),
            &stray_bits,
            "x",
        ] {
            assert_eq!(Secret::parse(Purpose::Magic, bad), Err(BadToken), "{bad}");
        }
    }

    #[test]
    fn purposes_have_distinct_letters() {
        for (i, a) in Purpose::ALL.iter().enumerate() {
            assert!(
                Purpose::ALL
                    .iter()
                    .skip(i + 1)
                    .all(|b| a.letter() != b.letter())
            );
        }
    }

    #[test]
    fn a_kept_text_has_no_tokens() {
        let token = Secret::new(Purpose::Pay, [0xa5; 32]);
        let token = token.expose();
        let text = format!(
            r#"{{"success_url":"https:\/\/a.example\/invoice\/{token}\/confirming","x":"{token}","receipt_email":"pt_p"}} {token}_more {token}"#
        );
        let clean = without_tokens(&text);
        assert!(!clean.contains(&token[..20]), "{clean}");
        assert_eq!(
            clean,
            r#"{"success_url":"https:\/\/a.example\/invoice\/pt_p…\/confirming","x":"pt_p…","receipt_email":"pt_p"} pt_p… pt_p…"#
        );
        assert_eq!(token.len(), LENGTH);
        for plain in ["", "pt_", "receipt_number", "żółć pt_pé pt_"] {
            assert!(matches!(without_tokens(plain), Cow::Borrowed(text) if text == plain));
        }
    }

    #[test]
    fn a_code_forgives_how_it_is_typed() {
        let code = Code::new([0, 0, 0, 0, 1]);
        assert_eq!(code.expose(), "0000-0001");
        assert_eq!(Code::new([0xff; 5]).expose(), "ZZZZ-ZZZZ");
        for typed in ["0000-0001", " 0O0o–oo0L", "0000 000i", "00000001"] {
            assert_eq!(Code::parse(typed), Ok(code), "{typed}");
        }
        for bad in [
            "",
            "0000-000",
            "0000-00011",
            "UUUU-UUUU",
            "0000-000é",
            "0000_0001",
        ] {
            assert_eq!(Code::parse(bad), Err(CodeError), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "Code");
    }

    proptest! {
        #[test]
        fn tokens_and_codes_round_trip(r: [u8; 32], c: [u8; 5]) {
            let secret = Secret::new(Purpose::Reset, r);
            prop_assert_eq!(Secret::parse(Purpose::Reset, secret.expose()), Ok(secret.clone()));
            let code = Code::new(c);
            prop_assert_eq!(Code::parse(&code.expose().to_lowercase()), Ok(code));
        }

        #[test]
        fn no_text_panics(raw: String) {
            let _ = (Secret::parse(Purpose::Ask, &raw), Code::parse(&raw), TokenHash::parse(&raw));
            prop_assert!(without_tokens(&raw).len() <= raw.len());
        }
    }
}
