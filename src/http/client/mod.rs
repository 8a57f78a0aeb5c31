//! Staff: the clients of the business, their record and the switch of their portal.

mod list;

use askama::Template;

pub(crate) use list::list;

use super::chrome::{Chrome, Flash};
use super::contact::People;
use super::guard::{Admin, InPath, Load, Me, Staff, StaffOf};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::domain::email::Email;
use crate::domain::id::ClientId;
use crate::domain::text::{Line, Name, Paragraphs};
use crate::domain::time::Timestamp;
use crate::store::client::{self, Client, Draft};
use crate::store::contact::{self, Contact};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

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
    contacts: Vec<Contact>,
    since: String,
    now: Timestamp,
}

fn path(id: ClientId) -> String {
    format!("/admin/clients/{id}")
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
    let form = Fields::fresh(&staff.app)?;
    page(&new_page(staff.chrome, form))
}

/// `POST /admin/clients/new`
pub(crate) async fn create(staff: Staff, mut form: Fields) -> Answer {
    let Some(draft) = read(&mut form) else {
        return try_again(&new_page(staff.chrome, form));
    };
    let (app, name) = (&staff.app, draft.name.as_str());
    let id: ClientId = form.names(app, staff.me().id, "client")?;
    let mut batch = client::create(id, &draft, app.now)?;
    // A client comes before the entry that names it.
    let entry = staff.me().did("client.created", id, id, name);
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch_once(batch).await?;
    Flash::success(
        app,
        format!("{name} is added. Next, add the people you work with."),
    );
    see(&path(id))
}

/// A client's record, erased or not.
pub(crate) struct Record(People);

impl Load for Record {
    type Args = InPath<ClientId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![client::kept(*id), contact::of_client(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let contacts = results.rows()?;
        Ok(client.map(|client| Self(People::new(client, contacts))))
    }
}

#[derive(Template)]
#[template(path = "erase/one.html")]
struct ErasedPage {
    chrome: Chrome<Me>,
    client: Client,
    /// When.
    erased: String,
}

/// `GET /admin/clients/{id}`
pub(crate) async fn overview(staff: Staff<Record>) -> Answer {
    let Record(People {
        client, contacts, ..
    }) = staff.page;
    if let Some(at) = client.erased_at {
        return page(&ErasedPage {
            chrome: staff.chrome,
            erased: at.day(),
            client,
        });
    }
    page(&OverviewPage {
        chrome: staff.chrome,
        since: client.created_at.day(),
        client,
        contacts,
        now: staff.app.now,
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

fn filled(of: &Client) -> Fields {
    Fields::filled([
        ("revision", of.revision.to_string()),
        ("name", of.name.clone()),
        ("reference", of.reference.clone()),
        ("email", of.email.clone().unwrap_or_default()),
        ("phone", of.phone.clone()),
        ("address", of.address.clone()),
        ("notes", of.notes.clone()),
    ])
}

/// `GET /admin/clients/{id}/edit`
pub(crate) async fn edit_form(staff: Staff<Client>) -> Answer {
    let of = &staff.page;
    page(&edit_page(staff.chrome, of.id, &of.name, filled(of)))
}

/// `POST /admin/clients/{id}/edit`: refused whole where somebody was quicker.
pub(crate) async fn edit(staff: Staff<Client>, mut form: Fields) -> Answer {
    let of = &staff.page;
    let draft = read(&mut form);
    form.meanwhile(&filled(of));
    let (Some(draft), false) = (draft, form.has_errors()) else {
        return try_again(&edit_page(staff.chrome, of.id, &of.name, form));
    };
    let writes = client::change(of, &draft, staff.app.now)?;
    act(&staff, "client.changed", writes, "Your changes are saved.").await
}

/// `POST /admin/clients/{id}/portal`: Enable Portal, on or off.
pub(crate) async fn portal(staff: Staff<Client>, mut form: Fields) -> Answer {
    let of = &staff.page;
    let on = form.checkbox("enabled");
    form.sound()?;
    let (action, said) = if on {
        (
            "portal.enabled",
            "on. Next, invite their people with Invite Client.",
        )
    } else {
        (
            "portal.disabled",
            "off. Their people were signed out at once, and invitations wait.",
        )
    };
    let writes = client::switch_portal(of.id, on, staff.app.now).into();
    let said = format!("The portal of {} is {said}", of.name);
    if on {
        // Mail that waited may leave.
        staff.app.mail_queued();
    }
    act(&staff, action, writes, &said).await
}

/// `POST /admin/clients/{id}/archive`
pub(crate) async fn archive(staff: Admin<Client>) -> Answer {
    let of = &staff.page;
    let writes = client::archive(of.id, staff.app.now).into();
    let said = format!(
        "{} is archived and its people were signed out. Nothing is lost.",
        of.name
    );
    act(&staff, "client.archived", writes, &said).await
}

/// `POST /admin/clients/{id}/restore`
pub(crate) async fn restore(staff: Admin<Client>) -> Answer {
    let of = &staff.page;
    let writes = vec![client::restore(of.id, staff.app.now)];
    let said = format!("{} is back among your clients.", of.name);
    act(&staff, "client.restored", writes, &said).await
}

/// Something done to a client: the writes with their audit entry, in one batch, and back to it.
async fn act<R>(
    staff: &StaffOf<R, Client>,
    action: &'static str,
    mut writes: Vec<Statement>,
    said: &str,
) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let entry = staff.me().did(action, of.id, of.id, of.name.as_str());
    writes.push(entry.append(app.id()?, app.now));
    app.db.batch(writes).await?;
    Flash::success(app, said);
    see(&path(of.id))
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
