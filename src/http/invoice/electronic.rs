//! Whether the PDF of an invoice is an e-invoice too, and what keeps it from being one.

use crate::app::App;
use crate::http::Error;
use crate::http::pdf::sheet;
use crate::pdf::{Place, missing};
use crate::store::invoice::printed::Printed;

/// What of the client is missing for an e-invoice, where that is all that is missing. What stands on it is
/// not sent yet, so it may have no number.
pub(super) fn wanted_of_client(app: &App, mut unsent: Printed) -> Result<Vec<&'static str>, Error> {
    if unsent.invoice.own_blob.is_some() {
        return Ok(Vec::new());
    }
    let number = &mut unsent.invoice.number;
    number.get_or_insert_with(|| "to come".to_owned());
    let gaps = missing(&sheet(app, &unsent, true)?);
    let of_client = |place| match place {
        Place::Client(what) => Some(what),
        Place::Business | Place::Invoice => None,
    };
    let all: Option<Vec<_>> = gaps.iter().map(|gap| of_client(gap.place)).collect();
    Ok(all.unwrap_or_default())
}

/// For staff, of an invoice that was sent: that its PDF is one, or why not.
pub(super) fn said(app: &App, sent: &Printed) -> Result<String, Error> {
    if sent.invoice.own_blob.is_some() {
        return Ok("No: the PDF is your own".to_owned());
    }
    let sheet = sheet(app, sent, false)?;
    if sheet.electronic.is_none() {
        return Ok("No: it asks for nothing any more".to_owned());
    }
    let gaps = missing(&sheet);
    if gaps.is_empty() {
        return Ok("Yes, in the PDF (Factur-X)".to_owned());
    }
    let why: Vec<&str> = gaps.iter().map(|gap| gap.sentence).collect();
    Ok(format!("No. {}", why.join(" ")))
}
