//! The timer of a member of staff: one at a time, and the entry it becomes.

use serde::Deserialize;

use super::{Draft, create};
use crate::domain::id::{ClientId, ProjectId, StaffId, TaskId, TimeEntryId};
use crate::domain::money::{Currency, UnitPrice};
use crate::domain::time::Timestamp;
use crate::store::viewer::Asker;
use crate::store::{Param, Statement, flag, statement};

/// A timer that runs.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Timer {
    pub(crate) id: TimeEntryId,
    pub(crate) client_id: ClientId,
    pub(crate) client: String,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) project: Option<String>,
    pub(crate) task_id: Option<TaskId>,
    pub(crate) task: Option<String>,
    pub(crate) description: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) billable: bool,
    pub(crate) rate: Option<UnitPrice>,
    pub(crate) currency: Option<Currency>,
    pub(crate) started_at: Timestamp,
}

/// The [`Timer`] of who asks, if it runs.
pub(crate) fn running(asker: &Asker) -> Statement {
    statement!(
        "SELECT m.id, m.client_id, c.name AS client, m.project_id, p.name AS project, m.task_id, t.title AS task, \
         m.description, m.billable, m.rate, m.currency, m.started_at \
         FROM sessions s CROSS JOIN timers m ON m.staff_id = s.staff_id CROSS JOIN clients c ON c.id = m.client_id \
         LEFT JOIN projects p ON p.id = m.project_id LEFT JOIN tasks t ON t.id = m.task_id WHERE s.id = ?1",
        asker.session.to_string()
    )
}

/// Starts a timer, unless one runs; its change count says whether.
pub(crate) fn start(id: TimeEntryId, by: StaffId, draft: &Draft, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO timers (staff_id, id, client_id, project_id, task_id, description, billable, rate, currency, started_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
        by.to_string(),
        id.to_string(),
        draft.client.to_string(),
        Param::from(draft.project.map(|id| id.to_string())),
        Param::from(draft.task.map(|id| id.to_string())),
        draft.description.as_str(),
        draft.billable,
        Param::from(draft.rate.map(|(rate, _)| rate.raw())),
        Param::from(draft.rate.map(|(_, currency)| currency.code())),
        now
    )
}

/// Makes the entry of a timer and stops it. The whole batch is refused where it does not run any more
/// ([`Meanwhile`](super::super::Conflict::Meanwhile)).
pub(crate) fn stop(
    id: TimeEntryId,
    by: StaffId,
    draft: &Draft,
    minutes: u32,
    now: Timestamp,
) -> Vec<Statement> {
    vec![
        statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM timers WHERE staff_id = ?1 AND id = ?2)",
            by.to_string(),
            id.to_string()
        ),
        create(id, by, draft, minutes, now),
        discard(id, by),
    ]
}

/// Takes the timer away; its change count says whether it ran.
pub(crate) fn discard(id: TimeEntryId, by: StaffId) -> Statement {
    statement!(
        "DELETE FROM timers WHERE staff_id = ?1 AND id = ?2",
        by.to_string(),
        id.to_string()
    )
}
