//! What happens without a request: the outbox after a response and once a minute, the sweeps.

use crate::app::App;

/// After a response that queued mail. The runtime may cut this short; the clock goes on with it.
pub(crate) async fn after_response(app: App) {
    let _ = app;
}

/// Once a minute; may come twice or not at all.
pub(crate) async fn tick(app: App, _scheduled_ms: f64) {
    let _ = app;
}
