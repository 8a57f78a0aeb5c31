//! Staff: the people of a client.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::client::One as OneClient;
use super::guard::{InPath, Load, Me, Staff};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::app::App;
use crate::domain::email::Email;
use crate::domain::id::{AuditId, ClientId, ContactId};
use crate::domain::text::{Line, Name};
use crate::domain::time::Timestamp;
use crate::store::audit::{Entry, Principal};
use crate::store::client::{self, Client};
use crate::store::contact::{self, Contact, Draft};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// A client with its people.
pub(crate) struct People {
    client: Client,
    contacts: Vec<Contact>,
}

impl Load for People {
    type Args = InPath<ClientId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![client::one(*id), contact::of_client(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client = results.first()?;
        let contacts = results.rows()?;
        Ok(client.map(|client| Self { client, contacts }))
    }
}

/// The contact that the path names.
pub(crate) struct One(Contact);

impl Load for One {
    type Args = InPath<ContactId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![contact::one(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

#[derive(Template)]
#[template(path = "contact/list.html")]
struct ListPage {
    chrome: Chrome<Me>,
    page: People,
}

#[derive(Template)]
#[template(path = "contact/new.html")]
struct NewPage {
    chrome: Chrome<Me>,
    client: Client,
    form: Fields,
}

#[derive(Template)]
#[template(path = "contact/one.html")]
struct OnePage {
    chrome: Chrome<Me>,
    contact: Contact,
    form: Fields,
}

fn list_path(client: ClientId) -> String {
    format!("/admin/clients/{client}/contacts")
}

/// `GET /admin/clients/{id}/contacts`
pub(crate) async fn list(staff: Staff<People>) -> Answer {
    page(&ListPage {
        chrome: staff.chrome,
        page: staff.page,
    })
}

/// `GET /admin/clients/{id}/contacts/new`
pub(crate) async fn new_form(staff: Staff<OneClient>) -> Answer {
    page(&NewPage {
        chrome: staff.chrome,
        client: staff.page.0,
        form: Fields::default(),
    })
}

/// `POST /admin/clients/{id}/contacts/new`: the first contact of a client is its primary one.
pub(crate) async fn create(staff: Staff<OneClient>, mut form: Fields) -> Answer {
    let client = staff.page.0.id;
    if let Some(draft) = read(&mut form) {
        let id = staff.app.id()?;
        let writes = contact::create(id, client, &draft, staff.app.now)?;
        let about = (id, client, name_of(&draft));
        let written = write(
            &staff.app,
            staff.me(),
            about,
            writes,
            ("contact.created", staff.app.id()?),
        )
        .await;
        if settle(&mut form, written)? {
            Flash::success(&staff.app, format!("{} is added.", name_of(&draft)));
            return see(&list_path(client));
        }
    }
    try_again(&NewPage {
        chrome: staff.chrome,
        client: staff.page.0,
        form,
    })
}

/// `GET /admin/contacts/{id}`
pub(crate) async fn form(staff: Staff<One>) -> Answer {
    let contact = staff.page.0;
    let primary = if contact.is_primary { "on" } else { "" };
    let form = Fields::filled([
        ("first_name", contact.first_name.clone()),
        ("last_name", contact.last_name.clone()),
        ("email", contact.email.clone()),
        ("phone", contact.phone.clone()),
        ("job_title", contact.job_title.clone()),
        ("is_primary", primary.to_owned()),
    ]);
    page(&OnePage {
        chrome: staff.chrome,
        contact,
        form,
    })
}

/// `POST /admin/contacts/{id}`
pub(crate) async fn save(staff: Staff<One>, mut form: Fields) -> Answer {
    let Contact { id, client_id, .. } = staff.page.0;
    if let Some(draft) = read(&mut form) {
        let writes = contact::change(id, client_id, &draft, staff.app.now)?;
        let about = (id, client_id, name_of(&draft));
        let written = write(
            &staff.app,
            staff.me(),
            about,
            writes,
            ("contact.changed", staff.app.id()?),
        )
        .await;
        if settle(&mut form, written)? {
            Flash::success(&staff.app, "Your changes are saved.");
            return see(&format!("/admin/contacts/{id}"));
        }
    }
    try_again(&OnePage {
        chrome: staff.chrome,
        contact: staff.page.0,
        form,
    })
}

/// `POST /admin/contacts/{id}/primary`
pub(crate) async fn primary(staff: Staff<One>) -> Answer {
    let of = &staff.page.0;
    let writes = contact::make_primary(of.id, of.client_id, staff.app.now).to_vec();
    let about = (of.id, of.client_id, full_name(of));
    write(
        &staff.app,
        staff.me(),
        about,
        writes,
        ("contact.made_primary", staff.app.id()?),
    )
    .await?;
    Flash::success(
        &staff.app,
        format!("{} is the primary contact now.", full_name(of)),
    );
    see(&list_path(of.client_id))
}

/// `POST /admin/contacts/{id}/remove`
pub(crate) async fn remove(staff: Staff<One>) -> Answer {
    let of = &staff.page.0;
    let writes = contact::remove(of.id, of.client_id, staff.app.now).to_vec();
    let about = (of.id, of.client_id, full_name(of));
    write(
        &staff.app,
        staff.me(),
        about,
        writes,
        ("contact.removed", staff.app.id()?),
    )
    .await?;
    Flash::success(
        &staff.app,
        format!("{} is removed and was signed out.", full_name(of)),
    );
    see(&list_path(of.client_id))
}

fn full_name(of: &Contact) -> String {
    format!("{} {}", of.first_name, of.last_name)
        .trim()
        .to_owned()
}

fn name_of(draft: &Draft) -> String {
    let last = draft.last_name.as_ref().map_or("", Line::as_str);
    format!("{} {last}", draft.first_name).trim().to_owned()
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields) -> Option<Draft> {
    let first_name = form.required("first_name", Name::parse);
    let last_name = form.required("last_name", |text| Line::optional("last name", text));
    let email = form.required("email", Email::parse);
    let phone = form.required("phone", |text| Line::optional("phone number", text));
    let job_title = form.required("job_title", |text| Line::optional("job title", text));
    Some(Draft {
        first_name: first_name?,
        last_name: last_name?,
        email: email?,
        phone: phone?,
        job_title: job_title?,
        is_primary: form.ticked("is_primary"),
    })
}

/// Whether it was written. What the schema refused is told at its field.
fn settle(form: &mut Fields, written: Result<(), store::Error>) -> Result<bool, Error> {
    let told = match written {
        Ok(()) => return Ok(true),
        Err(store::Error::Conflict(Conflict::ContactEmail)) => {
            "This client has a contact with this address already."
        }
        Err(store::Error::Conflict(Conflict::AddressOfStaff)) => {
            "This is the address of somebody on your team. Please use another one."
        }
        Err(error) => return Err(error.into()),
    };
    form.refuse("email", told);
    Ok(false)
}

/// The change and its audit entry, in one batch. A contact comes before the entry that names it.
async fn write(
    app: &App,
    me: &Me,
    (id, client, name): (ContactId, ClientId, String),
    mut writes: Vec<Statement>,
    (action, entry_id): (&'static str, AuditId),
) -> Result<(), store::Error> {
    let entry = Entry {
        principal: Principal::Staff(me.id, me.name.clone()),
        action,
        entity: Some(id.to_string()),
        client: Some(client),
        detail: name,
        address: me.address.clone(),
    };
    writes.push(entry.append(entry_id, app.now));
    app.db.batch(writes).await.map(|_done| ())
}
