//! Signing in and out by password, on both sides.
//!
//! An unknown address, a deactivated person, somebody without a password and a wrong password
//! cost the same time and get the same answer. A try is counted per account and per network before
//! the password is looked at; a sign-in link by mail is never held up by that. Who has a second factor is
//! asked for it before any session begins ([`super::factor`]).

use askama::Template;
use http::HeaderMap;

use super::chrome::{Chrome, Flash, Nobody};
use super::cookie::{self, Ticket};
use super::factor::Waiting;
use super::guard::{InQuery, Leaving, Public, Viewer, WayOut};
use super::page::{Answer, page, see, try_again, with_next};
use super::throttle::{self, Guess};
use super::{Error, Fields, Reason, newcomer, preview, visitor};
use crate::app::App;
use crate::domain::credential::{self, Proof};
use crate::domain::email::Email;
use crate::domain::id::{ContactId, InvoiceId, SessionId, StaffId};
use crate::domain::next::{Next, Side};
use crate::domain::password::Password;
use crate::store::audit::{self, Entry, Principal};
use crate::store::session::Person;
use crate::store::{self, Conflict, Results, Statement, login, session};

/// The query of a sign-in page.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Asked {
    pub(super) next: Option<String>,
}

#[derive(Template)]
#[template(path = "sign_in/page.html")]
struct Page {
    chrome: Chrome<Nobody>,
    form: Fields,
    next: String,
    action: &'static str,
    by_link: String,
    forgot: &'static str,
    staff: bool,
    /// The invoice that they want to see, for which no account may be needed.
    invoice: Option<InvoiceId>,
}

impl Page {
    fn new(chrome: Chrome<Nobody>, side: Side, form: Fields, next: &Next) -> Self {
        let by_mail = chrome.brand.link_by_mail;
        Self {
            chrome,
            form,
            next: next.as_str().to_owned(),
            action: side.sign_in(),
            forgot: side.forgot(),
            by_link: with_next("/sign-in/link", side, next.as_str()),
            staff: side == Side::Staff,
            invoice: next.invoice().filter(|_| by_mail),
        }
    }
}

const WRONG: &str = "That e-mail address and password do not go together. Please check both.";

/// `GET /sign-in`
pub(crate) async fn client_form(public: Public<InQuery<Asked>>) -> Answer {
    form(public, Side::Client)
}

/// `GET /admin/sign-in`
pub(crate) async fn staff_form(public: Public<InQuery<Asked>>) -> Answer {
    form(public, Side::Staff)
}

fn form(public: Public<InQuery<Asked>>, side: Side) -> Answer {
    let next = Next::parse(side, public.args.0.next.as_deref());
    let address = public
        .chrome
        .flash
        .as_ref()
        .and_then(|flash| flash.address.clone());
    let form = Fields::filled([("email", address.unwrap_or_default())]);
    page(&Page::new(public.chrome, side, form, &next))
}

/// Who a sign-in turned out to be.
enum Found {
    Staff(login::StaffLogin),
    Account(login::AccountLogin),
}

impl Found {
    fn hash(&self) -> Option<&str> {
        match self {
            Self::Staff(staff) => staff.password_hash.as_deref(),
            Self::Account(account) => account.password_hash.as_deref(),
        }
    }

    fn person(&self) -> Person {
        match self {
            Self::Staff(staff) => Person::Staff(staff.id),
            Self::Account(account) => Person::Account(account.id),
        }
    }

    /// The epoch, where the password is not enough.
    fn second(&self) -> Option<i64> {
        let (second, epoch) = match self {
            Self::Staff(staff) => (staff.second, staff.epoch),
            Self::Account(account) => (account.second, account.epoch),
        };
        second.then_some(epoch)
    }

    /// Who comes in; nobody where no client is open to the account.
    fn comer(self) -> Option<Comer> {
        match self {
            Self::Staff(staff) => Some(Comer::Staff(staff.id, staff.name)),
            Self::Account(account) => account.contact_id.map(Comer::Contact),
        }
    }
}

/// `POST /sign-in`
pub(crate) async fn client(public: Public, form: Fields) -> Answer {
    sign_in(public, form, Side::Client).await
}

/// `POST /admin/sign-in`
pub(crate) async fn staff(public: Public, form: Fields) -> Answer {
    sign_in(public, form, Side::Staff).await
}

/// 1. what was typed; 2. who that is, and the try counted, in one batch; 3. the limit; 4. the
/// password, the same work for everybody; 5. the session (or the wait for the second factor), and the
/// try forgotten, in one batch.
async fn sign_in(public: Public, mut form: Fields, side: Side) -> Answer {
    let Public {
        app, chrome, head, ..
    } = public;
    let next = Next::parse(side, Some(form.text("next")));
    // 1.
    let email = form.required("email", Email::parse);
    let password = form.required("password", Password::presented);
    let (Some(email), Some(password)) = (email, password) else {
        return try_again(&Page::new(chrome, side, form, &next));
    };
    let guess = Guess::new(&app, side, email.key(), &head.headers)?;
    // 2.
    let who = match side {
        Side::Staff => login::staff(email.key()),
        Side::Client => login::account(email.key()),
    };
    let mut results = app.db.batch(guess.asked_with(who, &app)).await?;
    let found = match side {
        Side::Staff => results.first()?.map(Found::Staff),
        Side::Client => results.first()?.map(Found::Account),
    };
    // 3.
    guess.counted(&mut results, &app)?;
    // 4.
    let kept = found.as_ref().and_then(Found::hash);
    let proof =
        credential::verify(&password, kept).map_err(|error| Error::internal(error.to_string()))?;
    let Some(found) = found.filter(|_| proof != Proof::Wrong) else {
        form.refuse("email", WRONG);
        return try_again(&Page::new(chrome, side, form, &next));
    };
    // 5.
    let id: SessionId = app.id()?;
    let mut batch = Vec::from(guess.forgive(&app));
    batch.push(login::still(
        found.person(),
        found.hash().unwrap_or_default(),
        found.second().is_some(),
    ));
    if let Proof::RightButOld = proof {
        let hash = credential::hash(&password, app.random()?)
            .map_err(|error| Error::internal(error.to_string()))?;
        batch.push(login::rehash(found.person(), &hash));
    }
    let (person, second) = (found.person(), found.second());
    let Some(comer) = found.comer() else {
        app.db.batch(batch).await?;
        return Err(Reason::PortalClosed(None).into());
    };
    let before = batch.len();
    if second.is_none() {
        batch.extend(begin(
            &app,
            &head.headers,
            comer.clone(),
            id,
            &chrome.brand.name,
        )?);
        batch.extend(former(&app, &head.headers, side, id));
    }
    let mut results = match app.db.batch(batch).await {
        // It has just been changed.
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            form.refuse("email", WRONG);
            return try_again(&Page::new(chrome, side, form, &next));
        }
        results => results?,
    };
    if let Some(epoch) = second {
        let contact = comer.contact();
        Waiting::begin(&app, side, (person, epoch), contact, email.key(), &next)?;
        return see(side.second());
    }
    for _ in 0..before {
        results.skip()?;
    }
    if !begun(&app, &mut results)? {
        return Err(Reason::PortalClosed(None).into());
    }
    let ticket = Ticket {
        session: id,
        touched: app.now,
    };
    cookie::give(&app, ticket, side);
    throttle::remember(&app, side, email.key())?;
    see(next.as_str())
}

/// The end of the session that this browser had before, once the new one has begun.
pub(super) fn former(
    app: &App,
    headers: &HeaderMap,
    side: Side,
    new: SessionId,
) -> Option<Statement> {
    let ticket = Ticket::of(headers, side, &app.config.keys, app.now)?;
    Some(session::retire(ticket.session, new, app.now))
}

/// Somebody who has shown all that is asked.
#[derive(Debug, Clone)]
pub(super) enum Comer {
    /// A member of staff, with the name for the log.
    Staff(StaffId, String),
    /// A contact.
    Contact(ContactId),
}

impl Comer {
    const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Staff(..) => None,
            Self::Contact(id) => Some(*id),
        }
    }
}

/// The session begins, if the person may come in now, and its entry in the log; a browser that is new to them
/// is told of by mail. [`begun`] reads the answer.
pub(super) fn begin(
    app: &App,
    headers: &HeaderMap,
    comer: Comer,
    id: SessionId,
    business: &str,
) -> Result<Vec<Statement>, Error> {
    let place = visitor::place(headers);
    let end = |side: Side| app.now.plus(side.absolute());
    let side = match comer {
        Comer::Staff(..) => Side::Staff,
        Comer::Contact(_) => Side::Client,
    };
    let mut batch = match comer {
        Comer::Staff(staff, name) => {
            let entry = signed_in(Principal::Staff(staff, name), &place.address);
            vec![
                session::begin_staff(id, staff, &place, app.now, end(Side::Staff)),
                entry.append(app.id()?, app.now),
            ]
        }
        Comer::Contact(contact) => vec![
            session::begin_contact(id, contact, &place, app.now, end(Side::Client)),
            audit::of_session(app.id()?, id, "session.began", app.now),
        ],
    };
    batch.extend(newcomer::greet(app, headers, side, (id, &place), business)?);
    Ok(batch)
}

/// Reads what [`begin`] answers: whether the session began. A mail that was queued goes out.
pub(super) fn begun(app: &App, results: &mut Results) -> Result<bool, Error> {
    let begun = results.changes()? > 0;
    results.skip()?;
    if results.changes()? > 0 {
        app.mail_queued();
    }
    results.skip()?;
    Ok(begun)
}

fn signed_in(principal: Principal, address: &str) -> Entry {
    Entry {
        principal,
        action: "session.began",
        entity: None,
        client: None,
        detail: String::new(),
        address: address.to_owned(),
    }
}

/// `POST /sign-out`
pub(crate) async fn client_out(viewer: Viewer<Leaving>) -> Answer {
    let (app, session) = (&viewer.app, viewer.me().session);
    let entry = audit::of_session(app.id()?, session, "session.ended", app.now);
    out(app, session, entry, Side::Client).await
}

/// `POST /admin/sign-out`
pub(crate) async fn staff_out(staff: WayOut) -> Answer {
    let (app, me) = (&staff.app, staff.me());
    let principal = Principal::Staff(me.id, me.name.clone());
    let entry = Entry {
        action: "session.ended",
        ..signed_in(principal, &me.address)
    };
    let entry = entry.append(app.id()?, app.now);
    // A preview ends with the session it lives in.
    preview::forget(app);
    out(app, me.session, entry, Side::Staff).await
}

async fn out(app: &App, session: SessionId, entry: Statement, side: Side) -> Answer {
    let batch = vec![session::end(session, app.now), entry];
    app.db.batch(batch).await?;
    app.set_cookie(cookie::clear(side.cookie()));
    Flash::success(app, "You are signed out.");
    see(side.sign_in())
}

/// `POST /switch`: another client of the same person, in a session of its own. The contact must be
/// one that the guard's own query lists as open to this person.
pub(crate) async fn switch(viewer: Viewer<Leaving>, form: Fields) -> Answer {
    let (app, me) = (&viewer.app, viewer.me());
    form.sound()?;
    let asked = form.text("contact_id");
    let mut open = me.others.iter().map(|other| other.contact_id);
    let contact = open
        .find(|id| id.to_string() == asked)
        .ok_or(Reason::NotFound)?;
    let id: SessionId = app.id()?;
    let end = app.now.plus(Side::Client.absolute());
    let mut results = app
        .db
        .batch(vec![
            session::succeed(id, me.session, contact, app.now, end),
            session::retire(me.session, id, app.now),
            audit::of_session(app.id()?, id, "session.began", app.now),
        ])
        .await?;
    if results.changes()? == 0 {
        return Err(Reason::NotFound.into());
    }
    let ticket = Ticket {
        session: id,
        touched: app.now,
    };
    cookie::give(app, ticket, Side::Client);
    see(Side::Client.home())
}
