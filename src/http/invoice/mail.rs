//! The mail that an invoice goes out with: what stands in it, and the link of its own that it carries.

use super::send::Parcel;
use crate::app::App;
use crate::domain::template::{Body, Kind, Subject, Values};
use crate::domain::token::{Purpose, Secret};
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::Me;
use crate::http::mailing::Mailing;
use crate::store::branding::Branding;
use crate::store::invoice::send::Recipient;
use crate::store::{Statement, outbox, pay_link};

/// Who sends.
pub(super) struct Sender<'a> {
    pub(super) me: &'a Me,
    business: &'a str,
    support_email: &'a str,
}

impl<'a> Sender<'a> {
    pub(super) fn of(chrome: &'a Chrome<Me>, look: &'a Branding) -> Self {
        Self {
            me: &chrome.me,
            business: &look.name,
            support_email: look.support_email.as_deref().unwrap_or(&chrome.me.email),
        }
    }
}

/// What a mail says in all of them.
pub(super) struct Letterhead<'a> {
    pub(super) subject: &'a Subject,
    pub(super) body: &'a Body,
    pub(super) sender: Sender<'a>,
}

impl Parcel {
    pub(super) fn values<'a>(
        &'a self,
        to: &'a Recipient,
        sender: &Sender<'a>,
        number: &'a str,
        amount: &'a str,
        due: &'a str,
    ) -> Values<'a> {
        Values {
            business_name: sender.business,
            client_name: &self.one.invoice.client_name,
            contact_first_name: &to.first_name,
            sender_name: &sender.me.name,
            support_email: sender.support_email,
            invoice_number: number,
            amount_due: amount,
            due_date: due,
            ..Values::default()
        }
    }

    /// What the mail's button says.
    pub(super) fn label(&self) -> &'static str {
        if self.one.billing.says_how_to_pay() {
            Kind::Invoice.button()
        } else {
            "View the invoice"
        }
    }

    /// A mail with a link of its own, or, where nobody may pay without an account, with the way into the
    /// portal for who has one. The number may not be given yet; the batch puts it in.
    pub(super) fn mail(
        &self,
        app: &App,
        to: &Recipient,
        head: &Letterhead<'_>,
    ) -> Result<Vec<Statement>, Error> {
        let invoice = &self.one.invoice;
        let number = outbox::number_of(invoice.id);
        let (amount, due) = self.asks()?;
        let (amount, due) = (amount.to_string(), due.words());
        let values = self.values(to, &head.sender, &number, &amount, &due);
        let text = head.body.render(&values);
        let link = if self.one.billing.pay_without_account {
            Some(Secret::new(Purpose::Pay, app.random()?))
        } else {
            None
        };
        let path = match &link {
            Some(_secret_comes_behind) => Some(Kind::Invoice.path().into()),
            None if to.signs_in => Some(format!("/billing/{}", invoice.id).into()),
            None => None,
        };
        let name = format!("{} {}", to.first_name, to.last_name);
        let mail = Mailing {
            kind: "invoice",
            to: &to.email,
            name: name.trim(),
            subject: head.subject.render(&values),
            paragraphs: text.before,
            button: path.map(|path| (self.label(), path)),
            after: text.after,
            secret: link.as_ref().map(|secret| secret.expose().to_owned()),
            client: Some(invoice.client_id),
            invoice: Some(invoice.id),
            ..Mailing::default()
        };
        let mut batch = Vec::new();
        if let Some(secret) = &link {
            let hash = secret.hash().to_string();
            let by = head.sender.me.id;
            batch.push(pay_link::make(
                app.id()?,
                invoice.id,
                &hash,
                Some(to.id),
                by,
                app.now,
            ));
        }
        batch.push(mail.queue(app, None)?);
        Ok(batch)
    }
}
