//! A list of time as a table for other programs. Made when it is asked for and kept nowhere.

use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::asked::{Asked, Parts};
use crate::domain::csv::Csv;
use crate::domain::filename::FileName;
use crate::domain::id::ClientId;
use crate::domain::money::{Money, Quantity};
use crate::domain::time::Timestamp;
use crate::domain::time_log::{clock, hours};
use crate::http::Error;
use crate::http::chrome::Flash;
use crate::http::guard::{InPathAndQuery, InQuery, Load, Staff};
use crate::http::page::{Answer, see};
use crate::store::client::Client;
use crate::store::time_log::{Entry, list};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// The most entries of a file.
const MOST: usize = 10_000;

/// What goes in.
pub(crate) struct All(Vec<Entry>, String);

fn rows(asked: &Asked, of: Option<ClientId>, now: Timestamp) -> Result<Statement, Error> {
    let most = u32::try_from(MOST + 1).unwrap_or(u32::MAX);
    Ok(list::rows(&asked.filter(of), None, most, now)?)
}

/// The address of the list that a file is of.
fn home(asked: &Asked, of: Option<ClientId>) -> String {
    let path = of.map_or_else(
        || "/admin/time-logs".to_owned(),
        |client| format!("/admin/clients/{client}/time-logs"),
    );
    Parts::of(&asked.filter(of), of.is_some(), "").address(&path)
}

impl Load for All {
    type Args = InQuery<Asked>;
    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        rows(query, None, asker.now).into_iter().collect()
    }
    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(Some(Self(results.rows()?, home(&asked, None))))
    }
}

/// … of a client.
pub(crate) struct Of(Client, All);

impl Load for Of {
    type Args = InPathAndQuery<ClientId, Asked>;
    fn statements(InPathAndQuery(id, query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let rows = rows(query, Some(*id), asker.now).into_iter();
        std::iter::once(Client::by_id(*id)).chain(rows).collect()
    }
    fn read(
        InPathAndQuery(id, asked): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let entries = results.rows()?;
        Ok(client.map(|client| Self(client, All(entries, home(&asked, Some(id))))))
    }
}

/// `GET /admin/time-logs.csv`
pub(crate) async fn all_csv(staff: Staff<All>) -> Answer {
    let name = format!("Time {}.csv", staff.app.now.date());
    csv(&staff.app, staff.page, &name)
}

/// `GET /admin/clients/{id}/time-logs.csv`
pub(crate) async fn client_csv(staff: Staff<Of>) -> Answer {
    let Of(client, all) = staff.page;
    let name = format!("Time {} {}.csv", client.name, staff.app.now.date());
    csv(&staff.app, all, &name)
}

fn csv(app: &crate::app::App, All(entries, home): All, name: &str) -> Answer {
    if entries.len() > MOST {
        Flash::error(
            app,
            "That is more than 10,000 entries. Choose a shorter period, then download it.",
        );
        return see(&home);
    }
    let mut csv = Csv::new([
        "Date", "Client", "Project", "Task", "Person", "Note", "Time", "Hours", "State", "Rate",
        "Amount", "Currency", "Invoice",
    ]);
    for entry in &entries {
        let minutes = i64::from(entry.minutes);
        let spent = hours(minutes).map(Quantity::plain);
        csv.date(entry.day)
            .text(&entry.client)
            .text(entry.project.as_deref().unwrap_or_default())
            .text(entry.task.as_deref().unwrap_or_default())
            .text(&entry.person)
            .text(&entry.description)
            .text(&clock(minutes))
            .text(&spent.unwrap_or_default())
            .text(entry.state.label());
        let rate = entry.rate.zip(entry.currency);
        csv.text(&rate.map_or_else(String::new, |(rate, currency)| rate.plain(currency)));
        let amount = entry.amount.zip(entry.currency);
        match amount {
            Some((minor, currency)) => csv.amount(Money::new(minor, currency)?),
            None => csv.text(""),
        };
        csv.text(
            &entry
                .currency
                .map_or_else(String::new, |currency| currency.to_string()),
        );
        csv.text(entry.invoice.as_deref().unwrap_or_default());
    }
    answer(&FileName::clean(name), csv.finish())
}

fn answer(name: &FileName, table: String) -> Result<Response, Error> {
    let disposition = HeaderValue::from_str(&name.content_disposition())
        .map_err(|error| Error::internal(error.to_string()))?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let headers = [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, table).into_response())
}
