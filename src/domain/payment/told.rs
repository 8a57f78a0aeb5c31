//! Facts told as JSON, folded and answered as JSON: what the tests hold D1's own fold against.

use super::fact::{Fact, Kind};
use super::fold::{Dispute, Ledger, Moved};
use super::share::Share;
use crate::domain::invoice::state::{Position, Stored};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// A fact as D1's ledger keeps it.
#[derive(Debug, Deserialize)]
struct Row {
    kind: String,
    object: String,
    payment: String,
    amount: i64,
    currency: Currency,
    counts: bool,
    at: i64,
    rank: u8,
}

/// How much of a payment is for an invoice.
#[derive(Debug, Deserialize)]
struct Part {
    payment: String,
    invoice: String,
    amount: i64,
    later: i64,
}

/// An invoice that was sent.
#[derive(Debug, Deserialize)]
struct Asked {
    id: String,
    currency: Currency,
    total: i64,
}

/// Facts in the order in which they are heard, the parts, the invoices.
#[derive(Debug, Deserialize)]
struct Told {
    facts: Vec<Row>,
    parts: Vec<Part>,
    invoices: Vec<Asked>,
}

/// An invoice as D1 has it when all is computed.
#[derive(Debug, Serialize)]
struct Stands {
    id: String,
    status: &'static str,
    paid: i64,
    refunded: i64,
    disputed_out: i64,
    disputed_in: i64,
    dispute: i64,
    net: i64,
    due: i64,
    credit: i64,
}

/// Why nothing is answered.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// What was told cannot be read.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Amounts that cannot be.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A kind that there is not.
    #[error("there is no fact of the kind {0}")]
    Kind(String),
}

/// Folds a list of tellings, each with facts, parts and invoices; answers a list of lists of invoices.
pub fn fold(told: &str) -> Result<String, FoldError> {
    let told: Vec<Told> = serde_json::from_str(told)?;
    let answers = told.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    Ok(serde_json::to_string(&answers)?)
}

fn one(told: &Told) -> Result<Vec<Stands>, FoldError> {
    let mut ledger = Ledger::default();
    for row in &told.facts {
        let kind = Kind::parse(&row.kind).ok_or_else(|| FoldError::Kind(row.kind.clone()))?;
        ledger.put(Fact {
            kind,
            object: row.object.clone(),
            payment: row.payment.clone(),
            amount: Money::new(row.amount, row.currency)?,
            counts: row.counts,
            at: Timestamp(row.at),
            rank: row.rank,
        });
    }
    let invoices = told.invoices.iter();
    invoices.map(|asked| stands(asked, told, &ledger)).collect()
}

fn stands(asked: &Asked, told: &Told, ledger: &Ledger) -> Result<Stands, FoldError> {
    let currency = asked.currency;
    let mut moved = Moved::nothing(currency);
    for part in told.parts.iter().filter(|part| part.invoice == asked.id) {
        // A payment in another currency counts nothing.
        if let Some(all) = ledger.moved(&part.payment)?
            && all.paid.currency() == currency
        {
            let share = Share {
                amount: Money::new(part.amount, currency)?,
                later: Money::new(part.later, currency)?,
            };
            moved = moved.plus(share.of(all)?)?;
        }
    }
    // Before its due date, so that nothing is overdue: D1 does not store that.
    let today = Timestamp(0).date();
    let position = Position {
        stored: Stored::Sent,
        total: Money::new(asked.total, currency)?,
        moved,
        processing: false,
        reopened: Money::zero(currency),
        due_on: Date::plus_days(today, 1),
    };
    let view = position.view(today)?;
    Ok(Stands {
        id: asked.id.clone(),
        status: view.state.as_str(),
        paid: moved.paid.minor(),
        refunded: moved.refunded.minor(),
        disputed_out: moved.disputed_out.minor(),
        disputed_in: moved.disputed_in.minor(),
        dispute: match moved.dispute {
            Dispute::None => 0,
            Dispute::Lost => 1,
            Dispute::Open => 2,
        },
        net: moved.net()?.minor(),
        due: view.due.minor(),
        credit: view.credit.minor(),
    })
}
