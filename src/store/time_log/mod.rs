//! Time Logs: entries, the running timer, and the settings about both.
//!
//! | part | what it reads and writes |
//! |---|---|
//! | [`list`] | pages of entries, and what they come to |
//! | [`bill`] | entries that become lines of an invoice |
//! | [`timer`] | the timer of a member of staff |
//! | [`seen`] | what a client sees |
//!
//! What entries come to is kept by triggers in `time_spent`; no statement adds up entries.

pub(crate) mod bill;
pub(crate) mod list;
pub(crate) mod seen;
pub(crate) mod timer;

use const_format::formatcp;
use serde::Deserialize;

use super::viewer::Asker;
use super::{ById, Param, Statement, flag, statement};
use crate::domain::id::{ClientId, InvoiceId, ProjectId, StaffId, TaskId, TimeEntryId};
use crate::domain::money::{Currency, UnitPrice};
use crate::domain::time::{Date, Timestamp};
use crate::domain::time_log::{Shown, State};

/// What is set.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Settings {
    pub(crate) time_shown: Shown,
    #[serde(deserialize_with = "flag")]
    pub(crate) time_all: bool,
    pub(crate) hourly_rate: Option<UnitPrice>,
    pub(crate) rate_currency: Option<Currency>,
}

/// The [`Settings`].
pub(crate) fn settings() -> Statement {
    statement!("SELECT time_shown, time_all, hourly_rate, rate_currency FROM business WHERE id = 1")
}

/// Puts the new [`Settings`] in the place of the old ones. Where somebody was quicker the batch is
/// refused ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change_settings(old: &Settings, new: &Settings, now: Timestamp) -> Vec<Statement> {
    vec![
        statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM business WHERE id = 1 AND time_shown = ?1 \
             AND time_all = ?2 AND hourly_rate IS ?3 AND rate_currency IS ?4)",
            old.time_shown.as_str(),
            old.time_all,
            old.hourly_rate.map(UnitPrice::raw),
            old.rate_currency.map(Currency::code)
        ),
        statement!(
            "UPDATE business SET time_shown = ?1, time_all = ?2, hourly_rate = ?3, rate_currency = ?4, \
             updated_at = ?5 WHERE id = 1",
            new.time_shown.as_str(),
            new.time_all,
            new.hourly_rate.map(UnitPrice::raw),
            new.rate_currency.map(Currency::code),
            now
        ),
    ]
}

/// Something that time can be spent for: a client, one of its projects, or one of its tasks.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Choice {
    pub(crate) client_id: ClientId,
    pub(crate) client: String,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) project: Option<String>,
    pub(crate) task_id: Option<TaskId>,
    pub(crate) task: Option<String>,
}

/// The [`Choice`]s of all clients: each client, its open projects, and the open tasks that this member
/// of staff has; at most 500, 500 and 100.
pub(crate) fn choices(asker: &Asker) -> Statement {
    statement!(
        "SELECT client_id, client, project_id, project, task_id, task FROM (SELECT c.id AS client_id, c.name AS client, NULL AS project_id, NULL AS project, \
          NULL AS task_id, NULL AS task FROM clients c WHERE c.archived_at IS NULL ORDER BY c.name_key, c.id LIMIT 500) \
         UNION ALL \
         SELECT client_id, client, project_id, project, NULL, NULL FROM (SELECT p.client_id, c.name AS client, p.id AS project_id, p.name AS project \
          FROM clients c CROSS JOIN projects p ON p.client_id = c.id AND p.is_open = 1 \
          WHERE c.archived_at IS NULL ORDER BY c.name_key, c.id LIMIT 500) \
         UNION ALL \
         SELECT client_id, client, project_id, project, task_id, task FROM (SELECT t.client_id, c.name AS client, t.project_id, \
          p.name AS project, t.id AS task_id, t.title AS task \
          FROM sessions s CROSS JOIN tasks t ON t.assignee_id = s.staff_id AND t.is_closed = 0 \
          CROSS JOIN clients c ON c.id = t.client_id AND c.archived_at IS NULL \
          LEFT JOIN projects p ON p.id = t.project_id WHERE s.id = ?1 ORDER BY t.position, t.id LIMIT 100)",
        asker.session.to_string()
    )
}

/// The [`Choice`]s of one client: itself, its open projects and its open tasks; at most 200 each.
pub(crate) fn choices_of(client: ClientId) -> Statement {
    statement!(
        "SELECT c.id AS client_id, c.name AS client, NULL AS project_id, NULL AS project, \
          NULL AS task_id, NULL AS task FROM clients c WHERE c.id = ?1 \
         UNION ALL \
         SELECT client_id, client, project_id, project, NULL, NULL FROM (SELECT p.client_id, c.name AS client, p.id AS project_id, p.name AS project \
          FROM clients c CROSS JOIN projects p ON p.client_id = c.id AND p.is_open = 1 \
          WHERE c.id = ?1 ORDER BY p.id DESC LIMIT 200) \
         UNION ALL \
         SELECT client_id, client, project_id, project, task_id, task FROM (SELECT t.client_id, c.name AS client, t.project_id, \
          p.name AS project, t.id AS task_id, t.title AS task \
          FROM clients c CROSS JOIN tasks t ON t.client_id = c.id AND t.is_closed = 0 \
          LEFT JOIN projects p ON p.id = t.project_id WHERE c.id = ?1 ORDER BY t.position, t.id LIMIT 200)",
        client.to_string()
    )
}

/// The [`Choice`]s of the client of an entry, and its own, whatever became of that; as [`choices_of`].
pub(crate) fn choices_of_entry(entry: TimeEntryId) -> Statement {
    statement!(
        "SELECT c.id AS client_id, c.name AS client, NULL AS project_id, NULL AS project, \
          NULL AS task_id, NULL AS task FROM time_entries e JOIN clients c ON c.id = e.client_id WHERE e.id = ?1 \
         UNION \
         SELECT e.client_id, c.name, e.project_id, p.name, NULL, NULL FROM time_entries e \
          JOIN clients c ON c.id = e.client_id JOIN projects p ON p.id = e.project_id WHERE e.id = ?1 \
         UNION \
         SELECT e.client_id, c.name, e.project_id, p.name, t.id, t.title FROM time_entries e \
          JOIN clients c ON c.id = e.client_id JOIN tasks t ON t.id = e.task_id \
          LEFT JOIN projects p ON p.id = e.project_id WHERE e.id = ?1 \
         UNION \
         SELECT client_id, client, project_id, project, NULL, NULL FROM (SELECT p.client_id, c.name AS client, p.id AS project_id, p.name AS project \
          FROM time_entries e CROSS JOIN clients c ON c.id = e.client_id \
          CROSS JOIN projects p ON p.client_id = c.id AND p.is_open = 1 \
          WHERE e.id = ?1 ORDER BY p.id DESC LIMIT 200) \
         UNION \
         SELECT client_id, client, project_id, project, task_id, task FROM (SELECT t.client_id, c.name AS client, t.project_id, \
          p.name AS project, t.id AS task_id, t.title AS task \
          FROM time_entries e CROSS JOIN clients c ON c.id = e.client_id \
          CROSS JOIN tasks t ON t.client_id = c.id AND t.is_closed = 0 \
          LEFT JOIN projects p ON p.id = t.project_id WHERE e.id = ?1 ORDER BY t.position, t.id LIMIT 200) \
         ORDER BY 3, 5",
        entry.to_string()
    )
}

/// What a form makes of an entry, besides how long it took.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) client: ClientId,
    pub(crate) project: Option<ProjectId>,
    pub(crate) task: Option<TaskId>,
    pub(crate) day: Date,
    pub(crate) description: String,
    pub(crate) billable: bool,
    /// Of an hour. None: that of the project, else the last one of the client, else the business's.
    pub(crate) rate: Option<(UnitPrice, Currency)>,
}

impl Draft {
    fn columns(&self, id: TimeEntryId, minutes: u32, now: Timestamp) -> [Param; 11] {
        [
            id.to_string().into(),
            self.client.to_string().into(),
            self.project.map(|id| id.to_string()).into(),
            self.task.map(|id| id.to_string()).into(),
            self.day.to_string().into(),
            minutes.into(),
            self.description.as_str().into(),
            self.billable.into(),
            self.rate.map(|(rate, _)| rate.raw()).into(),
            self.rate.map(|(_, currency)| currency.code()).into(),
            now.into(),
        ]
    }
}

/// The rate of a new entry, as the first row of: what was said (`?9`, `?10`), the project's (`?3`), the
/// last of the client (`?2`), the business's. What is not billable (`?8`) has the one that was said alone.
const TIME_RATE: &str = "WITH pick AS (SELECT rate, currency FROM (\
     SELECT 1 AS n, ?9 AS rate, ?10 AS currency \
     UNION ALL SELECT 2, p.hourly_rate, p.rate_currency FROM projects p WHERE p.id = ?3 AND ?8 = 1 \
     UNION ALL SELECT 3, l.rate, l.currency FROM (SELECT e.rate, e.currency FROM time_entries e \
      WHERE e.client_id = ?2 AND ?8 = 1 AND e.rate IS NOT NULL ORDER BY e.day DESC, e.id DESC LIMIT 1) l \
     UNION ALL SELECT 4, b.hourly_rate, b.rate_currency FROM business b WHERE b.id = 1 AND ?8 = 1 \
     ) WHERE rate IS NOT NULL ORDER BY n LIMIT 1) ";

/// Adds an entry. The same id twice is [`Repeat`](super::Conflict::Repeat).
pub(crate) fn create(
    id: TimeEntryId,
    by: StaffId,
    draft: &Draft,
    minutes: u32,
    now: Timestamp,
) -> Statement {
    let own: [Param; 1] = [by.to_string().into()];
    Statement::new(
        formatcp!(
            "{TIME_RATE} INSERT INTO time_entries (id, client_id, project_id, task_id, day, minutes, description, billable, \
             rate, currency, created_at, updated_at, staff_id) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT rate FROM pick), (SELECT currency FROM pick), ?11, ?11, ?12)"
        ),
        draft.columns(id, minutes, now).into_iter().chain(own),
    )
}

/// Changes an entry, refused where somebody was quicker, or billed it
/// ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn change(of: &Entry, draft: &Draft, minutes: u32, now: Timestamp) -> Statement {
    let own: [Param; 1] = [of.revision.into()];
    Statement::new(
        "UPDATE time_entries SET revision = CASE WHEN revision = ?12 AND invoice_id IS NULL THEN revision + 1 END, \
         client_id = ?2, project_id = ?3, task_id = ?4, day = ?5, minutes = ?6, description = ?7, billable = ?8, \
         rate = ?9, currency = ?10, updated_at = ?11 WHERE id = ?1",
        draft.columns(of.id, minutes, now).into_iter().chain(own),
    )
}

/// Deletes an entry, unless it is billed ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn delete(id: TimeEntryId) -> Statement {
    statement!("DELETE FROM time_entries WHERE id = ?1", id.to_string())
}

/// An entry as staff see it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: TimeEntryId,
    pub(crate) client_id: ClientId,
    pub(crate) client: String,
    pub(crate) project_id: Option<ProjectId>,
    pub(crate) project: Option<String>,
    pub(crate) task_id: Option<TaskId>,
    pub(crate) task: Option<String>,
    pub(crate) person: String,
    pub(crate) day: Date,
    pub(crate) minutes: u32,
    pub(crate) description: String,
    pub(crate) state: State,
    pub(crate) rate: Option<UnitPrice>,
    pub(crate) currency: Option<Currency>,
    pub(crate) amount: Option<i64>,
    pub(crate) invoice_id: Option<InvoiceId>,
    /// The number of the invoice, if it has one.
    pub(crate) invoice: Option<String>,
    pub(crate) revision: i64,
}

/// The columns of [`Entry`].
const TIME_ENTRY: &str = "e.id, e.client_id, c.name AS client, e.project_id, p.name AS project, e.task_id, t.title AS task, \
     st.name AS person, e.day, e.minutes, e.description, e.state, e.rate, e.currency, e.amount, e.invoice_id, \
     i.number AS invoice, e.revision";
/// Where they come from, beside `time_entries e`.
const TIME_NAMES: &str = "CROSS JOIN clients c ON c.id = e.client_id CROSS JOIN staff st ON st.id = e.staff_id \
     LEFT JOIN projects p ON p.id = e.project_id LEFT JOIN tasks t ON t.id = e.task_id \
     LEFT JOIN invoices i ON i.id = e.invoice_id";

impl ById for Entry {
    type Id = TimeEntryId;
    fn by_id(id: TimeEntryId) -> Statement {
        statement!(
            formatcp!("SELECT {TIME_ENTRY} FROM time_entries e {TIME_NAMES} WHERE e.id = ?1"),
            id.to_string()
        )
    }
}
