//! The staff's lists of tickets: all of them, and those of a client; filtered by links and a plain form.

use askama::Template;
use serde::Deserialize;

use crate::domain::id::{ClientId, StaffId, TicketId};
use crate::domain::paging::Cursor;
use crate::domain::ticket::{Priority, Status};
use crate::domain::time::Timestamp;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPathAndQuery, InQuery, Load, Me, Staff};
use crate::http::page::{Answer, page};
use crate::store::client::Client;
use crate::store::task::{self, Colleague};
use crate::store::ticket::list::{self, Filter, Hands, Listed, Turn};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// The query of a list. What does not parse is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    state: String,
    assignee: String,
    priority: String,
    client: String,
    after: String,
    before: String,
}

/// What the filter of who has it is called for nobody.
const NOBODY: &str = "nobody";
/// What the filter of the state is called for those that wait for staff.
const WAITING: &str = "us";

impl Asked {
    fn filter(&self, of: Option<ClientId>) -> Filter {
        Filter {
            client: of.or_else(|| ClientId::parse(&self.client).ok()),
            turn: match self.state.as_str() {
                WAITING => Some(Turn::Staff),
                name => Status::parse(name).ok().map(Turn::In),
            },
            hands: match self.assignee.as_str() {
                NOBODY => Some(Hands::Nobody),
                id => StaffId::parse(id).ok().map(Hands::Of),
            },
            priority: Priority::parse(&self.priority).ok(),
        }
    }

    fn cursor(&self) -> Cursor<TicketId> {
        match (TicketId::parse(&self.after), TicketId::parse(&self.before)) {
            (Ok(id), _) => Cursor::After(id),
            (_, Ok(id)) => Cursor::Before(id),
            _ => Cursor::First,
        }
    }
}

/// A row in words.
struct Row {
    id: TicketId,
    number: u64,
    subject: String,
    client: ClientId,
    client_name: String,
    status: Status,
    priority: Priority,
    category: String,
    assignee: String,
    iso: String,
    said: String,
}

/// A page of a list.
pub(crate) struct List {
    filter: Filter,
    rows: Vec<Row>,
    previous: String,
    next: String,
    colleagues: Vec<Colleague>,
    /// The client asked for.
    client: Option<Client>,
    /// The address of the list without filters.
    path: String,
}

impl List {
    fn ask(asked: &Asked, of: Option<ClientId>) -> Vec<Statement> {
        let filter = asked.filter(of);
        let mut statements = vec![list::rows(&filter, asked.cursor()), task::colleagues()];
        statements.extend(filter.client.map(Client::by_id));
        statements
    }

    fn read(
        asked: &Asked,
        of: Option<ClientId>,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let filter = asked.filter(of);
        let rows: Vec<Listed> = results.rows()?;
        let colleagues = results.rows()?;
        let client: Option<Client> = results.rows_if_any()?.into_iter().next();
        if of.is_some() && client.is_none() {
            return Ok(None);
        }
        let cut = asked.cursor().cut(rows, |row| row.id);
        let row = |row: Listed| Row {
            id: row.id,
            number: row.number,
            subject: row.subject,
            client: row.client_id,
            client_name: row.client_name,
            status: row.status,
            priority: row.priority,
            category: row.category,
            assignee: row.assignee.unwrap_or_default(),
            iso: row.said_at.iso(),
            said: row.said_at.ago(now),
        };
        let mut page = Self {
            filter,
            rows: cut.rows.into_iter().map(row).collect(),
            previous: String::new(),
            next: String::new(),
            colleagues,
            client,
            path: of.map_or_else(
                || "/admin/tickets".to_owned(),
                |id| format!("/admin/clients/{id}/tickets"),
            ),
        };
        let place = |cursor: Option<Cursor<TicketId>>| match cursor {
            None => String::new(),
            Some(Cursor::First) => page.with(&[]),
            Some(Cursor::After(id)) => page.with(&[("after", id.to_string())]),
            Some(Cursor::Before(id)) => page.with(&[("before", id.to_string())]),
        };
        let (previous, next) = (place(cut.previous), place(cut.next));
        (page.previous, page.next) = (previous, next);
        Ok(Some(page))
    }

    fn state(&self) -> &'static str {
        match self.filter.turn {
            None => "",
            Some(Turn::Staff) => WAITING,
            Some(Turn::In(status)) => status.as_str(),
        }
    }

    fn assignee(&self) -> String {
        match self.filter.hands {
            None => String::new(),
            Some(Hands::Nobody) => NOBODY.to_owned(),
            Some(Hands::Of(id)) => id.to_string(),
        }
    }

    fn priority(&self) -> &'static str {
        self.filter.priority.map_or("", Priority::as_str)
    }

    /// Whether it is the list of one client's record.
    fn is_record(&self) -> bool {
        self.path.starts_with("/admin/clients")
    }

    /// The client asked for, on the list of all.
    fn client_id(&self) -> String {
        let id = self.filter.client.filter(|_| !self.is_record());
        id.map_or_else(String::new, |id| id.to_string())
    }

    /// The address of the list with what is asked for, and more; a part named again replaces.
    fn with(&self, more: &[(&str, String)]) -> String {
        let own = [
            ("state", self.state().to_owned()),
            ("assignee", self.assignee()),
            ("priority", self.priority().to_owned()),
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
            self.path.clone()
        } else {
            format!("{}?{}", self.path, parts.join("&"))
        }
    }

    /// The same list in another state: address, label, whether it is this one.
    fn states(&self) -> Vec<(String, &'static str, bool)> {
        let link = |name: &'static str, label| {
            let href = self.with(&[("state", name.to_owned())]);
            (href, label, self.state() == name)
        };
        let all = [link("", "All"), link(WAITING, "Waiting for us")];
        let each = Status::ALL.map(|status| link(status.as_str(), status.label()));
        all.into_iter().chain(each).collect()
    }

    /// The same list of all clients.
    fn of_all(&self) -> String {
        self.with(&[("client", String::new())])
    }

    fn is_filtered(&self) -> bool {
        self.with(&[]) != self.path
    }
}

/// All tickets.
pub(crate) struct All(List);

impl Load for All {
    type Args = InQuery<Asked>;
    fn statements(InQuery(asked): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        List::ask(asked, None)
    }
    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(List::read(&asked, None, results, now)?.map(Self))
    }
}

/// Those of a client.
pub(crate) struct Of(List);

impl Load for Of {
    type Args = InPathAndQuery<ClientId, Asked>;
    fn statements(InPathAndQuery(client, asked): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        List::ask(asked, Some(*client))
    }
    fn read(
        InPathAndQuery(client, asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(List::read(&asked, Some(client), results, now)?.map(Self))
    }
}

#[derive(Template)]
#[template(path = "ticket/list.html")]
struct Page {
    chrome: Chrome<Me>,
    list: List,
}

impl Page {
    /// Whether a colleague is who looks.
    fn is_me(&self, id: &StaffId) -> bool {
        self.chrome.me.id == *id
    }
}

/// `GET /admin/tickets`
pub(crate) async fn all(staff: Staff<All>) -> Answer {
    let All(list) = staff.page;
    page(&Page {
        chrome: staff.chrome,
        list,
    })
}

/// `GET /admin/clients/{id}/tickets`
pub(crate) async fn of_client(staff: Staff<Of>) -> Answer {
    let Of(list) = staff.page;
    page(&Page {
        chrome: staff.chrome,
        list,
    })
}
