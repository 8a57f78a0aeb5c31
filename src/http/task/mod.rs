//! Tasks, on both sides: the staff's list, record and form, what the client sees and answers, and what
//! is said about them.

mod all;
mod answer;
mod client;
mod comment;
mod form;
mod list;
mod mail;
mod one;

pub(crate) use all::all;
pub(crate) use answer::answer;
pub(super) use client::Row;
pub(crate) use client::{list as seen, one as seen_one};
pub(crate) use comment::{by_contact as reply, by_staff as comment};
pub(crate) use form::{create, edit_form, new_form, save};
pub(crate) use list::list;
pub(crate) use one::{status, view};
