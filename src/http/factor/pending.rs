//! A sign-in that waits for the second factor.
//!
//! It is no session and opens nothing: a cookie of ten minutes, sealed, that says who has shown a right
//! password (or link) in this browser, at which epoch. Whatever changes how the person signs in, their
//! password above all, moves the epoch on, and the wait is over.

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domain::id::{AuditId, ContactId};
use crate::domain::next::{Next, Side};
use crate::domain::time::{Millis, Timestamp};
use crate::http::{Error, cookie};
use crate::outbound::seal::{self, What};
use crate::store::session::Person;

const LIFETIME: Millis = Millis::minutes(10);

const fn name(side: Side) -> &'static str {
    match side {
        Side::Staff => "__Host-portico-second-staff",
        Side::Client => "__Host-portico-second",
    }
}

/// Who waits.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::http) struct Waiting {
    /// Whose login.
    pub(in crate::http) person: Person,
    /// The epoch at which they showed the first factor.
    pub(in crate::http) epoch: i64,
    /// What a client opens.
    pub(in crate::http) contact: Option<ContactId>,
    /// The address, as accounts are compared.
    pub(in crate::http) email_key: String,
    /// Where they wanted to go.
    pub(in crate::http) next: String,
    /// The name under which tries are counted.
    pub(in crate::http) id: AuditId,
    /// When the wait is over.
    pub(in crate::http) until: Timestamp,
}

impl Waiting {
    /// Begins the wait; the browser is sent to the page that asks for the code.
    pub(in crate::http) fn begin(
        app: &App,
        side: Side,
        (person, epoch): (Person, i64),
        contact: Option<ContactId>,
        email_key: &str,
        next: &Next,
    ) -> Result<(), Error> {
        let waiting = Self {
            person,
            epoch,
            contact,
            email_key: email_key.to_owned(),
            next: next.as_str().to_owned(),
            id: app.id()?,
            until: app.now.plus(LIFETIME),
        };
        let text = serde_json::to_string(&waiting)?;
        let whom = (What::Pending, name(side));
        let sealed = seal::seal_for(&app.config.keys, whom, &text, app.random()?)
            .ok_or_else(|| Error::internal("the sign-in could not be sealed"))?;
        app.set_cookie(cookie::set(name(side), &sealed, Some(LIFETIME)));
        Ok(())
    }

    /// Who waits in this browser.
    pub(super) fn of(app: &App, side: Side, headers: &HeaderMap) -> Option<Self> {
        let sealed = cookie::read(headers, name(side))?;
        let text = seal::open_for(&app.config.keys, (What::Pending, name(side)), &sealed)?;
        let waiting: Self = serde_json::from_str(&text).ok()?;
        (waiting.until > app.now).then_some(waiting)
    }

    /// The wait is over.
    pub(super) fn end(app: &App, side: Side) {
        app.set_cookie(cookie::clear(name(side)));
    }

    /// Where they wanted to go.
    pub(super) fn next(&self, side: Side) -> Next {
        Next::parse(side, Some(&self.next))
    }
}
