//! What became of one mail: taken by a server, or not, and whose move it is.
//!
//! The three ways to fail are what the outbox acts on. Every reason is one or
//! two plain sentences, because staff read them in the outbox.

use thiserror::Error;

/// A server took responsibility for the mail. It may still bounce later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What the server said on taking it, such as `250 2.0.0 queued as 4F2A`,
    /// or the id that the platform's mail service gave it. At most 200
    /// characters, printable.
    pub server_reply: String,
}

/// A mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// Nobody is at fault for long: try the same mail again later. The server
    /// may have taken the mail and been unable to say so; a second copy then
    /// carries the same Message-ID.
    #[error("{reason}")]
    Transient { reason: String },
    /// This mail will never reach this address: the address or the mail itself
    /// was refused for good. Trying again changes nothing.
    #[error("{reason}")]
    Undeliverable { reason: String },
    /// The deployment's mail settings are not accepted (sign-in, TLS, sender).
    /// No mail goes out until somebody changes them; the mail itself is fine.
    #[error("{reason}")]
    Misconfigured { reason: String },
}

#[cfg(test)]
impl SendError {
    /// One word: `transient`, `undeliverable` or
    /// `misconfigured`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Transient { .. } => "transient",
            Self::Undeliverable { .. } => "undeliverable",
            Self::Misconfigured { .. } => "misconfigured",
        }
    }
}

/// A setting that cannot be used. Its message names the setting and what is
/// wrong with it, and never repeats a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{setting} {problem}")]
pub struct BadSetting {
    /// The setting's name, such as `SMTP_URL`.
    pub setting: &'static str,
    /// The rest of the sentence, such as `names no host.`
    pub problem: String,
}

/// Text from outside made fit for a sentence: printable, on one line, at most
/// 200 characters.
pub(super) fn quotable(text: &str) -> String {
    let printable: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let one_line = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", one_line.get(..end).unwrap_or_default()),
        None => one_line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_short_and_on_one_line() {
        assert_eq!(quotable("  a\r\n\u{1b}[31mb\tc "), "a [31mb c");
        assert_eq!(quotable(&"é".repeat(500)).chars().count(), 201);
    }

    #[test]
    fn an_error_reads_as_its_reason() {
        let error = SendError::Transient {
            reason: "Later.".into(),
        };
        assert_eq!(error.to_string(), "Later.");
        assert_eq!(error.kind(), "transient");
    }
}
