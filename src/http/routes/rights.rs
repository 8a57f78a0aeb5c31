//! What people have a right to: their data, and that it is erased.

use super::{GET, POST, Routes};
use crate::http::{erase, export, privacy};

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .on(GET, "/privacy", privacy::show)
        .on(GET, "/profile/export", export::own)
        .on(POST, "/profile/export", export::take)
        .on(GET, "/admin/clients/{id}/export", export::ask)
        .on(POST, "/admin/clients/{id}/export", export::client)
        .on(GET, "/admin/clients/erased", erase::list)
        .on(GET, "/admin/clients/{id}/erase", erase::ask_client)
        .on(POST, "/admin/clients/{id}/erase", erase::client)
        .on(GET, "/admin/contacts/{id}/erase", erase::ask_person)
        .on(POST, "/admin/contacts/{id}/erase", erase::person)
}
