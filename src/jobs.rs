//! What happens without a request: sweeps, and the copy of the branding.

use crate::app::App;
use crate::store::branding::{self, Branding};
use crate::store::{Error, login};

/// Once a minute; may come twice or not at all.
pub(crate) async fn tick(app: App) {
    if let Err(error) = sweep(&app).await {
        worker::console_error!("clock: {error}");
    }
}

/// 1. failures that no longer count go; 2. the copy of the branding is made again once an hour,
/// so that a lost write to KV mends itself.
async fn sweep(app: &App) -> Result<(), Error> {
    let mut results = app
        .db
        .batch(vec![login::sweep(app.now), branding::truth()])
        .await?;
    results.skip()?;
    let look: Option<Branding> = results.first()?;
    if let Some(look) = look
        && app.now.as_seconds() / 60 % 60 == 0
    {
        app.branding.write(&look, app.now).await?;
    }
    Ok(())
}
