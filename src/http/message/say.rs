//! Writing in a thread, by either side: words, then files, then one batch.

use super::one::{OfClient, OfStaff, SeenThread, ThreadPage};
use crate::app::App;
use crate::domain::allowance::{Full, Kind, Used};
use crate::domain::id::{AuditId, MessageId, ThreadId};
use crate::domain::text::Paragraphs;
use crate::http::allowance::{Within, later, refuse};
use crate::http::chrome::Flash;
use crate::http::guard::{Messaging, Staff, Viewer};
use crate::http::page::{Answer, see, try_again};
use crate::http::said::{LATE, receive};
use crate::http::{Error, Fields, Incoming, Reason};
use crate::store::allowance::{self, Taken};
use crate::store::message::say::{self, Placed, Word};
use crate::store::said::Arrived;
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// What became of what was said.
pub(super) enum Written {
    /// It stands there.
    At(ThreadId),
    /// The sweep was quicker than a slow form.
    Late,
    /// The thread may not be seen any more.
    Gone,
    /// They have said too much already.
    Full(Full),
}

/// Writes what a client says, as [`write`] does, and counts it.
pub(super) async fn write_counted(
    app: &App,
    asker: &Asker,
    (batch, placed): (Vec<Statement>, Statement),
    (message, files, address): (MessageId, &[Arrived], &str),
) -> Result<Written, Error> {
    let amounts = [(Kind::Words, 1), (Kind::Files, files.len() as u64)];
    let counted = vec![allowance::take(
        asker,
        (Taken::InThread, message),
        &amounts,
    )?];
    let batch = counted.into_iter().chain(batch).collect();
    let (written, mut left) = send(
        app,
        (batch, vec![placed, allowance::used(asker)]),
        (message, files, address),
    )
    .await?;
    let used: Vec<Used> = match &mut left {
        Some(results) => results.rows()?,
        None => Vec::new(),
    };
    Ok(match (written, Full::of_all(amounts, &used, app.now)) {
        (Written::Gone, Some(full)) => Written::Full(full),
        (written, _) => written,
    })
}

/// Writes a message in one batch: what makes its thread, what says it, its files and its line in the log,
/// which is of the moment of the log's own. At the end is read where it stands.
/// Sent twice, the second time it finds the first one.
pub(super) async fn write(
    app: &App,
    (batch, placed): (Vec<Statement>, Statement),
    what: (MessageId, &[Arrived], &str),
) -> Result<Written, Error> {
    let (written, _rest) = send(app, (batch, vec![placed]), what).await?;
    Ok(written)
}

/// The batch of [`write`], with what was read behind where it stands.
async fn send(
    app: &App,
    (mut batch, reads): (Vec<Statement>, Vec<Statement>),
    (message, files, address): (MessageId, &[Arrived], &str),
) -> Result<(Written, Option<Results>), Error> {
    batch.extend(say::attach(message, files, app.now)?);
    let log: AuditId = message.again(app.now);
    batch.push(say::note(log, message, address, app.now));
    let own = batch.len();
    batch.extend(reads);
    let mut results = match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => return Ok((Written::Late, None)),
        written => written?,
    };
    for _ in 0..own {
        results.skip()?;
    }
    let placed: Option<Placed> = results.first()?;
    let written = placed.map_or(Written::Gone, |at| Written::At(at.thread_id));
    Ok((written, Some(results)))
}

/// The words of a message.
pub(super) fn body(form: &mut Fields) -> Option<Paragraphs> {
    form.required("body", |text| Paragraphs::parse("message", text))
}

/// `POST /messages/{id}`
pub(crate) async fn say(viewer: Viewer<Messaging, Within<OfClient>>, incoming: Incoming) -> Answer {
    let (viewer, so_far) = viewer.split();
    let full = so_far.full();
    let (app, me, thread) = (&viewer.app, viewer.me(), &viewer.page.0.thread);
    let mut said = None;
    let (mut form, files) = receive(app, &incoming, thread.upload_limit, &TEXTS, |form| {
        said = body(form);
        said.is_some() && full.is_none()
    })
    .await?;
    if let (Some(body), false) = (&said, form.has_errors()) {
        let id: MessageId = form.names(app, me.id, "message")?;
        let word = Word {
            id,
            thread: thread.id,
            body,
            by: (me.id, me.name.as_str()),
        };
        let asker = viewer.asker();
        let batch = (vec![say::say(&asker, &word)], say::placed(&asker, id));
        let written = match full {
            Some(full) => Written::Full(full),
            None => write_counted(app, &asker, batch, (id, &files, &me.address)).await?,
        };
        match written {
            Written::At(at) => {
                Flash::success(app, "Your message is sent.");
                return see(&format!("/messages/{at}"));
            }
            Written::Gone => return Err(Reason::NotFound.into()),
            Written::Late => form.refuse("file", LATE),
            Written::Full(full) => {
                refuse(&mut form, full);
                return later(&SeenThread::new(viewer.chrome, viewer.page.0, form), full);
            }
        }
    }
    try_again(&SeenThread::new(viewer.chrome, viewer.page.0, form))
}

/// `POST /admin/messages/{id}`
pub(crate) async fn say_by_staff(staff: Staff<OfStaff>, incoming: Incoming) -> Answer {
    let (app, me, thread) = (&staff.app, staff.me(), &staff.page.0.thread);
    let mut said = None;
    let (mut form, files) = receive(app, &incoming, thread.upload_limit, &TEXTS, |form| {
        said = body(form);
        said.is_some()
    })
    .await?;
    if let (Some(body), false) = (&said, form.has_errors()) {
        let id: MessageId = form.names(app, me.id, "message")?;
        let word = Word {
            id,
            thread: thread.id,
            body,
            by: (me.id, me.name.as_str()),
        };
        let batch = (
            vec![say::say_by_staff(&word, app.now)],
            say::placed_for_staff(id),
        );
        match write(app, batch, (id, &files, &me.address)).await? {
            Written::At(at) => {
                Flash::success(app, "Your message is sent.");
                return see(&format!("/admin/messages/{at}"));
            }
            Written::Gone => return Err(Reason::NotFound.into()),
            Written::Late => form.refuse("file", LATE),
            Written::Full(_) => return Err(Error::internal("staff are not counted")),
        }
    }
    try_again(&ThreadPage::new(staff.chrome, staff.page.0, form))
}

/// The text fields of the form.
const TEXTS: [&str; 2] = ["form_key", "body"];
