//! The second factor: six digits of an app, and the recovery codes for when there is no app.
//!
//! TOTP as RFC 6238 has it and apps speak it: SHA-1, six digits, thirty seconds. A code is taken one step
//! early or late, for clocks that differ, and each step once; the store remembers which was the last.
//! A recovery code is 120 random bits, so its plain hash is as good as a slow one (OWASP ASVS 5.0,
//! 6.5.2), nobody guesses it, and it works whatever becomes of the keys that seal the secret.

use super::hex::hex;
use super::time::Timestamp;
use hmac::{Hmac, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq as _;

/// How long a step lasts, in milliseconds.
const STEP: i64 = 30_000;
/// How many recovery codes somebody gets.
pub const RECOVERY_CODES: usize = 10;

/// The alphabet of RFC 4648, which apps read secrets in.
const PLAIN: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Crockford's: nothing to mistake when it is read from paper.
const CLEAR: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Base 32 without padding, of a number of bytes that five divides.
fn base32(bytes: &[u8], alphabet: &[u8; 32]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let bits = chunk
            .iter()
            .fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
        for place in (0..8).rev() {
            let index = usize::try_from((bits >> (5 * place)) & 31).unwrap_or(0);
            text.push(char::from(alphabet.get(index).copied().unwrap_or(b'A')));
        }
    }
    text
}

/// A thirty-second step, counted from 1970.
pub type Step = i64;

/// The secret that an app and the portal share: twenty bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 20]);

/// A text that is no secret of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no secret of a second factor")]
pub struct BadSecret;

impl Secret {
    /// A new one from random bytes.
    pub const fn new(random: [u8; 20]) -> Self {
        Self(random)
    }

    /// Reads [`text`](Self::text) again.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let mut bytes = [0; 20];
        if text.len() != 32 {
            return Err(BadSecret);
        }
        let (from, into) = (text.as_bytes().chunks(8), bytes.chunks_mut(5));
        for (letters, bytes) in from.zip(into) {
            let mut bits = 0_u64;
            for letter in letters {
                let value = PLAIN.iter().position(|of| of == letter).ok_or(BadSecret)?;
                bits = (bits << 5) | u64::try_from(value).map_err(|_too_large| BadSecret)?;
            }
            for (byte, from) in bytes.iter_mut().zip(bits.to_be_bytes().into_iter().skip(3)) {
                *byte = from;
            }
        }
        Ok(Self(bytes))
    }

    /// The text that a person may type into an app: 32 letters and digits.
    pub fn text(&self) -> String {
        base32(&self.0, PLAIN)
    }

    /// What stands in the QR code that apps read.
    pub fn uri(&self, business: &str, email: &str) -> String {
        let plain = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        // A colon parts the two, so a name has none.
        let issuer = plain(&business.replace(':', " "));
        format!(
            "otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}",
            plain(email),
            self.text()
        )
    }

    /// The code of a step, as six bytes of digits.
    fn code(&self, step: Step) -> Option<[u8; 6]> {
        let mut mac = <Hmac<Sha1> as hmac::Mac>::new_from_slice(&self.0).ok()?;
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest.last()? & 15);
        let word = digest.get(offset..offset + 4)?.try_into().ok()?;
        let mut number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000;
        let mut digits = [b'0'; 6];
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(number % 10).ok()?;
            number /= 10;
        }
        Some(digits)
    }

    /// The step whose code that is: the one of now, or of one to either side, if it is later than the
    /// last one that was used. All three are looked at whatever is found.
    pub fn step_of(&self, digits: &Digits, now: Timestamp, last: Step) -> Option<Step> {
        let current = now.0.div_euclid(STEP);
        let mut found = None;
        for step in [current + 1, current - 1, current] {
            let code = self.code(step)?;
            let is_it = bool::from(code.ct_eq(&digits.0));
            if is_it && step > last {
                found = Some(step);
            }
        }
        found
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Six digits as somebody typed them.
#[derive(Clone, PartialEq, Eq)]
pub struct Digits([u8; 6]);

/// A text that cannot be a code of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter the six digits that your app shows now.")]
pub struct NoDigits;

impl Digits {
    /// The door for what was typed; spaces are passed over.
    pub fn parse(typed: &str) -> Result<Self, NoDigits> {
        let typed: Vec<u8> = typed
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| {
                u8::try_from(c)
                    .ok()
                    .filter(u8::is_ascii_digit)
                    .ok_or(NoDigits)
            })
            .take(7)
            .collect::<Result<_, _>>()?;
        typed.try_into().map(Self).map_err(|_count| NoDigits)
    }
}

/// One of the codes for when there is no app.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

/// A text that cannot be a recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter one of your recovery codes: 24 letters and digits, like ABCD-EF12-….")]
pub struct NoRecoveryCode;

impl RecoveryCode {
    /// A new one from random bytes.
    pub fn new(random: [u8; 15]) -> Self {
        Self(base32(&random, CLEAR))
    }

    /// The door for what was typed: case, spaces and hyphens are ignored; O is 0, I and L are 1.
    pub fn parse(typed: &str) -> Result<Self, NoRecoveryCode> {
        let mut code = String::new();
        for c in typed.chars() {
            let c = match c.to_ascii_uppercase() {
                c if c.is_whitespace() || matches!(c, '-' | '‐' | '–') => continue,
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            let is_ours = u8::try_from(c).is_ok_and(|byte| CLEAR.contains(&byte));
            if !is_ours || code.len() == 24 {
                return Err(NoRecoveryCode);
            }
            code.push(c);
        }
        if code.len() == 24 {
            Ok(Self(code))
        } else {
            Err(NoRecoveryCode)
        }
    }

    /// As it is shown, once: `ABCD-EF12-…`.
    pub fn expose(&self) -> String {
        let mut text = String::new();
        for (place, c) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            text.push(c);
        }
        text
    }

    /// What is kept of it: a SHA-256, in hexadecimal.
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(b"portico recovery code v1 ");
        digest.update(self.0.as_bytes());
        hex(&digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The secret of the test vectors of RFC 6238, appendix B.
    const RFC: Secret = Secret(*b"12345678901234567890");

    fn digits(text: &str) -> Digits {
        Digits::parse(text).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_6238() {
        // The RFC has eight digits; six are the last of them.
        for (seconds, code) in [
            (59_i64, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let now = Timestamp(seconds * 1000);
            let found = RFC.step_of(&digits(&code[2..]), now, 0);
            assert_eq!(found, Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_to_either_side_and_once() {
        let now = Timestamp(1_111_111_111_000);
        let step = 1_111_111_111 / 30;
        let at = |step: Step| Digits(RFC.code(step).unwrap());
        for of in [step - 1, step, step + 1] {
            assert_eq!(RFC.step_of(&at(of), now, 0), Some(of));
            assert_eq!(RFC.step_of(&at(of), now, of), None, "used already");
        }
        for of in [step - 2, step + 2] {
            assert_eq!(RFC.step_of(&at(of), now, 0), None);
        }
        // What is older than the last one used is used up with it.
        assert_eq!(RFC.step_of(&at(step - 1), now, step), None);
        assert_eq!(RFC.step_of(&digits("000000"), now, 0), None);
    }

    #[test]
    fn the_text_for_apps_and_the_address_in_the_picture() {
        assert_eq!(RFC.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            RFC.uri("Fern & Oak: Ltd", "olive@business.test"),
            "otpauth://totp/Fern%20%26%20Oak%20%20Ltd:olive%40business%2Etest?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Fern%20%26%20Oak%20%20Ltd"
        );
        assert_eq!(format!("{RFC:?}"), "Secret");
        for bad in [
            "",
            "GEZD",
            "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
            "1EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        ] {
            assert_eq!(Secret::parse(bad), Err(BadSecret), "{bad}");
        }
    }

    #[test]
    fn what_is_typed() {
        assert!(Digits::parse(" 123 456 ").is_ok());
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６", "-12345"] {
            assert_eq!(Digits::parse(bad).err(), Some(NoDigits), "{bad}");
        }
        let code = RecoveryCode::new([0xA5; 15]);
        assert_eq!(code.expose().len(), 29);
        assert_eq!(
            RecoveryCode::parse(&code.expose().to_lowercase())
                .unwrap()
                .hash(),
            code.hash()
        );
        assert_eq!(code.hash().len(), 64);
        let zeros = RecoveryCode::new([0; 15]);
        assert_eq!(
            RecoveryCode::parse("oooo 0000 OOOO-0000 0000 0000")
                .unwrap()
                .hash(),
            zeros.hash()
        );
        for bad in [
            "",
            "ABCD",
            "0000-0000-0000-0000-0000-00001",
            "U000-0000-0000-0000-0000-0000",
        ] {
            assert_eq!(
                RecoveryCode::parse(bad).err(),
                Some(NoRecoveryCode),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn secrets_come_back(random: [u8; 20]) {
            let secret = Secret::new(random);
            prop_assert_eq!(Secret::parse(&secret.text()), Ok(secret));
        }

        #[test]
        fn recovery_codes_come_back(random: [u8; 15]) {
            let code = RecoveryCode::new(random);
            prop_assert_eq!(RecoveryCode::parse(&code.expose()).unwrap().0, code.0);
        }

        #[test]
        fn no_text_panics(typed: String) {
            let _ = (Digits::parse(&typed), RecoveryCode::parse(&typed), Secret::parse(&typed));
        }
    }
}
