//! Portal Branding: the business's name, colour, logo and the words around its sign-in.
//!
//! D1 is changed first, together with the audit entry; the copy in KV that anonymous pages read
//! is renewed from what that same batch read back. A copy that could not be renewed is healed by
//! the hourly job, so it fails no request. Logos lie in R2 under their SHA-256: an address never
//! changes its content, so browsers keep it for a year, and mails that went out keep their picture.

mod logo;

use askama::Template;

use super::chrome::{Chrome, Flash};
use super::guard::{Admin, Load, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, Incoming, assets};
use crate::app::App;
use crate::domain::colour::HexColour;
use crate::domain::email::Email;
use crate::domain::text::{Line, Name, Paragraphs};
use crate::domain::time::Timestamp;
use crate::store::branding::{self, Branding, LogoChange, Look};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

pub(crate) use logo::{key as logo_key, show as show_logo};

/// Where all of it is.
const PATH: &str = "/admin/settings/branding";

/// The branding as D1 has it, read in the guard's batch.
pub(crate) struct Current(Branding);

impl Load for Current {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![branding::truth()]
    }
    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

#[derive(Template)]
#[template(path = "settings/branding.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    logo_url: String,
    asset_branding_js: &'static str,
}

impl Page {
    fn new(chrome: Chrome<Me>, form: Fields) -> Self {
        Self {
            logo_url: chrome.brand.logo_url.clone().unwrap_or_default(),
            asset_branding_js: assets::branding_js(),
            chrome,
            form,
        }
    }
}

/// The form as D1 has it.
fn filled(now: Branding) -> Fields {
    Fields::filled([
        ("name", now.name),
        ("colour", now.colour),
        ("welcome_text", now.welcome_text),
        ("support_email", now.support_email.unwrap_or_default()),
        ("support_phone", now.support_phone.unwrap_or_default()),
    ])
    .stamped()
}

/// `GET /admin/settings`: the first of the settings.
pub(crate) async fn first(_staff: Admin) -> Answer {
    see(PATH)
}

/// `GET /admin/settings/branding`
pub(crate) async fn form(staff: Admin<Current>) -> Answer {
    page(&Page::new(staff.chrome, filled(staff.page.0)))
}

/// `POST /admin/settings/branding`
///
/// 1. what was typed and chosen; 2. the logo into R2, so that no row names what is not there; 3. D1 and the copy.
pub(crate) async fn save(staff: Admin<Current>, incoming: Incoming) -> Answer {
    // 1.
    let (mut form, chosen) = logo::receive(&incoming).await?;
    let removed = form.checkbox("remove_logo");
    let look = read(&mut form);
    form.meanwhile(&filled(staff.page.0.clone()));
    let (Some(look), false) = (look, form.has_errors()) else {
        if chosen.is_some() {
            form.refuse("logo", "Please choose your logo again.");
        }
        return try_again(&Page::new(staff.chrome, form));
    };
    // 2.
    let logo = match chosen {
        Some(chosen) => chosen.keep(&staff.app).await?,
        None if removed && staff.page.0.logo_hash.is_some() => LogoChange::Remove,
        None => LogoChange::Keep,
    };
    // 3.
    let changed = differences(&staff.page.0, &look, &logo);
    if changed.is_empty() {
        Flash::success(&staff.app, "Everything was saved like this already.");
        return see(PATH);
    }
    let mut batch = vec![branding::stands(&staff.page.0)];
    batch.push(branding::change(&look, staff.app.now));
    batch.extend(branding::change_logo(&logo, staff.app.now));
    let said = changed.join(", ");
    write(&staff.app, staff.me(), batch, "branding.changed", said).await?;
    Flash::success(
        &staff.app,
        "Your branding is saved. Clients see it from their next page on.",
    );
    see(PATH)
}

/// `POST /admin/settings/branding/reset`: all but the name as it was on the first day.
pub(crate) async fn reset(staff: Admin) -> Answer {
    let change = vec![branding::reset(staff.app.now)];
    let said = String::new();
    write(&staff.app, staff.me(), change, "branding.reset", said).await?;
    Flash::success(
        &staff.app,
        "The branding is back to how it was at the start. The name of your business stayed.",
    );
    see(PATH)
}

/// What was typed, if all of it can be taken.
fn read(form: &mut Fields) -> Option<Look> {
    let name = form.required("name", Name::parse);
    let colour = form.required("colour", HexColour::parse);
    let welcome_text = form.required("welcome_text", |text| {
        Paragraphs::optional("welcome text", text)
    });
    let support_email = form.optional("support_email", Email::parse);
    let support_phone = form.required("support_phone", |text| Line::optional("phone number", text));
    Some(Look {
        name: name?,
        colour: colour?,
        welcome_text: welcome_text?,
        support_email: support_email?,
        support_phone: support_phone?,
    })
}

/// What the audit log says was changed, in the words of the form.
fn differences(old: &Branding, new: &Look, logo: &LogoChange) -> Vec<&'static str> {
    let text = |new: Option<&str>| new.unwrap_or_default().to_owned();
    let old_email = old.support_email.clone().unwrap_or_default();
    let old_phone = old.support_phone.clone().unwrap_or_default();
    let email = text(new.support_email.as_ref().map(Email::as_str));
    let phone = text(new.support_phone.as_ref().map(Line::as_str));
    let welcome = text(new.welcome_text.as_ref().map(Paragraphs::as_str));
    let other_logo = match logo {
        LogoChange::Keep => false,
        LogoChange::Remove => true,
        LogoChange::To(hash, _) => old.logo_hash.as_ref() != Some(hash),
    };
    [
        ("name", old.name != new.name.as_str()),
        ("colour", old.colour != new.colour.to_string()),
        ("welcome text", old.welcome_text != welcome),
        ("support e-mail", old_email != email),
        ("support phone", old_phone != phone),
        ("logo", other_logo),
    ]
    .into_iter()
    .filter_map(|(what, is_other)| is_other.then_some(what))
    .collect()
}

/// 1. the changes, their audit entry and what stands then, in one batch; 2. the copy.
async fn write(
    app: &App,
    me: &Me,
    changes: Vec<Statement>,
    action: &'static str,
    detail: String,
) -> Result<(), Error> {
    let entry = me.entry(action, detail).append(app.id()?, app.now);
    // 1.
    let count = changes.len() + 1;
    let mut batch = changes;
    batch.extend([entry, branding::truth()]);
    let mut results = app.db.batch(batch).await?;
    for _ in 0..count {
        results.skip()?;
    }
    let Some(truth) = results.first::<Branding>()? else {
        return Err(Error::internal("the business has no row"));
    };
    // 2.
    if let Err(problem) = app.branding.write(&truth, app.now).await {
        worker::console_warn!(
            "{action}: the copy for anonymous pages waits for the hourly job: {problem}"
        );
    }
    Ok(())
}
