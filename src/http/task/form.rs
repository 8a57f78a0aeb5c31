//! The form of a task.

use askama::Template;

use super::mail as words;
use crate::app::App;
use crate::domain::id::{ClientId, ProjectId, StaffId, TaskId};
use crate::domain::task::{self as rules, Answer as Said, Asks, Status};
use crate::domain::text::{Paragraphs, Title};
use crate::domain::time::{Date, Timestamp};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, InPathAndQuery, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::client::Client;
use crate::store::project::{self, Choice};
use crate::store::task::mail::{self, Reader};
use crate::store::task::{self, Colleague, Draft, Task};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// What lists of the form offer.
struct Choices {
    projects: Vec<Choice>,
    colleagues: Vec<Colleague>,
    readers: Vec<Reader>,
}

/// For which project a new task is meant.
#[derive(Debug, Clone, Default, serde::Deserialize)]
pub(crate) struct For {
    #[serde(default)]
    project: String,
}

/// What the form of a new task needs.
pub(crate) struct New {
    client: Client,
    choices: Choices,
    /// The project it begins with, by id; empty for none.
    project: String,
}

impl Load for New {
    type Args = InPathAndQuery<ClientId, For>;
    fn statements(InPathAndQuery(id, _): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Client::by_id(*id),
            project::choices_of_client(*id),
            task::colleagues(),
            mail::readers(*id),
        ]
    }
    fn read(
        InPathAndQuery(_, meant): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let projects = results.rows()?;
        let (colleagues, readers) = (results.rows()?, results.rows()?);
        Ok(client.map(|client| Self {
            client,
            choices: Choices {
                projects,
                colleagues,
                readers,
            },
            project: meant.project,
        }))
    }
}

/// What the form of a task that is there needs.
pub(crate) struct Old {
    task: Task,
    choices: Choices,
}

impl Load for Old {
    type Args = InPath<TaskId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Task::by_id(*id),
            project::choices_of_task(*id),
            task::colleagues(),
            mail::readers_of(*id),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let task: Option<Task> = results.first()?;
        let projects = results.rows()?;
        let (colleagues, readers) = (results.rows()?, results.rows()?);
        Ok(task.map(|task| Self {
            task,
            choices: Choices {
                projects,
                colleagues,
                readers,
            },
        }))
    }
}

#[derive(Template)]
#[template(path = "task/form.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    title: String,
    action: String,
    back: String,
    back_label: String,
    submit: &'static str,
    choices: Choices,
    /// The client asked for changes: offer to ask again.
    may_ask_again: bool,
}

impl Page {
    /// Who is mailed where the task asks something of the client.
    fn told(&self) -> String {
        format!(
            "It then waits for them, and stands on their first page. {}",
            words::would_tell(&self.choices.readers)
        )
    }

    fn new(chrome: Chrome<Me>, of: New, form: Fields) -> Self {
        let list = format!("/admin/clients/{}/tasks", of.client.id);
        Self {
            chrome,
            form,
            title: "New task".to_owned(),
            action: format!("{list}/new"),
            back: list,
            back_label: of.client.name,
            submit: "Add task",
            choices: of.choices,
            may_ask_again: false,
        }
    }

    fn edit(chrome: Chrome<Me>, of: Old, form: Fields) -> Self {
        let path = path(of.task.id);
        Self {
            chrome,
            form,
            title: format!("Edit {}", of.task.title),
            action: format!("{path}/edit"),
            back: path,
            back_label: of.task.title,
            submit: "Save",
            choices: of.choices,
            may_ask_again: of.task.answer == Some(Said::Changes),
        }
    }
}

fn path(id: TaskId) -> String {
    format!("/admin/tasks/{id}")
}

fn filled(of: &Task) -> Fields {
    let visible = if of.visible { "on" } else { "off" };
    Fields::filled([
        ("revision", of.revision.to_string()),
        ("title", of.title.clone()),
        ("description", of.description.clone()),
        ("status", of.status.as_str().to_owned()),
        ("visible", visible.to_owned()),
        ("asks", of.asks.map_or("", Asks::as_str).to_owned()),
        (
            "project",
            of.project_id.map_or_else(String::new, |id| id.to_string()),
        ),
        (
            "assignee",
            of.assignee_id.map_or_else(String::new, |id| id.to_string()),
        ),
        (
            "due_on",
            of.due_on.map_or_else(String::new, |day| day.to_string()),
        ),
        ("position", of.position.to_string()),
    ])
}

/// `GET /admin/clients/{id}/tasks/new`
pub(crate) async fn new_form(staff: Staff<New>) -> Answer {
    let mut form = Fields::fresh(&staff.app)?;
    form.fill([
        ("status", Status::Open.as_str()),
        ("position", "100"),
        ("project", staff.page.project.as_str()),
    ]);
    page(&Page::new(staff.chrome, staff.page, form))
}

/// `POST /admin/clients/{id}/tasks/new`
pub(crate) async fn create(staff: Staff<New>, mut form: Fields) -> Answer {
    let Some(draft) = read(&mut form) else {
        return try_again(&Page::new(staff.chrome, staff.page, form));
    };
    let (app, client) = (&staff.app, &staff.page.client);
    let id: TaskId = form.names(app, staff.me().id, "task")?;
    let title = draft.title.as_str();
    let entry = staff.me().did("task.created", client.id, id, title);
    let mut batch = vec![
        task::create(id, client.id, staff.me().id, &draft, app.now),
        entry.append(app.id()?, app.now),
    ];
    batch.extend(tell(app, &staff.chrome, id, &draft, &staff.page.choices)?);
    app.db.batch_once(batch).await?;
    let next = match (draft.visible, draft.asks) {
        (false, _) => "It is internal until you make it visible.",
        (true, None) => "The client sees it in the portal.",
        (true, Some(_)) => "It waits for the client now.",
    };
    Flash::success(app, format!("“{title}” is added. {next}"));
    see(&path(id))
}

/// `GET /admin/tasks/{id}/edit`
pub(crate) async fn edit_form(staff: Staff<Old>) -> Answer {
    let form = filled(&staff.page.task);
    page(&Page::edit(staff.chrome, staff.page, form))
}

/// `POST /admin/tasks/{id}/edit`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Staff<Old>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page.task);
    let draft = read(&mut form);
    form.meanwhile(&filled(of));
    let (Some(draft), false) = (draft, form.has_errors()) else {
        return try_again(&Page::edit(staff.chrome, staff.page, form));
    };
    let entry = staff
        .me()
        .did("task.changed", of.client_id, of.id, draft.title.as_str());
    let mut batch = vec![
        task::change(of, &draft, app.now),
        entry.append(app.id()?, app.now),
        mail::withdraw(of.id),
    ];
    batch.extend(tell(
        app,
        &staff.chrome,
        of.id,
        &draft,
        &staff.page.choices,
    )?);
    app.db.batch(batch).await?;
    let next = if draft.ask_again {
        " It waits for the client again."
    } else {
        ""
    };
    Flash::success(app, format!("Your changes are saved.{next}"));
    see(&path(of.id))
}

/// The mail to the client's people where the task asks something of them. It goes where it begins to wait.
fn tell(
    app: &App,
    chrome: &Chrome<Me>,
    id: TaskId,
    draft: &Draft,
    choices: &Choices,
) -> Result<Option<Statement>, Error> {
    let Some(asks) = draft.asks.filter(|_| !choices.readers.is_empty()) else {
        return Ok(None);
    };
    let (of, wish) = ((id, draft.title.as_str()), (asks, draft.due_on));
    words::asked(app, &chrome.brand.name, of, wish, &choices.readers).map(Some)
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields) -> Option<Draft> {
    let title = form.required("title", Title::parse);
    let description = form.required("description", |text| {
        Paragraphs::optional("description", text)
    });
    let status = form.required("status", Status::parse);
    let asks = form.required("asks", Asks::parse);
    let visible = form.checkbox("visible");
    if !visible && form.text("visible").is_empty() {
        form.fill([("visible", "off")]);
    }
    if let Some(asks) = asks {
        form.required("visible", |_read| rules::can_ask(asks, visible));
    }
    let ask_again = form.checkbox("ask_again");
    let project = form.optional("project", |text| {
        ProjectId::parse(text).map_err(|_odd| "Choose one of the projects.")
    });
    let assignee = form.optional("assignee", |text| {
        StaffId::parse(text).map_err(|_odd| "Choose one of your colleagues.")
    });
    let due_on = form.optional("due_on", Date::parse);
    let position = form.required("position", rules::parse_position);
    if form.has_errors() {
        return None;
    }
    Some(Draft {
        title: title?,
        description: description?.map_or_else(String::new, |text| text.as_str().to_owned()),
        status: status?,
        visible,
        asks: asks?,
        ask_again,
        project: project?,
        assignee: assignee?,
        due_on: due_on?,
        position: position?,
    })
}
