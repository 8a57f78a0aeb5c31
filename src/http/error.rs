//! Every way a request can end without its page, and the one place that picks a status.
//!
//! A handler returns an [`Error`]; `IntoResponse` picks the status and leaves the error in the
//! response's extensions; `http::handle` then draws it: a branded page that says what to do, or
//! `application/problem+json` for scripts. Causes are for the log and are never shown.

use std::ops::Deref;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{ALLOW, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};

use super::guard::Other;
use super::page::with_next;
use crate::domain::allowance::Full;
use crate::domain::next::Side;
use crate::domain::upload::human_bytes;
use crate::{paying, store};

/// Why there is no page. On the heap, so that what may fail is no larger for it: most of the worker hands
/// errors on.
#[derive(Debug, Clone)]
pub(crate) struct Error(Box<Reason>);

impl From<Reason> for Error {
    fn from(reason: Reason) -> Self {
        Self(Box::new(reason))
    }
}

impl Deref for Error {
    type Target = Reason;

    fn deref(&self) -> &Reason {
        &self.0
    }
}

/// Every way a request can end without its page.
#[derive(Debug, Clone)]
pub(crate) enum Reason {
    /// Never existed, or is not for this viewer: the same answer.
    NotFound,
    /// Signed out: to the sign-in page, and back to `next` afterwards.
    SignIn {
        /// Which sign-in page.
        side: Side,
        /// Where the person wanted to go.
        next: String,
    },
    /// The proof of identity is older than a sensitive act allows.
    Confirm {
        /// Which confirmation page.
        side: Side,
        /// Where the person wanted to go.
        next: String,
        /// Id of the login.
        person: String,
    },
    /// The business wants a second factor of this member of staff: to the page where it is set up.
    LacksFactor,
    /// Something that writes, while staff look as a client.
    InPreview,
    /// A preview that has ended, or came without its session of staff: back to the admin side.
    PreviewOver,
    /// A link to one invoice that does not work, whatever the reason.
    DeadLink,
    /// The portal is off for this client; of who is signed in, the other clients they can switch to.
    PortalClosed(Option<Vec<Other>>),
    /// The role does not allow it.
    Forbidden(&'static str),
    /// Cross-site or otherwise not from our own pages.
    CrossSite,
    /// A Host header that is not ours.
    Misdirected,
    /// The path exists for other methods.
    MethodNotAllowed(String),
    /// Not understood, with the sentence that says why.
    BadRequest(String),
    /// A field or the state refuses it, with the sentence that says why.
    Unprocessable(String),
    /// Somebody else changed it meanwhile.
    Conflict(String),
    /// More bytes than allowed.
    TooLarge {
        /// Bytes.
        limit: u64,
    },
    /// A body without Content-Length.
    LengthRequired,
    /// Too many tries.
    TooMany {
        /// Seconds.
        retry_after: i64,
    },
    /// Somebody of a client has sent as much as is taken for now.
    Full(Full),
    /// Part of the platform does not answer.
    Unavailable(String),
    /// A bug.
    Internal(String),
}

impl Error {
    /// A sentence for a request that cannot be understood.
    pub(crate) fn bad_request(sentence: impl Into<String>) -> Self {
        Reason::BadRequest(sentence.into()).into()
    }

    /// A body that broke off.
    pub(crate) fn bad_body(cause: &impl std::fmt::Display) -> Self {
        worker::console_warn!("body: {cause}");
        Self::bad_request("The upload broke off. Please try again.")
    }

    /// Two people saved the same row within one request's time.
    pub(crate) fn at_once() -> Self {
        Reason::Conflict(
            "Somebody else saved this at the same moment. Please go back, where what you typed still stands, and save it once more."
                .to_owned(),
        )
        .into()
    }

    /// Something that cannot happen did.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        Reason::Internal(cause.into()).into()
    }
}

impl Reason {
    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::DeadLink => StatusCode::GONE,
            Self::SignIn { .. } | Self::Confirm { .. } | Self::LacksFactor | Self::PreviewOver => {
                StatusCode::SEE_OTHER
            }
            Self::PortalClosed(_) | Self::InPreview | Self::Forbidden(_) | Self::CrossSite => {
                StatusCode::FORBIDDEN
            }
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::LengthRequired => StatusCode::LENGTH_REQUIRED,
            Self::TooMany { .. } | Self::Full(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What the page is headed with, and what the person can do.
    pub(crate) fn words(&self) -> (&'static str, String) {
        let fixed = |text: &str| text.to_owned();
        match self {
            Self::NotFound => (
                "There is nothing here",
                fixed(
                    "The address may be mistyped, or what was here is no longer shared with you.",
                ),
            ),
            Self::DeadLink => (
                "This link no longer works",
                fixed(
                    "It may have been withdrawn, or a newer one has taken its place. Please look for our latest e-mail, or ask us for a new link.",
                ),
            ),
            Self::SignIn { .. } => ("Please sign in", fixed("Sign in to go on.")),
            Self::Confirm { .. } => (
                "Please confirm that it is you",
                fixed("Sign in again to go on with this."),
            ),
            Self::LacksFactor => (
                "Please set up a second step",
                fixed("Your business asks everybody on the team for a second step to sign in."),
            ),
            Self::InPreview => (
                "You are only looking",
                fixed(
                    "While you view the portal as a client, nothing can be changed, here or on the admin side. Exit the preview to go on working.",
                ),
            ),
            Self::PreviewOver => (
                "The preview has ended",
                fixed("It lasts half an hour. Open the client again to start another one."),
            ),
            Self::PortalClosed(_) => (
                "The portal is closed for now",
                fixed(
                    "Your access is switched off at the moment. Nothing is lost. Please get in touch with us if you need something.",
                ),
            ),
            Self::Forbidden(why) => ("This is not open to you", fixed(why)),
            Self::CrossSite => (
                "That did not come from our own page",
                fixed(
                    "To keep you safe we only take what is sent from our own pages. Please open the page again and send it from there.",
                ),
            ),
            Self::Misdirected => (
                "That is not our address",
                fixed("Please use the address that you were given."),
            ),
            Self::MethodNotAllowed(_) => (
                "That does not work here",
                fixed("This page cannot be used that way."),
            ),
            Self::BadRequest(why) | Self::Unprocessable(why) => ("That did not work", why.clone()),
            Self::Conflict(why) => ("Somebody was quicker", why.clone()),
            Self::TooLarge { limit } => (
                "That is too large",
                format!("Please send at most {}.", human_bytes(*limit)),
            ),
            Self::LengthRequired => (
                "That did not work",
                fixed("The length of what you sent is missing."),
            ),
            Self::TooMany { .. } => (
                "Please wait a little",
                fixed(
                    "There were too many tries in a short time. Please wait a few minutes and try again; a sign-in link by e-mail works meanwhile.",
                ),
            ),
            Self::Full(full) => ("That is a great deal at once", full.sentence()),
            Self::Unavailable(_) => (
                "We will be right back",
                fixed(
                    "A part of the portal is not answering just now. Nothing you sent was half done. Please try again in a minute.",
                ),
            ),
            Self::Internal(_) => (
                "Something went wrong on our side",
                fixed(
                    "It has been noted. Please try again; if it happens again, tell us what you were doing.",
                ),
            ),
        }
    }

    /// Where somebody can go who stands before a closed portal and is signed in.
    pub(crate) fn others(&self) -> Option<&[Other]> {
        match self {
            Self::PortalClosed(others) => others.as_deref(),
            _ => None,
        }
    }

    /// What goes to the log. Nothing for what people do every day.
    pub(crate) fn cause(&self) -> Option<&str> {
        match self {
            Self::Unavailable(cause) | Self::Internal(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable { .. } => Reason::Unavailable(error.to_string()).into(),
            store::Error::Conflict(store::Conflict::Meanwhile) => Self::at_once(),
            _ => Self::internal(error.to_string()),
        }
    }
}

impl From<paying::Problem> for Error {
    fn from(problem: paying::Problem) -> Self {
        match problem {
            paying::Problem::Store(error) => error.into(),
            paying::Problem::Provider(_) | paying::Problem::Random(_) => {
                Reason::Unavailable(problem.to_string()).into()
            }
            paying::Problem::Json(_) | paying::Problem::Odd(_) => {
                Self::internal(problem.to_string())
            }
        }
    }
}

impl From<getrandom::Error> for Error {
    fn from(error: getrandom::Error) -> Self {
        Reason::Unavailable(format!("random generator: {error}")).into()
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("json: {error}"))
    }
}

/// `Location` of a page of the side, with the way back in its query.
fn location(to: &str, side: Side, next: &str) -> Option<(HeaderName, HeaderValue)> {
    let to = with_next(to, side, next);
    HeaderValue::from_str(&to).ok().map(|to| (LOCATION, to))
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        match &*self.0 {
            Reason::MethodNotAllowed(allow) => {
                if let Ok(allow) = HeaderValue::from_str(allow) {
                    response.headers_mut().insert(ALLOW, allow);
                }
            }
            Reason::SignIn { side, next } => {
                response
                    .headers_mut()
                    .extend(location(side.sign_in(), *side, next));
            }
            Reason::Confirm { side, next, .. } => {
                response
                    .headers_mut()
                    .extend(location(side.confirm(), *side, next));
            }
            Reason::LacksFactor => {
                let to = HeaderValue::from_static(Side::Staff.factor());
                response.headers_mut().insert(LOCATION, to);
            }
            Reason::PreviewOver => {
                response
                    .headers_mut()
                    .insert(LOCATION, HeaderValue::from_static("/admin"));
            }
            Reason::TooMany { retry_after } => {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Reason::Full(full) => {
                let wait = HeaderValue::from(full.wait.as_seconds_ceil());
                response.headers_mut().insert(RETRY_AFTER, wait);
            }
            Reason::Unavailable(_) => {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from(30));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}
