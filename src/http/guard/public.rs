//! Pages for everybody: signing in, where mailed links land, set-up. They ask no D1 of their own.

use std::sync::Arc;

use http::request::Parts;

use super::{FromAddress, Guard};
use crate::app::App;
use crate::domain::branding::Branding;
use crate::http::chrome::{Chrome, Nobody};
use crate::http::fields::Bounds;
use crate::http::{Argument, Error};
use crate::store::branding;

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
        let branding = look(&app, parts).await?;
        let chrome = Chrome::new(&app, parts, &branding, Nobody);
        Ok(Self {
            chrome,
            args,
            head: parts.clone(),
            app,
        })
    }
}

/// How the business looks. A page gets a plain look where KV does not answer; what is sent may write a mail, which
/// never goes out in another name than the business's: so D1 is asked then.
async fn look(app: &App, parts: &Parts) -> Result<Arc<Branding>, Error> {
    if parts.method.is_safe() {
        return Ok(app.branding.read_or_plain(app.now).await);
    }
    if let Ok(known) = app.branding.read(app.now).await {
        return Ok(known);
    }
    let truth: Option<Branding> = app.db.run(branding::truth()).await?.first()?;
    Ok(Arc::new(truth.unwrap_or_default()))
}
