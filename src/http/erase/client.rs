//! Erasing a client: after an export, with its name typed.

use askama::Template;
use serde::Deserialize;

use super::nothing;
use crate::domain::id::AuditId;
use crate::domain::time::Timestamp;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{Admin, Load, Manager, Me};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::erase::{self, Listed, Subject};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The list of those that are erased.
const LIST: &str = "/admin/clients/erased";

#[derive(Template)]
#[template(path = "erase/client.html")]
struct ClientPage {
    chrome: Chrome<Me>,
    client: Subject,
    form: Fields,
}

/// `GET /admin/clients/{id}/erase`
pub(crate) async fn ask(staff: Manager<Subject>) -> Answer {
    if staff.page.erased_at.is_some() {
        return see(LIST);
    }
    page(&ClientPage {
        chrome: staff.chrome,
        client: staff.page,
        form: Fields::filled([]),
    })
}

/// `POST /admin/clients/{id}/erase`
///
/// 1. who is erased already is not erased again; 2. an export comes before, and the name has to be typed; 3. that
/// this still holds, the entry that tells of it, and all that goes, in one batch.
pub(crate) async fn client(staff: Manager<Subject>, mut form: Fields) -> Answer {
    // 1.
    if staff.page.erased_at.is_some() {
        return see(LIST);
    }
    // 2.
    let of = &staff.page;
    if of.exported_at.is_none() {
        form.refuse("name", "Please export everything first.");
    } else if form.text("name").trim() != of.name {
        form.refuse(
            "name",
            format!("This is not the name. Please type: {}", of.name),
        );
    }
    if form.has_errors() {
        return try_again(&ClientPage {
            chrome: staff.chrome,
            client: staff.page,
            form,
        });
    }
    // 3.
    let app = &staff.app;
    let entry: AuditId = app.id()?;
    let told = staff.me().did("client.erased", of.id, of.id, "");
    let mut batch = vec![erase::may(of), told.append(entry, app.now)];
    batch.extend(erase::client(of, entry, &nothing()?, app.now));
    app.db.batch(batch).await?;
    Flash::success(
        app,
        "The client is erased. Files leave storage within the next minutes.",
    );
    see(LIST)
}

/// Those that are erased.
pub(crate) struct Erased {
    clients: Vec<Listed>,
    /// Objects that are still to leave storage.
    waiting: u32,
}

#[derive(Deserialize)]
struct Count {
    waiting: u32,
}

impl Load for Erased {
    type Args = ();

    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        erase::list().into()
    }

    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let clients = results.rows()?;
        let count: Option<Count> = results.first()?;
        Ok(Some(Self {
            clients,
            waiting: count.map_or(0, |count| count.waiting),
        }))
    }
}

#[derive(Template)]
#[template(path = "erase/list.html")]
struct ListPage {
    chrome: Chrome<Me>,
    page: Erased,
}

/// `GET /admin/clients/erased`
pub(crate) async fn list(staff: Admin<Erased>) -> Answer {
    page(&ListPage {
        chrome: staff.chrome,
        page: staff.page,
    })
}
