//! Messages, on both sides: lists of threads, the page of one with what was said, beginning one, and
//! writing in it.

mod begin;
mod list;
mod one;
mod say;

pub(crate) use begin::{
    create, create_by_staff, new_form as begin_form, staff_form as staff_begin_form,
};
pub(crate) use list::{all, of_client, seen};
pub(crate) use one::{seen as seen_one, view};
pub(crate) use say::{say, say_by_staff};
