//! Payment providers: where money is asked for, and what they say became of it.
//!
//! [`Provider`] is all that pages see of one: what it offers to who has to pay. [`Checkout`] is one with a
//! page of its own, which `paying` opens, closes and looks up. What a provider tells us, asked or unasked,
//! becomes facts of the same ledger (`domain::payment`), so a further provider touches neither the ledger
//! nor the pages. There are two: Stripe, which has such a page, and the bank, which gives instructions and
//! lets staff confirm what came in.

mod form;
mod stripe;
mod transfer;

pub(crate) use stripe::{Connection, Stripe};
pub(crate) use transfer::Transfer;

use crate::domain::id::AttemptId;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// What somebody has to pay.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim<'a> {
    /// Above zero.
    pub(crate) due: Money,
    /// The invoice's number.
    pub(crate) number: &'a str,
}

/// How a provider lets it be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Offer {
    /// At once, on a page of its own.
    PayNow {
        /// Whether no real money moves.
        is_test: bool,
    },
    /// By the payer's own hand: label and value of what that needs.
    Instructions(Vec<(&'static str, String)>),
}

/// A payment provider.
pub(crate) trait Provider {
    /// What it offers for a claim. `None`: it cannot take that amount.
    fn offer(&self, claim: &Claim<'_>) -> Option<Offer>;
}

/// What is to be paid.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    /// Our name for it, and the idempotency key: asking twice opens one page.
    pub(crate) attempt: AttemptId,
    /// What stands on the provider's page, with its amount in the provider's minor units.
    pub(crate) items: &'a [Item],
    /// ISO 4217, in lower case.
    pub(crate) currency: &'a str,
    /// Prefilled for the payer.
    pub(crate) email: Option<&'a str>,
    /// Where the payer comes back to after paying.
    pub(crate) paid_url: &'a str,
    /// Where the payer comes back to without having paid.
    pub(crate) back_url: &'a str,
    /// Until when it can be paid.
    pub(crate) expires_at: Timestamp,
}

/// One line of an order.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// As `Invoice R-2026-0042`.
    pub(crate) name: String,
    /// In the provider's minor units; above zero.
    pub(crate) units: i64,
}

/// A page where an order can be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// The provider's name of it, such as `cs_…`.
    pub(crate) session: String,
    /// Its address.
    pub(crate) url: String,
}

/// Why a provider did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// It understood and refused: asking the same again is of no use.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// It may have been done, or not: ask again with the same key.
    #[error("no clear answer: {0}")]
    Unsure(String),
}

/// A provider with a page of its own.
pub(crate) trait Checkout: Provider {
    /// Opens what can be paid. Idempotent by [`Order::attempt`].
    async fn begin(&self, order: &Order<'_>) -> Result<Page, Trouble>;
    /// The provider's own record of a page, as JSON, to be read by `domain::payment`.
    async fn look_up(&self, session: &str) -> Result<Vec<u8>, Trouble>;
    /// Closes a page, so that nobody pays there any more. A page that is closed or paid already is
    /// no trouble: what became of it is told by [`Checkout::look_up`] or its own message.
    async fn close(&self, session: &str) -> Result<(), Trouble>;
}
