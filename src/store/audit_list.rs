//! The audit log as staff look through it: by client, by person, by what it is about, within a period; in the order
//! of the chain, which is that of writing.

use const_format::formatcp;
use serde::Deserialize;

use super::audit::Kept;
use super::{Param, Statement, statement};
use crate::domain::id::{AuditId, ClientId};
use crate::domain::paging::Cursor;
use crate::domain::time::Millis;

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
     a.client_id, c.name AS client_name FROM audit_chain ch CROSS JOIN audit a ON a.id = ch.audit_id \
     LEFT JOIN clients c ON c.id = a.client_id";
/// What holds besides the column that an index is read by. A period begins and ends by ids, which begin with their
/// moment. The walk begins behind what is older by an hour, and ends before what is younger by one: nothing takes so
/// long to be written, so that stands before all of the period in the chain, and this behind it.
const REST: &str = "a.id >= ?1 AND a.id < ?2 AND (?4 IS NULL OR ch.client_id = ?4) \
     AND (?5 IS NULL OR ch.principal_id = ?5) AND (?6 IS NULL OR ch.noun = ?6) \
     AND ch.n > CASE WHEN ?3 IS NULL THEN 0 ELSE (SELECT n FROM audit_chain WHERE audit_id = ?3) END \
     AND ch.n < CASE WHEN ?8 IS NULL THEN 9007199254740991 ELSE (SELECT n FROM audit_chain WHERE audit_id = ?8) END \
     AND ch.n > CASE WHEN ?9 IS NULL THEN 0 ELSE coalesce((SELECT p.n FROM audit f CROSS JOIN audit_chain p \
      ON p.audit_id = f.id WHERE f.id < ?9 ORDER BY f.id DESC LIMIT 1), 0) END \
     AND ch.n < CASE WHEN ?10 IS NULL THEN 9007199254740991 ELSE coalesce((SELECT p.n FROM audit f CROSS JOIN audit_chain p \
      ON p.audit_id = f.id WHERE f.id >= ?10 ORDER BY f.id LIMIT 1), 9007199254740991) END";

/// [`Listed`] entries of a page, or of a file where `most` is larger; newest first, backwards where the page
/// before a row is asked for. The narrowest of the filters is read by its index.
pub(crate) fn entries(filter: &Filter, cursor: Cursor<AuditId>, most: usize) -> Statement {
    let text =
        |id: Option<AuditId>, none: &str| id.map_or_else(|| none.to_owned(), |id| id.to_string());
    // The list runs from the newest to the oldest: what comes after a row has an earlier place.
    let (before, after) = match cursor {
        Cursor::First => (None, None),
        Cursor::After(id) => (Some(id), None),
        Cursor::Before(id) => (None, Some(id)),
    };
    let backwards = after.is_some();
    let id = |id: Option<AuditId>| Param::from(id.map(|id| id.to_string()));
    // No id is greater than "~".
    let params = [
        Param::from(text(filter.from, "")),
        text(filter.until, "~").into(),
        id(after),
        filter.client.map(|id| id.to_string()).into(),
        filter.person.clone().into(),
        filter.noun.clone().into(),
        u64::try_from(most + 1).unwrap_or(0).into(),
        id(before),
        id(filter.from.map(|from| moved(from, Millis::hours(-1)))),
        id(filter.until.map(|until| moved(until, Millis::hours(1)))),
    ];
    let sql = match (filter, backwards) {
        (
            Filter {
                client: Some(_), ..
            },
            false,
        ) => {
            formatcp!(
                "SELECT {ENTRY} WHERE ch.client_id = ?4 AND {REST} ORDER BY ch.n DESC LIMIT ?7"
            )
        }
        (
            Filter {
                client: Some(_), ..
            },
            true,
        ) => {
            formatcp!("SELECT {ENTRY} WHERE ch.client_id = ?4 AND {REST} ORDER BY ch.n LIMIT ?7")
        }
        (
            Filter {
                person: Some(_), ..
            },
            false,
        ) => {
            formatcp!(
                "SELECT {ENTRY} WHERE ch.principal_id = ?5 AND {REST} ORDER BY ch.n DESC LIMIT ?7"
            )
        }
        (
            Filter {
                person: Some(_), ..
            },
            true,
        ) => {
            formatcp!("SELECT {ENTRY} WHERE ch.principal_id = ?5 AND {REST} ORDER BY ch.n LIMIT ?7")
        }
        (Filter { noun: Some(_), .. }, false) => formatcp!(
            "SELECT {ENTRY} WHERE ch.noun = ?6 AND {REST} \
             ORDER BY ch.n DESC LIMIT ?7"
        ),
        (Filter { noun: Some(_), .. }, true) => formatcp!(
            "SELECT {ENTRY} WHERE ch.noun = ?6 AND {REST} \
             ORDER BY ch.n LIMIT ?7"
        ),
        (_, false) => formatcp!("SELECT {ENTRY} WHERE {REST} ORDER BY ch.n DESC LIMIT ?7"),
        (_, true) => formatcp!("SELECT {ENTRY} WHERE {REST} ORDER BY ch.n LIMIT ?7"),
    };
    Statement::new(sql, params)
}

/// The least id of a moment so far from that of another one.
fn moved(id: AuditId, by: Millis) -> AuditId {
    AuditId::new(id.moment().plus(by), [0; 10])
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
