//! The first page after signing in, on both sides.
//!
//! Staff see what to do first until it is done, what needs attention, and what happened.

mod attention;

use askama::Template;

use self::attention::Attention;
use super::Error;
use super::activity::Line;
use super::billing::Due;
use super::chrome::Chrome;
use super::guard::{InQuery, Load, Me, Portal, Staff, Viewer, Who};
use super::money::{self, Months};
use super::page::{Answer, page};
use super::project::Row as ProjectRow;
use super::task::Row as TaskRow;
use crate::domain::module::Module;
use crate::domain::time::Timestamp;
use crate::domain::time_log::clock;
use crate::store::audit::{self, Kept};
use crate::store::billing::{self, Basics};
use crate::store::dashboard::{self, Figures, Mails, Undelivered};
use crate::store::exception;
use crate::store::invoice::seen;
use crate::store::message::read::{self as unread, Unread};
use crate::store::task::list::{self as tasks, Unheld};
use crate::store::ticket::list as tickets;
use crate::store::time_log::seen::{self as time_log, Minutes};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};
use crate::store::{project, task};

/// The staff's dashboard.
pub(crate) struct StaffPage {
    figures: Figures,
    undelivered: Vec<Undelivered>,
    mails: Mails,
    exceptions: u64,
    /// Tickets that wait for staff.
    tickets: u64,
    /// Tasks that were sent back and that nobody has.
    unheld: Unheld,
    messages: Unread,
    lines: Vec<Line>,
    money: money::Overview,
}

impl Load for StaffPage {
    type Args = InQuery<money::Chosen>;

    fn statements(InQuery(chosen): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = vec![
            dashboard::figures(),
            dashboard::undelivered(asker.now),
            dashboard::mails(asker.now),
            exception::waiting(),
            tickets::waiting(),
            tasks::unheld(),
            unread::of_staff(asker),
            audit::newest(),
        ];
        statements.extend(money::statements(chosen, asker.now));
        statements
    }

    fn read(
        InQuery(chosen): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let figures: Option<Figures> = results.first()?;
        let undelivered = results.rows()?;
        let mails: Option<Mails> = results.first()?;
        let exceptions: Option<dashboard::Count> = results.first()?;
        let waiting: Option<dashboard::Count> = results.first()?;
        let unheld: Option<Unheld> = results.first()?;
        let messages: Option<Unread> = results.first()?;
        let recent: Vec<Kept> = results.rows()?;
        let lines = recent.iter().map(|kept| Line::of(kept, now)).collect();
        let money = money::read(&chosen, results, now)?;
        let found = figures.zip(mails).zip(messages).zip(unheld);
        Ok(found.map(|(((figures, mails), messages), unheld)| Self {
            messages,
            unheld,
            figures,
            undelivered,
            mails,
            exceptions: exceptions.map_or(0, |waiting| waiting.count),
            tickets: waiting.map_or(0, |waiting| waiting.count),
            lines,
            money,
        }))
    }
}

/// A step of getting started.
struct Step {
    done: bool,
    title: &'static str,
    text: &'static str,
    href: String,
}

/// The steps, until all are done.
fn steps(figures: &Figures) -> Vec<Step> {
    // Where a client's page is meant and there is none yet, the first one is to be added.
    let of_client = |page: &str| {
        figures.first_client.map_or_else(
            || "/admin/clients/new".to_owned(),
            |id| format!("/admin/clients/{id}{page}"),
        )
    };
    let steps = vec![
        Step {
            done: figures.branded,
            title: "Make it yours",
            text: "Your logo and colour, on the sign-in page, in the portal and in every mail.",
            href: "/admin/settings/branding".to_owned(),
        },
        Step {
            done: figures.first_client.is_some(),
            title: "Add your first client",
            text: "A company or a person you work for, and then the people there.",
            href: "/admin/clients/new".to_owned(),
        },
        Step {
            done: figures.has_document,
            title: "Upload a first document",
            text: "It stays internal until you tick Visible in Portal.",
            href: of_client("/documents"),
        },
        Step {
            done: figures.has_invoice,
            title: "Write your first invoice",
            text: "It stays a draft until you send it. Your address and tax numbers stand in Settings, Invoicing.",
            href: of_client("/invoices/new"),
        },
        Step {
            done: figures.has_invited && figures.enabled > 0,
            title: "Enable Portal and invite your client",
            text: "Switch the portal on in the client's record. Then send the invitation.",
            href: of_client(""),
        },
    ];
    if steps.iter().all(|step| step.done) {
        Vec::new()
    } else {
        steps
    }
}

/// A count that stops at a hundred, as it is shown: there with a plus.
fn shown(count: u64) -> String {
    if count < 100 {
        count.to_string()
    } else {
        "100+".to_owned()
    }
}

/// Unread messages as they are shown: where not all threads were counted, with a plus.
fn shown_unread(unread: Unread) -> String {
    let more = if unread.threads >= Unread::MOST {
        "+"
    } else {
        ""
    };
    format!("{}{more}", unread.messages)
}

#[derive(Template)]
#[template(path = "dashboard/staff.html")]
struct StaffDashboard {
    chrome: Chrome<Me>,
    steps: Vec<Step>,
    attention: Vec<Attention>,
    clients: u64,
    enabled: u64,
    tickets: String,
    messages: String,
    lines: Vec<Line>,
    money: money::Overview,
}

/// `GET /admin`
pub(crate) async fn staff(staff: Staff<StaffPage>) -> Answer {
    let me = staff.me();
    // The steps lead to settings, which not everybody may change.
    let steps = if me.role.may_change_settings() {
        steps(&staff.page.figures)
    } else {
        Vec::new()
    };
    page(&StaffDashboard {
        steps,
        attention: attention::of(&staff.page, me, staff.app.mailer.what_is_missing()),
        clients: staff.page.figures.clients,
        enabled: staff.page.figures.enabled,
        tickets: shown(staff.page.tickets),
        messages: shown_unread(staff.page.messages),
        lines: staff.page.lines,
        money: staff.page.money,
        chrome: staff.chrome,
    })
}

/// The client's dashboard.
pub(crate) struct ClientPage {
    projects: Vec<ProjectRow>,
    waiting: Vec<TaskRow>,
    documents: u64,
    tickets: u64,
    messages: Unread,
    due: Vec<Due>,
    /// Hours of this month, where time is shown.
    time: Option<String>,
}

impl Load for ClientPage {
    type Args = ();

    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        let billed = Asker {
            module: Some(Module::Billing),
            ..*asker
        };
        vec![
            project::current(asker),
            task::waiting(asker),
            dashboard::shared_documents(asker),
            billing::basics(),
            seen::owing(&billed),
            tickets::open(asker),
            unread::of_contact(asker),
            time_log::month(asker),
        ]
    }

    fn read(_args: (), results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        let projects: Vec<project::Listed> = results.rows()?;
        let waiting: Vec<task::Listed> = results.rows()?;
        let count: Option<dashboard::Count> = results.first()?;
        let settings: Option<Basics> = results.first()?;
        let owing = results.rows()?;
        let tickets: Option<dashboard::Count> = results.first()?;
        let messages: Option<Unread> = results.first()?;
        let time: Option<Minutes> = results.first()?;
        let Some(((count, settings), messages)) = count.zip(settings).zip(messages) else {
            return Ok(None);
        };
        Ok(Some(Self {
            projects: projects
                .into_iter()
                .map(|row| ProjectRow::of(row, now))
                .collect(),
            waiting: waiting
                .into_iter()
                .map(|row| TaskRow::of(row, now))
                .collect(),
            documents: count.count,
            tickets: tickets.map_or(0, |open| open.count),
            messages,
            due: Due::all(owing, settings.today(now))?,
            time: time.map(|time| clock(time.minutes)),
        }))
    }
}

#[derive(Template)]
#[template(path = "dashboard/client.html")]
struct ClientDashboard {
    chrome: Chrome<Who>,
    projects: Vec<ProjectRow>,
    waiting: Vec<TaskRow>,
    greeting: String,
    documents: String,
    tickets: String,
    messages: String,
    due: Vec<Due>,
    time: Option<String>,
    /// What will stand here, where nothing does yet; empty otherwise.
    to_come: String,
}

/// What will appear on a first page that is still empty: of what is on, what the business brings.
fn to_come(page: &ClientPage, who: &Who) -> String {
    let bare = page.projects.is_empty() && page.waiting.is_empty() && page.due.is_empty();
    if !bare || page.documents > 0 || page.tickets > 0 || page.messages.threads > 0 {
        return String::new();
    }
    let all = [
        (Module::Projects, "projects"),
        (Module::Tasks, "tasks"),
        (Module::Documents, "documents"),
        (Module::Billing, "invoices"),
    ];
    let on = all.iter().filter(|(module, _)| who.modules.has(*module));
    match on.map(|(_, name)| *name).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [one] => format!("Your {one} will appear here. There is nothing you need to do."),
        [first @ .., last] => format!(
            "Your {} and {last} will appear here. There is nothing you need to do.",
            first.join(", ")
        ),
    }
}

/// `GET /`
pub(crate) async fn client(viewer: Viewer<Portal, ClientPage>) -> Answer {
    page(&ClientDashboard {
        greeting: format!("Hello, {}", viewer.me().first_name),
        to_come: to_come(&viewer.page, viewer.me()),
        projects: viewer.page.projects,
        waiting: viewer.page.waiting,
        documents: shown(viewer.page.documents),
        tickets: shown(viewer.page.tickets),
        messages: shown_unread(viewer.page.messages),
        due: viewer.page.due,
        time: viewer.page.time,
        chrome: viewer.chrome,
    })
}
