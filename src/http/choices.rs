//! What lists to choose from hold.

use crate::domain::country;
use crate::domain::money::Currency;

/// Every currency, by its letters.
pub(crate) fn currencies() -> Vec<Currency> {
    let mut all: Vec<Currency> = Currency::all().collect();
    all.sort_unstable();
    all
}

/// Every country: letters and name, by name.
pub(crate) fn countries() -> Vec<(&'static str, &'static str)> {
    country::all()
}

/// A checkbox as browsers send it.
pub(crate) fn on(is_on: bool) -> String {
    if is_on { "on" } else { "" }.to_owned()
}
