//! Staff: the list of clients, searched, sorted and paged by plain links.

use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use crate::domain::search;
use crate::domain::time::Timestamp;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InQuery, Load, Me, Staff};
use crate::http::page::{Answer, page};
use crate::store::client::{self, Listed, PAGE, Sort};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    sort: Sort,
    /// `1`: the archived ones.
    archived: String,
    /// The page follows this row: its sort key …
    after: String,
    /// … or comes before it.
    before: String,
    /// The row's id.
    id: String,
}

impl Asked {
    fn ask(&self) -> client::Ask {
        let back = !self.before.is_empty();
        let key = if back { &self.before } else { &self.after };
        client::Ask {
            words: search::asked(&self.q),
            begins: search::key(self.q.trim()),
            archived: self.is_archive(),
            sort: self.sort,
            from: (!key.is_empty()).then(|| (key.clone(), self.id.clone())),
            back,
        }
    }

    fn is_archive(&self) -> bool {
        self.archived == "1"
    }

    /// The address of this list in another order, from its beginning.
    fn sorted(&self, sort: Sort) -> String {
        let mut query = Vec::new();
        let mut add = |name, value: &str, is_default: bool| {
            if !is_default {
                query.push(format!(
                    "{name}={}",
                    utf8_percent_encode(value, NON_ALPHANUMERIC)
                ));
            }
        };
        add("q", &self.q, self.q.is_empty());
        add("sort", sort.as_str(), sort == Sort::default());
        add("archived", "1", !self.is_archive());
        if query.is_empty() {
            "/admin/clients".to_owned()
        } else {
            format!("/admin/clients?{}", query.join("&"))
        }
    }

    /// The address of the page that follows a row (`after`) or comes before it (`before`).
    fn beside(&self, direction: &str, row: &Listed) -> String {
        let list = self.sorted(self.sort);
        let joint = if list.contains('?') { '&' } else { '?' };
        let key = row.key(self.sort);
        let key = utf8_percent_encode(&key, NON_ALPHANUMERIC);
        format!("{list}{joint}{direction}={key}&id={}", row.id)
    }
}

/// A page of the list.
pub(crate) struct List {
    asked: Asked,
    rows: Vec<Listed>,
    previous: String,
    next: String,
    /// A search that did not look at all there is.
    more: bool,
}

impl Load for List {
    type Args = InQuery<Asked>;
    fn statements(InQuery(asked): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![client::page(&asked.ask())]
    }
    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let ask = asked.ask();
        let mut rows: Vec<Listed> = results.rows()?;
        let unseen = rows.iter().any(|row| row.more);
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        if ask.back {
            rows.reverse();
        }
        // What was walked from is there still on the other side.
        let (is_before, is_after) = if ask.back {
            (more, true)
        } else {
            (ask.from.is_some(), more)
        };
        let link = |there: bool, direction, row: Option<&Listed>| match row {
            Some(row) if there => asked.beside(direction, row),
            _ => String::new(),
        };
        Ok(Some(Self {
            previous: link(is_before, "before", rows.first()),
            next: link(is_after, "after", rows.last()),
            rows,
            asked,
            more: unseen,
        }))
    }
}

impl List {
    /// All of the list that was searched.
    fn all(&self) -> &'static str {
        if self.asked.is_archive() {
            "/admin/clients?archived=1"
        } else {
            "/admin/clients"
        }
    }

    fn all_label(&self) -> &'static str {
        if self.asked.is_archive() {
            "Show all archived clients"
        } else {
            "Show all clients"
        }
    }

    /// The orders that can be chosen: address, name, whether it is this one.
    fn orders(&self) -> Vec<(String, &'static str, bool)> {
        let order = |(sort, name)| (self.asked.sorted(sort), name, sort == self.asked.sort);
        Sort::ALL.into_iter().map(order).collect()
    }
}

#[derive(Template)]
#[template(path = "client/list.html")]
struct ListPage {
    chrome: Chrome<Me>,
    page: List,
}

/// `GET /admin/clients`
pub(crate) async fn list(staff: Staff<List>) -> Answer {
    page(&ListPage {
        chrome: staff.chrome,
        page: staff.page,
    })
}
