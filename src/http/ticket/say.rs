//! What staff say: an answer, which the client reads, and a note, which they never do. Two forms with
//! two addresses, so that neither can become the other by a box that was forgotten.

use super::mail::answered;
use super::one::{Forms, One, TicketPage};
use crate::domain::id::{AuditId, MessageId, SavedReplyId};
use crate::domain::text::Paragraphs;
use crate::domain::ticket::{Status, after_answer};
use crate::http::chrome::Flash;
use crate::http::guard::Staff;
use crate::http::page::{Answer, page, see, try_again};
use crate::http::said::{LATE, receive};
use crate::http::{Error, Fields, Incoming};
use crate::store::ticket::say::{self, Placed};
use crate::store::{self, Conflict};

/// The page again, with the form of an answer as it was sent.
fn again(staff: Staff<One>, answer: Fields) -> Result<TicketPage, Error> {
    let note = Fields::fresh(&staff.app)?;
    let forms = Forms {
        answer,
        ..staff.page.forms(Fields::default(), note)
    };
    let now = staff.app.now;
    Ok(TicketPage::new(staff.chrome, staff.page, forms, now))
}

/// `POST /admin/tickets/{id}/answer`
///
/// 1. words, then files; 2. a saved reply that is inserted changes the form and writes nothing; 3. in one
/// batch: the answer, its files, the state after it, the mails; 4. the client wrote meanwhile: it stays
/// open, and staff are told.
pub(crate) async fn answer(staff: Staff<One>, incoming: Incoming) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let ticket = &of.ticket;
    // 1.
    let texts = ["form_key", "revision", "next", "saved", "go", "answer"];
    let mut said = None;
    let (mut form, files) = receive(app, &incoming, of.support.upload_limit, &texts, |form| {
        form.optional("saved", |text| {
            SavedReplyId::parse(text).map_err(|_odd| "Choose one of the saved replies.")
        });
        if form.text("go") == "insert" {
            return false;
        }
        let body = form.required("answer", |text| Paragraphs::parse("answer", text));
        let next = form.required("next", after_answer);
        said = body.zip(next);
        !form.has_errors()
    })
    .await?;
    // 2.
    if form.text("go") == "insert" {
        return insert(staff, form);
    }
    if !of.is_answerable() {
        form.refuse(
            "answer",
            "This ticket was closed or merged meanwhile, so nobody would read this. Open it again first.",
        );
    }
    let (Some((body, next)), false) = (said, form.has_errors()) else {
        return try_again(&again(staff, form)?);
    };
    // 3.
    let me = staff.me();
    let id: MessageId = form.names(app, me.id, "answer")?;
    let log: AuditId = app.id()?;
    let heard = form.text("revision").parse();
    let heard = heard.map_or(ticket.heard, |heard: i64| heard.clamp(0, ticket.heard));
    let mut batch = vec![
        say::by_staff(id, ticket.id, (me.id, &me.name), (&body, false), app.now),
        say::answerable(ticket.id),
        say::answered(ticket.id, next, heard, app.now),
    ];
    batch.extend(say::attach(id, &files, app.now)?);
    let entry = me.did(
        "ticket.answered",
        ticket.client_id,
        ticket.id,
        ticket.title(),
    );
    batch.push(entry.append(log, app.now));
    let told = (id, me.name.as_str(), &body, files.len());
    batch.push(answered(
        app,
        &staff.chrome.brand,
        ticket,
        &of.readers,
        told,
    )?);
    let own = batch.len();
    batch.push(say::placed_for_staff(id));
    let placed: Option<Placed> = match app.db.batch(batch).await {
        Ok(mut results) => {
            for _ in 0..own {
                results.skip()?;
            }
            results.first()?
        }
        // This very form was sent before.
        Err(store::Error::Conflict(Conflict::Repeat)) => None,
        Err(store::Error::Conflict(Conflict::Meanwhile)) if !files.is_empty() => {
            form.refuse("file", LATE);
            return try_again(&again(staff, form)?);
        }
        Err(error) => return Err(error.into()),
    };
    // 4.
    match placed {
        Some(placed) if placed.status != next => Flash::success(
            app,
            "Your answer is sent. The client wrote again while you were writing, so the ticket stays open.",
        ),
        _ => Flash::success(
            app,
            match next {
                Status::Resolved => "Your answer is sent, and the ticket is resolved.",
                Status::Waiting => "Your answer is sent. The ticket waits for the client now.",
                _ => "Your answer is sent. The ticket stays open.",
            },
        ),
    }
    see(&format!("/admin/tickets/{}", ticket.id))
}

/// Puts a saved reply behind what was typed, and shows the form again.
fn insert(staff: Staff<One>, mut form: Fields) -> Answer {
    let chosen = SavedReplyId::parse(form.text("saved")).ok();
    let saved = staff.page.saved.iter();
    let Some(saved) = saved.into_iter().find(|one| Some(one.id) == chosen) else {
        form.refuse(
            "saved",
            "Choose one of the saved replies, then press Insert.",
        );
        return try_again(&again(staff, form)?);
    };
    let typed = form.text("answer").trim_end();
    let text = if typed.is_empty() {
        saved.body.clone()
    } else {
        format!("{typed}\n\n{}", saved.body)
    };
    form.fill([("answer", text.as_str()), ("saved", "")]);
    page(&again(staff, form)?)
}

/// `POST /admin/tickets/{id}/notes`: for the team alone. It moves nothing that a client could see.
pub(crate) async fn note(staff: Staff<One>, incoming: Incoming) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let ticket = &of.ticket;
    let mut said = None;
    let limit = of.support.upload_limit;
    let (mut form, files) = receive(app, &incoming, limit, &["form_key", "note"], |form| {
        said = form.required("note", |text| Paragraphs::parse("note", text));
        said.is_some()
    })
    .await?;
    if ticket.links.into.is_some() {
        form.refuse(
            "note",
            "This ticket was merged meanwhile. Please write your note there.",
        );
    }
    let again = |staff: Staff<One>, note: Fields| -> Answer {
        let fresh = Fields::fresh(&staff.app)?;
        let forms = staff.page.forms(fresh, note);
        let now = staff.app.now;
        try_again(&TicketPage::new(staff.chrome, staff.page, forms, now))
    };
    let (Some(body), false) = (said, form.has_errors()) else {
        return again(staff, form);
    };
    let me = staff.me();
    let id: MessageId = form.names(app, me.id, "note")?;
    let entry = me.did("ticket.noted", ticket.client_id, ticket.id, ticket.title());
    let mut batch = vec![say::by_staff(
        id,
        ticket.id,
        (me.id, &me.name),
        (&body, true),
        app.now,
    )];
    batch.extend(say::attach(id, &files, app.now)?);
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch_once(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            form.refuse("file", LATE);
            return again(staff, form);
        }
        written => written?,
    }
    Flash::success(
        app,
        "Your note is kept for your team. The client does not see it.",
    );
    see(&format!("/admin/tickets/{}", ticket.id))
}
