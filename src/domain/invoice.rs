//! Invoices: what stands on them, what they come to, and what they are at a given moment.
//!
//! Only `draft`, `sent` and `void` are stored; everything else that people call the state of an
//! invoice is derived from the money that moved ([`state`]), so it cannot disagree with it. What a
//! sent invoice says is a revision that never changes; a change is a new revision.
//!
//! | part | what it decides |
//! |---|---|
//! | [`line`], [`tax`], [`content`] | what stands on it, and as which JSON a revision keeps it |
//! | [`total`] | what it comes to, and how it is rounded |
//! | [`parties`] | who, to whom and how to pay, as a sealed revision keeps it |
//! | [`number`] | its number: gapless, allotted when it is sent |
//! | [`terms`] | when it is due, in whose time zone |
//! | [`state`] | what it is: outstanding, overdue, paid, disputed … |
//! | [`decide`] | what may be done with it, and the sentence if not |

pub mod content;
pub mod decide;
pub mod line;
pub mod number;
pub mod parties;
pub mod state;
pub mod tax;
pub mod terms;
pub mod total;
pub mod uploaded;

pub use state::{State, View};
