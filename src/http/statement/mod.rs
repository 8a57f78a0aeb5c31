//! The statement of account: a page, a table for spreadsheets, and a PDF; for staff and for the client.
//!
//! | part | what it does |
//! |---|---|
//! | here | what is asked for, and what that comes to |
//! | [`show`] | the page |
//! | [`file`](mod@file) | CSV and PDF |

mod file;
mod show;

pub(crate) use file::{client_csv, client_pdf, staff_csv, staff_pdf};
pub(crate) use show::{client_page, staff_page};

use serde::Deserialize;

use super::Error;
use super::guard::{InPathAndQuery, InQuery, Load};
use crate::domain::id::ClientId;
use crate::domain::invoice::parties::Parties;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::payment::offline::Method;
use crate::domain::statement::{Ageing, Entry, EntryKind, Statement as Account};
use crate::domain::time::{Date, Timestamp};
use crate::store::billing::{self, Billing, Buyer};
use crate::store::branding::{self, Branding};
use crate::store::statement::{self, Asked, Happened, Held, MOST, Open, Used, Wanted, Whose};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The query. What does not parse is not asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Query {
    currency: String,
    from: String,
    to: String,
}

impl Query {
    fn wanted(&self) -> Wanted {
        Wanted {
            currency: Currency::parse(&self.currency).ok(),
            from: Date::parse(&self.from).ok(),
            to: Date::parse(&self.to).ok(),
        }
    }
}

/// A statement with whose it is and who made it.
pub(crate) struct Stated {
    /// The currency and period.
    asked: Asked,
    buyer: Buyer,
    currencies: Vec<Currency>,
    /// Why there is none, in a sentence; else the statement.
    account: Result<Account, String>,
    /// More about each line of it: a method, and the path of an invoice's page.
    details: Vec<Detail>,
    ageing: Ageing,
    /// Disputed or charged back.
    held: Money,
    /// The business's day.
    today: Date,
    parties: Parties,
}

/// More about a line.
#[derive(Debug, Clone, Default)]
struct Detail {
    method: String,
    /// The invoice, where it is one alone.
    invoice: Option<String>,
}

impl Stated {
    fn ask(whose: Whose<'_>, now: Timestamp, query: &Query) -> Vec<Statement> {
        let mut all = statement::statements(whose, now, query.wanted());
        all.extend([billing::settings(), branding::truth()]);
        all
    }

    fn read_all(results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        let asked: Option<Asked> = results.first()?;
        let buyer: Option<Buyer> = results.first()?;
        let used: Vec<Used> = results.rows()?;
        let held: Held = results.first()?.unwrap_or_default();
        let happened: Vec<Happened> = results.rows()?;
        let open: Vec<Open> = results.rows()?;
        let billing: Option<Billing> = results.first()?;
        let look: Branding = results.first()?.unwrap_or_default();
        let Some(((asked, buyer), billing)) = asked.zip(buyer).zip(billing) else {
            return Ok(None);
        };
        let money = |minor| Money::new(minor, asked.currency);
        let today = billing.today(now);
        let due = open.iter().map(|open| Ok((open.due_on, money(open.due)?)));
        let due = due.collect::<Result<Vec<_>, MoneyError>>()?;
        let (account, details) = account(&asked, money(held.opening)?, happened)?;
        let mut currencies: Vec<Currency> = used.into_iter().map(|used| used.currency).collect();
        if !currencies.contains(&asked.currency) {
            currencies.push(asked.currency);
        }
        Ok(Some(Self {
            ageing: Ageing::new(asked.currency, due, today)?,
            held: money(held.held)?,
            parties: billing.parties(&buyer, &look),
            asked,
            buyer,
            currencies,
            account,
            details,
            today,
        }))
    }

    /// A sentence about the balance, where it is not what is asked for.
    fn remark(&self) -> String {
        if self.held.is_positive() {
            format!(
                "{} of the balance is disputed or was charged back by a bank. It is not asked for at the moment.",
                self.held
            )
        } else {
            String::new()
        }
    }
}

/// What happened, sorted and added up, with more about each line.
fn account(
    asked: &Asked,
    opening: Money,
    happened: Vec<Happened>,
) -> Result<(Result<Account, String>, Vec<Detail>), Error> {
    if happened.len() > MOST {
        let why = format!(
            "More than {MOST} things happened in this period. Please choose a shorter one."
        );
        return Ok((Err(why), Vec::new()));
    }
    let mut all = Vec::with_capacity(happened.len());
    for each in happened {
        let kind = EntryKind::parse(&each.kind)
            .ok_or_else(|| Error::internal(format!("a statement knows no {}", each.kind)))?;
        let method = match (kind, each.method.as_str()) {
            (EntryKind::Payment, "") => String::new(),
            (EntryKind::Payment, method) => Method::parse(method)
                .map_or("Paid online", Method::label)
                .to_owned(),
            _ => String::new(),
        };
        let entry = Entry {
            on: each.day,
            kind,
            reference: each.reference.unwrap_or_default(),
            amount: Money::new(each.amount, asked.currency)?,
        };
        let detail = Detail {
            method,
            invoice: each.invoice_id,
        };
        all.push((entry, detail));
    }
    // The same stable order as the statement's own, so that details stay at their lines.
    all.sort_by_key(|(entry, _)| (entry.on, entry.kind));
    let (entries, details) = all.into_iter().unzip();
    let account = Account::new(opening, asked.first, asked.last, entries);
    Ok((account.map_err(|why| why.to_string()), details))
}

/// For staff.
pub(crate) struct OfClient(Stated, Query);

impl Load for OfClient {
    type Args = InPathAndQuery<ClientId, Query>;
    fn statements(InPathAndQuery(client, query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        Stated::ask(Whose::Client(*client), asker.now, query)
    }
    fn read(
        InPathAndQuery(_, query): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let stated = Stated::read_all(results, now)?;
        Ok(stated.map(|stated| Self(stated, query)))
    }
}

/// For the client's own people.
pub(crate) struct Own(Stated, Query);

impl Load for Own {
    type Args = InQuery<Query>;
    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        Stated::ask(Whose::Contact(asker), asker.now, query)
    }
    fn read(
        InQuery(query): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let stated = Stated::read_all(results, now)?;
        Ok(stated.map(|stated| Self(stated, query)))
    }
}

/// The address of a statement's page on either side.
fn home(client: Option<ClientId>) -> String {
    client.map_or_else(
        || "/billing/statement".to_owned(),
        |id| format!("/admin/clients/{id}/statement"),
    )
}

/// What was asked for, as it stands in addresses.
fn query(asked: &Asked) -> String {
    format!(
        "?currency={}&from={}&to={}",
        asked.currency, asked.first, asked.last
    )
}
