//! Closing a page, and hearing what became of it.

use super::start::{Asking, ask, end};
use super::{Problem, hear};
use crate::app::App;
use crate::domain::payment::attempt::AttemptState;
use crate::domain::payment::stripe::Event;
use crate::outbound::payments::{Checkout, Trouble};
use crate::store::attempt::{self, Attempt};

/// Closes the page of an attempt, so that nobody pays there any more, and gives what the attempt is
/// now. Whoever voids or revises an invoice, or records an offline payment for it, does this first
/// with the attempt that holds it (`store::attempt::holding`): `Processing` and `Succeeded` mean that
/// money is on its way or there, and theirs must wait.
///
/// 1. the page's name; where its answer was lost, by asking again with the same key; 2. closes it;
/// 3. asks what became of it, since somebody may have paid at this very moment.
pub(crate) async fn close(
    app: &App,
    provider: &impl Checkout,
    attempt: &Attempt,
) -> Result<AttemptState, Problem> {
    // 1.
    let Some(session) = page_of(app, provider, attempt).await? else {
        end(app, attempt).await?;
        return Ok(AttemptState::Expired);
    };
    // 2.
    provider.close(&session).await?;
    // 3.
    learn(app, provider, attempt, &session).await
}

/// The provider's name of an attempt's page. `None`: there is none.
pub(super) async fn page_of(
    app: &App,
    provider: &impl Checkout,
    attempt: &Attempt,
) -> Result<Option<String>, Problem> {
    match &attempt.session_id {
        Some(session) => Ok(Some(session.clone())),
        None if attempt::key_lives(attempt.created_at, app.now) => {
            match ask(app, provider, attempt).await {
                Ok(page) => Ok(page.map(|(session, _)| session)),
                Err(Asking::NotOnline(_)) => Ok(None),
                Err(Asking::Problem(problem)) => Err(problem),
            }
        }
        None => Ok(None),
    }
}

/// Asks the provider what became of a page, and hears it as though it had been told. A page that
/// ended without news, or that the provider does not know, is closed here as well.
pub(super) async fn learn(
    app: &App,
    provider: &impl Checkout,
    attempt: &Attempt,
    session: &str,
) -> Result<AttemptState, Problem> {
    let found = match provider.look_up(session).await {
        Ok(found) => Some(found),
        Err(Trouble::Refused(_)) => None,
        Err(unsure) => return Err(unsure.into()),
    };
    let event = found
        .as_deref()
        .map(|found| Event::looked_up(found, app.config.takes_real_money(), app.now))
        .transpose()
        .map_err(|_unread| Problem::Odd("the provider's record of a page cannot be read"))?;
    let still_open = event.as_ref().is_some_and(Event::is_open);
    let told = match &event {
        Some(event) => hear(app, event, None).await?,
        None => None,
    };
    match told {
        Some(state) => Ok(state.max(attempt.state)),
        None if still_open => Ok(attempt.state),
        None => {
            end(app, attempt).await?;
            Ok(AttemptState::Expired.max(attempt.state))
        }
    }
}
