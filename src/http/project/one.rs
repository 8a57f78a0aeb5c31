//! The record of a project, for staff.

use askama::Template;

use super::bill::Bill;
use super::client::{PaperRow, Point, points};
use crate::domain::id::ProjectId;
use crate::domain::project as rules;
use crate::domain::time::{Date, Timestamp};
use crate::domain::time_log::{budget, clock};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::page::{Answer, page, see};
use crate::http::prose::Prose;
use crate::http::task::Row as TaskRow;
use crate::http::{Error, Fields};
use crate::store::billing::{self, Basics};
use crate::store::invoice::list::Listed;
use crate::store::invoice::project as invoices;
use crate::store::project::{self, Paper, Project};
use crate::store::task;
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// A project with what belongs to it.
pub(crate) struct One {
    project: Project,
    papers: Vec<Paper>,
    tasks: Vec<task::Listed>,
    invoices: Vec<Listed>,
    billing: Option<Basics>,
}

impl Load for One {
    type Args = InPath<ProjectId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Project::by_id(*id),
            project::papers(*id),
            task::of_project(*id),
            invoices::of_project(*id),
            billing::basics(),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let project: Option<Project> = results.first()?;
        let papers = results.rows()?;
        let tasks = results.rows()?;
        let (invoices, billing) = (results.rows()?, results.first()?);
        Ok(project.map(|project| Self {
            project,
            papers,
            tasks,
            invoices,
            billing,
        }))
    }
}

#[derive(Template)]
#[template(path = "project/one.html")]
struct Page {
    chrome: Chrome<Me>,
    project: Project,
    percent: u8,
    /// Of the budget: how much is used, in percent and in words.
    budget: Option<(u8, String)>,
    used: String,
    description: Prose,
    starts: Option<Date>,
    due: String,
    points: Vec<Point>,
    papers: Vec<PaperRow>,
    tasks: Vec<TaskRow>,
    bills: Vec<Bill>,
}

/// `GET /admin/projects/{id}`
pub(crate) async fn view(staff: Staff<One>) -> Answer {
    let One {
        project,
        papers,
        tasks,
        invoices,
        billing,
    } = staff.page;
    let now = staff.app.now;
    let today = staff.app.now.date();
    let day = billing.map_or(today, |billing| billing.today(now));
    let bill = |row: Listed| {
        Bill::new(
            row.id,
            row.number,
            (row.total, row.currency),
            (&row.status, row.due_on),
            day,
        )
    };
    let bills = invoices.into_iter().map(bill).collect::<Result<_, _>>()?;
    let due = project.due_on.map(|day| {
        if project.measured.status.is_open() {
            rules::end_words(day, today)
        } else {
            day.words()
        }
    });
    page(&Page {
        percent: project.measured.progress(),
        budget: project.budget_minutes.map(|minutes| {
            let used = project.used_minutes;
            (budget::percent(used, minutes), budget::words(used, minutes))
        }),
        used: clock(project.used_minutes),
        description: Prose::of(&project.description),
        starts: project.starts_on,
        due: due.unwrap_or_default(),
        points: points(&project.milestones, today),
        papers: papers.into_iter().map(PaperRow::of).collect(),
        tasks: tasks.into_iter().map(|row| TaskRow::of(row, now)).collect(),
        bills,
        project,
        chrome: staff.chrome,
    })
}

/// `POST /admin/projects/{id}/visible`: Visible in Portal, on or off.
pub(crate) async fn show(staff: Staff<Project>, mut form: Fields) -> Answer {
    let visible = form.checkbox("visible");
    form.sound()?;
    let (app, of) = (&staff.app, &staff.page);
    let (action, said) = if visible {
        ("project.shown", "is visible in the portal now.")
    } else {
        ("project.hidden", "is internal now.")
    };
    let entry = staff
        .me()
        .did(action, of.client_id, of.id, of.name.as_str());
    let batch = vec![
        project::show(of.id, visible, app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(app, format!("“{}” {said}", of.name));
    see(&format!("/admin/projects/{}", of.id))
}
