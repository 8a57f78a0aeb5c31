//! What a client sees of time: nothing, sums, entries, or entries with names, as the business sets.
//!
//! Read `FROM time_seen`, `FROM time_sum_seen` and `FROM time_part_seen`, see [`super::super::viewer`]; so the setting is part
//! of the predicate, and a name that is not shown does not leave the database.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::{InvoiceId, ProjectId, TimeEntryId};
use crate::domain::module::Module;
use crate::domain::paging::Cursor;
use crate::domain::time::Date;
use crate::domain::time_log::Shown;
use crate::store::Statement;
use crate::store::viewer::Asker;

/// What the viewer is shown.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Setting {
    pub(crate) time_shown: Shown,
}

/// The [`Setting`]; no row where it is nothing.
pub(crate) fn setting(asker: &Asker) -> Statement {
    asker.statement(
        "SELECT b.time_shown FROM viewer v JOIN business b ON b.id = 1 WHERE b.time_shown <> 'nothing'",
        [],
    )
}

/// What a month comes to for one project in one currency.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Total {
    /// `YYYY-MM`.
    pub(crate) month: String,
    /// The project's name, where the client may see it.
    pub(crate) project: Option<String>,
    pub(crate) minutes: i64,
}

/// The month it is for the business; `?2` is now.
const TIME_MONTH: &str = "(SELECT date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset ELSE z.next_offset END) / 1000, \
     'unixepoch', 'start of month') FROM billing z WHERE z.id = 1)";

/// The [`Total`]s of a year, or of the last twelve months, in no order: a month may have several of one name, and of none.
pub(crate) fn totals(asker: &Asker, year: Option<i32>) -> Statement {
    match year {
        Some(year) => asker.time(
            "SELECT s.span AS month, p.name AS project, s.minutes \
             FROM time_part_seen s LEFT JOIN projects p ON p.id = s.project_id AND p.visible = 1 WHERE s.span BETWEEN ?4 AND ?5",
            [
                format!("{year:04}-01").into(),
                format!("{year:04}-12").into(),
            ],
        ),
        None => asker.time(
            formatcp!(
                "SELECT s.span AS month, p.name AS project, s.minutes \
                 FROM time_part_seen s LEFT JOIN projects p ON p.id = s.project_id AND p.visible = 1 \
                 WHERE s.span > substr(date({TIME_MONTH}, '-12 months'), 1, 7)"
            ),
            [],
        ),
    }
}

/// The first and the last month of all that the viewer may see.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reach {
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
}

/// The [`Reach`].
pub(crate) fn reach(asker: &Asker) -> Statement {
    asker.time(
        "SELECT (SELECT s.span FROM time_sum_seen s WHERE s.project_id = '*' ORDER BY s.span LIMIT 1) AS first, \
         (SELECT s.span FROM time_sum_seen s WHERE s.project_id = '*' ORDER BY s.span DESC LIMIT 1) AS last FROM viewer",
        [],
    )
}

/// What of the hours of a project is used.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Budget {
    pub(crate) budget_minutes: u32,
    pub(crate) used_minutes: i64,
}

/// The [`Budget`] of a project that the viewer may see, if it has one and time is shown.
pub(crate) fn budget(asker: &Asker, project: ProjectId) -> Statement {
    asker.of(Module::TimeLogs).time(
        "SELECT p.budget_minutes, (SELECT coalesce(sum(s.billable), 0) FROM time_sum_seen s \
          WHERE s.project_id = p.id) AS used_minutes \
         FROM viewer v JOIN business b ON b.id = 1 AND b.time_shown <> 'nothing' \
         JOIN projects p ON p.id = ?4 AND p.client_id = v.client_id AND p.visible = 1 \
         WHERE p.budget_minutes IS NOT NULL",
        [project.to_string().into()],
    )
}

/// Minutes.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Minutes {
    pub(crate) minutes: i64,
}

/// An entry as its client sees it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Seen {
    pub(crate) id: TimeEntryId,
    pub(crate) day: Date,
    pub(crate) minutes: i64,
    pub(crate) description: String,
    pub(crate) billable: i64,
    /// Who did it, where that is shown.
    pub(crate) person: Option<String>,
    /// Names of what the client may see, where the module is on too.
    pub(crate) project: Option<String>,
    pub(crate) task: Option<String>,
    /// The invoice that bills it, once that is sent.
    pub(crate) invoice_id: Option<InvoiceId>,
    pub(crate) invoice: Option<String>,
}

/// The place of the cursor, looked up once and not for each entry that it is held against. An expression, not two columns:
/// only so the index is entered at the day *and* the id, however many entries the day has.
const PLACE: &str =
    "place AS MATERIALIZED (SELECT day || '' AS day, id || '' AS id FROM time_seen WHERE id = ?4)";

/// A page of the entries that the viewer may see, the newest day first.
pub(crate) fn entries(asker: &Asker, cursor: Cursor<TimeEntryId>) -> Statement {
    match cursor {
        Cursor::First => asker.time(
            "SELECT f.id, f.day, f.minutes, f.description, f.billable, f.person, \
             p.name AS project, t.title AS task, i.id AS invoice_id, i.number AS invoice \
             FROM (SELECT * FROM time_seen ORDER BY day DESC, id DESC LIMIT 26) f \
             LEFT JOIN projects p ON p.id = f.project_id AND p.visible = 1 \
             LEFT JOIN tasks t ON t.id = f.task_id AND t.visible = 1 \
             LEFT JOIN invoices i ON i.id = f.invoice_id AND i.state = 'sent' ORDER BY f.day DESC, f.id DESC",
            [],
        ),
        Cursor::After(id) => asker.time(
            formatcp!("SELECT f.id, f.day, f.minutes, f.description, f.billable, f.person, \
             p.name AS project, t.title AS task, i.id AS invoice_id, i.number AS invoice \
             FROM (WITH {PLACE} SELECT * FROM time_seen WHERE (day, id) < (SELECT day, id FROM place) ORDER BY day DESC, id DESC LIMIT 26) f \
             LEFT JOIN projects p ON p.id = f.project_id AND p.visible = 1 \
             LEFT JOIN tasks t ON t.id = f.task_id AND t.visible = 1 \
             LEFT JOIN invoices i ON i.id = f.invoice_id AND i.state = 'sent' ORDER BY f.day DESC, f.id DESC"),
            [id.to_string().into()],
        ),
        Cursor::Before(id) => asker.time(
            formatcp!("SELECT f.id, f.day, f.minutes, f.description, f.billable, f.person, \
             p.name AS project, t.title AS task, i.id AS invoice_id, i.number AS invoice \
             FROM (WITH {PLACE} SELECT * FROM time_seen WHERE (day, id) > (SELECT day, id FROM place) ORDER BY day, id LIMIT 26) f \
             LEFT JOIN projects p ON p.id = f.project_id AND p.visible = 1 \
             LEFT JOIN tasks t ON t.id = f.task_id AND t.visible = 1 \
             LEFT JOIN invoices i ON i.id = f.invoice_id AND i.state = 'sent' ORDER BY f.day, f.id"),
            [id.to_string().into()],
        ),
    }
}

/// What this month comes to ([`Minutes`]), for the first page; one row where the viewer may see it.
pub(crate) fn month(asker: &Asker) -> Statement {
    asker.of(Module::TimeLogs).time(
        formatcp!(
            "SELECT (SELECT coalesce(sum(s.minutes), 0) FROM time_sum_seen s WHERE s.project_id = '*' AND s.span = substr({TIME_MONTH}, 1, 7)) AS minutes \
             FROM viewer v JOIN business b ON b.id = 1 WHERE b.time_shown <> 'nothing'"
        ),
        [],
    )
}
