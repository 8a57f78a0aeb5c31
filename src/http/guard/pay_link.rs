//! Whoever holds the link of one invoice: no account, no session, nothing but that invoice.
//!
//! The token stands in the address and D1 knows its hash. A link that was revoked, never existed, or
//! whose client was archived is one and the same page.

use http::request::Parts;

use super::{FromAddress, Guard, said};
use crate::app::App;
use crate::domain::token::{Purpose, Secret};
use crate::http::chrome::{Chrome, Nobody};
use crate::http::fields::Bounds;
use crate::http::{Argument, Error, Reason};
use crate::store::branding::{self, Branding};
use crate::store::pay_link::{self, Link};
use crate::store::{Results, Statement};

/// What a page behind a link needs from D1, declared before the one round trip that also proves the
/// link. Its statements read through `store::pay_link::LINK`.
pub(crate) trait ByLink: Sized + Send + 'static {
    /// What the address says besides the token.
    type Args: FromAddress;
    /// The statements, for the link of that hash.
    fn statements(args: &Self::Args, app: &App, token: &Secret) -> Result<Vec<Statement>, Error>;
    /// Reads the answers in the order of the statements. `None`: there is no such thing.
    fn read(args: Self::Args, app: &App, results: &mut Results) -> Result<Option<Self>, Error>;
}

/// Proof of a link that works, with the page's data.
pub(crate) struct PayLink<L> {
    /// The parts of the request.
    pub(crate) app: App,
    /// What surrounds the page.
    pub(crate) chrome: Chrome<Nobody>,
    /// The link.
    pub(crate) link: Link,
    /// Its token, for addresses behind it.
    pub(crate) token: Secret,
    /// What the page asked from D1.
    pub(crate) page: L,
}

impl<L> PayLink<L> {
    /// The address of the invoice.
    pub(crate) fn home(&self) -> String {
        format!("/invoice/{}", self.token.expose())
    }
}

impl<L: ByLink> Guard for PayLink<L> {
    const NAME: &'static str = "pay-link";
}

impl<L: ByLink> Argument for PayLink<L> {
    /// 1. the token has the form of one; 2. what the address says; 3. the link and the page's data in
    /// one batch; 4. the page's data.
    async fn take(parts: &mut Parts) -> Result<Self, Error> {
        let app = super::app(parts)?;
        parts.extensions.insert(Bounds::STRANGER);
        // 1.
        let values = said::values(parts).unwrap_or_default();
        let token = values.iter().find(|(name, _)| name == "token");
        let token = token.and_then(|(_, text)| Secret::parse(Purpose::Pay, text).ok());
        let token = token.ok_or(Reason::DeadLink)?;
        // 2.
        let args = L::Args::from_address(parts).await;
        // 3.
        let hash = token.hash().to_string();
        let mut batch = vec![branding::truth(), pay_link::by_hash(&hash)];
        if let Ok(args) = &args {
            batch.extend(L::statements(args, &app, &token)?);
        }
        let mut results = app.db.read(batch).await?;
        let look: Branding = results.first()?.unwrap_or_default();
        let link: Link = results.first()?.ok_or(Reason::DeadLink)?;
        // 4.
        let page = L::read(args?, &app, &mut results)?.ok_or(Reason::NotFound)?;
        let chrome = Chrome::new(&app, parts, &look, Nobody);
        Ok(Self {
            app,
            chrome,
            link,
            token,
            page,
        })
    }
}
