//! Taking data out: all that is kept of a client, for staff, and what one may see oneself, for its people. A ZIP
//! with a file of JSON for each kind of thing, and the files themselves, written as it is read: a page of rows
//! and a piece of a file are in memory at a time, however much there is.

mod stream;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::request::Parts;

use super::chrome::Chrome;
use super::guard::{FromAddress, Load, Manager, Me, Sure, Viewer, Who};
use super::page::{Answer, Outgoing, page};
use super::{Error, Fields, visitor};
use crate::app::App;
use crate::domain::filename::FileName;
use crate::domain::module::{Module, Modules};
use crate::domain::time::Timestamp;
use crate::store::audit::{Entry, Principal};
use crate::store::client::Client;
use crate::store::export::{self, Of};
use crate::store::session::Place;
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};
use stream::Export;

#[derive(Template)]
#[template(path = "client/export.html")]
struct ClientPage {
    chrome: Chrome<Me>,
    client: Client,
}

/// `GET /admin/clients/{id}/export`
pub(crate) async fn ask(staff: Manager<Client>) -> Answer {
    page(&ClientPage {
        chrome: staff.chrome,
        client: staff.page,
    })
}

/// `POST /admin/clients/{id}/export`: noted first, then read.
pub(crate) async fn client(staff: Manager<Client>, form: Fields) -> Answer {
    form.sound()?;
    let (app, of) = (&staff.app, &staff.page);
    let entry = staff
        .me()
        .did("client.exported", of.id, of.id, of.name.as_str());
    let batch = vec![
        export::exported(of.id, app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    send(app, &of.name, "everything kept of", Of::Client(of.id))
}

#[derive(Template)]
#[template(path = "profile/export.html")]
struct OwnPage {
    chrome: Chrome<Who>,
    /// What goes along, in words.
    modules: Vec<&'static str>,
}

/// `GET /profile/export`
pub(crate) async fn own(viewer: Viewer<Sure>) -> Answer {
    page(&OwnPage {
        modules: named(viewer.me().modules),
        chrome: viewer.chrome,
    })
}

fn named(on: Modules) -> Vec<&'static str> {
    use Module::{Billing, Documents, Messages, Projects, SupportTickets, Tasks, TimeLogs};
    let all = [
        Projects,
        Tasks,
        TimeLogs,
        Documents,
        Billing,
        SupportTickets,
        Messages,
    ];
    let seen = all.into_iter().filter(|module| on.has(*module));
    seen.map(Module::label).collect()
}

/// From where.
pub(crate) struct From(Place);

impl FromAddress for From {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        Ok(Self(visitor::place(&parts.headers)))
    }
}

impl Load for From {
    type Args = Self;
    fn statements(_args: &Self, _asker: &Asker) -> Vec<Statement> {
        Vec::new()
    }
    fn read(args: Self, _results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(Some(args))
    }
}

/// `POST /profile/export`: documents that go along count as downloaded; staff see that.
pub(crate) async fn take(viewer: Viewer<Sure, From>, form: Fields) -> Answer {
    form.sound()?;
    let (app, me, asker) = (&viewer.app, viewer.me(), viewer.asker());
    let entry = Entry {
        principal: Principal::Contact(me.id, me.name.clone()),
        action: "profile.exported",
        entity: Some(me.id.to_string()),
        client: Some(me.client),
        detail: String::new(),
        address: me.address.clone(),
    };
    let mut batch = Vec::from(export::receipts(&asker, app.id()?, &viewer.page.0));
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    let what = format!("what {} may see of", me.name);
    send(app, &me.client_name, &what, Of::Viewer(asker))
}

fn send(app: &App, client: &str, what: &str, of: Of) -> Answer {
    let name = FileName::clean(&format!("{client} {}.zip", app.now.date()));
    let disposition = HeaderValue::from_str(&name.content_disposition())
        .map_err(|error| Error::internal(error.to_string()))?;
    let kind = HeaderValue::from_static("application/zip");
    let headers = [(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, disposition)];
    let mut response: Response = (headers, ()).into_response();
    let made = Export::new(app.clone(), of, &format!("{what} {client}"));
    let body = Outgoing::made(made, async |mut made: Export| {
        Ok(made.next().await?.map(|bytes| (bytes, made)))
    });
    response.extensions_mut().insert(body);
    Ok(response)
}
