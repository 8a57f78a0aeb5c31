//! Payments that staff record, such as bank transfers and cash, and taking a wrong record out again.

use askama::Template;

use super::{One, close_pages, path, refused};
use crate::domain::id::{ClientId, FactId};
use crate::domain::invoice::decide::decide_offline;
use crate::domain::money::Money;
use crate::domain::payment::fact::Fact;
use crate::domain::payment::offline::{self, Method, OfflineError, decide_record, decide_reverse};
use crate::domain::payment::share::Share;
use crate::domain::text::Line;
use crate::domain::time::{Date, Timestamp};
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::attempt::{self, Attempt};
use crate::store::billing::{self, Billing};
use crate::store::invoice::draft as drafts;
use crate::store::ledger::{self, Source};
use crate::store::offline::Recorded;
use crate::store::viewer::Asker;
use crate::store::{self, ById as _, Conflict, Results, Statement};

#[derive(Template)]
#[template(path = "invoice/payment.html")]
struct RecordPage {
    chrome: Chrome<Me>,
    one: One,
    form: Fields,
    due: String,
}

impl RecordPage {
    fn new(chrome: Chrome<Me>, one: One, form: Fields) -> Result<Self, Error> {
        let due = one.view()?.due;
        Ok(Self {
            chrome,
            form,
            due: if due.is_positive() {
                format!("{due} is due. More than that becomes a credit.")
            } else {
                "Nothing is due at the moment; what comes becomes a credit.".to_owned()
            },
            one,
        })
    }
    fn methods(&self) -> Vec<(&'static str, &'static str, bool)> {
        methods(self.form.text("method"))
    }
}

/// The ways money comes, for a list to choose from.
pub(super) fn methods(chosen: &str) -> Vec<(&'static str, &'static str, bool)> {
    let each = |m: Method| (m.as_str(), m.label(), m.as_str() == chosen);
    Method::ALL.into_iter().map(each).collect()
}

/// Where a fact comes from that staff state.
pub(super) fn source(me: &Me, client: ClientId, on: Date) -> Source<'static> {
    Source {
        provider: "offline",
        on: Some(on),
        client: Some(client),
        method: "",
        reference: "",
        event: None,
        by: Some(me.id),
        only_of: None,
    }
}

/// What a form says of a payment.
pub(super) struct Said {
    pub(super) fact: Fact,
    method: Method,
    on: Date,
    reference: Option<Line<100>>,
}

impl Said {
    /// Reads the form; `of` is an amount in the currency of the invoice. `None`: something is told at
    /// its field.
    pub(super) fn read(form: &mut Fields, id: FactId, of: Money, today: Date) -> Option<Self> {
        let method = form.required("method", |text| {
            Method::parse(text).ok_or("Please choose how it came.")
        });
        let amount = form.required("amount", |text| Money::parse("amount", text, of.currency()));
        let on = form.required("paid_on", Date::parse);
        let reference = form.optional("reference", |text| Line::parse("reference", text));
        let mut fact = None;
        if let (Some(amount), Some(on)) = (amount, on) {
            match decide_record(id, amount, of, on, today) {
                Ok(decided) => fact = Some(decided),
                Err(why @ OfflineError::Future) => form.refuse("paid_on", why),
                Err(why) => form.refuse("amount", why),
            }
        }
        if form.has_errors() {
            return None;
        }
        Some(Self {
            fact: fact?,
            method: method?,
            on: on?,
            reference: reference?,
        })
    }

    /// Where the fact comes from.
    pub(super) fn source(&self, me: &Me, client: ClientId) -> Source<'_> {
        Source {
            method: self.method.as_str(),
            reference: self.reference.as_ref().map_or("", Line::as_str),
            ..source(me, client, self.on)
        }
    }
}

/// `GET /admin/invoices/{id}/payments/new`
pub(crate) async fn record_form(staff: Staff<One>) -> Answer {
    let (app, one) = (&staff.app, staff.page);
    if let Err(why) = decide_offline(one.invoice.stored()) {
        return refused(app, one.invoice.id, why);
    }
    let due = one.view()?.due;
    let mut form = Fields::fresh(app)?;
    let amount = if due.is_positive() {
        due.plain()
    } else {
        String::new()
    };
    form.fill([
        ("amount", amount.as_str()),
        ("method", Method::BankTransfer.as_str()),
        ("paid_on", &one.today.to_string()),
    ]);
    page(&RecordPage::new(staff.chrome, one, form)?)
}

/// `POST /admin/invoices/{id}/payments/new`: the form's key names the payment, so sent twice it is
/// recorded once.
pub(crate) async fn record(staff: Staff<One>, mut form: Fields) -> Answer {
    let (app, chrome, one) = (&staff.app, staff.chrome, staff.page);
    let invoice = &one.invoice;
    if let Err(why) = decide_offline(invoice.stored()) {
        return refused(app, invoice.id, why);
    }
    let id: FactId = form.names(app, chrome.me.id, "payment")?;
    let Some(said) = Said::read(&mut form, id, invoice.total()?, one.today) else {
        return try_again(&RecordPage::new(chrome, one, form)?);
    };
    if let Some(why) = close_pages(app, &one.holding).await? {
        return refused(app, one.invoice.id, why);
    }
    let (me, fact) = (&chrome.me, &said.fact);
    let share = Share::whole(fact.amount);
    let detail = format!("{} on {}", fact.amount, invoice.name());
    let entry = me.did("payment.recorded", invoice.client_id, invoice.id, detail);
    let batch = vec![
        drafts::edition(invoice.id, invoice.edition, app.now),
        ledger::state(id, fact, said.source(me, invoice.client_id), app.now),
        ledger::allocate(&fact.payment, invoice.id, share, Some(me.id), app.now),
        entry.append(app.id()?, app.now),
    ];
    match app.db.batch(batch).await {
        // This very form was sent before.
        Ok(_) | Err(store::Error::Conflict(Conflict::Repeat)) => {}
        Err(error) => return Err(error.into()),
    }
    Flash::success(app, format!("The payment of {} is recorded.", fact.amount));
    see(&path(invoice.id))
}

/// A record that may be taken out or put right.
pub(crate) struct Wrong {
    pub(super) id: FactId,
    pub(super) recorded: Recorded,
    pub(super) billing: Billing,
    /// The attempts to pay that hold its invoice.
    pub(super) holding: Vec<Attempt>,
}

impl Load for Wrong {
    type Args = InPath<FactId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Recorded::by_id(*id),
            billing::settings(),
            attempt::holding_beside(&offline::name(*id)),
        ]
    }
    fn read(
        InPath(id): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let recorded: Option<Recorded> = results.first()?;
        let billing: Option<Billing> = results.first()?;
        let holding = results.rows()?;
        Ok(recorded.zip(billing).map(|(recorded, billing)| Self {
            id,
            recorded,
            billing,
            holding,
        }))
    }
}

/// `POST /admin/payments/{id}/reverse`: the record stays and no longer counts.
pub(crate) async fn reverse(staff: Staff<Wrong>) -> Answer {
    let (app, wrong) = (&staff.app, &staff.page);
    let (of, today) = (&wrong.recorded, wrong.billing.today(app.now));
    let fact = match decide_reverse(&of.payment, of.moved()?, app.now) {
        Ok(fact) => fact,
        Err(why) => return refused(app, of.invoice_id, why),
    };
    if let Some(why) = close_pages(app, &wrong.holding).await? {
        return refused(app, of.invoice_id, why);
    }
    let me = staff.me();
    let detail = format!(
        "{} on {}",
        fact.amount,
        format_args!("invoice {}", of.number.as_deref().unwrap_or_default())
    );
    let entry = me.did("payment.reversed", of.client_id, of.invoice_id, detail);
    let batch = vec![
        drafts::edition(of.invoice_id, of.edition, app.now),
        ledger::state(app.id()?, &fact, source(me, of.client_id, today), app.now),
        entry.append(app.id()?, app.now),
    ];
    match app.db.batch(batch).await {
        Ok(_) => {}
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            return refused(
                app,
                of.invoice_id,
                "This invoice changed at the same moment. Here it is as it stands now.",
            );
        }
        Err(error) => return Err(error.into()),
    }
    Flash::success(
        app,
        format!(
            "The payment of {} is reversed; it no longer counts.",
            fact.amount
        ),
    );
    see(&path(of.invoice_id))
}
