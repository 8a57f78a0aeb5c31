//! Correcting a payment that staff recorded: the wrong record is crossed out and the right one takes its
//! place, in one batch. Nothing is edited, so both stay to be seen.

use askama::Template;

use super::payment::{Said, Wrong, methods, source};
use super::{close_pages, path, refused};
use crate::domain::id::FactId;
use crate::domain::money::Money;
use crate::domain::payment::offline::decide_reverse;
use crate::domain::payment::share::Share;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::invoice::draft as drafts;
use crate::store::offline::Recorded;
use crate::store::{self, Conflict, ledger};

#[derive(Template)]
#[template(path = "invoice/correct.html")]
struct CorrectPage<'a> {
    chrome: Chrome<Me>,
    form: Fields,
    of: &'a Recorded,
    lead: String,
    action: String,
    back: String,
}

impl CorrectPage<'_> {
    fn methods(&self) -> Vec<(&'static str, &'static str, bool)> {
        methods(self.form.text("method"))
    }
}

impl Recorded {
    fn as_recorded(&self) -> Result<Money, Error> {
        Ok(Money::new(self.amount, self.currency)?)
    }
}

impl Wrong {
    fn show(&self, chrome: Chrome<Me>, form: Fields) -> Result<CorrectPage<'_>, Error> {
        let of = &self.recorded;
        let lead = format!(
            "The record of {} on {} stays, crossed out. This one takes its place.",
            of.as_recorded()?,
            of.occurred_on.words()
        );
        Ok(CorrectPage {
            chrome,
            form,
            of,
            lead,
            action: format!("/admin/payments/{}/correct", self.id),
            back: path(of.invoice_id),
        })
    }
}

/// `GET /admin/payments/{id}/correct`
pub(crate) async fn correct_form(staff: Staff<Wrong>) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let recorded = &of.recorded;
    if let Err(why) = decide_reverse(&recorded.payment, recorded.moved()?, app.now) {
        return refused(app, recorded.invoice_id, why);
    }
    let mut form = Fields::fresh(app)?;
    form.fill([
        ("amount", recorded.as_recorded()?.plain().as_str()),
        ("paid_on", &recorded.occurred_on.to_string()),
        ("method", &recorded.method),
        ("reference", &recorded.reference),
    ]);
    page(&of.show(staff.chrome, form)?)
}

/// `POST /admin/payments/{id}/correct`: of two who correct the same record, the second is told so.
pub(crate) async fn correct(staff: Staff<Wrong>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let (recorded, today) = (&of.recorded, of.billing.today(app.now));
    let reversal = match decide_reverse(&recorded.payment, recorded.moved()?, app.now) {
        Ok(fact) => fact,
        Err(why) => return refused(app, recorded.invoice_id, why),
    };
    let id: FactId = form.names(app, staff.me().id, "payment")?;
    let was = recorded.as_recorded()?;
    let Some(said) = Said::read(&mut form, id, was, today) else {
        return try_again(&of.show(staff.chrome, form)?);
    };
    if let Some(why) = close_pages(app, &of.holding).await? {
        return refused(app, recorded.invoice_id, why);
    }
    let (me, invoice, client) = (staff.me(), recorded.invoice_id, recorded.client_id);
    let now = app.now;
    let share = Share::whole(said.fact.amount);
    let detail = format!(
        "{was} became {} on invoice {}",
        said.fact.amount,
        recorded.number.as_deref().unwrap_or_default()
    );
    let entry = me.did("payment.corrected", client, invoice, detail);
    let batch = vec![
        drafts::edition(invoice, recorded.edition, now),
        ledger::state(app.id()?, &reversal, source(me, client, today), now),
        ledger::state(id, &said.fact, said.source(me, client), now),
        ledger::allocate(&said.fact.payment, invoice, share, Some(me.id), now),
        entry.append(app.id()?, now),
    ];
    match app.db.batch(batch).await {
        Ok(_) => {}
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            return refused(
                app,
                invoice,
                "This invoice changed at the same moment. Here it is as it stands now.",
            );
        }
        Err(error) => return Err(error.into()),
    }
    Flash::success(
        app,
        format!("The payment is corrected: {} now counts.", said.fact.amount),
    );
    see(&path(invoice))
}
