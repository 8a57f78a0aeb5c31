//! What a list of time is asked for: from its address, and back into one.

use serde::Deserialize;

use crate::domain::id::{ClientId, Id, TimeEntryId};
use crate::domain::time::Date;
use crate::domain::time_log::State;
use crate::domain::time_log::period::{Period, Span, Wanted};
use crate::store::time_log::list::{After, Filter};

/// The query. What does not parse is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    period: String,
    from: String,
    to: String,
    client: String,
    project: String,
    person: String,
    state: String,
    /// Day and id of the last row of the page before.
    after: String,
    /// What the form of a new entry begins with.
    #[serde(rename = "for")]
    pub(super) meant: String,
}

impl Asked {
    /// As a filter; of that client on a client's record.
    pub(super) fn filter(&self, of: Option<ClientId>) -> Filter {
        Filter {
            client: of.or_else(|| Id::parse(&self.client).ok()),
            project: Id::parse(&self.project).ok(),
            person: Id::parse(&self.person).ok(),
            state: State::parse(&self.state),
            wanted: self.wanted(),
        }
    }

    fn wanted(&self) -> Wanted {
        let (from, to) = (Date::parse(&self.from).ok(), Date::parse(&self.to).ok());
        if from.is_some() || to.is_some() {
            return Wanted::Days(Period { from, to });
        }
        Span::parse(&self.period).map_or_else(Wanted::default, Wanted::Span)
    }

    /// Where the page goes on.
    pub(super) fn after(&self) -> Option<After> {
        let (day, id) = self.after.split_once('.')?;
        Some(After {
            day: Date::parse(day).ok()?,
            id: TimeEntryId::parse(id).ok()?,
        })
    }

    /// Whether it is the first page.
    pub(super) fn is_first(&self) -> bool {
        self.after().is_none()
    }
}

/// What is asked for as parts of an address, of which some can be changed.
#[derive(Debug, Clone)]
pub(super) struct Parts(Vec<(&'static str, String)>);

impl Parts {
    /// Of a filter; on a client's record the client is in the path.
    pub(super) fn of(filter: &Filter, on_record: bool, meant: &str) -> Self {
        let text = |value: Option<String>| value.unwrap_or_default();
        let (span, days) = match filter.wanted {
            Wanted::Span(Span::Month) => (None, Period::default()),
            Wanted::Span(span) => (Some(span), Period::default()),
            Wanted::Days(days) => (None, days),
        };
        let client = filter.client.filter(|_| !on_record);
        let known = meant
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        let meant = if known { meant } else { "" };
        Self(vec![
            ("period", text(span.map(|span| span.as_str().to_owned()))),
            ("from", text(days.from.map(|day| day.to_string()))),
            ("to", text(days.to.map(|day| day.to_string()))),
            ("client", text(client.map(|id| id.to_string()))),
            ("project", text(filter.project.map(|id| id.to_string()))),
            ("person", text(filter.person.map(|id| id.to_string()))),
            (
                "state",
                text(filter.state.map(|state| state.as_str().to_owned())),
            ),
            ("for", meant.to_owned()),
        ])
    }

    /// With other values for some.
    pub(super) fn with(&self, changes: &[(&'static str, &str)]) -> Self {
        let mut parts = self.clone();
        parts
            .0
            .retain(|(part, _)| changes.iter().all(|(name, _)| name != part));
        let changes = changes
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        parts.0.extend(changes);
        parts
    }

    /// The value of one; empty where it is not asked for.
    pub(super) fn value(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(part, _)| *part == name);
        found.map_or("", |(_, value)| value)
    }

    /// Whether more is asked for than the days.
    pub(super) fn is_filtered(&self) -> bool {
        let named = ["client", "project", "person", "state"];
        named.into_iter().any(|name| !self.value(name).is_empty())
    }

    /// The address of the list at `path`.
    pub(super) fn address(&self, path: &str) -> String {
        let said = self.0.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> = said
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if said.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", said.join("&"))
        }
    }
}
