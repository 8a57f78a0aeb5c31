//! Time Logs, on both sides.

use super::{GET, POST, Routes, time_log};

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .on(GET, "/time-logs", time_log::seen)
        .on(GET, "/admin/time-logs", time_log::all)
        .on(POST, "/admin/time-logs", time_log::log)
        .on(GET, "/admin/time-logs.csv", time_log::all_csv)
        .on(POST, "/admin/time-logs/timer/stop", time_log::stop)
        .on(POST, "/admin/time-logs/timer/discard", time_log::discard)
        .on(GET, "/admin/time-logs/{id}", time_log::edit_form)
        .on(POST, "/admin/time-logs/{id}", time_log::save)
        .on(POST, "/admin/time-logs/{id}/delete", time_log::delete)
        .on(GET, "/admin/clients/{id}/time-logs", time_log::of_client)
        .on(POST, "/admin/clients/{id}/time-logs", time_log::log_for)
        .on(
            GET,
            "/admin/clients/{id}/time-logs.csv",
            time_log::client_csv,
        )
        .on(
            GET,
            "/admin/clients/{id}/time-logs/invoice",
            time_log::choose,
        )
        .on(
            POST,
            "/admin/clients/{id}/time-logs/invoice",
            time_log::make,
        )
        .on(GET, "/admin/settings/time-logs", time_log::settings_form)
        .on(POST, "/admin/settings/time-logs", time_log::save_settings)
}
