//! Support tickets, on both sides: the client's list, page and words; the staff's lists and record, what
//! they answer and note.

mod act;
mod begin;
mod list;
mod mail;
mod one;
mod reply;
mod say;
mod seen;

pub(crate) use act::{merge, move_to, save};
pub(crate) use begin::{create as create_by_staff, form as staff_form};
pub(crate) use list::{all, of_client};
pub(crate) use one::view;
pub(crate) use reply::{create, new_form, press, reply};
pub(crate) use say::{answer, note};
pub(crate) use seen::{list as seen, one as seen_one};
