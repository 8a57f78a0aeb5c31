//! What browsers held back by a page's Content-Security-Policy.

use serde::Deserialize;

use super::{Statement, statement};
use crate::domain::csp_report::CspReport;
use crate::domain::time::Timestamp;

/// One kind of it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Held {
    pub(crate) directive: String,
    pub(crate) blocked: String,
    pub(crate) page: String,
    pub(crate) count: i64,
    pub(crate) last_at: Timestamp,
}

/// Counts a report. Of two hundred kinds no further one is taken.
pub(crate) fn count(report: &CspReport, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO csp_reports (directive, blocked, page, count, first_at, last_at) SELECT ?1, ?2, ?3, 1, ?4, ?4 \
         WHERE (SELECT count(*) FROM (SELECT 1 FROM csp_reports WHERE directive > '' LIMIT 200)) < 200 \
          OR EXISTS (SELECT 1 FROM csp_reports WHERE directive = ?1 AND blocked = ?2 AND page = ?3) \
         ON CONFLICT DO UPDATE SET count = count + 1, last_at = ?4",
        report.directive.as_str(),
        report.blocked.as_str(),
        report.page.as_str(),
        now
    )
}

/// The twenty that were seen last.
pub(crate) fn newest() -> Statement {
    statement!(
        "SELECT directive, blocked, page, count, last_at FROM csp_reports WHERE directive > '' \
         ORDER BY last_at DESC LIMIT 20"
    )
}

/// Those that were not seen since then go.
pub(crate) fn sweep(before: Timestamp) -> Statement {
    statement!(
        "DELETE FROM csp_reports WHERE directive > '' AND last_at < ?1",
        before
    )
}
