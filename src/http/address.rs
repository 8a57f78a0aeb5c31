//! Asking for a new e-mail address: by who has just confirmed that it is them. A link goes to the
//! new address, a notice to the old one; nothing changes until the link is confirmed.

use super::Fields;
use super::chrome::Flash;
use super::guard::{Sure, SureStaff, Viewer};
use super::mailing::Mailing;
use super::own::{Frame, Own, Sheet as _, sheet};
use super::page::{Answer, see};
use crate::app::App;
use crate::domain::email::Email;
use crate::domain::id::LinkId;
use crate::domain::next::Side;
use crate::domain::time::Millis;
use crate::domain::token::{Purpose, Secret};
use crate::store::{self, Conflict, address, link};

/// How long a link works.
const LIFETIME: Millis = Millis::hours(24);

/// What the page shows.
struct Change {
    form: Fields,
    home: &'static str,
    email: String,
}
sheet!(
    Change,
    "profile/email_staff.html",
    "profile/email_client.html"
);

impl Change {
    fn new(frame: &Frame, form: Fields) -> Self {
        Self {
            form,
            home: frame.side().profile(),
            email: frame.email().to_owned(),
        }
    }
}

/// `GET /profile/email`
pub(crate) async fn client_form(viewer: Viewer<Sure>) -> Answer {
    form(viewer.into())
}

/// `GET /admin/profile/email`
pub(crate) async fn staff_form(staff: SureStaff) -> Answer {
    form(staff.into())
}

fn form(mut own: Own) -> Answer {
    let typed = own.frame.again(&own.app).unwrap_or_default();
    Change::new(&own.frame, typed).page(&own.frame)
}

/// `POST /profile/email`
pub(crate) async fn client(viewer: Viewer<Sure>, form: Fields) -> Answer {
    ask(viewer.into(), form).await
}

/// `POST /admin/profile/email`
pub(crate) async fn staff(staff: SureStaff, form: Fields) -> Answer {
    ask(staff.into(), form).await
}

/// 1. the new address; whether somebody else has it is told to its owner alone, who opens the link;
/// 2. in one batch: the limit, the link in place of older ones, both mails and the entry.
async fn ask(own: Own, mut form: Fields) -> Answer {
    let Own { app, frame, .. } = own;
    // 1.
    let to = form.required("email", Email::parse);
    if to.as_ref().is_some_and(|to| is_own(&frame, to)) {
        form.refuse("email", "This is your address already.");
    }
    let (Some(to), false) = (to, form.has_errors()) else {
        return Change::new(&frame, form).try_again(&frame);
    };
    // 2.
    let person = frame.person();
    let (purpose, path) = match frame.side() {
        Side::Staff => (Purpose::StaffEmail, "/admin/confirm-email/"),
        Side::Client => (Purpose::Email, "/confirm-email/"),
    };
    let secret = Secret::new(purpose, app.random()?);
    let (link, hash): (LinkId, _) = (app.id()?, secret.hash().to_string());
    let entry = frame.entry("email.asked", to.to_string());
    let batch = vec![
        address::few(person, app.now),
        address::revoke_open(person, app.now),
        link::withdraw_mail(person, app.now),
        address::issue((link, &hash), person, &to, app.now, app.now.plus(LIFETIME)),
        confirmation(&frame, &to, (link, purpose, path), &secret).queue(&app, None)?,
        warning(&app, &frame, &to).queue(&app, None)?,
        entry.append(app.id()?, app.now),
    ];
    match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            form.refuse(
                "email",
                "You have tried several addresses within a day. Please try again tomorrow, or ask us to change it.",
            );
            return Change::new(&frame, form).try_again(&frame);
        }
        written => written.map(drop)?,
    }
    Flash::success(
        &app,
        format!(
            "We have sent a link to {to}. Open it there to confirm the address; until then nothing changes."
        ),
    );
    see(frame.side().profile())
}

fn is_own(frame: &Frame, to: &Email) -> bool {
    Email::parse(frame.email()).is_ok_and(|own| own == *to)
}

/// The mail to the new address, which may be a stranger's: it says nothing that the sender chose, not
/// even a name.
fn confirmation<'a>(
    frame: &'a Frame,
    to: &'a Email,
    (link, purpose, path): (LinkId, Purpose, &'static str),
    secret: &Secret,
) -> Mailing<'a> {
    let business = &frame.brand().name;
    Mailing {
        kind: purpose.as_str(),
        to: to.as_str(),
        subject: format!("Confirm your new address for {business}"),
        paragraphs: vec![format!(
            "Somebody, probably you, would like to sign in at {business} with this e-mail address from now on."
        )],
        button: Some(("Confirm this address", path.into())),
        after: vec![
            "The link works once, for 24 hours. If you are not signed in, sign in with the address you have used so far.".to_owned(),
            "If you do not know what this is about, you can leave this mail alone.".to_owned(),
        ],
        secret: Some(secret.expose().to_owned()),
        link: Some(link),
        staff: match frame {
            Frame::Staff(chrome) => Some(chrome.me.id),
            Frame::Client(_) => None,
        },
        ..Mailing::default()
    }
}

/// The notice to the old address.
fn warning<'a>(app: &App, frame: &'a Frame, to: &Email) -> Mailing<'a> {
    let business = &frame.brand().name;
    Mailing {
        kind: "email_asked",
        to: frame.email(),
        name: frame.name(),
        subject: format!("A new address for signing in at {business}"),
        paragraphs: vec![
            format!(
                "On {} you asked to sign in at {business} with {to} instead of this address. Nothing changes until that address is confirmed.",
                app.now.day_time()
            ),
            "If it was not you, choose a new password at once: that takes the request back, too.".to_owned(),
        ],
        button: Some(("Choose a new password", frame.side().forgot().into())),
        ..Mailing::default()
    }
    .of(frame)
}
