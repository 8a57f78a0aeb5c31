//! The staff's dashboard, what concerns money: owed, overdue, paid this month, and twelve months of each
//! currency. All of it comes from sums that are kept by day and month, never from the invoices.

use super::Error;
use crate::domain::chart::{Bar, Chart, Month, MonthName};
use crate::domain::money::{Currency, Money};
use crate::domain::time::Timestamp;
use crate::store::billing::{self, Basics, Monthly, Owed};
use crate::store::{Results, Statement};

/// Currencies that are drawn; the others stand in their tables of figures.
const DRAWN: usize = 3;

/// What came in and is owed, currency by currency.
pub(crate) struct Overview {
    pub(crate) figures: Vec<Figures>,
    /// The months of all charts.
    pub(crate) months: Vec<MonthName>,
}

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

/// A chart with its figures.
pub(crate) struct Drawn {
    pub(crate) chart: Chart,
    /// Asked for, came in: month by month.
    amounts: Vec<(Money, Money)>,
}

impl Drawn {
    /// The months as a table has them, by the names of all charts.
    pub(crate) fn rows<'a>(
        &'a self,
        names: &'a [MonthName],
    ) -> impl Iterator<Item = (&'a str, &'a Money, &'a Money)> {
        let names = names.iter().map(|name| name.long.as_str());
        let rows = names.zip(&self.amounts);
        rows.map(|(name, (invoiced, received))| (name, invoiced, received))
    }
}

/// The statements: what is owed, the months, the business's day.
pub(crate) fn statements(now: Timestamp) -> Vec<Statement> {
    vec![billing::basics(), billing::owed(now), billing::months(now)]
}

/// Reads what [`statements`] asked.
pub(crate) fn read(results: &mut Results, now: Timestamp) -> Result<Overview, Error> {
    let billing: Option<Basics> = results.first()?;
    let owed: Vec<Owed> = results.rows()?;
    let months: Vec<Monthly> = results.rows()?;
    let today = billing.map_or(now.date(), |billing| billing.today(now));
    // A currency of the last months in which nothing is open any more is shown, too.
    // Of many months there are few currencies.
    let mut currencies: Vec<Currency> = Vec::new();
    let all = owed.iter().map(|owed| owed.currency);
    for currency in all.chain(months.iter().map(|month| month.currency)) {
        if !currencies.contains(&currency) {
            currencies.push(currency);
        }
    }
    currencies.sort_unstable();
    let names = MonthName::last_twelve(today);
    let figures = currencies.into_iter().enumerate();
    let figures = figures
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
                    drawn(currency, &months, &names)?
                } else {
                    None
                },
            })
        })
        .collect::<Result<_, Error>>()?;
    Ok(Overview {
        figures,
        months: names,
    })
}

/// The chart of a currency, if anything happened in its months.
fn drawn(
    currency: Currency,
    months: &[Monthly],
    names: &[MonthName],
) -> Result<Option<Drawn>, Error> {
    let own = months.iter().filter(|month| month.currency == currency);
    let own: Vec<(&str, Month)> = own
        .map(|month| {
            let of = Month {
                invoiced: month.invoiced,
                received: month.received.saturating_sub(month.given_back),
            };
            (month.span.as_str(), of)
        })
        .collect();
    if own.is_empty() {
        return Ok(None);
    }
    let chart = Chart::new(currency, &own, names);
    let money = |minor| Money::new(minor, currency);
    let both = |bar: &Bar| Ok::<_, Error>((money(bar.month.invoiced)?, money(bar.month.received)?));
    let amounts = chart.bars.iter().map(both).collect::<Result<_, _>>()?;
    Ok(Some(Drawn { chart, amounts }))
}
