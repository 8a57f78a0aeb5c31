//! A ticket that staff open for a client, such as after a call: the client reads it and answers like any other.

use askama::Template;

use super::mail::opened;
use crate::domain::id::{ClientId, ContactId, MessageId, TicketId};
use crate::domain::text::{Paragraphs, Title};
use crate::domain::ticket::Status;
use crate::domain::time::Timestamp;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::said::{LATE, hint, receive};
use crate::http::{Error, Fields, Incoming};
use crate::store::client::Client;
use crate::store::support::{self, Support};
use crate::store::ticket::mail::{self, Person};
use crate::store::ticket::say::{self, New};
use crate::store::viewer::Asker;
use crate::store::{self, ById as _, Conflict, Results, Statement};

/// What the form needs.
pub(crate) struct For {
    client: Client,
    support: Support,
    people: Vec<Person>,
}

impl Load for For {
    type Args = InPath<ClientId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![Client::by_id(*id), support::settings(), mail::people(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let support: Option<Support> = results.first()?;
        let people = results.rows()?;
        Ok(client.zip(support).map(|(client, support)| Self {
            client,
            support,
            people,
        }))
    }
}

#[derive(Template)]
#[template(path = "ticket/staff_new.html")]
struct Page {
    chrome: Chrome<Me>,
    of: For,
    form: Fields,
    categories: Vec<String>,
    hint: String,
}

impl Page {
    fn new(chrome: Chrome<Me>, of: For, form: Fields) -> Self {
        let categories = of.support.categories();
        Self {
            chrome,
            form,
            categories: categories.iter().map(str::to_owned).collect(),
            hint: hint(of.support.upload_limit),
            of,
        }
    }
}

/// `GET /admin/clients/{id}/tickets/new`
pub(crate) async fn form(staff: Staff<For>) -> Answer {
    let mut form = Fields::fresh(&staff.app)?;
    let first = staff.page.people.first().map(|one| one.id.to_string());
    form.fill([
        ("person", first.unwrap_or_default().as_str()),
        ("status", Status::Open.as_str()),
    ]);
    page(&Page::new(staff.chrome, staff.page, form))
}

/// What the form says.
struct Said {
    subject: Title,
    category: String,
    person: Option<ContactId>,
    status: Status,
    body: Paragraphs,
}

impl For {
    /// Reads it; `None`: something is told at its field.
    fn said(&self, form: &mut Fields) -> Option<Said> {
        let categories = self.support.categories();
        let subject = form.required("subject", |text| {
            Title::parse(text).map_err(|why| why.to_string().replace("title", "subject"))
        });
        let category = form.required("category", |text| categories.choose(text, ""));
        let person = form.optional("person", |text| {
            let id = ContactId::parse(text).ok();
            let known = self.people.iter().find(|one| Some(one.id) == id);
            known.map(|one| one.id).ok_or("Choose one of the people.")
        });
        let status = form.required("status", |text| match Status::parse(text) {
            Ok(status @ (Status::Open | Status::Waiting)) => Ok(status),
            _ => Err("Choose who is to do something next."),
        });
        let body = form.required("body", |text| Paragraphs::parse("text", text));
        Some(Said {
            subject: subject?,
            category: category?,
            person: person?,
            status: status?,
            body: body?,
        })
    }
}

/// `POST /admin/clients/{id}/tickets/new`
///
/// 1. words, then files; 2. in one batch: the ticket with its number, what was said, its files, the mail to who
/// was chosen; 3. the ticket.
pub(crate) async fn create(staff: Staff<For>, incoming: Incoming) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    // 1.
    let texts = [
        "form_key", "subject", "category", "person", "status", "body",
    ];
    let mut said = None;
    let limit = of.support.upload_limit;
    let (mut form, files) = receive(app, &incoming, limit, &texts, |form| {
        said = of.said(form);
        said.is_some()
    })
    .await?;
    if of.client.archived_at.is_some() {
        form.refuse(
            "subject",
            "This client is archived. Restore the client first, then open a ticket.",
        );
    }
    let (Some(said), false) = (said, form.has_errors()) else {
        return try_again(&Page::new(staff.chrome, staff.page, form));
    };
    // 2.
    let me = staff.me();
    let id: TicketId = form.names(app, me.id, "ticket")?;
    let message: MessageId = form.names(app, me.id, "message")?;
    let new = New {
        id,
        client: of.client.id,
        subject: &said.subject,
        category: &said.category,
        person: said.person,
        status: said.status,
        by: me.id,
    };
    let mut batch = vec![
        say::open_by_staff(&new, app.now),
        say::by_staff(message, id, (me.id, &me.name), (&said.body, false), app.now),
    ];
    batch.extend(say::attach(message, &files, app.now)?);
    let subject = said.subject.as_str();
    let entry = me.did("ticket.opened", of.client.id, id, subject);
    batch.push(entry.append(app.id()?, app.now));
    if let Some(person) = said.person {
        let told = (message, subject, &said.body, files.len());
        let names = (staff.chrome.brand.name.as_str(), me.name.as_str());
        batch.push(opened(app, names, person, told)?);
    }
    match app.db.batch(batch).await {
        // This very form was sent before.
        Ok(_) | Err(store::Error::Conflict(Conflict::Repeat)) => {}
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            form.refuse("file", LATE);
            return try_again(&Page::new(staff.chrome, staff.page, form));
        }
        Err(error) => return Err(error.into()),
    }
    // 3.
    let person = of.people.iter().find(|one| Some(one.id) == said.person);
    let told = person.filter(|one| one.told);
    Flash::success(
        app,
        told.map_or_else(
            || "The ticket is open. Nobody gets an e-mail about it.".to_owned(),
            |one| format!("The ticket is open. {} gets an e-mail.", one.name),
        ),
    );
    see(&format!("/admin/tickets/{id}"))
}
