//! The staff's list of all tasks: what is due first, filtered by links and a plain form.

use askama::Template;
use serde::Deserialize;

use super::client::Row;
use crate::domain::id::{ClientId, StaffId, TaskId};
use crate::domain::paging::Cursor;
use crate::domain::time::Timestamp;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InQuery, Load, Me, Staff};
use crate::http::page::{Answer, page};
use crate::store::client::Client;
use crate::store::task::list::{self, Entry, Filter, Hands, Part};
use crate::store::task::{self, Colleague};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// The query of the list. What does not parse is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    show: String,
    assignee: String,
    client: String,
    after: String,
    before: String,
}

const WAITING: &str = "waiting";
const OVERDUE: &str = "overdue";
const DONE: &str = "done";
/// What the filter of who does it is called for nobody.
const NOBODY: &str = "nobody";

impl Asked {
    fn filter(&self, now: Timestamp) -> Filter {
        Filter {
            part: match self.show.as_str() {
                WAITING => Part::Waiting,
                OVERDUE => Part::Overdue(now.date()),
                DONE => Part::Over,
                _ => Part::Open,
            },
            hands: match self.assignee.as_str() {
                NOBODY => Some(Hands::Nobody),
                id => StaffId::parse(id).ok().map(Hands::Of),
            },
            client: ClientId::parse(&self.client).ok(),
        }
    }

    fn cursor(&self) -> Cursor<TaskId> {
        match (TaskId::parse(&self.after), TaskId::parse(&self.before)) {
            (Ok(id), _) => Cursor::After(id),
            (_, Ok(id)) => Cursor::Before(id),
            _ => Cursor::First,
        }
    }
}

/// A row with whose it is.
struct Line {
    row: Row,
    client: ClientId,
    client_name: String,
    late: bool,
}

/// A page of the list.
pub(crate) struct All {
    filter: Filter,
    rows: Vec<Line>,
    previous: String,
    next: String,
    colleagues: Vec<Colleague>,
    /// The client asked for.
    client: Option<Client>,
}

impl Load for All {
    type Args = InQuery<Asked>;
    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let filter = query.filter(asker.now);
        let mut statements = vec![list::rows(&filter, query.cursor()), task::colleagues()];
        statements.extend(filter.client.map(Client::by_id));
        statements
    }
    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let rows: Vec<Entry> = results.rows()?;
        let colleagues = results.rows()?;
        let client = results.rows_if_any()?.into_iter().next();
        let cut = asked.cursor().cut(rows, |row| row.task.id);
        let line = |entry: Entry| Line {
            late: entry.task.due_on.is_some_and(|day| day < now.date())
                && !entry.task.status.is_closed(),
            client: entry.client_id,
            client_name: entry.client_name,
            row: Row::of(entry.task, now),
        };
        let mut page = Self {
            filter: asked.filter(now),
            rows: cut.rows.into_iter().map(line).collect(),
            previous: String::new(),
            next: String::new(),
            colleagues,
            client,
        };
        let place = |cursor: Option<Cursor<TaskId>>| match cursor {
            None => String::new(),
            Some(Cursor::First) => page.with(&[]),
            Some(Cursor::After(id)) => page.with(&[("after", id.to_string())]),
            Some(Cursor::Before(id)) => page.with(&[("before", id.to_string())]),
        };
        let (previous, next) = (place(cut.previous), place(cut.next));
        (page.previous, page.next) = (previous, next);
        Ok(Some(page))
    }
}

impl All {
    const fn show(&self) -> &'static str {
        match self.filter.part {
            Part::Open => "",
            Part::Waiting => WAITING,
            Part::Overdue(_) => OVERDUE,
            Part::Over => DONE,
        }
    }

    fn assignee(&self) -> String {
        match self.filter.hands {
            None => String::new(),
            Some(Hands::Nobody) => NOBODY.to_owned(),
            Some(Hands::Of(id)) => id.to_string(),
        }
    }

    fn client_id(&self) -> String {
        self.filter
            .client
            .map_or_else(String::new, |id| id.to_string())
    }

    /// The address of the list with what is asked for, and more; a part named again replaces.
    fn with(&self, more: &[(&str, String)]) -> String {
        let own = [
            ("show", self.show().to_owned()),
            ("assignee", self.assignee()),
            ("client", self.client_id()),
        ];
        let kept = own
            .iter()
            .filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        let parts: Vec<String> = kept
            .chain(more)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if parts.is_empty() {
            PATH.to_owned()
        } else {
            format!("{PATH}?{}", parts.join("&"))
        }
    }

    /// The parts of the list: address, label, whether it is this one.
    fn parts(&self) -> Vec<(String, &'static str, bool)> {
        let link = |name: &'static str, label| {
            let href = self.with(&[("show", name.to_owned())]);
            (href, label, self.show() == name)
        };
        vec![
            link("", "Open"),
            link(WAITING, "Waiting for the client"),
            link(OVERDUE, "Overdue"),
            link(DONE, "Done"),
        ]
    }

    /// The same list of one client.
    fn of(&self, client: &ClientId) -> String {
        self.with(&[("client", client.to_string())])
    }

    /// The same list of all clients.
    fn of_all(&self) -> String {
        self.with(&[("client", String::new())])
    }

    fn is_filtered(&self) -> bool {
        self.with(&[]) != PATH
    }
}

const PATH: &str = "/admin/tasks";

#[derive(Template)]
#[template(path = "task/all.html")]
struct Page {
    chrome: Chrome<Me>,
    list: All,
}

impl Page {
    /// Whether a colleague is who looks.
    fn is_me(&self, id: &StaffId) -> bool {
        self.chrome.me.id == *id
    }
}

/// `GET /admin/tasks`
pub(crate) async fn all(staff: Staff<All>) -> Answer {
    page(&Page {
        chrome: staff.chrome,
        list: staff.page,
    })
}
