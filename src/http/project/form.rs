//! The form of a project, with a line for each milestone.

use askama::Template;

use crate::domain::id::ProjectId;
use crate::domain::money::Currency;
use crate::domain::project::{self as rules, Milestone, ProjectError, Status};
use crate::domain::text::{Line, Paragraphs};
use crate::domain::time::Date;
use crate::domain::time_log::{budget, clock};
use crate::http::Fields;
use crate::http::choices::currencies;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::time_log::read_rate;
use crate::store::client::Client;
use crate::store::project::{self, Draft, Project};

/// Empty lines under those that are filled in.
const SPARE: usize = 3;

/// A line of the form: the number of a milestone and the names of its fields.
struct Slot {
    number: usize,
    name: String,
    due: String,
    reached: String,
}

impl Slot {
    fn of(n: usize) -> Self {
        Self {
            number: n + 1,
            name: format!("milestone_{n}"),
            due: format!("until_{n}"),
            reached: format!("reached_{n}"),
        }
    }
}

#[derive(Template)]
#[template(path = "project/form.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    title: String,
    action: String,
    back: String,
    back_label: String,
    submit: &'static str,
    slots: Vec<Slot>,
    currencies: Vec<Currency>,
}

impl Page {
    /// The lines to draw: those that are filled in and some more.
    fn slots(form: &Fields) -> Vec<Slot> {
        let filled = (0..Milestone::MOST)
            .map(Slot::of)
            .rposition(|slot| !form.text(&slot.name).is_empty() || !form.text(&slot.due).is_empty())
            .map_or(0, |last| last + 1);
        (0..Milestone::MOST.min(filled + SPARE))
            .map(Slot::of)
            .collect()
    }

    fn new(chrome: Chrome<Me>, client: &Client, form: Fields) -> Self {
        let list = format!("/admin/clients/{}/projects", client.id);
        Self {
            chrome,
            slots: Self::slots(&form),
            currencies: currencies(),
            form,
            title: "New project".to_owned(),
            action: format!("{list}/new"),
            back: list,
            back_label: client.name.clone(),
            submit: "Add project",
        }
    }

    fn edit(chrome: Chrome<Me>, project: &Project, form: Fields) -> Self {
        let path = path(project.id);
        Self {
            chrome,
            slots: Self::slots(&form),
            currencies: currencies(),
            form,
            title: format!("Edit {}", project.name),
            action: format!("{path}/edit"),
            back: path,
            back_label: project.name.clone(),
            submit: "Save",
        }
    }
}

fn path(id: ProjectId) -> String {
    format!("/admin/projects/{id}")
}

fn tick(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn filled(of: &Project) -> Fields {
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    let measure = if of.measured.by_tasks {
        "tasks"
    } else {
        "hand"
    };
    let rate = of.hourly_rate.zip(of.rate_currency);
    let mut form = Fields::filled([
        ("revision", of.revision.to_string()),
        ("name", of.name.clone()),
        ("description", of.description.clone()),
        ("status", of.measured.status.as_str().to_owned()),
        ("visible", tick(of.visible)),
        ("measure", measure.to_owned()),
        ("percent", of.measured.percent.to_string()),
        ("starts_on", day(of.starts_on)),
        ("due_on", day(of.due_on)),
        (
            "budget",
            of.budget_minutes
                .map_or_else(String::new, |minutes| clock(i64::from(minutes))),
        ),
        (
            "rate",
            rate.map_or_else(String::new, |(rate, currency)| rate.plain(currency)),
        ),
        (
            "currency",
            of.rate_currency
                .map_or_else(String::new, |currency| currency.to_string()),
        ),
    ]);
    for (n, milestone) in of.milestones.iter().enumerate() {
        let slot = Slot::of(n);
        form.fill([
            (slot.name.as_str(), milestone.name.as_str()),
            (slot.due.as_str(), day(milestone.due_on).as_str()),
            (
                slot.reached.as_str(),
                tick(milestone.reached_on.is_some()).as_str(),
            ),
        ]);
    }
    form
}

/// `GET /admin/clients/{id}/projects/new`
pub(crate) async fn new_form(staff: Staff<Client>) -> Answer {
    let mut form = Fields::fresh(&staff.app)?;
    form.fill([
        ("status", Status::Active.as_str()),
        ("measure", "hand"),
        ("percent", "0"),
    ]);
    page(&Page::new(staff.chrome, &staff.page, form))
}

/// `POST /admin/clients/{id}/projects/new`
pub(crate) async fn create(staff: Staff<Client>, mut form: Fields) -> Answer {
    let (app, client) = (&staff.app, &staff.page);
    let Some(draft) = read(&mut form, &[], app.now.date()) else {
        return try_again(&Page::new(staff.chrome, client, form));
    };
    let id: ProjectId = form.names(app, staff.me().id, "project")?;
    let name = draft.name.as_str();
    let mut batch = project::create(id, client.id, staff.me().id, &draft, app.now)?;
    let entry = staff.me().did("project.created", client.id, id, name);
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch_once(batch).await?;
    let next = if draft.visible {
        "The client sees it in the portal."
    } else {
        "It is internal until you switch on Visible in Portal."
    };
    Flash::success(app, format!("“{name}” is added. {next}"));
    see(&path(id))
}

/// `GET /admin/projects/{id}/edit`
pub(crate) async fn edit_form(staff: Staff<Project>) -> Answer {
    let form = filled(&staff.page);
    page(&Page::edit(staff.chrome, &staff.page, form))
}

/// `POST /admin/projects/{id}/edit`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Staff<Project>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let draft = read(&mut form, &of.milestones, app.now.date());
    form.meanwhile(&filled(of));
    let (Some(draft), false) = (draft, form.has_errors()) else {
        return try_again(&Page::edit(staff.chrome, of, form));
    };
    let mut batch = project::change(of.id, of.revision, &draft, app.now)?;
    let entry = staff
        .me()
        .did("project.changed", of.client_id, of.id, draft.name.as_str());
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    Flash::success(app, "Your changes are saved.");
    see(&path(of.id))
}

/// What was typed, if all of it can be taken. Boxes that are not ticked are filled in as off.
fn read(form: &mut Fields, before: &[Milestone], today: Date) -> Option<Draft> {
    let name = form.required("name", |text| Line::parse("name", text));
    let description = form.required("description", |text| {
        Paragraphs::optional("description", text)
    });
    let status = form.required("status", Status::parse);
    let by_tasks = form.required("measure", |text| match text {
        "hand" => Ok(false),
        "tasks" => Ok(true),
        _ => Err(ProjectError::Measure),
    });
    let percent = form.required("percent", rules::parse_percent);
    let starts_on = form.optional("starts_on", Date::parse);
    let due_on = form.optional("due_on", Date::parse);
    if let (Some(starts), Some(due)) = (starts_on, due_on) {
        form.required("due_on", |_read| rules::in_order(starts, due));
    }
    let budget_minutes = form.optional("budget", budget::parse);
    let rate = read_rate(form, "rate", "currency");
    let visible = form.checkbox("visible");
    if !visible && form.text("visible").is_empty() {
        form.fill([("visible", "off")]);
    }
    let milestones = milestones(form, before, today);
    if form.has_errors() {
        return None;
    }
    Some(Draft {
        name: name?,
        description: description?.map_or_else(String::new, |text| text.as_str().to_owned()),
        status: status?,
        visible,
        by_tasks: by_tasks?,
        percent: percent?,
        starts_on: starts_on?,
        due_on: due_on?,
        budget_minutes: budget_minutes?,
        rate: rate?,
        milestones,
    })
}

fn milestones(form: &mut Fields, before: &[Milestone], today: Date) -> Vec<Milestone> {
    let mut read = Vec::new();
    for slot in (0..Milestone::MOST).map(Slot::of) {
        let reached = form.checkbox(&slot.reached);
        let sent = !form.text(&slot.name).is_empty();
        if sent && !reached && form.text(&slot.reached).is_empty() {
            form.fill([(slot.reached.as_str(), "off")]);
        }
        let (name, due) = (
            form.text(&slot.name).to_owned(),
            form.text(&slot.due).to_owned(),
        );
        match Milestone::read(&name, &due, reached, before, today) {
            Ok(milestone) => read.extend(milestone),
            Err(problem @ ProjectError::Date(_)) => form.refuse(&slot.due, problem),
            Err(problem) => form.refuse(&slot.name, problem),
        }
    }
    read
}
