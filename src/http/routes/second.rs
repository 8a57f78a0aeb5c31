//! The second factor: at the door, one's own, required, taken away.

use super::{GET, POST, Routes, factor};

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .on(GET, "/sign-in/code", factor::client_form)
        .on(POST, "/sign-in/code", factor::client)
        .on(GET, "/admin/sign-in/code", factor::staff_form)
        .on(POST, "/admin/sign-in/code", factor::staff)
        .on(GET, "/profile/factor", factor::own_client)
        .on(POST, "/profile/factor", factor::change_client)
        .on(GET, "/admin/profile/factor", factor::own_staff)
        .on(POST, "/admin/profile/factor", factor::change_staff)
        .on(POST, "/admin/settings/security/factor", factor::require)
        .on(POST, "/admin/settings/staff/{id}/factor", factor::of_staff)
        .on(POST, "/admin/contacts/{id}/factor", factor::of_contact)
}
