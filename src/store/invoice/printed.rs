//! What the PDF of an invoice needs: the invoice, and for a draft what is set at the moment.

use super::Invoice;
use super::draft::{self, Open};
use crate::domain::id::InvoiceId;
use crate::domain::invoice::parties::Parties;
use crate::store::billing::{self, Billing, Buyer};
use crate::store::branding::{self, Branding};
use crate::store::{ById as _, Error, Results, Statement};

/// An invoice with who stands on it.
#[derive(Debug)]
pub(crate) struct Printed {
    pub(crate) invoice: Invoice,
    /// As sealed; of what is not sealed yet, as it would be now.
    pub(crate) parties: Parties,
}

impl Printed {
    /// Hash of the logo's file.
    pub(crate) fn logo(&self) -> Option<&str> {
        self.parties.look.logo.as_deref()
    }
}

/// For staff: four statements, read by [`read_for_staff`].
pub(crate) fn for_staff(id: InvoiceId) -> Vec<Statement> {
    vec![
        Invoice::by_id(id),
        billing::settings(),
        billing::buyer_of(id),
        branding::truth(),
    ]
}

/// Reads what [`for_staff`] asked. `None`: there is no such invoice.
pub(crate) fn read_for_staff(results: &mut Results) -> Result<Option<Printed>, Error> {
    read_as(results, Some)
}

fn read_as(
    results: &mut Results,
    of: impl FnOnce(Invoice) -> Option<Invoice>,
) -> Result<Option<Printed>, Error> {
    let invoice: Option<Invoice> = results.first()?;
    let settings: Option<Billing> = results.first()?;
    let buyer: Option<Buyer> = results.first()?;
    let look: Option<Branding> = results.first()?;
    let Some(invoice) = invoice.and_then(of) else {
        return Ok(None);
    };
    let parties = match Parties::read(&invoice.parties)? {
        Some(sealed) => sealed,
        None => match (settings, buyer) {
            (Some(settings), Some(buyer)) => settings.parties(&buyer, &look.unwrap_or_default()),
            _ => Parties::default(),
        },
    };
    Ok(Some(Printed { invoice, parties }))
}

/// The revision that is being written beside what was sent: five statements, read by [`read_open`].
pub(crate) fn open(id: InvoiceId) -> Vec<Statement> {
    let mut statements = vec![draft::open(id)];
    statements.extend(for_staff(id));
    statements
}

/// Reads what [`open`] asked. `None`: nothing is being written.
pub(crate) fn read_open(results: &mut Results) -> Result<Option<Printed>, Error> {
    let open: Option<Open> = results.first()?;
    read_as(results, |invoice| Some(invoice.revised(&open?)))
}

/// Reads an invoice that its client sees, as one of [`super::seen`] asks for it: it was sent, and so has
/// its parties with it.
pub(crate) fn read(results: &mut Results) -> Result<Option<Printed>, Error> {
    let invoice: Option<Invoice> = results.first()?;
    let printed = invoice.map(|invoice| {
        let parties = Parties::read(&invoice.parties)?.unwrap_or_default();
        Ok::<_, serde_json::Error>(Printed { invoice, parties })
    });
    Ok(printed.transpose()?)
}
