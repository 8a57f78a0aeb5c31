//! What one request, or one run of a job, may use.
//!
//! Built by `entry` for each event. The time is read once, so that all of a request happens at
//! one moment; randomness is asked for here and handed on as an argument.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::Config;
use crate::domain::id::{Id, LinkId};
use crate::domain::time::Timestamp;
use crate::outbound::mail::Mailer;
use crate::store::{Assets, Blobs, BrandingCache, Db};

/// What the worker is bound to: the same for all that happens in an isolate.
pub(crate) struct Bound {
    /// D1.
    pub(crate) db: Db,
    /// R2.
    pub(crate) blobs: Blobs,
    /// Our own static files.
    pub(crate) assets: Assets,
    /// The copy of the branding that anonymous pages read, in KV.
    pub(crate) branding: BrandingCache,
    /// The mail transport, or the fact that there is none.
    pub(crate) mailer: Mailer,
    /// The settings.
    pub(crate) config: Arc<Config>,
}

/// The parts a handler works with: what the worker is bound to, and this event's own. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    bound: Arc<Bound>,
    /// When this request began.
    pub(crate) now: Timestamp,
    clock: fn() -> Timestamp,
    after: Arc<Mutex<After>>,
}

impl Deref for App {
    type Target = Bound;

    fn deref(&self) -> &Bound {
        &self.bound
    }
}

/// What a request leaves to be done with its response.
#[derive(Debug, Default)]
struct After {
    cookies: Vec<String>,
    mail_queued: bool,
    link_asked: Option<LinkId>,
    style: Option<String>,
}

impl App {
    /// For one event, which begins now.
    pub(crate) fn new(bound: Arc<Bound>, clock: fn() -> Timestamp) -> Self {
        Self {
            bound,
            now: clock(),
            clock,
            after: Arc::default(),
        }
    }

    /// The same a while later, for what takes long: `now` is this moment.
    pub(crate) fn later(&self) -> Self {
        Self {
            now: (self.clock)(),
            ..self.clone()
        }
    }

    fn after(&self) -> MutexGuard<'_, After> {
        self.after.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets a cookie with the response, whatever the response turns out to be.
    pub(crate) fn set_cookie(&self, cookie: String) {
        self.after().cookies.push(cookie);
    }

    /// The cookies to set.
    pub(crate) fn take_cookies(&self) -> Vec<String> {
        std::mem::take(&mut self.after().cookies)
    }

    /// Says that the outbox has something to send once the response is out.
    pub(crate) fn mail_queued(&self) {
        self.after().mail_queued = true;
    }

    /// Whether the outbox has something to send.
    pub(crate) fn has_mail(&self) -> bool {
        self.after().mail_queued
    }

    /// Says that a link was asked for, to be seen to once the response is out.
    pub(crate) fn link_asked(&self, id: LinkId) {
        self.after().link_asked = Some(id);
    }

    /// The link that was asked for.
    pub(crate) fn asked_link(&self) -> Option<LinkId> {
        self.after().link_asked
    }

    /// Notes the hash of the page's style element, for its content security policy.
    pub(crate) fn note_style(&self, hash: &str) {
        self.after().style = Some(hash.to_owned());
    }

    /// The hash of the page's style element, if a page was drawn.
    pub(crate) fn style_hash(&self) -> Option<String> {
        self.after().style.clone()
    }

    /// Random bytes from the runtime's generator.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N], getrandom::Error> {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A new id of this moment.
    pub(crate) fn id<T>(&self) -> Result<Id<T>, getrandom::Error> {
        Ok(Id::new(self.now, self.random()?))
    }
}
