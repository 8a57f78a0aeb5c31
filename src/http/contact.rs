//! Staff: the people of a client.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{InPath, Load, Me, Staff};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::domain::email::Email;
use crate::domain::id::{ClientId, ContactId};
use crate::domain::text::{self, Line, Name};
use crate::domain::time::Timestamp;
use crate::store::client::Client;
use crate::store::contact::{self, Contact, Draft};
use crate::store::device::{self, Live};
use crate::store::erase::{self, Removed};
use crate::store::session;
use crate::store::viewer::Asker;
use crate::store::{self, ById as _, Conflict, Results, Statement};

/// A client with its people.
pub(crate) struct People {
    pub(super) client: Client,
    pub(super) contacts: Vec<Contact>,
    /// Who was removed, and is not erased.
    removed: Vec<Removed>,
}

impl People {
    /// Without those who were removed.
    pub(super) const fn new(client: Client, contacts: Vec<Contact>) -> Self {
        Self {
            client,
            contacts,
            removed: Vec::new(),
        }
    }
}

impl Load for People {
    type Args = InPath<ClientId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Client::by_id(*id),
            contact::of_client(*id),
            erase::removed(*id),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client = results.first()?;
        let contacts = results.rows()?;
        let removed = results.rows()?;
        Ok(client.map(|client| Self {
            client,
            contacts,
            removed,
        }))
    }
}

#[derive(Template)]
#[template(path = "contact/list.html")]
struct ListPage {
    chrome: Chrome<Me>,
    page: People,
    now: Timestamp,
}

#[derive(Template)]
#[template(path = "contact/new.html")]
struct NewPage {
    chrome: Chrome<Me>,
    client: Client,
    form: Fields,
}

impl NewPage {
    fn new(chrome: Chrome<Me>, client: Client, form: Fields) -> Self {
        Self {
            chrome,
            client,
            form,
        }
    }
}

#[derive(Template)]
#[template(path = "contact/one.html")]
struct OnePage {
    chrome: Chrome<Me>,
    contact: Contact,
    form: Fields,
    address_hint: String,
    asks_end: bool,
    /// Where the person is signed in; empty where a form needs another look.
    signed_in: String,
    now: Timestamp,
}

impl OnePage {
    fn new(chrome: Chrome<Me>, contact: Contact, form: Fields, now: Timestamp) -> Self {
        let moved = Email::parse(form.text("email")).is_ok_and(|to| to.key() != contact.email_key);
        Self {
            address_hint: if contact.is_active() {
                format!(
                    "{} signs in with this address. If you change it, that access ends and the new address needs an invitation.",
                    contact.first_name
                )
            } else {
                "Invitations go to this address. If you change it, those sent before stop working."
                    .to_owned()
            },
            asks_end: contact.is_active() && moved,
            signed_in: String::new(),
            now,
            chrome,
            contact,
            form,
        }
    }
}

/// A contact with the sessions of the person.
pub(crate) struct Known {
    contact: Contact,
    live: Live,
}

impl Load for Known {
    type Args = InPath<ContactId>;
    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![Contact::by_id(*id), device::live_of(*id, asker.now)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let (contact, live) = (results.first()?, results.first()?);
        Ok(contact
            .zip(live)
            .map(|(contact, live)| Self { contact, live }))
    }
}

/// "Signed in on 2 devices, last used 3 minutes ago."
fn signed_in(live: &Live, now: Timestamp) -> String {
    let ago = live
        .seen_at
        .map_or_else(String::new, |at| format!(", last used {}", at.ago(now)));
    match live.live {
        0 => "Not signed in anywhere.".to_owned(),
        1 => format!("Signed in on one device{ago}."),
        n => format!("Signed in on {n} devices{ago}."),
    }
}

fn list_path(client: ClientId) -> String {
    format!("/admin/clients/{client}/contacts")
}

fn path(id: ContactId) -> String {
    format!("/admin/contacts/{id}")
}

/// `GET /admin/clients/{id}/contacts`
pub(crate) async fn list(staff: Staff<People>) -> Answer {
    page(&ListPage {
        now: staff.app.now,
        chrome: staff.chrome,
        page: staff.page,
    })
}

/// `GET /admin/clients/{id}/contacts/new`
pub(crate) async fn new_form(staff: Staff<Client>) -> Answer {
    let form = Fields::fresh(&staff.app)?;
    page(&NewPage::new(staff.chrome, staff.page, form))
}

/// `POST /admin/clients/{id}/contacts/new`: the first contact of a client is its primary one.
pub(crate) async fn create(staff: Staff<Client>, mut form: Fields) -> Answer {
    let Staff {
        app,
        chrome,
        page: client,
        ..
    } = staff;
    let draft = read(&mut form);
    let (Some(draft), false) = (draft, form.has_errors()) else {
        return try_again(&NewPage::new(chrome, client, form));
    };
    let me = &chrome.me;
    let id: ContactId = form.names(&app, me.id, "contact")?;
    let entry = me.did("contact.created", client.id, id, name_of(&draft));
    // The entry stands first, by a name that is this form's own: sent again, the form meets it
    // before it meets its own contact's address.
    let mut batch = vec![entry.append(form.names(&app, me.id, "audit")?, app.now)];
    batch.extend(contact::create(id, client.id, &draft, app.now)?);
    match app.db.batch_once(batch).await {
        Ok(()) => {}
        Err(store::Error::Conflict(why)) if why != Conflict::Meanwhile => {
            refuse(&mut form, why);
            return try_again(&NewPage::new(chrome, client, form));
        }
        Err(error) => return Err(error.into()),
    }
    Flash::success(
        &app,
        format!(
            "{} is added. Next, invite them to the portal.",
            name_of(&draft)
        ),
    );
    see(&list_path(client.id))
}

fn filled(contact: &Contact) -> Fields {
    let primary = if contact.is_primary { "on" } else { "" };
    Fields::filled([
        ("revision", contact.revision.to_string()),
        ("first_name", contact.first_name.clone()),
        ("last_name", contact.last_name.clone()),
        ("email", contact.email.clone()),
        ("phone", contact.phone.clone()),
        ("job_title", contact.job_title.clone()),
        ("is_primary", primary.to_owned()),
    ])
}

/// `GET /admin/contacts/{id}`
pub(crate) async fn form(staff: Staff<Known>) -> Answer {
    let Known { contact, live } = staff.page;
    let (form, now) = (filled(&contact), staff.app.now);
    let signed_in = signed_in(&live, now);
    page(&OnePage {
        signed_in,
        ..OnePage::new(staff.chrome, contact, form, now)
    })
}

/// `POST /admin/contacts/{id}`
///
/// 1. what was typed; 2. another address of somebody who has access ends that access, so it is
/// asked for twice; 3. the change with its audit entry, refused whole where somebody was quicker.
pub(crate) async fn save(staff: Staff<Contact>, mut form: Fields) -> Answer {
    let Staff {
        app,
        chrome,
        page: of,
        ..
    } = staff;
    // 1.
    let draft = read(&mut form);
    form.meanwhile(&filled(&of));
    let (Some(draft), false) = (draft, form.has_errors()) else {
        return try_again(&OnePage::new(chrome, of, form, app.now));
    };
    // 2.
    let ends_access = of.is_active() && draft.email.key() != of.email_key;
    if ends_access && !form.ticked("end_access") {
        form.refuse(
            "email",
            format!(
                "{} signs in with {}. Another address ends that access: tick the box below and save again.",
                of.first_name, of.email
            ),
        );
        return try_again(&OnePage::new(chrome, of, form, app.now));
    }
    // 3.
    let mut batch = contact::change(&of, &draft, app.now)?;
    let me = &chrome.me;
    let entry = me.did("contact.changed", of.client_id, of.id, name_of(&draft));
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch(batch).await {
        Ok(_done) => {}
        Err(store::Error::Conflict(why)) if why != Conflict::Meanwhile => {
            refuse(&mut form, why);
            return try_again(&OnePage::new(chrome, of, form, app.now));
        }
        Err(error) => return Err(error.into()),
    }
    Flash::success(&app, said(&of, &draft));
    see(&path(of.id))
}

/// What a saved change means, and what is next.
fn said(of: &Contact, draft: &Draft) -> String {
    if draft.email.key() == of.email_key {
        return "Your changes are saved.".to_owned();
    }
    if of.is_active() {
        return format!(
            "Your changes are saved. {} no longer has access. Next, invite {}.",
            of.email, draft.email
        );
    }
    format!(
        "Your changes are saved. Invitations to {} no longer work; invite {} instead.",
        of.email, draft.email
    )
}

/// `POST /admin/contacts/{id}/primary`
pub(crate) async fn primary(staff: Staff<Contact>) -> Answer {
    let of = &staff.page;
    let writes = contact::make_primary(of.id, of.client_id, staff.app.now);
    let said = format!("{} is the primary contact now.", of.name());
    act(&staff, "contact.made_primary", writes, said).await
}

/// `POST /admin/contacts/{id}/end-sessions`: every device of the person, whichever client is open
/// there, since one press switches from one client to another.
pub(crate) async fn end_sessions(staff: Staff<Contact>) -> Answer {
    let of = &staff.page;
    let writes = vec![session::end_of_contact(of.id, staff.app.now)];
    let said = format!("{} is signed out on every device.", of.name());
    act(&staff, "contact.signed_out", writes, said).await
}

/// `POST /admin/contacts/{id}/remove`
pub(crate) async fn remove(staff: Staff<Contact>) -> Answer {
    let of = &staff.page;
    let writes = contact::remove(of.id, of.client_id, staff.app.now);
    let said = format!("{} is removed and was signed out.", of.name());
    act(&staff, "contact.removed", writes, said).await
}

/// Something done to a contact by one press: the writes with their audit entry, in one batch.
async fn act(
    staff: &Staff<Contact>,
    action: &'static str,
    mut writes: Vec<Statement>,
    said: String,
) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let entry = staff.me().did(action, of.client_id, of.id, of.name());
    writes.push(entry.append(app.id()?, app.now));
    app.db.batch(writes).await?;
    Flash::success(app, said);
    see(&list_path(of.client_id))
}

fn name_of(draft: &Draft) -> String {
    let last = draft.last_name.as_ref().map_or("", Line::as_str);
    format!("{} {last}", draft.first_name).trim().to_owned()
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields) -> Option<Draft> {
    let first_name = form.required("first_name", Name::parse);
    let last_name = form.required("last_name", text::last_name);
    let email = form.required("email", Email::parse);
    let phone = form.required("phone", |text| Line::optional("phone number", text));
    let job_title = form.required("job_title", |text| Line::optional("job title", text));
    Some(Draft {
        first_name: first_name?,
        last_name: last_name?,
        email: email?,
        phone: phone?,
        job_title: job_title?,
        is_primary: form.checkbox("is_primary"),
    })
}

/// Tells at its field what the schema refused.
fn refuse(form: &mut Fields, why: Conflict) {
    if why == Conflict::ContactsFull {
        return form.refuse(
            "first_name",
            "This client has 500 contacts, which is as many as there can be. Please remove one first.",
        );
    }
    form.refuse(
        "email",
        match why {
            Conflict::ContactEmail => "This client has a contact with this address already.",
            Conflict::AddressOfStaff => {
                "This is the address of somebody on your team. Please use another one."
            }
            _ => "This was saved by somebody else at the same moment. Please save it once more.",
        },
    );
}
