//! Billing: what clients see of their invoices, and how they pay them.
//!
//! | part | what it does |
//! |---|---|
//! | [`bill`] | an invoice in words, for a session and for a link alike |
//! | [`list`] | what is to be paid, what was, and the payments |
//! | [`one`] | an invoice, in the portal |
//! | [`link`] | the same behind a link, without an account |
//! | [`mailed`](mod@mailed) | such a link by mail, for who has the paper |
//! | [`pay`](mod@pay) | Pay Now, of one and of several |
//! | [`confirming`](mod@confirming) | what became of it |
//! | [`receipt`](mod@receipt) | a payment |

mod bill;
mod confirming;
mod link;
mod list;
mod mailed;
mod one;
mod pay;
mod receipt;

pub(crate) use confirming::{confirming, link_confirming};
pub(crate) use link::{pay_link, show_link};
pub(crate) use list::{Due, list};
pub(crate) use mailed::{mail_link, mailed, renew_link};
pub(crate) use one::show;
pub(crate) use pay::{pay, pay_several};
pub(crate) use receipt::receipt;
