//! A forgotten password, on both sides: a link to the address, if somebody may use it. Whoever asks
//! learns nothing: a known, an unknown and a disabled address get the same answer in the same time.

use askama::Template;

use super::chrome::{Chrome, Nobody};
use super::guard::Public;
use super::mailing::Mailing;
use super::page::{Answer, page, see, try_again};
use super::throttle::Asking;
use super::{Error, Fields};
use crate::app::App;
use crate::domain::email::Email;
use crate::domain::id::LinkId;
use crate::domain::next::Side;
use crate::domain::time::Millis;
use crate::domain::token::{Purpose, Secret};
use crate::store::reset::{self, Owner};
use crate::store::session::Person;
use crate::store::{Statement, link};

/// How long a link works.
pub(super) const LIFETIME: Millis = Millis::minutes(30);

#[derive(Template)]
#[template(path = "reset/ask.html")]
struct Ask {
    chrome: Chrome<Nobody>,
    form: Fields,
    side: Side,
}

#[derive(Template)]
#[template(path = "reset/sent.html")]
struct Sent {
    chrome: Chrome<Nobody>,
    side: Side,
}

/// `GET /forgot`
pub(crate) async fn client_form(public: Public) -> Answer {
    form(public, Side::Client)
}

/// `GET /admin/forgot`
pub(crate) async fn staff_form(public: Public) -> Answer {
    form(public, Side::Staff)
}

fn form(public: Public, side: Side) -> Answer {
    page(&Ask {
        chrome: public.chrome,
        form: Fields::default(),
        side,
    })
}

/// `GET /forgot/sent`
pub(crate) async fn client_sent(public: Public) -> Answer {
    page(&Sent {
        chrome: public.chrome,
        side: Side::Client,
    })
}

/// `GET /admin/forgot/sent`
pub(crate) async fn staff_sent(public: Public) -> Answer {
    page(&Sent {
        chrome: public.chrome,
        side: Side::Staff,
    })
}

/// `POST /forgot`
pub(crate) async fn client(public: Public, form: Fields) -> Answer {
    ask(public, form, Side::Client).await
}

/// `POST /admin/forgot`
pub(crate) async fn staff(public: Public, form: Fields) -> Answer {
    ask(public, form, Side::Staff).await
}

/// 1. the address; 2. whose it is, and the asking counted; 3. link and mail in one batch, for an address that
/// nobody may use a decoy, and for one that has had its fill a batch that does nothing; 4. the same answer.
async fn ask(public: Public, mut form: Fields, side: Side) -> Answer {
    let Public {
        app, chrome, head, ..
    } = public;
    // 1.
    let Some(email) = form.required("email", Email::parse) else {
        return try_again(&Ask { chrome, form, side });
    };
    // 2.
    let asking = Asking::for_reset(&app, side, email.key(), &head.headers)?;
    let who = reset::owner(side, email.key());
    let mut results = app.db.batch(asking.asked_with(who, &app)).await?;
    let owner: Option<Owner> = results.first()?;
    let may = asking.counted(&mut results, &app)?;
    // 3.
    let batch = if may {
        mail(&app, side, &chrome.brand.name, &email, owner.as_ref())?
    } else {
        vec![asking.nothing(&app)]
    };
    app.db.batch(batch).await?;
    // 4.
    see(side.forgot_sent())
}

/// A new link in place of older ones, and its mail; for nobody, as much work and nothing of it kept.
fn mail(
    app: &App,
    side: Side,
    business: &str,
    email: &Email,
    owner: Option<&Owner>,
) -> Result<Vec<Statement>, Error> {
    let person = match owner.and_then(Owner::person) {
        Some(person) => person,
        None => Person::Account(app.id()?),
    };
    let (purpose, path) = match side {
        Side::Staff => (Purpose::StaffReset, "/admin/reset/"),
        Side::Client => (Purpose::Reset, "/reset/"),
    };
    let secret = Secret::new(purpose, app.random()?);
    let id: LinkId = app.id()?;
    let hash = secret.hash().to_string();
    let expires = app.now.plus(LIFETIME);
    let mailing = Mailing {
        kind: purpose.as_str(),
        to: owner.map_or(email.as_str(), |owner| &owner.email),
        name: owner.map_or("", |owner| &owner.name),
        subject: format!("Choose a new password for {business}"),
        paragraphs: vec![format!(
            "Somebody, probably you, has asked for a new password to sign in at {business}."
        )],
        button: Some(("Choose a new password", path.into())),
        after: vec![
            "The link works once, for thirty minutes. When the new password is set, every device that is signed in is signed out.".to_owned(),
            "If it was not you, you can leave this mail alone: nothing has changed.".to_owned(),
        ],
        secret: Some(secret.expose().to_owned()),
        link: owner.map(|_| id),
        staff: owner.and_then(|owner| owner.staff_id),
        contact: owner.and_then(|owner| owner.contact_id),
        client: owner.and_then(|owner| owner.client_id),
        ..Mailing::default()
    };
    let mut batch = vec![
        reset::revoke_open(person, app.now),
        link::withdraw_mail(person, app.now),
    ];
    match owner {
        Some(owner) => batch.extend([
            reset::issue((id, &hash), purpose.as_str(), owner, app.now, expires),
            mailing.queue(app, None)?,
        ]),
        None => batch.extend(mailing.decoy(app)?),
    }
    Ok(batch)
}
