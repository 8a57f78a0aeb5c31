//! The staff's list of all tasks, filtered: what is open by its due day, what is over the latest first.
//!
//! Each way of asking walks an index from the last row of the page before. What is asked for beside the columns
//! that the index begins with is looked at row by row.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::{ClientId, StaffId, TaskId};
use crate::domain::paging::Cursor;
use crate::domain::time::Date;
use crate::store::{Param, Statement, statement};

/// A task on the list.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) task: super::Listed,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
}

/// How many tasks wait for a colleague to take them on: their client asked for changes, and nobody has them.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Unheld {
    pub(crate) count: u64,
    /// One of them.
    pub(crate) newest: Option<TaskId>,
}

/// [`Unheld`], of the newest hundred answers; 100 stands for more too. Archived clients do not count.
pub(crate) fn unheld() -> Statement {
    statement!(
        "SELECT count(*) AS count, max(t.id) AS newest FROM (SELECT id, client_id FROM tasks INDEXED BY tasks_changes_unheld \
          WHERE answer = 'changes' AND assignee_id IS NULL AND is_closed = 0 AND answered_at > 0 \
          ORDER BY answered_at DESC LIMIT 100) t \
         CROSS JOIN clients c ON c.id = t.client_id AND c.archived_at IS NULL"
    )
}

/// Who does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hands {
    /// Nobody.
    Nobody,
    /// That colleague.
    Of(StaffId),
}

/// Which part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Part {
    /// Open ones.
    #[default]
    Open,
    /// Open ones that wait for the client.
    Waiting,
    /// Open ones that were due before that day.
    Overdue(Date),
    /// Done or cancelled.
    Over,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filter {
    pub(crate) part: Part,
    pub(crate) hands: Option<Hands>,
    pub(crate) client: Option<ClientId>,
}

const COLUMNS: &str = "t.id, t.title, t.status, t.visible, t.waits, t.answer, t.due_on, p.name AS project, st.name AS assignee, \
     t.client_id, c.name AS client_name";
const NAMES: &str = "CROSS JOIN clients c ON c.id = t.client_id AND c.archived_at IS NULL \
     LEFT JOIN projects p ON p.id = t.project_id LEFT JOIN staff st ON st.id = t.assignee_id";
/// `?1` … `?6`: closed, below which key, waiting alone, who does it ('' nobody), client, the row to go on from.
const ASKED: &str = "t.is_closed = ?1 AND (?3 = 0 OR t.waits = 1) AND (?4 IS NULL OR coalesce(t.assignee_id, '') = ?4) \
     AND (?5 IS NULL OR t.client_id = ?5)";
// The place of the row is looked up within coalesce: only then does SQLite go to it in the index by both columns.
const BELOW: &str = "AND t.list_key < ?2 AND (t.list_key, t.id) > \
     (coalesce((SELECT b.list_key FROM tasks b WHERE b.id = ?6), ''), ?6) ORDER BY t.list_key, t.id LIMIT 26";
const ABOVE: &str = "AND +t.list_key < ?2 AND (t.list_key, t.id) < \
     (coalesce((SELECT b.list_key FROM tasks b WHERE b.id = ?6), '~'), ?6) ORDER BY t.list_key DESC, t.id DESC LIMIT 26";

/// A page of the list, one row more where there are more. The page before another comes in reverse.
pub(crate) fn rows(filter: &Filter, cursor: Cursor<TaskId>) -> Statement {
    let (id, back) = match cursor {
        Cursor::First => (String::new(), false),
        Cursor::After(id) => (id.to_string(), false),
        Cursor::Before(id) => (id.to_string(), true),
    };
    let waiting = filter.part == Part::Waiting;
    let params: [Param; 6] = [
        (filter.part == Part::Over).into(),
        match filter.part {
            Part::Overdue(today) => today.to_string().into(),
            _ => "~".into(),
        },
        waiting.into(),
        match filter.hands {
            None => Param::Null,
            Some(Hands::Nobody) => "".into(),
            Some(Hands::Of(id)) => id.to_string().into(),
        },
        filter.client.map(|id| id.to_string()).into(),
        id.into(),
    ];
    let sql = match (filter.client.is_some(), filter.hands, waiting, back) {
        (true, _, true, false) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_waiting_of_client {NAMES} \
             WHERE t.client_id = ?5 AND t.waits = 1 AND {ASKED} {BELOW}"
        ),
        (true, _, true, true) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_waiting_of_client {NAMES} \
             WHERE t.client_id = ?5 AND t.waits = 1 AND {ASKED} {ABOVE}"
        ),
        (true, _, false, false) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_of_client {NAMES} WHERE t.client_id = ?5 AND {ASKED} {BELOW}"
        ),
        (true, _, false, true) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_of_client {NAMES} WHERE t.client_id = ?5 AND {ASKED} {ABOVE}"
        ),
        (false, _, true, false) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_waiting {NAMES} WHERE t.waits = 1 AND {ASKED} {BELOW}"
        ),
        (false, _, true, true) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_waiting {NAMES} WHERE t.waits = 1 AND {ASKED} {ABOVE}"
        ),
        (false, Some(Hands::Of(_)), false, false) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_of_staff {NAMES} WHERE t.assignee_id = ?4 AND {ASKED} {BELOW}"
        ),
        (false, Some(Hands::Of(_)), false, true) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_of_staff {NAMES} WHERE t.assignee_id = ?4 AND {ASKED} {ABOVE}"
        ),
        (false, Some(Hands::Nobody), false, false) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_of_staff {NAMES} WHERE t.assignee_id IS NULL AND {ASKED} {BELOW}"
        ),
        (false, Some(Hands::Nobody), false, true) => formatcp!(
            "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed_of_staff {NAMES} WHERE t.assignee_id IS NULL AND {ASKED} {ABOVE}"
        ),
        (false, None, false, false) => {
            formatcp!(
                "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed {NAMES} WHERE {ASKED} {BELOW}"
            )
        }
        (false, None, false, true) => {
            formatcp!(
                "SELECT {COLUMNS} FROM tasks t INDEXED BY tasks_listed {NAMES} WHERE {ASKED} {ABOVE}"
            )
        }
    };
    Statement::new(sql, params)
}
