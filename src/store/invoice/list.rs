//! Lists of invoices: newest first, by key, whatever is asked for.
//!
//! A page goes on after the day and id of the last row before it. Each way of asking is a statement
//! of its own, so that each walks an index from there and stops at the end of the page.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::{ClientId, InvoiceId};
use crate::domain::invoice::State;
use crate::domain::money::Currency;
use crate::domain::time::{Date, Timestamp};
use crate::store::billing::TODAY;
use crate::store::{Param, Statement, statement};

/// Rows of a page.
pub(crate) const PAGE: usize = 25;

/// A line of a list.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: InvoiceId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) number: Option<String>,
    pub(crate) currency: Currency,
    pub(crate) status: String,
    pub(crate) total: i64,
    pub(crate) due: i64,
    pub(crate) issued_on: Date,
    pub(crate) due_on: Date,
    /// A revision of it is being written.
    #[serde(deserialize_with = "crate::store::flag")]
    pub(crate) revising: bool,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filter {
    /// Of one client.
    pub(crate) client: Option<ClientId>,
    /// In one state.
    pub(crate) state: Option<State>,
    /// In one currency.
    pub(crate) currency: Option<Currency>,
    /// From that day on.
    pub(crate) from: Option<Date>,
    /// Up to that day.
    pub(crate) to: Option<Date>,
}

/// The last row of the page before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct After {
    /// Its day: the due date where open ones are asked for, else the date on it.
    pub(crate) day: Date,
    pub(crate) id: InvoiceId,
}

/// The columns of [`Listed`], of `invoices i` and `clients c`.
pub(super) const LISTED: &str = "i.id, i.client_id, c.name AS client_name, i.number, i.currency, i.status, i.total, i.due, \
     i.issued_on, i.due_on, EXISTS (SELECT 1 FROM invoice_revisions o \
      WHERE o.invoice_id = i.id AND o.sealed_at IS NULL AND i.state = 'sent') AS revising";

/// One row more than [`PAGE`], newest first; those that wait for their money by due date, the first due first.
pub(crate) fn rows(filter: &Filter, after: Option<After>, now: Timestamp) -> Statement {
    let client = filter.client.map(|id| id.to_string());
    let currency = filter.currency.map(|currency| currency.code().to_owned());
    let from = filter.from.map_or_else(String::new, |day| day.to_string());
    if let Some(state @ (State::Outstanding | State::Overdue)) = filter.state {
        let late = state == State::Overdue;
        return by_due_date(late, client, currency, from, filter.to, after, now);
    }
    // A page begins below the last row before it, or below the day after the last one asked for.
    let (day, id) = match (after, filter.to) {
        (Some(after), _) => (after.day.to_string(), after.id.to_string()),
        (None, Some(to)) => (to.plus_days(1).to_string(), String::new()),
        (None, None) => ("9999-99-99".to_owned(), String::new()),
    };
    match (client, filter.state.map(State::as_str), currency) {
        (Some(client), status, currency) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
                 WHERE i.client_id = ?4 AND (i.issued_on, i.id) < (?1, ?2) AND i.issued_on >= ?3 \
                 AND (?5 IS NULL OR i.status = ?5) AND (?6 IS NULL OR i.currency = ?6) \
                 ORDER BY i.issued_on DESC, i.id DESC LIMIT 26"
            ),
            day,
            id,
            from,
            client,
            Param::from(status),
            Param::from(currency)
        ),
        (None, Some(status), Some(currency)) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM invoices i INDEXED BY invoices_by_currency_and_status \
                 CROSS JOIN clients c ON c.id = i.client_id WHERE i.currency = ?5 AND i.status = ?4 \
                 AND (i.issued_on, i.id) < (?1, ?2) AND i.issued_on >= ?3 \
                 ORDER BY i.issued_on DESC, i.id DESC LIMIT 26"
            ),
            day,
            id,
            from,
            status,
            currency
        ),
        (None, Some(status), None) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
                 WHERE i.status = ?4 AND (i.issued_on, i.id) < (?1, ?2) AND i.issued_on >= ?3 \
                 ORDER BY i.issued_on DESC, i.id DESC LIMIT 26"
            ),
            day,
            id,
            from,
            status
        ),
        (None, None, Some(currency)) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
                 WHERE i.currency = ?4 AND (i.issued_on, i.id) < (?1, ?2) AND i.issued_on >= ?3 \
                 ORDER BY i.issued_on DESC, i.id DESC LIMIT 26"
            ),
            day,
            id,
            from,
            currency
        ),
        (None, None, None) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
                 WHERE (i.issued_on, i.id) < (?1, ?2) AND i.issued_on >= ?3 \
                 ORDER BY i.issued_on DESC, i.id DESC LIMIT 26"
            ),
            day,
            id,
            from
        ),
    }
}

/// Outstanding ones by due date: those whose due date has passed, or those whose has not.
fn by_due_date(
    late: bool,
    client: Option<String>,
    currency: Option<String>,
    from: String,
    to: Option<Date>,
    after: Option<After>,
    now: Timestamp,
) -> Statement {
    // None is due before its own date, so those before the period need not be looked at. The range of days
    // stands beside the row value, because SQLite seeks by the first column of that alone.
    let (day, id) = after.map_or_else(
        || (from.clone(), String::new()),
        |after| (after.day.to_string(), after.id.to_string()),
    );
    let to = to.map_or_else(|| "9999-99-99".to_owned(), |day| day.to_string());
    match (client, currency) {
        (Some(client), currency) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
                 WHERE i.client_id = ?7 AND i.due > 0 AND i.status = 'outstanding' \
                 AND i.due_on >= max(?3, CASE WHEN ?2 THEN '' ELSE {TODAY} END) \
                 AND i.due_on < CASE WHEN ?2 THEN {TODAY} ELSE '9999-99-99' END AND (i.due_on, i.id) > (?3, ?4) \
                 AND i.issued_on BETWEEN ?5 AND ?6 \
                 AND (?8 IS NULL OR i.currency = ?8) ORDER BY i.due_on, i.id LIMIT 26"
            ),
            now,
            late,
            day,
            id,
            from,
            to,
            client,
            Param::from(currency)
        ),
        (None, Some(currency)) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM invoices i INDEXED BY invoices_open_by_currency \
                 CROSS JOIN clients c ON c.id = i.client_id \
                 WHERE i.currency = ?7 AND i.due > 0 AND i.status = 'outstanding' \
                 AND i.due_on >= max(?3, CASE WHEN ?2 THEN '' ELSE {TODAY} END) \
                 AND i.due_on < CASE WHEN ?2 THEN {TODAY} ELSE '9999-99-99' END AND (i.due_on, i.id) > (?3, ?4) \
                 AND i.issued_on BETWEEN ?5 AND ?6 ORDER BY i.due_on, i.id LIMIT 26"
            ),
            now,
            late,
            day,
            id,
            from,
            to,
            currency
        ),
        (None, None) => statement!(
            formatcp!(
                "SELECT {LISTED} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
                 WHERE i.status = 'outstanding' AND i.due > 0 \
                 AND i.due_on >= max(?3, CASE WHEN ?2 THEN '' ELSE {TODAY} END) \
                 AND i.due_on < CASE WHEN ?2 THEN {TODAY} ELSE '9999-99-99' END AND (i.due_on, i.id) > (?3, ?4) \
                 AND i.issued_on BETWEEN ?5 AND ?6 ORDER BY i.due_on, i.id LIMIT 26"
            ),
            now,
            late,
            day,
            id,
            from,
            to
        ),
    }
}
