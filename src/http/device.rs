//! Ending one's own sessions: one device, or all but this one.

use super::Error;
use super::chrome::Flash;
use super::cookie;
use super::guard::{InPath, Load, Portal, Staff, Viewer};
use super::own::Own;
use super::page::{Answer, see};
use crate::domain::id::SessionId;
use crate::domain::time::Timestamp;
use crate::store::device::{self, Named};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, session};

/// One of the person's own sessions, which the path names.
pub(crate) struct Mine {
    id: SessionId,
    device: String,
}

impl Load for Mine {
    type Args = InPath<SessionId>;

    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![device::one(asker, *id)]
    }

    fn read(
        InPath(id): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let found: Option<Named> = results.first()?;
        Ok(found.map(|Named { device }| Self { id, device }))
    }
}

/// `POST /profile/sessions/{id}/end`
pub(crate) async fn end_client(viewer: Viewer<Portal, Mine>) -> Answer {
    end(viewer.into()).await
}

/// `POST /admin/profile/sessions/{id}/end`
pub(crate) async fn end_staff(staff: Staff<Mine>) -> Answer {
    end(staff.into()).await
}

/// Ending this device is signing out.
async fn end(own: Own<Mine>) -> Answer {
    let Own {
        app,
        frame,
        page: mine,
    } = own;
    let entry = frame.entry("session.ended", mine.device.clone());
    let batch = vec![
        session::end(mine.id, app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    let side = frame.side();
    if mine.id == frame.session() {
        app.set_cookie(cookie::clear(side.cookie()));
        Flash::success(&app, "You are signed out.");
        return see(side.sign_in());
    }
    Flash::success(&app, format!("{} is signed out.", mine.device));
    see(side.profile())
}

/// `POST /profile/sessions/end-others`
pub(crate) async fn end_others_client(viewer: Viewer<Portal>) -> Answer {
    end_others(viewer.into()).await
}

/// `POST /admin/profile/sessions/end-others`
pub(crate) async fn end_others_staff(staff: Staff) -> Answer {
    end_others(staff.into()).await
}

async fn end_others(own: Own) -> Answer {
    let Own { app, frame, .. } = own;
    let entry = frame.entry("session.ended", "all other devices".to_owned());
    let batch = vec![
        device::end_others(frame.person(), frame.session(), app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(&app, "You are signed out everywhere else.");
    see(frame.side().profile())
}
