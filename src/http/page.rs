//! Answers: a page from a template, a redirect after a POST, JSON for scripts.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use worker::js_sys::Uint8Array;
use worker::send::SendWrapper;
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::web_sys::ReadableStream;

use super::Error;
use crate::domain::next::Side;

/// What a handler gives back.
pub(crate) type Answer = Result<Response, Error>;

/// A page, 200.
pub(crate) fn page(template: &impl Template) -> Answer {
    page_with(StatusCode::OK, template)
}

/// A form that needs another look, 422: its fields say why.
pub(crate) fn try_again(template: &impl Template) -> Answer {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// A page with a status of its own.
#[expect(
    clippy::unnecessary_wraps,
    reason = "handlers end with it, beside what may fail"
)]
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Answer {
    let Ok(html) = template.render();
    Ok(text(status, "text/html; charset=utf-8", html))
}

fn text(status: StatusCode, kind: &'static str, text: String) -> Response {
    let kind = HeaderValue::from_static(kind);
    (status, [(CONTENT_TYPE, kind)], text).into_response()
}

/// See other, 303: the next page is a GET of `to`, a path of ours.
pub(crate) fn see(to: &str) -> Answer {
    let to = HeaderValue::from_str(to).map_err(|error| Error::internal(error.to_string()))?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response())
}

/// The address of a page that leads on to `next`, a path of the side, when it is done.
pub(crate) fn with_next(to: &str, side: Side, next: &str) -> String {
    if next == side.home() {
        to.to_owned()
    } else {
        format!("{to}?next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))
    }
}

/// JSON for our own scripts.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    Ok(text(
        status,
        "application/json",
        serde_json::to_string(body)?,
    ))
}

/// The bytes of an answer as the runtime's own stream, which never enters the worker's memory.
#[derive(Clone)]
pub(crate) struct Outgoing(pub(crate) SendWrapper<ReadableStream>);

impl Outgoing {
    /// Bytes that are made as they are asked for: `next` gives some and what makes the rest, until there is none.
    /// Where it fails the answer breaks off, so that nobody takes it for whole.
    pub(crate) fn made<S, F, N>(start: S, next: N) -> Self
    where
        S: 'static,
        F: Future<Output = Result<Option<(Vec<u8>, S)>, Error>> + 'static,
        N: Fn(S) -> F + 'static,
    {
        let made = futures_util::stream::try_unfold(start, next).map(|piece| match piece {
            Ok(bytes) => Ok(Uint8Array::from(bytes.as_slice()).into()),
            Err(error) => {
                let cause = error.cause().unwrap_or_default();
                worker::console_error!("a file that is made broke off: {cause}");
                Err(JsValue::from_str("broke off"))
            }
        });
        let stream = wasm_streams::ReadableStream::from_stream(made).into_raw();
        Self(SendWrapper::new(stream.unchecked_into()))
    }
}
