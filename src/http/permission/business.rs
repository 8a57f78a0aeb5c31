//! Settings → Portal Permissions: what every client has unless it has something of its own.

use askama::Template;

use super::{differences, fill_gaps, open, shown, tick, ticked};
use crate::domain::module::{Module, Modules};
use crate::domain::permission;
use crate::domain::time::Timestamp;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{Admin, Load, Me};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::permission::{self as stored, Defaults};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

const PATH: &str = "/admin/settings/permissions";

impl Load for Defaults {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![stored::defaults()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(results.first()?)
    }
}

#[derive(Template)]
#[template(path = "permission/business.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    modules: &'static [Module],
}

fn filled(modules: Modules) -> Fields {
    let state = [
        ("revision", modules.bits().to_string()),
        ("shown", open().bits().to_string()),
    ];
    let boxes = Module::OPEN.map(|module| (module.as_str(), tick(modules.has(module))));
    Fields::filled(state.into_iter().chain(boxes))
}

fn drawn(chrome: Chrome<Me>, form: Fields) -> Page {
    Page {
        chrome,
        form,
        modules: &Module::OPEN,
    }
}

/// `GET /admin/settings/permissions`
pub(crate) async fn form(staff: Admin<Defaults>) -> Answer {
    let form = filled(staff.page.modules);
    page(&drawn(staff.chrome, form))
}

/// `POST /admin/settings/permissions`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Admin<Defaults>, mut form: Fields) -> Answer {
    let old = staff.page.modules;
    let shown = shown(&mut form);
    let ticked = ticked(&mut form, open());
    fill_gaps(&mut form, Module::OPEN.map(Module::as_str));
    form.meanwhile(&filled(old));
    let (Some(shown), false) = (shown, form.has_errors()) else {
        return try_again(&drawn(staff.chrome, form));
    };
    let (app, me) = (&staff.app, staff.me());
    let new = permission::defaults(shown, ticked, old);
    if new == old {
        Flash::success(app, "Everything was saved like this already.");
        return see(PATH);
    }
    let entry = me.entry(
        "permissions.defaults_changed",
        differences(old, new).join(", "),
    );
    let batch = vec![
        stored::change_defaults(old, new, app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(
        app,
        "Permissions are saved. They hold from the next page on, for every client without something of its own.",
    );
    see(PATH)
}
