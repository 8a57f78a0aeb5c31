//! Payments: facts of money that moved, and what follows from a set of them.
//!
//! A provider tells the same thing several times, late, and in any order. So nothing is counted up
//! or down when an event comes: each event states facts, a fact has a key and stands once, and what
//! an invoice has received is computed from all facts there are. Repetition and order then cannot
//! matter, and neither can which of several isolates was first.
//!
//! | part | what it is |
//! |---|---|
//! | [`fact`] | one fact; which of two tellings of it stands |
//! | [`fold`] | a set of facts into what was paid, refunded and disputed |
//! | [`share`] | one payment for several invoices |
//! | [`attempt`] | a try to pay: open, processing, succeeded, failed, expired |
//! | [`stripe`] | what Stripe's events say, as types |
//! | [`settle`] | an event and the attempt it belongs to into facts, changes and exceptions |
//! | [`told`] | facts as JSON, for the tests |
//! | [`offline`] | payments that staff record, correct and reverse |

pub mod attempt;
pub mod exception;
pub mod fact;
pub mod fold;
pub mod offline;
pub mod settle;
pub mod share;
pub mod stripe;
pub mod told;

pub use fold::{Dispute, Moved};
