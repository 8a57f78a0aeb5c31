//! The staff's dashboard, what concerns money: owed, overdue and received this month by currency, the business's own
//! first; and twelve months of one of them. All of it comes from sums that are kept by day and month, never from
//! the invoices.

use serde::Deserialize;

use super::Error;
use crate::domain::chart::{Bar, Chart, Month, MonthName};
use crate::domain::money::{Currency, Money};
use crate::domain::time::Timestamp;
use crate::store::billing::{self, Basics, Monthly, Owed};
use crate::store::{Results, Statement};

/// The query: whose twelve months are shown, where not those of the business's own currency.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chosen {
    months: String,
}

impl Chosen {
    fn currency(&self) -> Option<Currency> {
        Currency::parse(&self.months).ok()
    }
}

/// What came in and is owed, currency by currency.
pub(crate) struct Overview {
    pub(crate) figures: Vec<Figures>,
    /// The months of the chart.
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
    pub(crate) months: Months,
}

/// The twelve months of a currency.
pub(crate) enum Months {
    /// They are shown.
    Drawn(Drawn),
    /// They would be, but nothing happened in them.
    Quiet,
    /// They are shown when they are asked for.
    Elsewhere,
}

/// A chart with its figures.
pub(crate) struct Drawn {
    pub(crate) chart: Chart,
    /// Asked for, came in: month by month.
    amounts: Vec<(Money, Money)>,
}

impl Drawn {
    /// The months as a table has them.
    pub(crate) fn rows<'a>(
        &'a self,
        names: &'a [MonthName],
    ) -> impl Iterator<Item = (&'a str, &'a Money, &'a Money)> {
        let names = names.iter().map(|name| name.long.as_str());
        let rows = names.zip(&self.amounts);
        rows.map(|(name, (invoiced, received))| (name, invoiced, received))
    }
}

/// The statements: the business's currency and day, what is owed, the months.
pub(crate) fn statements(chosen: &Chosen, now: Timestamp) -> Vec<Statement> {
    vec![
        billing::basics(),
        billing::owed(now),
        billing::months(now, chosen.currency()),
    ]
}

/// Reads what [`statements`] asked.
pub(crate) fn read(
    chosen: &Chosen,
    results: &mut Results,
    now: Timestamp,
) -> Result<Overview, Error> {
    let billing: Option<Basics> = results.first()?;
    let owed: Vec<Owed> = results.rows()?;
    let months: Vec<Monthly> = results.rows()?;
    let today = billing
        .as_ref()
        .map_or(now.date(), |billing| billing.today(now));
    let own = billing.map(|billing| billing.currency);
    let shown = chosen.currency().or(own);
    let names = MonthName::last_twelve(today);
    let mut chart = match shown {
        Some(currency) => drawn(currency, &months, &names)?,
        None => None,
    };
    // Where nothing is open any more, its months may be shown all the same.
    let of_chart = chart.as_ref().and(shown);
    let owing = owed.iter().map(|owed| owed.currency);
    let mut currencies: Vec<Currency> = owing.filter(|owing| Some(*owing) != of_chart).collect();
    currencies.extend(of_chart);
    currencies.sort_unstable_by_key(|currency| (Some(*currency) != own, *currency));
    let figures = currencies.into_iter().map(|currency| {
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
            months: match chart.take_if(|_| Some(currency) == shown) {
                Some(drawn) => Months::Drawn(drawn),
                None if Some(currency) == shown => Months::Quiet,
                None => Months::Elsewhere,
            },
        })
    });
    Ok(Overview {
        figures: figures.collect::<Result<_, Error>>()?,
        months: names,
    })
}

/// The chart of a currency, if anything happened in its months.
fn drawn(
    currency: Currency,
    months: &[Monthly],
    names: &[MonthName],
) -> Result<Option<Drawn>, Error> {
    if months.is_empty() {
        return Ok(None);
    }
    let months = months.iter().map(|month| {
        let of = Month {
            invoiced: month.invoiced,
            received: month.received.saturating_sub(month.given_back),
        };
        (month.span.as_str(), of)
    });
    let chart = Chart::new(currency, &months.collect::<Vec<_>>(), names);
    let money = |minor| Money::new(minor, currency);
    let both = |bar: &Bar| Ok::<_, Error>((money(bar.month.invoiced)?, money(bar.month.received)?));
    let amounts = chart.bars.iter().map(both).collect::<Result<_, _>>()?;
    Ok(Some(Drawn { chart, amounts }))
}
