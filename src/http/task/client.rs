//! What a client sees of tasks: what waits for them, what is planned and done, and each one with what
//! was said about it. Who of the business is at it, and what staff say among themselves, never comes.

use askama::Template;

use crate::domain::id::{ProjectId, TaskId};
use crate::domain::project::due_words;
use crate::domain::task::{Answer as Said, Asks, Status};
use crate::domain::time::Timestamp;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPath, InQuery, Load, Tasked, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::http::paging::{Paging, address};
use crate::http::prose::Prose;
use crate::http::{Error, Fields};
use crate::store::comment::{self, Comment};
use crate::store::task::{self, Listed, Seen};
use crate::store::ticket::mail::{self, Candidate};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// A task on a list, of either side.
pub(crate) struct Row {
    pub(crate) id: TaskId,
    pub(crate) title: String,
    pub(crate) status: Status,
    pub(crate) visible: bool,
    pub(crate) waits: bool,
    pub(crate) answer: Option<Said>,
    /// "due 27 Nov 2026, in 3 days"; empty where no day is set or all is over.
    pub(crate) due: String,
    pub(crate) project: String,
    pub(crate) assignee: String,
}

impl Row {
    /// Puts a row in words.
    pub(crate) fn of(row: Listed, now: Timestamp) -> Self {
        let due = row.due_on.filter(|_| !row.status.is_closed());
        Self {
            id: row.id,
            title: row.title,
            status: row.status,
            visible: row.visible,
            waits: row.waits,
            answer: row.answer,
            due: due.map_or_else(String::new, |day| due_words(day, now.date())),
            project: row.project.unwrap_or_default(),
            assignee: row.assignee.unwrap_or_default(),
        }
    }
}

/// Something said, as it is drawn.
pub(super) struct Remark {
    pub(super) author: String,
    pub(super) body: Prose,
    pub(super) internal: bool,
    pub(super) by_client: bool,
    pub(super) iso: String,
    pub(super) when: String,
}

/// Puts what was said in the order it was said.
pub(super) fn remarks(comments: Vec<Comment>) -> Vec<Remark> {
    let remark = |c: Comment| Remark {
        body: Prose::of(&c.body),
        internal: c.internal,
        by_client: c.by_client,
        iso: c.created_at.iso(),
        when: c.created_at.day_time(),
        author: c.author,
    };
    comments.into_iter().rev().map(remark).collect()
}

/// A page of the list, with what waits.
pub(crate) struct SeenPage {
    waiting: Vec<Row>,
    rows: Vec<Row>,
    previous: String,
    next: String,
}

impl Load for SeenPage {
    type Args = InQuery<Paging>;
    fn statements(InQuery(paging): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![task::waiting(asker), task::seen(asker, paging.cursor())]
    }
    fn read(
        InQuery(paging): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let waiting: Vec<Listed> = results.rows()?;
        let rows: Vec<Listed> = results.rows()?;
        let cut = paging.cursor().cut(rows, |row| row.id);
        let all = |rows: Vec<Listed>| rows.into_iter().map(|row| Row::of(row, now)).collect();
        Ok(Some(Self {
            waiting: all(waiting),
            rows: all(cut.rows),
            previous: address("/tasks", cut.previous),
            next: address("/tasks", cut.next),
        }))
    }
}

#[derive(Template)]
#[template(path = "task/seen.html")]
struct SeenList {
    chrome: Chrome<Who>,
    page: SeenPage,
}

/// `GET /tasks`
pub(crate) async fn list(viewer: Viewer<Tasked, SeenPage>) -> Answer {
    page(&SeenList {
        chrome: viewer.chrome,
        page: viewer.page,
    })
}

/// One task with what was said.
pub(crate) struct SeenOne {
    pub(super) task: Seen,
    comments: Vec<Comment>,
    /// Whom a mail would tell of what the client says.
    pub(super) staff: Vec<Candidate>,
}

impl Load for SeenOne {
    type Args = InPath<TaskId>;
    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            task::seen_one(asker, *id),
            comment::shared(asker, *id),
            mail::staff(),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let task: Option<Seen> = results.first()?;
        let (comments, staff) = (results.rows()?, results.rows()?);
        Ok(task.map(|task| Self {
            task,
            comments,
            staff,
        }))
    }
}

/// The page of a task, with the form of an answer and that of a comment.
#[derive(Template)]
#[template(path = "task/seen_one.html")]
pub(super) struct SeenTask {
    chrome: Chrome<Who>,
    id: TaskId,
    title: String,
    status: Status,
    description: Prose,
    /// What is asked now.
    asks: Option<Asks>,
    /// What the client answered, in a sentence; empty where they did not.
    answered: String,
    due: String,
    project: Option<(ProjectId, String)>,
    remarks: Vec<Remark>,
    answer_form: Fields,
    form: Fields,
}

impl SeenTask {
    pub(super) fn new(
        chrome: Chrome<Who>,
        of: SeenOne,
        now: Timestamp,
        answer_form: Fields,
        form: Fields,
    ) -> Self {
        let SeenOne { task, comments, .. } = of;
        let open_day = task.due_on.filter(|_| !task.status.is_closed());
        let answered = task.answer.map(|said| {
            let by = task.answered_by.as_deref().filter(|name| !name.is_empty());
            let at = task
                .answered_at
                .map_or_else(String::new, Timestamp::day_time);
            let what = match said {
                Said::Completed => "Completed",
                Said::Approved => "Approved",
                Said::Changes => "Changes were asked for",
            };
            format!("{what} by {}, {at}.", by.unwrap_or("your company"))
        });
        let projects = chrome.me.projects();
        let named = task.project_id.zip(task.project_name);
        Self {
            id: task.id,
            status: task.status,
            description: Prose::of(&task.description),
            asks: task.asks.filter(|_| task.waits),
            answered: answered.unwrap_or_default(),
            due: open_day.map_or_else(String::new, |day| due_words(day, now.date())),
            project: named.filter(|_| projects),
            remarks: remarks(comments),
            title: task.title,
            answer_form,
            form,
            chrome,
        }
    }
}

/// `GET /tasks/{id}`
pub(crate) async fn one(viewer: Viewer<Tasked, SeenOne>) -> Answer {
    let (now, form) = (viewer.app.now, Fields::fresh(&viewer.app)?);
    page(&SeenTask::new(
        viewer.chrome,
        viewer.page,
        now,
        Fields::default(),
        form,
    ))
}
