//! The audit log.

use super::{GET, POST, Routes};
use crate::http::audit;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .on(GET, "/admin/settings/audit", audit::show)
        .on(GET, "/admin/settings/audit.csv", audit::csv)
        .on(POST, "/admin/settings/audit/check", audit::check)
}
