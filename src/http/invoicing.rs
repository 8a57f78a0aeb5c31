//! Settings → Invoicing: who asks for the money, how numbers look, what a new invoice starts with.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Admin, Load, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, choices};
use crate::app::App;
use crate::domain::bank::vat::VatId;
use crate::domain::country::Country;
use crate::domain::invoice::content::Prices;
use crate::domain::invoice::number::{Series, SeriesError, count, decide_next};
use crate::domain::invoice::parties::Street;
use crate::domain::invoice::tax::{Tax, TaxCategory};
use crate::domain::invoice::terms::{Terms, TermsError, TimeZone};
use crate::domain::money::Currency;
use crate::domain::text::{Line, Paragraphs};
use crate::domain::time::{Date, Timestamp};
use crate::domain::zone::Clock;
use crate::outbound::zone;
use crate::store::billing::{self, Billing, Numbering};
use crate::store::invoicing::{self, Draft};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

const PATH: &str = "/admin/settings/invoicing";

/// What is set.
pub(crate) struct Invoicing {
    billing: Billing,
    numbering: Numbering,
    today: Date,
}

impl Load for Invoicing {
    type Args = ();
    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        vec![billing::settings(), billing::numbering(asker.now)]
    }
    fn read(_args: (), results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        let billing: Option<Billing> = results.first()?;
        let numbering: Option<Numbering> = results.first()?;
        Ok(billing.zip(numbering).map(|(billing, numbering)| Self {
            today: billing.today(now),
            billing,
            numbering,
        }))
    }
}

#[derive(Template)]
#[template(path = "settings/invoicing.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    /// The number that comes next, as it stands.
    coming: String,
    zones: Vec<String>,
}

impl Page {
    fn new(chrome: Chrome<Me>, form: Fields, of: &Invoicing) -> Self {
        Self {
            chrome,
            form,
            coming: of.coming().unwrap_or_default(),
            zones: zone::names(),
        }
    }
    fn taxes() -> impl Iterator<Item = &'static str> {
        TaxCategory::ALL.into_iter().skip(1).map(TaxCategory::label)
    }
}

impl Invoicing {
    /// The next number in full.
    fn coming(&self) -> Option<String> {
        let of = &self.numbering;
        let series = Series::new(&of.prefix, of.yearly, of.digits).ok()?;
        let next = u32::try_from(of.next(of.yearly)).ok()?;
        Some(series.number(self.today.year(), next))
    }

    fn filled(&self) -> Fields {
        let of = &self.billing;
        Fields::filled([
            ("revision", of.revision.to_string()),
            ("legal_name", of.legal_name.clone()),
            ("address", of.address.clone()),
            ("postcode", of.postcode.clone()),
            ("city", of.city.clone()),
            ("country", of.country.clone()),
            ("vat_id", of.vat_id.clone()),
            ("tax_number", of.tax_number.clone()),
            ("registration", of.registration.clone()),
            ("prefix", self.numbering.prefix.clone()),
            ("digits", self.numbering.digits.to_string()),
            ("yearly", choices::on(self.numbering.yearly)),
            ("next", String::new()),
            ("currency", of.currency.to_string()),
            ("terms_days", of.terms_days.to_string()),
            ("prices", of.prices.as_str().to_owned()),
            ("tax_name", of.tax_name.clone()),
            ("tax", of.tax().words()),
            ("notes", of.notes.clone()),
            ("terms", of.terms.clone()),
            ("time_zone", of.time_zone.clone()),
        ])
    }
}

/// `GET /admin/settings/invoicing`
pub(crate) async fn form(staff: Admin<Invoicing>) -> Answer {
    let form = staff.page.filled();
    page(&Page::new(staff.chrome, form, &staff.page))
}

/// `POST /admin/settings/invoicing`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Admin<Invoicing>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let draft = read(&mut form, app, of);
    let saved = of.filled();
    let changed = form.changed(&saved, &NAMES);
    form.meanwhile(&saved);
    let (Some(draft), false) = (draft, form.has_errors()) else {
        return try_again(&Page::new(staff.chrome, form, of));
    };
    if changed.is_empty() {
        Flash::success(app, "Everything was saved like this already.");
        return see(PATH);
    }
    let me = staff.me();
    let entry = me.entry("billing.changed", changed.join(", "));
    let mut batch = invoicing::change(&draft, of.billing.revision, of.today.year(), app.now);
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    Flash::success(
        app,
        "Your invoicing settings are saved. Invoices that were sent stay as they are.",
    );
    see(PATH)
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields, app: &App, of: &Invoicing) -> Option<Draft> {
    let legal_name = form.required("legal_name", |text| Line::optional("name", text));
    let address = form.required("address", Street::parse);
    let postcode = form.required("postcode", |text| Line::optional("postcode", text));
    let city = form.required("city", |text| Line::optional("city", text));
    let country = form.optional("country", Country::parse);
    let vat_id = form.optional("vat_id", VatId::parse);
    let tax_number = form.required("tax_number", |text| Line::optional("tax number", text));
    let registration = form.required("registration", |text| Line::optional("registration", text));
    let currency = form.required("currency", Currency::parse);
    let terms_days = form.required("terms_days", Terms::parse);
    let prices = form.required("prices", |text| {
        Prices::parse(text).ok_or("Please choose one of these.")
    });
    let tax_name = form.required("tax_name", |text| Line::parse("name of the tax", text));
    let tax = form.required("tax", Tax::parse);
    let notes = form.required("notes", |text| Paragraphs::optional("notes", text));
    let terms = form.required("terms", |text| Paragraphs::optional("terms", text));
    let zone = form.required("time_zone", |text| zone_of(text, app));
    let series = numbers(form);
    let next = series.as_ref().and_then(|series| {
        let given = of.numbering.given(series.yearly());
        form.optional("next", |text| decide_next(count(text), given))
    });
    let (time_zone, clock) = zone?;
    Some(Draft {
        legal_name: legal_name?,
        address: address?,
        postcode: postcode?,
        city: city?,
        country: country?,
        vat_id: vat_id?,
        tax_number: tax_number?,
        registration: registration?,
        currency: currency?,
        terms_days: terms_days?,
        prices: prices?,
        tax_name: tax_name?,
        tax: tax?,
        notes: notes?,
        terms: terms?,
        time_zone,
        clock,
        series: series?,
        next: next?,
    })
}

/// A zone that the platform knows, with what its clocks show.
pub(super) fn zone_of(text: &str, app: &App) -> Result<(TimeZone, Clock), TermsError> {
    let zone = TimeZone::parse(text)?;
    // Asked for a zone that it does not know, the platform throws.
    if !zone::names().iter().any(|name| name == zone.as_str()) {
        return Err(TermsError::TimeZone);
    }
    let clock = zone::clock(zone.as_str(), app.now).ok_or(TermsError::TimeZone)?;
    Ok((zone, clock))
}

/// How numbers look, told at the field that is wrong.
fn numbers(form: &mut Fields) -> Option<Series> {
    let yearly = form.checkbox("yearly");
    let (prefix, digits) = (form.text("prefix").to_owned(), count(form.text("digits")));
    match Series::new(&prefix, yearly, digits) {
        Ok(series) => Some(series),
        Err(problem) => {
            let field = match problem {
                SeriesError::Digits => "digits",
                _ => "prefix",
            };
            form.refuse(field, problem);
            None
        }
    }
}

/// What the audit log calls the fields of the form.
const NAMES: [(&str, &str); 20] = [
    ("legal_name", "name"),
    ("address", "address"),
    ("postcode", "postcode"),
    ("city", "city"),
    ("country", "country"),
    ("vat_id", "VAT number"),
    ("tax_number", "tax number"),
    ("registration", "registration"),
    ("prefix", "prefix of numbers"),
    ("yearly", "numbers by year"),
    ("digits", "digits of numbers"),
    ("next", "next number"),
    ("currency", "currency"),
    ("terms_days", "days to pay"),
    ("prices", "prices"),
    ("tax_name", "name of the tax"),
    ("tax", "usual tax"),
    ("notes", "notes"),
    ("terms", "terms"),
    ("time_zone", "time zone"),
];
