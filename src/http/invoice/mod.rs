//! Invoices for staff: lists, what is being written, and what was sent.
//!
//! | part | pages |
//! |---|---|
//! | [`list`] | all invoices, and those of a client |
//! | [`draft`] | writing one, and changing what is not sent |
//! | [`one`] | one invoice with what may be done with it |
//! | [`upload`](mod@upload) | the business's own PDF with its amount |
//! | [`remind`](mod@remind) | reminding of one by hand |
//! | [`send`](mod@send) | the mail, the number, a revision in place of what was sent |
//! | [`act`] | voiding, duplicating, revising, throwing away, asking again |
//! | [`payment`] | payments that staff record, and taking them out again |
//! | [`project`] | the project that one belongs to |
//! | [`link`] | links that show it without an account |
//! | [`electronic`] | whether its PDF is an e-invoice, and why not |
//! | [`correct`](mod@correct) | putting a record right |
//! | [`lines`] | the fields of its lines, and what they come to |
//! | [`words`] | what stands on it, in words |

mod act;
mod correct;
mod draft;
mod electronic;
mod lines;
mod link;
mod list;
mod mail;
mod one;
mod payment;
mod project;
mod remind;
mod send;
mod upload;
mod words;

pub(crate) use act::{delete, duplicate, reopen, revise, void};
pub(crate) use correct::{correct, correct_form};
pub(crate) use draft::{create, edit, edit_form, new_form};
pub(crate) use link::{new_link, revoke_links};
pub(crate) use list::{all, of_client};
pub(crate) use one::show;
pub(crate) use payment::{record, record_form, reverse};
pub(crate) use project::put as put_to_project;
pub(crate) use remind::remind;
pub(crate) use send::{review, send};
pub(crate) use upload::{replace, replace_form, upload, upload_form};
pub(crate) use words::Words;

use super::guard::{InPath, Load};
use super::page::{Answer, see};
use super::{Error, chrome::Flash};
use crate::app::App;
use crate::domain::id::InvoiceId;
use crate::domain::invoice::decide::Refused;
use crate::domain::invoice::state::{State, Tone, View};
use crate::domain::money::MoneyError;
use crate::domain::payment::attempt::AttemptState;
use crate::domain::time::{Date, Timestamp};
use crate::outbound::payments::Stripe;
use crate::paying::{Problem, close};
use crate::store::attempt::{self, Attempt};
use crate::store::billing::{self, Billing};
use crate::store::invoice::Invoice;
use crate::store::invoice::draft::{self as drafts, Open};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

impl From<MoneyError> for Error {
    fn from(error: MoneyError) -> Self {
        Self::internal(error.to_string())
    }
}

fn path(id: InvoiceId) -> String {
    format!("/admin/invoices/{id}")
}

/// An invoice with what is written beside it, and what the business has set: enough for all that is
/// done with one.
pub(crate) struct One {
    invoice: Invoice,
    /// What may be written to: of a draft, or the next revision.
    open: Option<Open>,
    billing: Billing,
    today: Date,
    /// The attempts to pay that hold it: a page of the provider may be open.
    holding: Vec<Attempt>,
}

impl Load for One {
    type Args = InPath<InvoiceId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Invoice::by_id(*id),
            drafts::open(*id),
            billing::settings(),
            attempt::holding(&[*id]),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let invoice: Option<Invoice> = results.first()?;
        let open = results.first()?;
        let billing: Option<Billing> = results.first()?;
        let holding = results.rows()?;
        Ok(invoice.zip(billing).map(|(invoice, billing)| Self {
            invoice,
            open,
            today: billing.today(now),
            billing,
            holding,
        }))
    }
}

/// The provider does not say whether its page is closed.
const STILL_OPEN: &str = "The page where this invoice can be paid could not be closed just now. Please try again in a minute.";

impl One {
    fn view(&self) -> Result<View, Error> {
        Ok(self.invoice.view(self.today)?)
    }
}

/// Closes the pages of the provider that may be open for an invoice, so that nobody pays what is about
/// to change. `Some`: why the change must wait: money is on its way, or the provider does not answer.
async fn close_pages(app: &App, holding: &[Attempt]) -> Result<Option<String>, Error> {
    let Some(settings) = app.config.stripe.as_ref() else {
        return Ok(None);
    };
    let stripe = Stripe::new(settings);
    for attempt in holding {
        match close(app, &stripe, attempt).await {
            Ok(AttemptState::Processing | AttemptState::Succeeded) => {
                return Ok(Some(Refused::Processing.to_string()));
            }
            Ok(_closed) => {}
            Err(Problem::Provider(trouble)) => {
                worker::console_warn!("closing a payment page: {trouble}");
                return Ok(Some(STILL_OPEN.to_owned()));
            }
            Err(problem) => return Err(problem.into()),
        }
    }
    Ok(None)
}

/// Back to the invoice, with the sentence that says why not.
fn refused(app: &App, id: InvoiceId, why: impl std::fmt::Display) -> Answer {
    Flash::error(app, why.to_string());
    see(&path(id))
}

/// The tone of a badge, as the kit names it.
pub(crate) const fn tone(state: State) -> &'static str {
    match state.tone() {
        Tone::Neutral => "mute",
        Tone::Notice => "info",
        Tone::Good => "ok",
        Tone::Bad => "bad",
    }
}
