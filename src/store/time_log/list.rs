//! Lists of time: the newest day first, by key, whatever is asked for; and what they come to.
//!
//! Each way of asking is a statement of its own, so that each walks an index from where the page before
//! ended and stops at the end of its own. Sums are read from `time_sums`.
//!
//! "This month" is that of the business, whose day only the database knows when a page is asked for. So a
//! statement gets the days for each day that today may be anywhere, and takes those of its own.

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

/// For each day that today may be, what it makes: JSON to be looked into with [`TIME_DAYS`].
fn by_day<T: Serialize>(now: Timestamp, make: impl Fn(Date) -> T) -> Result<String, Error> {
    let around = (-1..=1).map(|days| now.date().plus_days(days));
    let all: BTreeMap<String, T> = around.map(|day| (day.to_string(), make(day))).collect();
    Ok(serde_json::to_string(&all)?)
}

/// What that JSON (`?1`) says for today; `?2` is now.
const TIME_DAYS: &str = "(SELECT json_extract(?1, '$.\"' || date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset \
     ELSE z.next_offset END) / 1000, 'unixepoch') || '\"') FROM billing z WHERE z.id = 1)";

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
    Ok(match (project, client, person) {
        (Some(project), client, person) => {
            of_project(&days, now, most, (project, client, person, state))
        }
        (None, Some(client), Some(person)) => of_person(&days, now, most, (client, person, state)),
        (None, Some(client), None) => of_client(&days, now, most, (client, state)),
        (None, None, Some(person)) => of_staff(&days, now, most, (person, state)),
        (None, None, None) => of_all(&days, now, most, state),
    })
}

/// For one project; of one client or person, where that is asked for too.
fn of_project(
    days: &str,
    now: Timestamp,
    most: u32,
    (project, client, person, state): (String, Option<String>, Option<String>, Option<&str>),
) -> Statement {
    match state {
        Some(state) => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_of_project_by_state {TIME_NAMES} \
                 WHERE e.project_id = ?4 AND e.state = ?5 AND (?6 IS NULL OR e.client_id = ?6) \
                 AND (?7 IS NULL OR e.staff_id = ?7) AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            project,
            state,
            Param::from(client),
            Param::from(person)
        ),
        None => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_of_project {TIME_NAMES} \
                 WHERE e.project_id = ?4 AND (?5 IS NULL OR e.client_id = ?5) \
                 AND (?6 IS NULL OR e.staff_id = ?6) AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            project,
            Param::from(client),
            Param::from(person)
        ),
    }
}

/// Of one client by one person.
fn of_person(
    days: &str,
    now: Timestamp,
    most: u32,
    (client, person, state): (String, String, Option<&str>),
) -> Statement {
    match state {
        Some(state) => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_of_client_by_staff_and_state {TIME_NAMES} \
                 WHERE e.client_id = ?4 AND e.staff_id = ?5 AND e.state = ?6 AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            client,
            person,
            state
        ),
        None => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_of_client_by_staff {TIME_NAMES} \
                 WHERE e.client_id = ?4 AND e.staff_id = ?5 AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            client,
            person
        ),
    }
}

/// Of one client.
fn of_client(
    days: &str,
    now: Timestamp,
    most: u32,
    (client, state): (String, Option<&str>),
) -> Statement {
    match state {
        Some(state) => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_of_client_by_state {TIME_NAMES} \
                 WHERE e.client_id = ?4 AND e.state = ?5 AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            client,
            state
        ),
        None => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_of_client {TIME_NAMES} \
                 WHERE e.client_id = ?4 AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            client
        ),
    }
}

/// By one person, of all clients.
fn of_staff(
    days: &str,
    now: Timestamp,
    most: u32,
    (person, state): (String, Option<&str>),
) -> Statement {
    match state {
        Some(state) => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_of_staff_by_state {TIME_NAMES} \
                 WHERE e.staff_id = ?4 AND e.state = ?5 AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            person,
            state
        ),
        None => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_of_staff {TIME_NAMES} \
                 WHERE e.staff_id = ?4 AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            person
        ),
    }
}

/// Of all clients, by anybody.
fn of_all(days: &str, now: Timestamp, most: u32, state: Option<&str>) -> Statement {
    match state {
        Some(state) => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_by_state {TIME_NAMES} \
                 WHERE e.state = ?4 AND (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most,
            state
        ),
        None => statement!(
            format!(
                "SELECT {TIME_ENTRY} FROM time_entries e INDEXED BY time_by_day {TIME_NAMES} \
                 WHERE (e.day, e.id) < (json_extract({TIME_DAYS}, '$.end'), json_extract({TIME_DAYS}, '$.id')) \
                 AND e.day >= json_extract({TIME_DAYS}, '$.first') \
                 ORDER BY e.day DESC, e.id DESC LIMIT ?3"
            ),
            days,
            now,
            most
        ),
    }
}

/// The newest hundred entries that an invoice bills.
pub(crate) fn of_invoice(invoice: InvoiceId) -> Statement {
    statement!(
        format!(
            "SELECT {TIME_ENTRY} FROM time_entries e {TIME_NAMES} WHERE e.invoice_id = ?1 \
             ORDER BY e.day DESC, e.id DESC LIMIT 100"
        ),
        invoice.to_string()
    )
}

/// What a day or a month comes to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sum {
    /// `YYYY-MM-DD` where the period is told by week, else `YYYY-MM`.
    pub(crate) span: String,
    pub(crate) state: State,
    /// Empty where there is no rate.
    pub(crate) currency: String,
    pub(crate) minutes: i64,
    pub(crate) amount: i64,
}

/// The columns of [`Sum`], and how a month's days are gathered where `?3` says so.
const TIME_SUM: &str = "CASE ?3 WHEN 1 THEN substr(s.span, 1, 7) ELSE s.span END AS span, s.state, s.currency, \
     sum(s.minutes) AS minutes, sum(s.amount) AS amount";
/// The ranges that the period of `?1` is read from; `?2` is now.
const TIME_RANGES: &str = "WITH r AS (SELECT j.is_month, json_extract(j.range, '$[0]') AS first, json_extract(j.range, '$[1]') AS last \
     FROM (SELECT x.key = 'months' AS is_month, x.value AS range FROM json_each((SELECT json_extract(?1, '$.\"' || \
      date((?2 + CASE WHEN ?2 < z.next_offset_at THEN z.utc_offset ELSE z.next_offset END) / 1000, 'unixepoch') || '\"') \
      FROM billing z WHERE z.id = 1)) x) j)";

/// What the filter comes to, as [`Sum`]s. Nothing where that would be too much to add up: of all clients
/// for more than a year, unless one project or what is unbilled is asked for.
pub(crate) fn sums(filter: &Filter, now: Timestamp) -> Result<Option<Statement>, Error> {
    let project = filter.project.map(|id| id.to_string());
    let person = filter.person.map(|id| id.to_string());
    let state = filter.state.map(State::as_str);
    let client = filter.client.map(|id| id.to_string());
    let period = filter.wanted.on(now.date());
    let sql = match (&client, &project, filter.state) {
        (_, Some(_), _) => format!(
            "{TIME_RANGES} SELECT {TIME_SUM} FROM r CROSS JOIN time_sums s ON s.project_id = ?4 \
             AND s.is_month = r.is_month AND s.span BETWEEN r.first AND r.last \
             WHERE (?5 IS NULL OR s.client_id = ?5) AND (?6 IS NULL OR s.staff_id = ?6) \
             AND (?7 IS NULL OR s.state = ?7) GROUP BY 1, 2, 3 ORDER BY 1 DESC"
        ),
        (Some(_), None, _) => format!(
            "{TIME_RANGES} SELECT {TIME_SUM} FROM r CROSS JOIN time_sums s ON s.client_id = ?5 \
             AND s.is_month = r.is_month AND s.span BETWEEN r.first AND r.last \
             WHERE (?4 IS NULL OR s.project_id = ?4) AND (?6 IS NULL OR s.staff_id = ?6) \
             AND (?7 IS NULL OR s.state = ?7) GROUP BY 1, 2, 3 ORDER BY 1 DESC"
        ),
        (None, None, Some(State::Unbilled)) => format!(
            "{TIME_RANGES} SELECT {TIME_SUM} FROM r CROSS JOIN time_sums s ON s.state = 'unbilled' \
             AND s.is_month = r.is_month AND s.span BETWEEN r.first AND r.last \
             WHERE (?4 IS NULL OR s.project_id = ?4) AND (?5 IS NULL OR s.client_id = ?5) \
             AND (?6 IS NULL OR s.staff_id = ?6) AND (?7 IS NULL OR s.state = ?7) \
             GROUP BY 1, 2, 3 ORDER BY 1 DESC"
        ),
        (None, None, _) if period.is_short() => format!(
            "{TIME_RANGES} SELECT {TIME_SUM} FROM r CROSS JOIN time_sums s ON s.is_month = r.is_month \
             AND s.span BETWEEN r.first AND r.last \
             WHERE (?4 IS NULL OR s.project_id = ?4) AND (?5 IS NULL OR s.client_id = ?5) \
             AND (?6 IS NULL OR s.staff_id = ?6) AND (?7 IS NULL OR s.state = ?7) \
             GROUP BY 1, 2, 3 ORDER BY 1 DESC"
        ),
        (None, None, _) => return Ok(None),
    };
    Ok(Some(statement!(
        sql,
        by_day(now, |today| filter.wanted.on(today).ranges())?,
        now,
        !period.by_week(),
        Param::from(project),
        Param::from(client),
        Param::from(person),
        Param::from(state)
    )))
}
