//! Step-up: proving again who one is, before something sensitive.
//!
//! Staff type their password. A client types theirs, or has a sign-in link sent and types its code
//! here (or opens the link in this browser), which is the way of those who have no password. Who has a second
//! factor shows that as well: what follows changes how one signs in, or who else may, so it takes no less
//! than signing in does (OWASP ASVS 5.0, 7.5.1). A proof begins a new session; the old cookie is dead from
//! then on.

use http::request::Parts;

use super::cookie::{self, Ticket};
use super::factor::{self, Typed};
use super::guard::{FromAddress, InQuery, Load, Portal, Viewer, WayOut};
use super::own::{Frame, Own, Sheet as _, sheet};
use super::page::{Answer, see, with_next};
use super::sign_in::Asked;
use super::{Error, Fields, Reason, guard, magic};
use crate::app::App;
use crate::domain::credential::{self, Proof};
use crate::domain::id::{AuditId, SessionId, noun};
use crate::domain::next::{Next, Side};
use crate::domain::password::Password;
use crate::domain::throttle::{self, Decision, Failures};
use crate::domain::time::Timestamp;
use crate::domain::token::{Code, TokenHash};
use crate::store::confirm::{self, Proofs};
use crate::store::viewer::Asker;
use crate::store::{
    self, Conflict, Results, Statement, factor as kept, session, throttle as tries,
};

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

/// A confirmation as it was sent. A try is counted in the batch of the guard, which is the last
/// moment before the password is looked at; whatever turns out to be no guess is taken out again.
pub(crate) struct Tried {
    proofs: Proofs,
    id: AuditId,
    counted: bool,
}

/// The name under which the try is counted.
#[derive(Clone, Copy)]
pub(crate) struct TryId(AuditId);

impl FromAddress for TryId {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        Ok(Self(guard::app(parts)?.id()?))
    }
}

impl Load for Tried {
    type Args = TryId;

    fn statements(TryId(id): &TryId, asker: &Asker) -> Vec<Statement> {
        vec![
            confirm::proofs(asker),
            tries::reserve_confirmation(asker, *id),
        ]
    }

    fn read(
        TryId(id): TryId,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let (proofs, counted) = (results.first()?, results.changes()? > 0);
        Ok(proofs.map(|proofs| Self {
            proofs,
            id,
            counted,
        }))
    }
}

/// The key of the confirmations of who is signed in.
fn key(frame: &Frame) -> String {
    format!("confirm {}", frame.person().id())
}

/// What the page shows.
struct Confirm {
    form: Fields,
    next: String,
    has_password: bool,
    /// A link is out, so there is a code to type.
    sent: bool,
    /// There is a second factor.
    second: bool,
    email: String,
}
sheet!(Confirm, "confirm/staff.html", "confirm/client.html");

impl Confirm {
    fn new(frame: &Frame, proofs: &Proofs, form: Fields, next: &Next) -> Self {
        let wrong = !form.error("code").is_empty();
        Self {
            form,
            next: next.as_str().to_owned(),
            has_password: proofs.password_hash.is_some(),
            sent: wrong || proofs.token_hash.is_some(),
            second: proofs.second.get().is_some(),
            email: frame.email().to_owned(),
        }
    }
}

/// `GET /confirm`
pub(crate) async fn client_form(viewer: Viewer<Portal, Proving>) -> Answer {
    form(viewer.into())
}

/// `GET /admin/confirm`
pub(crate) async fn staff_form(staff: WayOut<Proving>) -> Answer {
    form(staff.into())
}

fn form(own: Own<Proving>) -> Answer {
    let next = Next::parse(own.frame.side(), own.page.next.as_deref());
    Confirm::new(&own.frame, &own.page.proofs, Fields::default(), &next).page(&own.frame)
}

/// `POST /confirm`: by password, or by the code of a sign-in link.
pub(crate) async fn client(viewer: Viewer<Portal, Tried>, form: Fields) -> Answer {
    let own = viewer.into();
    if form.text("by") == "code" {
        by_code(own, form).await
    } else {
        by_password(own, form).await
    }
}

/// `POST /admin/confirm`
pub(crate) async fn staff(staff: WayOut<Tried>, form: Fields) -> Answer {
    by_password(staff.into(), form).await
}

/// What was typed of the second factor: `Some(None)` where there is none to type.
#[expect(
    clippy::option_option,
    reason = "outer: could it be read; inner: is there one"
)]
fn second(page: &Tried, form: &mut Fields) -> Option<Option<Typed>> {
    match page.proofs.second.get() {
        None => Some(None),
        Some(_) => Typed::read(form).map(Some),
    }
}

/// The statements that use it up for the new session; `None`: it is not right, and the form says so.
fn shown(
    own: &Own<Tried>,
    typed: Option<&Typed>,
    new: SessionId,
    form: &mut Fields,
) -> Result<Option<Vec<Statement>>, Error> {
    let Own { app, frame, page } = own;
    let (Some(typed), Some((sealed, last))) = (typed, page.proofs.second.get()) else {
        return Ok(Some(Vec::new()));
    };
    let person = frame.person();
    let Some(proof) = typed.proves(app, person, sealed, last) else {
        form.refuse(typed.field(), factor::WRONG);
        return Ok(None);
    };
    let mut uses = vec![kept::claim(person, &proof, new), kept::claimed(person, new)];
    uses.extend(factor::renew_seal(app, person, sealed)?);
    Ok(Some(uses))
}

/// 1. what was typed; 2. the limit; 3. the password, and the second factor; 4. a new session in place of
/// the old one.
async fn by_password(own: Own<Tried>, mut form: Fields) -> Answer {
    let Own { app, frame, page } = &own;
    let next = Next::parse(frame.side(), Some(form.text("next")));
    // 1.
    let password = form.required("password", Password::presented);
    let typed = second(page, &mut form);
    let (Some(password), Some(typed)) = (password, typed) else {
        app.db.batch(no_guess(&own)).await?;
        return Confirm::new(frame, &page.proofs, form, &next).try_again(frame);
    };
    // 2.
    if !page.counted {
        return Err(wait(&page.proofs, app));
    }
    // 3.
    let proof = credential::verify(&password, page.proofs.password_hash.as_deref())
        .map_err(|error| Error::internal(error.to_string()))?;
    if proof == Proof::Wrong {
        form.refuse("password", "That is not your password. Please try again.");
        return Confirm::new(frame, &page.proofs, form, &next).try_again(frame);
    }
    let (new, old) = (app.id::<noun::Session>()?, frame.session());
    let Some(uses) = shown(&own, typed.as_ref(), new, &mut form)? else {
        return Confirm::new(frame, &page.proofs, form, &next).try_again(frame);
    };
    // 4.
    let mut batch = vec![
        session::renew(new, old, app.now),
        session::retire(old, new, app.now),
        tries::forgive(&key(frame)),
    ];
    batch.extend(uses);
    let begun = match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            refuse_used(&mut form, typed.as_ref());
            return Confirm::new(frame, &page.proofs, form, &next).try_again(frame);
        }
        results => results?.changes()? > 0,
    };
    proven(app, frame.side(), begun, new, &next)
}

fn refuse_used(form: &mut Fields, typed: Option<&Typed>) {
    if let Some(typed) = typed {
        form.refuse(typed.field(), typed.refused());
    }
}

fn wait(proofs: &Proofs, app: &App) -> Error {
    let retry_after = match throttle::decide(proofs.failed(), Failures::default(), app.now) {
        Decision::Wait { retry_after } => retry_after,
        Decision::Try => throttle::ACCOUNT.window,
    };
    Reason::TooMany {
        retry_after: retry_after.as_seconds_ceil(),
    }
    .into()
}

/// What was sent was no guess at a password.
fn no_guess(own: &Own<Tried>) -> Vec<Statement> {
    vec![tries::release(&key(&own.frame), own.page.id, own.app.now)]
}

/// 1. what was typed, and the second factor, which may be guessed at as little as a password; 2. the open
/// link used up by its code, and the new session, in one batch.
async fn by_code(own: Own<Tried>, mut form: Fields) -> Answer {
    let Own { app, frame, page } = &own;
    let next = Next::parse(frame.side(), Some(form.text("next")));
    let mut batch = Vec::new();
    let mut begins = None;
    // 1.
    let code = form.required("code", Code::parse);
    let Some(typed) = second(page, &mut form) else {
        app.db.batch(no_guess(&own)).await?;
        return Confirm::new(frame, &page.proofs, form, &next).try_again(frame);
    };
    if typed.is_some() && !page.counted {
        return Err(wait(&page.proofs, app));
    }
    // 2.
    let open = page.proofs.token_hash.as_deref();
    let link = open.and_then(|hash| TokenHash::parse(hash).ok());
    if let Some((code, link)) = code.as_ref().zip(link) {
        let (new, old) = (app.id::<noun::Session>()?, frame.session());
        let Some(uses) = shown(&own, typed.as_ref(), new, &mut form)? else {
            return Confirm::new(frame, &page.proofs, form, &next).try_again(frame);
        };
        let (hash, code) = (link.to_string(), magic::code_hash(app, code, &link)?);
        batch.extend(confirm::by_code(&hash, &code, new, old, app.now));
        batch.push(confirm::renew_by_code(&hash, new, old, app.now));
        batch.push(session::retire(old, new, app.now));
        batch.extend(uses);
        begins = Some(new);
    }
    batch.extend(no_guess(&own));
    let used = match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            refuse_used(&mut form, typed.as_ref());
            return Confirm::new(frame, &page.proofs, form, &next).try_again(frame);
        }
        results => results?.changes()? > 0,
    };
    if let Some(new) = begins.filter(|_| used) {
        return proven(app, frame.side(), true, new, &next);
    }
    form.refuse(
        "code",
        "That is not the code of the newest mail, or it has run out. Please look again, or have a new one sent.",
    );
    Confirm::new(frame, &page.proofs, form, &next).try_again(frame)
}

/// On to where the person wanted to go. A session that ended meanwhile begins no other.
fn proven(app: &App, side: Side, begun: bool, session: SessionId, next: &Next) -> Answer {
    if !begun {
        return Err(Reason::SignIn {
            side,
            next: next.as_str().to_owned(),
        }
        .into());
    }
    let ticket = Ticket {
        session,
        touched: app.now,
    };
    cookie::give(app, ticket, side);
    see(next.as_str())
}

/// `POST /confirm/link`: a sign-in link to the address of who is signed in.
pub(crate) async fn send(viewer: Viewer<Portal>, form: Fields) -> Answer {
    let Viewer { app, chrome, .. } = viewer;
    let next = Next::parse(Side::Client, Some(form.text("next")));
    let me = &chrome.me;
    let browser = magic::bind(&app, &next)?;
    let (to, email) = ((me.account, me.id), me.email.as_str());
    let mut batch = vec![confirm::few_links(me.account, LINKS, app.now)];
    batch.extend(magic::mail(&app, &chrome.brand.name, to, email, &browser)?);
    match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            return Err(Reason::TooMany {
                retry_after: throttle::ACCOUNT.window.as_seconds_ceil(),
            }
            .into());
        }
        written => written.map(drop)?,
    }
    see(&with_next(
        Side::Client.confirm(),
        Side::Client,
        next.as_str(),
    ))
}
