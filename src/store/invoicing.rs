//! Settings → Invoicing: what the business says on its invoices and how numbers look, put in place.

use super::{Statement, statement};
use crate::domain::bank::vat::VatId;
use crate::domain::country::Country;
use crate::domain::invoice::content::Prices;
use crate::domain::invoice::number::Series;
use crate::domain::invoice::parties::Street;
use crate::domain::invoice::tax::Tax;
use crate::domain::invoice::terms::{Terms, TimeZone};
use crate::domain::money::Currency;
use crate::domain::text::{Line, Paragraphs};
use crate::domain::time::Timestamp;
use crate::domain::zone::Clock;

/// What the form says.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) legal_name: Option<Line<120>>,
    pub(crate) address: Street,
    pub(crate) postcode: Option<Line<20>>,
    pub(crate) city: Option<Line<100>>,
    pub(crate) country: Option<Country>,
    pub(crate) vat_id: Option<VatId>,
    pub(crate) tax_number: Option<Line<50>>,
    pub(crate) registration: Option<Line<120>>,
    pub(crate) currency: Currency,
    pub(crate) terms_days: Terms,
    pub(crate) prices: Prices,
    pub(crate) tax_name: Line<20>,
    pub(crate) tax: Tax,
    pub(crate) notes: Option<Paragraphs>,
    pub(crate) terms: Option<Paragraphs>,
    pub(crate) time_zone: TimeZone,
    pub(crate) clock: Clock,
    pub(crate) series: Series,
    /// The count that comes next, where it is to change.
    pub(crate) next: Option<u32>,
}

/// Puts it in place, if nobody was quicker than `revision`. The counter is that of the year `year`, or
/// the one of a series that runs on; it goes no further back than what was given.
pub(crate) fn change(draft: &Draft, revision: i64, year: i32, now: Timestamp) -> Vec<Statement> {
    let words = |text: Option<&Paragraphs>| text.map_or("", Paragraphs::as_str).to_owned();
    let mut batch = vec![
        statement!(
            "UPDATE billing SET revision = CASE revision WHEN ?1 THEN revision + 1 END, updated_at = ?2, \
             legal_name = ?3, address = ?4, postcode = ?5, city = ?6, country = ?7, vat_id = ?8, \
             tax_number = ?9, registration = ?10, currency = ?11, terms_days = ?12, prices = ?13, \
             tax_name = ?14, tax_category = ?15, tax_rate = ?16, notes = ?17, terms = ?18, time_zone = ?19, \
             utc_offset = ?20, next_offset_at = ?21, next_offset = ?22 WHERE id = 1",
            revision,
            now,
            draft.legal_name.as_ref().map_or("", Line::as_str),
            draft.address.as_str(),
            draft.postcode.as_ref().map_or("", Line::as_str),
            draft.city.as_ref().map_or("", Line::as_str),
            draft.country.map_or("", Country::code),
            draft.vat_id.as_ref().map_or("", VatId::as_str),
            draft.tax_number.as_ref().map_or("", Line::as_str),
            draft.registration.as_ref().map_or("", Line::as_str),
            draft.currency.code(),
            draft.terms_days.days(),
            draft.prices.as_str(),
            draft.tax_name.as_str(),
            draft.tax.category().code(),
            draft.tax.rate().raw(),
            words(draft.notes.as_ref()),
            words(draft.terms.as_ref()),
            draft.time_zone.as_str(),
            draft.clock.offset.0,
            draft.clock.changes_at,
            draft.clock.then.0
        ),
        statement!(
            "UPDATE number_series SET prefix = ?1, yearly = ?2, digits = ?3 WHERE is_default = 1",
            draft.series.prefix(),
            draft.series.yearly(),
            i64::from(draft.series.digits())
        ),
    ];
    if let Some(next) = draft.next {
        batch.push(statement!(
            "INSERT INTO number_counters (series_id, year, next) SELECT s.id, ?1, ?2 FROM number_series s \
             WHERE s.is_default = 1 AND ?2 > coalesce((SELECT max(i.series_count) FROM invoices i \
              WHERE i.series_id = s.id AND i.series_year = ?1), 0) \
             ON CONFLICT (series_id, year) DO UPDATE SET next = excluded.next",
            i64::from(draft.series.counter(year)),
            next
        ));
    }
    batch
}
