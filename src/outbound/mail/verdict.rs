//! From a fault at a stage of the conversation to whose move it is, and to the
//! sentence that staff read.
//!
//! A code alone does not say: 550 means “no such person” after RCPT and “not
//! your address” after MAIL, and many servers hold their complaint about the
//! sender back until RCPT.

use super::error::{SendError, quotable};
use super::reply::Reply;
use super::session::{Fault, Stage};
use super::settings::{SmtpSettings, Tls};

/// Who took part, for the sentences.
pub(super) struct Parties<'a> {
    pub(super) settings: &'a SmtpSettings,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
}

impl Parties<'_> {
    /// What a fault means.
    pub(super) fn verdict(&self, stage: Stage, fault: &Fault) -> SendError {
        let server = self.settings.server();
        match fault {
            Fault::Refused(reply) => self.refused(stage, reply),
            Fault::Lost(cause) => self.lost(stage, cause),
            Fault::NotSmtp => misconfigured(format!(
                "What answers at {server} is not a mail server, or not one that can be understood. \
                 Check the host and port in SMTP_URL."
            )),
            Fault::NotOffered if stage == Stage::StartTls => misconfigured(format!(
                "The mail server {server} does not offer TLS, and mail is not sent without it. \
                 Use smtps:// in SMTP_URL if the server speaks TLS from the start."
            )),
            Fault::NotOffered => misconfigured(format!(
                "The mail server {server} offers no way to sign in that Portico knows (PLAIN or LOGIN)."
            )),
            Fault::TooLarge(limit) => undeliverable(format!(
                "This mail is larger than the mail server takes ({limit} bytes)."
            )),
        }
    }

    /// The time for the whole conversation was used up at this stage.
    pub(super) fn too_slow(&self, stage: Stage) -> SendError {
        let server = self.settings.server();
        transient(match stage {
            Stage::Connecting => format!("The mail server {server} could not be reached in time."),
            // The mark of a server that waits for the client's TLS hello.
            Stage::Greeting if self.settings.tls != Tls::Implicit => format!(
                "The mail server {server} did not greet in time. \
                 If it speaks TLS from the start, SMTP_URL must begin with smtps://."
            ),
            _ => format!("The mail server {server} did not answer in time."),
        })
    }

    fn lost(&self, stage: Stage, cause: &str) -> SendError {
        let server = self.settings.server();
        let cause = cause
            .trim_start_matches("Error: ")
            .split(". ")
            .next()
            .unwrap_or_default();
        let cause = quotable(cause);
        let encrypted = self.settings.tls == Tls::Implicit;
        // After STARTTLS the next thing to fail is the handshake, whatever the
        // platform calls it (an “internal error”, for one).
        if stage == Stage::Secured || (encrypted && names_tls(&cause)) {
            return misconfigured(format!(
                "No protected connection to the mail server {server} came about. Its certificate may not be \
                 valid for this name, or the port may expect another kind of TLS. ({cause})"
            ));
        }
        transient(match stage {
            // The platform does not say which of these it is.
            Stage::Connecting if encrypted => format!(
                "No protected connection to the mail server {server} came about: it cannot be reached, its \
                 certificate is not valid for this name, or the port expects smtp:// in SMTP_URL. ({cause})"
            ),
            Stage::Connecting => {
                format!("The mail server {server} could not be reached. ({cause})")
            }
            _ => format!("The connection to the mail server {server} was lost. ({cause})"),
        })
    }

    fn refused(&self, stage: Stage, reply: &Reply) -> SendError {
        let (server, said) = (self.settings.server(), reply.quoted());
        let Self { from, to, .. } = self;
        if reply.is_transient() {
            return transient(match stage {
                Stage::Recipient => {
                    format!("The mail server cannot take mail for {to} just now: {said}")
                }
                _ => format!("The mail server {server} asks to try again later: {said}"),
            });
        }
        match stage {
            Stage::SignIn => misconfigured(format!(
                "The mail server {server} refused the user name and password in SMTP_URL: {said}"
            )),
            Stage::StartTls | Stage::Secured => misconfigured(format!(
                "The mail server {server} refused to use TLS: {said}"
            )),
            Stage::Recipient | Stage::Content | Stage::Sender if asks_to_sign_in(reply) => {
                misconfigured(format!(
                    "The mail server {server} wants a sign-in that SMTP_URL does not give: {said}"
                ))
            }
            Stage::Sender => misconfigured(format!(
                "The mail server {server} does not take mail from {from}, the address in MAIL_FROM: {said}"
            )),
            Stage::Recipient if is_about_the_sender(reply) => misconfigured(format!(
                "The mail server {server} does not pass on mail from {from}, the address in MAIL_FROM: {said}"
            )),
            Stage::Recipient => undeliverable(format!("The address {to} was refused: {said}")),
            Stage::Content => undeliverable(format!("The mail to {to} was refused: {said}")),
            Stage::Connecting | Stage::Greeting | Stage::Hello | Stage::Done => misconfigured(
                format!("The mail server {server} does not accept connections from here: {said}"),
            ),
        }
    }
}

/// Whether the platform's words about a failure are about TLS.
fn names_tls(cause: &str) -> bool {
    let cause = cause.to_ascii_lowercase();
    ["tls", "certificate", "handshake", "ssl"]
        .iter()
        .any(|word| cause.contains(word))
}

/// RFC 4954 §6, and the codes that servers use in its place.
fn asks_to_sign_in(reply: &Reply) -> bool {
    matches!(reply.code, 530 | 534 | 535 | 538)
        || matches!(reply.enhanced(), Some((5, 7, 0 | 8 | 9 | 11)))
        || reply.says(&[
            "authentication required",
            "must authenticate",
            "not authenticated",
        ])
}

/// RFC 3463 §3.2: X.1.7 and X.1.8 are the sender's address. Relaying refusals
/// have no code of their own.
fn is_about_the_sender(reply: &Reply) -> bool {
    matches!(reply.enhanced(), Some((5, 1, 7 | 8)))
        || reply.says(&[
            "relay",
            "sender address",
            "sender rejected",
            "sender denied",
            "not owned by",
        ])
}

fn transient(reason: String) -> SendError {
    SendError::Transient { reason }
}

fn undeliverable(reason: String) -> SendError {
    SendError::Undeliverable { reason }
}

fn misconfigured(reason: String) -> SendError {
    SendError::Misconfigured { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(stage: Stage, line: &str) -> &'static str {
        let settings = SmtpSettings::parse("smtps://u:p@mail.example.com").unwrap();
        let parties = Parties {
            settings: &settings,
            from: "us@studio.example",
            to: "ann@client.example",
        };
        let reply = Reply::take(&mut format!("{line}\r\n").into_bytes())
            .unwrap()
            .unwrap();
        parties.verdict(stage, &Fault::Refused(reply)).kind()
    }

    #[test]
    fn the_same_code_means_different_things() {
        for (stage, line, kind) in [
            (Stage::Greeting, "421 4.3.2 busy", "transient"),
            (
                Stage::Greeting,
                "554 5.7.1 your address is listed",
                "misconfigured",
            ),
            (Stage::Hello, "550 no", "misconfigured"),
            (Stage::StartTls, "454 4.7.0 not now", "transient"),
            (Stage::StartTls, "502 no", "misconfigured"),
            (Stage::SignIn, "535 5.7.8 bad credentials", "misconfigured"),
            (Stage::SignIn, "454 4.7.0 try later", "transient"),
            (Stage::Sender, "553 5.7.1 not your address", "misconfigured"),
            (
                Stage::Sender,
                "530 5.7.0 authentication required",
                "misconfigured",
            ),
            (Stage::Sender, "452 4.3.1 full", "transient"),
            (Stage::Recipient, "550 5.1.1 user unknown", "undeliverable"),
            (
                Stage::Recipient,
                "550 5.7.1 blocked by the recipient",
                "undeliverable",
            ),
            (Stage::Recipient, "551 user not local", "undeliverable"),
            (Stage::Recipient, "552 5.2.2 mailbox full", "undeliverable"),
            (Stage::Recipient, "450 4.2.0 greylisted", "transient"),
            (
                Stage::Recipient,
                "554 5.7.1 <a@b>: Relay access denied",
                "misconfigured",
            ),
            (
                Stage::Recipient,
                "550 5.7.1 Sender address rejected: not owned by user u",
                "misconfigured",
            ),
            (Stage::Recipient, "550 5.1.8 bad sender", "misconfigured"),
            (
                Stage::Recipient,
                "530 5.7.0 Must issue STARTTLS",
                "misconfigured",
            ),
            (Stage::Content, "554 5.7.1 looks like spam", "undeliverable"),
            (Stage::Content, "451 4.3.0 queue trouble", "transient"),
        ] {
            assert_eq!(kind_of(stage, line), kind, "{stage:?} {line}");
        }
    }

    #[test]
    fn a_lost_connection_is_for_later_unless_tls_failed() {
        let settings = SmtpSettings::parse("smtp://u:p@mail.example.com").unwrap();
        let parties = Parties {
            settings: &settings,
            from: "us@studio.example",
            to: "ann@client.example",
        };
        let lost = |stage| {
            parties
                .verdict(stage, &Fault::Lost("internal error".into()))
                .kind()
        };
        assert_eq!(lost(Stage::Secured), "misconfigured");
        assert_eq!(lost(Stage::Greeting), "transient");
        assert!(
            parties
                .too_slow(Stage::Greeting)
                .to_string()
                .contains("smtps://")
        );
        assert!(
            !parties
                .too_slow(Stage::Content)
                .to_string()
                .contains("smtps://")
        );
    }
}
