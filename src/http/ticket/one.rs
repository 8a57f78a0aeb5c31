//! The record of a ticket, for staff: what was said, the form of an answer, that of an internal note,
//! and who has it.

use askama::Template;

use super::mail::would_tell;
use crate::domain::id::{StaffId, TicketId};
use crate::domain::ticket::{AFTER_ANSWER, Priority, Status};
use crate::domain::time::Timestamp;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPathAndQuery, Load, Me, Staff};
use crate::http::page::{Answer, page};
use crate::http::said::{Earlier, Talk, hint};
use crate::http::{Error, Fields};
use crate::store::support::{self, SavedReply, Support};
use crate::store::task::{self, Colleague};
use crate::store::ticket::mail::{self, Reader};
use crate::store::ticket::{self, Link, Ticket};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// A ticket with all that its record shows.
pub(crate) struct One {
    pub(super) ticket: Ticket,
    talk: Talk,
    pub(super) colleagues: Vec<Colleague>,
    pub(super) support: Support,
    pub(super) saved: Vec<SavedReply>,
    pub(super) readers: Vec<Reader>,
    /// Those it can be merged into.
    pub(super) others: Vec<Link>,
    first: bool,
}

impl Load for One {
    type Args = InPathAndQuery<TicketId, Earlier>;
    fn statements(InPathAndQuery(id, earlier): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Ticket::by_id(*id),
            ticket::messages(*id, earlier.before()),
            task::colleagues(),
            support::settings(),
            support::saved(),
            mail::readers(*id),
            ticket::others(*id),
        ]
    }
    fn read(
        InPathAndQuery(_id, earlier): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let ticket: Option<Ticket> = results.first()?;
        let talk = Talk::new(results.rows()?, now);
        let colleagues = results.rows()?;
        let support: Option<Support> = results.first()?;
        let saved = results.rows()?;
        let readers = results.rows()?;
        let others = results.rows()?;
        Ok(ticket.zip(support).map(|(ticket, support)| Self {
            ticket,
            talk,
            colleagues,
            support,
            saved,
            readers,
            others,
            first: earlier.before().is_none(),
        }))
    }
}

impl One {
    /// Whether an answer would reach somebody here.
    pub(super) fn is_answerable(&self) -> bool {
        self.ticket.links.into.is_none() && self.ticket.status != Status::Closed
    }

    /// The form of an answer, before anything is typed.
    pub(super) fn answer_form(&self, mut fresh: Fields) -> Fields {
        fresh.fill([
            ("revision", self.ticket.heard.to_string().as_str()),
            ("next", Status::Waiting.as_str()),
        ]);
        fresh
    }

    /// What is told of the ticket, as its form shows it.
    pub(super) fn filled(&self) -> Fields {
        let of = &self.ticket;
        Fields::filled([
            ("revision", of.revision.to_string()),
            ("category", of.category.clone()),
            ("priority", of.priority.as_str().to_owned()),
            (
                "assignee",
                of.assignee_id.map_or_else(String::new, |id| id.to_string()),
            ),
        ])
    }
}

/// The forms of the record.
pub(super) struct Forms {
    pub(super) answer: Fields,
    pub(super) note: Fields,
    pub(super) about: Fields,
    pub(super) merge: Fields,
}

/// The page of a ticket.
#[derive(Template)]
#[template(path = "ticket/one.html")]
pub(super) struct TicketPage {
    chrome: Chrome<Me>,
    of: One,
    forms: Forms,
    hint: String,
    told: String,
    created: String,
    moved: String,
    categories: Vec<String>,
}

impl TicketPage {
    pub(super) fn new(chrome: Chrome<Me>, of: One, forms: Forms, now: Timestamp) -> Self {
        let mut categories: Vec<String> =
            of.support.categories().iter().map(str::to_owned).collect();
        if !of.ticket.category.is_empty() && !categories.contains(&of.ticket.category) {
            categories.push(of.ticket.category.clone());
        }
        Self {
            chrome,
            hint: hint(of.support.upload_limit),
            told: would_tell(&of.readers),
            created: of.ticket.created_at.day_time(),
            moved: of.ticket.moved_at.ago(now),
            categories,
            of,
            forms,
        }
    }

    fn into(&self) -> Option<&Link> {
        self.of.ticket.links.into.as_ref()
    }

    /// Who has it and is no colleague any more.
    fn gone(&self) -> Option<(StaffId, &str)> {
        let id = self.of.ticket.assignee_id?;
        let gone = !self.of.colleagues.iter().any(|one| one.id == id);
        gone.then_some((id, self.of.ticket.assignee.as_deref()?))
    }

    /// Whether the note's form is open: something of it was refused.
    fn notes(&self) -> bool {
        self.forms.note.has_errors()
    }
}

impl One {
    /// The forms as they are first shown.
    pub(super) fn forms(&self, fresh: Fields, note: Fields) -> Forms {
        Forms {
            answer: self.answer_form(fresh),
            note,
            about: self.filled(),
            merge: Fields::default(),
        }
    }
}

/// `GET /admin/tickets/{id}`
pub(crate) async fn view(staff: Staff<One>) -> Answer {
    let app = &staff.app;
    let forms = staff.page.forms(Fields::fresh(app)?, Fields::fresh(app)?);
    let now = app.now;
    page(&TicketPage::new(staff.chrome, staff.page, forms, now))
}
