//! The part of the list that is about messages, and about the files that clients send.

use super::{DELETE, GET, POST, PUT, Routes};
use crate::http::guard::Messaging;
use crate::http::upload::sent;
use crate::http::{document, message, profile, said};

/// Messages, on both sides, and files from clients.
pub(super) fn messages(routes: Routes) -> Routes {
    routes
        .on(GET, "/messages", message::seen)
        .on(GET, "/messages/new", message::begin_form)
        .on(POST, "/messages/new", message::create)
        .on(GET, "/messages/files/{id}", said::download::<Messaging>)
        .on(GET, "/messages/{id}", message::seen_one)
        .on(POST, "/messages/{id}", message::say)
        .on(GET, "/admin/messages", message::all)
        .on(GET, "/admin/clients/{id}/messages", message::of_client)
        .on(GET, NEW, message::staff_begin_form)
        .on(POST, NEW, message::create_by_staff)
        .on(GET, "/admin/messages/files/{id}", said::staff_download)
        .on(GET, "/admin/messages/{id}", message::view)
        .on(POST, "/admin/messages/{id}", message::say_by_staff)
        .on(POST, "/admin/profile/messages", profile::take_messages)
        .on(POST, "/admin/profile/uploads", profile::take_uploads)
        .on(POST, "/documents", document::send_files)
        .on(POST, "/uploads", sent::create)
        .on(PUT, "/uploads/{id}/parts/{number}", sent::part)
        .on(GET, "/uploads/{id}", sent::state)
        .on(DELETE, "/uploads/{id}", sent::give_up)
        .on(POST, "/uploads/{id}/complete", sent::complete)
}

const NEW: &str = "/admin/clients/{id}/messages/new";
