//! Billing details of a client: whom invoices are made out to, in which currency, due when.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{InPath, Load, Me, Staff};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, choices};
use crate::domain::bank::vat::VatId;
use crate::domain::country::Country;
use crate::domain::id::ClientId;
use crate::domain::invoice::parties::Street;
use crate::domain::invoice::terms::Terms;
use crate::domain::money::Currency;
use crate::domain::text::Line;
use crate::domain::time::Timestamp;
use crate::store::billing::{self, Billing, Buyer};
use crate::store::buyer::{self, Draft};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// Whom it is about, and what the business has set.
pub(crate) struct Details {
    buyer: Buyer,
    billing: Billing,
}

impl Load for Details {
    type Args = InPath<ClientId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![billing::buyer(*id), billing::settings()]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let buyer: Option<Buyer> = results.first()?;
        let billing: Option<Billing> = results.first()?;
        let found = buyer.zip(billing);
        Ok(found.map(|(buyer, billing)| Self { buyer, billing }))
    }
}

#[derive(Template)]
#[template(path = "client/billing.html")]
struct Page<'a> {
    chrome: Chrome<Me>,
    form: Fields,
    of: &'a Buyer,
    usual: &'a Billing,
    here: String,
    back: String,
}

fn back(id: ClientId) -> String {
    format!("/admin/clients/{id}/billing")
}

impl Details {
    fn show(&self, chrome: Chrome<Me>, form: Fields) -> Page<'_> {
        let back = back(self.buyer.client_id);
        Page {
            chrome,
            form,
            of: &self.buyer,
            usual: &self.billing,
            here: format!("{back}/details"),
            back,
        }
    }

    fn filled(&self) -> Fields {
        let of = &self.buyer;
        let days = of.terms_days.map(|days| days.to_string());
        Fields::filled([
            ("revision", of.updated_at.0.to_string()),
            ("legal_name", of.legal_name.clone()),
            ("address", of.address.clone()),
            ("postcode", of.postcode.clone()),
            ("city", of.city.clone()),
            ("country", of.country.clone()),
            ("vat_id", of.vat_id.clone()),
            ("reference", of.reference.clone()),
            (
                "currency",
                of.currency.map(|c| c.to_string()).unwrap_or_default(),
            ),
            ("terms_days", days.unwrap_or_default()),
        ])
    }
}

/// `GET /admin/clients/{id}/billing/details`
pub(crate) async fn form(staff: Staff<Details>) -> Answer {
    let of = &staff.page;
    page(&of.show(staff.chrome, of.filled()))
}

/// `POST /admin/clients/{id}/billing/details`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Staff<Details>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let draft = read(&mut form);
    form.meanwhile(&of.filled());
    let (Some(draft), false) = (draft, form.has_errors()) else {
        return try_again(&of.show(staff.chrome, form));
    };
    let buyer = &of.buyer;
    let entry = staff.me().did(
        "client.billing_changed",
        buyer.client_id,
        buyer.client_id,
        buyer.client_name.as_str(),
    );
    let batch = vec![
        buyer::save(buyer.client_id, &draft, buyer.updated_at, app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(
        app,
        "The billing details are saved. They stand on invoices from the next one that is sent.",
    );
    see(&back(buyer.client_id))
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields) -> Option<Draft> {
    let legal_name = form.required("legal_name", |text| Line::optional("name", text));
    let address = form.required("address", Street::parse);
    let postcode = form.required("postcode", |text| Line::optional("postcode", text));
    let city = form.required("city", |text| Line::optional("city", text));
    let country = form.optional("country", Country::parse);
    let vat_id = form.optional("vat_id", VatId::parse);
    let reference = form.required("reference", |text| Line::optional("reference", text));
    let currency = form.optional("currency", Currency::parse);
    let terms_days = form.optional("terms_days", Terms::parse);
    Some(Draft {
        legal_name: legal_name?,
        address: address?,
        postcode: postcode?,
        city: city?,
        country: country?,
        vat_id: vat_id?,
        reference: reference?,
        currency: currency?,
        terms_days: terms_days?,
    })
}
