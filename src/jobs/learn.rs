//! Keeps the words that find things: goes through what changed since.

use crate::app::App;
use crate::store::Error;
use crate::store::finding::{self, Changed, TAKEN};

/// Rounds in one run; what is left waits for the next one.
const ROUNDS: usize = 25;

/// 1. what changed is read with its texts; 2. its words are written and the notes go, in one batch; again
/// until nothing is left.
pub(super) async fn learn(app: &App) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        // 1.
        let mut results = app.db.batch(vec![finding::changed()]).await?;
        let changed: Vec<Changed> = results.rows()?;
        if changed.is_empty() {
            return Ok(());
        }
        // 2.
        app.db.batch(finding::learn(&changed)?).await?;
        if changed.len() < TAKEN {
            return Ok(());
        }
    }
    Ok(())
}
