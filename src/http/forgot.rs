//! A forgotten password, on both sides: a link to the address, if somebody may use it. Whoever asks
//! learns nothing: a known, an unknown and a disabled address get the same answer for the same work.

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
use crate::store::asked::AskedLink;
use crate::store::reset::{self, Owner};
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

/// 1. the address; 2. the asking counted and taken down, whosever it is; 3. the same answer. Link and mail, if
/// there is somebody to get them, are made once it is out ([`super::asked`]).
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
    let asked = AskedLink {
        id: app.id()?,
        purpose: purpose(side).as_str().to_owned(),
        email_key: email.key().to_owned(),
        browser_hash: None,
    };
    asking.take_down(&asked, &app).await?;
    // 3.
    see(side.forgot_sent())
}

/// What the links of a side are for.
pub(super) const fn purpose(side: Side) -> Purpose {
    match side {
        Side::Staff => Purpose::StaffReset,
        Side::Client => Purpose::Reset,
    }
}

/// A new link in place of older ones, and its mail.
pub(super) fn mail(
    id: LinkId,
    app: &App,
    side: Side,
    business: &str,
    owner: &Owner,
) -> Result<Vec<Statement>, Error> {
    let Some(person) = owner.person() else {
        return Ok(Vec::new());
    };
    let purpose = purpose(side);
    let path = match side {
        Side::Staff => "/admin/reset/",
        Side::Client => "/reset/",
    };
    let secret = Secret::new(purpose, app.random()?);
    let hash = secret.hash().to_string();
    let expires = app.now.plus(LIFETIME);
    let mailing = Mailing {
        kind: purpose.as_str(),
        to: &owner.email,
        name: &owner.name,
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
        link: Some(id),
        staff: owner.staff_id,
        contact: owner.contact_id,
        client: owner.client_id,
        ..Mailing::default()
    };
    Ok(vec![
        reset::revoke_open(person, app.now),
        link::withdraw_mail(person, app.now),
        reset::issue((id, &hash), purpose.as_str(), owner, app.now, expires),
        mailing.queue(app, None)?,
    ])
}
