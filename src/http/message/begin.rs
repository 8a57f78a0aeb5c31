//! Beginning a thread, by either side: about one of the client's projects, or about nothing in particular.

use askama::Template;

use super::one::told;
use super::say::{Written, body, write, write_counted};
use crate::domain::id::{ClientId, MessageId, ProjectId, ThreadId};
use crate::domain::text::{Paragraphs, Title};
use crate::domain::time::Timestamp;
use crate::http::allowance::{Within, later, refuse};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Messaging, Staff, Viewer, Who};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::said::{LATE, hint, receive};
use crate::http::{Error, Fields, Incoming, Reason};
use crate::store::client::Client;
use crate::store::message::say::{self, Word};
use crate::store::message::{self, Reach};
use crate::store::project::{self, Choice};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// What the form of a new thread needs.
pub(crate) struct New {
    projects: Vec<Choice>,
    reach: Reach,
}

impl New {
    fn read(results: &mut Results) -> Result<Option<Self>, Error> {
        let projects = results.rows()?;
        let reach: Option<Reach> = results.first()?;
        Ok(reach.map(|reach| Self { projects, reach }))
    }

    /// What the form says; `None`: something of it is told at its field.
    fn said(&self, form: &mut Fields) -> Option<(Title, Option<ProjectId>, Paragraphs)> {
        let subject = form.required("subject", |text| {
            Title::parse(text).map_err(|why| why.to_string().replace("title", "subject"))
        });
        let project = form.optional("project", |text| {
            let id = ProjectId::parse(text).ok();
            let known = self.projects.iter().find(|one| Some(one.id) == id);
            known.map(|one| one.id).ok_or("Choose one of the projects.")
        });
        let body = body(form);
        let (subject, project) = subject.zip(project)?;
        Some((subject, project, body?))
    }
}

/// The text fields of the form.
const TEXTS: [&str; 4] = ["form_key", "subject", "project", "body"];

/// [`New`] for the client: of projects, those that they may see.
pub(crate) struct OfClient(New);

impl Load for OfClient {
    type Args = ();
    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        vec![project::seen_choices(asker), message::limit()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(New::read(results)?.map(Self))
    }
}

/// [`New`] for staff.
pub(crate) struct OfStaff(Client, New);

impl Load for OfStaff {
    type Args = InPath<ClientId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Client::by_id(*id),
            project::choices_of_client(*id),
            message::reach(*id),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let new = New::read(results)?;
        Ok(client.zip(new).map(|(client, new)| Self(client, new)))
    }
}

#[derive(Template)]
#[template(path = "message/new.html")]
struct ClientForm {
    chrome: Chrome<Who>,
    form: Fields,
    of: New,
    hint: String,
    /// Nothing: whom of staff it is told to is their own affair.
    told: &'static str,
}

impl ClientForm {
    fn new(chrome: Chrome<Who>, of: New, form: Fields) -> Self {
        Self {
            chrome,
            form,
            hint: hint(of.reach.upload_limit),
            told: "",
            of,
        }
    }
}

#[derive(Template)]
#[template(path = "message/staff_new.html")]
struct StaffForm {
    chrome: Chrome<Me>,
    client: Client,
    form: Fields,
    of: New,
    hint: String,
    /// Who is mailed where they do not read it.
    told: String,
}

impl StaffForm {
    fn new(chrome: Chrome<Me>, OfStaff(client, of): OfStaff, form: Fields) -> Self {
        Self {
            chrome,
            client,
            form,
            hint: hint(of.reach.upload_limit),
            told: told(of.reach.told.iter().map(String::as_str)),
            of,
        }
    }
}

/// `GET /messages/new`
pub(crate) async fn new_form(viewer: Viewer<Messaging, OfClient>) -> Answer {
    let form = Fields::fresh(&viewer.app)?;
    page(&ClientForm::new(viewer.chrome, viewer.page.0, form))
}

/// `GET /admin/clients/{id}/messages/new`
pub(crate) async fn staff_form(staff: Staff<OfStaff>) -> Answer {
    let form = Fields::fresh(&staff.app)?;
    page(&StaffForm::new(staff.chrome, staff.page, form))
}

/// `POST /messages/new`
pub(crate) async fn create(
    viewer: Viewer<Messaging, Within<OfClient>>,
    incoming: Incoming,
) -> Answer {
    let (viewer, so_far) = viewer.split();
    let full = so_far.full();
    let (app, me, of) = (&viewer.app, viewer.me(), &viewer.page.0);
    let mut said = None;
    let limit = of.reach.upload_limit;
    let (mut form, files) = receive(app, &incoming, limit, &TEXTS, |form| {
        said = of.said(form);
        said.is_some() && full.is_none()
    })
    .await?;
    if let (Some((subject, project, body)), false) = (&said, form.has_errors()) {
        let thread: ThreadId = form.names(app, me.id, "thread")?;
        let id: MessageId = form.names(app, me.id, "message")?;
        let asker = viewer.asker();
        let word = Word {
            id,
            thread,
            body,
            by: (me.id, me.name.as_str()),
        };
        let batch = vec![
            say::begin(&asker, (thread, id), subject, *project),
            say::say(&asker, &word),
        ];
        let batch = (batch, say::placed(&asker, id));
        let written = match full {
            Some(full) => Written::Full(full),
            None => write_counted(app, &asker, batch, (id, &files, &me.address)).await?,
        };
        match written {
            Written::At(at) => {
                Flash::success(app, "Your message is sent. Our answer will appear here.");
                return see(&format!("/messages/{at}"));
            }
            Written::Gone => return Err(Reason::NotFound.into()),
            Written::Late => form.refuse("file", LATE),
            Written::Full(full) => {
                refuse(&mut form, full);
                return later(&ClientForm::new(viewer.chrome, viewer.page.0, form), full);
            }
        }
    }
    try_again(&ClientForm::new(viewer.chrome, viewer.page.0, form))
}

/// `POST /admin/clients/{id}/messages/new`
pub(crate) async fn create_by_staff(staff: Staff<OfStaff>, incoming: Incoming) -> Answer {
    let (app, me) = (&staff.app, staff.me());
    let OfStaff(client, of) = &staff.page;
    let mut said = None;
    let limit = of.reach.upload_limit;
    let (mut form, files) = receive(app, &incoming, limit, &TEXTS, |form| {
        said = of.said(form);
        said.is_some()
    })
    .await?;
    if let (Some((subject, project, body)), false) = (&said, form.has_errors()) {
        let thread: ThreadId = form.names(app, me.id, "thread")?;
        let id: MessageId = form.names(app, me.id, "message")?;
        let word = Word {
            id,
            thread,
            body,
            by: (me.id, me.name.as_str()),
        };
        let batch = vec![
            say::begin_by_staff(thread, client.id, subject, *project, app.now),
            say::say_by_staff(&word, app.now),
        ];
        let batch = (batch, say::placed_for_staff(id));
        match write(app, batch, (id, &files, &me.address)).await? {
            Written::At(at) => {
                Flash::success(app, format!("Your message to {} is sent.", client.name));
                return see(&format!("/admin/messages/{at}"));
            }
            Written::Gone => return Err(Reason::NotFound.into()),
            Written::Late => form.refuse("file", LATE),
            Written::Full(_) => return Err(Error::internal("staff are not counted")),
        }
    }
    try_again(&StaffForm::new(staff.chrome, staff.page, form))
}
