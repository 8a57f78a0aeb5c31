//! Whom the invoices of a client are made out to, put in place. It is read by [`super::billing::buyer`].

use super::{Param, Statement, statement};
use crate::domain::bank::vat::VatId;
use crate::domain::country::Country;
use crate::domain::id::ClientId;
use crate::domain::invoice::parties::Street;
use crate::domain::invoice::terms::Terms;
use crate::domain::money::Currency;
use crate::domain::text::Line;
use crate::domain::time::Timestamp;

/// What the form says.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) legal_name: Option<Line<120>>,
    pub(crate) address: Street,
    pub(crate) postcode: Option<Line<20>>,
    pub(crate) city: Option<Line<100>>,
    pub(crate) country: Option<Country>,
    pub(crate) vat_id: Option<VatId>,
    pub(crate) reference: Option<Line<100>>,
    /// Absent: the business's.
    pub(crate) currency: Option<Currency>,
    pub(crate) terms_days: Option<Terms>,
}

/// Puts it in place, if it was last saved at `seen` (0: never).
pub(crate) fn save(client: ClientId, draft: &Draft, seen: Timestamp, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO client_billing (client_id, legal_name, address, postcode, city, country, vat_id, \
          reference, currency, terms_days, updated_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
         ON CONFLICT (client_id) DO UPDATE SET legal_name = excluded.legal_name, address = excluded.address, \
          postcode = excluded.postcode, city = excluded.city, country = excluded.country, \
          vat_id = excluded.vat_id, reference = excluded.reference, currency = excluded.currency, \
          terms_days = excluded.terms_days, \
          updated_at = CASE client_billing.updated_at WHEN ?12 THEN max(?11, ?12 + 1) END",
        client.to_string(),
        draft.legal_name.as_ref().map_or("", Line::as_str),
        draft.address.as_str(),
        draft.postcode.as_ref().map_or("", Line::as_str),
        draft.city.as_ref().map_or("", Line::as_str),
        draft.country.map_or("", Country::code),
        draft.vat_id.as_ref().map_or("", VatId::as_str),
        draft.reference.as_ref().map_or("", Line::as_str),
        Param::from(draft.currency.map(Currency::code)),
        Param::from(draft.terms_days.map(Terms::days)),
        now,
        seen
    )
}
