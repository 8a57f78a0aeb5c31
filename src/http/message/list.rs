//! Lists of threads: what the reader has not read first, then all of them, the last thing said first.

use askama::Template;
use serde::Deserialize;

use crate::domain::id::{ClientId, ThreadId};
use crate::domain::paging::{Cursor, PAGE};
use crate::domain::time::Timestamp;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPathAndQuery, InQuery, Load, Me, Messaging, Staff, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::http::paging::address;
use crate::store::client::Client;
use crate::store::message::list::{self, Listed};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// The query of a list. What does not parse is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: String,
    before: String,
    /// The rest of what is unread, after that thread.
    unread: String,
}

impl Asked {
    fn cursor(&self) -> Cursor<ThreadId> {
        match (ThreadId::parse(&self.after), ThreadId::parse(&self.before)) {
            (Ok(id), _) => Cursor::After(id),
            (_, Ok(id)) => Cursor::Before(id),
            _ => Cursor::First,
        }
    }

    fn rest(&self) -> Option<ThreadId> {
        ThreadId::parse(&self.unread).ok()
    }

    /// Whether what is unread stands on this page: on the first one, and on those that go on with it.
    fn shows_unread(&self) -> bool {
        self.cursor() == Cursor::First
    }

    /// Whether the list of all stands there.
    fn shows_all(&self) -> bool {
        self.rest().is_none()
    }
}

/// A thread in words.
struct Row {
    id: ThreadId,
    subject: String,
    client: String,
    /// "Lena Marsh: Thank you, that looks …"
    last: String,
    unread: u64,
    iso: String,
    said: String,
}

impl Row {
    fn of(row: Listed, now: Timestamp) -> Self {
        let words: Vec<&str> = row.last_words.split_whitespace().collect();
        Self {
            id: row.id,
            subject: row.subject,
            client: row.client_name.unwrap_or_default(),
            last: format!("{}: {}", row.last_author, words.join(" ")),
            unread: row.unread,
            iso: row.said_at.iso(),
            said: row.said_at.ago(now),
        }
    }
}

/// A page of a list.
#[derive(Default)]
pub(crate) struct List {
    unread: Vec<Row>,
    /// Where more of that stands.
    more: String,
    rows: Vec<Row>,
    previous: String,
    next: String,
}

impl List {
    /// Reads what was asked for: what is unread, where the list has that at all, and all.
    fn read(
        query: &Asked,
        path: &str,
        has_unread: bool,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let mut page = Self::default();
        if has_unread && query.shows_unread() {
            let mut rows: Vec<Listed> = results.rows()?;
            let more = rows.len() > PAGE;
            rows.truncate(PAGE);
            if let Some(last) = rows.last().filter(|_| more) {
                page.more = format!("{path}?unread={}", last.id);
            }
            page.unread = rows.into_iter().map(|row| Row::of(row, now)).collect();
        }
        if query.shows_all() {
            let cut = query.cursor().cut(results.rows::<Listed>()?, |row| row.id);
            let above = &page.unread;
            let below = cut
                .rows
                .into_iter()
                .filter(|row| !above.iter().any(|one| one.id == row.id));
            page.rows = below.map(|row| Row::of(row, now)).collect();
            page.previous = address(path, cut.previous);
            page.next = address(path, cut.next);
        }
        Ok(page)
    }

    fn is_empty(&self) -> bool {
        self.unread.is_empty() && self.rows.is_empty()
    }
}

/// All threads, for staff.
pub(crate) struct All(List);

impl Load for All {
    type Args = InQuery<Asked>;
    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let unread = query.shows_unread();
        let unread = unread.then(|| list::unread_of_staff(asker, query.rest()));
        let all = query
            .shows_all()
            .then(|| list::of_staff(asker, None, query.cursor()));
        unread.into_iter().chain(all).collect()
    }
    fn read(
        InQuery(query): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let list = List::read(&query, "/admin/messages", true, results, now)?;
        Ok(Some(Self(list)))
    }
}

/// Those of a client, for staff.
pub(crate) struct Of(Client, List);

impl Load for Of {
    type Args = InPathAndQuery<ClientId, Asked>;
    fn statements(InPathAndQuery(client, query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            Client::by_id(*client),
            list::of_staff(asker, Some(*client), query.cursor()),
        ]
    }
    fn read(
        InPathAndQuery(id, mut query): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        query.unread.clear();
        let client: Option<Client> = results.first()?;
        let path = format!("/admin/clients/{id}/messages");
        let list = List::read(&query, &path, false, results, now)?;
        Ok(client.map(|client| Self(client, list)))
    }
}

/// Those of the viewer.
pub(crate) struct Seen(List);

impl Load for Seen {
    type Args = InQuery<Asked>;
    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let unread = query.shows_unread();
        let unread = unread.then(|| list::unread(asker, query.rest()));
        let all = query.shows_all().then(|| list::seen(asker, query.cursor()));
        unread.into_iter().chain(all).collect()
    }
    fn read(
        InQuery(query): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let list = List::read(&query, "/messages", true, results, now)?;
        Ok(Some(Self(list)))
    }
}

#[derive(Template)]
#[template(path = "message/list.html")]
struct Page {
    chrome: Chrome<Me>,
    client: Option<Client>,
    list: List,
}

/// `GET /admin/messages`
pub(crate) async fn all(staff: Staff<All>) -> Answer {
    let All(list) = staff.page;
    page(&Page {
        chrome: staff.chrome,
        client: None,
        list,
    })
}

/// `GET /admin/clients/{id}/messages`
pub(crate) async fn of_client(staff: Staff<Of>) -> Answer {
    let Of(client, list) = staff.page;
    page(&Page {
        chrome: staff.chrome,
        client: Some(client),
        list,
    })
}

#[derive(Template)]
#[template(path = "message/seen.html")]
struct SeenPage {
    chrome: Chrome<Who>,
    list: List,
}

/// `GET /messages`
pub(crate) async fn seen(viewer: Viewer<Messaging, Seen>) -> Answer {
    let Seen(list) = viewer.page;
    page(&SeenPage {
        chrome: viewer.chrome,
        list,
    })
}
