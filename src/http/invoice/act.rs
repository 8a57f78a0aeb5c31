//! What is done with one invoice by a button: voiding, duplicating, revising, throwing away what is
//! not sent, and asking again for what was given back. Done twice, the second time is told why not.

use super::{One, close_pages, path, refused};
use crate::app::App;
use crate::domain::id::{InvoiceId, RevisionId};
use crate::domain::invoice::decide::{
    Refused, decide_edit, decide_reopen, decide_revise, decide_void,
};
use crate::domain::invoice::state::Stored;
use crate::http::chrome::Flash;
use crate::http::guard::Staff;
use crate::http::page::{Answer, see};
use crate::http::{Error, Fields};
use crate::store::invoice::draft::{self as drafts, By, Draft};
use crate::store::invoice::send as sending;
use crate::store::{self, Conflict, Statement};

/// Writes the batch; says so where somebody was quicker.
async fn done(app: &App, id: InvoiceId, batch: Vec<Statement>, said: &str, to: &str) -> Answer {
    match app.db.batch(batch).await {
        Ok(_) => {
            Flash::success(app, said);
            see(to)
        }
        Err(store::Error::Conflict(Conflict::Meanwhile)) => refused(
            app,
            id,
            "This invoice changed at the same moment. Here it is as it stands now.",
        ),
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/invoices/{id}/void`
pub(crate) async fn void(staff: Staff<One>) -> Answer {
    let (app, invoice) = (&staff.app, &staff.page.invoice);
    if let Err(why) = decide_void(&staff.page.view()?) {
        return refused(app, invoice.id, why);
    }
    if let Some(why) = close_pages(app, &staff.page.holding).await? {
        return refused(app, invoice.id, why);
    }
    let entry = staff.me().did(
        "invoice.voided",
        invoice.client_id,
        invoice.id,
        invoice.name(),
    );
    // What is being written beside it goes: nobody could send it any more.
    let mut batch = drafts::discard(invoice.id, invoice.edition, app.now);
    batch.push(sending::void(invoice.id, app.now));
    batch.push(entry.append(app.id()?, app.now));
    let said = format!("{} is void. It keeps its number.", invoice.name());
    done(app, invoice.id, batch, &said, &path(invoice.id)).await
}

/// `POST /admin/invoices/{id}/delete`: a draft, or the revision that is being written.
pub(crate) async fn delete(staff: Staff<One>) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let invoice = &of.invoice;
    if of.open.is_none() {
        let why = decide_edit(invoice.stored()).err().unwrap_or(Refused::Sent);
        return refused(app, invoice.id, why);
    }
    let is_draft = invoice.stored() == Stored::Draft;
    let (action, detail, said, to) = if is_draft {
        let list = format!("/admin/clients/{}/billing", invoice.client_id);
        let detail = format!("{} for {}", invoice.total()?, invoice.client_name);
        ("invoice.deleted", detail, "The draft is deleted.", list)
    } else {
        let said = "The revision is discarded. What was sent stays as it is.";
        let to = path(invoice.id);
        ("invoice.revision_discarded", invoice.name(), said, to)
    };
    let entry = staff
        .me()
        .did(action, invoice.client_id, invoice.id, detail);
    let mut batch = drafts::discard(invoice.id, invoice.edition, app.now);
    batch.push(entry.append(app.id()?, app.now));
    done(app, invoice.id, batch, said, &to).await
}

/// `POST /admin/invoices/{id}/revise`: opens the next revision, or goes on with it.
pub(crate) async fn revise(staff: Staff<One>) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let invoice = &of.invoice;
    let edit = format!("{}/edit", path(invoice.id));
    if let Err(why) = decide_revise(&of.view()?) {
        return refused(app, invoice.id, why);
    }
    if of.open.is_some() {
        return see(&edit);
    }
    let me = staff.me();
    let by = By {
        staff: me.id,
        now: app.now,
    };
    let revision: RevisionId = app.id()?;
    let mut batch = drafts::revise(invoice.id, revision, invoice.edition, by);
    let entry = me.did(
        "invoice.revised",
        invoice.client_id,
        invoice.id,
        invoice.name(),
    );
    batch.push(entry.append(app.id()?, app.now));
    let said = "Change what is to be changed. The client sees what was sent until you send this.";
    done(app, invoice.id, batch, said, &edit).await
}

/// `POST /admin/invoices/{id}/duplicate`: a new draft of today that says the same.
pub(crate) async fn duplicate(staff: Staff<One>, form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let invoice = &of.invoice;
    let content = match &of.open {
        Some(open) => open.content()?,
        None => invoice.content()?,
    };
    if content.uploaded.is_some() {
        return refused(
            app,
            invoice.id,
            "This invoice is a PDF of your own. Please upload the new one instead.",
        );
    }
    let totals = content
        .totals(invoice.currency)
        .map_err(|error| Error::internal(error.to_string()))?;
    let draft = Draft {
        currency: invoice.currency,
        issued_on: of.today,
        due_on: of.billing.terms_of_payment().due_on(of.today),
        total: totals.total.minor(),
        tax: totals.tax.minor(),
        content,
        own: None,
        project: invoice.project_id,
    };
    let me = staff.me();
    let by = By {
        staff: me.id,
        now: app.now,
    };
    let id: InvoiceId = form.names(app, me.id, "invoice")?;
    let revision: RevisionId = form.names(app, me.id, "revision")?;
    let mut batch = drafts::create(id, revision, invoice.client_id, &draft, by)?;
    let entry = me.did("invoice.duplicated", invoice.client_id, id, invoice.name());
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch(batch).await {
        // This very button was pressed before.
        Ok(_) | Err(store::Error::Conflict(Conflict::Repeat)) => {}
        Err(error) => return Err(error.into()),
    }
    Flash::success(app, "Here is a new draft that says the same, dated today.");
    see(&path(id))
}

/// `POST /admin/invoices/{id}/reopen`
pub(crate) async fn reopen(staff: Staff<One>) -> Answer {
    let (app, invoice) = (&staff.app, &staff.page.invoice);
    if let Err(why) = decide_reopen(&staff.page.view()?, invoice.moved()?.refunded) {
        return refused(app, invoice.id, why);
    }
    let entry = staff.me().did(
        "invoice.reopened",
        invoice.client_id,
        invoice.id,
        invoice.name(),
    );
    let batch = vec![
        drafts::edition(invoice.id, invoice.edition, app.now),
        sending::reopen(invoice.id),
        entry.append(app.id()?, app.now),
    ];
    let said = format!("{} is to be paid again.", invoice.name());
    done(app, invoice.id, batch, &said, &path(invoice.id)).await
}
