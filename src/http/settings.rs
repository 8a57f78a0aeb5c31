//! Settings → Security: how long invitations live, how large a document may be, and whether the team needs a
//! second step to sign in, which has a form of its own ([`super::factor`]).

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::factor::Required;
use super::guard::{Admin, Load, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::domain::settings::{InviteDays, UploadLimit};
use crate::domain::time::Timestamp;
use crate::store::csp_report::{self, Held};
use crate::store::factor::requirement;
use crate::store::settings::{self, Security};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

const PATH: &str = "/admin/settings/security";

impl Load for Security {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![settings::security()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(results.first()?)
    }
}

/// What the page reads.
pub(crate) struct Set {
    security: Security,
    factor: Required,
    held: Vec<Held>,
}

impl Load for Set {
    type Args = ();
    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        vec![
            settings::security(),
            requirement(asker),
            csp_report::newest(),
        ]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let (security, factor) = (results.first()?, results.first()?);
        let held = results.rows()?;
        Ok(security.zip(factor).map(|(security, factor)| Self {
            security,
            factor,
            held,
        }))
    }
}

#[derive(Template)]
#[template(path = "settings/security.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    factor: Required,
    /// What browsers held back, newest first.
    held: Vec<Held>,
    now: Timestamp,
}

fn filled(security: &Security) -> Fields {
    let (days, limit) = (security.invite_days.days(), security.upload_limit);
    Fields::filled([
        ("invite_days", days.to_string()),
        ("upload_limit", limit.megabytes().to_string()),
    ])
    .stamped()
}

/// `GET /admin/settings/security`
pub(crate) async fn security(staff: Admin<Set>) -> Answer {
    let Set {
        security,
        factor,
        held,
    } = staff.page;
    page(&Page {
        chrome: staff.chrome,
        form: filled(&security),
        factor,
        held,
        now: staff.app.now,
    })
}

/// `POST /admin/settings/security`
pub(crate) async fn save_security(staff: Admin<Set>, mut form: Fields) -> Answer {
    let invite_days = form.required("invite_days", InviteDays::parse);
    let upload_limit = form.required("upload_limit", UploadLimit::parse_megabytes);
    form.meanwhile(&filled(&staff.page.security));
    let (Some(invite_days), Some(upload_limit), false) =
        (invite_days, upload_limit, form.has_errors())
    else {
        return try_again(&Page {
            chrome: staff.chrome,
            form,
            factor: staff.page.factor,
            held: staff.page.held,
            now: staff.app.now,
        });
    };
    let (app, me, old) = (&staff.app, staff.me(), staff.page.security);
    let new = Security {
        invite_days,
        upload_limit,
    };
    if new == old {
        Flash::success(app, "Everything was saved like this already.");
        return see(PATH);
    }
    let entry = me.entry("security.changed", differences(&old, &new));
    let mut batch = Vec::from(settings::change_security(&old, &new, app.now));
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    Flash::success(
        app,
        "Your changes are saved. Invitations that are out already keep the time they were given.",
    );
    see(PATH)
}

/// What the audit log says was changed, with what was there before.
fn differences(old: &Security, new: &Security) -> String {
    let mut changed = Vec::new();
    if old.invite_days != new.invite_days {
        let span = |days: InviteDays| days.span().words();
        changed.push(format!(
            "invitations work for {} ({} before)",
            span(new.invite_days),
            span(old.invite_days)
        ));
    }
    if old.upload_limit != new.upload_limit {
        changed.push(format!(
            "documents up to {} ({} before)",
            new.upload_limit.words(),
            old.upload_limit.words()
        ));
    }
    changed.join(", ")
}
