//! The receipt of a payment: a page that prints well.

use askama::Template;

use super::bill::method_words;
use crate::domain::id::{FactId, InvoiceId};
use crate::domain::invoice::parties::Party;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPath, Invoiced, Load, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::store::billing::{self, Billing};
use crate::store::invoice::seen::{self, Paid, Part};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// A payment, and whom it was made to.
pub(crate) struct Receipt {
    paid: Paid,
    billing: Billing,
}

impl Load for Receipt {
    type Args = InPath<FactId>;

    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![seen::paid(asker, *id), billing::settings()]
    }

    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let paid: Option<Paid> = results.first()?;
        let billing: Option<Billing> = results.first()?;
        Ok(paid
            .zip(billing)
            .map(|(paid, billing)| Self { paid, billing }))
    }
}

/// An invoice with its part of the payment.
struct Row {
    id: InvoiceId,
    number: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "billing/receipt.html")]
struct Page {
    chrome: Chrome<Who>,
    amount: String,
    on: String,
    method: String,
    /// The provider's or our own name of the payment, for machines.
    reference: String,
    /// The same for people.
    short: String,
    seller: Party,
    rows: Vec<Row>,
}

/// The end of a payment's name, which is its random part, as people can read it out: "R-7F3A-09BC".
fn short(reference: &str) -> String {
    let signs = reference.chars().filter(char::is_ascii_alphanumeric);
    let signs: Vec<char> = signs.map(|sign| sign.to_ascii_uppercase()).collect();
    let end = signs.get(signs.len().saturating_sub(8)..).unwrap_or(&[]);
    let (first, second) = end.split_at(end.len() / 2);
    let [first, second]: [String; 2] = [first.iter().collect(), second.iter().collect()];
    format!("R-{first}-{second}")
}

/// `GET /billing/receipts/{payment}`
pub(crate) async fn receipt(viewer: Viewer<Invoiced, Receipt>) -> Answer {
    let Receipt { paid, billing } = viewer.page;
    let parts: Vec<Part> = serde_json::from_str(&paid.parts)?;
    let row = |part: Part| {
        Ok(Row {
            id: part.id,
            number: part.number,
            amount: Money::new(part.amount, paid.currency)?.to_string(),
        })
    };
    let rows = parts.into_iter().map(row).collect::<Result<_, Error>>()?;
    let brand = &viewer.chrome.brand;
    let name = if billing.legal_name.is_empty() {
        brand.name.clone()
    } else {
        billing.legal_name
    };
    let seller = Party {
        name,
        address: billing.address,
        postcode: billing.postcode,
        city: billing.city,
        country: billing.country,
        vat_id: billing.vat_id,
        ..Party::default()
    };
    let reference = paid.payment.replace("offline:", "");
    page(&Page {
        short: short(&reference),
        amount: Money::new(paid.amount, paid.currency)?.to_string(),
        on: paid.occurred_on.words(),
        method: method_words(&paid.method, &paid.provider),
        reference,
        seller,
        rows,
        chrome: viewer.chrome,
    })
}
