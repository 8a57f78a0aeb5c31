//! What a client sees of tickets: the list, open ones first, and each one with what was said. Who of the
//! business has it, how urgent it is to them, and what they note among themselves never comes.

use askama::Template;

use crate::domain::id::TicketId;
use crate::domain::ticket::Status;
use crate::domain::time::Timestamp;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPathAndQuery, InQuery, Load, Supported, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::http::paging::{Paging, address};
use crate::http::said::{Earlier, Talk, hint};
use crate::http::{Error, Fields};
use crate::store::support::{self, Support};
use crate::store::ticket::list::{self, SeenRow};
use crate::store::ticket::mail::{self, Candidate};
use crate::store::ticket::{self, Link, Seen};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// Where the list is.
pub(super) const fn path() -> &'static str {
    "/tickets"
}

/// A ticket on the list.
struct Row {
    id: TicketId,
    number: u64,
    subject: String,
    category: String,
    status: Status,
    iso: String,
    said: String,
}

/// A page of the list.
pub(crate) struct SeenPage {
    open: Vec<Row>,
    done: Vec<Row>,
    previous: String,
    next: String,
}

impl Load for SeenPage {
    type Args = InQuery<Paging>;
    fn statements(InQuery(paging): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![list::seen(asker, paging.cursor())]
    }
    fn read(
        InQuery(paging): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let rows: Vec<SeenRow> = results.rows()?;
        let cut = paging.cursor().cut(rows, |row| row.id);
        let row = |row: SeenRow| Row {
            id: row.id,
            number: row.number,
            subject: row.subject,
            category: row.category,
            status: row.status,
            iso: row.said_at.iso(),
            said: row.said_at.ago(now),
        };
        let (open, done) = cut
            .rows
            .into_iter()
            .partition::<Vec<_>, _>(|r| r.status.is_open());
        Ok(Some(Self {
            open: open.into_iter().map(row).collect(),
            done: done.into_iter().map(row).collect(),
            previous: address(path(), cut.previous),
            next: address(path(), cut.next),
        }))
    }
}

#[derive(Template)]
#[template(path = "ticket/seen.html")]
struct SeenList {
    chrome: Chrome<Who>,
    page: SeenPage,
}

/// `GET /tickets`
pub(crate) async fn list(viewer: Viewer<Supported, SeenPage>) -> Answer {
    page(&SeenList {
        chrome: viewer.chrome,
        page: viewer.page,
    })
}

/// One ticket with what was said, and what a reply needs.
pub(crate) struct SeenOne {
    pub(super) ticket: Seen,
    talk: Talk,
    pub(super) support: Support,
    pub(super) staff: Vec<Candidate>,
    first: bool,
}

impl Load for SeenOne {
    type Args = InPathAndQuery<TicketId, Earlier>;
    fn statements(InPathAndQuery(id, earlier): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            ticket::seen(asker, *id),
            ticket::said(asker, *id, earlier.before()),
            support::settings(),
            mail::staff(),
        ]
    }
    fn read(
        InPathAndQuery(_id, earlier): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let ticket: Option<Seen> = results.first()?;
        let messages = results.rows()?;
        let support: Option<Support> = results.first()?;
        let staff = results.rows()?;
        Ok(ticket.zip(support).map(|(ticket, support)| Self {
            ticket,
            talk: Talk::new(messages, now),
            support,
            staff,
            first: earlier.before().is_none(),
        }))
    }
}

/// The page of a ticket, with the form of a reply.
#[derive(Template)]
#[template(path = "ticket/seen_one.html")]
pub(super) struct SeenTicket {
    chrome: Chrome<Who>,
    ticket: Seen,
    talk: Talk,
    /// The newest messages are shown.
    first: bool,
    opened: String,
    form: Fields,
    hint: String,
}

impl SeenTicket {
    pub(super) fn new(chrome: Chrome<Who>, of: SeenOne, form: Fields) -> Self {
        Self {
            chrome,
            opened: of.ticket.created_at.day(),
            hint: hint(of.support.upload_limit),
            ticket: of.ticket,
            talk: of.talk,
            first: of.first,
            form,
        }
    }
    fn into(&self) -> Option<&Link> {
        self.ticket.links.into.as_ref()
    }
}

/// `GET /tickets/{id}`
pub(crate) async fn one(viewer: Viewer<Supported, SeenOne>) -> Answer {
    let form = Fields::fresh(&viewer.app)?;
    page(&SeenTicket::new(viewer.chrome, viewer.page, form))
}
