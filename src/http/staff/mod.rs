//! Settings → Staff: who works here, in which role, and who may come in.
//!
//! `domain::role` decides who may do what to whom; the schema keeps an owner whatever happens at
//! the same moment. A change of role or a deactivation ends every session and every mailed link.

mod invite;
mod one;

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Load, Manager, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, kept};
use crate::app::App;
use crate::domain::email::Email;
use crate::domain::id::StaffId;
use crate::domain::role::{self, Role};
use crate::domain::text::Name;
use crate::domain::time::Timestamp;
use crate::store::audit::Entry;
use crate::store::settings::Security;
use crate::store::staff::{self, Member, Seen};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

pub(crate) use one::{deactivate, form, invite, reactivate, save};

/// Where the list is.
const PATH: &str = "/admin/settings/staff";

/// Everybody.
pub(crate) struct Team(Vec<Member>);

impl Load for Team {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![staff::all()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(Some(Self(results.rows()?)))
    }
}

struct Row {
    id: StaffId,
    name: String,
    email: String,
    role: &'static str,
    tone: &'static str,
    state: &'static str,
    note: String,
    seen: String,
    is_me: bool,
}

#[derive(Template)]
#[template(path = "staff/list.html")]
struct ListPage {
    chrome: Chrome<Me>,
    rows: Vec<Row>,
}

/// `GET /admin/settings/staff`
pub(crate) async fn list(staff: Manager<Team>) -> Answer {
    let (now, me) = (staff.app.now, staff.me().id);
    let row = |member: &Member| {
        let state = member.state(now);
        Row {
            id: member.id,
            name: member.name.clone(),
            email: member.email.clone(),
            role: member.role.label(),
            tone: state.tone(),
            state: state.label(),
            note: state.note(),
            seen: member
                .seen_at
                .map_or_else(|| "never".to_owned(), |at| at.ago(now)),
            is_me: member.id == me,
        }
    };
    let rows = staff.page.0.iter().map(row).collect();
    page(&ListPage {
        chrome: staff.chrome,
        rows,
    })
}

#[derive(Template)]
#[template(path = "staff/new.html")]
struct NewPage {
    chrome: Chrome<Me>,
    form: Fields,
    roles: Vec<Role>,
}

impl NewPage {
    fn new(chrome: Chrome<Me>, form: Fields) -> Self {
        Self {
            roles: chrome.me.role.grantable().collect(),
            chrome,
            form,
        }
    }
}

/// `GET /admin/settings/staff/new`
pub(crate) async fn new_form(mut staff: Manager) -> Answer {
    let me = staff.me().id.to_string();
    let form = kept::again(&staff.app, &mut staff.chrome, &me)
        .unwrap_or_else(|| Fields::filled([("role", Role::Member.as_str().to_owned())]));
    page(&NewPage::new(staff.chrome, form))
}

/// `POST /admin/settings/staff/new`
///
/// 1. what was typed, and whether this role may be given; 2. in one batch: the person, the link,
/// its mail, the audit entry.
pub(crate) async fn create(staff: Manager<Security>, mut form: Fields) -> Answer {
    // 1.
    let Some((name, email, role)) = read_new(&mut form, staff.me().role) else {
        return try_again(&NewPage::new(staff.chrome, form));
    };
    // 2.
    let Manager {
        app, chrome, page, ..
    } = staff;
    let id: StaffId = app.id()?;
    let invited = invite::Invited {
        id,
        name: name.as_str(),
        email: email.as_str(),
        role,
    };
    let mail = invite::compose(&app, &chrome, &invited, page.invite_days)?;
    let actor = (chrome.me.id, chrome.me.role);
    let still = staff::still(Seen {
        actor,
        member: actor,
    });
    let mut writes = vec![still, staff::create(id, &name, &email, role, app.now)];
    writes.extend(mail.writes);
    let detail = format!("{name} as {}", role.label());
    writes.push(entry(&app, &chrome.me, id, "staff.invited", detail)?);
    let told = match app.db.batch(writes).await {
        Ok(_done) => {
            let told = invite::told(&app, "The invitation", email.as_str(), &mail.until);
            Flash::success(&app, told);
            return see(PATH);
        }
        Err(store::Error::Conflict(Conflict::StaffEmail)) => {
            "Somebody on your team has this address already."
        }
        Err(store::Error::Conflict(Conflict::AddressOfContact)) => {
            "This is the address of a client's contact. Please use another one for your team."
        }
        Err(error) => return Err(error.into()),
    };
    form.refuse("email", told);
    try_again(&NewPage::new(chrome, form))
}

fn read_new(form: &mut Fields, actor: Role) -> Option<(Name, Email, Role)> {
    let name = form.required("name", Name::parse);
    let email = form.required("email", Email::parse);
    let role = form.required("role", Role::parse);
    let role = role.and_then(|role| allowed(form, role::decide_invitation(actor, role)));
    Some((name?, email?, role?))
}

/// A role that may be given; a refusal is told at its field.
fn allowed(form: &mut Fields, decided: Result<Role, role::RoleRefused>) -> Option<Role> {
    decided.map_err(|refused| form.refuse("role", refused)).ok()
}

/// The audit entry of what was done to a member of staff.
fn entry(
    app: &App,
    me: &Me,
    id: StaffId,
    action: &'static str,
    detail: String,
) -> Result<Statement, Error> {
    let entry = Entry {
        entity: Some(id.to_string()),
        ..me.entry(action, detail)
    };
    Ok(entry.append(app.id()?, app.now))
}
