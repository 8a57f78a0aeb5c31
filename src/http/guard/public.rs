//! Pages for everybody: signing in, where mailed links land, set-up. They ask no D1 of their own.

use http::request::Parts;

use super::{FromAddress, Guard};
use crate::app::App;
use crate::http::chrome::{Chrome, Nobody};
use crate::http::fields::Bounds;
use crate::http::{Argument, Error};

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

impl<A: FromAddress> Guard for Public<A> {
    const NAME: &'static str = "anonymous";
}

impl<A: FromAddress> Argument for Public<A> {
    async fn take(parts: &mut Parts) -> Result<Self, Error> {
        let app = super::app(parts)?;
        parts.extensions.insert(Bounds::STRANGER);
        let args = A::from_address(parts).await?;
        let branding = app.branding.read_or_plain(app.now).await;
        let chrome = Chrome::new(&app, parts, &branding, Nobody);
        Ok(Self {
            chrome,
            args,
            head: parts.clone(),
            app,
        })
    }
}
