//! Outbound mail: one door, three ways behind it.
//!
//! [`Mailer`] is all that the rest of the house sees. It is built once from the
//! settings, and says of every [`Message`] whether a server took it or whose
//! move it is ([`SendError`]). It keeps nothing and repeats nothing: the outbox
//! decides what to try again and when.
//!
//! Why not the async-smtp crate: it runs on these sockets in all three modes,
//! but it sends MAIL, RCPT and DATA in one go and stops reading at the first
//! refusal, so a refused recipient leaves the connection out of step; its
//! errors do not say which command was refused, and an invitation must know a
//! refused recipient from a refused sender; where the server offers no sign-in
//! it goes on without one; and it reads replies without a limit.

mod binding;
mod error;
mod header;
mod mailbox;
mod message;
mod reply;
mod session;
mod settings;
mod smtp;
mod verdict;

use worker::SendEmail;
use worker::send::SendFuture;

use settings::SmtpSettings;

pub use error::{Accepted, BadSetting, SendError};
pub use mailbox::Mailbox;
pub use message::Message;

/// How mail leaves this deployment.
#[derive(Debug)]
enum Transport {
    /// A mail server named by `SMTP_URL`.
    Smtp(SmtpSettings),
    /// The platform's `send_email` binding, `EMAIL`.
    Binding(SendEmail),
    /// It does not: mail stays in the outbox, where staff can read it.
    None,
}

impl Transport {
    /// The way that the settings ask for: none without `MAIL_FROM`, then
    /// `SMTP_URL`, then the binding. An empty setting counts as not set.
    fn choose(
        mail_from: Option<&str>,
        smtp_url: Option<&str>,
        binding: Option<SendEmail>,
    ) -> Result<Self, BadSetting> {
        let is_set = |value: &&str| !value.trim().is_empty();
        let smtp = smtp_url
            .filter(is_set)
            .map(SmtpSettings::parse)
            .transpose()?;
        Ok(match (mail_from.filter(is_set), smtp, binding) {
            (None, _, _) | (_, None, None) => Self::None,
            (_, Some(settings), _) => Self::Smtp(settings),
            (_, None, Some(binding)) => Self::Binding(binding),
        })
    }
}

/// Sends mail, or says why not.
#[derive(Debug)]
pub struct Mailer {
    transport: Transport,
    from: Option<Mailbox>,
}

impl Mailer {
    /// From `MAIL_FROM`, `SMTP_URL` and the `EMAIL` binding, each if present.
    /// A setting that is there but cannot be used is an error, even where
    /// another would do.
    pub fn new(
        mail_from: Option<&str>,
        smtp_url: Option<&str>,
        binding: Option<SendEmail>,
    ) -> Result<Self, BadSetting> {
        let transport = Transport::choose(mail_from, smtp_url, binding)?;
        let from = mail_from.filter(|value| !value.trim().is_empty());
        Ok(Self {
            transport,
            from: from.map(Mailbox::from_setting).transpose()?,
        })
    }

    /// One word: `smtp`, `send_email` or `none`.
    #[cfg(test)]
    pub fn transport_name(&self) -> &'static str {
        match self.transport {
            Transport::Smtp(_) => "smtp",
            Transport::Binding(_) => "send_email",
            Transport::None => "none",
        }
    }

    /// Whether mail can leave at all. If not, nothing need be tried.
    pub fn is_configured(&self) -> bool {
        !matches!(self.transport, Transport::None)
    }

    /// Why no mail leaves, for the people who run this deployment; `None` if
    /// it does.
    pub fn what_is_missing(&self) -> Option<&'static str> {
        match (&self.transport, &self.from) {
            (Transport::None, None) => Some("MAIL_FROM is not set, so mail stays in the outbox."),
            (Transport::None, Some(_)) => {
                Some("Neither SMTP_URL nor the EMAIL binding is set, so mail stays in the outbox.")
            }
            _ => None,
        }
    }

    /// Whom mail is from: `MAIL_FROM`, under the business's name unless the
    /// setting has a name of its own. `None` if it is not set.
    pub fn sender(&self, business: &str) -> Option<Mailbox> {
        self.from.clone().map(|from| from.or_named(business))
    }

    /// Hands mails over one after the other, by SMTP on one connection. One
    /// result for each, in order.
    ///
    /// Takes 20 seconds at most; mails that no time was left for come back as
    /// `Transient`. Some dozens at a time are a good measure.
    pub async fn send_all(&self, messages: &[Message]) -> Vec<Result<Accepted, SendError>> {
        match &self.transport {
            Transport::Smtp(settings) => SendFuture::new(smtp::send_all(settings, messages)).await,
            Transport::Binding(email) => SendFuture::new(binding::send_all(email, messages)).await,
            Transport::None => messages.iter().map(|_| Err(nothing_sends())).collect(),
        }
    }
}

fn nothing_sends() -> SendError {
    SendError::Misconfigured {
        reason: "No way of sending mail is set up.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(mail_from: Option<&str>, smtp_url: Option<&str>) -> Result<&'static str, String> {
        Mailer::new(mail_from, smtp_url, None)
            .map(|m| m.transport_name())
            .map_err(|e| e.to_string())
    }

    #[test]
    fn the_settings_choose_the_way() {
        let (from, url) = (
            Some("mail@studio.example"),
            Some("smtps://u:p@mail.example.com"),
        );
        assert_eq!(name(None, None), Ok("none"));
        assert_eq!(name(None, url), Ok("none"));
        assert_eq!(name(Some(" "), url), Ok("none"));
        assert_eq!(name(from, None), Ok("none"));
        assert_eq!(name(from, Some("")), Ok("none"));
        assert_eq!(name(from, url), Ok("smtp"));
    }

    #[test]
    fn a_bad_setting_is_named_and_never_passed_over() {
        assert!(
            name(None, Some("mail.example.com"))
                .unwrap_err()
                .starts_with("SMTP_URL ")
        );
        assert!(
            name(Some("studio"), Some("smtps://mail.example.com"))
                .unwrap_err()
                .starts_with("MAIL_FROM ")
        );
    }

    #[test]
    fn what_is_missing_is_said() {
        let mailer = Mailer::new(None, None, None).unwrap();
        assert!(!mailer.is_configured() && mailer.sender("Studio").is_none());
        assert!(mailer.what_is_missing().unwrap().contains("MAIL_FROM"));
        let mailer = Mailer::new(Some("mail@studio.example"), None, None).unwrap();
        assert!(mailer.what_is_missing().unwrap().contains("SMTP_URL"));
        assert_eq!(mailer.sender("Studio").unwrap().name(), Some("Studio"));
    }
}
