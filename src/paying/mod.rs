//! Paying: what pages and the clock share about money that comes through a provider.
//!
//! | part | what it does |
//! |---|---|
//! | [`hear`] | an event, told by a webhook or found by asking, into facts and what follows |
//! | [`start`] | Pay Now: the page of the provider that somebody is sent to |
//! | [`close`] | closes a page, and hears what became of it |
//! | [`look_up`] | the clock: attempts that nobody told us the end of |
//! | [`remind`] | the mail that reminds of an invoice |
//! | [`mail`] | the receipt, also of what staff attach, and the news that a delayed payment did not arrive |
//!
//! An attempt's row is there before the provider is asked, and its id is the key under which it is
//! asked: so a lost answer is asked for again, and no two pages are open for one invoice.

mod close;
mod hear;
mod look_up;
mod mail;
mod remind;
mod start;

pub(crate) use close::close;
pub(crate) use hear::hear;
pub(crate) use look_up::look_up;
pub(crate) use mail::attached;
pub(crate) use remind::{Reminder, Wording};
pub(crate) use start::{Claimed, Went, start};

use crate::outbound::payments::Trouble;
use crate::store;

/// Why paying did not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// D1.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The provider.
    #[error(transparent)]
    Provider(#[from] Trouble),
    /// The generator.
    #[error("random generator: {0}")]
    Random(#[from] getrandom::Error),
    /// A row that cannot be read or a mail that cannot be written.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
    /// Something that cannot be.
    #[error("{0}")]
    Odd(&'static str),
}
