//! Deleting a document: asked first, by somebody who has just proven who they are.

use askama::Template;

use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{Me, SureStaff};
use crate::http::page::{Answer, page, see};
use crate::store::document::Whole;
use crate::store::{document, notice};

#[derive(Template)]
#[template(path = "document/delete.html")]
struct Ask {
    chrome: Chrome<Me>,
    document: Whole,
}

/// `GET /admin/documents/{id}/delete`
pub(crate) async fn ask(staff: SureStaff<Whole>) -> Answer {
    page(&Ask {
        chrome: staff.chrome,
        document: staff.page,
    })
}

/// `POST /admin/documents/{id}/delete`
pub(crate) async fn delete(staff: SureStaff<Whole>) -> Answer {
    let (app, me, found) = (&staff.app, staff.me(), &staff.page);
    let mut batch = Vec::from(document::delete(found.id, app.now));
    batch.push(notice::withdraw(found.id));
    batch.push(document::note(
        app.id()?,
        found.id,
        "document.deleted",
        me.id,
        &me.address,
        app.now,
    ));
    app.db.batch(batch).await?;
    Flash::success(app, format!("“{}” is deleted.", found.title));
    see(&format!("/admin/clients/{}/documents", found.client_id))
}
