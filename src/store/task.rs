//! Tasks, on both sides, and the client's answer. What is said about them stands in
//! [`super::comment`].
//!
//! What a client sees is read `FROM task_seen`, see [`super::viewer`].

pub(crate) mod list;
pub(crate) mod mail;

use serde::Deserialize;

use super::viewer::Asker;
use super::{ById, Param, Statement, flag, statement};
use crate::domain::id::{AuditId, ClientId, ContactId, ProjectId, StaffId, TaskId};
use crate::domain::module::Module;
use crate::domain::paging::Cursor;
use crate::domain::task::{Answer, Asks, Status};
use crate::domain::text::Title;
use crate::domain::time::{Date, Timestamp};

/// A task on a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: TaskId,
    pub(crate) title: String,
    pub(crate) status: Status,
    #[serde(deserialize_with = "flag")]
    pub(crate) visible: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) waits: bool,
    pub(crate) answer: Option<Answer>,
    pub(crate) due_on: Option<Date>,
    /// The project's name, where there is one to be shown.
    pub(crate) project: Option<String>,
    /// The name of who is at it.
    pub(crate) assignee: Option<String>,
}

/// A page of a client's tasks: open ones first, each part in its order, one row more where there are
/// more. The page before another comes in reverse.
///
/// The place to go on from is looked up column by column, and within coalesce: only then does it go
/// to it in the index by all of them, and not by the first one alone.
pub(crate) fn of_client(client: ClientId, cursor: Cursor<TaskId>) -> Statement {
    let client = client.to_string();
    match cursor {
        Cursor::First => statement!(
            "SELECT t.id, t.title, t.status, t.visible, t.waits, t.answer, t.due_on, p.name AS project, \
             st.name AS assignee FROM tasks t LEFT JOIN projects p ON p.id = t.project_id \
             LEFT JOIN staff st ON st.id = t.assignee_id WHERE t.client_id = ?1 \
             ORDER BY t.is_closed, t.position, t.id LIMIT 26",
            client
        ),
        Cursor::After(id) => statement!(
            "SELECT t.id, t.title, t.status, t.visible, t.waits, t.answer, t.due_on, p.name AS project, \
             st.name AS assignee FROM tasks t LEFT JOIN projects p ON p.id = t.project_id \
             LEFT JOIN staff st ON st.id = t.assignee_id WHERE t.client_id = ?1 \
              AND (t.is_closed, t.position, t.id) > \
              (coalesce((SELECT b.is_closed FROM tasks b WHERE b.id = ?2), 0), \
               coalesce((SELECT b.position FROM tasks b WHERE b.id = ?2), 0), ?2) \
             ORDER BY t.is_closed, t.position, t.id LIMIT 26",
            client,
            id.to_string()
        ),
        Cursor::Before(id) => statement!(
            "SELECT t.id, t.title, t.status, t.visible, t.waits, t.answer, t.due_on, p.name AS project, \
             st.name AS assignee FROM tasks t LEFT JOIN projects p ON p.id = t.project_id \
             LEFT JOIN staff st ON st.id = t.assignee_id WHERE t.client_id = ?1 \
              AND (t.is_closed, t.position, t.id) < \
              (coalesce((SELECT b.is_closed FROM tasks b WHERE b.id = ?2), 0), \
               coalesce((SELECT b.position FROM tasks b WHERE b.id = ?2), 0), ?2) \
             ORDER BY t.is_closed DESC, t.position DESC, t.id DESC LIMIT 26",
            client,
            id.to_string()
        ),
    }
}

/// The first hundred tasks of a project, in their order.
pub(crate) fn of_project(project: ProjectId) -> Statement {
    statement!(
        "SELECT t.id, t.title, t.status, t.visible, t.waits, t.answer, t.due_on, NULL AS project, \
         st.name AS assignee FROM tasks t LEFT JOIN staff st ON st.id = t.assignee_id \
         WHERE t.project_id = ?1 ORDER BY t.is_closed, t.position, t.id LIMIT 100",
        project.to_string()
    )
}

/// A task as staff see it.
#[derive(Debug, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: TaskId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) project_name: Option<String>,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) status: Status,
    #[serde(deserialize_with = "flag")]
    pub(crate) visible: bool,
    pub(crate) asks: Option<Asks>,
    pub(crate) answer: Option<Answer>,
    pub(crate) answered_at: Option<Timestamp>,
    /// The name of who answered.
    pub(crate) answered_by: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(crate) waits: bool,
    pub(crate) assignee_id: Option<StaffId>,
    pub(crate) assignee: Option<String>,
    pub(crate) due_on: Option<Date>,
    pub(crate) position: u32,
    pub(crate) revision: i64,
}

impl ById for Task {
    type Id = TaskId;
    fn by_id(id: TaskId) -> Statement {
        statement!(
            "SELECT t.id, t.client_id, c.name AS client_name, t.project_id, p.name AS project_name, t.title, \
             t.description, t.status, t.visible, t.asks, t.answer, t.answered_at, \
             trim(ct.first_name || ' ' || ct.last_name) AS answered_by, t.waits, t.assignee_id, \
             st.name AS assignee, t.due_on, t.position, t.revision \
             FROM tasks t JOIN clients c ON c.id = t.client_id LEFT JOIN projects p ON p.id = t.project_id \
             LEFT JOIN contacts ct ON ct.id = t.answered_by LEFT JOIN staff st ON st.id = t.assignee_id \
             WHERE t.id = ?1",
            id.to_string()
        )
    }
}

/// A colleague whom a task can be given to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Colleague {
    pub(crate) id: StaffId,
    pub(crate) name: String,
}

/// The active [`Colleague`]s, by name.
pub(crate) fn colleagues() -> Statement {
    statement!("SELECT id, name FROM staff WHERE deactivated_at IS NULL ORDER BY name, id")
}

/// What a form makes of a task.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) title: Title,
    pub(crate) description: String,
    pub(crate) status: Status,
    pub(crate) visible: bool,
    pub(crate) asks: Option<Asks>,
    /// Take the client's last word back and ask once more.
    pub(crate) ask_again: bool,
    pub(crate) project: Option<ProjectId>,
    pub(crate) assignee: Option<StaffId>,
    pub(crate) due_on: Option<Date>,
    pub(crate) position: u32,
}

impl Draft {
    fn columns(&self, id: TaskId, client: ClientId, now: Timestamp) -> [Param; 12] {
        [
            id.to_string().into(),
            client.to_string().into(),
            self.title.as_str().into(),
            self.description.as_str().into(),
            self.status.as_str().into(),
            self.visible.into(),
            self.asks.map(Asks::as_str).into(),
            self.project.map(|id| id.to_string()).into(),
            self.assignee.map(|id| id.to_string()).into(),
            self.due_on.map(|day| day.to_string()).into(),
            self.position.into(),
            now.into(),
        ]
    }
}

/// Adds a task. The same id twice is [`Repeat`](super::Conflict::Repeat). A project of another client
/// is none.
pub(crate) fn create(
    id: TaskId,
    client: ClientId,
    by: StaffId,
    draft: &Draft,
    now: Timestamp,
) -> Statement {
    let own: [Param; 1] = [by.to_string().into()];
    Statement::new(
        "INSERT INTO tasks (id, client_id, title, description, status, visible, asks, project_id, assignee_id, \
         due_on, position, created_at, updated_at, created_by) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, \
          (SELECT p.id FROM projects p WHERE p.id = ?8 AND p.client_id = ?2), \
          (SELECT st.id FROM staff st WHERE st.id = ?9), ?10, ?11, ?12, ?12, ?13)",
        draft.columns(id, client, now).into_iter().chain(own),
    )
}

/// Changes a task, refused where somebody was quicker
/// ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change(of: &Task, draft: &Draft, now: Timestamp) -> Statement {
    let own: [Param; 2] = [of.revision.into(), draft.ask_again.into()];
    Statement::new(
        "UPDATE tasks SET revision = CASE revision WHEN ?13 THEN revision + 1 END, \
         title = ?3, description = ?4, status = ?5, visible = ?6, asks = ?7, \
         answer = CASE WHEN ?14 = 1 OR ?7 IS NULL THEN NULL ELSE answer END, \
         project_id = (SELECT p.id FROM projects p WHERE p.id = ?8 AND p.client_id = ?2), \
         assignee_id = (SELECT st.id FROM staff st WHERE st.id = ?9), \
         due_on = ?10, position = ?11, updated_at = ?12 WHERE id = ?1 AND client_id = ?2",
        draft
            .columns(of.id, of.client_id, now)
            .into_iter()
            .chain(own),
    )
}

/// Puts a task into a state by one press.
pub(crate) fn move_to(id: TaskId, status: Status, now: Timestamp) -> Statement {
    statement!(
        "UPDATE tasks SET status = ?2, revision = revision + 1, updated_at = ?3 WHERE id = ?1 AND status <> ?2",
        id.to_string(),
        status.as_str(),
        now
    )
}

/// A page of the tasks that the viewer may see, as [`of_client`]. Names of projects come where
/// Projects (1) is on for them too; who is at it is the business's own affair.
pub(crate) fn seen(asker: &Asker, cursor: Cursor<TaskId>) -> Statement {
    match cursor {
        Cursor::First => asker.tasks(
            "SELECT t.id, t.title, t.status, 1 AS visible, t.waits, t.answer, t.due_on, NULL AS project, \
             NULL AS assignee FROM task_seen t ORDER BY t.is_closed, t.position, t.id LIMIT 26",
            [],
        ),
        Cursor::After(id) => asker.tasks(
            "SELECT t.id, t.title, t.status, 1 AS visible, t.waits, t.answer, t.due_on, NULL AS project, \
             NULL AS assignee FROM task_seen t \
             WHERE (t.is_closed, t.position, t.id) > \
              (coalesce((SELECT b.is_closed FROM task_seen b WHERE b.id = ?4), 0), \
               coalesce((SELECT b.position FROM task_seen b WHERE b.id = ?4), 0), ?4) \
             ORDER BY t.is_closed, t.position, t.id LIMIT 26",
            [id.to_string().into()],
        ),
        Cursor::Before(id) => asker.tasks(
            "SELECT t.id, t.title, t.status, 1 AS visible, t.waits, t.answer, t.due_on, NULL AS project, \
             NULL AS assignee FROM task_seen t \
             WHERE (t.is_closed, t.position, t.id) < \
              (coalesce((SELECT b.is_closed FROM task_seen b WHERE b.id = ?4), 0), \
               coalesce((SELECT b.position FROM task_seen b WHERE b.id = ?4), 0), ?4) \
             ORDER BY t.is_closed DESC, t.position DESC, t.id DESC LIMIT 26",
            [id.to_string().into()],
        ),
    }
}

/// What waits for the viewer, the most urgent first; at most twenty.
pub(crate) fn waiting(asker: &Asker) -> Statement {
    asker.of(Module::Tasks).tasks(
        "SELECT t.id, t.title, t.status, 1 AS visible, t.waits, t.answer, t.due_on, NULL AS project, \
         NULL AS assignee FROM viewer v CROSS JOIN tasks w INDEXED BY tasks_waiting \
          ON w.client_id = v.client_id AND w.waits = 1 CROSS JOIN task_seen t ON t.id = w.id \
         ORDER BY t.due_on IS NULL, t.due_on, t.id LIMIT 20",
        [],
    )
}

/// The first hundred tasks of a project that the viewer may see, where Tasks is on too.
pub(crate) fn seen_of_project(asker: &Asker, project: ProjectId) -> Statement {
    asker.of(Module::Tasks).tasks(
        "SELECT t.id, t.title, t.status, 1 AS visible, t.waits, t.answer, t.due_on, NULL AS project, \
         NULL AS assignee FROM task_seen t WHERE t.project_id = ?4 \
         ORDER BY t.is_closed, t.position, t.id LIMIT 100",
        [project.to_string().into()],
    )
}

/// A task as its client sees it.
#[derive(Debug, Deserialize)]
pub(crate) struct Seen {
    pub(crate) id: TaskId,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) status: Status,
    pub(crate) asks: Option<Asks>,
    pub(crate) answer: Option<Answer>,
    pub(crate) answered_at: Option<Timestamp>,
    pub(crate) answered_by: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub(crate) waits: bool,
    pub(crate) due_on: Option<Date>,
    /// Its project, where the client may see that.
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) project_name: Option<String>,
}

/// [`Seen`], if the viewer may see it.
pub(crate) fn seen_one(asker: &Asker, id: TaskId) -> Statement {
    asker.tasks(
        "SELECT t.id, t.title, t.description, t.status, t.asks, t.answer, t.answered_at, \
         trim(ct.first_name || ' ' || ct.last_name) AS answered_by, t.waits, t.due_on, \
         p.id AS project_id, p.name AS project_name \
         FROM task_seen t LEFT JOIN contacts ct ON ct.id = t.answered_by \
         LEFT JOIN projects p ON p.id = t.project_id AND p.visible = 1 WHERE t.id = ?4",
        [id.to_string().into()],
    )
}

/// The client's answer, where the task waits for it and they may see it; its change count is whether
/// it does.
pub(crate) fn answer(asker: &Asker, id: TaskId, by: ContactId, answer: Answer) -> Statement {
    let status = answer.closes().then_some(Status::Done.as_str());
    asker.tasks(
        "UPDATE tasks SET answer = ?5, answered_by = ?6, answered_at = ?2, status = coalesce(?7, status), \
         revision = revision + 1, updated_at = ?2 \
         WHERE id = ?4 AND waits = 1 AND EXISTS (SELECT 1 FROM task_seen s WHERE s.id = ?4)",
        [
            id.to_string().into(),
            answer.as_str().into(),
            by.to_string().into(),
            status.into(),
        ],
    )
}

/// The line of the audit log for an answer that was given at this moment; none where none was, and one of two that were
/// given in the same millisecond.
pub(crate) fn note_answer(
    log: AuditId,
    id: TaskId,
    by: ContactId,
    action: &'static str,
    address: &str,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, \
         detail, address) \
         SELECT ?1, ?5, 'contact', ct.id, trim(ct.first_name || ' ' || ct.last_name), ?4, t.id, t.client_id, \
          t.title, ?6 FROM tasks t JOIN contacts ct ON ct.id = t.answered_by \
         WHERE t.id = ?2 AND t.answered_by = ?3 AND t.answered_at = ?5 AND NOT EXISTS (SELECT 1 FROM audit o \
          WHERE o.entity_id = ?2 AND o.at = ?5 AND o.principal_id = ?3 \
           AND o.action IN ('task.completed', 'task.approved', 'task.changes_asked'))",
        log.to_string(),
        id.to_string(),
        by.to_string(),
        action,
        now,
        address
    )
}
