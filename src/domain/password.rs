//! Which passwords are taken, and a box that does not print them.
//!
//! After NIST SP 800-63B-4: at least 15 characters where the password stands alone, 8 beside a
//! second factor, up to 256, any Unicode exactly as typed, nothing demanded about kinds of
//! characters; refused are common ones, those about the person or the business, repetitions and
//! sequences. Hashing is not here.

use super::blocklist::{Blocklist, is_sequence, repeated_piece};
use std::fmt;

/// The longest password, in characters.
pub const MAX: usize = 256;

/// What the password is asked for together with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// Nothing else: 15 characters.
    Alone,
    /// A second factor: 8 characters.
    WithSecondFactor,
}

impl Strength {
    /// What is asked of somebody who has a second factor, or has none.
    pub const fn beside(second: bool) -> Self {
        if second {
            Self::WithSecondFactor
        } else {
            Self::Alone
        }
    }

    /// The fewest characters.
    pub const fn min(self) -> usize {
        match self {
            Self::Alone => 15,
            Self::WithSecondFactor => 8,
        }
    }
}

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing typed.
    #[error("Enter a password.")]
    Empty,
    /// Fewer characters than asked.
    #[error("Use at least {min} characters. Three or four unrelated words make a good password.")]
    TooShort {
        /// The fewest characters.
        min: usize,
    },
    /// More than [`MAX`] characters.
    #[error("Use at most 256 characters.")]
    TooLong,
    /// One piece over and over.
    #[error(
        "This password repeats the same characters. Please choose one that cannot be guessed so easily."
    )]
    Repeated,
    /// Neighbours in the alphabet or on the keyboard.
    #[error(
        "This password follows the alphabet or the keyboard. Please choose one that cannot be guessed so easily."
    )]
    Sequence,
    /// A common password, or two.
    #[error(
        "This is one of the passwords that are guessed first. Three or four unrelated words make a better one."
    )]
    Common,
    /// Little beside a name.
    #[error(
        "This password is little more than “{0}”, which is easy to guess. Please add unrelated words, or choose another one."
    )]
    Context(String),
}

/// A password, exactly as typed. `Debug` prints only the type's name.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The door for a new password. `context` are the words an attacker would try for this person:
    /// names of person, client and business, the e-mail address.
    pub fn choose(
        raw: &str,
        strength: Strength,
        context: &[&str],
        common: &Blocklist,
    ) -> Result<Self, PasswordError> {
        let password = Self::presented(raw)?;
        let min = strength.min();
        if raw.chars().count() < min {
            return Err(PasswordError::TooShort { min });
        }
        let lower = raw.to_lowercase();
        if let Some(piece) = repeated_piece(&lower) {
            if common.is_common(&piece) {
                return Err(PasswordError::Common);
            }
            // No more is hidden in it than in the piece.
            if piece.chars().count() < Strength::WithSecondFactor.min() {
                return Err(PasswordError::Repeated);
            }
        }
        if is_sequence(&lower) {
            return Err(PasswordError::Sequence);
        }
        if common.is_common(&lower) {
            return Err(PasswordError::Common);
        }
        match little_more_than(&lower, context) {
            Some(word) => Err(PasswordError::Context(word)),
            None => Ok(password),
        }
    }
    /// The door for a password that is compared with a kept one: only its length is bounded, so
    /// that a long text costs nothing and an old password still works after a change of policy.
    pub fn presented(raw: &str) -> Result<Self, PasswordError> {
        match raw.chars().take(MAX + 1).count() {
            0 => Err(PasswordError::Empty),
            n if n > MAX => Err(PasswordError::TooLong),
            _ => Ok(Self(raw.to_owned())),
        }
    }
    /// Whether it is too short to stand alone.
    pub fn is_short(&self) -> bool {
        self.0.chars().count() < Strength::Alone.min()
    }
    /// The text, for hashing alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// A word of the context, if without all of them fewer than eight letters and digits are left, or
/// nothing but digits.
fn little_more_than(lower: &str, context: &[&str]) -> Option<String> {
    let mut rest = squash(lower);
    let mut found = None;
    for phrase in context.iter().chain(&["Portico", "client portal"]) {
        let words = phrase.split(|c: char| !c.is_alphanumeric());
        // The whole first: "Harbour & Pine" is also guessed as "harbourpine".
        for word in std::iter::once(*phrase).chain(words) {
            let plain = squash(&word.to_lowercase());
            if plain.chars().count() >= 4 && rest.contains(&plain) {
                rest = rest.replace(&plain, "");
                found = found.or_else(|| Some(word.to_owned()));
            }
        }
    }
    let left = if rest.chars().all(char::is_numeric) {
        0
    } else {
        rest.chars().count()
    };
    found.filter(|_| left < Strength::WithSecondFactor.min())
}

fn squash(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::blocklist::tests::SHIPPED;
    use proptest::prelude::*;

    const CONTEXT: [&str; 3] = [
        "Harbour & Pine",
        "Ann Lee-Whitfield",
        "ann.whitfield@orchard.example",
    ];

    fn alone(raw: &str) -> Result<Password, PasswordError> {
        Password::choose(raw, Strength::Alone, &CONTEXT, &SHIPPED)
    }

    #[test]
    fn good_ones_are_taken_as_typed() {
        for good in [
            "correct horse battery staple",
            " spaces  at both ends ",
            "пять слов на русском",
            "安全なパスワードを選びましょうね",
            "v8#kd03mxq21zpw",
            "demo client password",
            "correct 0a1b2c3d4e5f staple",
            "Harbour lights at dawn, softly",
            "🦀🌲🛶🏔🎻🎨🧭🪁🎲🧵🪴🔭🧩🚲🎈",
        ] {
            assert_eq!(alone(good).unwrap().expose(), good);
        }
        let short = Password::choose("k7#mq2vz", Strength::WithSecondFactor, &CONTEXT, &SHIPPED);
        assert!(short.is_ok());
    }

    #[test]
    fn each_refusal_says_why() {
        let context = |word: &str| PasswordError::Context(word.to_owned());
        for (bad, why) in [
            ("", PasswordError::Empty),
            ("fourteen chars", PasswordError::TooShort { min: 15 }),
            ("aaaaaaaaaaaaaaaa", PasswordError::Repeated),
            ("x7qx7qx7qx7qx7qx7q", PasswordError::Repeated),
            ("abcdefghijklmnop", PasswordError::Sequence),
            ("1234567890123456", PasswordError::Sequence),
            ("Password12345678!", PasswordError::Common),
            ("passwordpassword", PasswordError::Common),
            ("Dragon!Dragon!Dragon!", PasswordError::Common),
            ("sunshine princess", PasswordError::Common),
            ("Harbour-Pine-2026!", context("Harbour & Pine")),
            ("harbour & pine ltd", context("Harbour & Pine")),
            ("Whitfield20261127", context("Whitfield")),
            ("orchard whitfield", context("Whitfield")),
            ("PorticoPortico!!1", context("Portico")),
            ("my client portal 1", context("client portal")),
        ] {
            assert_eq!(alone(bad), Err(why), "{bad}");
        }
        assert_eq!(alone(&"aé🙂x".repeat(65)), Err(PasswordError::TooLong));
        assert_eq!(
            Password::presented(&"x".repeat(2_000_000)),
            Err(PasswordError::TooLong)
        );
    }

    #[test]
    fn an_old_short_password_may_still_be_presented() {
        let password = Password::presented("hunter2").unwrap();
        assert_eq!(format!("{password:?}"), "Password");
    }

    proptest! {
        #[test]
        fn random_ones_are_taken(raw in "[!-~]{24,256}") {
            prop_assert_eq!(alone(&raw).map(|p| p.expose().to_owned()), Ok(raw));
        }

        #[test]
        fn no_text_panics(raw: String, a: String, b: String) {
            let _ = Password::choose(&raw, Strength::WithSecondFactor, &[&a, &b], &SHIPPED);
        }
    }
}
