//! The mails about tasks: their words, and the statements that queue them.

use crate::app::App;
use crate::domain::id::{CommentId, ContactId, MailId, StaffId, TaskId};
use crate::domain::project::due_words;
use crate::domain::task::{Answer, Asks};
use crate::domain::text::Paragraphs;
use crate::domain::time::Date;
use crate::http::Error;
use crate::http::mailing::who;
use crate::outbound::letter::Letter;
use crate::store::Statement;
use crate::store::task::mail::{Mail, Reader};
use crate::store::ticket::mail::Candidate;

/// What stands above the words of somebody, and those.
fn paragraphs(first: String, said: Option<&Paragraphs>) -> Vec<String> {
    let said = said
        .map_or("", Paragraphs::as_str)
        .split("\n\n")
        .map(str::trim);
    let said = said.filter(|text| !text.is_empty()).map(str::to_owned);
    std::iter::once(first).chain(said).collect()
}

fn mails<T: Copy>(app: &App, people: impl Iterator<Item = T>) -> Result<Vec<(T, MailId)>, Error> {
    app.mail_queued();
    people.map(|one| Ok((one, app.id()?))).collect()
}

/// A letter to the client's people.
fn to_client(task: TaskId, paragraphs: Vec<String>) -> Letter {
    Letter {
        paragraphs,
        button: Some("Open the task".to_owned()),
        path: format!("/tasks/{task}"),
        after: vec!["Please answer in the portal, not to this e-mail.".to_owned()],
    }
}

/// Tells the client's people that a task waits for them, in the batch that makes it wait.
pub(super) fn asked(
    app: &App,
    business: &str,
    (task, title): (TaskId, &str),
    (asks, due_on): (Asks, Option<Date>),
    readers: &[Reader],
) -> Result<Statement, Error> {
    let wish = match asks {
        Asks::Complete => "to complete",
        Asks::Approve => "to look at and approve",
    };
    let due = due_on.map_or_else(String::new, |day| {
        format!(" It is {}.", due_words(day, app.now.date()))
    });
    let letter = to_client(
        task,
        vec![format!("{business} asks you {wish} this: {title}.{due}")],
    );
    let mail = Mail {
        subject: &format!("Waits for you: {title}"),
        content: &serde_json::to_string(&letter)?,
    };
    let pairs: Vec<(ContactId, _)> = mails(app, readers.iter().map(|reader| reader.id))?;
    Ok(mail.asked(task, &pairs, app.now)?)
}

/// Tells the client's people of a comment that staff share, in the batch that shares it.
pub(super) fn shared(
    app: &App,
    (business, name): (&str, &str),
    (task, title): (TaskId, &str),
    (comment, body): (CommentId, &Paragraphs),
    readers: &[Reader],
) -> Result<Statement, Error> {
    let first = format!("{name} of {business} commented on “{title}”:");
    let letter = to_client(task, paragraphs(first, Some(body)));
    let mail = Mail {
        subject: &format!("New comment: {title}"),
        content: &serde_json::to_string(&letter)?,
    };
    let pairs: Vec<(ContactId, _)> = mails(app, readers.iter().map(|reader| reader.id))?;
    Ok(mail.shared(comment, &pairs, app.now)?)
}

/// A letter to staff.
fn to_staff(task: TaskId, paragraphs: Vec<String>) -> Letter {
    Letter {
        paragraphs,
        button: Some("Open the task".to_owned()),
        path: format!("/admin/tasks/{task}"),
        after: vec![
            "You get this e-mail because you do this task, or because nobody does yet. Your profile says which mails you get."
                .to_owned(),
        ],
    }
}

/// Who says something about which task.
pub(super) struct Heard<'a> {
    pub(super) task: TaskId,
    pub(super) title: &'a str,
    pub(super) by: ContactId,
    pub(super) name: &'a str,
    pub(super) client: &'a str,
}

impl Heard<'_> {
    /// Tells staff of an answer, in the batch that gives it.
    pub(super) fn answered(
        &self,
        app: &App,
        answer: Answer,
        note: Option<&Paragraphs>,
        staff: &[Candidate],
    ) -> Result<Statement, Error> {
        let Self {
            name,
            client,
            title,
            ..
        } = self;
        let (first, subject) = match answer {
            Answer::Completed => (
                format!("{name} of {client} completed “{title}”."),
                "Completed",
            ),
            Answer::Approved => (
                format!("{name} of {client} approved “{title}”."),
                "Approved",
            ),
            Answer::Changes => (
                format!("{name} of {client} asks for changes to “{title}”:"),
                "Changes asked for",
            ),
        };
        let letter = to_staff(self.task, paragraphs(first, note));
        let mail = Mail {
            subject: &format!("{subject}: {title}"),
            content: &serde_json::to_string(&letter)?,
        };
        let pairs: Vec<(StaffId, _)> = mails(app, staff.iter().map(|one| one.id))?;
        Ok(mail.answered(self.task, self.by, &pairs, app.now)?)
    }

    /// Tells staff of a comment, in the batch that says it.
    pub(super) fn said(
        &self,
        app: &App,
        (comment, body): (CommentId, &Paragraphs),
        staff: &[Candidate],
    ) -> Result<Statement, Error> {
        let Self {
            name,
            client,
            title,
            ..
        } = self;
        let first = format!("{name} of {client} commented on “{title}”:");
        let letter = to_staff(self.task, paragraphs(first, Some(body)));
        let mail = Mail {
            subject: &format!("Comment: {title}"),
            content: &serde_json::to_string(&letter)?,
        };
        let pairs: Vec<(StaffId, _)> = mails(app, staff.iter().map(|one| one.id))?;
        Ok(mail.said(comment, &pairs, app.now)?)
    }
}

/// Who is told, by name: what stands at the forms of staff.
pub(super) fn would_tell(readers: &[Reader]) -> String {
    who(
        readers.iter().map(|reader| reader.name.as_str()),
        "nobody of this client takes such mail, or may see tasks, at the moment",
    )
}
