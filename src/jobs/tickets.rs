//! Tickets that have been resolved for long enough are closed, by the business's setting.

use crate::app::App;
use crate::domain::ticket::Status;
use crate::store::support::{self, Support};
use crate::store::ticket::change::{self, Due, Mover};
use crate::store::{Error, Results};

/// 1. after how many days; 2. the next twenty; 3. closed, each with its line in the log, unless somebody
/// said something meanwhile.
pub(super) async fn close(app: &App) -> Result<(), Error> {
    // 1.
    let support: Option<Support> = app.db.run(support::settings()).await?.first()?;
    let Some(days) = support.map(|support| support.close_days) else {
        return Ok(());
    };
    // 2.
    let mut results: Results = app.db.run(change::due(days, app.now)).await?;
    let due: Vec<Due> = results.rows()?;
    // 3.
    let mut batch = Vec::new();
    for one in &due {
        let log = app.id().map_err(|error| super::unavailable(&error))?;
        batch.push(change::close(one, days, app.now));
        batch.push(change::note(
            log,
            one.id,
            Status::Closed,
            Mover::Clock,
            "",
            app.now,
        ));
    }
    if !batch.is_empty() {
        app.db.batch(batch).await?;
    }
    Ok(())
}
