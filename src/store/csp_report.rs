//! What browsers held back by a page's Content-Security-Policy.
//!
//! Anybody may send reports. So of one place ([`Source`]) ten kinds a day are taken; and where there are two hundred
//! kinds, a further one takes the place of that which was seen longest ago. What somebody made up is gone
//! when real ones are told again.

use serde::Deserialize;

use super::{Param, Statement, statement};
use crate::domain::csp_report::{CspReport, Source};
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

/// Counts a report: 1. its kind is one of the ten that its source may tell of today; 2. there is room for it; 3. it
/// is counted.
pub(crate) fn count(report: &CspReport, source: Source, now: Timestamp) -> Vec<Statement> {
    // `?1` to `?5`, of each of them.
    let kind: [Param; 5] = [
        source.day.into(),
        i64::from(source.bucket).into(),
        report.directive.into(),
        report.blocked.as_str().into(),
        report.page.as_str().into(),
    ];
    let counted: Vec<Param> = kind.iter().cloned().chain([now.into()]).collect();
    vec![
        Statement::new(
            "INSERT OR IGNORE INTO csp_sources (day, bucket, directive, blocked, page) SELECT ?1, ?2, ?3, ?4, ?5 \
             WHERE (SELECT count(*) FROM csp_sources WHERE day = ?1 AND bucket = ?2) < 10",
            kind.clone(),
        ),
        Statement::new(
            "DELETE FROM csp_reports WHERE (directive, blocked, page) = (SELECT o.directive, o.blocked, o.page \
              FROM csp_reports o ORDER BY o.last_at LIMIT 1) \
             AND (SELECT count(*) FROM (SELECT 1 FROM csp_reports WHERE directive > '' LIMIT 200)) = 200 \
             AND NOT EXISTS (SELECT 1 FROM csp_reports WHERE directive = ?3 AND blocked = ?4 AND page = ?5) \
             AND EXISTS (SELECT 1 FROM csp_sources WHERE day = ?1 AND bucket = ?2 AND directive = ?3 AND blocked = ?4 \
              AND page = ?5)",
            kind,
        ),
        Statement::new(
            "INSERT INTO csp_reports (directive, blocked, page, count, first_at, last_at) SELECT ?3, ?4, ?5, 1, ?6, ?6 \
             WHERE EXISTS (SELECT 1 FROM csp_sources WHERE day = ?1 AND bucket = ?2 AND directive = ?3 AND blocked = ?4 \
              AND page = ?5) \
             ON CONFLICT DO UPDATE SET count = count + 1, last_at = ?6",
            counted,
        ),
    ]
}

/// The twenty that were seen last.
pub(crate) fn newest() -> Statement {
    statement!(
        "SELECT directive, blocked, page, count, last_at FROM csp_reports WHERE directive > '' \
         ORDER BY last_at DESC LIMIT 20"
    )
}

/// Those that were not seen since then go, and where those of earlier days came from.
pub(crate) fn sweep(before: Timestamp, now: Timestamp) -> [Statement; 2] {
    [
        statement!("DELETE FROM csp_reports WHERE last_at < ?1", before),
        statement!("DELETE FROM csp_sources WHERE day < ?1", Source::day(now)),
    ]
}
