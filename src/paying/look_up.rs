//! The clock: attempts that nobody told us the end of are looked up at the provider, so that a lost
//! webhook loses no money.

use super::Problem;
use super::close::{learn, page_of};
use super::start::end;
use crate::app::App;
use crate::outbound::payments::{Checkout, Stripe};
use crate::store::attempt::{self, Attempt};

/// Looks up what has been open for ten minutes, and once an hour what is on its way; twenty a minute.
/// What cannot be asked now is asked the next time.
pub(crate) async fn look_up(app: &App) -> Result<(), Problem> {
    let Some(settings) = &app.config.stripe else {
        return Ok(());
    };
    let stripe = Stripe::new(settings);
    let mut results = app.db.run(attempt::to_look_up(app.now)).await?;
    let waiting: Vec<Attempt> = results.rows()?;
    for attempt in &waiting {
        if let Err(problem) = one(app, &stripe, attempt).await {
            worker::console_warn!("attempt {}: {problem}", attempt.id);
        }
    }
    Ok(())
}

async fn one(app: &App, provider: &impl Checkout, attempt: &Attempt) -> Result<(), Problem> {
    match page_of(app, provider, attempt).await? {
        Some(session) => {
            learn(app, provider, attempt, &session).await?;
        }
        None => end(app, attempt).await?,
    }
    app.db.run(attempt::looked_up(attempt.id, app.now)).await?;
    Ok(())
}
