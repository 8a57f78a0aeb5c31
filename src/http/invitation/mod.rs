//! Where an invitation lands: one page for every link, and a form that a scanner cannot fill in.
//!
//! GET and HEAD never ask D1 and never differ by token. A POST needs a chosen password or the
//! explicit choice to sign in by link; a bare one fails and burns nothing. A lost reply may be
//! asked for again by the same browser ([`once`]).

mod renew;

use askama::Template;

pub(crate) use renew::{renew, sent};

use super::chrome::{Chrome, Flash, Nobody};
use super::cookie::{self, Ticket};
use super::guard::{InPath, Public};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, once, visitor};
use crate::app::App;
use crate::domain::credential::{self, Proof};
use crate::domain::id::SessionId;
use crate::domain::next::Side;
use crate::domain::password::{Password, Strength};
use crate::domain::token::{Purpose, Secret};
use crate::store::invitation::{Acceptance, Consumed, Invitee, Presented};
use crate::store::session;

#[derive(Template)]
#[template(path = "invitation/accept.html")]
struct Accept {
    chrome: Chrome<Nobody>,
    form: Fields,
    /// Who is signed in on this browser, and has to agree to be signed out.
    occupant: String,
}

impl Accept {
    fn new(chrome: Chrome<Nobody>, form: Fields) -> Self {
        Self {
            chrome,
            form,
            occupant: String::new(),
        }
    }
}

/// `GET /invitation/{token}`
pub(crate) async fn form(public: Public<InPath<String>>) -> Answer {
    once::give(&public.app, &public.head.headers)?;
    page(&Accept::new(public.chrome, Fields::default()))
}

/// `POST /invitation/{token}`
///
/// 1. the choice; 2. whose link it is; 3. a reply that was lost is given again; 4. the password by
/// what is known of the person, and whether somebody else is signed in here; 5. the link consumed
/// with all that it makes, in one batch; 6. the session.
pub(crate) async fn accept(public: Public<InPath<String>>, mut form: Fields) -> Answer {
    if form.ticked("renew") {
        return renew(public).await;
    }
    let Public {
        app,
        chrome,
        args,
        head,
    } = public;
    // 1.
    let business = chrome.brand.name.clone();
    let Some(password) = chosen(&mut form, &business) else {
        return try_again(&Accept::new(chrome, form));
    };
    let Ok(secret) = Secret::parse(Purpose::Invitation, &args.0) else {
        return renew::dead(chrome);
    };
    // 2.
    let token_hash = secret.hash().to_string();
    let nonce = once::hash(&head.headers);
    let old = Ticket::of(&head.headers, Side::Client, &app.config.keys, app.now);
    let presented = Presented {
        token_hash: &token_hash,
        nonce: nonce.as_deref(),
        session: old.map(|ticket| ticket.session),
        now: app.now,
        since: app.now.minus(once::LIFETIME),
    };
    let whose = async || app.db.run(presented.whose()).await?.first::<Invitee>();
    let Some(invitee) = whose().await? else {
        return renew::dead(chrome);
    };
    // 3.
    if invitee.again {
        return again(&app, chrome, form, &invitee, password.as_ref());
    }
    // 4.
    if let Some(password) = &password {
        let about = [
            &business,
            &invitee.first_name,
            &invitee.last_name,
            &invitee.email,
            &invitee.client_name,
        ];
        if let Err(problem) = Password::choose(
            password.expose(),
            Strength::Alone,
            &about.map(String::as_str),
        ) {
            form.refuse("password", problem);
        }
    }
    if let Some(occupant) = invitee.occupant.as_ref().filter(|_| !form.ticked("switch")) {
        form.refuse(
            "switch",
            format!(
                "{occupant} is signed in on this browser. Tick this to sign them out and go on."
            ),
        );
    }
    if form.has_errors() {
        return try_again(&Accept {
            chrome,
            form,
            occupant: invitee.occupant.unwrap_or_default(),
        });
    }
    // 5.
    let hash = password
        .as_ref()
        .map(|password| {
            credential::hash(password, app.random()?)
                .map_err(|error| Error::internal(error.to_string()))
        })
        .transpose()?;
    let session: SessionId = app.id()?;
    let place = visitor::place(&head.headers);
    let acceptance = Acceptance {
        token_hash: &token_hash,
        nonce: nonce.as_deref(),
        password_hash: hash.as_deref(),
        session,
        account: app.id()?,
        audit: app.id()?,
        place: &place,
        now: app.now,
        end: app.now.plus(Side::Client.absolute()),
    };
    let mut batch = acceptance.statements();
    batch.extend(old.map(|ticket| session::retire(ticket.session, session, app.now)));
    let mut results = app.db.batch(batch).await?;
    // 6.
    if let Some(consumed) = results.first::<Consumed>()? {
        return welcome(&app, consumed.session_id);
    }
    // Pressed twice at once, and the other press was quicker?
    match whose().await? {
        Some(invitee) if invitee.again => again(&app, chrome, form, &invitee, password.as_ref()),
        _ => renew::dead(chrome),
    }
}

/// The way to sign in that was chosen: a password, or `Some(None)` for links. `None`: neither, or a
/// password that is not taken; the form says so.
#[expect(
    clippy::option_option,
    reason = "outer: was a way chosen; inner: is there a password"
)]
fn chosen(form: &mut Fields, business: &str) -> Option<Option<Password>> {
    match form.text("choice") {
        "link" if !form.has_errors() => Some(None),
        "password" => {
            let choose = |text: &str| Password::choose(text, Strength::Alone, &[business]);
            form.required("password", choose).map(Some)
        }
        _ => {
            form.refuse(
                "choice",
                "Choose how you want to sign in: with a password or by a link.",
            );
            None
        }
    }
}

/// The answer that was lost, once more: the session that accepting made. A password typed anew must
/// be the one that was kept, so that nobody leaves with another one in mind.
fn again(
    app: &App,
    chrome: Chrome<Nobody>,
    mut form: Fields,
    invitee: &Invitee,
    password: Option<&Password>,
) -> Answer {
    let Some(session) = invitee.session_id else {
        return renew::dead(chrome);
    };
    if let Some(password) = password {
        let proof = credential::verify(password, invitee.password_hash.as_deref())
            .map_err(|error| Error::internal(error.to_string()))?;
        if proof == Proof::Wrong {
            form.refuse(
                "password",
                "You have chosen a password a moment ago already. Please type that one.",
            );
            return try_again(&Accept::new(chrome, form));
        }
    }
    welcome(app, session)
}

fn welcome(app: &App, session: SessionId) -> Answer {
    let ticket = Ticket {
        session,
        touched: app.now,
    };
    cookie::give(app, ticket, Side::Client);
    Flash::success(app, "Welcome. This is your own space; nobody else sees it.");
    see(Side::Client.home())
}
