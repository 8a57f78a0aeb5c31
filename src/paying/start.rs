//! Pay Now: from an invoice to the provider's page.
//!
//! The guard's batch has made an attempt already, where all was free; here is decided what to do
//! with what stands there now. See `domain::payment::attempt::decide_start`.

use super::{Problem, close::close};
use crate::app::App;
use crate::domain::id::AttemptId;
use crate::domain::invoice::decide::{Refused, decide_pay};
use crate::domain::money::Money;
use crate::domain::payment::attempt::{AttemptState, Holding, Start, decide_start};
use crate::domain::payment::stripe::amount::{NotOnline, to_stripe};
use crate::domain::token::{Purpose, Secret};
use crate::outbound::payments::{Checkout, Item, Order, Page, Trouble};
use crate::outbound::seal;
use crate::store::attempt::claim::{Claim, Payable};
use crate::store::attempt::{self, Attempt};
use crate::store::{Results, Statement};

/// What the claim's statements answered.
#[derive(Debug)]
pub(crate) struct Claimed {
    /// The invoices, in the order of payment.
    pub(crate) payables: Vec<Payable>,
    /// The attempts that hold them.
    pub(crate) holding: Vec<Attempt>,
}

impl Claimed {
    /// Reads the answers of `claim::by_contact` or `claim::by_link`.
    pub(crate) fn read(results: &mut Results) -> Result<Self, crate::store::Error> {
        results.skip()?;
        results.skip()?;
        Ok(Self {
            payables: results.rows()?,
            holding: results.rows()?,
        })
    }
}

/// Where Pay Now leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Went {
    /// To the provider's page.
    Page(String),
    /// To the page that waits for that attempt: it is paid, or on its way.
    Wait(AttemptId),
    /// Nowhere, with the sentence that says why.
    Refused(String),
    /// Nowhere for now: the provider does not answer.
    Later,
}

const NO_PAGE: &str = "The payment page could not be opened, and nothing was taken. Please try again, or pay by bank transfer if you can.";

/// 1. nothing that may not be paid; 2. the attempt just made, or what to do with the one that is
/// there; 3. where another amount is wanted, or the page is old: closes it, claims anew and looks
/// again, three times at most, since others press too.
pub(crate) async fn start(
    app: &App,
    provider: &impl Checkout,
    claim: &Claim,
    mut claimed: Claimed,
    again: impl Fn() -> Vec<Statement>,
) -> Result<Went, Problem> {
    for _ in 0..3 {
        // 1.
        let wanted = match wanted(&claimed.payables, claim.chosen) {
            Err(Refused::Processing) => {
                let coming = claimed
                    .holding
                    .first()
                    .map(|attempt| Went::Wait(attempt.id));
                return Ok(coming.unwrap_or_else(|| Went::Refused(Refused::Processing.to_string())));
            }
            Err(why) => return Ok(Went::Refused(why.to_string())),
            Ok(wanted) => wanted,
        };
        // 2.
        if let Some(coming) = claimed
            .holding
            .iter()
            .find(|attempt| attempt.state == AttemptState::Processing)
        {
            return Ok(Went::Wait(coming.id));
        }
        match claimed.holding.as_slice() {
            [] => return Ok(Went::Refused(Refused::NothingDue.to_string())),
            [one] if one.id == claim.attempt => return open(app, provider, one).await,
            [one] if covers(one, &claimed.payables)? => {
                match decide_start(Some(&held(one)), wanted, app.now) {
                    Start::Reuse(url) => return Ok(Went::Page(url)),
                    Start::Again => return open(app, provider, one).await,
                    Start::Wait => return Ok(Went::Wait(one.id)),
                    Start::Replace | Start::New => {}
                }
            }
            _ => {}
        }
        // 3.
        for attempt in &claimed.holding {
            match close(app, provider, attempt).await {
                Ok(AttemptState::Processing | AttemptState::Succeeded) => {
                    return Ok(Went::Wait(attempt.id));
                }
                Ok(_) => {}
                Err(Problem::Provider(trouble)) => return Ok(later(&trouble)),
                Err(problem) => return Err(problem),
            }
        }
        let mut results = app.db.batch(again()).await?;
        claimed = Claimed::read(&mut results)?;
    }
    Ok(Went::Later)
}

/// How much is to be paid in all, or why nothing is.
fn wanted(payables: &[Payable], chosen: Option<Money>) -> Result<Money, Refused> {
    let mut sum: Option<Money> = None;
    for invoice in payables {
        if !invoice.pay_online {
            return Err(Refused::NothingDue);
        }
        let amount = decide_pay(&invoice.view()?, invoice.total()?, invoice.parts(), chosen)?;
        sum = Some(match sum {
            None => amount,
            Some(sum) => sum.plus(amount)?,
        });
    }
    sum.ok_or(Refused::NothingDue)
}

/// Whether an attempt is for these invoices and no others.
fn covers(attempt: &Attempt, payables: &[Payable]) -> Result<bool, Problem> {
    let invoices = attempt.invoices()?;
    let all = invoices
        .iter()
        .all(|invoice| payables.iter().any(|payable| payable.id == invoice.id));
    Ok(all && invoices.len() == payables.len())
}

fn held(attempt: &Attempt) -> Holding {
    Holding {
        state: attempt.state,
        amount: attempt.amount(),
        created_at: attempt.created_at,
        expires_at: attempt.expires_at,
        url: attempt.url.clone(),
    }
}

/// Asks for the page of an attempt, twice where the first answer is not clear, with the same key.
async fn open(app: &App, provider: &impl Checkout, attempt: &Attempt) -> Result<Went, Problem> {
    match ask(app, provider, attempt).await {
        Ok(Some((_, url))) => Ok(Went::Page(url)),
        Ok(None) => Ok(Went::Refused(NO_PAGE.to_owned())),
        Err(Asking::NotOnline(why)) => {
            end(app, attempt).await?;
            Ok(Went::Refused(why.to_string()))
        }
        Err(Asking::Problem(Problem::Provider(trouble))) => Ok(later(&trouble)),
        Err(Asking::Problem(problem)) => Err(problem),
    }
}

fn later(trouble: &Trouble) -> Went {
    worker::console_warn!("payment page: {trouble}");
    Went::Later
}

/// Why there is no page.
pub(super) enum Asking {
    /// An amount that the provider does not take.
    NotOnline(NotOnline),
    /// Something else.
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for Asking {
    fn from(problem: E) -> Self {
        Self::Problem(problem.into())
    }
}

/// The provider's page of an attempt: its name and address, kept before anybody is sent there. `None`:
/// the provider refused, and the attempt is closed.
pub(super) async fn ask(
    app: &App,
    provider: &impl Checkout,
    attempt: &Attempt,
) -> Result<Option<(String, String)>, Asking> {
    let order = Written::of(app, attempt)?;
    let mut said = provider.begin(&order.order(attempt)).await;
    if matches!(said, Err(Trouble::Unsure(_))) {
        said = provider.begin(&order.order(attempt)).await;
    }
    match said {
        Ok(Page { session, url }) => {
            app.db
                .run(attempt::opened(attempt.id, &session, &url))
                .await?;
            Ok(Some((session, url)))
        }
        Err(Trouble::Refused(why)) => {
            worker::console_error!("payment page: {why}");
            end(app, attempt).await?;
            Ok(None)
        }
        Err(unsure) => Err(Asking::Problem(unsure.into())),
    }
}

/// The page is closed, or was never there.
pub(super) async fn end(app: &App, attempt: &Attempt) -> Result<(), Problem> {
    let expired = AttemptState::Expired;
    let told = attempt::told(attempt.id, expired, None, None, None, app.now);
    app.db.batch(vec![told]).await?;
    Ok(())
}

/// An order, written from the attempt's row alone: asked again, it is the same to the byte.
struct Written {
    items: Vec<Item>,
    currency: String,
    paid_url: String,
    back_url: String,
}

impl Written {
    fn of(app: &App, attempt: &Attempt) -> Result<Self, Asking> {
        let invoices = attempt.invoices().map_err(Problem::from)?;
        let mut items = Vec::new();
        for invoice in &invoices {
            let amount = invoice.share(attempt.currency).amount;
            items.push(Item {
                name: format!("Invoice {}", invoice.number),
                units: to_stripe(amount).map_err(Asking::NotOnline)?,
            });
        }
        let portal = match (&attempt.sealed_token, invoices.as_slice()) {
            (Some(sealed), _) => {
                let token = seal::open(&app.config.keys, attempt.id, sealed)
                    .and_then(|token| Secret::parse(Purpose::Pay, &token).ok())
                    .ok_or(Problem::Odd("the way back can no longer be read"))?;
                (
                    format!("/invoice/{}", token.expose()),
                    format!("/invoice/{}", token.expose()),
                )
            }
            (None, [one]) => ("/billing".to_owned(), format!("/billing/{}", one.id)),
            (None, _) => ("/billing".to_owned(), "/billing".to_owned()),
        };
        let url = |path: &str| app.config.base_url.join(path);
        Ok(Self {
            items,
            currency: attempt.currency.code().to_lowercase(),
            paid_url: url(&format!("{}/confirming/{}", portal.0, attempt.id)),
            back_url: url(&format!("{}?left=1", portal.1)),
        })
    }

    fn order<'a>(&'a self, attempt: &'a Attempt) -> Order<'a> {
        Order {
            attempt: attempt.id,
            items: &self.items,
            currency: &self.currency,
            email: attempt.payer_email.as_deref(),
            paid_url: &self.paid_url,
            back_url: &self.back_url,
            expires_at: attempt.expires_at,
        }
    }
}
