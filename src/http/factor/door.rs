//! The second step of signing in: a code of the app, or a recovery code.
//!
//! Five tries, then the sign-in begins anew; ten in a quarter of an hour and thirty a day for one account.
//! Who has the password cannot keep the owner out by using them up: a browser that the address knows has
//! its own, a recovery code is never held up, and a new password ends what waits and is a fresh start.

use askama::Template;
use http::StatusCode;

use super::pending::Waiting;
use super::{Typed, WRONG, renew_seal};
use crate::app::App;
use crate::domain::id::SessionId;
use crate::domain::next::Side;
use crate::http::chrome::{Chrome, Flash, Nobody};
use crate::http::cookie::{self, Ticket};
use crate::http::guard::Public;
use crate::http::page::{Answer, page, page_with, see, try_again};
use crate::http::sign_in::{Comer, begin, begun, former};
use crate::http::throttle::{self, CodeTry, Counted};
use crate::http::{Error, Fields, Reason};
use crate::outbound::letter::Letter;
use crate::store::factor::{self, Kept};
use crate::store::session::Person;
use crate::store::{self, Conflict};

#[derive(Template)]
#[template(path = "factor/door.html")]
struct Page {
    chrome: Chrome<Nobody>,
    form: Fields,
    action: &'static str,
    back: &'static str,
}

impl Page {
    fn new(chrome: Chrome<Nobody>, form: Fields, side: Side) -> Self {
        Self {
            chrome,
            form,
            action: side.second(),
            back: side.sign_in(),
        }
    }
}

impl Side {
    /// Where the second factor is asked for.
    pub(in crate::http) const fn second(self) -> &'static str {
        match self {
            Self::Staff => "/admin/sign-in/code",
            Self::Client => "/sign-in/code",
        }
    }
}

/// `GET /sign-in/code`
pub(crate) async fn client_form(public: Public) -> Answer {
    form(public, Side::Client)
}

/// `GET /admin/sign-in/code`
pub(crate) async fn staff_form(public: Public) -> Answer {
    form(public, Side::Staff)
}

/// Nobody waits here: the sign-in begins at its beginning.
fn form(public: Public, side: Side) -> Answer {
    let Public {
        app, chrome, head, ..
    } = public;
    match Waiting::of(&app, side, &head.headers) {
        Some(_) => page(&Page::new(chrome, Fields::default(), side)),
        None => see(side.sign_in()),
    }
}

/// `POST /sign-in/code`
pub(crate) async fn client(public: Public, form: Fields) -> Answer {
    enter(public, form, Side::Client).await
}

/// `POST /admin/sign-in/code`
pub(crate) async fn staff(public: Public, form: Fields) -> Answer {
    enter(public, form, Side::Staff).await
}

/// Five codes that are not right, behind the right password or link: the person is told, once a day.
async fn warn(app: &App, side: Side, person: Person, business: &str) -> Result<(), Error> {
    let content = serde_json::to_string(&Letter {
        paragraphs: vec![
            format!(
                "On {} somebody got past the first step of your sign-in at {business}, and then typed five codes that are not right. They did not get in.",
                app.now.day_time()
            ),
            "If it was you, begin again, or use a recovery code.".to_owned(),
            "If it was not you, somebody knows your password or reads your mail. Choose a new password at once, and tell us."
                .to_owned(),
        ],
        button: Some("Choose a new password".to_owned()),
        path: side.forgot().to_owned(),
        after: Vec::new(),
    })?;
    let subject = format!("Wrong codes at {business}: was this you?");
    let mail = factor::warn(app.id()?, person, (&subject, &content), app.now);
    app.db.run(mail).await?;
    app.mail_queued();
    Ok(())
}

/// 1. who waits, and what was typed; 2. what it is held against, and the try counted, in one batch; 3. the
/// limits; 4. the code; 5. the code used up, the session, and the tries forgotten, in one batch.
async fn enter(public: Public, mut form: Fields, side: Side) -> Answer {
    let Public {
        app, chrome, head, ..
    } = public;
    // 1.
    let Some(waiting) = Waiting::of(&app, side, &head.headers) else {
        return see(side.sign_in());
    };
    let Some(typed) = Typed::read(&mut form) else {
        return try_again(&Page::new(chrome, form, side));
    };
    // 2.
    let (person, pending) = (waiting.person.id(), waiting.id.to_string());
    let guessable = matches!(typed, Typed::Digits(_));
    let tried = CodeTry::new(
        &app,
        side,
        (&person, &waiting.email_key),
        (&pending, guessable),
        &head.headers,
    )?;
    let against = factor::kept(waiting.person, waiting.epoch);
    let mut results = app.db.batch(tried.asked_with(against, &app)).await?;
    // 3.
    let kept: Option<Kept> = results.first()?;
    let Some(kept) = kept else {
        Waiting::end(&app, side);
        return see(side.sign_in());
    };
    match CodeTry::counted(&mut results)? {
        Counted::Try => {}
        Counted::Spent => {
            Waiting::end(&app, side);
            warn(&app, side, waiting.person, &chrome.brand.name).await?;
            Flash::error(
                &app,
                "Those were five codes that are not right. Please begin again with your password.",
            );
            return see(side.sign_in());
        }
        Counted::Wait => {
            form.refuse(
                typed.field(),
                "There were too many wrong codes. Please use a recovery code, or try again later.",
            );
            let page = Page::new(chrome, form, side);
            return page_with(StatusCode::TOO_MANY_REQUESTS, &page);
        }
    }
    // 4.
    let proof = typed.proves(&app, waiting.person, &kept.sealed, kept.last_step);
    let Some(proof) = proof else {
        form.refuse("totp", WRONG);
        return try_again(&Page::new(chrome, form, side));
    };
    // 5.
    let session: SessionId = app.id()?;
    let comer = match (waiting.person, waiting.contact) {
        (Person::Staff(id), _) => Comer::Staff(id, kept.name.clone()),
        (Person::Account(_), Some(contact)) => Comer::Contact(contact),
        (Person::Account(_), None) => return see(side.sign_in()),
    };
    let mut batch = begin(&app, &head.headers, comer, session, &chrome.brand.name)?;
    batch.extend([
        factor::claim(waiting.person, &proof, session),
        factor::claimed(waiting.person, session),
        factor::still(waiting.person, waiting.epoch, waiting.contact),
    ]);
    batch.extend(former(&app, &head.headers, side, session));
    batch.extend(tried.forgive(&app));
    batch.extend(renew_seal(&app, waiting.person, &kept.sealed)?);
    let mut results = match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            form.refuse(typed.field(), typed.refused());
            return try_again(&Page::new(chrome, form, side));
        }
        results => results?,
    };
    Waiting::end(&app, side);
    if !begun(&app, &mut results)? {
        return Err(Reason::PortalClosed(None).into());
    }
    let ticket = Ticket {
        session,
        touched: app.now,
    };
    cookie::give(&app, ticket, side);
    throttle::remember(&app, side, &waiting.email_key)?;
    see(waiting.next(side).as_str())
}
