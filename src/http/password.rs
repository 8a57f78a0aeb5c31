//! A new password for who is signed in and has just confirmed that it is them; the first one, too,
//! for a client who has signed in by link so far. It ends every other session, and the owner of the
//! address is told.

use super::chrome::Flash;
use super::cookie::{self, Ticket};
use super::guard::{Sure, SureStaff, Viewer};
use super::mailing::Mailing;
use super::own::{Frame, Own, Sheet as _, sheet};
use super::page::{Answer, see};
use super::{Error, Fields, Reason};
use crate::app::App;
use crate::domain::blocklist::{self, Blocklist};
use crate::domain::credential;
use crate::domain::id::{AuditId, SessionId};
use crate::domain::next::Side;
use crate::domain::password::{Password, Strength};
use crate::store::Proviso;
use crate::store::factor::Held;
use crate::store::password::Change;
use std::sync::OnceLock;

/// What the page shows.
struct Choose {
    form: Fields,
    /// Address of the profile.
    home: &'static str,
    email: String,
    has_password: bool,
    /// The fewest characters.
    min: usize,
}
sheet!(
    Choose,
    "profile/password_staff.html",
    "profile/password_client.html"
);

impl Choose {
    fn new(frame: &Frame, form: Fields, strength: Strength) -> Self {
        Self {
            form,
            home: frame.side().profile(),
            email: frame.email().to_owned(),
            has_password: frame.has_password(),
            min: strength.min(),
        }
    }
}

/// `GET /profile/password`
pub(crate) async fn client_form(viewer: Viewer<Sure, Held>) -> Answer {
    form(viewer.into())
}

/// `GET /admin/profile/password`
pub(crate) async fn staff_form(staff: SureStaff<Held>) -> Answer {
    form(staff.into())
}

fn form(own: Own<Held>) -> Answer {
    let strength = Strength::beside(own.page.is_set());
    Choose::new(&own.frame, Fields::default(), strength).page(&own.frame)
}

/// `POST /profile/password`
pub(crate) async fn client(viewer: Viewer<Sure, Held>, form: Fields) -> Answer {
    change(viewer.into(), form).await
}

/// `POST /admin/profile/password`
pub(crate) async fn staff(staff: SureStaff<Held>, form: Fields) -> Answer {
    change(staff.into(), form).await
}

/// The passwords that are guessed first. Read once per isolate.
pub(crate) async fn common(app: &App) -> Result<&'static Blocklist, Error> {
    static COMMON: OnceLock<Blocklist> = OnceLock::new();
    if let Some(common) = COMMON.get() {
        return Ok(common);
    }
    let file = app.assets.read(blocklist::LIST).await?;
    let text = String::from_utf8(file).map_err(|error| Error::internal(error.to_string()))?;
    Ok(COMMON.get_or_init(|| Blocklist::of(text)))
}

/// 1. the new password; 2. in one batch: a new session for this browser, the password, the end of
/// all other sessions and open links, the mail and the entry in the log; 3. the new cookie.
async fn change(own: Own<Held>, mut form: Fields) -> Answer {
    let Own { app, frame, page } = own;
    // 1.
    let context = frame.context();
    let context: Vec<&str> = context.iter().map(String::as_str).collect();
    let strength = Strength::beside(page.is_set());
    let common = common(&app).await?;
    let password = form.required("password", |text| {
        Password::choose(text, strength, &context, common)
    });
    let Some(password) = password else {
        return Choose::new(&frame, form, strength).try_again(&frame);
    };
    let hash = credential::hash(&password, app.random()?)
        .map_err(|error| Error::internal(error.to_string()))?;
    // 2.
    let new: SessionId = app.id()?;
    let audit: AuditId = app.id()?;
    let change = Change {
        person: frame.person(),
        hash: &hash,
        short: password.is_short(),
        old: frame.session(),
        new,
        now: app.now,
    };
    let began = Proviso::Began(new);
    let mut batch = change.statements();
    batch.push(notice(&app, &frame).queue(&app, Some(began))?);
    let entry = frame.entry("password.changed", String::new());
    batch.push(entry.append_if(audit, app.now, began));
    let side = frame.side();
    if app.db.batch(batch).await?.changes()? == 0 {
        return Err(Reason::SignIn {
            side,
            next: side.profile().to_owned(),
        }
        .into());
    }
    // 3.
    let ticket = Ticket {
        session: new,
        touched: app.now,
    };
    cookie::give(&app, ticket, side);
    Flash::success(
        &app,
        "Your password is saved. Every other device is signed out.",
    );
    see(side.profile())
}

/// The mail to the owner of the address.
fn notice<'a>(app: &App, frame: &'a Frame) -> Mailing<'a> {
    let to = (frame.email(), frame.name());
    changed(app, frame.side(), &frame.brand().name, to).of(frame)
}

/// Tells the owner of an address that its password was changed, and what to do if it was not them.
pub(super) fn changed<'a>(
    app: &App,
    side: Side,
    business: &str,
    (to, name): (&'a str, &'a str),
) -> Mailing<'a> {
    Mailing {
        kind: "password_changed",
        to,
        name,
        subject: format!("Your password for {business} was changed"),
        paragraphs: vec![
            format!(
                "The password you sign in with at {business} was changed on {}.",
                app.now.day_time()
            ),
            "If it was you, there is nothing to do. All other devices were signed out.".to_owned(),
            "If it was not you, choose a new password at once, and tell us.".to_owned(),
        ],
        button: Some(("Choose a new password", side.forgot().into())),
        ..Mailing::default()
    }
}
