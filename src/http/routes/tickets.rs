//! The part of the list that is about support tickets.

use super::{GET, POST, Routes};
use crate::http::guard::Supported;
use crate::http::{profile, said, support, ticket};

/// Support tickets, on both sides, and their settings.
pub(super) fn tickets(routes: Routes) -> Routes {
    routes
        .on(GET, "/tickets", ticket::seen)
        .on(GET, "/tickets/new", ticket::new_form)
        .on(POST, "/tickets/new", ticket::create)
        .on(GET, "/tickets/files/{id}", said::download::<Supported>)
        .on(GET, "/tickets/{id}", ticket::seen_one)
        .on(POST, "/tickets/{id}/reply", ticket::reply)
        .on(POST, "/tickets/{id}/status", ticket::press)
        .on(GET, "/admin/tickets", ticket::all)
        .on(GET, "/admin/clients/{id}/tickets", ticket::of_client)
        .on(GET, NEW, ticket::staff_form)
        .on(POST, NEW, ticket::create_by_staff)
        .on(GET, "/admin/tickets/files/{id}", said::staff_download)
        .on(GET, "/admin/tickets/{id}", ticket::view)
        .on(POST, "/admin/tickets/{id}", ticket::save)
        .on(POST, "/admin/tickets/{id}/answer", ticket::answer)
        .on(POST, "/admin/tickets/{id}/notes", ticket::note)
        .on(POST, "/admin/tickets/{id}/status", ticket::move_to)
        .on(POST, "/admin/tickets/{id}/merge", ticket::merge)
        .on(GET, "/admin/settings/support", support::form)
        .on(POST, "/admin/settings/support", support::save)
        .on(POST, "/admin/profile/tickets", profile::take_tickets)
        .on(GET, SAVED_NEW, support::new_reply)
        .on(POST, SAVED_NEW, support::create_reply)
        .on(GET, SAVED, support::reply)
        .on(POST, SAVED, support::save_reply)
        .on(
            POST,
            "/admin/settings/support/replies/{id}/delete",
            support::forget_reply,
        )
}

const NEW: &str = "/admin/clients/{id}/tickets/new";
const SAVED_NEW: &str = "/admin/settings/support/replies/new";
const SAVED: &str = "/admin/settings/support/replies/{id}";
