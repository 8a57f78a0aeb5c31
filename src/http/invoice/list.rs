//! Lists of invoices: all of them, and those of a client; filtered by a plain form and by links.

use askama::Template;
use serde::Deserialize;

use super::tone;
use crate::domain::id::{ClientId, Id, InvoiceId};
use crate::domain::invoice::State;
use crate::domain::invoice::terms::due_words;
use crate::domain::money::{Currency, Money};
use crate::domain::time::{Date, Timestamp};
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPathAndQuery, InQuery, Load, Me, Staff};
use crate::http::page::{Answer, page};
use crate::store::billing::{self, Balance, Basics, Buyer, Owed};
use crate::store::invoice::list::{self, After, Filter, Listed, PAGE};
use crate::store::invoice::state_of;
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The query of a list. What does not parse is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    state: String,
    client: String,
    currency: String,
    from: String,
    to: String,
    /// Day and id of the last row of the page before.
    after: String,
}

impl Asked {
    fn filter(&self, of: Option<ClientId>) -> Filter {
        Filter {
            client: of.or_else(|| Id::parse(&self.client).ok()),
            state: State::parse(&self.state),
            currency: Currency::parse(&self.currency).ok(),
            from: Date::parse(&self.from).ok(),
            to: Date::parse(&self.to).ok(),
        }
    }

    fn after(&self) -> Option<After> {
        let (day, id) = self.after.split_once('.')?;
        Some(After {
            day: Date::parse(day).ok()?,
            id: InvoiceId::parse(id).ok()?,
        })
    }
}

/// A row in words.
struct Row {
    id: InvoiceId,
    name: String,
    client: ClientId,
    client_name: String,
    label: &'static str,
    tone: &'static str,
    total: Money,
    due: String,
    issued_on: Date,
    due_on: Date,
    /// "due in 3 days"; empty where nothing is asked for.
    when: String,
    revising: bool,
}

impl Row {
    fn new(row: Listed, today: Date) -> Result<Self, Error> {
        let state = state_of(&row.status, row.due_on, today);
        let due = Money::new(row.due, row.currency)?;
        let partly = due.is_positive() && row.due != row.total;
        Ok(Self {
            id: row.id,
            name: row.number.unwrap_or_else(|| "Draft".to_owned()),
            client: row.client_id,
            client_name: row.client_name,
            label: state.label(),
            tone: tone(state),
            total: Money::new(row.total, row.currency)?,
            due: if partly {
                format!("{due} due")
            } else {
                String::new()
            },
            issued_on: row.issued_on,
            due_on: row.due_on,
            when: if state.asks() {
                due_words(row.due_on, today)
            } else {
                String::new()
            },
            revising: row.revising,
        })
    }
}

/// A page of a list.
pub(crate) struct List {
    asked: Asked,
    filter: Filter,
    /// Of one client: who.
    buyer: Option<Buyer>,
    rows: Vec<Row>,
    next: String,
    /// The address of the list without filters.
    path: String,
}

/// The address of a list with what is asked for.
fn address(path: &str, parts: &[(&str, String)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if parts.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", parts.join("&"))
    }
}

impl List {
    /// The statements: of whom, the settings, the rows.
    fn ask(asked: &Asked, of: Option<ClientId>, now: Timestamp) -> Vec<Statement> {
        let filter = asked.filter(of);
        vec![
            billing::buyer(filter.client),
            billing::basics(),
            list::rows(&filter, asked.after(), now),
        ]
    }

    fn read(
        asked: Asked,
        of: Option<ClientId>,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let filter = asked.filter(of);
        let buyer: Option<Buyer> = results.first()?;
        let billing: Option<Basics> = results.first()?;
        let mut found: Vec<Listed> = results.rows()?;
        let Some(billing) = billing else {
            return Ok(None);
        };
        if of.is_some() && buyer.is_none() {
            return Ok(None);
        }
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        let today = billing.today(now);
        let mut list = Self {
            asked,
            filter,
            buyer,
            rows: Vec::new(),
            next: String::new(),
            path: of.map_or_else(
                || "/admin/billing".to_owned(),
                |client| format!("/admin/clients/{client}/billing"),
            ),
        };
        if let Some(last) = found.last().filter(|_| more) {
            let day = match list.filter.state {
                Some(State::Outstanding | State::Overdue) => last.due_on,
                _ => last.issued_on,
            };
            list.next = list.with(|parts| parts.push(("after", format!("{day}.{}", last.id))));
        }
        let rows = found.into_iter().map(|row| Row::new(row, today));
        list.rows = rows.collect::<Result<_, _>>()?;
        Ok(Some(list))
    }

    /// What is asked for, as it stands in addresses.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let text = |value: Option<String>| value.unwrap_or_default();
        let is_record = self.path.starts_with("/admin/clients");
        let client = self.filter.client.filter(|_| !is_record);
        vec![
            (
                "state",
                text(self.filter.state.map(|state| state.as_str().to_owned())),
            ),
            ("client", text(client.map(|id| id.to_string()))),
            (
                "currency",
                text(self.filter.currency.map(|currency| currency.to_string())),
            ),
            ("from", text(self.filter.from.map(|day| day.to_string()))),
            ("to", text(self.filter.to.map(|day| day.to_string()))),
        ]
    }

    fn with(&self, change: impl FnOnce(&mut Vec<(&'static str, String)>)) -> String {
        let mut parts = self.parts();
        change(&mut parts);
        address(&self.path, &parts)
    }

    /// The same list in another state: address, label, whether it is this one.
    fn states(&self) -> Vec<(String, &'static str, bool)> {
        let link = |state: Option<State>| {
            let name = state.map_or("", State::as_str);
            let href = self.with(|parts| {
                parts.retain(|(part, _)| *part != "state");
                parts.insert(0, ("state", name.to_owned()));
            });
            (
                href,
                state.map_or("All", State::label),
                state == self.filter.state,
            )
        };
        let states = State::ALL.into_iter().map(Some);
        std::iter::once(None).chain(states).map(link).collect()
    }

    /// The same list of all clients.
    fn of_all(&self) -> String {
        self.with(|parts| parts.retain(|(part, _)| *part != "client"))
    }

    /// Hidden fields of the form, which keep what its own fields do not say.
    fn kept(&self) -> Vec<(&'static str, String)> {
        let kept = |(part, value): &(&str, String)| {
            matches!(*part, "state" | "client") && !value.is_empty()
        };
        self.parts().into_iter().filter(kept).collect()
    }

    fn value(&self, part: &str) -> String {
        let parts = self.parts();
        let found = parts.into_iter().find(|(name, _)| *name == part);
        found.map(|(_, value)| value).unwrap_or_default()
    }

    fn is_filtered(&self) -> bool {
        self.parts().iter().any(|(_, value)| !value.is_empty())
    }

    fn is_first(&self) -> bool {
        self.asked.after.is_empty()
    }

    /// Where the list begins.
    fn first(&self) -> String {
        self.with(|_as_it_is| ())
    }
}

/// A currency with its figures in words.
struct Figures {
    currency: Currency,
    due: String,
    /// Late, or of a client: the credit.
    second: String,
    received: String,
    invoices: i64,
}

impl Figures {
    fn second_or<'a>(&'a self, nothing: &'a str) -> &'a str {
        if self.second.is_empty() {
            nothing
        } else {
            &self.second
        }
    }
}

/// All invoices, and what the business is owed.
pub(crate) struct All {
    list: List,
    owed: Vec<Figures>,
}

impl Load for All {
    type Args = InQuery<Asked>;
    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = List::ask(query, None, asker.now);
        statements.push(billing::owed(asker.now));
        statements
    }
    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let list = List::read(asked, None, results, now)?;
        let owed: Vec<Owed> = results.rows()?;
        let figures = |owed: Owed| -> Result<Figures, Error> {
            let words = |minor| Money::new(minor, owed.currency).map(|money| money.to_string());
            Ok(Figures {
                currency: owed.currency,
                due: words(owed.due)?,
                second: if owed.late > 0 {
                    words(owed.late)?
                } else {
                    String::new()
                },
                received: words(owed.received)?,
                invoices: owed.open_invoices,
            })
        };
        let owed = owed.into_iter().map(figures).collect::<Result<_, _>>()?;
        Ok(list.map(|list| Self { list, owed }))
    }
}

/// The invoices of a client, and what they owe.
pub(crate) struct Of {
    list: List,
    buyer: Buyer,
    balances: Vec<Figures>,
}

impl Load for Of {
    type Args = InPathAndQuery<ClientId, Asked>;
    fn statements(InPathAndQuery(client, query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = List::ask(query, Some(*client), asker.now);
        statements.push(billing::balances(*client));
        statements
    }
    fn read(
        InPathAndQuery(client, asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let Some(list) = List::read(asked, Some(client), results, now)? else {
            return Ok(None);
        };
        let balances: Vec<Balance> = results.rows()?;
        let figures = |balance: Balance| -> Result<Figures, Error> {
            let words = |minor| Money::new(minor, balance.currency).map(|money| money.to_string());
            Ok(Figures {
                currency: balance.currency,
                due: words(balance.due)?,
                second: if balance.credit > 0 {
                    words(balance.credit)?
                } else {
                    String::new()
                },
                received: String::new(),
                invoices: balance.open_invoices,
            })
        };
        let balances = balances
            .into_iter()
            .map(figures)
            .collect::<Result<_, _>>()?;
        Ok(list.buyer.clone().map(|buyer| Self {
            list,
            buyer,
            balances,
        }))
    }
}

#[derive(Template)]
#[template(path = "invoice/all.html")]
struct AllPage {
    chrome: Chrome<Me>,
    list: List,
    owed: Vec<Figures>,
}

#[derive(Template)]
#[template(path = "invoice/of_client.html")]
struct OfPage {
    chrome: Chrome<Me>,
    list: List,
    buyer: Buyer,
    balances: Vec<Figures>,
}

/// `GET /admin/billing`
pub(crate) async fn all(staff: Staff<All>) -> Answer {
    let All { list, owed } = staff.page;
    page(&AllPage {
        chrome: staff.chrome,
        list,
        owed,
    })
}

/// `GET /admin/clients/{id}/billing`
pub(crate) async fn of_client(staff: Staff<Of>) -> Answer {
    let Of {
        list,
        buyer,
        balances,
    } = staff.page;
    page(&OfPage {
        chrome: staff.chrome,
        list,
        buyer,
        balances,
    })
}
