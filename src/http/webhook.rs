//! What the payment provider tells us, unasked.

use axum::response::IntoResponse as _;
use http::StatusCode;

use super::Error;
use super::guard::Provider;
use super::page::Answer;
use crate::domain::payment::stripe::Event;
use crate::paying::hear;

/// `POST /webhooks/stripe`
///
/// 1. the body is an event; 2. what it says is written down; 3. 200, whatever it said: what staff have
/// to look at is at the exceptions desk. A failure of ours is a 500, so that it is sent again.
pub(crate) async fn stripe(provider: Provider) -> Answer {
    let Provider { app, body } = provider;
    // 1.
    let raw = std::str::from_utf8(&body).ok();
    let (Some(raw), Ok(event)) = (raw, Event::parse(&body)) else {
        return Err(Error::bad_request("This is not an event."));
    };
    // 2.
    hear(&app, &event, Some(raw))
        .await
        .map_err(|problem| Error::internal(problem.to_string()))?;
    // 3.
    Ok(StatusCode::OK.into_response())
}
