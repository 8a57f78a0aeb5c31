//! Where a link to choose a new password lands: one page for every link, and a form that a scanner
//! cannot fill in.
//!
//! GET and HEAD never ask D1 and never differ by token. A POST needs a chosen password; a bare one
//! fails and burns nothing. Using the link does not sign in: it ends every session, and the owner of
//! the address is told. A lost reply may be asked for again by the same browser ([`once`]).

use askama::Template;
use http::StatusCode;

use super::chrome::{Chrome, Flash, Nobody};
use super::guard::{InPath, Public};
use super::page::{Answer, page, page_with, see, try_again};
use super::throttle::{CodeTry, Guess, remember};
use super::{Error, Fields, once, password, visitor};
use crate::app::App;
use crate::domain::credential::{self, Proof};
use crate::domain::email::Email;
use crate::domain::id::AuditId;
use crate::domain::next::Side;
use crate::domain::password::{Password, Strength};
use crate::domain::token::{Purpose, Secret};
use crate::store::audit::{Entry, Principal};
use crate::store::reset::{Choice, Found, Owner, Presented};
use crate::store::session::Person;
use crate::store::throttle;

#[derive(Template)]
#[template(path = "reset/choose.html")]
struct Choose {
    chrome: Chrome<Nobody>,
    form: Fields,
}

#[derive(Template)]
#[template(path = "reset/dead.html")]
struct Dead {
    chrome: Chrome<Nobody>,
    side: Side,
}

fn dead(chrome: Chrome<Nobody>, side: Side) -> Answer {
    page_with(StatusCode::GONE, &Dead { chrome, side })
}

/// `GET /reset/{token}` and `GET /admin/reset/{token}`
pub(crate) async fn form(public: Public<InPath<String>>) -> Answer {
    once::give(&public.app, &public.head.headers)?;
    page(&Choose {
        chrome: public.chrome,
        form: Fields::default(),
    })
}

/// `POST /reset/{token}`
pub(crate) async fn client(public: Public<InPath<String>>, form: Fields) -> Answer {
    choose(public, form, Side::Client).await
}

/// `POST /admin/reset/{token}`
pub(crate) async fn staff(public: Public<InPath<String>>, form: Fields) -> Answer {
    choose(public, form, Side::Staff).await
}

/// 1. the password by the rules for everybody; 2. whose link it is; 3. a reply that was lost is
/// given again; 4. the password by what is known of the person; 5. in one batch: the link used up,
/// the password, the end of all sessions and other links, the mail, the entry in the log; 6. on to
/// the sign-in page.
async fn choose(public: Public<InPath<String>>, mut form: Fields, side: Side) -> Answer {
    let Public {
        app,
        chrome,
        args,
        head,
    } = public;
    // 1.
    let business = chrome.brand.name.clone();
    let common = password::common(&app).await?;
    let allowed = |text: &str, second: bool, about: &[&str]| {
        Password::choose(text, Strength::beside(second), about, common)
    };
    // Before it is known whose link it is, the shorter length is taken of everybody.
    let Some(password) = form.required("password", |text| allowed(text, true, &[&business])) else {
        return try_again(&Choose { chrome, form });
    };
    let purpose = match side {
        Side::Staff => Purpose::StaffReset,
        Side::Client => Purpose::Reset,
    };
    let Ok(secret) = Secret::parse(purpose, &args.0) else {
        return dead(chrome, side);
    };
    // 2.
    let token_hash = secret.hash().to_string();
    let nonce = once::hash(&head.headers);
    let presented = Presented {
        side,
        token_hash: &token_hash,
        nonce: nonce.as_deref(),
        now: app.now,
        since: app.now.minus(once::LIFETIME),
    };
    let found: Option<Found> = app.db.run(presented.whose()).await?.first()?;
    let Some((found, person)) = found.and_then(|found| {
        let person = found.owner.person()?;
        Some((found, person))
    }) else {
        return dead(chrome, side);
    };
    let owner = &found.owner;
    // 3.
    if found.again {
        let proof = credential::verify(&password, found.password_hash.as_deref())
            .map_err(|error| Error::internal(error.to_string()))?;
        return if proof == Proof::Wrong {
            dead(chrome, side)
        } else {
            done(&app, side, owner)
        };
    }
    // 4.
    let company = owner.client_name.as_deref().unwrap_or_default();
    let about = [&business, owner.name.as_str(), &owner.email, company];
    if let Err(problem) = allowed(password.expose(), found.second, &about) {
        form.refuse("password", problem);
        return try_again(&Choose { chrome, form });
    }
    let hash = credential::hash(&password, app.random()?)
        .map_err(|error| Error::internal(error.to_string()))?;
    // 5.
    let address = visitor::address(&head.headers);
    let audit: AuditId = app.id()?;
    let choice = Choice {
        presented,
        person,
        hash: &hash,
        short: password.is_short(),
        audit,
    };
    let mut mail = password::changed(&app, side, &business, (&owner.email, &owner.name));
    mail.staff = owner.staff_id;
    mail.contact = owner.contact_id;
    mail.client = owner.client_id;
    let mut batch = choice.statements();
    batch.push(mail.queue(&app, Some(choice.proviso()))?);
    batch.push(entry(owner, &address).append_if(audit, app.now, choice.proviso()));
    // Somebody else's guesses no longer hold the owner up.
    if let Ok(email) = Email::parse(&owner.email) {
        batch.extend(Guess::by_anybody(&app, side, email.key(), &head.headers)?.forgive(&app));
    }
    batch.push(CodeTry::forget(&app, side, &person.id(), &head.headers)?);
    batch.push(throttle::forgive(&format!("confirm {}", person.id())));
    if app.db.batch(batch).await?.changes()? == 0 {
        return dead(chrome, side);
    }
    // 6.
    done(&app, side, owner)
}

fn entry(owner: &Owner, address: &str) -> Entry {
    let name = owner.name.clone();
    let principal = match (owner.staff_id, owner.contact_id) {
        (Some(id), _) => Principal::Staff(id, name),
        (None, Some(id)) => Principal::Contact(id, name),
        (None, None) => Principal::Anonymous,
    };
    Entry {
        principal,
        action: "password.reset",
        entity: owner.person().map(Person::id),
        client: owner.client_id,
        detail: String::new(),
        address: address.to_owned(),
    }
}

/// A reset does not sign in: the person does, with the address at hand.
fn done(app: &App, side: Side, owner: &Owner) -> Answer {
    if let Ok(email) = Email::parse(&owner.email) {
        remember(app, side, email.key())?;
    }
    Flash::to_sign_in(
        app,
        "Your new password is saved. Please sign in with it.",
        &owner.email,
    );
    see(side.sign_in())
}
