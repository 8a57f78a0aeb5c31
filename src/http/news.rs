//! The bell: how much is new, and the page that tells what. Looking at the page is having seen it.

use std::cmp::Reverse;
use std::fmt;

use askama::Template;

use super::Error;
use super::activity::Line;
use super::chrome::Chrome;
use super::guard::{Load, Me, Portal, Staff, Viewer, Who};
use super::page::{Answer, page};
use crate::domain::time::Timestamp;
use crate::store::news::{self, Item, Looked, MOST, Told};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// How much is new for somebody, as the bell shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct News(pub(crate) u32);

impl News {
    /// Whether anything is.
    pub(crate) const fn any(self) -> bool {
        self.0 > 0
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= MOST {
            write!(f, "{}+", MOST - 1)
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// A piece of news in words.
struct Row {
    icon: &'static str,
    href: String,
    title: String,
    what: &'static str,
    at: Timestamp,
    ago: String,
    is_new: bool,
}

impl Row {
    fn of(item: Item, now: Timestamp) -> Self {
        let (icon, place, what) = match item.kind.as_str() {
            "document" => ("file", "documents", "A file for you"),
            "invoice" => ("receipt", "billing", "An invoice for you"),
            "ticket" => ("support", "tickets", "We answered"),
            "thread" => ("message", "messages", "Messages"),
            _ => ("list-todo", "tasks", "Waits for you"),
        };
        Self {
            icon,
            href: format!("/{place}/{}", item.id),
            title: item.title,
            what,
            at: item.at,
            ago: item.at.ago(now),
            is_new: item.is_new,
        }
    }
}

/// Rows that are shown.
const PAGE: usize = 50;

/// What is new for a client, the newest first.
pub(crate) struct ForClient(Vec<Row>);

impl Load for ForClient {
    type Args = ();

    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        // Read before it is noted that they were.
        let mut statements = news::seen(asker);
        statements.push(news::look(asker));
        statements
    }

    fn read(_args: (), results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        let mut items: Vec<Item> = results.rest()?.into_iter().flatten().collect();
        items.sort_by_key(|item| Reverse(item.at));
        items.truncate(PAGE);
        let rows = items.into_iter().map(|item| Row::of(item, now));
        Ok(Some(Self(rows.collect())))
    }
}

#[derive(Template)]
#[template(path = "news/client.html")]
struct ClientPage {
    chrome: Chrome<Who>,
    rows: Vec<Row>,
}

/// `GET /notifications`
pub(crate) async fn client(viewer: Viewer<Portal, ForClient>) -> Answer {
    let Viewer {
        mut chrome,
        page: ForClient(rows),
        ..
    } = viewer;
    chrome.me.news = News(0);
    page(&ClientPage { chrome, rows })
}

/// An entry of the log, with the page that it is about.
struct Entry {
    line: Line,
    href: String,
    is_new: bool,
}

impl Entry {
    fn of(told: &Told, looked: Timestamp, now: Timestamp) -> Self {
        let noun = told.kept.action.split('.').next().unwrap_or_default();
        let place = match noun {
            "ticket" => "tickets",
            "task" => "tasks",
            "message" => "messages",
            "upload" => "documents",
            _ => "",
        };
        let client = told.kept.client_id.map(|id| id.to_string());
        let href = match (&told.entity_id, place, client) {
            (Some(id), "tickets" | "tasks" | "messages" | "documents", _) => {
                format!("/admin/{place}/{id}")
            }
            (_, _, Some(client)) if noun == "payment" => format!("/admin/clients/{client}/billing"),
            (_, _, Some(client)) => format!("/admin/clients/{client}"),
            _ if noun == "payment" => "/admin/exceptions".to_owned(),
            _ => String::new(),
        };
        Self {
            line: Line::of(&told.kept, now),
            href,
            is_new: told.kept.at > looked,
        }
    }
}

/// What is new for staff, the newest first.
pub(crate) struct ForStaff(Vec<Entry>);

impl Load for ForStaff {
    type Args = ();

    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        vec![news::looked(asker), news::told(), news::look(asker)]
    }

    fn read(_args: (), results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        let looked: Option<Looked> = results.first()?;
        let told: Vec<Told> = results.rows()?;
        let looked = looked.map_or(now, |looked| looked.news_seen_at);
        let entries = told.iter().map(|told| Entry::of(told, looked, now));
        Ok(Some(Self(entries.collect())))
    }
}

#[derive(Template)]
#[template(path = "news/staff.html")]
struct StaffPage {
    chrome: Chrome<Me>,
    entries: Vec<Entry>,
}

/// `GET /admin/notifications`
pub(crate) async fn staff(staff: Staff<ForStaff>) -> Answer {
    let Staff {
        mut chrome,
        page: ForStaff(entries),
        ..
    } = staff;
    chrome.me.news = News(0);
    page(&StaffPage { chrome, entries })
}
