//! Staff: the clients of the business, their record and the switch of their portal.

use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::chrome::{Chrome, Flash};
use super::guard::{InQuery, Load, Me, Staff};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::app::App;
use crate::domain::email::Email;
use crate::domain::id::ClientId;
use crate::domain::search;
use crate::domain::text::{Line, Name, Paragraphs};
use crate::domain::time::Timestamp;
use crate::store::client::{self, Client, Draft, Listed};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    q: String,
    /// `1`: the archived ones.
    archived: String,
    /// The last row of the page before: key of its name, id.
    after: String,
    id: String,
}

/// A page of the list.
pub(crate) struct List {
    ask: Ask,
    rows: Vec<Listed>,
    next: String,
}

impl Load for List {
    type Args = InQuery<Ask>;
    fn statements(InQuery(ask): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        let words = search::asked(&ask.q);
        vec![if !words.is_empty() {
            client::found(&words, &ask.after, &ask.id)
        } else if ask.archived == "1" {
            client::archived(&ask.after, &ask.id)
        } else {
            client::list(&ask.after, &ask.id)
        }]
    }
    fn read(
        InQuery(ask): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let mut rows: Vec<Listed> = results.rows()?;
        let more = rows.len() > client::PAGE;
        rows.truncate(client::PAGE);
        let next = match rows.last() {
            Some(last) if more => format!(
                "/admin/clients?q={}&archived={}&after={}&id={}",
                encoded(&ask.q),
                encoded(&ask.archived),
                encoded(&last.name_key),
                last.id
            ),
            _ => String::new(),
        };
        Ok(Some(Self { ask, rows, next }))
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[derive(Template)]
#[template(path = "client/list.html")]
struct ListPage {
    chrome: Chrome<Me>,
    page: List,
}

#[derive(Template)]
#[template(path = "client/form.html")]
struct FormPage {
    chrome: Chrome<Me>,
    form: Fields,
    title: String,
    action: String,
    back: String,
    submit: &'static str,
}

#[derive(Template)]
#[template(path = "client/overview.html")]
struct OverviewPage {
    chrome: Chrome<Me>,
    client: Client,
    since: String,
}

fn path(id: ClientId) -> String {
    format!("/admin/clients/{id}")
}

/// `GET /admin/clients`
pub(crate) async fn list(staff: Staff<List>) -> Answer {
    page(&ListPage {
        chrome: staff.chrome,
        page: staff.page,
    })
}

fn new_page(chrome: Chrome<Me>, form: Fields) -> FormPage {
    FormPage {
        chrome,
        form,
        title: "New client".to_owned(),
        action: "/admin/clients/new".to_owned(),
        back: "/admin/clients".to_owned(),
        submit: "Add client",
    }
}

/// `GET /admin/clients/new`
pub(crate) async fn new_form(staff: Staff) -> Answer {
    page(&new_page(staff.chrome, Fields::default()))
}

/// `POST /admin/clients/new`
pub(crate) async fn create(staff: Staff, mut form: Fields) -> Answer {
    let Some(draft) = read(&mut form) else {
        return try_again(&new_page(staff.chrome, form));
    };
    let id = staff.app.id()?;
    let writes = client::create(id, &draft, staff.app.now)?;
    let detail = draft.name.to_string();
    write(&staff.app, staff.me(), id, writes, "client.created", detail).await?;
    Flash::success(
        &staff.app,
        format!(
            "{} is added. Next, add the people you work with.",
            draft.name
        ),
    );
    see(&path(id))
}

/// `GET /admin/clients/{id}`
pub(crate) async fn overview(staff: Staff<Client>) -> Answer {
    let client = staff.page;
    page(&OverviewPage {
        chrome: staff.chrome,
        since: client.created_at.day(),
        client,
    })
}

fn edit_page(chrome: Chrome<Me>, id: ClientId, name: &str, form: Fields) -> FormPage {
    FormPage {
        chrome,
        form,
        title: format!("Edit {name}"),
        action: format!("/admin/clients/{id}/edit"),
        back: path(id),
        submit: "Save",
    }
}

/// `GET /admin/clients/{id}/edit`
pub(crate) async fn edit_form(staff: Staff<Client>) -> Answer {
    let now = staff.page;
    let form = Fields::filled([
        ("name", now.name.clone()),
        ("reference", now.reference),
        ("email", now.email.unwrap_or_default()),
        ("phone", now.phone),
        ("address", now.address),
        ("notes", now.notes),
    ]);
    page(&edit_page(staff.chrome, now.id, &now.name, form))
}

/// `POST /admin/clients/{id}/edit`
pub(crate) async fn edit(staff: Staff<Client>, mut form: Fields) -> Answer {
    let Client { id, ref name, .. } = staff.page;
    let Some(draft) = read(&mut form) else {
        return try_again(&edit_page(staff.chrome, id, name, form));
    };
    let writes = client::change(id, &draft, staff.app.now)?;
    let detail = draft.name.to_string();
    write(&staff.app, staff.me(), id, writes, "client.changed", detail).await?;
    Flash::success(&staff.app, "Your changes are saved.");
    see(&path(id))
}

/// `POST /admin/clients/{id}/portal`: Enable Portal, on or off.
pub(crate) async fn portal(staff: Staff<Client>, form: Fields) -> Answer {
    let Client { id, ref name, .. } = staff.page;
    let on = form.ticked("enabled");
    let (action, said) = if on {
        (
            "portal.enabled",
            "on. Their people can sign in once they are invited.",
        )
    } else {
        (
            "portal.disabled",
            "off. Their people were signed out at once.",
        )
    };
    let writes = vec![client::switch_portal(id, on, staff.app.now)];
    write(&staff.app, staff.me(), id, writes, action, name.clone()).await?;
    Flash::success(&staff.app, format!("The portal of {name} is {said}"));
    see(&path(id))
}

/// `POST /admin/clients/{id}/archive`
pub(crate) async fn archive(staff: Staff<Client>) -> Answer {
    let Client { id, ref name, .. } = staff.page;
    let writes = vec![client::archive(id, staff.app.now)];
    let (app, me) = (&staff.app, staff.me());
    write(app, me, id, writes, "client.archived", name.clone()).await?;
    Flash::success(
        app,
        format!("{name} is archived and its people were signed out. Nothing is lost."),
    );
    see(&path(id))
}

/// `POST /admin/clients/{id}/restore`
pub(crate) async fn restore(staff: Staff<Client>) -> Answer {
    let Client { id, ref name, .. } = staff.page;
    let writes = vec![client::restore(id, staff.app.now)];
    let (app, me) = (&staff.app, staff.me());
    write(app, me, id, writes, "client.restored", name.clone()).await?;
    Flash::success(app, format!("{name} is back among your clients."));
    see(&path(id))
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields) -> Option<Draft> {
    let name = form.required("name", Name::parse);
    let reference = form.required("reference", |text| Line::optional("reference", text));
    let email = form.optional("email", Email::parse);
    let phone = form.required("phone", |text| Line::optional("phone number", text));
    let address = form.required("address", |text| Paragraphs::optional("address", text));
    let notes = form.required("notes", |text| Paragraphs::optional("notes", text));
    Some(Draft {
        name: name?,
        reference: reference?,
        email: email?,
        phone: phone?,
        address: address?,
        notes: notes?,
    })
}

/// The change and its audit entry, in one batch. A client comes before the entry that names it.
async fn write(
    app: &App,
    me: &Me,
    id: ClientId,
    mut writes: Vec<Statement>,
    action: &'static str,
    detail: String,
) -> Result<(), Error> {
    let entry = me.did(action, id, id, detail);
    writes.push(entry.append(app.id()?, app.now));
    app.db.batch(writes).await?;
    Ok(())
}
