//! `GET /.well-known/security.txt`, for whoever finds a weakness. Asks no D1.

use axum::response::IntoResponse as _;
use http::header::{CONTENT_TYPE, HeaderValue};

use super::guard::Public;
use super::headers::Cache;
use super::page::Answer;
use crate::domain::security_txt;
use crate::outbound::mail::Mailbox;

/// The support e-mail of the branding; without one the address that mail is from; without either
/// the sign-in page, which names whom to ask.
pub(crate) async fn show(public: Public) -> Answer {
    let (app, brand) = (&public.app, &public.chrome.brand);
    let sender = app.mailer.sender(&brand.name);
    let email = brand
        .support_email
        .as_deref()
        .or_else(|| sender.as_ref().map(Mailbox::address));
    let text = security_txt::render(email, app.config.base_url.origin(), app.now);
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response = ([(CONTENT_TYPE, kind)], text).into_response();
    response.extensions_mut().insert(Cache::Day);
    Ok(response)
}
