//! What is said about a task. What staff say is internal unless they share it; what a client says is
//! shared always.

use super::answer::{asker, heard};
use super::client::{SeenOne, SeenTask};
use super::mail;
use super::one::{One, TaskPage};
use crate::domain::allowance::{Full, Kind, Used};
use crate::domain::id::{AuditId, CommentId};
use crate::domain::text::Paragraphs;
use crate::http::Fields;
use crate::http::allowance::{later, refuse};
use crate::http::chrome::Flash;
use crate::http::guard::{Staff, Tasked, Viewer};
use crate::http::page::{Answer, see, try_again};
use crate::store::allowance::{self, Taken};
use crate::store::comment::{self, Stands};

/// `POST /admin/tasks/{id}/comments`
pub(crate) async fn by_staff(staff: Staff<One>, mut form: Fields) -> Answer {
    let (app, me, of) = (&staff.app, staff.me(), &staff.page.task);
    let body = form.required("body", |text| Paragraphs::parse("comment", text));
    let shared = form.checkbox("shared");
    if shared && !of.visible {
        form.refuse(
            "shared",
            "The client does not see this task. Make it visible first, or keep the comment internal.",
        );
    }
    let (Some(body), false) = (body, form.has_errors()) else {
        return try_again(&TaskPage::new(staff.chrome, staff.page, app.now, form));
    };
    let id: CommentId = form.names(app, me.id, "comment")?;
    let by = (me.id, me.name.as_str());
    let action = if shared {
        "task.comment_shared"
    } else {
        "task.commented"
    };
    let entry = me.did(action, of.client_id, of.id, of.title.as_str());
    let mut batch = vec![
        comment::by_staff(id, of.id, by, (&body, !shared), app.now),
        entry.append(app.id()?, app.now),
    ];
    if shared {
        let (who, what) = (
            (staff.chrome.brand.name.as_str(), by.1),
            (of.id, of.title.as_str()),
        );
        let readers = &staff.page.readers;
        batch.push(mail::shared(app, who, what, (id, &body), readers)?);
    }
    app.db.batch_once(batch).await?;
    Flash::success(
        app,
        if shared {
            "Your comment is shared with the client."
        } else {
            "Your comment is kept for your team."
        },
    );
    see(&format!("/admin/tasks/{}", of.id))
}

/// `POST /tasks/{id}/comments`
pub(crate) async fn by_contact(viewer: Viewer<Tasked, SeenOne>, mut form: Fields) -> Answer {
    let (app, me, of) = (&viewer.app, viewer.me(), &viewer.page.task);
    let body = form.required("body", |text| Paragraphs::parse("comment", text));
    let (Some(body), false) = (body, form.has_errors()) else {
        return try_again(&again(viewer, form));
    };
    let id: CommentId = form.names(app, me.id, "comment")?;
    let by = (me.id, me.name.as_str());
    let log: AuditId = id.again(app.now);
    let asker = asker(&viewer);
    let counts = [(Kind::Words, 1)];
    let batch = vec![
        allowance::take(&asker, (Taken::OnTask, id), &counts)?,
        comment::by_contact(&asker, id, of.id, by, &body),
        comment::note(log, id, &me.address, app.now),
        heard(me, of).said(app, (id, &body), &viewer.page.staff)?,
        comment::stands(id),
        allowance::used(&asker),
    ];
    let mut results = app.db.batch(batch).await?;
    for _ in 0..4 {
        results.skip()?;
    }
    let stands: Option<Stands> = results.first()?;
    let used: Vec<Used> = results.rows()?;
    if stands.is_none()
        && let Some(full) = Full::of_all(counts, &used, app.now)
    {
        refuse(&mut form, full);
        return later(&again(viewer, form), full);
    }
    Flash::success(app, "Your comment is sent.");
    see(&format!("/tasks/{}", of.id))
}

/// The page of the task with what was typed.
fn again(viewer: Viewer<Tasked, SeenOne>, form: Fields) -> SeenTask {
    let answer = Fields::default();
    SeenTask::new(viewer.chrome, viewer.page, viewer.app.now, answer, form)
}
