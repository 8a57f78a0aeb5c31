//! A new version of a document, by the plain form.

use super::one::{DocumentPage, One};
use super::receive::{self, Receiving, Target};
use crate::domain::id::DocumentId;
use crate::domain::time::Timestamp;
use crate::http::chrome::Flash;
use crate::http::document::landing::told;
use crate::http::guard::{Load, Staff};
use crate::http::page::{Answer, see, try_again};
use crate::http::upload::ARCHIVED;
use crate::http::{Error, Incoming};
use crate::store::upload::{self, Whose};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The document that gets a version, with a place for the file.
pub(crate) struct Next(One, Receiving<DocumentId>);

impl Load for Next {
    type Args = Receiving<DocumentId>;

    fn statements(args: &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = One::statements(&args.page(), asker);
        let whose = Whose::Document(args.of);
        statements.push(upload::reserve(
            args.upload,
            whose,
            &args.blob,
            asker.session,
            asker.now,
        ));
        statements
    }

    fn read(
        args: Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let one = One::read(args.page(), results, now)?;
        results.skip()?;
        Ok(one.map(|one| Self(one, args)))
    }
}

/// `POST /admin/documents/{id}/versions`
pub(crate) async fn upload(staff: Staff<Next>, incoming: Incoming) -> Answer {
    let Next(one, receiving) = staff.page;
    let document = &one.document;
    if document.archived {
        return Err(Error::Unprocessable(ARCHIVED.to_owned()));
    }
    let target = Target {
        app: &staff.app,
        chrome: &staff.chrome,
        client: document.client_id,
        document: Some((document.id, document.title.clone())),
        shown: one.shown(staff.app.now).is_now(),
        limit: document.upload_limit,
        readers: &one.readers,
        first: (receiving.upload, receiving.blob),
    };
    let sent = receive::receive(target, &incoming).await?;
    if sent.saved.is_empty() && sent.failed.is_empty() {
        let page = DocumentPage::new(&staff.app, staff.chrome, one)?.with_version(sent.fields);
        return try_again(&page);
    }
    if sent.saved.is_empty() {
        return Err(Error::Unavailable(
            "the new version did not arrive".to_owned(),
        ));
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
