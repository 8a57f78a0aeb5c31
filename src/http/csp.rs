//! `POST /csp-reports`: where browsers tell that a page's policy held something back. Anybody can send one, so
//! an isolate takes no more than so many a minute.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use axum::response::IntoResponse as _;
use hmac::{Hmac, Mac as _};
use http::StatusCode;
use sha2::Sha256;

use super::guard::Public;
use super::page::Answer;
use super::routes::page_of;
use super::{Error, Incoming, visitor};
use crate::app::App;
use crate::domain::csp_report::{CspReport, Source};
use crate::domain::throttle::network;
use crate::domain::time::Timestamp;
use crate::store::csp_report;

/// Where reports go; every page's policy names it.
pub(super) const PATH: &str = "/csp-reports";
/// The largest one.
const LIMIT: u64 = 16 * 1024;
/// How many an isolate takes in a minute.
const A_MINUTE: u32 = 30;

/// Whether this one is still taken.
fn is_taken(now: Timestamp) -> bool {
    static MINUTE: AtomicI64 = AtomicI64::new(0);
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    let minute = now.as_seconds() / 60;
    if MINUTE.swap(minute, Ordering::Relaxed) != minute {
        TAKEN.store(0, Ordering::Relaxed);
    }
    TAKEN.fetch_add(1, Ordering::Relaxed) < A_MINUTE
}

/// Where it came from, without saying who that is.
fn source(app: &App, address: &str) -> Result<Source, Error> {
    let secret = &app.config.keys.newest().secret;
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(secret)
        .map_err(|error| Error::internal(error.to_string()))?;
    let about = format!("report {} {}", Source::day(app.now), network(address));
    mac.update(about.as_bytes());
    Ok(Source::of(mac.finalize().into_bytes().into(), app.now))
}

/// `POST /csp-reports`: the same answer to all that has the shape of one.
pub(crate) async fn receive(public: Public, incoming: Incoming) -> Answer {
    let kind = incoming.content_type.split(';').next().unwrap_or_default();
    if !matches!(kind.trim(), "application/csp-report" | "application/json") {
        return Err(Error::bad_request("This is not a report."));
    }
    let app = &public.app;
    let body = incoming.bytes(LIMIT).await?;
    let report = CspReport::parse(&body, app.config.base_url.origin(), page_of);
    if let Some(report) = report.filter(|_| is_taken(app.now)) {
        let source = source(app, &visitor::address(&public.head.headers))?;
        let batch = csp_report::count(&report, source, app.now);
        app.db.batch(batch).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
