//! A mail's content as the outbox keeps it, and the message that leaves.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::mail::{Mailbox, Message};
use crate::domain::branding::Branding;
use crate::domain::colour::{HexColour, Palette};
use crate::domain::time::Timestamp;

/// What a mail says. The secret part of its link is kept apart, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Letter {
    /// Above the button.
    pub(crate) paragraphs: Vec<String>,
    /// Text of the button; absent: none.
    pub(crate) button: Option<String>,
    /// Path of the button; the secret comes behind it.
    pub(crate) path: String,
    /// Below the button.
    pub(crate) after: Vec<String>,
}

struct Button {
    label: String,
    url: String,
}

#[derive(Template)]
#[template(path = "email/layout.html")]
struct Html<'a> {
    business_name: &'a str,
    logo_url: Option<&'a str>,
    brand_hex: &'a str,
    brand_text_hex: &'a str,
    paragraphs: &'a [String],
    code: Option<&'a str>,
    button: Option<&'a Button>,
    after: &'a [String],
    /// Where this kind of mail is switched off.
    stop: Option<&'a str>,
    support_email: Option<&'a str>,
    support_phone: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "email/layout.txt")]
struct Text<'a> {
    business_name: &'a str,
    paragraphs: &'a [String],
    code: Option<&'a str>,
    button: Option<&'a Button>,
    after: &'a [String],
    /// Where this kind of mail is switched off.
    stop: Option<&'a str>,
    support_email: Option<&'a str>,
    support_phone: Option<&'a str>,
}

/// Whom a letter goes to, under which id, about what.
pub(crate) struct Envelope<'a> {
    /// The mail's id, which names the message.
    pub(crate) id: &'a str,
    /// The sender.
    pub(crate) from: Mailbox,
    /// The recipient.
    pub(crate) to: Mailbox,
    /// The subject.
    pub(crate) subject: &'a str,
    /// When the message is dated.
    pub(crate) date: Timestamp,
}

impl Letter {
    /// The message, branded, with its link from the portal's own address: the secret behind it, and the code that
    /// may be asked for. `stop` is where this kind of mail is switched off.
    pub(crate) fn compose(
        &self,
        envelope: Envelope<'_>,
        branding: &Branding,
        origin: &str,
        (secret, code): (&str, Option<&str>),
        stop: Option<String>,
    ) -> Message {
        Message {
            id: envelope.id.to_owned(),
            from: envelope.from,
            to: envelope.to,
            subject: envelope.subject.to_owned(),
            text: self.plain_text(branding, origin, (secret, code), stop.as_deref()),
            html: self.html(branding, origin, (secret, code), stop.as_deref()),
            list_unsubscribe: stop,
            date_ms: envelope.date.0,
        }
    }

    /// The plain half of the message.
    pub(crate) fn plain_text(
        &self,
        branding: &Branding,
        origin: &str,
        (secret, code): (&str, Option<&str>),
        stop: Option<&str>,
    ) -> String {
        let button = self.button(origin, secret);
        let Ok(text) = Text {
            business_name: &branding.name,
            paragraphs: &self.paragraphs,
            code,
            button: button.as_ref(),
            after: &self.after,
            stop,
            support_email: branding.support_email.as_deref(),
            support_phone: branding.support_phone.as_deref(),
        }
        .render();
        text
    }

    fn html(
        &self,
        branding: &Branding,
        origin: &str,
        (secret, code): (&str, Option<&str>),
        stop: Option<&str>,
    ) -> String {
        let button = self.button(origin, secret);
        let logo = branding
            .logo_hash
            .as_ref()
            .map(|hash| format!("{origin}/branding/logo/{hash}"));
        let palette = HexColour::parse(&branding.colour).ok().map(Palette::derive);
        let (fill, on_fill) = palette.map_or_else(
            || (Branding::COLOUR.to_owned(), "#ffffff".to_owned()),
            |palette| {
                (
                    palette.light.brand.to_string(),
                    palette.light.brand_text.to_string(),
                )
            },
        );
        let Ok(html) = Html {
            business_name: &branding.name,
            logo_url: logo.as_deref(),
            brand_hex: &fill,
            brand_text_hex: &on_fill,
            paragraphs: &self.paragraphs,
            code,
            button: button.as_ref(),
            after: &self.after,
            stop,
            support_email: branding.support_email.as_deref(),
            support_phone: branding.support_phone.as_deref(),
        }
        .render();
        html
    }

    fn button(&self, origin: &str, secret: &str) -> Option<Button> {
        self.button.as_ref().map(|label| Button {
            label: label.clone(),
            url: format!("{origin}{}{secret}", self.path),
        })
    }
}
