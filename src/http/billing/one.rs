//! One invoice, in the client's portal.

use askama::Template;
use serde::Deserialize;

use super::bill::{Bill, Reader, Seen};
use crate::app::App;
use crate::domain::id::InvoiceId;
use crate::domain::time::Timestamp;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPathAndQuery, Invoiced, Load, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::http::{Error, Fields};
use crate::store::invoice::seen;
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, billing};

/// The query: `?left=1` is where the provider's page leads who does not pay.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Left {
    left: String,
}

impl Left {
    /// Whether they come from there.
    pub(super) fn is_left(&self) -> bool {
        !self.left.is_empty()
    }
}

impl Seen {
    /// The statements of an invoice that the viewer may see.
    pub(super) fn statements(id: InvoiceId, asker: &Asker) -> Vec<Statement> {
        vec![
            seen::by_contact(asker, id),
            seen::history_by_contact(asker, id),
            billing::settings(),
        ]
    }
}

/// The invoice, and whether its reader comes back from the provider's page unpaid.
pub(crate) struct Shown {
    seen: Seen,
    left: bool,
}

impl Load for Shown {
    type Args = InPathAndQuery<InvoiceId, Left>;

    fn statements(InPathAndQuery(id, _): &Self::Args, asker: &Asker) -> Vec<Statement> {
        Seen::statements(*id, asker)
    }

    fn read(
        InPathAndQuery(_, left): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let left = left.is_left();
        let seen = Seen::read(results, now)?;
        Ok(seen.map(|seen| Self { seen, left }))
    }
}

#[derive(Template)]
#[template(path = "billing/one.html")]
pub(super) struct Page {
    chrome: Chrome<Who>,
    bill: Bill,
    left: bool,
}

/// The page; `form` is what was sent and refused.
pub(super) fn draw(
    app: &App,
    chrome: Chrome<Who>,
    seen: &Seen,
    form: Option<Fields>,
) -> Result<Page, Error> {
    let home = format!("/billing/{}", seen.invoice.id);
    let pays = chrome.me.payments();
    let reader = Reader {
        home: &home,
        receipts: true,
        stripe: app.config.stripe.as_ref().filter(|_| pays),
        form,
    };
    Ok(Page {
        chrome,
        bill: Bill::new(seen, reader)?,
        left: false,
    })
}

/// `GET /billing/{id}`
pub(crate) async fn show(viewer: Viewer<Invoiced, Shown>) -> Answer {
    let mut drawn = draw(&viewer.app, viewer.chrome, &viewer.page.seen, None)?;
    drawn.left = viewer.page.left && drawn.bill.pay.is_some();
    page(&drawn)
}
