//! Settings → Security: how long invitations live, and how large a document may be.

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Admin, Load, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::domain::settings::{InviteDays, UploadLimit};
use crate::domain::time::Timestamp;
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

#[derive(Template)]
#[template(path = "settings/security.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
}

/// `GET /admin/settings/security`
pub(crate) async fn security(staff: Admin<Security>) -> Answer {
    let form = Fields::filled([
        ("invite_days", staff.page.invite_days.days().to_string()),
        (
            "upload_limit",
            staff.page.upload_limit.megabytes().to_string(),
        ),
    ]);
    page(&Page {
        chrome: staff.chrome,
        form,
    })
}

/// `POST /admin/settings/security`
pub(crate) async fn save_security(staff: Admin<Security>, mut form: Fields) -> Answer {
    let invite_days = form.required("invite_days", InviteDays::parse);
    let upload_limit = form.required("upload_limit", UploadLimit::parse_megabytes);
    let (Some(invite_days), Some(upload_limit)) = (invite_days, upload_limit) else {
        return try_again(&Page {
            chrome: staff.chrome,
            form,
        });
    };
    let (app, me, old) = (&staff.app, staff.me(), staff.page);
    let new = Security {
        invite_days,
        upload_limit,
    };
    if new == old {
        Flash::success(app, "Everything was saved like this already.");
        return see(PATH);
    }
    let entry = me.entry("security.changed", differences(&old, &new));
    let write = settings::change_security(&new, app.now);
    app.db
        .batch(vec![write, entry.append(app.id()?, app.now)])
        .await?;
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
