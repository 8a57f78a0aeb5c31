//! What a client sees of projects: how far each is, what comes next, and one with its milestones and
//! files.

use askama::Template;

use super::bill::Bill;
use crate::domain::id::{DocumentId, ProjectId};
use crate::domain::project::{self as rules, Milestone, Status};
use crate::domain::time::{Date, Timestamp};
use crate::domain::time_log::budget;
use crate::domain::upload::human_bytes;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPath, InQuery, Load, Planned, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::http::paging::{Paging, address};
use crate::http::prose::Prose;
use crate::http::task::Row as TaskRow;
use crate::store::billing::{self, Basics};
use crate::store::invoice::project as invoices;
use crate::store::invoice::seen::Line;
use crate::store::project::{self, Listed, Paper, Seen};
use crate::store::task;
use crate::store::time_log::seen::{self, Budget};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// A project on a list, of either side.
pub(crate) struct Row {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
    pub(crate) status: Status,
    pub(crate) visible: bool,
    pub(crate) percent: u8,
    /// "due 27 Nov 2026, in 3 days"; empty where no day is set or all is over.
    pub(crate) due: String,
    /// The next milestone; empty where there is none.
    pub(crate) next: String,
    /// When that should be reached.
    pub(crate) next_due: String,
}

impl Row {
    /// Puts a row in words.
    pub(crate) fn of(row: Listed, now: Timestamp) -> Self {
        let (today, open) = (now.date(), row.measured.status.is_open());
        let words = |day: Option<Date>| {
            let day = day.filter(|_| open);
            day.map_or_else(String::new, |day| rules::due_words(day, today))
        };
        Self {
            id: row.id,
            name: row.name,
            status: row.measured.status,
            visible: row.visible,
            percent: row.measured.progress(),
            due: words(row.due_on),
            next_due: words(row.next_due),
            next: row.next_name.filter(|_| open).unwrap_or_default(),
        }
    }
}

/// A milestone as it is drawn.
pub(super) struct Point {
    pub(super) name: String,
    pub(super) reached: bool,
    pub(super) late: bool,
    pub(super) words: String,
}

/// Puts milestones in words.
pub(super) fn points(milestones: &[Milestone], today: Date) -> Vec<Point> {
    let point = |m: &Milestone| Point {
        name: m.name.clone(),
        reached: m.reached_on.is_some(),
        late: m.is_late(today),
        words: m.words(today),
    };
    milestones.iter().map(point).collect()
}

/// A document as it is drawn.
pub(super) struct PaperRow {
    pub(super) id: DocumentId,
    pub(super) title: String,
    pub(super) size: String,
    pub(super) visible: bool,
}

impl PaperRow {
    /// Puts one in words.
    pub(super) fn of(paper: Paper) -> Self {
        Self {
            id: paper.id,
            size: human_bytes(paper.size),
            title: paper.title,
            visible: paper.visible,
        }
    }
}

/// A page of the list.
pub(crate) struct SeenPage {
    rows: Vec<Row>,
    previous: String,
    next: String,
}

impl Load for SeenPage {
    type Args = InQuery<Paging>;
    fn statements(InQuery(paging): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![project::seen(asker, paging.cursor())]
    }
    fn read(
        InQuery(paging): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let rows: Vec<Listed> = results.rows()?;
        let cut = paging.cursor().cut(rows, |row| row.id);
        Ok(Some(Self {
            rows: cut.rows.into_iter().map(|row| Row::of(row, now)).collect(),
            previous: address("/projects", cut.previous),
            next: address("/projects", cut.next),
        }))
    }
}

#[derive(Template)]
#[template(path = "project/seen.html")]
struct SeenList {
    chrome: Chrome<Who>,
    page: SeenPage,
}

/// `GET /projects`
pub(crate) async fn list(viewer: Viewer<Planned, SeenPage>) -> Answer {
    page(&SeenList {
        chrome: viewer.chrome,
        page: viewer.page,
    })
}

/// One project with what belongs to it.
pub(crate) struct SeenOne {
    project: Seen,
    budget: Option<Budget>,
    papers: Vec<Paper>,
    tasks: Vec<task::Listed>,
    invoices: Vec<Line>,
    billing: Option<Basics>,
}

impl Load for SeenOne {
    type Args = InPath<ProjectId>;
    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            project::seen_one(asker, *id),
            seen::budget(asker, *id),
            project::seen_papers(asker, *id),
            task::seen_of_project(asker, *id),
            invoices::seen_of_project(asker, *id),
            billing::basics(),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let project: Option<Seen> = results.first()?;
        let budget = results.first()?;
        let papers = results.rows()?;
        let tasks = results.rows()?;
        let (invoices, billing) = (results.rows()?, results.first()?);
        Ok(project.map(|project| Self {
            project,
            budget,
            papers,
            tasks,
            invoices,
            billing,
        }))
    }
}

#[derive(Template)]
#[template(path = "project/seen_one.html")]
struct SeenProject {
    chrome: Chrome<Who>,
    name: String,
    status: Status,
    percent: u8,
    /// Of the budget: how much is used, in percent and in words.
    budget: Option<(u8, String)>,
    description: Prose,
    starts: Option<Date>,
    due: String,
    next: Option<Point>,
    points: Vec<Point>,
    papers: Vec<PaperRow>,
    tasks: Vec<TaskRow>,
    bills: Vec<Bill>,
}

/// `GET /projects/{id}`
pub(crate) async fn one(viewer: Viewer<Planned, SeenOne>) -> Answer {
    let SeenOne {
        project,
        budget: hours,
        papers,
        tasks,
        invoices,
        billing,
    } = viewer.page;
    let now = viewer.app.now;
    let today = viewer.app.now.date();
    let open = project.measured.status.is_open();
    let day = billing.map_or(today, |billing| billing.today(now));
    let bill = |row: Line| {
        Bill::new(
            row.id,
            Some(row.number),
            (row.total, row.currency),
            (&row.status, row.due_on),
            day,
        )
    };
    let bills = invoices.into_iter().map(bill).collect::<Result<_, _>>()?;
    let next = rules::next(&project.milestones).filter(|_| open);
    let due = project.due_on.map(|day| {
        if open {
            rules::end_words(day, today)
        } else {
            day.words()
        }
    });
    page(&SeenProject {
        status: project.measured.status,
        percent: project.measured.progress(),
        budget: hours.map(|hours| {
            let (used, all) = (hours.used_minutes, hours.budget_minutes);
            (budget::percent(used, all), budget::words(used, all))
        }),
        description: Prose::of(&project.description),
        starts: project.starts_on,
        due: due.unwrap_or_default(),
        next: next.and_then(|m| points(std::slice::from_ref(m), today).pop()),
        points: points(&project.milestones, today),
        papers: papers.into_iter().map(PaperRow::of).collect(),
        tasks: tasks.into_iter().map(|row| TaskRow::of(row, now)).collect(),
        bills,
        name: project.name,
        chrome: viewer.chrome,
    })
}
