//! Projects with their milestones, on both sides.
//!
//! What a client sees is read `FROM project_seen`, see [`super::viewer`].

use serde::Deserialize;

use super::viewer::Asker;
use super::{ById, Error, Param, Statement, flag, json, statement};
use crate::domain::id::{ClientId, DocumentId, ProjectId, StaffId, TaskId};
use crate::domain::module::Module;
use crate::domain::money::{Currency, UnitPrice};
use crate::domain::paging::Cursor;
use crate::domain::project::{self, Measure, Milestone, Status};
use crate::domain::text::Line;
use crate::domain::time::{Date, Timestamp};

/// What tells how far a project is.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Measured {
    pub(crate) status: Status,
    #[serde(deserialize_with = "flag")]
    pub(crate) by_tasks: bool,
    pub(crate) percent: u8,
    pub(crate) tasks: u32,
    pub(crate) tasks_done: u32,
}

impl Measured {
    /// In whole percent.
    pub(crate) fn progress(&self) -> u8 {
        let measure = if self.by_tasks {
            Measure::Tasks {
                done: self.tasks_done,
                all: self.tasks,
            }
        } else {
            Measure::Hand(self.percent)
        };
        project::progress(self.status, measure)
    }
}

/// A project on a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
    pub(crate) measured: Measured,
    #[serde(deserialize_with = "flag")]
    pub(crate) visible: bool,
    pub(crate) due_on: Option<Date>,
    /// The milestone that is not reached yet, if there is one.
    pub(crate) next_name: Option<String>,
    pub(crate) next_due: Option<Date>,
}

/// A page of a client's projects: open ones first, then the newest, one row more where there are
/// more. The page before another comes in reverse.
pub(crate) fn of_client(client: ClientId, cursor: Cursor<ProjectId>) -> Statement {
    let client = client.to_string();
    match cursor {
        Cursor::First => statement!(
            "SELECT p.id, p.name, p.status, p.by_tasks, p.percent, p.tasks, p.tasks_done, p.visible, \
             p.due_on, m.name AS next_name, m.due_on AS next_due \
             FROM projects p LEFT JOIN milestones m ON m.project_id = p.id AND m.position = \
              (SELECT min(n.position) FROM milestones n WHERE n.project_id = p.id AND n.reached_on IS NULL) \
             WHERE p.client_id = ?1 ORDER BY p.is_open DESC, p.id DESC LIMIT 26",
            client
        ),
        Cursor::After(id) => statement!(
            "SELECT p.id, p.name, p.status, p.by_tasks, p.percent, p.tasks, p.tasks_done, p.visible, \
             p.due_on, m.name AS next_name, m.due_on AS next_due \
             FROM projects p LEFT JOIN milestones m ON m.project_id = p.id AND m.position = \
              (SELECT min(n.position) FROM milestones n WHERE n.project_id = p.id AND n.reached_on IS NULL) \
             WHERE p.client_id = ?1 AND (p.is_open, p.id) < (SELECT is_open, id FROM projects WHERE id = ?2) \
             ORDER BY p.is_open DESC, p.id DESC LIMIT 26",
            client,
            id.to_string()
        ),
        Cursor::Before(id) => statement!(
            "SELECT p.id, p.name, p.status, p.by_tasks, p.percent, p.tasks, p.tasks_done, p.visible, \
             p.due_on, m.name AS next_name, m.due_on AS next_due \
             FROM projects p LEFT JOIN milestones m ON m.project_id = p.id AND m.position = \
              (SELECT min(n.position) FROM milestones n WHERE n.project_id = p.id AND n.reached_on IS NULL) \
             WHERE p.client_id = ?1 AND (p.is_open, p.id) > (SELECT is_open, id FROM projects WHERE id = ?2) \
             ORDER BY p.is_open, p.id LIMIT 26",
            client,
            id.to_string()
        ),
    }
}

/// A project as staff see it.
#[derive(Debug, Deserialize)]
pub(crate) struct Project {
    pub(crate) id: ProjectId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) measured: Measured,
    #[serde(deserialize_with = "flag")]
    pub(crate) visible: bool,
    pub(crate) starts_on: Option<Date>,
    pub(crate) due_on: Option<Date>,
    pub(crate) budget_minutes: Option<u32>,
    /// Billable ones.
    pub(crate) used_minutes: i64,
    pub(crate) hourly_rate: Option<UnitPrice>,
    pub(crate) rate_currency: Option<Currency>,
    #[serde(deserialize_with = "json")]
    pub(crate) milestones: Vec<Milestone>,
    pub(crate) revision: i64,
}

impl ById for Project {
    type Id = ProjectId;
    fn by_id(id: ProjectId) -> Statement {
        statement!(
            "SELECT p.id, p.client_id, c.name AS client_name, p.name, p.description, p.status, p.by_tasks, \
             p.percent, p.tasks, p.tasks_done, p.visible, p.starts_on, p.due_on, p.revision, \
             p.budget_minutes, p.hourly_rate, p.rate_currency, \
             (SELECT coalesce(sum(s.unbilled + s.billed), 0) FROM time_spent s WHERE s.client_id = p.client_id \
              AND s.project_id = p.id AND s.staff_id = '*' AND s.is_month = 1) AS used_minutes, \
             (SELECT json_group_array(json_object('name', m.name, 'due_on', m.due_on, 'reached_on', m.reached_on) \
               ORDER BY m.position) FROM milestones m WHERE m.project_id = p.id) AS milestones \
             FROM projects p JOIN clients c ON c.id = p.client_id WHERE p.id = ?1",
            id.to_string()
        )
    }
}

/// A document that belongs to a project.
#[derive(Debug, Deserialize)]
pub(crate) struct Paper {
    pub(crate) id: DocumentId,
    pub(crate) title: String,
    pub(crate) size: u64,
    #[serde(deserialize_with = "flag")]
    pub(crate) visible: bool,
}

/// The newest hundred [`Paper`]s of a project.
pub(crate) fn papers(project: ProjectId) -> Statement {
    statement!(
        "SELECT d.id, d.title, d.visible, v.size FROM documents d \
         JOIN document_versions v ON v.id = d.version_id \
         WHERE d.project_id = ?1 AND d.deleted_at IS NULL \
         ORDER BY d.created_at DESC, d.id DESC LIMIT 100",
        project.to_string()
    )
}

/// A choice of a list: a project by name.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Choice {
    pub(crate) id: ProjectId,
    pub(crate) name: String,
}

/// The [`Choice`]s of a document's client, open ones first; at most 200.
pub(crate) fn choices_of_document(document: DocumentId) -> Statement {
    statement!(
        "SELECT p.id, p.name FROM documents d JOIN projects p ON p.client_id = d.client_id \
         WHERE d.id = ?1 ORDER BY p.is_open DESC, p.id DESC LIMIT 200",
        document.to_string()
    )
}

/// The [`Choice`]s that the viewer may see, where Projects is on too; at most 200.
pub(crate) fn seen_choices(asker: &Asker) -> Statement {
    asker.of(Module::Projects).projects(
        "SELECT p.id, p.name FROM project_seen p ORDER BY p.is_open DESC, p.id DESC LIMIT 200",
        [],
    )
}

/// The [`Choice`]s of a client, open ones first; at most 200.
pub(crate) fn choices_of_client(client: ClientId) -> Statement {
    statement!(
        "SELECT p.id, p.name FROM projects p WHERE p.client_id = ?1 \
         ORDER BY p.is_open DESC, p.id DESC LIMIT 200",
        client.to_string()
    )
}

/// The [`Choice`]s of a task's client, open ones first; at most 200.
pub(crate) fn choices_of_task(task: TaskId) -> Statement {
    statement!(
        "SELECT p.id, p.name FROM tasks t JOIN projects p ON p.client_id = t.client_id \
         WHERE t.id = ?1 ORDER BY p.is_open DESC, p.id DESC LIMIT 200",
        task.to_string()
    )
}

/// What a form makes of a project.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) name: Line<120>,
    pub(crate) description: String,
    pub(crate) status: Status,
    pub(crate) visible: bool,
    pub(crate) by_tasks: bool,
    pub(crate) percent: u8,
    pub(crate) starts_on: Option<Date>,
    pub(crate) due_on: Option<Date>,
    pub(crate) budget_minutes: Option<u32>,
    pub(crate) rate: Option<(UnitPrice, Currency)>,
    pub(crate) milestones: Vec<Milestone>,
}

impl Draft {
    fn columns(&self, id: ProjectId, now: Timestamp) -> [Param; 13] {
        [
            id.to_string().into(),
            self.name.as_str().into(),
            self.description.as_str().into(),
            self.status.as_str().into(),
            self.visible.into(),
            self.by_tasks.into(),
            u32::from(self.percent).into(),
            self.starts_on.map(|day| day.to_string()).into(),
            self.due_on.map(|day| day.to_string()).into(),
            now.into(),
            self.budget_minutes.into(),
            self.rate.map(|(rate, _)| rate.raw()).into(),
            self.rate.map(|(_, currency)| currency.code()).into(),
        ]
    }
}

/// Adds a project. The same id twice is [`Repeat`](super::Conflict::Repeat).
pub(crate) fn create(
    id: ProjectId,
    client: ClientId,
    by: StaffId,
    draft: &Draft,
    now: Timestamp,
) -> Result<Vec<Statement>, Error> {
    let own: [Param; 2] = [client.to_string().into(), by.to_string().into()];
    let add = Statement::new(
        "INSERT INTO projects (id, name, description, status, visible, by_tasks, percent, starts_on, due_on, \
         created_at, updated_at, budget_minutes, hourly_rate, rate_currency, client_id, created_by) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12, ?13, ?14, ?15)",
        draft.columns(id, now).into_iter().chain(own),
    );
    Ok(vec![add, put(id, &draft.milestones)?])
}

/// Changes a project and its milestones. A row that is no longer as it was read refuses the whole
/// batch ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change(
    id: ProjectId,
    revision: i64,
    draft: &Draft,
    now: Timestamp,
) -> Result<Vec<Statement>, Error> {
    let own: [Param; 1] = [revision.into()];
    let change = Statement::new(
        "UPDATE projects SET revision = CASE revision WHEN ?14 THEN revision + 1 END, \
         name = ?2, description = ?3, status = ?4, visible = ?5, by_tasks = ?6, percent = ?7, starts_on = ?8, \
         due_on = ?9, updated_at = ?10, budget_minutes = ?11, hourly_rate = ?12, rate_currency = ?13 WHERE id = ?1",
        draft.columns(id, now).into_iter().chain(own),
    );
    let forget = statement!(
        "DELETE FROM milestones WHERE project_id = ?1",
        id.to_string()
    );
    Ok(vec![change, forget, put(id, &draft.milestones)?])
}

fn put(id: ProjectId, milestones: &[Milestone]) -> Result<Statement, Error> {
    Ok(statement!(
        "INSERT INTO milestones (project_id, position, name, due_on, reached_on) \
         SELECT ?1, j.key, json_extract(j.value, '$.name'), json_extract(j.value, '$.due_on'), \
          json_extract(j.value, '$.reached_on') FROM json_each(?2) j",
        id.to_string(),
        serde_json::to_string(milestones)?
    ))
}

/// Shows a project in the portal, or takes it out.
pub(crate) fn show(id: ProjectId, visible: bool, now: Timestamp) -> Statement {
    statement!(
        "UPDATE projects SET visible = ?2, revision = revision + (visible <> ?2), updated_at = ?3 WHERE id = ?1",
        id.to_string(),
        visible,
        now
    )
}

/// A page of the projects that the viewer may see, as [`of_client`].
pub(crate) fn seen(asker: &Asker, cursor: Cursor<ProjectId>) -> Statement {
    match cursor {
        Cursor::First => asker.projects(
            "SELECT p.id, p.name, p.status, p.by_tasks, p.percent, p.tasks, p.tasks_done, 1 AS visible, \
             p.due_on, m.name AS next_name, m.due_on AS next_due \
             FROM project_seen p LEFT JOIN milestones m ON m.project_id = p.id AND m.position = \
              (SELECT min(n.position) FROM milestones n WHERE n.project_id = p.id AND n.reached_on IS NULL) \
             ORDER BY p.is_open DESC, p.id DESC LIMIT 26",
            [],
        ),
        Cursor::After(id) => asker.projects(
            "SELECT p.id, p.name, p.status, p.by_tasks, p.percent, p.tasks, p.tasks_done, 1 AS visible, \
             p.due_on, m.name AS next_name, m.due_on AS next_due \
             FROM project_seen p LEFT JOIN milestones m ON m.project_id = p.id AND m.position = \
              (SELECT min(n.position) FROM milestones n WHERE n.project_id = p.id AND n.reached_on IS NULL) \
             WHERE (p.is_open, p.id) < (SELECT is_open, id FROM project_seen WHERE id = ?4) \
             ORDER BY p.is_open DESC, p.id DESC LIMIT 26",
            [id.to_string().into()],
        ),
        Cursor::Before(id) => asker.projects(
            "SELECT p.id, p.name, p.status, p.by_tasks, p.percent, p.tasks, p.tasks_done, 1 AS visible, \
             p.due_on, m.name AS next_name, m.due_on AS next_due \
             FROM project_seen p LEFT JOIN milestones m ON m.project_id = p.id AND m.position = \
              (SELECT min(n.position) FROM milestones n WHERE n.project_id = p.id AND n.reached_on IS NULL) \
             WHERE (p.is_open, p.id) > (SELECT is_open, id FROM project_seen WHERE id = ?4) \
             ORDER BY p.is_open, p.id LIMIT 26",
            [id.to_string().into()],
        ),
    }
}

/// The three open projects that the viewer may see and that changed last, for the first page.
pub(crate) fn current(asker: &Asker) -> Statement {
    asker.of(Module::Projects).projects(
        "SELECT p.id, p.name, p.status, p.by_tasks, p.percent, p.tasks, p.tasks_done, 1 AS visible, \
         p.due_on, m.name AS next_name, m.due_on AS next_due \
         FROM project_seen p LEFT JOIN milestones m ON m.project_id = p.id AND m.position = \
          (SELECT min(n.position) FROM milestones n WHERE n.project_id = p.id AND n.reached_on IS NULL) \
         WHERE p.is_open = 1 ORDER BY p.id DESC LIMIT 3",
        [],
    )
}

/// A project as its client sees it.
#[derive(Debug, Deserialize)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) measured: Measured,
    pub(crate) starts_on: Option<Date>,
    pub(crate) due_on: Option<Date>,
    #[serde(deserialize_with = "json")]
    pub(crate) milestones: Vec<Milestone>,
}

/// [`Seen`], if the viewer may see it.
pub(crate) fn seen_one(asker: &Asker, id: ProjectId) -> Statement {
    asker.projects(
        "SELECT p.name, p.description, p.status, p.by_tasks, p.percent, p.tasks, p.tasks_done, \
         p.starts_on, p.due_on, \
         (SELECT json_group_array(json_object('name', m.name, 'due_on', m.due_on, 'reached_on', m.reached_on) \
           ORDER BY m.position) FROM milestones m WHERE m.project_id = p.id) AS milestones \
         FROM project_seen p WHERE p.id = ?4",
        [id.to_string().into()],
    )
}

/// The newest hundred [`Paper`]s of a project that the viewer may see: of those shared, where
/// Documents is on too.
pub(crate) fn seen_papers(asker: &Asker, id: ProjectId) -> Statement {
    asker.of(Module::Documents).shared(
        "SELECT s.id, s.title, 1 AS visible, vs.size \
         FROM shared s JOIN documents d ON d.id = s.id AND d.project_id = ?4 \
         JOIN document_versions vs ON vs.id = s.version_id \
         ORDER BY s.published_at DESC, s.id DESC LIMIT 100",
        [id.to_string().into()],
    )
}
