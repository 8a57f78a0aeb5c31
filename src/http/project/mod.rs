//! Projects, on both sides: the staff's list, record and form, and what the client sees of them.

mod bill;
mod client;
mod form;
mod list;
mod one;

pub(super) use client::Row;
pub(crate) use client::{list as seen, one as seen_one};
pub(crate) use form::{create, edit_form, new_form, save};
pub(crate) use list::list;
pub(crate) use one::{show, view};
