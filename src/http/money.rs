//! The staff's dashboard, what concerns money: owed, overdue, paid this month, and twelve months of each
//! currency. All of it comes from sums that are kept by day and month, never from the invoices.

use super::Error;
use crate::domain::chart::{Chart, Month};
use crate::domain::money::{Currency, Money};
use crate::domain::time::{Date, Timestamp};
use crate::store::billing::{self, Basics, Monthly, Owed};
use crate::store::{Results, Statement};

/// Currencies that are drawn; the others stand in their tables of figures.
const DRAWN: usize = 3;

/// A currency in figures.
pub(crate) struct Figures {
    pub(crate) currency: Currency,
    pub(crate) outstanding: String,
    /// Empty: nothing is late.
    pub(crate) overdue: String,
    pub(crate) received: String,
    pub(crate) open: i64,
    pub(crate) chart: Option<Drawn>,
}

/// A chart with its figures in words.
pub(crate) struct Drawn {
    pub(crate) chart: Chart,
    /// Month, asked for, came in.
    pub(crate) rows: Vec<(String, String, String)>,
}

/// The statements: what is owed, the months, the business's day.
pub(crate) fn statements(now: Timestamp) -> Vec<Statement> {
    vec![billing::basics(), billing::owed(now), billing::months(now)]
}

/// Reads what [`statements`] asked.
pub(crate) fn read(results: &mut Results, now: Timestamp) -> Result<Vec<Figures>, Error> {
    let billing: Option<Basics> = results.first()?;
    let owed: Vec<Owed> = results.rows()?;
    let months: Vec<Monthly> = results.rows()?;
    let today = billing.map_or(now.date(), |billing| billing.today(now));
    // A currency of the last months in which nothing is open any more is shown, too.
    let mut currencies: Vec<Currency> = owed.iter().map(|owed| owed.currency).collect();
    currencies.extend(months.iter().map(|month| month.currency));
    currencies.sort_unstable();
    currencies.dedup();
    let figures = currencies.into_iter().enumerate();
    figures
        .map(|(n, currency)| {
            let owed = owed.iter().find(|owed| owed.currency == currency);
            let words = |minor: i64| Money::new(minor, currency).map(|money| money.to_string());
            let late = owed.map_or(0, |owed| owed.late);
            Ok(Figures {
                currency,
                outstanding: words(owed.map_or(0, |owed| owed.due))?,
                overdue: if late > 0 {
                    words(late)?
                } else {
                    String::new()
                },
                received: words(owed.map_or(0, |owed| owed.received))?,
                open: owed.map_or(0, |owed| owed.open_invoices),
                chart: if n < DRAWN {
                    drawn(currency, &months, today)?
                } else {
                    None
                },
            })
        })
        .collect()
}

/// The chart of a currency, if anything happened in its months.
fn drawn(currency: Currency, months: &[Monthly], today: Date) -> Result<Option<Drawn>, Error> {
    let own = months.iter().filter(|month| month.currency == currency);
    let own: Vec<(String, Month)> = own
        .map(|month| {
            let of = Month {
                invoiced: month.invoiced,
                received: month.received.saturating_sub(month.given_back),
            };
            (month.span.clone(), of)
        })
        .collect();
    if own.is_empty() {
        return Ok(None);
    }
    let chart = Chart::new(currency, &own, today);
    let words = |minor: i64| Money::new(minor, currency).map(|money| money.to_string());
    let rows = chart.bars.iter().map(|bar| {
        Ok::<_, Error>((
            bar.name.clone(),
            words(bar.month.invoiced)?,
            words(bar.month.received)?,
        ))
    });
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(Some(Drawn { chart, rows }))
}
