//! The record of a task, for staff: what it is, what the client answered, what was said.

use askama::Template;

use super::client::{Remark, remarks};
use super::mail::{asked, would_tell};
use crate::domain::id::TaskId;
use crate::domain::project::due_words;
use crate::domain::task::Status;
use crate::domain::time::Timestamp;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::page::{Answer, page, see};
use crate::http::prose::Prose;
use crate::http::{Error, Fields};
use crate::store::comment::{self, Comment};
use crate::store::task::mail::{self, Reader};
use crate::store::task::{self, Task};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// A task with what was said.
pub(crate) struct One {
    pub(super) task: Task,
    comments: Vec<Comment>,
    pub(super) readers: Vec<Reader>,
}

impl Load for One {
    type Args = InPath<TaskId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Task::by_id(*id),
            comment::of_task(*id),
            mail::readers_of(*id),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let task: Option<Task> = results.first()?;
        let (comments, readers) = (results.rows()?, results.rows()?);
        Ok(task.map(|task| Self {
            task,
            comments,
            readers,
        }))
    }
}

/// The page of a task.
#[derive(Template)]
#[template(path = "task/one.html")]
pub(super) struct TaskPage {
    chrome: Chrome<Me>,
    task: Task,
    description: Prose,
    due: String,
    /// "Approved by the client, 24 Nov 2026 (Lena Larkspur)"; empty without an answer.
    answered: String,
    remarks: Vec<Remark>,
    /// Who is mailed where a comment is shared.
    told: String,
    form: Fields,
}

impl TaskPage {
    pub(super) fn new(chrome: Chrome<Me>, of: One, now: Timestamp, form: Fields) -> Self {
        let One {
            task,
            comments,
            readers,
        } = of;
        let due = task.due_on.map(|day| {
            if task.status.is_closed() {
                format!("due {}", day.words())
            } else {
                due_words(day, now.date())
            }
        });
        let answered = task.answer.map(|said| {
            let by = task.answered_by.as_deref().unwrap_or_default();
            let at = task
                .answered_at
                .map_or_else(String::new, Timestamp::day_time);
            format!("{}: {by}, {at}", said.label())
        });
        Self {
            chrome,
            description: Prose::of(&task.description),
            due: due.unwrap_or_default(),
            answered: answered.unwrap_or_default(),
            remarks: remarks(comments),
            told: would_tell(&readers),
            task,
            form,
        }
    }
}

/// `GET /admin/tasks/{id}`
pub(crate) async fn view(staff: Staff<One>) -> Answer {
    let form = Fields::fresh(&staff.app)?;
    page(&TaskPage::new(
        staff.chrome,
        staff.page,
        staff.app.now,
        form,
    ))
}

/// `POST /admin/tasks/{id}/status`: done, or open again, by one press.
pub(crate) async fn status(staff: Staff<One>, mut form: Fields) -> Answer {
    let status = form.required("status", Status::parse);
    form.sound()?;
    let Some(status) = status else {
        return Err(Error::internal("a state that parsed is there"));
    };
    let (app, of) = (&staff.app, &staff.page.task);
    let action = match status {
        Status::Done => "task.done",
        Status::Cancelled => "task.cancelled",
        Status::Open | Status::Doing => "task.reopened",
    };
    let entry = staff
        .me()
        .did(action, of.client_id, of.id, of.title.as_str());
    let mut batch = vec![
        task::move_to(of.id, status, app.now),
        entry.append(app.id()?, app.now),
        mail::withdraw(of.id),
    ];
    if let Some(asks) = of.asks {
        let (what, wish) = ((of.id, of.title.as_str()), (asks, of.due_on));
        let (brand, readers) = (&staff.chrome.brand.name, &staff.page.readers);
        batch.push(asked(app, brand, what, wish, readers)?);
    }
    app.db.batch(batch).await?;
    Flash::success(
        app,
        format!("“{}” is {} now.", of.title, status.label().to_lowercase()),
    );
    see(&format!("/admin/tasks/{}", of.id))
}
