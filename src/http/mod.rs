//! The web: routes, guards, forms and pages, a file per noun.

mod activity;
mod address;
mod allowance;
mod asked;
mod assets;
mod audit;
mod billing;
mod branding;
mod buyer;
mod choices;
mod chrome;
mod client;
mod confirm;
mod confirm_email;
mod contact;
mod cookie;
mod csp;
mod dashboard;
mod device;
mod document;
mod erase;
mod error;
mod exception;
mod export;
mod factor;
mod fields;
mod forgot;
mod guard;
mod handler;
mod headers;
mod incoming;
mod invitation;
mod invite;
mod invoice;
mod invoicing;
mod join;
mod json;
mod kept;
mod magic;
mod mailing;
mod message;
mod money;
mod multipart;
mod newcomer;
mod news;
mod once;
mod outbox;
mod own;
mod page;
mod paging;
mod password;
mod payments;
mod pdf;
mod permission;
mod preview;
mod privacy;
mod profile;
mod project;
mod prose;
mod record;
mod reminders;
mod reset;
pub mod routes;
mod said;
mod search;
mod security_txt;
mod settings;
mod setup;
mod sign_in;
mod staff;
mod statement;
mod support;
mod task;
mod template;
mod throttle;
mod ticket;
mod time_log;
mod ui;
mod unsubscribe;
mod upload;
mod visitor;
mod webhook;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCEPT, ALLOW, CONTENT_TYPE, HOST, HeaderName, HeaderValue, LOCATION, ORIGIN, SET_COOKIE,
};
use http::{HeaderMap, Method, Request, StatusCode};
use tower_service::Service as _;

pub(crate) use asked::{see_to, see_to_what_was_left};
pub(crate) use error::{Error, Reason};
pub(crate) use fields::Fields;
pub(crate) use handler::Argument;
pub(crate) use incoming::Incoming;
pub(crate) use json::Json;
pub(crate) use multipart::{Part, Parts};
pub(crate) use page::Outgoing;
pub(crate) use visitor::{CITY, TIME_ZONE};

use crate::app::App;
use crate::config::StripeSettings;
use crate::domain::csrf::{self, Verdict};
use crate::domain::next::Side;
use chrome::{Chrome, Flash, Nobody};
use guard::Other;

/// Answers a request. Never fails: what goes wrong becomes a page.
///
/// 1. the host is ours; 2. a request that changes something comes from our own pages, and not out of a
/// preview; 3. the route with its guard; 4. errors are drawn; 5. cookies and headers are added.
pub(crate) async fn handle(
    app: App,
    incoming: Incoming,
    mut request: Request<axum::body::Body>,
) -> Response {
    let asked = Asked::of(&request);
    request.extensions_mut().insert(app.clone());
    request.extensions_mut().insert(incoming.clone());
    // 1. and 2.
    let mut response = match admit(&app, &request) {
        // 3. The router never fails; its error type says so.
        Ok(()) => match routes::router().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        },
        Err(error) => error.into_response(),
    };
    // 4.
    if let Some(error) = response.extensions_mut().remove::<Error>() {
        if let Reason::Confirm { next, person, .. } = &*error
            && asked.is_sent_to(next)
            && let Err(lost) = kept::keep(&app, &incoming, (person, next)).await
        {
            worker::console_warn!("what was typed is not kept: {}", lost.words().1);
        }
        response = draw(&app, &asked, &error, response.headers()).await;
    } else if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response
            .headers()
            .get(ALLOW)
            .and_then(|allow| allow.to_str().ok());
        let error: Error = Reason::MethodNotAllowed(allow.unwrap_or_default().to_owned()).into();
        let bare = error.clone().into_response();
        response = draw(&app, &asked, &error, bare.headers()).await;
    }
    // 5.
    finish(&app, &mut response);
    response
}

/// What is remembered of a request for drawing its error.
struct Asked {
    what: String,
    /// Where a form was sent to; empty where none was.
    sent_to: String,
    json: bool,
    side: Side,
    /// The page of a link to an invoice.
    link: bool,
    /// Something was sent that is lost where nobody is signed in.
    sends: bool,
}

impl Asked {
    fn of<B>(request: &Request<B>) -> Self {
        let headers = request.headers();
        let path = request.uri().path();
        let is_json = |name| {
            let value = headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok());
            value.is_some_and(|value| value.contains("application/json"))
        };
        Self {
            what: format!("{} {}", request.method(), pattern_free(path)),
            sent_to: if request.method() == Method::POST {
                path.to_owned()
            } else {
                String::new()
            },
            sends: !request.method().is_safe() && !path.ends_with("/sign-out"),
            json: is_json(ACCEPT) || is_json(CONTENT_TYPE) || is_for_machines(path),
            link: path
                .strip_prefix("/invoice/")
                .is_some_and(|token| !token.contains('/')),
            side: if path == "/admin" || path.starts_with("/admin/") {
                Side::Staff
            } else {
                Side::Client
            },
        }
    }
}

impl Asked {
    /// Whether a form was sent to the page it stands on.
    fn is_sent_to(&self, page: &str) -> bool {
        !self.json && !self.sent_to.is_empty() && self.sent_to == page
    }
}

/// A path for the log: tokens of mailed links are left out.
fn pattern_free(path: &str) -> String {
    path.split('/')
        .map(|segment| {
            if segment.starts_with("pt_") {
                "…"
            } else {
                segment
            }
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Where mailboxes unsubscribe for their owner (RFC 8058), by a request that no page sends. Its token proves it.
fn is_for_mailboxes(path: &str) -> bool {
    path.starts_with("/unsubscribe/")
}

/// Addresses that other services call, not people's browsers: they prove themselves by signatures, so
/// the proof that a request comes from our own pages is not asked of them.
fn is_for_machines(path: &str) -> bool {
    path.starts_with("/webhooks/")
}

fn admit<B>(app: &App, request: &Request<B>) -> Result<(), Error> {
    let header = |name: HeaderName| header(request.headers(), name);
    let base = app.config.base_url.origin();
    if !csrf::is_own_host(header(HOST), base) {
        return Err(Reason::Misdirected.into());
    }
    if is_for_machines(request.uri().path()) {
        return Ok(());
    }
    let site = header(HeaderName::from_static("sec-fetch-site"));
    let verdict = csrf::decide(request.method().as_str(), site, header(ORIGIN), base);
    match verdict {
        Verdict::OtherSite => Err(Reason::CrossSite.into()),
        Verdict::Unproven if !is_for_mailboxes(request.uri().path()) => {
            Err(Reason::CrossSite.into())
        }
        Verdict::Allow | Verdict::Unproven if preview::forbids(app, request) => {
            Err(Reason::InPreview.into())
        }
        Verdict::Allow | Verdict::Unproven => Ok(()),
    }
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[derive(Template)]
#[template(path = "error/page.html")]
struct ErrorPage<'a> {
    chrome: Chrome<Nobody>,
    title: &'a str,
    text: String,
    /// Of who stands before a closed portal: other clients of theirs.
    others: Option<&'a [Other]>,
    /// Offers the way out of a preview.
    preview: bool,
    /// Offers to mail another link to the invoice: whoever asks, and whatever the link was.
    link: bool,
    /// The start page of the side that was asked.
    home: &'static str,
}

/// What the sign-in page says to whoever sent a form without a session, known here or not.
const SIGNED_OUT: &str = "You were signed out meanwhile, so nothing was sent. Sign in and go back: what you typed still stands there.";

/// Draws an error the way the asker reads: a redirect, a problem for scripts, or a page.
async fn draw(app: &App, asked: &Asked, error: &Error, bare: &HeaderMap) -> Response {
    if let Some(cause) = error.cause() {
        worker::console_error!("{}: {cause}", asked.what);
    }
    if asked.sends && !asked.json && matches!(**error, Reason::SignIn { .. }) {
        Flash::error(app, SIGNED_OUT);
    }
    let (title, text) = error.words();
    let mut response = if asked.json {
        // RFC 9457. A script follows no redirect to a sign-in page: it is told.
        let status = match **error {
            Reason::SignIn { .. }
            | Reason::Confirm { .. }
            | Reason::LacksFactor
            | Reason::PreviewOver => StatusCode::UNAUTHORIZED,
            _ => error.status(),
        };
        let body = serde_json::json!({ "title": title, "detail": text, "status": status.as_u16() });
        let kind = HeaderValue::from_static("application/problem+json");
        (status, [(CONTENT_TYPE, kind)], body.to_string()).into_response()
    } else if bare.contains_key(LOCATION) {
        error.status().into_response()
    } else {
        let branding = app.branding.read_or_plain(app.now).await;
        let page = ErrorPage {
            chrome: Chrome::plain(app, &branding),
            title,
            text,
            others: error.others(),
            preview: matches!(**error, Reason::InPreview),
            link: matches!(**error, Reason::DeadLink) && asked.link && branding.link_by_mail == 1,
            home: asked.side.home(),
        };
        page::page_with(error.status(), &page)
            .unwrap_or_else(|_template| error.status().into_response())
    };
    for (name, value) in bare {
        if !response.headers().contains_key(name) && name != http::header::CONTENT_LENGTH {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    response
}

fn finish(app: &App, response: &mut Response) {
    let is_page =
        header(response.headers(), CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"));
    // The page was drawn with this look a moment ago, so its hash is at hand.
    let style = if is_page { app.style_hash() } else { None };
    let secure = app.config.base_url.origin().starts_with("https:");
    let payments = app.config.stripe.as_ref().map(StripeSettings::page_origin);
    headers::protect(response, style.as_deref(), payments, secure);
    // What anybody may keep is nobody's: a message that waits in a cookie stays for the next page.
    let is_public = matches!(
        response.extensions().get(),
        Some(headers::Cache::Immutable | headers::Cache::Day)
    );
    let cookies = app.take_cookies();
    for cookie in cookies.into_iter().filter(|_| !is_public) {
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
}

/// The answer of a deployment whose settings keep it from running: the setting and its remedy.
pub(crate) fn misconfigured(problem: &str) -> Response {
    let text = format!("The portal is not set up yet. {problem}\n");
    plainly(StatusCode::INTERNAL_SERVER_ERROR, text)
}

/// The answer to a request whose head cannot be read.
pub(crate) fn unreadable() -> Response {
    let text = "This request cannot be read: its address is too long, or one of its headers is malformed.\n";
    plainly(StatusCode::BAD_REQUEST, text.to_owned())
}

/// An answer without a page, where there is no app to draw one.
fn plainly(status: StatusCode, text: String) -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response = (status, [(CONTENT_TYPE, kind)], text).into_response();
    headers::protect(&mut response, None, None, false);
    response
}
