//! Lists of time with the form of a new entry: of all clients, and in a client's record.

use askama::Template;

use super::Row;
use super::asked::{Asked, Parts};
use super::form::{self as fields, Target};
use super::sums::Sums;
use super::timer::Strip;
use crate::domain::id::{ClientId, TimeEntryId};
use crate::domain::money::Currency;
use crate::domain::paging::PAGE;
use crate::domain::time::{Date, Timestamp};
use crate::domain::time_log::period::{Span, Wanted};
use crate::domain::time_log::{Shown, State, words};
use crate::http::choices::{currencies, on};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPathAndQuery, InQuery, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::billing::{self, Basics};
use crate::store::client::Client;
use crate::store::project;
use crate::store::task::{self, Colleague};
use crate::store::time_log::list::{self, Filter, Sum};
use crate::store::time_log::timer::{self, Timer};
use crate::store::time_log::{self, Entry, Settings};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// A page of a list.
pub(crate) struct Log {
    asked: Asked,
    filter: Filter,
    client: Option<Client>,
    rows: Vec<Row>,
    next: String,
    sums: Sums,
    timer: Option<Strip>,
    targets: Vec<Target>,
    projects: Vec<project::Choice>,
    people: Vec<Colleague>,
    today: Date,
    currency: Currency,
    settings: Settings,
    parts: Parts,
    path: String,
    on_record: bool,
}

impl Log {
    fn ask(query: &Asked, of: Option<ClientId>, asker: &Asker) -> Result<Vec<Statement>, Error> {
        let filter = query.filter(of);
        let most = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
        let mut statements = vec![
            billing::basics(),
            time_log::settings(),
            timer::running(asker),
            match of {
                Some(client) => time_log::choices_of(client),
                None => time_log::choices(asker),
            },
            task::colleagues(),
            list::rows(&filter, query.after(), most, asker.now)?,
        ];
        if let Some(client) = filter.client {
            statements.push(Client::by_id(client));
            statements.push(project::choices_of_client(client));
        }
        statements.push(list::sums(&filter, asker.now)?);
        Ok(statements)
    }

    fn read(
        asked: Asked,
        of: Option<ClientId>,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let filter = asked.filter(of);
        let billing: Option<Basics> = results.first()?;
        let settings: Option<Settings> = results.first()?;
        let timer: Option<Timer> = results.first()?;
        let choices: Vec<time_log::Choice> = results.rows()?;
        let people = results.rows()?;
        let mut entries: Vec<Entry> = results.rows()?;
        let (client, projects) = if filter.client.is_some() {
            (results.first::<Client>()?, results.rows()?)
        } else {
            (None, Vec::new())
        };
        let sums: Vec<Sum> = results.rows()?;
        let Some((billing, settings)) = billing.zip(settings) else {
            return Ok(None);
        };
        if of.is_some() && client.is_none() {
            return Ok(None);
        }
        let path = of.map_or_else(
            || "/admin/time-logs".to_owned(),
            |client| format!("/admin/clients/{client}/time-logs"),
        );
        let parts = Parts::of(&filter, of.is_some(), &asked.meant);
        let more = entries.len() > PAGE;
        entries.truncate(PAGE);
        let last = entries.last().filter(|_| more);
        let next = last.map(|last| {
            let place = format!("{}.{}", last.day, last.id);
            parts.with(&[("after", &place)]).address(&path)
        });
        let target = |choice| Target::of(choice, of.is_some());
        Ok(Some(Self {
            rows: entries.into_iter().map(Row::of).collect(),
            next: next.unwrap_or_default(),
            sums: Sums::of(&sums, filter.state)?,
            timer: timer.map(|timer| Strip::of(&timer, now)),
            targets: choices.into_iter().map(target).collect(),
            projects,
            people,
            today: billing.today(now),
            currency: billing.currency,
            settings,
            client,
            parts,
            path,
            on_record: of.is_some(),
            filter,
            asked,
        }))
    }

    /// The address of this very list, from its beginning.
    fn here(&self) -> String {
        self.parts.address(&self.path)
    }
    fn with(&self, changes: &[(&'static str, &str)]) -> String {
        self.parts.with(changes).address(&self.path)
    }
    /// The list for other days: address, label, whether it is this one.
    fn spans(&self) -> Vec<(String, &'static str, bool)> {
        let link = |span: Span| {
            let name = if span == Span::Month {
                ""
            } else {
                span.as_str()
            };
            let href = self.with(&[("period", name), ("from", ""), ("to", "")]);
            (href, span.label(), self.filter.wanted == Wanted::Span(span))
        };
        Span::ALL.into_iter().map(link).collect()
    }
    /// The same list of all clients.
    fn of_all(&self) -> String {
        self.with(&[("client", ""), ("project", "")])
    }
    /// Where a file with all of it is.
    fn file(&self) -> String {
        self.parts.address(&format!("{}.csv", self.path))
    }
    /// Where time of this client and these days is billed.
    fn bill(&self) -> Option<String> {
        let client = self.filter.client?;
        let period = self.filter.wanted.on(self.today);
        let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
        let parts = self.parts.with(&[
            ("from", &day(period.from)),
            ("to", &day(period.to)),
            ("period", ""),
            ("person", ""),
            ("state", ""),
            ("client", ""),
            ("for", ""),
        ]);
        Some(parts.address(&format!("/admin/clients/{client}/time-logs/invoice")))
    }
    /// The days in words.
    fn days(&self) -> String {
        let period = self.filter.wanted.on(self.today);
        match (period.from, period.to) {
            (Some(from), Some(to)) => format!("{} to {}", from.words(), to.words()),
            (Some(from), None) => format!("from {}", from.words()),
            (None, Some(to)) => format!("until {}", to.words()),
            (None, None) => "all there is".to_owned(),
        }
    }
    fn is_open(&self) -> bool {
        let archived = self.client.as_ref().filter(|_| self.on_record);
        archived.is_none_or(|client| client.archived_at.is_none())
    }
    fn fresh(&self, mut form: Fields) -> Fields {
        let only = self.on_record.then(|| self.targets.first()).flatten();
        let meant = self
            .targets
            .iter()
            .find(|target| target.value == self.asked.meant);
        let what = meant
            .or(only)
            .map_or("", |target| target.value.as_str())
            .to_owned();
        form.fill([
            ("what", what.as_str()),
            ("day", self.today.to_string().as_str()),
            ("billable", on(true).as_str()),
            ("currency", self.currency.code()),
        ]);
        form
    }
}

/// All time.
pub(crate) struct All(Log);

impl Load for All {
    type Args = InQuery<Asked>;
    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        Log::ask(query, None, asker).unwrap_or_default()
    }
    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(Log::read(asked, None, results, now)?.map(Self))
    }
}

/// The time of a client.
pub(crate) struct Of(Log);

impl Load for Of {
    type Args = InPathAndQuery<ClientId, Asked>;
    fn statements(InPathAndQuery(client, query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        Log::ask(query, Some(*client), asker).unwrap_or_default()
    }
    fn read(
        InPathAndQuery(client, asked): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(Log::read(asked, Some(client), results, now)?.map(Self))
    }
}

#[derive(Template)]
#[template(path = "time_log/list.html")]
struct Page {
    chrome: Chrome<Me>,
    log: Log,
    form: Fields,
    hint: &'static str,
    currencies: Vec<Currency>,
}

impl Page {
    fn new(chrome: Chrome<Me>, log: Log, form: Fields) -> Self {
        Self {
            chrome,
            log,
            form,
            hint: fields::HINT,
            currencies: currencies(),
        }
    }
}

/// `GET /admin/time-logs`
pub(crate) async fn all(staff: Staff<All>) -> Answer {
    let form = staff.page.0.fresh(Fields::fresh(&staff.app)?);
    page(&Page::new(staff.chrome, staff.page.0, form))
}

/// `GET /admin/clients/{id}/time-logs`
pub(crate) async fn of_client(staff: Staff<Of>) -> Answer {
    let form = staff.page.0.fresh(Fields::fresh(&staff.app)?);
    page(&Page::new(staff.chrome, staff.page.0, form))
}

/// `POST /admin/time-logs`: an entry, or the timer.
pub(crate) async fn log(staff: Staff<All>, form: Fields) -> Answer {
    let Staff {
        app, chrome, page, ..
    } = staff;
    add(&app, chrome, page.0, form).await
}

/// `POST /admin/clients/{id}/time-logs`: the same in a client's record.
pub(crate) async fn log_for(staff: Staff<Of>, form: Fields) -> Answer {
    let Staff {
        app, chrome, page, ..
    } = staff;
    add(&app, chrome, page.0, form).await
}

/// 1. what was typed; 2. the timer, if that button was pressed; 3. else the entry.
async fn add(app: &crate::app::App, chrome: Chrome<Me>, log: Log, mut form: Fields) -> Answer {
    // 1.
    let starts = form.text("go") == "timer";
    let read = fields::read(&mut form, &log.targets);
    if !log.is_open() {
        form.refuse(
            "what",
            "This client is archived. Restore it first, then log time.",
        );
    }
    let time = if starts {
        None
    } else {
        fields::duration(&mut form)
    };
    if starts && !form.text("time").trim().is_empty() {
        form.refuse(
            "time",
            "Leave this empty to start the timer: it counts from now on.",
        );
    }
    let (Some((draft, target)), false) = (read, form.has_errors()) else {
        return try_again(&Page::new(chrome, log, form));
    };
    let (id, by) = (form.names::<_>(app, chrome.me.id, "time")?, &chrome.me);
    let id: TimeEntryId = id;
    let again = log.parts.with(&[("for", &target.value)]).address(&log.path);
    // 2.
    let Some(time) = time else {
        let started = app
            .db
            .run(timer::start(id, by.id, &draft, app.now))
            .await?
            .changes()?;
        if started == 0 && log.timer.is_none_or(|timer| timer.id != id.to_string()) {
            Flash::error(
                app,
                "Your timer runs already. Stop it first, then start the next one.",
            );
        } else {
            Flash::success(app, format!("The timer runs for {}.", target.client()));
        }
        return see(&again);
    };
    // 3.
    let said = words(i64::from(time.minutes()));
    let entry = by.did("time.logged", draft.client, id, said.as_str());
    let batch = vec![
        time_log::create(id, by.id, &draft, time.minutes(), app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch_once(batch).await?;
    Flash::success(app, format!("Logged: {said} for {}.", target.client()));
    see(&again)
}

impl Page {
    /// The client whose record this is; empty elsewhere.
    fn record(&self) -> String {
        let client = self.log.client.as_ref().filter(|_| self.log.on_record);
        client.map_or_else(String::new, |client| client.id.to_string())
    }
    fn what_label(&self) -> &'static str {
        if self.log.on_record {
            "Project or task"
        } else {
            "Client, project or task"
        }
    }
    /// What clients see of it.
    fn shown_words(&self) -> &'static str {
        match self.log.settings.time_shown {
            Shown::Nothing => "Clients see nothing of your time.",
            Shown::Totals => {
                "Where Time Logs is on for a client, they see hours by project and month."
            }
            Shown::Entries => {
                "Where Time Logs is on for a client, they see hours and each entry with its note."
            }
            Shown::People => {
                "Where Time Logs is on for a client, they see hours and each entry with its note and person."
            }
        }
    }
    fn is_on(&self, state: &State) -> bool {
        self.log.filter.state.as_ref() == Some(state)
    }
}
