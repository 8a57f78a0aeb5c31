//! Links that show an invoice without an account: making one to pass on, and ending all of them.

use askama::Template;

use super::{One, path, refused};
use crate::domain::invoice::decide::{Refused, decide_offline};
use crate::domain::token::{Purpose, Secret};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{Me, Staff};
use crate::http::page::{Answer, page, see};
use crate::store::pay_link;

const SWITCHED_OFF: &str =
    "Invoices need an account here. Settings, Payments says whether a link alone is enough.";

#[derive(Template)]
#[template(path = "invoice/link.html")]
struct LinkPage {
    chrome: Chrome<Me>,
    name: String,
    back: String,
    url: String,
}

/// `POST /admin/invoices/{id}/link/new`: the link is shown this once, since only its hash is kept.
pub(crate) async fn new_link(staff: Staff<One>) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let invoice = &of.invoice;
    // What takes a payment can be shown to who pays.
    if let Err(why) = decide_offline(invoice.stored()) {
        return refused(app, invoice.id, why);
    }
    if !of.billing.pay_without_account {
        return refused(app, invoice.id, SWITCHED_OFF);
    }
    let me = staff.me();
    let secret = Secret::new(Purpose::Pay, app.random()?);
    let hash = secret.hash().to_string();
    let entry = me.did(
        "invoice.link_made",
        invoice.client_id,
        invoice.id,
        invoice.name(),
    );
    let batch = vec![
        pay_link::make(app.id()?, invoice.id, &hash, None, me.id, app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    page(&LinkPage {
        name: invoice.name(),
        back: path(invoice.id),
        url: app
            .config
            .base_url
            .join(&format!("/invoice/{}", secret.expose())),
        chrome: staff.chrome,
    })
}

/// `POST /admin/invoices/{id}/link/revoke`
pub(crate) async fn revoke_links(staff: Staff<One>) -> Answer {
    let (app, invoice) = (&staff.app, &staff.page.invoice);
    if invoice.number.is_none() {
        return refused(app, invoice.id, Refused::Draft);
    }
    let me = staff.me();
    let entry = me.did(
        "invoice.link_revoked",
        invoice.client_id,
        invoice.id,
        invoice.name(),
    );
    let batch = vec![
        pay_link::revoke(invoice.id, app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(
        app,
        "No link opens this invoice any more. Sending it again, or New link, makes one.",
    );
    see(&path(invoice.id))
}
