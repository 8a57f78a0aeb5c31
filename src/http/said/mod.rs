//! What tickets and messages have in common: a form of words and files, what was said as it is drawn, and
//! the downloads of the files.

mod file;
mod receive;
mod talk;

pub(super) use file::{client as download, staff as staff_download};
pub(super) use receive::{LATE, hint, receive};
pub(super) use talk::{Earlier, Talk};
