//! One invoice behind a link, without an account: the invoice, its PDF and Pay Now, and nothing else.

use askama::Template;

use super::bill::{Bill, Reader, Seen};
use super::pay::{Pressed, lead, not_here};
use crate::app::App;
use crate::domain::token::Secret;
use crate::http::chrome::{Chrome, Nobody};
use crate::http::guard::{ByLink, InQuery, PayLink};
use crate::http::page::{Answer, page, try_again};
use crate::http::{Error, Fields};
use crate::outbound::payments::Stripe;
use crate::outbound::seal;
use crate::paying::{Claimed, Went, start};
use crate::store::attempt::claim::{self, Claim};
use crate::store::invoice::seen;
use crate::store::{Results, Statement, billing};

use super::one::Left;

fn invoice_of(token: &Secret) -> Vec<Statement> {
    let hash = token.hash().to_string();
    vec![
        seen::by_link(&hash),
        seen::history_by_link(&hash),
        billing::settings(),
    ]
}

/// The invoice of the link, and whether its reader comes back from the provider's page unpaid.
pub(crate) struct Linked {
    seen: Seen,
    left: bool,
}

impl ByLink for Linked {
    type Args = InQuery<Left>;

    fn statements(_: &Self::Args, _: &App, token: &Secret) -> Result<Vec<Statement>, Error> {
        Ok(invoice_of(token))
    }

    fn read(
        InQuery(left): Self::Args,
        app: &App,
        results: &mut Results,
    ) -> Result<Option<Self>, Error> {
        let seen = Seen::read(results, app.now)?;
        let left = left.is_left();
        Ok(seen.map(|seen| Self { seen, left }))
    }
}

#[derive(Template)]
#[template(path = "billing/link.html")]
struct Page {
    chrome: Chrome<Nobody>,
    bill: Bill,
    left: bool,
}

fn draw(
    app: &App,
    chrome: Chrome<Nobody>,
    home: &str,
    seen: &Seen,
    pays: bool,
    form: Option<Fields>,
) -> Result<Page, Error> {
    let reader = Reader {
        home,
        receipts: false,
        stripe: app.config.stripe.as_ref().filter(|_| pays),
        form,
    };
    Ok(Page {
        chrome,
        bill: Bill::new(seen, reader)?,
        left: false,
    })
}

/// `GET /invoice/{token}`
pub(crate) async fn show_link(link: PayLink<Linked>) -> Answer {
    let (home, pays) = (link.home(), link.link.pays);
    let mut drawn = draw(&link.app, link.chrome, &home, &link.page.seen, pays, None)?;
    drawn.left = link.page.left && drawn.bill.pay.is_some();
    page(&drawn)
}

/// The button behind a link, and the attempt that stands for the invoice now.
pub(crate) struct PayByLink {
    pressed: Pressed,
    seen: Seen,
    claimed: Option<Claimed>,
}

/// The token as an attempt keeps it, for the way back.
fn sealed(app: &App, claim: &Claim, token: &Secret) -> Result<String, Error> {
    seal::seal(
        &app.config.keys,
        claim.attempt,
        token.expose(),
        app.random()?,
    )
    .ok_or_else(|| Error::internal("the way back could not be sealed"))
}

impl ByLink for PayByLink {
    type Args = Pressed;

    fn statements(pressed: &Pressed, app: &App, token: &Secret) -> Result<Vec<Statement>, Error> {
        let mut batch = invoice_of(token);
        if let Some(claim) = &pressed.claim {
            let hash = token.hash().to_string();
            batch.extend(claim::by_link(&hash, &sealed(app, claim, token)?, claim));
        }
        Ok(batch)
    }

    fn read(pressed: Pressed, app: &App, results: &mut Results) -> Result<Option<Self>, Error> {
        let Some(seen) = Seen::read(results, app.now)? else {
            return Ok(None);
        };
        let claim = pressed.claim.as_ref();
        let claimed = claim.map(|_| Claimed::read(results)).transpose()?;
        Ok(Some(Self {
            pressed,
            seen,
            claimed,
        }))
    }
}

/// `POST /invoice/{token}/pay`
pub(crate) async fn pay_link(link: PayLink<PayByLink>) -> Answer {
    let home = link.home();
    let (app, pays) = (&link.app, link.link.pays);
    let PayByLink {
        pressed: Pressed { mut form, claim },
        seen,
        claimed,
    } = link.page;
    if form.has_errors() {
        return try_again(&draw(app, link.chrome, &home, &seen, pays, Some(form))?);
    }
    let (Some(claim), Some(claimed), Some(settings)) = (claim, claimed, &app.config.stripe) else {
        return not_here(app, &home);
    };
    let hash = link.token.hash().to_string();
    let kept = sealed(app, &claim, &link.token)?;
    let stripe = Stripe::new(settings);
    let again = || claim::by_link(&hash, &kept, &claim);
    match start(app, &stripe, &claim, claimed, again).await? {
        Went::Refused(why) if claim.chosen.is_some() => {
            form.refuse("amount", why);
            try_again(&draw(app, link.chrome, &home, &seen, pays, Some(form))?)
        }
        went => lead(app, went, &home, |attempt| {
            format!("{home}/confirming/{attempt}")
        }),
    }
}
