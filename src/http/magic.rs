//! Signing in by a link in a mail, safe from mail scanners.
//!
//! Asking sets a short-lived cookie in the browser that asks. Opening the link shows one button and
//! changes nothing. Pressing it signs that browser in; another one (a scanner, a second device) is
//! asked for the code that stands in the mail as text. An unknown address gets the same answer.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use http::{HeaderMap, StatusCode};
use sha2::Sha256;

use super::chrome::{Chrome, Flash, Nobody};
use super::cookie::{self, Ticket};
use super::factor::Waiting;
use super::guard::{InPath, InQuery, Public};
use super::mailing::Mailing;
use super::page::{Answer, page, page_with, see, try_again, with_next};
use super::sign_in::{Asked, former};
use super::throttle::Asking;
use super::{Error, Fields, newcomer, visitor};
use crate::app::App;
use crate::domain::email::Email;
use crate::domain::hex::hex;
use crate::domain::id::{AccountId, ContactId, LinkId, SessionId};
use crate::domain::next::{Next, Side};
use crate::domain::time::Millis;
use crate::domain::token::{Code, Purpose, Secret, TokenHash};
use crate::store::Statement;
use crate::store::asked::AskedLink;
use crate::store::magic::{self, Alive, Half, NewLink, Presented};
use crate::store::session::Person;

const ASK: &str = "__Host-portico-ask";
const NEXT: &str = "__Host-portico-next";
const LIFETIME: Millis = Millis::minutes(10);

#[derive(Template)]
#[template(path = "link/ask.html")]
struct Ask {
    chrome: Chrome<Nobody>,
    form: Fields,
    next: String,
    by_password: String,
}

impl Ask {
    fn new(chrome: Chrome<Nobody>, form: Fields, next: &Next) -> Self {
        Self {
            chrome,
            form,
            next: next.as_str().to_owned(),
            by_password: with_next(Side::Client.sign_in(), Side::Client, next.as_str()),
        }
    }
}

#[derive(Template)]
#[template(path = "link/sent.html")]
struct Sent {
    chrome: Chrome<Nobody>,
}

#[derive(Template)]
#[template(path = "link/open.html")]
struct Open {
    chrome: Chrome<Nobody>,
}

#[derive(Template)]
#[template(path = "link/code.html")]
struct AskForCode {
    chrome: Chrome<Nobody>,
    form: Fields,
}

#[derive(Template)]
#[template(path = "link/dead.html")]
struct Dead {
    chrome: Chrome<Nobody>,
}

/// The one page of every link that does not work, whatever the reason.
pub(crate) fn dead(chrome: Chrome<Nobody>) -> Answer {
    page_with(StatusCode::GONE, &Dead { chrome })
}

/// `GET /sign-in/link`
pub(crate) async fn ask_form(public: Public<InQuery<Asked>>) -> Answer {
    let next = Next::parse(Side::Client, public.args.0.next.as_deref());
    page(&Ask::new(public.chrome, Fields::default(), &next))
}

/// `GET /sign-in/sent`
pub(crate) async fn sent(public: Public) -> Answer {
    page(&Sent {
        chrome: public.chrome,
    })
}

/// `POST /sign-in/link`
///
/// 1. the address; 2. the asking counted and taken down, whosever it is; 3. the same answer. Link and mail, if
/// there is somebody to get them, are made once it is out ([`super::asked`]).
pub(crate) async fn ask(public: Public, mut form: Fields) -> Answer {
    let Public {
        app, chrome, head, ..
    } = public;
    // 1.
    let next = Next::parse(Side::Client, Some(form.text("next")));
    let Some(email) = form.required("email", Email::parse) else {
        return try_again(&Ask::new(chrome, form, &next));
    };
    // 2.
    let asking = Asking::for_link(&app, email.key(), &head.headers)?;
    let browser = Secret::new(Purpose::Ask, app.random()?);
    let asked = AskedLink {
        id: app.id()?,
        purpose: Purpose::Magic.as_str().to_owned(),
        email_key: email.key().to_owned(),
        browser_hash: Some(browser.hash().to_string()),
    };
    let may = asking.take_down(&asked, &app).await?;
    // 3. Where no mail goes out, the browser stays bound to the one that has arrived.
    if may || bound(&head.headers).is_none() {
        bind_to(&app, &browser, &next);
    }
    see("/sign-in/sent")
}

/// What binds a link to this browser, from when it asked before.
fn bound(headers: &HeaderMap) -> Option<Secret> {
    Secret::parse(Purpose::Ask, &cookie::read(headers, ASK)?).ok()
}

/// Binds the link that is asked for to this browser, which also remembers where the person wanted
/// to go.
pub(super) fn bind(app: &App, next: &Next) -> Result<Secret, Error> {
    let browser = Secret::new(Purpose::Ask, app.random()?);
    bind_to(app, &browser, next);
    Ok(browser)
}

fn bind_to(app: &App, browser: &Secret, next: &Next) {
    app.set_cookie(cookie::set(ASK, browser.expose(), Some(LIFETIME)));
    let next = URL_SAFE_NO_PAD.encode(next.as_str());
    app.set_cookie(cookie::set(NEXT, &next, Some(LIFETIME)));
}

/// Where the person who asked wanted to go.
fn remembered(headers: &HeaderMap) -> Next {
    let text = cookie::read(headers, NEXT).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
    Next::parse(Side::Client, text.as_deref())
}

/// A new link in place of older ones, and its mail.
pub(super) fn mail(
    app: &App,
    business: &str,
    to: (AccountId, ContactId),
    email: &str,
    browser: &Secret,
) -> Result<Vec<Statement>, Error> {
    let browser = browser.hash().to_string();
    mail_as(app.id()?, app, business, to, (email, &browser))
}

/// The same as the link of that id, bound to the browser of that hash.
pub(super) fn mail_as(
    link: LinkId,
    app: &App,
    business: &str,
    (account, contact): (AccountId, ContactId),
    (email, browser_hash): (&str, &str),
) -> Result<Vec<Statement>, Error> {
    let secret = Secret::new(Purpose::Magic, app.random()?);
    let code = Code::new(app.random()?);
    let new = NewLink {
        id: link,
        account,
        contact,
        token_hash: &secret.hash().to_string(),
        code_hash: &code_hash(app, &code, &secret.hash())?,
        browser_hash,
        expires: app.now.plus(LIFETIME),
    };
    let mail = Mailing {
        kind: "magic",
        to: email,
        name: "",
        subject: format!("Your sign-in link for {business}"),
        paragraphs: vec![format!("Here is your link to sign in to the portal of {business}.")],
        button: Some(("Sign in", "/magic/".into())),
        after: vec![
            "It works once, for ten minutes. If you did not ask for it, you can leave this mail alone."
                .to_owned(),
        ],
        secret: Some(format!("{}\n{}", secret.expose(), code.expose())),
        link: Some(link),
        contact: Some(contact),
        ..Mailing::default()
    };
    Ok(vec![
        magic::revoke_open(account, app.now),
        magic::issue(&new, app.now),
        mail.queue(app, None)?,
    ])
}

/// The code's keyed hash: forty bits could be guessed from a plain one in a stolen database.
pub(super) fn code_hash(app: &App, code: &Code, link: &TokenHash) -> Result<String, Error> {
    let key = &app.config.keys.newest().secret;
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(key)
        .map_err(|error| Error::internal(error.to_string()))?;
    mac.update(b"portico code v1");
    mac.update(link.as_bytes());
    mac.update(code.as_bytes());
    Ok(hex(&mac.finalize().into_bytes()))
}

/// `GET /magic/{token}`
pub(crate) async fn open(public: Public<InPath<String>>) -> Answer {
    page(&Open {
        chrome: public.chrome,
    })
}

/// `POST /magic/{token}`
///
/// 1. what was presented; 2. the link consumed with the session it opens, in one batch; 3. the
/// session, or the wait for the second factor, or the question for the code, or the page of dead links.
pub(crate) async fn sign_in(public: Public<InPath<String>>, mut form: Fields) -> Answer {
    let Public {
        app,
        chrome,
        args,
        head,
    } = public;
    // 1.
    let Ok(secret) = Secret::parse(Purpose::Magic, &args.0) else {
        return dead(chrome);
    };
    let hash = secret.hash();
    let browser = bound(&head.headers).map(|browser| browser.hash().to_string());
    let Some(code) = form.optional("code", Code::parse) else {
        return try_again(&AskForCode { chrome, form });
    };
    if browser.is_none() && code.is_none() {
        return page(&AskForCode { chrome, form });
    }
    let code = code.map(|code| code_hash(&app, &code, &hash)).transpose()?;
    // 2.
    let session: SessionId = app.id()?;
    let place = visitor::place(&head.headers);
    let token_hash = hash.to_string();
    let presented = Presented {
        token_hash: &token_hash,
        browser_hash: browser.as_deref(),
        code_hash: code.as_deref(),
        session,
        audit: app.id()?,
        place: &place,
        now: app.now,
        end: app.now.plus(Side::Client.absolute()),
    };
    let mut batch = presented.statements();
    let whence = (session, &place);
    let business = &chrome.brand.name;
    batch.extend(newcomer::greet(
        &app,
        &head.headers,
        Side::Client,
        whence,
        business,
    )?);
    batch.extend(former(&app, &head.headers, Side::Client, session));
    let mut results = app.db.batch(batch).await?;
    let consumed = results.changes()? > 0;
    // 3.
    for _ in 0..3 {
        results.skip()?;
    }
    let alive = results.first::<Alive>()?.is_some_and(|row| row.alive);
    if consumed {
        let next = remembered(&head.headers);
        app.set_cookie(cookie::clear(ASK));
        app.set_cookie(cookie::clear(NEXT));
        if let Some(half) = results.first::<Half>()? {
            let who = (Person::Account(half.account), half.epoch);
            let contact = Some(half.contact);
            Waiting::begin(&app, Side::Client, who, contact, &half.email_key, &next)?;
            return see(Side::Client.second());
        }
        if results.changes()? > 0 {
            app.mail_queued();
        }
        let ticket = Ticket {
            session,
            touched: app.now,
        };
        cookie::give(&app, ticket, Side::Client);
        Flash::success(&app, "You are signed in.");
        return see(next.as_str());
    }
    match (alive, code) {
        (false, _) => dead(chrome),
        (true, None) => page(&AskForCode { chrome, form }),
        (true, Some(_)) => {
            form.refuse(
                "code",
                "That is not the code of this mail. Please look at it again.",
            );
            try_again(&AskForCode { chrome, form })
        }
    }
}
