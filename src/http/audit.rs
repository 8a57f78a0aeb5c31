//! Settings → Audit: everything that was done, filtered and paged, as a table for other programs, and whether
//! the chain of the log is intact.

use askama::Template;
use axum::response::IntoResponse as _;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::Error;
use super::activity::Line;
use super::chrome::{Chrome, Flash};
use super::guard::{Admin, InQuery, Load, Me};
use super::page::{Answer, page, see};
use crate::domain::audit_chain::{self, How, Link};
use crate::domain::csv::Csv;
use crate::domain::filename::FileName;
use crate::domain::id::{AuditId, ClientId, Id};
use crate::domain::paging::{Cursor, PAGE};
use crate::domain::time::{Date, Timestamp};
use crate::store::audit_chain::{self as chain, CHUNK, Standing};
use crate::store::audit_list::{self as list, Filter, Listed, Names};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

const PATH: &str = "/admin/settings/audit";
/// The most entries of a file.
const MOST: usize = 10_000;

/// What one may ask for: what actions begin with, and its name.
const ABOUT: [(&str, &str); 20] = [
    ("session", "Signing in and out"),
    ("factor", "Second steps"),
    ("password", "Passwords"),
    ("email", "E-mail addresses"),
    ("staff", "The team"),
    ("security", "Security settings"),
    ("client", "Clients"),
    ("contact", "Contacts"),
    ("portal", "Enable Portal"),
    ("permissions", "Portal Permissions"),
    ("invitation", "Invitations"),
    ("preview", "View as Client"),
    ("document", "Documents"),
    ("invoice", "Invoices"),
    ("payment", "Payments"),
    ("project", "Projects"),
    ("task", "Tasks"),
    ("time", "Time"),
    ("ticket", "Support Tickets"),
    ("message", "Messages"),
];

/// The query. What does not parse is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    client: String,
    person: String,
    about: String,
    from: String,
    until: String,
    after: String,
    before: String,
}

impl Ask {
    fn filter(&self) -> Filter {
        // An id begins with the moment it was made at.
        let day = |text: &str| Date::parse(text).ok();
        let bound = |at: Timestamp| AuditId::new(at, [0; 10]);
        Filter {
            client: ClientId::parse(&self.client).ok(),
            person: Some(self.person.clone()).filter(|id| Id::<()>::parse(id).is_ok()),
            noun: ABOUT
                .iter()
                .find(|(noun, _)| *noun == self.about)
                .map(|(noun, _)| (*noun).to_owned()),
            from: day(&self.from).map(|day| bound(day.start())),
            until: day(&self.until).map(|day| bound(day.end())),
        }
    }

    fn cursor(&self) -> Cursor<AuditId> {
        match (AuditId::parse(&self.after), AuditId::parse(&self.before)) {
            (Ok(id), _) => Cursor::After(id),
            (_, Ok(id)) => Cursor::Before(id),
            _ => Cursor::First,
        }
    }

    /// The address of the list with what is asked for, less what is named.
    fn address(&self, path: &str, less: &str, more: &[(&str, String)]) -> String {
        let own = [
            ("client", self.client.clone()),
            ("person", self.person.clone()),
            ("about", self.about.clone()),
            ("from", self.from.clone()),
            ("until", self.until.clone()),
        ];
        let kept = own.iter().filter(|(name, _)| *name != less);
        let query: Vec<String> = kept
            .chain(more)
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }
}

/// What the page reads.
pub(crate) struct Read {
    ask: Ask,
    entries: Vec<Listed>,
    names: Names,
    standing: Standing,
}

impl Load for Read {
    type Args = InQuery<Ask>;

    fn statements(InQuery(ask): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        let filter = ask.filter();
        vec![
            list::entries(&filter, ask.cursor(), PAGE),
            list::names(&filter),
            chain::standing(),
        ]
    }

    fn read(
        InQuery(ask): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let (entries, names) = (results.rows()?, results.first()?);
        let standing: Option<Standing> = results.first()?;
        Ok(standing.map(|standing| Self {
            ask,
            entries,
            names: names.unwrap_or_default(),
            standing,
        }))
    }
}

/// A line of the list.
struct Row {
    line: Line,
    address: String,
    /// Where the list is narrowed to who did it …
    person: String,
    /// … and to the client it was about.
    client: String,
}

#[derive(Template)]
#[template(path = "settings/audit.html")]
struct Page {
    chrome: Chrome<Me>,
    ask: Ask,
    about: [(&'static str, &'static str); 20],
    rows: Vec<Row>,
    /// What the list is narrowed to, each with the address of the list without it.
    only: Vec<(String, String)>,
    newer: String,
    older: String,
    csv: String,
    broken: bool,
    checked: bool,
    standing: String,
    head: String,
}

/// `GET /admin/settings/audit`
pub(crate) async fn show(staff: Admin<Read>) -> Answer {
    let Admin {
        app,
        chrome,
        page: read,
        ..
    } = staff;
    let Read {
        ask,
        entries,
        names,
        standing,
    } = read;
    let cut = ask.cursor().cut(entries, |entry| entry.kept.id);
    let to = |cursor: Option<Cursor<AuditId>>| match cursor {
        Some(Cursor::After(id)) => ask.address(PATH, "", &[("after", id.to_string())]),
        Some(Cursor::Before(id)) => ask.address(PATH, "", &[("before", id.to_string())]),
        Some(Cursor::First) | None => String::new(),
    };
    let rows = cut.rows.iter().map(|entry| Row {
        line: Line::of(&entry.kept, app.now),
        address: entry.address.clone(),
        person: entry.principal_id.as_ref().map_or_else(String::new, |id| {
            ask.address(PATH, "person", &[("person", id.clone())])
        }),
        client: entry.kept.client_id.map_or_else(String::new, |id| {
            ask.address(PATH, "client", &[("client", id.to_string())])
        }),
    });
    let only = [("client", names.client), ("person", names.person)];
    let only = only
        .into_iter()
        .filter_map(|(what, name)| Some((name?, ask.address(PATH, what, &[]))));
    page(&Page {
        rows: rows.collect(),
        only: only.collect(),
        newer: to(cut.previous),
        older: to(cut.next),
        csv: ask.address(&format!("{PATH}.csv"), "", &[]),
        broken: standing.broken_n.is_some(),
        checked: standing.checked_at.is_some(),
        standing: words(&standing, app.now),
        head: standing.head.unwrap_or_default(),
        about: ABOUT,
        ask,
        chrome,
    })
}

/// "Intact to …", or the first entry that is not.
fn words(of: &Standing, now: Timestamp) -> String {
    let checked = of
        .checked_at
        .map_or_else(String::new, |at| format!(" Checked {}.", at.ago(now)));
    if let Some((n, how)) = of.broken_n.zip(of.broken_how) {
        let when = of
            .broken_of
            .map_or_else(String::new, |at| format!(", of {},", at.day_time()));
        let how = match how {
            How::Changed => "was changed after it was written",
            How::Removed => "was removed",
        };
        return format!(
            "The log is not intact: entry {n}{when} {how}. Everything before it is as it was written.{checked}"
        );
    }
    let waiting = match of.waiting {
        0 => String::new(),
        1 => " The newest entry is sealed within a minute.".to_owned(),
        n => format!(" The newest {n} entries are sealed within a minute."),
    };
    match of.good_to {
        Some(at) => format!(
            "Intact to {} (entry {}).{checked}{waiting}",
            at.day_time(),
            of.good_n
        ),
        None => format!("Not checked yet; the first check comes within a minute.{waiting}"),
    }
}

/// What a file is made of.
pub(crate) struct File {
    ask: Ask,
    entries: Vec<Listed>,
}

impl Load for File {
    type Args = InQuery<Ask>;

    fn statements(InQuery(ask): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![list::entries(&ask.filter(), Cursor::First, MOST)]
    }

    fn read(
        InQuery(ask): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let entries = results.rows()?;
        Ok(Some(Self { ask, entries }))
    }
}

/// `GET /admin/settings/audit.csv`
pub(crate) async fn csv(staff: Admin<File>) -> Answer {
    let File { ask, entries } = staff.page;
    if entries.len() > MOST {
        Flash::error(
            &staff.app,
            "That is more than 10,000 entries. Choose a shorter period, then download it.",
        );
        return see(&ask.address(PATH, "", &[]));
    }
    let mut csv = Csv::new([
        "When (UTC)",
        "Who",
        "Kind",
        "What",
        "Action",
        "Detail",
        "Client",
        "Address",
        "Id",
    ]);
    for Listed { kept, address, .. } in &entries {
        let line = Line::of(kept, staff.app.now);
        csv.text(&kept.at.iso())
            .text(&line.who)
            .text(&kept.principal)
            .text(&line.what)
            .text(&kept.action)
            .text(&kept.detail)
            .text(kept.client_name.as_deref().unwrap_or_default())
            .text(address)
            .text(&kept.id.to_string());
    }
    let name = FileName::clean(&format!("Audit {}.csv", staff.app.now.date()));
    let disposition = HeaderValue::from_str(&name.content_disposition())
        .map_err(|error| Error::internal(error.to_string()))?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let headers = [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, csv.finish()).into_response())
}

/// The first entries, looked at anew.
pub(crate) struct Checking(Vec<Link>);

impl Load for Checking {
    type Args = ();

    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        let [round, links] = chain::round(asker.now);
        vec![chain::restart(), round, links]
    }

    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        results.skip()?;
        results.skip()?;
        Ok(Some(Self(results.rows()?)))
    }
}

/// `POST /admin/settings/audit/check`: from the first entry on; what is behind the first five hundred, the
/// clock looks at in the next minutes.
pub(crate) async fn check(staff: Admin<Checking>) -> Answer {
    let (app, links) = (&staff.app, &staff.page.0);
    let found = audit_chain::check(1, links);
    let ended = links.len() <= CHUNK;
    app.db.run(chain::note(found, ended, app.now)).await?;
    if ended {
        Flash::success(app, "All of the log that is sealed was checked.");
    } else {
        Flash::success(
            app,
            "The check has begun again; it goes on by itself, five hundred entries a minute.",
        );
    }
    see(PATH)
}
