//! Documents: the staff's list, page and uploads, what a client sees of them, and the downloads of
//! both.

mod client;
mod delete;
mod download;
pub(super) mod landing;
mod list;
mod one;
mod reader;
mod receive;
mod send;
mod version;

pub(crate) use client::{list as shared, one as shared_one};
pub(crate) use delete::{ask as ask_delete, delete};
pub(crate) use download::{
    Asked, client as download, send, staff as staff_download, version as old_download,
};
pub(crate) use list::{list, upload, visible};
pub(crate) use one::{page as one, save};
pub(crate) use reader::Reader;
pub(crate) use receive::{put, text};
pub(crate) use send::send as send_files;
pub(crate) use version::upload as new_version;
