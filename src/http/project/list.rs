//! The projects in a client's record.

use askama::Template;

use super::client::Row;
use crate::domain::id::ClientId;
use crate::domain::time::Timestamp;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPathAndQuery, Load, Me, Staff};
use crate::http::page::{Answer, page};
use crate::http::paging::{Paging, address};
use crate::store::client::Client;
use crate::store::project::{self, Listed};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// A page of a client's projects.
pub(crate) struct OfClient {
    client: Client,
    rows: Vec<Row>,
    previous: String,
    next: String,
}

impl Load for OfClient {
    type Args = InPathAndQuery<ClientId, Paging>;
    fn statements(InPathAndQuery(id, paging): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![Client::by_id(*id), project::of_client(*id, paging.cursor())]
    }
    fn read(
        InPathAndQuery(id, paging): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let rows: Vec<Listed> = results.rows()?;
        let cut = paging.cursor().cut(rows, |row| row.id);
        let path = format!("/admin/clients/{id}/projects");
        Ok(client.map(|client| Self {
            client,
            rows: cut.rows.into_iter().map(|row| Row::of(row, now)).collect(),
            previous: address(&path, cut.previous),
            next: address(&path, cut.next),
        }))
    }
}

#[derive(Template)]
#[template(path = "project/list.html")]
struct Page {
    chrome: Chrome<Me>,
    page: OfClient,
}

/// `GET /admin/clients/{id}/projects`
pub(crate) async fn list(staff: Staff<OfClient>) -> Answer {
    page(&Page {
        chrome: staff.chrome,
        page: staff.page,
    })
}
