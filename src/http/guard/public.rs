//! Pages for everybody: signing in, where mailed links land, set-up. They ask no D1 of their own.

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::{FromAddress, Guard};
use crate::app::App;
use crate::http::Error;
use crate::http::chrome::{Chrome, Nobody};
use crate::http::fields::Bounds;

/// Anybody, signed in or not; `A` is what the address says.
pub(crate) struct Public<A = ()> {
    /// The parts of the request.
    pub(crate) app: App,
    /// What surrounds the page.
    pub(crate) chrome: Chrome<Nobody>,
    /// Path and query.
    pub(crate) args: A,
    /// The request's head, for cookies and the visitor's address.
    pub(crate) head: Parts,
}

impl<A> Guard for Public<A> {
    const NAME: &'static str = "anonymous";
}

impl<S: Sync, A: FromAddress> FromRequestParts<S> for Public<A> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let app = super::app(parts)?;
        parts.extensions.insert(Bounds::STRANGER);
        let args = A::from_address(parts).await?;
        let branding = app.branding.read(app.now).await?;
        let chrome = Chrome::new(&app, parts, &branding, Nobody);
        Ok(Self {
            chrome,
            args,
            head: parts.clone(),
            app,
        })
    }
}
