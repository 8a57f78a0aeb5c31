//! A mail of ours with its secret sealed, as the statement that puts it into the outbox.

use std::borrow::Cow;

use super::own::Frame;
use super::{Error, Fields};
use crate::app::App;
use crate::domain::id::{ClientId, ContactId, InvoiceId, LinkId, MailId, StaffId};
use crate::domain::template::{Body, Kind, Subject, Values};
use crate::outbound::letter::Letter;
use crate::outbound::seal;
use crate::store::outbox::{self, NewMail};
use crate::store::{Proviso, Statement};

/// What is to be sent to whom.
#[derive(Default)]
pub(super) struct Mailing<'a> {
    /// The name of its kind, in the outbox.
    pub(super) kind: &'static str,
    /// The recipient's address.
    pub(super) to: &'a str,
    /// The recipient's name, or nothing.
    pub(super) name: &'a str,
    /// The subject.
    pub(super) subject: String,
    /// Above the button.
    pub(super) paragraphs: Vec<String>,
    /// The button's text and the path it leads to; a secret comes behind the path.
    pub(super) button: Option<(&'static str, Cow<'static, str>)>,
    /// Below the button.
    pub(super) after: Vec<String>,
    /// The link's secret (and, on a second line, its code): sealed until the mail is sent.
    pub(super) secret: Option<String>,
    /// The link whose secret it is.
    pub(super) link: Option<LinkId>,
    /// The member of staff it goes to.
    pub(super) staff: Option<StaffId>,
    /// The contact it goes to.
    pub(super) contact: Option<ContactId>,
    /// The client it concerns.
    pub(super) client: Option<ClientId>,
    /// The invoice that gets its number in this batch; [`outbox::number_of`] stands for it in the text.
    pub(super) invoice: Option<InvoiceId>,
}

/// A mail as it would read, beside the form in which it is written.
pub(super) struct Look {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) before: Vec<String>,
    pub(super) button: &'static str,
    pub(super) after: Vec<String>,
}

impl Look {
    /// What stands in the form, filled in, with a variable that does not exist as it was typed; nothing
    /// while the form holds no mail.
    pub(super) fn of(form: &Fields, kind: Kind, to: String, values: &Values<'_>) -> Option<Self> {
        let subject = Subject::sketch(kind, form.text("subject"), values).ok()?;
        let text = Body::sketch(kind, form.text("body"), values).ok()?;
        Some(Self {
            to,
            subject,
            before: text.before,
            button: kind.button(),
            after: text.after,
        })
    }
}

/// Who gets an e-mail, by name: what stands at a form before it is sent. `nobody` says why none is sent.
pub(super) fn who<'a>(names: impl Iterator<Item = &'a str>, nobody: &str) -> String {
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => format!("Nobody gets an e-mail about it: {nobody}."),
        [one] => format!("{one} gets an e-mail."),
        [first @ .., last] if first.len() < 4 => {
            format!("{} and {last} get an e-mail.", first.join(", "))
        }
        all => format!("{} people get an e-mail.", all.len()),
    }
}

/// The button that shows the mail anew was pressed, not the one that sends it.
pub(super) fn only_looks(form: &Fields) -> bool {
    form.text("go") == "look"
}

impl Mailing<'_> {
    /// The same, to who is signed in.
    pub(super) fn of(mut self, frame: &Frame) -> Self {
        match frame {
            Frame::Staff(chrome) => self.staff = Some(chrome.me.id),
            Frame::Client(chrome) => {
                self.contact = Some(chrome.me.id);
                self.client = Some(chrome.me.client);
            }
        }
        self
    }

    /// The statement, and the promise to send it after the response. Under a proviso the mail is
    /// queued only if what it tells of happened earlier in the batch.
    pub(super) fn queue(self, app: &App, proviso: Option<Proviso<'_>>) -> Result<Statement, Error> {
        self.queue_as(app.id()?, app, proviso)
    }

    /// A mail to an address that nobody has: written, and taken back in the same batch. It takes as long as a
    /// mail to somebody, so the clock does not tell who has an account.
    pub(super) fn decoy(self, app: &App) -> Result<[Statement; 2], Error> {
        let id: MailId = app.id()?;
        Ok([self.queue_as(id, app, None)?, outbox::withdraw(id)])
    }

    fn queue_as(
        self,
        id: MailId,
        app: &App,
        proviso: Option<Proviso<'_>>,
    ) -> Result<Statement, Error> {
        let sealed = match &self.secret {
            None => None,
            Some(secret) => Some(
                seal::seal(&app.config.keys, id, secret, app.random()?)
                    .ok_or_else(|| Error::internal("the link could not be sealed"))?,
            ),
        };
        let (label, path) = self.button.unzip();
        let letter = serde_json::to_string(&Letter {
            paragraphs: self.paragraphs,
            button: label.map(str::to_owned),
            path: path.unwrap_or_default().into_owned(),
            after: self.after,
        })?;
        let of = self
            .link
            .map_or_else(|| id.to_string(), |link| link.to_string());
        let mail = NewMail {
            id,
            dedupe_key: format!("{} {of}", self.kind),
            kind: self.kind,
            to_email: self.to,
            to_name: self.name,
            subject: &self.subject,
            content: &letter,
            sealed: sealed.as_deref(),
            staff: self.staff,
            contact: self.contact,
            client: self.client,
            link: self.link,
        };
        app.mail_queued();
        Ok(match (proviso, self.invoice) {
            (None, None) => outbox::queue(&mail, app.now),
            (None, Some(invoice)) => outbox::queue_numbered(&mail, invoice, app.now),
            (Some(proviso), _) => outbox::queue_if(&mail, proviso, app.now),
        })
    }
}
