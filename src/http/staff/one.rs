//! One member of staff: name, role, deactivation, a new invitation.

use askama::Template;

use super::{PATH, allowed, entry, invite as mail};
use crate::app::App;
use crate::domain::id::StaffId;
use crate::domain::invitation::RevokedReason;
use crate::domain::role::{self, Role, RoleRefused};
use crate::domain::staff::StaffState;
use crate::domain::text::Name;
use crate::domain::time::Timestamp;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Manager, Me};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields, Reason, kept};
use crate::store::settings::{self, Security};
use crate::store::staff::{self, Member, Seen};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// The member of staff that the path names, with how long a new invitation would live.
pub(crate) struct One {
    member: Member,
    security: Security,
}

impl Load for One {
    type Args = InPath<StaffId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![staff::one(*id), settings::security()]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let (member, security) = (results.first()?, results.first()?);
        Ok(member
            .zip(security)
            .map(|(member, security)| Self { member, security }))
    }
}

#[derive(Template)]
#[template(path = "staff/one.html")]
struct Page {
    chrome: Chrome<Me>,
    member: Member,
    form: Fields,
    state: StaffState,
    seen: String,
    /// Empty where one's own role is not for oneself to change.
    roles: Vec<Role>,
    /// Why nothing here can be changed by this person; empty where it can.
    refused: String,
    is_me: bool,
}

impl Page {
    fn new(chrome: Chrome<Me>, member: Member, form: Fields, now: Timestamp) -> Self {
        let me = &chrome.me;
        let is_me = me.id == member.id;
        let refused = role::decide_touch(me.role, member.role).err();
        Self {
            state: member.state(now),
            seen: member
                .seen_at
                .map_or_else(|| "never".to_owned(), |at| at.ago(now)),
            roles: match (is_me, refused) {
                (true, _) => Vec::new(),
                // What cannot be changed is shown all the same.
                (false, Some(_)) => vec![member.role],
                (false, None) => me.role.grantable().collect(),
            },
            refused: refused.map_or_else(String::new, |refused| refused.to_string()),
            is_me,
            chrome,
            member,
            form,
        }
    }

    /// Whether a new invitation can go out.
    fn can_invite(&self) -> bool {
        self.refused.is_empty() && matches!(self.state, StaffState::Invited(_))
    }

    /// Whether who looks at the page can take this person's second step away.
    fn can_take_factor(&self) -> bool {
        self.member.has_factor && !self.is_me && self.chrome.me.role.may_manage_owners()
    }

    /// Whether this person can be deactivated by who looks at the page.
    fn can_deactivate(&self) -> bool {
        self.refused.is_empty() && !self.is_me && self.member.deactivated_at.is_none()
    }
}

fn path(id: StaffId) -> String {
    format!("{PATH}/{id}")
}

/// `GET /admin/settings/staff/{id}`
pub(crate) async fn form(mut staff: Manager<One>) -> Answer {
    let me = staff.me().id.to_string();
    let typed = kept::again(&staff.app, &mut staff.chrome, &me);
    let member = staff.page.member;
    let form = typed.unwrap_or_else(|| {
        Fields::filled([
            ("name", member.name.clone()),
            ("role", member.role.as_str().to_owned()),
        ])
    });
    page(&Page::new(staff.chrome, member, form, staff.app.now))
}

/// `POST /admin/settings/staff/{id}`
///
/// 1. whether this person may be touched; 2. what was typed and what the roles say to it; 3. the
/// change with what it ends and its audit entry, in one batch.
pub(crate) async fn save(staff: Manager<One>, mut form: Fields) -> Answer {
    let Manager {
        app, chrome, page, ..
    } = staff;
    let (me, member) = (&chrome.me, &page.member);
    // 1.
    role::decide_touch(me.role, member.role).map_err(refuse)?;
    // 2.
    let is_me = me.id == member.id;
    let name = form.required("name", Name::parse);
    let role = if is_me && form.text("role").is_empty() {
        Some(member.role)
    } else {
        let new = form.required("role", Role::parse);
        new.and_then(|new| {
            let decided =
                role::decide_role_change(me.role, member.role, new, is_me, member.owners_left);
            allowed(&mut form, decided)
        })
    };
    let (Some(name), Some(role)) = (name, role) else {
        return try_again(&Page::new(chrome, page.member, form, app.now));
    };
    // 3.
    let mut writes = Vec::new();
    let mut said = "Your changes are saved.".to_owned();
    if name.as_str() != member.name {
        writes.push(staff::rename(member.id, &name));
        let detail = format!("{} is {name} now", member.name);
        writes.push(entry(&app, me, member.id, "staff.changed", detail)?);
    }
    if role != member.role {
        writes.push(staff::change_role(member.id, role));
        writes.extend(staff::shut_out(member.id, RevokedReason::Removed, app.now));
        let detail = format!("{name}: {} → {}", member.role.label(), role.label());
        writes.push(entry(&app, me, member.id, "staff.role_changed", detail)?);
        said = if member.joined_at.is_some() {
            format!("{name} is {} now and has to sign in again.", role.label())
        } else {
            format!(
                "{name} is {} now. The link sent before no longer works; please send a new invitation.",
                role.label()
            )
        };
    }
    if writes.is_empty() {
        Flash::success(&app, "Everything was saved like this already.");
        return see(&path(member.id));
    }
    writes.insert(0, staff::still(seen(me, member)));
    match app.db.batch(writes).await {
        Ok(_done) => {}
        Err(store::Error::Conflict(Conflict::LastOwner)) => {
            form.refuse("role", RoleRefused::LastOwner);
            return try_again(&Page::new(chrome, page.member, form, app.now));
        }
        Err(error) => return Err(error.into()),
    }
    Flash::success(&app, said);
    see(&path(page.member.id))
}

/// What was read of both before it was decided.
fn seen(me: &Me, member: &Member) -> Seen {
    Seen {
        actor: (me.id, me.role),
        member: (member.id, member.role),
    }
}

/// A refusal of an act that has no field.
fn refuse(refused: RoleRefused) -> Error {
    match refused {
        RoleRefused::NotAllowed | RoleRefused::OwnerUntouchable | RoleRefused::OwnerMaking => {
            Reason::Forbidden(refused.sentence()).into()
        }
        RoleRefused::LastOwner | RoleRefused::Yourself | RoleRefused::OwnRole => {
            Reason::Unprocessable(refused.to_string()).into()
        }
    }
}

/// Writes what was decided, unless somebody was quicker.
async fn carry_out(app: &App, writes: Vec<Statement>) -> Result<(), Error> {
    match app.db.batch(writes).await {
        Ok(_done) => Ok(()),
        Err(store::Error::Conflict(Conflict::LastOwner)) => Err(refuse(RoleRefused::LastOwner)),
        Err(error) => Err(error.into()),
    }
}

/// `POST /admin/settings/staff/{id}/deactivate`
pub(crate) async fn deactivate(staff: Manager<One>) -> Answer {
    let (app, me, member) = (&staff.app, staff.me(), &staff.page.member);
    let is_me = me.id == member.id;
    role::decide_deactivation(me.role, member.role, is_me, member.owners_left).map_err(refuse)?;
    let mut writes = vec![
        staff::still(seen(me, member)),
        staff::deactivate(member.id, app.now),
    ];
    writes.extend(staff::shut_out(member.id, RevokedReason::Removed, app.now));
    writes.push(entry(
        app,
        me,
        member.id,
        "staff.deactivated",
        member.name.clone(),
    )?);
    carry_out(app, writes).await?;
    Flash::success(
        app,
        format!(
            "{} is deactivated and was signed out. What they did stays on record.",
            member.name
        ),
    );
    see(PATH)
}

/// `POST /admin/settings/staff/{id}/reactivate`
pub(crate) async fn reactivate(staff: Manager<One>) -> Answer {
    let (app, me, member) = (&staff.app, staff.me(), &staff.page.member);
    role::decide_touch(me.role, member.role).map_err(refuse)?;
    let name = &member.name;
    let writes = vec![
        staff::still(seen(me, member)),
        staff::reactivate(member.id),
        entry(app, me, member.id, "staff.reactivated", name.clone())?,
    ];
    carry_out(app, writes).await?;
    let said = if member.joined_at.is_some() {
        format!("{name} can sign in again, with the password from before.")
    } else {
        format!("{name} is active again. Please send a new invitation.")
    };
    Flash::success(app, said);
    see(&path(member.id))
}

/// `POST /admin/settings/staff/{id}/invite`: a new link to join; the one before dies.
pub(crate) async fn invite(staff: Manager<One>) -> Answer {
    let Manager {
        app, chrome, page, ..
    } = staff;
    let member = page.member;
    role::decide_touch(chrome.me.role, member.role).map_err(refuse)?;
    match member.state(app.now) {
        StaffState::Invited(_) => {}
        StaffState::Active => {
            let why = format!("{} has joined already and can sign in.", member.name);
            return Err(Reason::Unprocessable(why).into());
        }
        StaffState::Deactivated => {
            let why = format!("{} is deactivated. Reactivate them first.", member.name);
            return Err(Reason::Unprocessable(why).into());
        }
    }
    let invited = mail::Invited {
        id: member.id,
        name: &member.name,
        email: &member.email,
        role: member.role,
    };
    let joining = mail::compose(&app, &chrome, &invited, page.security.invite_days)?;
    let mut writes = vec![staff::still(seen(&chrome.me, &member))];
    writes.extend(staff::revoke_links(
        member.id,
        RevokedReason::Replaced,
        app.now,
    ));
    writes.extend(joining.writes);
    let detail = member.name.clone();
    writes.push(entry(
        &app,
        &chrome.me,
        member.id,
        "staff.invited_again",
        detail,
    )?);
    carry_out(&app, writes).await?;
    let told = mail::told(&app, "The new invitation", &member.email, &joining.until);
    Flash::success(&app, told);
    see(&path(member.id))
}
