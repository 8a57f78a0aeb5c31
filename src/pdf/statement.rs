//! From a statement of account to its sheet.

use super::invoice::{day, party};
use super::sheet::{Account, AccountRow, Sheet};
use crate::domain::invoice::parties::Parties;
use crate::domain::statement::{Ageing, Statement, StatementLine};
use crate::domain::time::Date;

/// A statement, as far as it stands on paper.
#[derive(Debug, Clone, Copy)]
pub struct Stated<'a> {
    /// What happened.
    pub statement: &'a Statement,
    /// More about each line, in the order of the lines.
    pub details: &'a [String],
    /// What is due.
    pub ageing: &'a Ageing,
    /// The day it was made, of which the ageing is.
    pub on: Date,
    /// Whose it is, from whom.
    pub parties: &'a Parties,
    /// A sentence about the sums.
    pub remark: &'a str,
}

/// The period as it is read.
pub fn period(from: Date, to: Date) -> String {
    format!("{} – {}", from.words(), to.words())
}

/// The sheet of a statement; without the logo's bytes, which are added before it is drawn.
pub fn sheet_of_statement(of: &Stated<'_>) -> Sheet {
    let statement = of.statement;
    let currency = statement.currency;
    let row = |(line, detail): (&StatementLine, &String)| AccountRow {
        on: line.entry.on.words(),
        what: line.entry.title(),
        detail: detail.clone(),
        charge: line.charge.minor(),
        credit: line.credit.minor(),
        balance: line.balance.minor(),
    };
    let buckets = of.ageing.buckets();
    let due = buckets.iter().any(|(_, amount)| !amount.is_zero());
    let bucket =
        |(label, amount): (&str, crate::domain::money::Money)| (label.to_owned(), amount.minor());
    Sheet {
        heading: "Statement of account".to_owned(),
        number: period(statement.from, statement.to),
        revision: currency.code().to_owned(),
        language: "en".to_owned(),
        issued: day(of.on),
        facts: vec![("Currency".to_owned(), currency.code().to_owned())],
        headline: statement.headline(),
        seller: party(&of.parties.seller),
        buyer: party(&of.parties.buyer),
        currency: currency.code().to_owned(),
        exponent: currency.exponent(),
        accent: of.parties.look.colour.clone(),
        account: Some(Account {
            opening: statement.opening.minor(),
            rows: statement.lines.iter().zip(of.details).map(row).collect(),
            charged: statement.charged.minor(),
            credited: statement.credited.minor(),
            closing: statement.closing.minor(),
            ageing: if due {
                buckets.map(bucket).into()
            } else {
                Vec::new()
            },
            ageing_title: format!("Due on {}, by how late it is", of.on.words()),
            remark: of.remark.to_owned(),
        }),
        ..Sheet::default()
    }
}
