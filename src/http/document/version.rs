//! A new version of a document, by the plain form.

use super::landing::{Sender, told};
use super::one::{DocumentPage, One};
use super::receive::{self, Target};
use crate::http::chrome::Flash;
use crate::http::guard::Staff;
use crate::http::page::{Answer, see, try_again};
use crate::http::upload::ARCHIVED;
use crate::http::{Incoming, Reason};

/// `POST /admin/documents/{id}/versions`
pub(crate) async fn upload(staff: Staff<One>, incoming: Incoming) -> Answer {
    let one = staff.page;
    let document = &one.document;
    if document.archived {
        return Err(Reason::Unprocessable(ARCHIVED.to_owned()).into());
    }
    let target = Target {
        app: &staff.app,
        sender: Sender::Staff(&staff.chrome),
        client: document.client_id,
        document: Some((document.id, document.title.clone())),
        shown: one.shown(staff.app.now).is_now(),
        limit: document.upload_limit,
        readers: &one.readers,
    };
    let sent = receive::receive(target, &incoming).await?;
    if sent.saved.is_empty() && sent.failed.is_empty() {
        let page = DocumentPage::new(&staff.app, staff.chrome, one)?.with_version(sent.fields);
        return try_again(&page);
    }
    if sent.saved.is_empty() {
        return Err(Reason::Unavailable("the new version did not arrive".to_owned()).into());
    }
    let mut text = format!("“{}” has a new version.", document.title);
    if sent.notify {
        text = format!("{text} {}", told(one.readers.len() as u64));
    }
    if sent.refused.is_empty() {
        Flash::success(&staff.app, text);
    } else {
        Flash::error(&staff.app, format!("{text} {}", sent.refused.join(" ")));
    }
    see(&format!("/admin/documents/{}", document.id))
}
