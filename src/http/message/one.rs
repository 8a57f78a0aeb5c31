//! The page of a thread: what was said, who takes part, and the form of what one says. To look at its
//! newest messages is to have read them.

use askama::Template;
use http::Method;
use http::request::Parts;

use crate::domain::id::{ProjectId, ThreadId};
use crate::domain::time::Timestamp;
use crate::http::chrome::Chrome;
use crate::http::guard::{FromAddress, InPathAndQuery, Load, Me, Messaging, Staff, Viewer, Who};
use crate::http::mailing::who;
use crate::http::page::{Answer, page};
use crate::http::said::{Earlier, Talk, hint};
use crate::http::{Error, Fields};
use crate::store::message::{self, Participant, Thread, read};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// Which thread, from where on backwards, and whether a person reads it.
pub(crate) struct Reading {
    pub(super) id: ThreadId,
    earlier: Earlier,
    reads: bool,
}

impl FromAddress for Reading {
    /// A form that is sent, a HEAD and what a browser fetches ahead read nothing.
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPathAndQuery(id, earlier) =
            InPathAndQuery::<ThreadId, Earlier>::from_address(parts).await?;
        let ahead = parts.headers.get("sec-purpose").is_some();
        Ok(Self {
            id,
            reads: parts.method == Method::GET && !ahead && earlier.before().is_none(),
            earlier,
        })
    }
}

/// A thread with all that its page shows, for one side.
pub(crate) struct One {
    pub(super) thread: Thread,
    talk: Talk,
    people: Vec<Participant>,
    /// The newest messages are shown.
    first: bool,
    now: Timestamp,
}

impl One {
    fn read(args: &Reading, results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        let thread: Option<Thread> = results.first()?;
        let talk = Talk::new(results.rows()?, now);
        let people = results.rows()?;
        Ok(thread.map(|thread| Self {
            thread,
            talk,
            people,
            first: args.earlier.before().is_none(),
            now,
        }))
    }

    /// Of the client, each with how far they have read.
    fn clients(&self) -> Vec<(&str, String)> {
        let clients = self.people.iter().filter(|one| one.of_client);
        let how = |one: &Participant| match (one.unread, one.read_at) {
            (0, Some(at)) => format!("read {}", at.ago(self.now)),
            (0, None) => String::new(),
            (1, _) => "1 unread message".to_owned(),
            (n, _) => format!("{n} unread messages"),
        };
        clients.map(|one| (one.name.as_str(), how(one))).collect()
    }

    /// Those who work here and wrote.
    fn staff(&self) -> Vec<&str> {
        let staff = self.people.iter().filter(|one| !one.of_client);
        staff.map(|one| one.name.as_str()).collect()
    }

    fn project(&self) -> Option<(ProjectId, &str)> {
        let thread = &self.thread;
        thread.project_id.zip(thread.project_name.as_deref())
    }
}

/// [`One`] for staff.
pub(crate) struct OfStaff(pub(super) One);

impl Load for OfStaff {
    type Args = Reading;
    fn statements(args: &Reading, asker: &Asker) -> Vec<Statement> {
        let mut statements = vec![
            Thread::by_id(args.id),
            message::messages(args.id, args.earlier.before()),
            message::participants(args.id),
        ];
        if args.reads {
            statements.push(read::by_staff(asker, args.id));
        }
        statements
    }
    fn read(args: Reading, results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(One::read(&args, results, now)?.map(Self))
    }
}

/// [`One`] for the client. Staff who look as one read nothing as read.
pub(crate) struct OfClient(pub(super) One);

impl Load for OfClient {
    type Args = Reading;
    fn statements(args: &Reading, asker: &Asker) -> Vec<Statement> {
        let mut statements = vec![
            message::seen(asker, args.id),
            message::said(asker, args.id, args.earlier.before()),
            message::seen_participants(asker, args.id),
        ];
        if args.reads && !asker.preview {
            statements.push(read::by_contact(asker, args.id));
        }
        statements
    }
    fn read(args: Reading, results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(One::read(&args, results, now)?.map(Self))
    }
}

/// Who is told of a message that was not read, as it stands at the forms of staff.
pub(super) fn told<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names = who(
        names,
        "nobody of this client takes such mail, or may see messages, at the moment",
    );
    format!("Where it is not read within five minutes: {names}")
}

/// The page for staff.
#[derive(Template)]
#[template(path = "message/one.html")]
pub(super) struct ThreadPage {
    chrome: Chrome<Me>,
    of: One,
    form: Fields,
    hint: String,
    /// Who is mailed where they do not read it.
    told: String,
}

impl ThreadPage {
    pub(super) fn new(chrome: Chrome<Me>, of: One, form: Fields) -> Self {
        Self {
            chrome,
            hint: hint(of.thread.upload_limit),
            told: told(
                of.people
                    .iter()
                    .filter(|one| one.mailed)
                    .map(|one| one.name.as_str()),
            ),
            of,
            form,
        }
    }
}

/// The page for the client.
#[derive(Template)]
#[template(path = "message/seen_one.html")]
pub(super) struct SeenThread {
    chrome: Chrome<Who>,
    of: One,
    form: Fields,
    hint: String,
    /// Nothing: whom of staff it is told to is their own affair.
    told: &'static str,
}

impl SeenThread {
    pub(super) fn new(chrome: Chrome<Who>, of: One, form: Fields) -> Self {
        Self {
            chrome,
            hint: hint(of.thread.upload_limit),
            told: "",
            of,
            form,
        }
    }
}

/// `GET /admin/messages/{id}`
pub(crate) async fn view(staff: Staff<OfStaff>) -> Answer {
    let form = Fields::fresh(&staff.app)?;
    page(&ThreadPage::new(staff.chrome, staff.page.0, form))
}

/// `GET /messages/{id}`
pub(crate) async fn seen(viewer: Viewer<Messaging, OfClient>) -> Answer {
    let form = Fields::fresh(&viewer.app)?;
    page(&SeenThread::new(viewer.chrome, viewer.page.0, form))
}
