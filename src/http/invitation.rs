//! Where an invitation lands: one page for every link, and a form that a scanner cannot fill in.
//!
//! GET and HEAD never ask D1 and never differ by token. A POST needs a chosen password or the
//! explicit choice to sign in by link; a bare one fails and burns nothing.

use askama::Template;

use super::chrome::{Chrome, Flash, Nobody};
use super::cookie::{self, Ticket};
use super::guard::{InPath, Public};
use super::magic::dead;
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, visitor};
use crate::domain::credential;
use crate::domain::id::SessionId;
use crate::domain::next::Side;
use crate::domain::password::{Password, Strength};
use crate::domain::token::{Purpose, Secret};
use crate::store::invitation::Acceptance;

#[derive(Template)]
#[template(path = "invitation/accept.html")]
struct Accept {
    chrome: Chrome<Nobody>,
    form: Fields,
}

/// `GET /invitation/{token}`
pub(crate) async fn form(public: Public<InPath<String>>) -> Answer {
    page(&Accept {
        chrome: public.chrome,
        form: Fields::default(),
    })
}

/// `POST /invitation/{token}`
///
/// 1. the choice; 2. the link consumed with all that it makes, in one batch; 3. the session.
pub(crate) async fn accept(public: Public<InPath<String>>, mut form: Fields) -> Answer {
    let Public {
        app,
        chrome,
        args,
        head,
    } = public;
    // 1.
    let password = match form.text("choice") {
        "link" => None,
        "password" => {
            let business = chrome.brand.name.clone();
            let choose = |text: &str| Password::choose(text, Strength::Alone, &[&business]);
            let Some(password) = form.required("password", choose) else {
                return try_again(&Accept { chrome, form });
            };
            Some(password)
        }
        _ => {
            form.refuse(
                "choice",
                "Choose how you want to sign in: with a password or by a link.",
            );
            return try_again(&Accept { chrome, form });
        }
    };
    let Ok(secret) = Secret::parse(Purpose::Invitation, &args.0) else {
        return dead(chrome);
    };
    // 2.
    let hash = password
        .map(|password| {
            credential::hash(&password, app.random()?)
                .map_err(|error| Error::internal(error.to_string()))
        })
        .transpose()?;
    let session: SessionId = app.id()?;
    let place = visitor::place(&head.headers);
    let token_hash = secret.hash().to_string();
    let acceptance = Acceptance {
        token_hash: &token_hash,
        password_hash: hash.as_deref(),
        session,
        account: app.id()?,
        audit: app.id()?,
        place: &place,
        now: app.now,
        end: app.now.plus(Side::Client.absolute()),
    };
    let mut results = app.db.batch(acceptance.statements()).await?;
    if results.changes()? == 0 {
        return dead(chrome);
    }
    // 3.
    let ticket = Ticket {
        session,
        touched: app.now,
    };
    cookie::give(&app, ticket, Side::Client);
    Flash::success(
        &app,
        "Welcome. This is your own space; nobody else sees it.",
    );
    see(Side::Client.home())
}
