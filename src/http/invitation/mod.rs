//! Where an invitation lands: one page for every link, and a form that a scanner cannot fill in.
//!
//! GET and HEAD never ask D1 and never differ by token. A POST needs a chosen password or the
//! explicit choice to sign in by link; a bare one fails and burns nothing. A lost reply may be
//! asked for again by the same browser ([`once`]). Who signs in here already, for another client, shows
//! that it is them ([`way`]): an invitation replaces no password and opens nothing that was there before.

mod renew;
mod way;

use askama::Template;

pub(crate) use renew::{renew, sent};

use super::chrome::{Chrome, Flash, Nobody};
use super::cookie::{self, Ticket};
use super::guard::{InPath, Public};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields, Reason, magic, newcomer, once, password, visitor};
use crate::app::App;
use crate::domain::credential::{self, Proof};
use crate::domain::id::SessionId;
use crate::domain::next::{Next, Side};
use crate::domain::password::Password;
use crate::domain::throttle::ACCOUNT;
use crate::domain::token::{Purpose, Secret};
use crate::store::invitation::{Acceptance, Consumed, Invitee, Login, Presented};
use crate::store::session::Person;
use crate::store::{login, session, throttle};

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
/// 1. the choice; 2. whose link it is, and a password that was typed counted as a try; 3. a reply that
/// was lost is given again; 4. who signs in from now on, and whether somebody else is signed in here;
/// 5. the link consumed with all that it makes, in one batch; 6. the session, or word of the mail.
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
    let Some(password) = way::chosen(&mut form) else {
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
    let Some(invitee) = look(&app, &presented, password.is_some()).await? else {
        return renew::dead(chrome);
    };
    // 3.
    if invitee.again {
        return again(&app, chrome, form, &invitee, password.as_ref());
    }
    // 4.
    let here = presented.session.filter(|_| invitee.here);
    let common = password::common(&app).await?;
    let way = way::decide(
        &mut form,
        &invitee,
        here,
        password.as_ref(),
        &business,
        common,
    )?;
    ask_to_switch(&mut form, &invitee);
    let (Some(way), false) = (way, form.has_errors()) else {
        return try_again(&Accept {
            chrome,
            form,
            occupant: invitee.occupant.unwrap_or_default(),
        });
    };
    // 5.
    let hash = way.hash(&app, password.as_ref())?;
    let session: SessionId = app.id()?;
    let place = visitor::place(&head.headers);
    let acceptance = Acceptance {
        token_hash: &token_hash,
        nonce: nonce.as_deref(),
        login: way.login(app.id()?, hash.as_deref()),
        session,
        audit: app.id()?,
        place: &place,
        now: app.now,
        end: app.now.plus(Side::Client.absolute()),
    };
    let mut batch = acceptance.statements();
    // Pressed twice at once, and the other press was quicker?
    batch.insert(1, presented.whose());
    match acceptance.login {
        Login::Mailed(account) => {
            let browser = magic::bind(&app, &Next::parse(Side::Client, None))?;
            let (to, email) = ((account, invitee.contact_id), invitee.email.as_str());
            batch.extend(magic::mail(&app, &business, to, email, &browser)?);
        }
        Login::Known(account) => {
            batch.push(throttle::forgive(&format!("confirm {account}")));
            let typed = invitee
                .password_hash
                .as_deref()
                .filter(|_| password.is_some());
            batch.extend(
                typed.map(|hash| login::still(Person::Account(account), hash, invitee.second)),
            );
        }
        Login::New(..) | Login::Here(..) => {}
    }
    let browser = newcomer::welcome(&app, &head.headers, Side::Client, session)?;
    batch.push(browser);
    batch.extend(old.map(|ticket| session::retire(ticket.session, session, app.now)));
    let mut results = app.db.batch(batch).await?;
    // 6.
    let consumed = results.first::<Consumed>()?.is_some();
    match (consumed, acceptance.login, results.first::<Invitee>()?) {
        (true, Login::Mailed(_), _) => mailed(&app, &invitee),
        (true, Login::New(..) | Login::Known(_) | Login::Here(..), _) => welcome(&app, session),
        (false, _, Some(quicker)) if quicker.again => {
            again(&app, chrome, form, &quicker, password.as_ref())
        }
        // A login of that address has come to be in this very moment.
        (false, _, Some(_)) => Err(Error::at_once()),
        (false, _, None) => renew::dead(chrome),
    }
}

/// Somebody else who is signed in on this browser is not signed out unasked.
fn ask_to_switch(form: &mut Fields, invitee: &Invitee) {
    if let Some(occupant) = invitee.occupant.as_ref().filter(|_| !form.ticked("switch")) {
        let asked = format!(
            "{occupant} is signed in on this browser. Tick this to sign them out and go on."
        );
        form.refuse("switch", asked);
    }
}

/// Whose link it is, if it works. A password that was typed is counted before anybody looks at it.
async fn look(app: &App, presented: &Presented<'_>, typed: bool) -> Result<Option<Invitee>, Error> {
    let mut batch = vec![presented.whose()];
    if typed {
        batch.push(throttle::reserve_acceptance(
            presented.token_hash,
            app.id()?,
            app.now,
        ));
    }
    let mut results = app.db.batch(batch).await?;
    let invitee: Option<Invitee> = results.first()?;
    let guarded = invitee
        .as_ref()
        .is_some_and(|invitee| invitee.password_hash.is_some());
    if typed && guarded && results.changes()? == 0 {
        return Err(Reason::TooMany {
            retry_after: ACCOUNT.window.as_seconds_ceil(),
        }
        .into());
    }
    Ok(invitee)
}

/// The answer that was lost, once more: the session that accepting made, for who has the password if
/// there is one; so nobody leaves with another one in mind.
fn again(
    app: &App,
    chrome: Chrome<Nobody>,
    mut form: Fields,
    invitee: &Invitee,
    password: Option<&Password>,
) -> Answer {
    let Some(session) = invitee.session_id else {
        return mailed(app, invitee);
    };
    if let Some(kept) = invitee.password_hash.as_deref() {
        let right = match password {
            Some(password) => credential::verify(password, Some(kept))
                .map_err(|error| Error::internal(error.to_string()))?,
            None => Proof::Wrong,
        };
        if right == Proof::Wrong {
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
    Flash::success(app, "Welcome. Here you find all that we share with you.");
    see(Side::Client.home())
}

/// Who signs in here already gets a link to do so: an invitation alone opens nothing of what they have.
fn mailed(app: &App, invitee: &Invitee) -> Answer {
    Flash::success(
        app,
        format!(
            "You now have access to {}. You sign in here already, so we have sent you a link to do so.",
            invitee.client_name
        ),
    );
    see("/sign-in/sent")
}
