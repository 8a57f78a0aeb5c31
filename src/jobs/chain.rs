//! The chain of the audit log: what was written is sealed, and what is sealed is checked, round after round.

use crate::app::App;
use crate::domain::audit_chain::{Link, check, seal_all};
use crate::domain::time::Millis;
use crate::store::audit_chain::{self, CHUNK, Head, Round};
use crate::store::{Conflict, Error};

/// The most chunks that one run seals: after an upgrade there may be a long log.
const CHUNKS: usize = 10;

/// Seals the entries that have no seal, in their order. Of two who do so at once one is refused.
pub(super) async fn seal(app: &App) -> Result<(), Error> {
    for _ in 0..CHUNKS {
        let mut results = app.db.batch(audit_chain::unsealed().into()).await?;
        let head: Option<Head> = results.first()?;
        let links: Vec<Link> = results.rows()?;
        if links.is_empty() {
            return Ok(());
        }
        let seals = seal_all(&head.map_or_else(String::new, |head| head.hash), &links);
        match app.db.batch(audit_chain::seal(&seals)?.into()).await {
            Ok(_sealed) => {}
            Err(Error::Conflict(Conflict::Meanwhile)) => return Ok(()),
            Err(error) => return Err(error),
        }
        if links.len() < CHUNK {
            return Ok(());
        }
    }
    Ok(())
}

/// Looks at the next sealed entries. A round that has ended begins again an hour later.
pub(super) async fn look(app: &App) -> Result<(), Error> {
    let rests_since = app.now.minus(Millis::hours(1));
    let mut results = app.db.batch(audit_chain::round(rests_since).into()).await?;
    let round: Option<Round> = results.first()?;
    let Some(round) = round else { return Ok(()) };
    let rests = round.next_n == 1 && round.good_at.is_some_and(|at| at > rests_since);
    if rests {
        return Ok(());
    }
    let links: Vec<Link> = results.rows()?;
    let found = check(round.next_n, &links);
    let ended = links.len() <= CHUNK;
    app.db
        .run(audit_chain::note(found, ended, app.now))
        .await
        .map(drop)
}
