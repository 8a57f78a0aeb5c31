//! Entries that become lines of an invoice: each at most once.

use const_format::formatcp;
use serde::{Deserialize, Serialize};

use super::{TIME_ENTRY, TIME_NAMES};
use crate::domain::id::{ClientId, InvoiceId, ProjectId, TimeEntryId};
use crate::domain::money::Currency;
use crate::domain::time::Timestamp;
use crate::domain::time_log::period::Period;
use crate::store::{Error, Param, Statement, statement};

/// The most entries of one invoice.
pub(crate) const MOST: usize = 500;

/// The entries of a client that wait to be billed, the oldest first, one more than [`MOST`]: of those
/// days, for that project. Those without a rate come too.
pub(crate) fn open(client: ClientId, project: Option<ProjectId>, period: Period) -> Statement {
    statement!(
        formatcp!(
            "SELECT {TIME_ENTRY} FROM time_entries e {TIME_NAMES} \
             WHERE e.client_id = ?1 AND e.state = 'unbilled' AND e.day BETWEEN ?2 AND ?3 \
             AND (?4 IS NULL OR e.project_id = ?4) ORDER BY e.day, e.id LIMIT 501"
        ),
        client.to_string(),
        period.from.map_or_else(String::new, |day| day.to_string()),
        period
            .to
            .map_or_else(|| "9".to_owned(), |day| day.to_string()),
        Param::from(project.map(|id| id.to_string()))
    )
}

/// An invoice that is there.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Made {
    pub(crate) id: InvoiceId,
}

/// Whether the invoice was [`Made`].
pub(crate) fn made(id: InvoiceId) -> Statement {
    statement!("SELECT id FROM invoices WHERE id = ?1", id.to_string())
}

/// An entry as it was read.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Chosen {
    pub(crate) id: TimeEntryId,
    pub(crate) revision: i64,
}

/// Notes that an invoice, made earlier in the batch, bills these entries. Unless each of them is as it
/// was read and not billed yet, the whole batch is refused ([`Meanwhile`](super::super::Conflict::Meanwhile)).
pub(crate) fn bill(
    chosen: &[Chosen],
    (client, currency): (ClientId, Currency),
    invoice: InvoiceId,
    now: Timestamp,
) -> Result<Vec<Statement>, Error> {
    let json = serde_json::to_string(chosen)?;
    let count = i64::try_from(chosen.len()).unwrap_or(i64::MAX);
    Ok(vec![
        statement!(
            "INSERT INTO must_hold (holds) SELECT count(*) = ?2 FROM json_each(?1) j \
             CROSS JOIN time_entries e ON e.id = json_extract(j.value, '$.id') \
             WHERE e.revision = json_extract(j.value, '$.revision') AND e.state = 'unbilled' \
             AND e.client_id = ?3 AND e.currency = ?4",
            json.as_str(),
            count,
            client.to_string(),
            currency.code()
        ),
        statement!(
            "UPDATE time_entries SET invoice_id = ?2, revision = revision + 1, updated_at = ?3 \
             WHERE id IN (SELECT json_extract(j.value, '$.id') FROM json_each(?1) j) AND invoice_id IS NULL",
            json,
            invoice.to_string(),
            now
        ),
    ])
}
