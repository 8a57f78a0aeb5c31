//! The audit log as staff look through it: by client, by person, by what it is about, within a period.

use serde::Deserialize;

use super::audit::Kept;
use super::{Param, Statement, statement};
use crate::domain::id::{AuditId, ClientId};
use crate::domain::paging::Cursor;

/// Which entries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) client: Option<ClientId>,
    /// A member of staff or a contact.
    pub(crate) person: Option<String>,
    /// What actions begin with, such as `invoice`.
    pub(crate) noun: Option<String>,
    /// Ids from this one on.
    pub(crate) from: Option<AuditId>,
    /// Ids before this one.
    pub(crate) until: Option<AuditId>,
}

/// An entry with who and from where.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listed {
    pub(crate) kept: Kept,
    pub(crate) principal_id: Option<String>,
    pub(crate) address: String,
}

const ENTRY: &str = "a.id, a.at, a.principal, a.principal_id, a.principal_name, a.action, a.detail, a.address, \
     a.client_id, c.name AS client_name FROM audit a LEFT JOIN clients c ON c.id = a.client_id";
/// What holds besides the column that an index is read by.
const REST: &str = "a.id >= ?1 AND a.id < ?2 AND a.id > ?3 AND (?4 IS NULL OR a.client_id = ?4) \
     AND (?5 IS NULL OR a.principal_id = ?5) \
     AND (?6 IS NULL OR substr(a.action, 1, instr(a.action, '.') - 1) = ?6)";

/// [`Listed`] entries of a page, or of a file where `most` is larger; newest first, backwards where the page
/// before a row is asked for. The narrowest of the filters is read by its index.
pub(crate) fn entries(filter: &Filter, cursor: Cursor<AuditId>, most: usize) -> Statement {
    let text =
        |id: Option<AuditId>, none: &str| id.map_or_else(|| none.to_owned(), |id| id.to_string());
    // The list runs from the newest to the oldest: what comes after a row has a smaller id. No id is
    // greater than "~".
    let (before, after) = match cursor {
        Cursor::First => (None, None),
        Cursor::After(id) => (Some(id), None),
        Cursor::Before(id) => (None, Some(id)),
    };
    let until = match (filter.until, before) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let backwards = after.is_some();
    let params = [
        Param::from(text(filter.from, "")),
        text(until, "~").into(),
        text(after, "").into(),
        filter.client.map(|id| id.to_string()).into(),
        filter.person.clone().into(),
        filter.noun.clone().into(),
        u64::try_from(most + 1).unwrap_or(0).into(),
    ];
    let sql = match (filter, backwards) {
        (
            Filter {
                client: Some(_), ..
            },
            false,
        ) => {
            format!("SELECT {ENTRY} WHERE a.client_id = ?4 AND {REST} ORDER BY a.id DESC LIMIT ?7")
        }
        (
            Filter {
                client: Some(_), ..
            },
            true,
        ) => {
            format!("SELECT {ENTRY} WHERE a.client_id = ?4 AND {REST} ORDER BY a.id LIMIT ?7")
        }
        (
            Filter {
                person: Some(_), ..
            },
            false,
        ) => {
            format!(
                "SELECT {ENTRY} WHERE a.principal_id = ?5 AND {REST} ORDER BY a.id DESC LIMIT ?7"
            )
        }
        (
            Filter {
                person: Some(_), ..
            },
            true,
        ) => {
            format!("SELECT {ENTRY} WHERE a.principal_id = ?5 AND {REST} ORDER BY a.id LIMIT ?7")
        }
        (Filter { noun: Some(_), .. }, false) => format!(
            "SELECT {ENTRY} WHERE substr(a.action, 1, instr(a.action, '.') - 1) = ?6 AND {REST} \
             ORDER BY a.id DESC LIMIT ?7"
        ),
        (Filter { noun: Some(_), .. }, true) => format!(
            "SELECT {ENTRY} WHERE substr(a.action, 1, instr(a.action, '.') - 1) = ?6 AND {REST} \
             ORDER BY a.id LIMIT ?7"
        ),
        (_, false) => format!("SELECT {ENTRY} WHERE {REST} ORDER BY a.id DESC LIMIT ?7"),
        (_, true) => format!("SELECT {ENTRY} WHERE {REST} ORDER BY a.id LIMIT ?7"),
    };
    Statement::new(sql, params)
}

/// Names of what the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Names {
    pub(crate) client: Option<String>,
    pub(crate) person: Option<String>,
}

/// [`Names`] of a filter.
pub(crate) fn names(filter: &Filter) -> Statement {
    statement!(
        "SELECT (SELECT name FROM clients WHERE id = ?1) AS client, \
         coalesce((SELECT name FROM staff WHERE id = ?2), \
          (SELECT trim(first_name || ' ' || last_name) FROM contacts WHERE id = ?2)) AS person",
        Param::from(filter.client.map(|id| id.to_string())),
        Param::from(filter.person.clone())
    )
}
