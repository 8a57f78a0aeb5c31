//! The mails about what is said in tickets: their words, and the statement that queues them.

use crate::app::App;
use crate::domain::id::{ContactId, MessageId};
use crate::domain::text::Paragraphs;
use crate::http::Error;
use crate::http::chrome::Brand;
use crate::http::mailing::who;
use crate::outbound::letter::Letter;
use crate::store::Statement;
use crate::store::ticket::Ticket;
use crate::store::ticket::mail::{Candidate, Mail, Reader};

/// What was said, as paragraphs of a mail.
fn paragraphs(first: String, body: &Paragraphs, files: usize) -> Vec<String> {
    let said = body.as_str().split("\n\n").map(str::trim);
    let said = said.filter(|text| !text.is_empty()).map(str::to_owned);
    let files = match files {
        0 => None,
        1 => Some("A file came with it.".to_owned()),
        n => Some(format!("{n} files came with it.")),
    };
    std::iter::once(first).chain(said).chain(files).collect()
}

/// What a client said.
pub(super) struct Heard<'a> {
    pub(super) message: MessageId,
    pub(super) subject: &'a str,
    /// It makes a ticket.
    pub(super) new: bool,
    /// Who said it.
    pub(super) name: &'a str,
    pub(super) client: &'a str,
    pub(super) body: &'a Paragraphs,
    pub(super) files: usize,
}

impl Heard<'_> {
    /// Tells staff, in the batch that says it: at once, or gathered with what comes within five minutes.
    pub(super) fn tell(&self, app: &App, staff: &[Candidate]) -> Result<[Statement; 2], Error> {
        let (id, name, client) = (self.message, self.name, self.client);
        let first = if self.new {
            format!(
                "{name} of {client} opened the ticket #{id}: {}",
                self.subject
            )
        } else {
            format!(
                "{name} of {client} wrote in the ticket #{id}: {}",
                self.subject
            )
        };
        let letter = Letter {
            paragraphs: paragraphs(first, self.body, self.files),
            button: Some("Open the ticket".to_owned()),
            path: format!("/admin/tickets/{id}"),
            after: vec![
                "You get this e-mail because you have this ticket, or because nobody has it yet. Your profile says which mails you get."
                    .to_owned(),
            ],
        };
        let pairs = staff
            .iter()
            .map(|one| Ok((one.id, app.id()?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let mail = Mail {
            message: id,
            subject: &format!("[#{id}] {}", self.subject),
            content: &serde_json::to_string(&letter)?,
        };
        app.mail_queued();
        Ok(mail.to_staff(&pairs, app.now)?)
    }
}

/// Tells the ticket's people of what staff said in public, in the batch that says it.
pub(super) fn answered(
    app: &App,
    brand: &Brand,
    of: &Ticket,
    readers: &[Reader],
    (message, name, body, files): (MessageId, &str, &Paragraphs, usize),
) -> Result<Statement, Error> {
    let business = &brand.name;
    let first = format!("{name} of {business} answered your ticket {}:", of.title());
    let letter = Letter {
        paragraphs: paragraphs(first, body, files),
        button: Some("Open the ticket".to_owned()),
        path: format!("/tickets/{}", of.id),
        after: vec![
            "Please answer in the portal, not to this e-mail. You get it because you wrote in this ticket."
                .to_owned(),
        ],
    };
    let pairs = readers
        .iter()
        .map(|one| Ok((one.id, app.id()?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let mail = Mail {
        message,
        subject: &format!("[#{}] {}", of.number, of.subject),
        content: &serde_json::to_string(&letter)?,
    };
    app.mail_queued();
    Ok(mail.to_readers(&pairs, app.now)?)
}

/// Tells whom a ticket was opened for, in the batch that opens it.
pub(super) fn opened(
    app: &App,
    (business, name): (&str, &str),
    person: ContactId,
    (message, subject, body, files): (MessageId, &str, &Paragraphs, usize),
) -> Result<Statement, Error> {
    let first = format!("{name} of {business} opened the ticket #{message} for you: {subject}");
    let letter = Letter {
        paragraphs: paragraphs(first, body, files),
        button: Some("Open the ticket".to_owned()),
        path: format!("/tickets/{message}"),
        after: vec!["Please answer in the portal, not to this e-mail.".to_owned()],
    };
    let mail = Mail {
        message,
        subject: &format!("[#{message}] {subject}"),
        content: &serde_json::to_string(&letter)?,
    };
    app.mail_queued();
    Ok(mail.to_readers(&[(person, app.id()?)], app.now)?)
}

/// Who is told, by name: what stands at the form of an answer.
pub(super) fn would_tell(readers: &[Reader]) -> String {
    who(
        readers.iter().map(|reader| reader.name.as_str()),
        "nobody of this ticket takes such mail, or may see tickets, at the moment",
    )
}
