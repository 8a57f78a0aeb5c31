//! The part of the list that is about one's own account.

use super::{GET, POST, Routes};
use crate::http::{address, confirm_email, device, news, password, profile, unsubscribe};

/// What a person does with their own account, on both sides.
pub(super) fn own(routes: Routes) -> Routes {
    routes
        .on(GET, "/profile", profile::client)
        .on(POST, "/profile/name", profile::rename_client)
        .on(POST, "/profile/mail", profile::take_mail)
        .on(GET, "/notifications", news::client)
        .on(GET, "/admin/notifications", news::staff)
        .on(GET, "/unsubscribe/{token}", unsubscribe::form)
        .on(POST, "/unsubscribe/{token}", unsubscribe::stop)
        .on(GET, "/profile/password", password::client_form)
        .on(POST, "/profile/password", password::client)
        .on(
            POST,
            "/profile/sessions/end-others",
            device::end_others_client,
        )
        .on(POST, "/profile/sessions/{id}/end", device::end_client)
        .on(GET, "/profile/email", address::client_form)
        .on(POST, "/profile/email", address::client)
        .on(GET, "/confirm-email/{token}", confirm_email::form)
        .on(POST, "/confirm-email/{token}", confirm_email::client)
        .on(GET, "/admin/profile/email", address::staff_form)
        .on(POST, "/admin/profile/email", address::staff)
        .on(GET, "/admin/confirm-email/{token}", confirm_email::form)
        .on(POST, "/admin/confirm-email/{token}", confirm_email::staff)
        .on(GET, "/admin/profile", profile::staff)
        .on(POST, "/admin/profile/name", profile::rename_staff)
        .on(GET, "/admin/profile/password", password::staff_form)
        .on(POST, "/admin/profile/password", password::staff)
        .on(
            POST,
            "/admin/profile/sessions/end-others",
            device::end_others_staff,
        )
        .on(POST, "/admin/profile/sessions/{id}/end", device::end_staff)
}
