//! Pay Now: from an invoice, or several, to the provider's page.
//!
//! The form is read before the guard's one round trip, so that the attempt is made in the batch that
//! also proves who asks (`store::attempt::claim`). What to do with what then stands there is decided
//! in `paying::start`.

use http::request::Parts;

use super::bill::Seen;
use super::one::draw;
use crate::app::App;
use crate::domain::id::InvoiceId;
use crate::domain::money::{Currency, Money};
use crate::domain::payment::attempt::PAGE_LIFE;
use crate::domain::time::Timestamp;
use crate::http::chrome::Flash;
use crate::http::guard::{self, FromAddress, InPath, Load, Paying, Viewer, Who};
use crate::http::page::{Answer, see, try_again};
use crate::http::{Argument as _, Error, Fields};
use crate::outbound::payments::Stripe;
use crate::paying::{Claimed, Went, start};
use crate::store::attempt::claim::{self, Claim};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// How many invoices are paid at once: as many as a page of the provider shows, and a person looks over.
const MOST: usize = 50;

const NOT_HERE: &str =
    "Invoices cannot be paid online here at the moment. Please pay by bank transfer, or ask us.";
const LATER: &str =
    "The payment page does not open just now. Nothing was taken. Please try again in a minute.";
const NONE: &str = "Please tick the invoices that you want to pay.";
const TOO_MANY: &str = "Please tick fewer invoices: 50 can be paid at once.";
const MIXED: &str =
    "Some of these cannot be paid together. Please pay invoices of one currency at a time.";

/// The form that Pay Now sends, and the attempt that would be made of it.
pub(crate) struct Pressed {
    pub(super) form: Fields,
    /// Absent where none can be made: no provider, or an amount that is none.
    pub(super) claim: Option<Claim>,
}

impl Pressed {
    /// Reads the form. An amount that was typed must be one in the currency that the form names;
    /// whether it fits the invoice is seen in D1.
    fn new(app: &App, mut form: Fields) -> Result<Self, Error> {
        let chosen = match Currency::parse(form.text("currency")) {
            Ok(currency) => form.optional("amount", |text| Money::parse("amount", text, currency)),
            Err(_) if form.text("amount").trim().is_empty() => Some(None),
            Err(unknown) => {
                form.refuse("amount", unknown);
                None
            }
        };
        let claim = match (chosen, &app.config.stripe) {
            (Some(chosen), Some(stripe)) if !form.has_errors() => Some(Claim {
                attempt: app.id()?,
                chosen,
                live: stripe.is_live(),
                now: app.now,
                expires_at: app.now.plus(PAGE_LIFE),
            }),
            _ => None,
        };
        Ok(Self { form, claim })
    }
}

impl FromAddress for Pressed {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let form = Fields::take(parts).await?;
        Self::new(&guard::app(parts)?, form)
    }
}

/// Where Pay Now leads, as an answer; `home` is the invoice or the list, `waiting` leads to the page
/// that waits for an attempt. `None`: refused because of the amount, to be told at its field.
pub(super) fn lead(
    app: &App,
    went: Went,
    home: &str,
    waiting: impl FnOnce(crate::domain::id::AttemptId) -> String,
) -> Answer {
    match went {
        Went::Page(url) => see(&url),
        Went::Wait(attempt) => see(&waiting(attempt)),
        Went::Refused(why) => {
            Flash::error(app, why);
            see(home)
        }
        Went::Later => {
            Flash::error(app, LATER);
            see(home)
        }
    }
}

/// Back, with the sentence that nothing can be paid here.
pub(super) fn not_here(app: &App, home: &str) -> Answer {
    Flash::error(app, NOT_HERE);
    see(home)
}

fn waiting(attempt: crate::domain::id::AttemptId) -> String {
    format!("/billing/confirming/{attempt}")
}

/// Who asks, for asking again.
fn asker(me: &Who, now: Timestamp) -> Asker {
    use crate::domain::module::Module;
    Asker {
        session: me.session,
        side: crate::domain::next::Side::Client,
        preview: me.preview.is_some(),
        now,
        module: Some(Module::Billing),
        also: Some(Module::Payments),
    }
}

/// The invoice and the button that was pressed.
pub(crate) struct PressedOne {
    id: InvoiceId,
    pressed: Pressed,
}

impl FromAddress for PressedOne {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPath(id) = InPath::from_address(parts).await?;
        let pressed = Pressed::from_address(parts).await?;
        Ok(Self { id, pressed })
    }
}

/// The invoice, and the attempt that stands for it now.
pub(crate) struct PayOne {
    asked: PressedOne,
    seen: Seen,
    claimed: Option<Claimed>,
}

impl Load for PayOne {
    type Args = PressedOne;

    fn statements(wanted: &PressedOne, asker: &Asker) -> Vec<Statement> {
        let mut batch = Seen::statements(wanted.id, asker);
        if let Some(claim) = &wanted.pressed.claim {
            batch.extend(claim::by_contact(asker, claim, &[wanted.id]));
        }
        batch
    }

    fn read(
        asked: PressedOne,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let Some(seen) = Seen::read(results, now)? else {
            return Ok(None);
        };
        let claim = asked.pressed.claim.as_ref();
        let claimed = claim.map(|_| Claimed::read(results)).transpose()?;
        Ok(Some(Self {
            asked,
            seen,
            claimed,
        }))
    }
}

/// `POST /billing/{id}/pay`
pub(crate) async fn pay(viewer: Viewer<Paying, PayOne>) -> Answer {
    let app = viewer.app.clone();
    let asker = asker(viewer.me(), app.now);
    let PayOne {
        asked: PressedOne { id, pressed },
        seen,
        claimed,
    } = viewer.page;
    let home = format!("/billing/{id}");
    let Pressed { mut form, claim } = pressed;
    if form.has_errors() {
        return try_again(&draw(&app, viewer.chrome, &seen, Some(form))?);
    }
    let (Some(claim), Some(claimed), Some(settings)) = (claim, claimed, &app.config.stripe) else {
        return not_here(&app, &home);
    };
    let stripe = Stripe::new(settings);
    let again = || claim::by_contact(&asker, &claim, &[id]);
    match start(&app, &stripe, &claim, claimed, again).await? {
        Went::Refused(why) if claim.chosen.is_some() => {
            form.refuse("amount", why);
            try_again(&draw(&app, viewer.chrome, &seen, Some(form))?)
        }
        went => lead(&app, went, &home, waiting),
    }
}

/// The invoices that were ticked.
pub(crate) struct PressedSeveral {
    ids: Vec<InvoiceId>,
    pressed: Pressed,
}

impl FromAddress for PressedSeveral {
    /// A tick is a field `i_<id>`. With too many of them, or none, nothing is begun.
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let form = Fields::take(parts).await?;
        let ticked = form
            .names_of_fields()
            .filter_map(|name| InvoiceId::parse(name.strip_prefix("i_")?).ok());
        let ids: Vec<InvoiceId> = ticked.collect();
        let mut pressed = Pressed::new(&guard::app(parts)?, form)?;
        if ids.is_empty() || ids.len() > MOST {
            pressed.claim = None;
        }
        if let Some(claim) = &mut pressed.claim {
            claim.chosen = None;
        }
        Ok(Self { ids, pressed })
    }
}

/// Several invoices, and the attempts that stand for them now.
pub(crate) struct PaySeveral {
    asked: PressedSeveral,
    claimed: Option<Claimed>,
}

impl Load for PaySeveral {
    type Args = PressedSeveral;

    fn statements(wanted: &PressedSeveral, asker: &Asker) -> Vec<Statement> {
        let claim = wanted.pressed.claim.as_ref();
        claim.map_or_else(Vec::new, |claim| {
            claim::by_contact(asker, claim, &wanted.ids)
        })
    }

    fn read(
        asked: PressedSeveral,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let claim = asked.pressed.claim.as_ref();
        let claimed = claim.map(|_| Claimed::read(results)).transpose()?;
        Ok(Some(Self { asked, claimed }))
    }
}

/// `POST /billing/pay`
pub(crate) async fn pay_several(viewer: Viewer<Paying, PaySeveral>) -> Answer {
    let app = viewer.app.clone();
    let asker = asker(viewer.me(), app.now);
    let home = "/billing";
    let PaySeveral {
        asked: PressedSeveral { ids, pressed },
        claimed,
    } = viewer.page;
    let refuse = |why: &str| {
        Flash::error(&app, why);
        see(home)
    };
    match ids.len() {
        0 => return refuse(NONE),
        n if n > MOST => return refuse(TOO_MANY),
        _ => {}
    }
    let (Some(claim), Some(claimed), Some(settings)) = (pressed.claim, claimed, &app.config.stripe)
    else {
        return not_here(&app, home);
    };
    let first = claimed.payables.first().map(|invoice| invoice.currency);
    let one_currency = claimed
        .payables
        .iter()
        .all(|invoice| Some(invoice.currency) == first);
    if claimed.payables.len() != ids.len() || !one_currency {
        return refuse(MIXED);
    }
    let stripe = Stripe::new(settings);
    let again = || claim::by_contact(&asker, &claim, &ids);
    let went = start(&app, &stripe, &claim, claimed, again).await?;
    lead(&app, went, home, waiting)
}
