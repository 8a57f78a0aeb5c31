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
use crate::store::attempt::paid::{Marks, Paid};
use crate::store::attempt::{Attempt, For, Recipient};
use crate::store::outbox::{self, NewMail, OfPayment};
use crate::store::{Statement, pay_link};

/// What the page says of a delayed payment that did not arrive.
pub(super) const FAILED: &str = "The payment did not arrive. Your bank may have refused it. Nothing was taken; please try again.";

/// The receipt of a payment.
pub(super) fn receipt(
    app: &App,
    attempt: &Attempt,
    to: &Recipient,
    payment: &str,
) -> Result<Vec<Statement>, Problem> {
    let invoices = attempt.invoices()?;
    let after = if invoices.len() == 1 {
        Vec::new()
    } else {
        vec![lines(attempt, &invoices)]
    };
    let words = thanks(
        &to.first_name,
        payment,
        attempt.amount(),
        &names(&invoices),
        after,
    );
    words.queue(app, &ids(&invoices), to, |mail| {
        outbox::queue_of(mail, OfPayment::Paid(payment), app.now)
    })
}

/// The receipt of a payment just as it was asked for, before anybody has read whom it thanks.
pub(super) fn receipt_of(app: &App, paid: &Paid<'_>) -> Result<Vec<Statement>, Problem> {
    let marks = Marks::of(paid.attempt);
    let names = format!("invoice {}", marks.number);
    let words = thanks(
        &marks.first_name,
        &paid.fact.payment,
        paid.fact.amount,
        &names,
        Vec::new(),
    );
    let id: MailId = app.id()?;
    let link = paid.by_link.then(|| Carried::new(app, id)).transpose()?;
    let mail = words.mail(id, format!("/billing/{}", marks.invoice), |mail| {
        paid.thanks(&NewMail {
            sealed: link.as_ref().map(|link| link.sealed.as_str()),
            ..mail
        })
    })?;
    let mut batch = vec![mail];
    if let Some(link) = &link {
        batch.push(paid.links(app.id()?, &link.hash, id));
    }
    Ok(batch)
}

/// The receipt of a payment, or what was left of one, that staff attach to an invoice at the exceptions
/// desk. It stands in the batch between the attaching and the mark that the exception is resolved.
pub(crate) fn attached(
    app: &App,
    (payment, exception): (&str, ExceptionId),
    (invoice, number): (InvoiceId, &str),
    amount: Money,
    to: &Recipient,
) -> Result<Vec<Statement>, Problem> {
    let words = thanks(
        &to.first_name,
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
fn thanks(
    first_name: &str,
    payment: &str,
    amount: Money,
    names: &str,
    after: Vec<String>,
) -> Words {
    Words {
        kind: "receipt",
        key: format!("receipt {payment}"),
        subject: format!("Receipt: {amount} for {names}"),
        paragraphs: vec![
            format!("Hello {first_name},"),
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
    to: &Recipient,
) -> Result<Vec<Statement>, Problem> {
    let invoices = attempt.invoices()?;
    let (amount, names) = (attempt.amount(), names(&invoices));
    let letter = Words {
        kind: "payment-failed",
        key: format!("payment-failed {}", attempt.id),
        subject: format!("Your payment for {names} did not arrive"),
        paragraphs: vec![
            format!("Hello {},", to.first_name),
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

/// The secret of a link that a mail carries, sealed for it, and its hash.
struct Carried {
    sealed: String,
    hash: String,
}

impl Carried {
    fn new(app: &App, mail: MailId) -> Result<Self, Problem> {
        let secret = Secret::new(Purpose::Pay, app.random()?);
        let sealed = seal::seal(&app.config.keys, mail, secret.expose(), app.random()?);
        Ok(Self {
            sealed: sealed.ok_or(Problem::Odd("the link could not be sealed"))?,
            hash: secret.hash().to_string(),
        })
    }
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
        to: &Recipient,
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
            [_] if to.by_link => {
                let made = Carried::new(app, id)?;
                link = Some(pay_link::issue_with(
                    app.id()?,
                    &made.hash,
                    (&first, to.contact_id),
                    id,
                    app.now,
                ));
                sealed = Some(made.sealed);
                "/invoice/".to_owned()
            }
            _ => String::new(),
        };
        let mail = self.mail(id, path, |mail| {
            queue(&NewMail {
                to_email: &to.email,
                to_name: &to.name,
                sealed: sealed.as_deref(),
                // Mails to a contact wait while the portal is off; whoever pays by link hears all the same.
                contact: to.signs_in.then_some(to.contact_id),
                client: Some(to.client_id),
                ..mail
            })
        })?;
        let mut batch = vec![mail];
        batch.extend(link);
        Ok(batch)
    }

    /// The mail, to nobody yet. No button where there is no path.
    fn mail(
        self,
        id: MailId,
        path: String,
        queue: impl FnOnce(NewMail<'_>) -> Statement,
    ) -> Result<Statement, Problem> {
        let letter = Letter {
            paragraphs: self.paragraphs,
            button: (!path.is_empty()).then(|| self.button.to_owned()),
            path,
            after: self.after,
        };
        let content = serde_json::to_string(&letter)?;
        Ok(queue(NewMail {
            id,
            dedupe_key: self.key,
            kind: self.kind,
            to_email: "",
            to_name: "",
            subject: &self.subject,
            content: &content,
            sealed: None,
            staff: None,
            contact: None,
            client: None,
            link: None,
        }))
    }
}
