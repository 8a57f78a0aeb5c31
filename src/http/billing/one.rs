//! One invoice, in the client's portal.

use askama::Template;

use super::bill::{Bill, Seen};
use crate::domain::id::InvoiceId;
use crate::domain::time::Timestamp;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPath, Invoiced, Load, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::store::invoice::seen;
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, billing};

impl Load for Seen {
    type Args = InPath<InvoiceId>;

    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            seen::by_contact(asker, *id),
            seen::history_by_contact(asker, *id),
            billing::settings(),
        ]
    }

    fn read(
        _args: Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Self::read(results, now)
    }
}

#[derive(Template)]
#[template(path = "billing/one.html")]
struct Page {
    chrome: Chrome<Who>,
    bill: Bill,
}

/// `GET /billing/{id}`
pub(crate) async fn show(viewer: Viewer<Invoiced, Seen>) -> Answer {
    let home = format!("/billing/{}", viewer.page.invoice.id);
    let bill = Bill::new(&viewer.page, &home, true)?;
    page(&Page {
        chrome: viewer.chrome,
        bill,
    })
}
