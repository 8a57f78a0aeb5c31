//! Where an invitation to the team lands: one page for every link, and a form that a scanner
//! cannot fill in.
//!
//! GET and HEAD never ask D1 and never differ by token. A POST needs a chosen password; a bare one
//! fails and burns nothing. A lost reply may be asked for again by the same browser ([`once`]).

use askama::Template;
use http::StatusCode;

use super::chrome::{Chrome, Flash, Nobody};
use super::cookie::{self, Ticket};
use super::guard::{InPath, Public};
use super::page::{Answer, page, page_with, see, try_again};
use super::{Error, Fields, newcomer, once, password, visitor};
use crate::app::App;
use crate::domain::credential::{self, Proof};
use crate::domain::id::SessionId;
use crate::domain::next::Side;
use crate::domain::password::{Password, Strength};
use crate::domain::token::{Purpose, Secret};
use crate::store::join::{Consumed, Joiner, Joining, Presented};
use crate::store::session;

#[derive(Template)]
#[template(path = "staff/join.html")]
struct Join {
    chrome: Chrome<Nobody>,
    form: Fields,
    /// Somebody is signed in here as staff, and has to agree to be signed out.
    occupied: bool,
}

#[derive(Template)]
#[template(path = "link/dead_staff.html")]
struct Dead {
    chrome: Chrome<Nobody>,
}

/// The one page of every link of the staff's side that does not work, whatever the reason.
pub(crate) fn dead(chrome: Chrome<Nobody>) -> Answer {
    page_with(StatusCode::GONE, &Dead { chrome })
}

/// `GET /admin/join/{token}`
pub(crate) async fn form(public: Public<InPath<String>>) -> Answer {
    let Public {
        app, chrome, head, ..
    } = public;
    once::give(&app, &head.headers)?;
    let occupied = Ticket::of(&head.headers, Side::Staff, &app.config.keys, app.now).is_some();
    page(&Join {
        chrome,
        form: Fields::default(),
        occupied,
    })
}

/// `POST /admin/join/{token}`
///
/// 1. the password by the rules for everybody; 2. whose link it is; 3. a reply that was lost is
/// given again; 4. the password by what is known of the person, and whether somebody else is signed
/// in here; 5. the link consumed with all that it makes, in one batch; 6. the session.
pub(crate) async fn join(public: Public<InPath<String>>, mut form: Fields) -> Answer {
    let Public {
        app,
        chrome,
        args,
        head,
    } = public;
    let old = Ticket::of(&head.headers, Side::Staff, &app.config.keys, app.now);
    // 1.
    let business = chrome.brand.name.clone();
    let common = password::common(&app).await?;
    let choose =
        |text: &str, about: &[&str]| Password::choose(text, Strength::Alone, about, common);
    let password = form.required("password", |text| choose(text, &[&business]));
    let Some(password) = password else {
        return again(chrome, form, old);
    };
    let Ok(secret) = Secret::parse(Purpose::Join, &args.0) else {
        return dead(chrome);
    };
    // 2.
    let token_hash = secret.hash().to_string();
    let nonce = once::hash(&head.headers);
    let presented = Presented {
        token_hash: &token_hash,
        nonce: nonce.as_deref(),
        now: app.now,
        since: app.now.minus(once::LIFETIME),
    };
    let mut results = app.db.run(presented.whose()).await?;
    let Some(joiner) = results.first::<Joiner>()? else {
        return dead(chrome);
    };
    // 3.
    if joiner.again {
        let proof = credential::verify(&password, joiner.password_hash.as_deref())
            .map_err(|error| Error::internal(error.to_string()))?;
        return match joiner.session_id {
            Some(session) if proof != Proof::Wrong => welcome(&app, session, &joiner.name),
            _ => dead(chrome),
        };
    }
    // 4.
    let about = [business.as_str(), &joiner.name, &joiner.email];
    if let Err(problem) = choose(password.expose(), &about) {
        form.refuse("password", problem);
    }
    if old.is_some() && !form.ticked("switch") {
        form.refuse(
            "switch",
            "Somebody is signed in on this browser. Tick this to sign them out and go on.",
        );
    }
    if form.has_errors() {
        return again(chrome, form, old);
    }
    // 5.
    let hash = credential::hash(&password, app.random()?)
        .map_err(|error| Error::internal(error.to_string()))?;
    let place = visitor::place(&head.headers);
    let joining = Joining {
        token_hash: &token_hash,
        nonce: nonce.as_deref(),
        password_hash: &hash,
        session: app.id()?,
        audit: app.id()?,
        place: &place,
        now: app.now,
        end: app.now.plus(Side::Staff.absolute()),
    };
    let mut batch = joining.statements();
    batch.push(newcomer::welcome(
        &app,
        &head.headers,
        Side::Staff,
        joining.session,
    )?);
    batch.extend(old.map(|ticket| session::retire(ticket.session, joining.session, app.now)));
    let mut results = app.db.batch(batch).await?;
    // 6.
    match results.first::<Consumed>()? {
        Some(consumed) => welcome(&app, consumed.session_id, &joiner.name),
        None => dead(chrome),
    }
}

fn again(chrome: Chrome<Nobody>, form: Fields, old: Option<Ticket>) -> Answer {
    try_again(&Join {
        chrome,
        form,
        occupied: old.is_some(),
    })
}

fn welcome(app: &App, session: SessionId, name: &str) -> Answer {
    let ticket = Ticket {
        session,
        touched: app.now,
    };
    cookie::give(app, ticket, Side::Staff);
    Flash::success(app, format!("Welcome to the team, {name}."));
    see(Side::Staff.home())
}
