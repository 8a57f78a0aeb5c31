//! Members of staff, by the role they need at least.

use std::marker::PhantomData;

use http::request::Parts;

use super::{Asking, Guard, Load, Page, Pending};
use crate::app::App;
use crate::domain::id::{ClientId, SessionId, StaffId};
use crate::domain::next::Side;
use crate::domain::role::Role;
use crate::domain::time::Millis;
use crate::http::chrome::Chrome;
use crate::http::cookie::{self, Ticket};
use crate::http::news::News;
use crate::http::{Argument, Error, Reason};
use crate::store::audit::{Entry, Principal};
use crate::store::session;
use crate::store::viewer::Asker;

/// A sensitive act needs a proof of identity no older than this.
pub(super) const FRESH: Millis = Millis::minutes(10);

/// What a route asks of a member of staff.
pub(crate) trait Rank: Send + 'static {
    /// The least role.
    const LEAST: Role;
    /// Whether the proof of identity must be fresh (step-up).
    const FRESH: bool = false;
    /// Whether it is open to who must set a second factor up before anything else.
    const WITHOUT_FACTOR: bool = false;
    /// The guard's name in the access table.
    const NAME: &'static str;
}

/// The way to a second factor, and out: open to who must set one up before anything else.
pub(crate) struct WayRole;
impl Rank for WayRole {
    const LEAST: Role = Role::Member;
    const WITHOUT_FACTOR: bool = true;
    const NAME: &'static str = "staff:way";
}

/// One's own second factor.
pub(crate) struct EnrollingRole;
impl Rank for EnrollingRole {
    const LEAST: Role = Role::Member;
    const FRESH: bool = true;
    const WITHOUT_FACTOR: bool = true;
    const NAME: &'static str = "staff:enrolling";
}

/// Anybody on the staff.
pub(crate) struct AnyRole;
impl Rank for AnyRole {
    const LEAST: Role = Role::Member;
    const NAME: &'static str = "staff";
}

/// Anybody on the staff who has just proven who they are.
pub(crate) struct SureRole;
impl Rank for SureRole {
    const LEAST: Role = Role::Member;
    const FRESH: bool = true;
    const NAME: &'static str = "staff:fresh";
}

/// Admins and owners.
pub(crate) struct AdminRole;
impl Rank for AdminRole {
    const LEAST: Role = Role::Admin;
    const NAME: &'static str = "staff:admin";
}

/// Admins and owners who have just proven who they are.
pub(crate) struct ManagerRole;
impl Rank for ManagerRole {
    const LEAST: Role = Role::Admin;
    const FRESH: bool = true;
    const NAME: &'static str = "staff:admin:fresh";
}

/// A member of staff who proves again who they are, or leaves; with or without the second factor they must have.
pub(crate) type WayOut<L = ()> = StaffOf<WayRole, L>;
/// A member of staff at their own second factor, whose proof of identity is fresh.
pub(crate) type Enrolling<L = ()> = StaffOf<EnrollingRole, L>;
/// A member of staff of any role, with what the page loaded.
pub(crate) type Staff<L = ()> = StaffOf<AnyRole, L>;
/// A member of staff whose proof of identity is fresh.
pub(crate) type SureStaff<L = ()> = StaffOf<SureRole, L>;
/// An admin or owner.
pub(crate) type Admin<L = ()> = StaffOf<AdminRole, L>;
/// An admin or owner whose sign-in is fresh.
pub(crate) type Manager<L = ()> = StaffOf<ManagerRole, L>;

/// Who is signed in, as templates and the audit log know them.
#[derive(Debug, Clone)]
pub(crate) struct Me {
    /// The member of staff.
    pub(crate) id: StaffId,
    /// The session of this browser.
    pub(crate) session: SessionId,
    /// Name.
    pub(crate) name: String,
    /// Address.
    pub(crate) email: String,
    /// Role.
    pub(crate) role: Role,
    /// How much is new since they last looked.
    pub(crate) news: News,
    /// Where the request came from.
    pub(crate) address: String,
}

impl Me {
    /// The audit entry of something they did that is about no client; `detail` is words for people.
    pub(crate) fn entry(&self, action: &'static str, detail: impl Into<String>) -> Entry {
        Entry {
            principal: Principal::Staff(self.id, self.name.clone()),
            action,
            entity: None,
            client: None,
            detail: detail.into(),
            address: self.address.clone(),
        }
    }

    /// The audit entry of something they did to a row of a client.
    pub(crate) fn did(
        &self,
        action: &'static str,
        client: ClientId,
        row: impl ToString,
        detail: impl Into<String>,
    ) -> Entry {
        Entry {
            entity: Some(row.to_string()),
            client: Some(client),
            ..self.entry(action, detail)
        }
    }
}

/// Proof of a signed-in member of staff of at least `R`, with the page's data.
pub(crate) struct StaffOf<R, L = ()> {
    /// The parts of the request.
    pub(crate) app: App,
    /// What surrounds the page; `chrome.me` is who is signed in.
    pub(crate) chrome: Chrome<Me>,
    /// What the page asked from D1.
    pub(crate) page: L,
    proof: PhantomData<R>,
}

impl<R, L> StaffOf<R, L> {
    /// Who is signed in.
    pub(crate) fn me(&self) -> &Me {
        &self.chrome.me
    }
}

impl<R: Rank, L: Load> Guard for StaffOf<R, L> {
    const NAME: &'static str = R::NAME;
}

impl<R: Rank, L: Load> Argument for StaffOf<R, L> {
    async fn take(parts: &mut Parts) -> Result<Self, Error> {
        let mut page = Page::<L>::new();
        let (app, chrome) = admit(parts, &mut page, Needs::of::<R>()).await?;
        Ok(Self {
            app,
            chrome,
            page: page.take()?,
            proof: PhantomData,
        })
    }
}

/// What a [`Rank`] asks of whoever comes.
struct Needs {
    least: Role,
    fresh: bool,
    without_factor: bool,
}

impl Needs {
    const fn of<R: Rank>() -> Self {
        Self {
            least: R::LEAST,
            fresh: R::FRESH,
            without_factor: R::WITHOUT_FACTOR,
        }
    }

    /// Whether this session of theirs is enough.
    fn met_by(&self, row: &session::StaffRow, app: &App, parts: &Parts) -> Result<(), Error> {
        if row.lacks_factor && !self.without_factor {
            return Err(Reason::LacksFactor.into());
        }
        if row.role < self.least {
            return Err(Reason::Forbidden(
                "Your role does not include this. Please ask an owner or admin of your portal.",
            )
            .into());
        }
        if self.fresh && app.now.since(row.confirmed_at) > FRESH {
            return Err(Reason::Confirm {
                side: Side::Staff,
                next: Side::Staff.next_of(parts),
                person: row.staff_id.to_string(),
            }
            .into());
        }
        Ok(())
    }
}

fn sign_in(parts: &Parts) -> Error {
    Reason::SignIn {
        side: Side::Staff,
        next: Side::Staff.next_of(parts),
    }
    .into()
}

/// The cookie of a session that may be live.
fn ticket(app: &App, parts: &Parts) -> Result<Ticket, Error> {
    let ticket = Ticket::of(&parts.headers, Side::Staff, &app.config.keys, app.now);
    ticket.ok_or_else(|| sign_in(parts))
}

/// The way through this door, for all pages and ranks: 1. the cookie's signature and age, without D1; 2. what
/// the address says; 3. the session's row and the page's data in one batch; 4. role and freshness; 5. the
/// page's data.
fn admit<'p>(
    parts: &'p mut Parts,
    page: &'p mut dyn Asking,
    needs: Needs,
) -> Pending<'p, Result<(App, Chrome<Me>), Error>> {
    Box::pin(async move {
        // 1.
        let app = super::app(parts)?;
        let ticket = ticket(&app, parts)?;
        // 2.
        let asker = Asker {
            session: ticket.session,
            side: Side::Staff,
            preview: false,
            now: app.now,
            module: None,
            also: None,
        };
        let statements = page.ask(parts, &asker).await;
        // 3.
        let mut batch = vec![session::staff_member(ticket.session, app.now)];
        batch.extend(cookie::touch(&app, ticket, Side::Staff));
        let own = batch.len();
        batch.extend(statements);
        let mut results = app.db.read(batch).await?;
        let row: Option<session::StaffRow> = results.first()?;
        for _ in 1..own {
            results.skip()?;
        }
        // 4.
        let row = row.ok_or_else(|| sign_in(parts))?;
        needs.met_by(&row, &app, parts)?;
        let me = Me {
            id: row.staff_id,
            session: ticket.session,
            name: row.name,
            email: row.email,
            role: row.role,
            news: News(row.news),
            address: super::super::visitor::address(&parts.headers),
        };
        // 5.
        page.read(&mut results, app.now)?;
        let chrome = Chrome::new(&app, parts, &row.branding, me);
        Ok((app, chrome))
    })
}
