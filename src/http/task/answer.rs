//! The client answers what waits for them: it is done, it is approved, or it should be different.

use super::client::{SeenOne, SeenTask};
use super::mail::Heard;
use crate::domain::id::CommentId;
use crate::domain::module::Module;
use crate::domain::next::Side;
use crate::domain::task::{Answer as Said, TaskError};
use crate::domain::text::Paragraphs;
use crate::http::Fields;
use crate::http::chrome::Flash;
use crate::http::guard::{Tasked, Viewer, Who};
use crate::http::page::{Answer, see, try_again};
use crate::store::task::Seen;
use crate::store::viewer::Asker;
use crate::store::{comment, task};

/// Who asks, for what is written through the viewer predicate: never a preview, which writes nothing.
pub(super) fn asker<L>(viewer: &Viewer<Tasked, L>) -> Asker {
    Asker {
        session: viewer.me().session,
        side: Side::Client,
        preview: false,
        now: viewer.app.now,
        module: Some(Module::Tasks),
        also: None,
    }
}

/// Who says something about a task, for the mail to staff.
pub(super) fn heard<'a>(me: &'a Who, of: &'a Seen) -> Heard<'a> {
    Heard {
        task: of.id,
        title: &of.title,
        by: me.id,
        name: &me.name,
        client: &me.client_name,
    }
}

/// `POST /tasks/{id}/answer`
///
/// 1. what was chosen, with a note; 2. in one batch: the answer where the task still waits, its note,
/// its line in the log, the mail to staff; 3. a second answer is told of the first.
pub(crate) async fn answer(viewer: Viewer<Tasked, SeenOne>, mut form: Fields) -> Answer {
    let (app, me, of) = (&viewer.app, viewer.me(), &viewer.page.task);
    let path = format!("/tasks/{}", of.id);
    let late = "This was answered already. Thank you.";
    // 1.
    let Some(asks) = of.asks.filter(|_| of.waits) else {
        form.sound()?;
        Flash::error(app, late);
        return see(&path);
    };
    let note = form.required("note", |text| Paragraphs::optional("note", text));
    let typed = note
        .as_ref()
        .and_then(Option::as_ref)
        .map(|text| text.as_str().to_owned());
    let said = match Said::to(asks, form.text("answer"), typed.as_deref()) {
        Ok(said) => Some(said),
        Err(why @ TaskError::Speechless) => {
            form.refuse("note", why);
            None
        }
        Err(why) => {
            form.refuse("answer", why);
            None
        }
    };
    let (Some(note), Some(said), false) = (note, said, form.has_errors()) else {
        let page = SeenTask::new(
            viewer.chrome,
            viewer.page,
            viewer.app.now,
            form,
            Fields::fresh(&viewer.app)?,
        );
        return try_again(&page);
    };
    // 2.
    let action = match said {
        Said::Completed => "task.completed",
        Said::Approved => "task.approved",
        Said::Changes => "task.changes_asked",
    };
    let mut batch = vec![
        task::answer(&asker(&viewer), of.id, me.id, said),
        task::note_answer(app.id()?, of.id, me.id, action, &me.address, app.now),
    ];
    if let Some(note) = &note {
        let id: CommentId = app.id()?;
        let by = (me.id, me.name.as_str());
        batch.push(comment::with_answer(id, of.id, by, note, app.now));
    }
    batch.push(heard(me, of).answered(app, said, note.as_ref(), &viewer.page.staff)?);
    let mut results = app.db.batch(batch).await?;
    // 3.
    if results.changes()? == 0 {
        Flash::error(app, late);
    } else {
        Flash::success(
            app,
            match said {
                Said::Completed => "Thank you. We see that it is done.",
                Said::Approved => "Thank you. We see that you approve it.",
                Said::Changes => "Thank you. We look at it and ask you again.",
            },
        );
    }
    see(&path)
}
