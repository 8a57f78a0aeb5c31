//! Step-up: proving again who one is, before something sensitive.
//!
//! Staff type their password. A client types theirs, or has a sign-in link sent and types its code
//! here (or opens the link in this browser), which is the way of those who have no password. A
//! proof begins a new session; the old cookie is dead from then on.

use super::cookie::{self, Ticket};
use super::guard::{InQuery, Load, Portal, Staff, Viewer};
use super::own::{Own, Sheet as _, sheet};
use super::page::{Answer, see, with_next};
use super::sign_in::Asked;
use super::{Error, Fields, magic};
use crate::app::App;
use crate::domain::credential::{self, Proof};
use crate::domain::id::{SessionId, noun};
use crate::domain::next::{Next, Side};
use crate::domain::password::Password;
use crate::domain::throttle::{self, Decision, Failures};
use crate::domain::time::Timestamp;
use crate::domain::token::{Code, TokenHash};
use crate::store::confirm::{self, Proofs};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, login, session};

/// Sign-in links that one may ask for here within a quarter of an hour.
const LINKS: u32 = 10;

/// Where a step-up leads back to, and what proves it.
pub(crate) struct Proving {
    next: Option<String>,
    proofs: Proofs,
}

impl Load for Proving {
    type Args = InQuery<Asked>;

    fn statements(_args: &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![confirm::proofs(asker)]
    }

    fn read(
        args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let proofs = results.first()?;
        Ok(proofs.map(|proofs| Self {
            next: args.0.next,
            proofs,
        }))
    }
}

/// What the page shows.
struct Confirm {
    form: Fields,
    next: String,
    has_password: bool,
    /// A link is out, so there is a code to type.
    sent: bool,
    email: String,
}
sheet!(Confirm, "confirm/staff.html", "confirm/client.html");

impl Confirm {
    fn new(own: &Own<Proving>, form: Fields, next: &Next) -> Self {
        let wrong = !form.error("code").is_empty();
        Self {
            form,
            next: next.as_str().to_owned(),
            has_password: own.page.proofs.password_hash.is_some(),
            sent: wrong || own.page.proofs.token_hash.is_some(),
            email: own.frame.email().to_owned(),
        }
    }
}

/// `GET /confirm`
pub(crate) async fn client_form(viewer: Viewer<Portal, Proving>) -> Answer {
    form(viewer.into())
}

/// `GET /admin/confirm`
pub(crate) async fn staff_form(staff: Staff<Proving>) -> Answer {
    form(staff.into())
}

fn form(own: Own<Proving>) -> Answer {
    let next = Next::parse(own.frame.side(), own.page.next.as_deref());
    Confirm::new(&own, Fields::default(), &next).page(&own.frame)
}

/// `POST /confirm`: by password, or by the code of a sign-in link.
pub(crate) async fn client(viewer: Viewer<Portal, Proving>, form: Fields) -> Answer {
    let own = viewer.into();
    if form.text("by") == "code" {
        by_code(own, form).await
    } else {
        by_password(own, form).await
    }
}

/// `POST /admin/confirm`
pub(crate) async fn staff(staff: Staff<Proving>, form: Fields) -> Answer {
    by_password(staff.into(), form).await
}

/// 1. what was typed; 2. the limit; 3. the password; 4. a new session in place of the old one.
async fn by_password(own: Own<Proving>, mut form: Fields) -> Answer {
    let next = Next::parse(own.frame.side(), Some(form.text("next")));
    // 1.
    let Some(password) = form.required("password", Password::presented) else {
        return Confirm::new(&own, form, &next).try_again(&own.frame);
    };
    let Own { app, frame, page } = &own;
    // 2.
    let tried = page.proofs.failed();
    if let Decision::Wait { retry_after } = throttle::decide(tried, Failures::default(), app.now) {
        return Err(Error::TooMany {
            retry_after: retry_after.as_seconds_ceil(),
        });
    }
    // 3.
    let proof = credential::verify(&password, page.proofs.password_hash.as_deref())
        .map_err(|error| Error::internal(error.to_string()))?;
    if proof == Proof::Wrong {
        let key = format!("confirm {}", frame.person().id());
        let id = app.id::<noun::Audit>()?.to_string();
        app.db.run(login::fail(&key, &id, app.now)).await?;
        form.refuse("password", "That is not your password. Please try again.");
        return Confirm::new(&own, form, &next).try_again(&own.frame);
    }
    // 4.
    let (new, old) = (app.id::<noun::Session>()?, frame.session());
    let batch = vec![
        session::renew(new, old, app.now),
        session::retire(old, new, app.now),
    ];
    let begun = app.db.batch(batch).await?.changes()? > 0;
    proven(app, frame.side(), begun, new, &next)
}

/// 1. what was typed; 2. the open link used up by its code, and the new session, in one batch.
async fn by_code(own: Own<Proving>, mut form: Fields) -> Answer {
    let next = Next::parse(own.frame.side(), Some(form.text("next")));
    // 1.
    let Some(code) = form.required("code", Code::parse) else {
        return Confirm::new(&own, form, &next).try_again(&own.frame);
    };
    let Own { app, frame, page } = &own;
    // 2.
    let open = page.proofs.token_hash.as_deref();
    if let Some(link) = open.and_then(|hash| TokenHash::parse(hash).ok()) {
        let (new, old) = (app.id::<noun::Session>()?, frame.session());
        let (hash, code) = (link.to_string(), magic::code_hash(app, &code, &link)?);
        let mut batch = confirm::by_code(&hash, &code, new, old, app.now).to_vec();
        batch.push(confirm::renew_by_code(&hash, new, old, app.now));
        batch.push(session::retire(old, new, app.now));
        if app.db.batch(batch).await?.changes()? > 0 {
            return proven(app, frame.side(), true, new, &next);
        }
    }
    form.refuse(
        "code",
        "That is not the code of the newest mail, or it has run out. Please look again, or have a new one sent.",
    );
    Confirm::new(&own, form, &next).try_again(&own.frame)
}

/// On to where the person wanted to go. A session that ended meanwhile begins no other.
fn proven(app: &App, side: Side, begun: bool, session: SessionId, next: &Next) -> Answer {
    if !begun {
        return Err(Error::SignIn {
            side,
            next: next.as_str().to_owned(),
        });
    }
    let ticket = Ticket {
        session,
        touched: app.now,
    };
    cookie::give(app, ticket, side);
    see(next.as_str())
}

/// `POST /confirm/link`: a sign-in link to the address of who is signed in.
pub(crate) async fn send(viewer: Viewer<Portal, Proving>, form: Fields) -> Answer {
    let Viewer {
        app, chrome, page, ..
    } = viewer;
    let next = Next::parse(Side::Client, Some(form.text("next")));
    if page.proofs.links >= LINKS {
        return Err(Error::TooMany {
            retry_after: throttle::ACCOUNT.window.as_seconds_ceil(),
        });
    }
    let me = &chrome.me;
    let browser = magic::bind(&app, &next)?;
    let to = (me.account, me.id, me.email.as_str());
    let batch = magic::mail(&app, &chrome.brand.name, to, &browser)?;
    app.db.batch(batch).await?;
    see(&with_next(
        Side::Client.confirm(),
        Side::Client,
        next.as_str(),
    ))
}
