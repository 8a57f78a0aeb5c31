//! What a client does: opens a ticket, replies, marks it as resolved, opens it again.

use askama::Template;

use super::mail::Heard;
use super::seen::{SeenOne, SeenTicket, path};
use crate::domain::allowance::{Full, Kind, Used};
use crate::domain::id::{AuditId, MessageId, TicketId};
use crate::domain::text::{Paragraphs, Title};
use crate::domain::ticket::Status;
use crate::domain::time::Timestamp;
use crate::http::allowance::{Within, later, refuse};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{Load, Supported, Viewer, Who};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::said::{LATE, hint, receive};
use crate::http::{Error, Fields, Incoming, Reason};
use crate::store::allowance::{self, Taken};
use crate::store::said::Arrived;
use crate::store::support::{self, Support};
use crate::store::ticket::change::{self, Mover};
use crate::store::ticket::mail::{self, Candidate};
use crate::store::ticket::say::{self, Placed, Word};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// What the form of a new ticket needs.
pub(crate) struct New {
    support: Support,
    staff: Vec<Candidate>,
}

impl Load for New {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![support::settings(), mail::staff()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let support: Option<Support> = results.first()?;
        let staff = results.rows()?;
        Ok(support.map(|support| Self { support, staff }))
    }
}

#[derive(Template)]
#[template(path = "ticket/new.html")]
struct NewPage {
    chrome: Chrome<Who>,
    form: Fields,
    categories: Vec<String>,
    hint: String,
}

impl NewPage {
    fn new(chrome: Chrome<Who>, of: &New, form: Fields) -> Self {
        let categories = of.support.categories();
        Self {
            chrome,
            form,
            categories: categories.iter().map(str::to_owned).collect(),
            hint: hint(of.support.upload_limit),
        }
    }
}

/// `GET /tickets/new`
pub(crate) async fn new_form(viewer: Viewer<Supported, New>) -> Answer {
    let form = Fields::fresh(&viewer.app)?;
    page(&NewPage::new(viewer.chrome, &viewer.page, form))
}

/// What a form of words says.
struct Said {
    subject: Option<(Title, String)>,
    body: Paragraphs,
}

/// What became of it.
enum Written {
    /// It stands there.
    At(Placed),
    /// The sweep was quicker than a slow form.
    Late,
    /// The ticket may not be seen any more.
    Gone,
    /// They have said too much already.
    Full(Full),
}

/// Writes it in one batch.
async fn write<L>(
    viewer: &Viewer<Supported, L>,
    form: &Fields,
    (reads, known): (Option<TicketId>, &str),
    said: &Said,
    files: &[Arrived],
    staff: &[Candidate],
) -> Result<Written, Error> {
    let (app, me, asker) = (&viewer.app, viewer.me(), viewer.asker());
    let new: TicketId = form.names(app, me.id, "ticket")?;
    let message: MessageId = form.names(app, me.id, "message")?;
    let word = Word {
        id: message,
        ticket: reads.unwrap_or(new),
        new,
        body: &said.body,
        by: (me.id, me.name.as_str()),
    };
    let heard = Heard {
        message: word.id,
        subject: known,
        new: reads.is_none(),
        name: &me.name,
        client: &me.client_name,
        body: &said.body,
        files: files.len(),
    };
    let amounts = [(Kind::Words, 1), (Kind::Files, files.len() as u64)];
    let mut batch = vec![allowance::take(
        &asker,
        (Taken::InTicket, word.id),
        &amounts,
    )?];
    if let Some((subject, category)) = &said.subject {
        batch.push(say::open(
            &asker,
            new,
            (subject, category),
            (message, me.id),
        ));
    }
    batch.extend(say::say(&asker, &word));
    batch.extend(say::attach(word.id, files, app.now)?);
    let log: AuditId = message.again(app.now);
    batch.push(say::note(log, &word, &me.address, app.now));
    batch.extend(heard.tell(app, staff)?);
    let own = batch.len();
    batch.push(say::placed(&asker, word.id));
    batch.push(allowance::used(&asker));
    let mut results = match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => return Ok(Written::Late),
        written => written?,
    };
    for _ in 0..own {
        results.skip()?;
    }
    let placed: Option<Placed> = results.first()?;
    let used: Vec<Used> = results.rows()?;
    let full = || Full::of_all(amounts, &used, app.now).map_or(Written::Gone, Written::Full);
    Ok(placed.map_or_else(full, Written::At))
}

/// `POST /tickets/new`
///
/// 1. words, then files; 2. in one batch: the ticket with its number, what was said, its files, the
/// mails; 3. where it stands.
pub(crate) async fn create(viewer: Viewer<Supported, Within<New>>, incoming: Incoming) -> Answer {
    let (viewer, so_far) = viewer.split();
    let full = so_far.full();
    let (app, of) = (&viewer.app, &viewer.page);
    // 1.
    let categories = of.support.categories();
    let mut said = None;
    let texts = ["form_key", "subject", "category", "body"];
    let limit = of.support.upload_limit;
    let (mut form, files) = receive(app, &incoming, limit, &texts, |form| {
        let subject = form.required("subject", |text| {
            Title::parse(text).map_err(|why| why.to_string().replace("title", "subject"))
        });
        let category = form.required("category", |text| categories.choose(text, ""));
        let body = form.required("body", |text| Paragraphs::parse("text", text));
        if form.has_errors() {
            return false;
        }
        said = subject.zip(category).zip(body).map(|(subject, body)| Said {
            subject: Some(subject),
            body,
        });
        said.is_some() && full.is_none()
    })
    .await?;
    let (Some(said), false) = (said, form.has_errors()) else {
        return try_again(&NewPage::new(viewer.chrome, &viewer.page, form));
    };
    if let Some(full) = full {
        refuse(&mut form, full);
        return later(&NewPage::new(viewer.chrome, &viewer.page, form), full);
    }
    // 2.
    let subject = said
        .subject
        .as_ref()
        .map_or("", |(subject, _)| subject.as_str());
    let written = write(&viewer, &form, (None, subject), &said, &files, &of.staff).await;
    // 3.
    match written? {
        Written::At(at) => {
            Flash::success(
                app,
                format!(
                    "Your ticket #{} is open. We answer here, and tell you by e-mail if you take such mail.",
                    at.number
                ),
            );
            see(&format!("{}/{}", path(), at.ticket_id))
        }
        Written::Gone => Err(Reason::NotFound.into()),
        Written::Late => {
            form.refuse("file", LATE);
            try_again(&NewPage::new(viewer.chrome, &viewer.page, form))
        }
        Written::Full(full) => {
            refuse(&mut form, full);
            later(&NewPage::new(viewer.chrome, &viewer.page, form), full)
        }
    }
}

/// `POST /tickets/{id}/reply`
///
/// 1. words, then files; 2. in one batch: what was said, in this ticket or, where it is closed, in a new
/// one that follows it; 3. where it stands.
pub(crate) async fn reply(
    viewer: Viewer<Supported, Within<SeenOne>>,
    incoming: Incoming,
) -> Answer {
    let (viewer, so_far) = viewer.split();
    let full = so_far.full();
    let (app, of) = (&viewer.app, &viewer.page);
    let ticket = of.ticket.id;
    // 1.
    let mut said = None;
    let limit = of.support.upload_limit;
    let (mut form, files) = receive(app, &incoming, limit, &["form_key", "body"], |form| {
        let body = form.required("body", |text| Paragraphs::parse("text", text));
        said = body.map(|body| Said {
            subject: None,
            body,
        });
        said.is_some() && full.is_none()
    })
    .await?;
    let (Some(said), false) = (said, form.has_errors()) else {
        return try_again(&SeenTicket::new(viewer.chrome, viewer.page, form));
    };
    if let Some(full) = full {
        refuse(&mut form, full);
        return later(&SeenTicket::new(viewer.chrome, viewer.page, form), full);
    }
    // 2.
    let reads = (Some(ticket), of.ticket.subject.as_str());
    let written = write(&viewer, &form, reads, &said, &files, &of.staff).await;
    // 3.
    match written? {
        Written::At(at) => {
            let merged = of.ticket.links.into.is_some();
            let text = if at.ticket_id == ticket || merged {
                "Your reply is sent.".to_owned()
            } else {
                format!(
                    "That ticket was closed, so your reply opened a new one: #{}. It leads to the old one.",
                    at.number
                )
            };
            Flash::success(app, text);
            see(&format!("{}/{}", path(), at.ticket_id))
        }
        Written::Gone => Err(Reason::NotFound.into()),
        Written::Late => {
            form.refuse("file", LATE);
            try_again(&SeenTicket::new(viewer.chrome, viewer.page, form))
        }
        Written::Full(full) => {
            refuse(&mut form, full);
            later(&SeenTicket::new(viewer.chrome, viewer.page, form), full)
        }
    }
}

/// `POST /tickets/{id}/status`: resolved, or open again, by one press.
pub(crate) async fn press(viewer: Viewer<Supported, SeenOne>, mut form: Fields) -> Answer {
    let (app, me, of) = (&viewer.app, viewer.me(), &viewer.page.ticket);
    let to = form.required("status", Status::parse);
    form.sound()?;
    let at = format!("{}/{}", path(), of.id);
    let to = match (of.status, to) {
        (from, Some(Status::Resolved)) if from.is_open() => Status::Resolved,
        (Status::Resolved, Some(Status::Open)) => Status::Open,
        _ => {
            Flash::error(
                app,
                "This ticket has changed meanwhile. This is how it stands now.",
            );
            return see(&at);
        }
    };
    let mover = Mover::Contact(me.id, &me.name);
    let batch = vec![
        change::move_by_client(&viewer.asker(), of.id, of.status, to),
        change::note(app.id()?, of.id, to, mover, &me.address, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(
        app,
        if to == Status::Resolved {
            "Thank you. The ticket is marked as resolved; a reply opens it again."
        } else {
            "The ticket is open again. Tell us below what is left to do."
        },
    );
    see(&at)
}
