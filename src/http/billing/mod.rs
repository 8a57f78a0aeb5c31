//! Billing: what clients see of their invoices, and how they pay them.
//!
//! | part | what it does |
//! |---|---|
//! | [`bill`] | an invoice in words, for a session and for a link alike |
//! | [`list`] | what is to be paid, what was, and the payments |
//! | [`one`] | an invoice, in the portal |
//! | [`receipt`](mod@receipt) | a payment |

mod bill;
mod list;
mod one;
mod receipt;

pub(crate) use list::{Due, list};
pub(crate) use one::show;
pub(crate) use receipt::receipt;
