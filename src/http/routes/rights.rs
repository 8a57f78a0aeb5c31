//! What people have a right to: their data, and that it is erased.

use super::{GET, POST, Routes};
use crate::http::export;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .on(GET, "/profile/export", export::own)
        .on(POST, "/profile/export", export::take)
        .on(GET, "/admin/clients/{id}/export", export::ask)
        .on(POST, "/admin/clients/{id}/export", export::client)
}
