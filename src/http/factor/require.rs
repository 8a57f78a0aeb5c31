//! Settings → Security: whether everybody on the staff must have a second factor. An owner decides, and
//! must have one with recovery codes that they keep: so nobody locks themselves out.

use crate::http::chrome::Flash;
use crate::http::guard::Manager;
use crate::http::page::{Answer, see};
use crate::http::{Fields, Reason};
use crate::store::factor::{self, Requirement};
use crate::store::{self, Conflict};

/// How it stands, as the page of settings shows it.
pub(crate) type Required = Requirement;

const PATH: &str = "/admin/settings/security";

/// `POST /admin/settings/security/factor`
pub(crate) async fn require(staff: Manager, mut form: Fields) -> Answer {
    let on = form.checkbox("required");
    form.sound()?;
    let (app, me) = (&staff.app, staff.me());
    if !me.role.may_manage_owners() {
        return Err(Reason::Forbidden("Only an owner decides this. Please ask one.").into());
    }
    let entry = me.entry(
        "security.changed",
        if on {
            "everybody on the team needs a second step to sign in"
        } else {
            "a second step to sign in is each colleague's choice"
        },
    );
    let mut batch = Vec::from(factor::require(on, me.id, app.now));
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch(batch).await {
        Ok(_done) => Flash::success(
            app,
            if on {
                "From now on everybody on the team needs a second step. Who has none sets it up before anything else."
            } else {
                "A second step is each colleague's own choice now."
            },
        ),
        Err(store::Error::Conflict(Conflict::Meanwhile)) => Flash::error(
            app,
            "Set up your own second step first, and say that you keep its recovery codes, so that you cannot lock yourself out.",
        ),
        Err(error) => return Err(error.into()),
    }
    see(PATH)
}
