//! Lists of time: the newest day first, by key, whatever is asked for; and what they come to.
//!
//! Each way of asking is a statement of its own, so that each walks an index from where the page before
//! ended and stops at the end of its own. Sums are read from `time_spent`, which keeps a row a day and a row a month for
//! whatever can be asked for.
//!
//! "This month" is that of the business, whose day only the database knows when a page is asked for. So a
//! statement gets the days for each day that today may be anywhere, and takes those of its own.

use const_format::formatcp;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{TIME_ENTRY, TIME_NAMES};
use crate::domain::id::{ClientId, InvoiceId, ProjectId, StaffId, TimeEntryId};
use crate::domain::time::{Date, Timestamp};
use crate::domain::time_log::State;
use crate::domain::time_log::period::Wanted;
use crate::store::{Error, Param, Statement, statement};

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filter {
    /// Of one client.
    pub(crate) client: Option<ClientId>,
    /// For one project.
    pub(crate) project: Option<ProjectId>,
    /// By one member of staff.
    pub(crate) person: Option<StaffId>,
    /// What became of it.
    pub(crate) state: Option<State>,
    /// The days.
    pub(crate) wanted: Wanted,
}

/// The last row of the page before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct After {
    pub(crate) day: Date,
    pub(crate) id: TimeEntryId,
}

/// Where a list begins and ends: from the first day to below the last row before it.
#[derive(Serialize)]
struct Bounds {
    first: String,
    end: String,
    id: String,
}

/// For each day that today may be, what it makes, as JSON: a statement takes its own day's.
fn by_day<T: Serialize>(now: Timestamp, make: impl Fn(Date) -> T) -> Result<String, Error> {
    let around = (-1..=1).map(|days| now.date().plus_days(days));
    let all: BTreeMap<String, T> = around.map(|day| (day.to_string(), make(day))).collect();
    Ok(serde_json::to_string(&all)?)
}

/// `b`: the [`Bounds`] of today, from the JSON `?1`; `?2` is now.
const TIME_BOUNDS: &str = "WITH b AS (SELECT json_extract(d.today, '$.first') AS first, json_extract(d.today, '$.end') AS below, \
     json_extract(d.today, '$.id') AS below_id FROM (SELECT json_extract(?1, '$.\"' || date((?2 + CASE WHEN \
      ?2 < z.next_offset_at THEN z.utc_offset ELSE z.next_offset END) / 1000, 'unixepoch') || '\"') AS today \
      FROM billing z WHERE z.id = 1) d)";
/// What every page of the list asks: `?3` rows that fit `?4` … `?7` (project, client, person, state),
/// from where the page before ended down to the first day. What its index begins with stands before it.
const TIME_PAGE: &str = "(?4 IS NULL OR e.project_id = ?4) AND (?5 IS NULL OR e.client_id = ?5) \
     AND (?6 IS NULL OR e.staff_id = ?6) AND (?7 IS NULL OR e.state = ?7) \
     AND (e.day, e.id) < (b.below, b.below_id) AND e.day >= b.first ORDER BY e.day DESC, e.id DESC LIMIT ?3";
/// Of a project that is asked for with another client, nothing is walked.
const TIME_OF_ITS_CLIENT: &str =
    "(?5 IS NULL OR EXISTS (SELECT 1 FROM projects o WHERE o.id = ?4 AND o.client_id = ?5))";

fn bounds(filter: &Filter, after: Option<After>, now: Timestamp) -> Result<String, Error> {
    by_day(now, |today| {
        let period = filter.wanted.on(today);
        // A page begins below the last row before it, or below the day after the last one asked for.
        let (end, id) = match (after, period.to) {
            (Some(after), _) => (after.day.to_string(), after.id.to_string()),
            (None, Some(to)) => (to.plus_days(1).to_string(), String::new()),
            (None, None) => ("9999-99-99".to_owned(), String::new()),
        };
        Bounds {
            first: period.from.map_or_else(String::new, |day| day.to_string()),
            end,
            id,
        }
    })
}

/// So many entries at most, newest first.
pub(crate) fn rows(
    filter: &Filter,
    after: Option<After>,
    most: u32,
    now: Timestamp,
) -> Result<Statement, Error> {
    let days = bounds(filter, after, now)?;
    let client = filter.client.map(|id| id.to_string());
    let project = filter.project.map(|id| id.to_string());
    let person = filter.person.map(|id| id.to_string());
    let state = filter.state.map(State::as_str);
    let sql = match (&project, &client, &person, state) {
        (Some(_), _, Some(_), Some(_)) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_project_by_staff_and_state {TIME_NAMES} \
             WHERE e.project_id = ?4 AND e.staff_id = ?6 AND e.state = ?7 AND {TIME_OF_ITS_CLIENT} AND {TIME_PAGE}"
        ),
        (Some(_), _, Some(_), None) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_project_by_staff {TIME_NAMES} \
             WHERE e.project_id = ?4 AND e.staff_id = ?6 AND {TIME_OF_ITS_CLIENT} AND {TIME_PAGE}"
        ),
        (Some(_), _, None, Some(_)) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_project_by_state {TIME_NAMES} \
             WHERE e.project_id = ?4 AND e.state = ?7 AND {TIME_OF_ITS_CLIENT} AND {TIME_PAGE}"
        ),
        (Some(_), _, None, None) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_project {TIME_NAMES} \
             WHERE e.project_id = ?4 AND {TIME_OF_ITS_CLIENT} AND {TIME_PAGE}"
        ),
        (None, Some(_), Some(_), Some(_)) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_client_by_staff_and_state {TIME_NAMES} \
             WHERE e.client_id = ?5 AND e.staff_id = ?6 AND e.state = ?7 AND {TIME_PAGE}"
        ),
        (None, Some(_), Some(_), None) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_client_by_staff {TIME_NAMES} \
             WHERE e.client_id = ?5 AND e.staff_id = ?6 AND {TIME_PAGE}"
        ),
        (None, Some(_), None, Some(_)) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_client_by_state {TIME_NAMES} \
             WHERE e.client_id = ?5 AND e.state = ?7 AND {TIME_PAGE}"
        ),
        (None, Some(_), None, None) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_client {TIME_NAMES} \
             WHERE e.client_id = ?5 AND {TIME_PAGE}"
        ),
        (None, None, Some(_), Some(_)) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_staff_by_state {TIME_NAMES} \
             WHERE e.staff_id = ?6 AND e.state = ?7 AND {TIME_PAGE}"
        ),
        (None, None, Some(_), None) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_of_staff {TIME_NAMES} \
             WHERE e.staff_id = ?6 AND {TIME_PAGE}"
        ),
        (None, None, None, Some(_)) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_by_state {TIME_NAMES} \
             WHERE e.state = ?7 AND {TIME_PAGE}"
        ),
        (None, None, None, None) => formatcp!(
            "{TIME_BOUNDS} SELECT {TIME_ENTRY} FROM b CROSS JOIN time_entries e INDEXED BY time_by_day {TIME_NAMES} \
             WHERE {TIME_PAGE}"
        ),
    };
    Ok(statement!(
        sql,
        days,
        now,
        most,
        Param::from(project),
        Param::from(client),
        Param::from(person),
        Param::from(state)
    ))
}

/// The newest hundred entries that an invoice bills.
pub(crate) fn of_invoice(invoice: InvoiceId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {TIME_ENTRY} FROM time_entries e {TIME_NAMES} WHERE e.invoice_id = ?1 \
             ORDER BY e.day DESC, e.id DESC LIMIT 100"
        ),
        invoice.to_string()
    )
}

/// What a day or a month comes to in a currency: what became of it stands side by side.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sum {
    /// `YYYY-MM-DD` where the period is told by week, else `YYYY-MM`.
    pub(crate) span: String,
    /// Empty where there is no rate.
    pub(crate) currency: String,
    unbilled: i64,
    unbilled_amount: i64,
    billed: i64,
    billed_amount: i64,
    not_billable: i64,
}

impl Sum {
    /// Minutes and amount of what became that.
    pub(crate) const fn of(&self, state: State) -> (i64, i64) {
        match state {
            State::Unbilled => (self.unbilled, self.unbilled_amount),
            State::Billed => (self.billed, self.billed_amount),
            State::NotBillable => (self.not_billable, 0),
        }
    }
}

/// The ranges that the period of `?1` is read from; `?2` is now.
const TIME_RANGES: &str = "WITH r AS (SELECT j.is_month, json_extract(j.range, '$[0]') AS first, json_extract(j.range, '$[1]') AS last \
     FROM (SELECT x.key = 'months' AS is_month, x.value AS range FROM json_each((SELECT json_extract(?1, '$.\"' || \
      date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset ELSE z.next_offset END) / 1000, 'unixepoch') || '\"') \
      FROM billing z WHERE z.id = 1)) x) j)";

/// What the filter comes to, whatever became of it, as [`Sum`]s: a row for each day or month and currency.
/// A project without its client is looked up, because the sums of a project stand with those of its client.
pub(crate) fn sums(filter: &Filter, now: Timestamp) -> Result<Statement, Error> {
    let all = |id: Option<String>| id.unwrap_or_else(|| "*".to_owned());
    Ok(statement!(
        formatcp!(
            "{TIME_RANGES} SELECT CASE ?3 WHEN 1 THEN substr(s.span, 1, 7) ELSE s.span END AS span, s.currency, s.unbilled, \
             s.unbilled_amount, s.billed, s.billed_amount, s.not_billable FROM r CROSS JOIN time_spent s \
             ON s.client_id = coalesce(?5, (SELECT p.client_id FROM projects p WHERE p.id = ?4), '*') AND s.project_id = ?4 \
             AND s.staff_id = ?6 AND s.is_month = r.is_month AND s.span BETWEEN r.first AND r.last"
        ),
        by_day(now, |today| filter.wanted.on(today).ranges())?,
        now,
        !filter.wanted.on(now.date()).by_week(),
        all(filter.project.map(|id| id.to_string())),
        Param::from(filter.client.map(|id| id.to_string())),
        all(filter.person.map(|id| id.to_string()))
    ))
}
