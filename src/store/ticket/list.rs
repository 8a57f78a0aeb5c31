//! Lists of tickets: the staff's, filtered, what waits for them first; and the client's, open ones first.
//!
//! Each walks an index from the last row of the page before. What is asked for beside the column that
//! the index begins with is looked at row by row.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::{ClientId, StaffId, TicketId};
use crate::domain::module::Module;
use crate::domain::paging::Cursor;
use crate::domain::ticket::{Priority, Status};
use crate::domain::time::Timestamp;
use crate::store::viewer::Asker;
use crate::store::{Param, Statement, statement};

/// A ticket on the staff's list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: TicketId,
    pub(crate) number: u64,
    pub(crate) subject: String,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) status: Status,
    pub(crate) priority: Priority,
    pub(crate) category: String,
    pub(crate) assignee: Option<String>,
    pub(crate) said_at: Timestamp,
}

/// Who has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hands {
    /// Nobody.
    Nobody,
    /// That colleague.
    Of(StaffId),
}

/// In which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// New or open.
    Staff,
    /// In that one.
    In(Status),
}

impl Turn {
    /// The span of `tickets.place`, and the state where the span holds two. What waits for staff stands
    /// there by its priority.
    const fn span(self, priority: Option<Priority>) -> (i64, i64, Option<Status>) {
        let (low, high) = match priority {
            None => (30, 33),
            Some(Priority::Low) => (30, 30),
            Some(Priority::Normal) => (31, 31),
            Some(Priority::High) => (32, 32),
            Some(Priority::Urgent) => (33, 33),
        };
        match self {
            Self::Staff => (low, high, None),
            Self::In(status) if status.waits_for_staff() => (low, high, Some(status)),
            Self::In(Status::Waiting) => (20, 20, None),
            Self::In(Status::Resolved) => (10, 10, None),
            Self::In(_) => (0, 0, None),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filter {
    pub(crate) client: Option<ClientId>,
    pub(crate) turn: Option<Turn>,
    pub(crate) hands: Option<Hands>,
    pub(crate) priority: Option<Priority>,
}

const COLUMNS: &str = "t.id, t.number, t.subject, t.client_id, c.name AS client_name, t.status, t.priority, t.category, \
     st.name AS assignee, t.said_at FROM tickets t CROSS JOIN clients c ON c.id = t.client_id \
     LEFT JOIN staff st ON st.id = t.assignee_id";
/// `?1` … `?7`: span of places, state, priority, who has it ('' nobody), client, the row to go on from.
const ASKED: &str = "t.merged_into IS NULL AND (?3 IS NULL OR t.status = ?3) \
     AND (?4 IS NULL OR t.priority = ?4) AND (?5 IS NULL OR coalesce(t.assignee_id, '') = ?5) \
     AND (?6 IS NULL OR t.client_id = ?6)";
// The place of the row is looked up column by column, and within coalesce: only then does SQLite go to it in
// the index by all three of them, and not by the first one alone.
const BELOW: &str = "AND t.place >= ?1 AND +t.place <= ?2 AND (t.place, t.turn, t.id) < \
     (coalesce((SELECT b.place FROM tickets b WHERE b.id = ?7), ?2), \
      coalesce((SELECT b.turn FROM tickets b WHERE b.id = ?7), 9007199254740991), ?7) \
     ORDER BY t.place DESC, t.turn DESC, t.id DESC LIMIT 26";
const ABOVE: &str = "AND t.place <= ?2 AND +t.place >= ?1 AND (t.place, t.turn, t.id) > \
     (coalesce((SELECT b.place FROM tickets b WHERE b.id = ?7), ?2), \
      coalesce((SELECT b.turn FROM tickets b WHERE b.id = ?7), 9007199254740991), ?7) \
     ORDER BY t.place, t.turn, t.id LIMIT 26";

/// A page of the staff's list, one row more where there are more. The page before another comes in
/// reverse.
pub(crate) fn rows(filter: &Filter, cursor: Cursor<TicketId>) -> Statement {
    let turn = filter.turn.map(|turn| turn.span(filter.priority));
    let (low, high, status) = turn.unwrap_or((0, 33, None));
    let hands: Param = match filter.hands {
        None => Param::Null,
        Some(Hands::Nobody) => "".into(),
        Some(Hands::Of(id)) => id.to_string().into(),
    };
    let (id, back) = match cursor {
        Cursor::First => (String::new(), false),
        Cursor::After(id) => (id.to_string(), false),
        Cursor::Before(id) => (id.to_string(), true),
    };
    let params = [
        low.into(),
        high.into(),
        status.map(Status::as_str).into(),
        filter.priority.map(Priority::as_str).into(),
        hands,
        filter.client.map(|id| id.to_string()).into(),
        id.into(),
    ];
    let sql = match (filter, back) {
        (
            Filter {
                client: Some(_), ..
            },
            false,
        ) => {
            formatcp!("SELECT {COLUMNS} WHERE t.client_id = ?6 AND {ASKED} {BELOW}")
        }
        (
            Filter {
                client: Some(_), ..
            },
            true,
        ) => {
            formatcp!("SELECT {COLUMNS} WHERE t.client_id = ?6 AND {ASKED} {ABOVE}")
        }
        (
            Filter {
                hands: Some(Hands::Of(_)),
                ..
            },
            false,
        ) => {
            formatcp!("SELECT {COLUMNS} WHERE t.assignee_id = ?5 AND {ASKED} {BELOW}")
        }
        (
            Filter {
                hands: Some(Hands::Of(_)),
                ..
            },
            true,
        ) => {
            formatcp!("SELECT {COLUMNS} WHERE t.assignee_id = ?5 AND {ASKED} {ABOVE}")
        }
        (
            Filter {
                hands: Some(Hands::Nobody),
                ..
            },
            false,
        ) => {
            formatcp!("SELECT {COLUMNS} WHERE t.assignee_id IS NULL AND {ASKED} {BELOW}")
        }
        (
            Filter {
                hands: Some(Hands::Nobody),
                ..
            },
            true,
        ) => {
            formatcp!("SELECT {COLUMNS} WHERE t.assignee_id IS NULL AND {ASKED} {ABOVE}")
        }
        (
            Filter {
                priority: Some(_), ..
            },
            false,
        ) => {
            formatcp!("SELECT {COLUMNS} WHERE t.priority = ?4 AND {ASKED} {BELOW}")
        }
        (
            Filter {
                priority: Some(_), ..
            },
            true,
        ) => {
            formatcp!("SELECT {COLUMNS} WHERE t.priority = ?4 AND {ASKED} {ABOVE}")
        }
        (_, false) => formatcp!("SELECT {COLUMNS} WHERE {ASKED} {BELOW}"),
        (_, true) => formatcp!("SELECT {COLUMNS} WHERE {ASKED} {ABOVE}"),
    };
    Statement::new(sql, params)
}

/// How many wait for staff, by the same condition as [`Turn::Staff`]; 100 stands for more too.
pub(crate) fn waiting() -> Statement {
    statement!(
        "SELECT count(*) AS count FROM (SELECT 1 FROM tickets t \
         WHERE t.merged_into IS NULL AND t.place BETWEEN 30 AND 33 LIMIT 100)"
    )
}

/// A ticket on its client's list.
#[derive(Debug, Deserialize)]
pub(crate) struct SeenRow {
    pub(crate) id: TicketId,
    pub(crate) number: u64,
    pub(crate) subject: String,
    pub(crate) category: String,
    pub(crate) status: Status,
    pub(crate) said_at: Timestamp,
}

/// A page of the tickets that the viewer may see: open ones first, each part by what was said last.
pub(crate) fn seen(asker: &Asker, cursor: Cursor<TicketId>) -> Statement {
    match cursor {
        Cursor::First => asker.tickets(
            "SELECT t.id, t.number, t.subject, t.category, t.status, t.said_at FROM ticket_seen t \
             WHERE t.merged_into IS NULL ORDER BY t.is_open DESC, t.said_at DESC, t.id DESC LIMIT 26",
            [],
        ),
        Cursor::After(id) => asker.tickets(
            "SELECT t.id, t.number, t.subject, t.category, t.status, t.said_at FROM ticket_seen t \
             WHERE t.merged_into IS NULL AND (t.is_open, t.said_at, t.id) < \
              (coalesce((SELECT is_open FROM ticket_seen WHERE id = ?4), -1), \
               coalesce((SELECT said_at FROM ticket_seen WHERE id = ?4), -1), ?4) \
             ORDER BY t.is_open DESC, t.said_at DESC, t.id DESC LIMIT 26",
            [id.to_string().into()],
        ),
        Cursor::Before(id) => asker.tickets(
            "SELECT t.id, t.number, t.subject, t.category, t.status, t.said_at FROM ticket_seen t \
             WHERE t.merged_into IS NULL AND (t.is_open, t.said_at, t.id) > \
              (coalesce((SELECT is_open FROM ticket_seen WHERE id = ?4), 9), \
               coalesce((SELECT said_at FROM ticket_seen WHERE id = ?4), 9), ?4) \
             ORDER BY t.is_open, t.said_at, t.id LIMIT 26",
            [id.to_string().into()],
        ),
    }
}

/// How many of them are open, where Support Tickets is on; 100 stands for more too.
pub(crate) fn open(asker: &Asker) -> Statement {
    asker.of(Module::SupportTickets).tickets(
        "SELECT count(*) AS count FROM (SELECT 1 FROM ticket_seen t \
         WHERE t.merged_into IS NULL AND t.is_open = 1 LIMIT 100)",
        [],
    )
}
