//! One box that finds everything its viewer may see: by the words that things begin with.

use askama::Template;
use serde::Deserialize;

use super::Error;
use super::chrome::Chrome;
use super::guard::{InQuery, Load, Me, Portal, Staff, Viewer, Who};
use super::page::{Answer, page};
use crate::domain::next::Side;
use crate::domain::time::{Date, Timestamp};
use crate::domain::{project, task};
use crate::store::finding::{self, Hit, Question, SHOWN};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The query.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
}

/// Something found, in words.
struct Row {
    href: String,
    title: String,
    note: String,
    client: String,
}

/// What was found of one kind.
struct Group {
    title: &'static str,
    icon: &'static str,
    rows: Vec<Row>,
    /// Whether there is more than is shown.
    more: bool,
}

/// What a kind is called, its icon, and where its pages are: the client's and the staff's.
fn about(kind: &str) -> (&'static str, &'static str, &'static str, &'static str) {
    match kind {
        "client" => ("Clients", "users", "/", "/admin/clients/"),
        "project" => ("Projects", "briefcase", "/projects/", "/admin/projects/"),
        "task" => ("Tasks", "list-todo", "/tasks/", "/admin/tasks/"),
        "document" => ("Documents", "file", "/documents/", "/admin/documents/"),
        "thread" => ("Messages", "message", "/messages/", "/admin/messages/"),
        "invoice" => ("Invoices", "receipt", "/billing/", "/admin/invoices/"),
        _ => ("Support Tickets", "support", "/tickets/", "/admin/tickets/"),
    }
}

/// A status or day as people say it.
fn note(kind: &str, note: String) -> String {
    let words = match kind {
        "project" => project::Status::parse(&note)
            .map(|is| is.label().to_owned())
            .ok(),
        "task" => task::Status::parse(&note)
            .map(|is| is.label().to_owned())
            .ok(),
        "invoice" => Date::parse(&note).map(Date::words).ok(),
        _ => None,
    };
    words.unwrap_or(note)
}

fn group(hits: Vec<Hit>, side: Side) -> Option<Group> {
    let (title, icon, seen, staff) = about(&hits.first()?.kind);
    let place = match side {
        Side::Client => seen,
        Side::Staff => staff,
    };
    let more = hits.len() > SHOWN;
    let row = |hit: Hit| Row {
        href: format!("{place}{}", hit.id),
        // An invoice has no number before it is sent.
        title: if hit.title.is_empty() {
            "Draft".to_owned()
        } else {
            hit.title
        },
        note: note(&hit.kind, hit.note),
        client: hit.client,
    };
    Some(Group {
        title,
        icon,
        rows: hits.into_iter().take(SHOWN).map(row).collect(),
        more,
    })
}

/// What the words found, by kind. Nothing asked, nothing found.
pub(crate) struct Found {
    q: String,
    kinds: Vec<Vec<Hit>>,
}

impl Load for Found {
    type Args = InQuery<Asked>;

    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let question = Question::of(&query.q);
        question.map_or_else(Vec::new, |question| match asker.side {
            Side::Client => finding::seen(asker, &question),
            Side::Staff => finding::all(&question),
        })
    }

    fn read(
        InQuery(query): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(Some(Self {
            q: query.q,
            kinds: results.rest()?,
        }))
    }
}

impl Found {
    /// What stands on the page: the question as it was asked, and what was found.
    fn groups(self, side: Side) -> (String, Vec<Group>) {
        let groups = self.kinds.into_iter().filter_map(|hits| group(hits, side));
        (self.q, groups.collect())
    }
}

#[derive(Template)]
#[template(path = "search/client.html")]
struct ClientPage {
    chrome: Chrome<Who>,
    q: String,
    groups: Vec<Group>,
}

/// `GET /search`
pub(crate) async fn client(viewer: Viewer<Portal, Found>) -> Answer {
    let (q, groups) = viewer.page.groups(Side::Client);
    page(&ClientPage {
        chrome: viewer.chrome,
        q,
        groups,
    })
}

#[derive(Template)]
#[template(path = "search/staff.html")]
struct StaffPage {
    chrome: Chrome<Me>,
    q: String,
    groups: Vec<Group>,
}

/// `GET /admin/search`
pub(crate) async fn staff(staff: Staff<Found>) -> Answer {
    let (q, groups) = staff.page.groups(Side::Staff);
    page(&StaffPage {
        chrome: staff.chrome,
        q,
        groups,
    })
}
