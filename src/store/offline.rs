//! Payments that staff recorded, as what may be taken out again.

use serde::Deserialize;

use super::{ById, Statement, statement};
use crate::domain::id::{ClientId, FactId, InvoiceId};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::payment::{Moved, offline};
use crate::domain::time::Date;

/// A recorded payment, with the invoice it is for and what moved by it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) payment: String,
    pub(crate) invoice_id: InvoiceId,
    pub(crate) client_id: ClientId,
    pub(crate) number: Option<String>,
    /// Of the invoice.
    pub(crate) edition: i64,
    /// As recorded, in minor units.
    pub(crate) amount: i64,
    pub(crate) occurred_on: Date,
    pub(crate) method: String,
    pub(crate) reference: String,
    pub(crate) currency: Currency,
    paid: i64,
    refunded: i64,
}

impl ById for Recorded {
    type Id = FactId;
    fn by_id(id: FactId) -> Statement {
        statement!(
            "SELECT a.payment, a.invoice_id, i.client_id, i.number, i.edition, l.amount, l.occurred_on, l.method, \
             l.reference, s.currency, s.paid, s.refunded \
             FROM allocations a CROSS JOIN invoices i ON i.id = a.invoice_id \
             CROSS JOIN ledger l ON l.payment = a.payment AND l.kind = 'payment' \
             CROSS JOIN payment_sums s ON s.payment = a.payment WHERE a.payment = ?1 LIMIT 1",
            offline::name(id)
        )
    }
}

impl Recorded {
    /// What moved by it.
    pub(crate) fn moved(&self) -> Result<Moved, MoneyError> {
        Ok(Moved {
            paid: Money::new(self.paid, self.currency)?,
            refunded: Money::new(self.refunded, self.currency)?,
            ..Moved::nothing(self.currency)
        })
    }
}
