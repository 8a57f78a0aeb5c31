//! What the client is told by mail: that the money came, or that a delayed payment did not.
//!
//! Each once, however often the event comes: the mail's key is the payment or the attempt.

use super::Problem;
use crate::app::App;
use crate::domain::id::{ExceptionId, InvoiceId, MailId};
use crate::domain::money::Money;
use crate::domain::token::{Purpose, Secret};
use crate::outbound::letter::Letter;
use crate::outbound::seal;
use crate::store::attempt::{Attempt, For, Recipient};
use crate::store::outbox::{self, NewMail, OfPayment};
use crate::store::{Statement, pay_link};

/// What the page says of a delayed payment that did not arrive.
pub(super) const FAILED: &str = "The payment did not arrive. Your bank may have refused it. Nothing was taken; please try again.";

/// The receipt of a payment.
pub(super) fn receipt(
    app: &App,
    attempt: &Attempt,
    to: (&Recipient, bool),
    payment: &str,
) -> Result<Vec<Statement>, Problem> {
    let invoices = attempt.invoices()?;
    let after = if invoices.len() == 1 {
        Vec::new()
    } else {
        vec![lines(attempt, &invoices)]
    };
    let words = thanks(to.0, payment, attempt.amount(), &names(&invoices), after);
    words.queue(app, &ids(&invoices), to, |mail| {
        outbox::queue_of(mail, OfPayment::Paid(payment), app.now)
    })
}

/// The receipt of a payment, or what was left of one, that staff attach to an invoice at the exceptions
/// desk. It stands in the batch between the attaching and the mark that the exception is resolved.
pub(crate) fn attached(
    app: &App,
    (payment, exception): (&str, ExceptionId),
    (invoice, number): (InvoiceId, &str),
    amount: Money,
    to: (&Recipient, bool),
) -> Result<Vec<Statement>, Problem> {
    let words = thanks(
        to.0,
        payment,
        amount,
        &format!("invoice {number}"),
        Vec::new(),
    );
    words.queue(app, &[invoice], to, |mail| {
        outbox::queue_attached(mail, (exception, invoice), app.now)
    })
}

/// What a receipt says. `after` lists the invoices, where there are several.
fn thanks(to: &Recipient, payment: &str, amount: Money, names: &str, after: Vec<String>) -> Words {
    Words {
        kind: "receipt",
        key: format!("receipt {payment}"),
        subject: format!("Receipt: {amount} for {names}"),
        paragraphs: vec![
            format!("Hello {},", to.first_name),
            format!("we have received your payment of {amount} for {names}. Thank you."),
        ],
        button: if after.is_empty() {
            "See the invoice"
        } else {
            "See your invoices"
        },
        after,
    }
}

/// A delayed payment did not arrive.
pub(super) fn failed(
    app: &App,
    attempt: &Attempt,
    to: (&Recipient, bool),
) -> Result<Vec<Statement>, Problem> {
    let invoices = attempt.invoices()?;
    let (amount, names) = (attempt.amount(), names(&invoices));
    let letter = Words {
        kind: "payment-failed",
        key: format!("payment-failed {}", attempt.id),
        subject: format!("Your payment for {names} did not arrive"),
        paragraphs: vec![
            format!("Hello {},", to.0.first_name),
            format!(
                "your payment of {amount} for {names} did not arrive. Your bank may have refused it. Nothing was taken."
            ),
            "Please try again, or pay another way.".to_owned(),
        ],
        button: "Pay again",
        after: Vec::new(),
    };
    letter.queue(app, &ids(&invoices), to, |mail| {
        outbox::queue_of(mail, OfPayment::Failed(attempt.id), app.now)
    })
}

/// "INV-2026-0001", or "INV-2026-0001 and 2 more".
fn names(invoices: &[For]) -> String {
    match invoices {
        [] => "your invoice".to_owned(),
        [one] => format!("invoice {}", one.number),
        [one, rest @ ..] => format!("invoice {} and {} more", one.number, rest.len()),
    }
}

fn ids(invoices: &[For]) -> Vec<InvoiceId> {
    invoices.iter().map(|invoice| invoice.id).collect()
}

fn lines(attempt: &Attempt, invoices: &[For]) -> String {
    let line = |one: &For| format!("{}: {}", one.number, one.share(attempt.currency).amount);
    invoices.iter().map(line).collect::<Vec<_>>().join("\n")
}

struct Words {
    kind: &'static str,
    key: String,
    subject: String,
    paragraphs: Vec<String>,
    button: &'static str,
    after: Vec<String>,
}

impl Words {
    /// The mail, with a way to the invoice: their portal where they can sign in, else a link of its
    /// own, else none. `queue` says on what it depends.
    fn queue(
        self,
        app: &App,
        invoices: &[InvoiceId],
        (to, by_link): (&Recipient, bool),
        queue: impl FnOnce(&NewMail<'_>) -> Statement,
    ) -> Result<Vec<Statement>, Problem> {
        let id: MailId = app.id()?;
        let first = invoices.first().map(ToString::to_string);
        let first = first.unwrap_or_default();
        let mut link = None;
        let mut sealed = None;
        let path = match invoices {
            _ if to.signs_in && invoices.len() > 1 => "/billing".to_owned(),
            _ if to.signs_in => format!("/billing/{first}"),
            [_] if by_link => {
                let secret = Secret::new(Purpose::Pay, app.random()?);
                let closed = seal::seal(&app.config.keys, id, secret.expose(), app.random()?);
                sealed = Some(closed.ok_or(Problem::Odd("the link could not be sealed"))?);
                let hash = secret.hash().to_string();
                link = Some(pay_link::issue_with(app.id()?, &hash, &first, id, app.now));
                "/invoice/".to_owned()
            }
            _ => String::new(),
        };
        let letter = Letter {
            paragraphs: self.paragraphs,
            button: (!path.is_empty()).then(|| self.button.to_owned()),
            path,
            after: self.after,
        };
        let content = serde_json::to_string(&letter)?;
        let mail = NewMail {
            id,
            dedupe_key: self.key,
            kind: self.kind,
            to_email: &to.email,
            to_name: &to.name,
            subject: &self.subject,
            content: &content,
            sealed: sealed.as_deref(),
            staff: None,
            // Mails to a contact wait while the portal is off; whoever pays by link hears all the same.
            contact: to.signs_in.then_some(to.contact_id),
            client: None,
            link: None,
        };
        let mut batch = vec![queue(&mail)];
        batch.extend(link);
        Ok(batch)
    }
}
