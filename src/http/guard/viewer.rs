//! Contacts of a client, by the module a page belongs to.
//!
//! The guard's own statement tells a dead session from a closed portal; what the page shows is
//! read through the viewer predicate and is empty in both cases.

use std::marker::PhantomData;

use http::request::Parts;

use super::staff::FRESH;
use super::{Asking, Guard, Load, Page, Pending};
use crate::app::App;
use crate::domain::id::{AccountId, ClientId, ContactId, SessionId};
use crate::domain::module::{Module, Modules};
use crate::domain::next::Side;
use crate::http::allowance::{Spent, Within};
use crate::http::chrome::Chrome;
use crate::http::cookie::{self, Ticket};
use crate::http::news::News;
use crate::http::preview::{self, Pass};
use crate::http::{Argument, Error, Reason};
use crate::store::preview::PreviewRow;
use crate::store::session;
use crate::store::viewer::Asker;

/// The part of the portal that a page belongs to.
pub(crate) trait Scope: Send + 'static {
    /// The module that must be on.
    const MODULE: Option<Module>;
    /// A second module that must be on.
    const ALSO: Option<Module> = None;
    /// Whether the proof of identity must be fresh (step-up).
    const FRESH: bool = false;
    /// Whether it is open while the portal of this client is not.
    const WHILE_CLOSED: bool = false;
    /// The guard's name in the access table.
    const NAME: &'static str;
}

/// What every client has: the dashboard and the profile.
pub(crate) struct Portal;
impl Scope for Portal {
    const MODULE: Option<Module> = None;
    const NAME: &'static str = "contact";
}

/// The way out, to another client or out of all: open while this client's portal is closed.
pub(crate) struct Leaving;
impl Scope for Leaving {
    const MODULE: Option<Module> = None;
    const WHILE_CLOSED: bool = true;
    const NAME: &'static str = "contact:leaving";
}

/// What changes how one signs in: only for who has just proven who they are.
pub(crate) struct Sure;
impl Scope for Sure {
    const MODULE: Option<Module> = None;
    const FRESH: bool = true;
    const NAME: &'static str = "contact:fresh";
}

/// Documents shared with the client.
pub(crate) struct Shared;
impl Scope for Shared {
    const MODULE: Option<Module> = Some(Module::Documents);
    const NAME: &'static str = "contact:documents";
}

/// Sending documents.
pub(crate) struct Sending;
impl Scope for Sending {
    const MODULE: Option<Module> = Some(Module::Documents);
    const ALSO: Option<Module> = Some(Module::Uploads);
    const NAME: &'static str = "contact:uploads";
}

/// Invoices.
pub(crate) struct Invoiced;
impl Scope for Invoiced {
    const MODULE: Option<Module> = Some(Module::Billing);
    const NAME: &'static str = "contact:billing";
}

/// Paying them.
pub(crate) struct Paying;
impl Scope for Paying {
    const MODULE: Option<Module> = Some(Module::Billing);
    const ALSO: Option<Module> = Some(Module::Payments);
    const NAME: &'static str = "contact:payments";
}

/// Projects.
pub(crate) struct Planned;
impl Scope for Planned {
    const MODULE: Option<Module> = Some(Module::Projects);
    const NAME: &'static str = "contact:projects";
}

/// Tasks.
pub(crate) struct Tasked;
impl Scope for Tasked {
    const MODULE: Option<Module> = Some(Module::Tasks);
    const NAME: &'static str = "contact:tasks";
}

/// Support tickets.
pub(crate) struct Supported;
impl Scope for Supported {
    const MODULE: Option<Module> = Some(Module::SupportTickets);
    const NAME: &'static str = "contact:support_tickets";
}

/// Messages.
pub(crate) struct Messaging;
impl Scope for Messaging {
    const MODULE: Option<Module> = Some(Module::Messages);
    const NAME: &'static str = "contact:messages";
}

/// Time.
pub(crate) struct Timed;
impl Scope for Timed {
    const MODULE: Option<Module> = Some(Module::TimeLogs);
    const NAME: &'static str = "contact:time-logs";
}

/// Another client of the same person.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Other {
    /// The contact to switch to.
    pub(crate) contact_id: ContactId,
    /// Name of the client.
    pub(crate) client_name: String,
}

/// Who is signed in, as templates and the audit log know them.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    /// The contact.
    pub(crate) id: ContactId,
    /// The login.
    pub(crate) account: AccountId,
    /// The session of this browser.
    pub(crate) session: SessionId,
    /// The client that is open.
    pub(crate) client: ClientId,
    /// Its name.
    pub(crate) client_name: String,
    /// Name of the person.
    pub(crate) name: String,
    /// First name, for a greeting.
    pub(crate) first_name: String,
    /// Last name.
    pub(crate) last_name: String,
    /// Address.
    pub(crate) email: String,
    /// Whether a password is set.
    pub(crate) has_password: bool,
    /// Clients this person can switch to.
    pub(crate) others: Vec<Other>,
    /// Whether Documents is on.
    pub(crate) documents: bool,
    /// What is on.
    pub(crate) modules: Modules,
    /// How much is new since they last looked.
    pub(crate) news: News,
    /// Where the request came from.
    pub(crate) address: String,
    /// Staff looking as this contact, in place of them.
    pub(crate) preview: Option<Preview>,
}

/// Somebody who can be looked as.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Face {
    /// The contact.
    pub(crate) id: ContactId,
    /// Name of the person.
    pub(crate) name: String,
}

/// What the banner of a preview says.
#[derive(Debug, Clone)]
pub(crate) struct Preview {
    /// Whether a contact is looked as, and not just the client.
    pub(crate) is_named: bool,
    /// Whether that contact could come in now.
    pub(crate) is_open: bool,
    /// The contacts of the client.
    pub(crate) people: Vec<Face>,
}

impl Who {
    /// Whether they see projects.
    pub(crate) const fn projects(&self) -> bool {
        self.modules.has(Module::Projects)
    }
    /// Whether they see tasks.
    pub(crate) const fn tasks(&self) -> bool {
        self.modules.has(Module::Tasks)
    }
    /// Whether they see support tickets.
    pub(crate) const fn tickets(&self) -> bool {
        self.modules.has(Module::SupportTickets)
    }
    /// Whether they see messages.
    pub(crate) const fn messages(&self) -> bool {
        self.modules.has(Module::Messages)
    }
    /// Whether they may send documents.
    pub(crate) const fn uploads(&self) -> bool {
        self.documents && self.modules.has(Module::Uploads)
    }
    /// Whether they see time.
    pub(crate) const fn time_logs(&self) -> bool {
        self.modules.has(Module::TimeLogs)
    }
    /// Whether they see invoices.
    pub(crate) const fn billing(&self) -> bool {
        self.modules.has(Module::Billing)
    }
    /// Whether they may pay them.
    pub(crate) const fn payments(&self) -> bool {
        self.billing() && self.modules.has(Module::Payments)
    }
}

/// Proof of a contact who may see `M` now, with the page's data.
pub(crate) struct Viewer<M, L = ()> {
    /// The parts of the request.
    pub(crate) app: App,
    /// What surrounds the page; `chrome.me` is who is signed in.
    pub(crate) chrome: Chrome<Who>,
    /// What the page asked from D1.
    pub(crate) page: L,
    proof: PhantomData<M>,
}

impl<M: Scope, L> Viewer<M, L> {
    /// Who asks, for what is written through the viewer predicate: never a preview, which writes nothing.
    pub(crate) fn asker(&self) -> Asker {
        Asker {
            session: self.me().session,
            side: Side::Client,
            preview: false,
            now: self.app.now,
            module: M::MODULE,
            also: M::ALSO,
        }
    }
}

impl<M, L> Viewer<M, L> {
    /// Who is signed in.
    pub(crate) fn me(&self) -> &Who {
        &self.chrome.me
    }
}

impl<M, L> Viewer<M, Within<L>> {
    /// The same without what they have spent, and that.
    pub(crate) fn split(self) -> (Viewer<M, L>, Spent) {
        let Within { page, spent } = self.page;
        let viewer = Viewer {
            app: self.app,
            chrome: self.chrome,
            page,
            proof: self.proof,
        };
        (viewer, spent)
    }
}

impl<M: Scope, L: Load> Guard for Viewer<M, L> {
    const NAME: &'static str = M::NAME;
}

impl<M: Scope, L: Load> Argument for Viewer<M, L> {
    async fn take(parts: &mut Parts) -> Result<Self, Error> {
        let needs = Needs {
            modules: [M::MODULE, M::ALSO],
            while_closed: M::WHILE_CLOSED,
            fresh: M::FRESH,
        };
        let mut page = Page::<L>::new();
        let (app, chrome) = admit(parts, &mut page, needs).await?;
        Ok(Self {
            app,
            chrome,
            page: page.take()?,
            proof: PhantomData,
        })
    }
}

/// What a [`Scope`] asks of whoever comes.
struct Needs {
    modules: [Option<Module>; 2],
    while_closed: bool,
    fresh: bool,
}

fn sign_in(parts: &Parts) -> Error {
    Reason::SignIn {
        side: Side::Client,
        next: Side::Client.next_of(parts),
    }
    .into()
}

/// The cookie of a preview or else of a session, that may be live.
fn ticket(app: &App, parts: &Parts) -> Result<(Option<Pass>, Ticket), Error> {
    let pass = Pass::of(app, &parts.headers)?;
    let ticket = match &pass {
        Some(pass) => Some(pass.preview),
        None => Ticket::of(&parts.headers, Side::Client, &app.config.keys, app.now),
    };
    Ok((pass, ticket.ok_or_else(|| sign_in(parts))?))
}

/// The way through this door, for all pages and scopes: 1. the cookie's signature and age, without D1; a
/// preview's stands before a session's; 2. what the address says; 3. the row of session or preview and the
/// page's data in one batch; 4. portal, module and freshness; 5. the page's data.
fn admit<'p>(
    parts: &'p mut Parts,
    page: &'p mut dyn Asking,
    needs: Needs,
) -> Pending<'p, Result<(App, Chrome<Who>), Error>> {
    Box::pin(async move {
        // 1.
        let app = super::app(parts)?;
        let (pass, ticket) = ticket(&app, parts)?;
        // 2.
        let [module, also] = needs.modules;
        let asker = Asker {
            session: ticket.session,
            side: Side::Client,
            preview: pass.is_some(),
            now: app.now,
            module,
            also,
        };
        let statements = page.ask(parts, &asker).await;
        // 3.
        let mut batch = match &pass {
            Some(pass) => pass.statements(&app, parts)?.into(),
            None => vec![session::contact(ticket.session, app.now)],
        };
        if pass.is_none() {
            batch.extend(cookie::touch(&app, ticket, Side::Client));
        }
        let own = batch.len();
        batch.extend(statements);
        let mut results = app.db.read(batch).await?;
        let (row, preview) = if pass.is_some() {
            let row: Option<PreviewRow> = results.first()?;
            let row = row.ok_or_else(|| preview::over(&app))?;
            let preview = Preview {
                is_named: row.is_named,
                is_open: row.seen.portal_open,
                people: serde_json::from_str(&row.people)?,
            };
            (Some(row.seen), Some(preview))
        } else {
            (results.first::<session::ContactRow>()?, None)
        };
        for _ in 1..own {
            results.skip()?;
        }
        // 4.
        let row = row.ok_or_else(|| sign_in(parts))?;
        let others: Vec<Other> = serde_json::from_str(&row.others)?;
        if !row.portal_open && !needs.while_closed && preview.is_none() {
            return Err(Reason::PortalClosed(Some(others)).into());
        }
        if !row.same_epoch && !needs.while_closed {
            return Err(sign_in(parts));
        }
        let modules =
            Modules::from_bits(row.modules).map_err(|_bits| Error::internal("unknown modules"))?;
        let mut needed = needs.modules.into_iter().flatten();
        if needed.any(|module| !modules.has(module)) {
            return Err(Reason::NotFound.into());
        }
        if needs.fresh && app.now.since(row.confirmed_at) > FRESH {
            return Err(Reason::Confirm {
                side: Side::Client,
                next: Side::Client.next_of(parts),
                person: row.account_id.to_string(),
            }
            .into());
        }
        let who = Who {
            id: row.contact_id,
            account: row.account_id,
            session: ticket.session,
            client: row.client_id,
            client_name: row.client_name,
            name: format!("{} {}", row.first_name, row.last_name)
                .trim()
                .to_owned(),
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            has_password: row.has_password,
            others,
            documents: modules.has(Module::Documents),
            modules,
            news: News(row.news),
            address: super::super::visitor::address(&parts.headers),
            preview,
        };
        // 5.
        page.read(&mut results, app.now)?;
        let chrome = Chrome::new(&app, parts, &row.branding, who);
        Ok((app, chrome))
    })
}
