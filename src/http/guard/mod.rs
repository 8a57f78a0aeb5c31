//! Guards: a handler names in its signature what must be proven before it runs.
//!
//! A guard is the first argument of every handler; the router takes no other
//! ([`super::handler::Handler`]). It also declares what the page needs from D1 ([`Load`]), so that the proof and
//! the data come in one batch. Guards have no public constructor: the only way to hold one is to
//! have come through its door.

mod pay_link;
mod provider;
mod public;
mod said;
mod staff;
mod viewer;

use http::request::Parts;

use super::{Argument, Error};
use crate::app::App;
use crate::domain::time::Timestamp;
use crate::store::viewer::Asker;
use crate::store::{ById, Results, Statement};

pub(crate) use pay_link::{ByLink, PayLink};
pub(crate) use provider::Provider;
pub(crate) use public::Public;
pub(crate) use said::{FromAddress, InPath, InPathAndQuery, InQuery};
pub(crate) use staff::{Admin, Enrolling, Manager, Me, Staff, StaffOf, SureStaff, WayOut};
pub(crate) use viewer::{
    Invoiced, Leaving, Messaging, Other, Paying, Planned, Portal, Scope, Sending, Shared,
    Supported, Sure, Tasked, Timed, Viewer, Who,
};

/// What a page needs from D1, declared before the one round trip that also proves access.
pub(crate) trait Load: Sized + Send + 'static {
    /// What the address says: path and query, parsed into domain types.
    type Args: FromAddress;
    /// The statements, for a member of staff or, through the viewer predicate, for a contact.
    fn statements(args: &Self::Args, asker: &Asker) -> Vec<Statement>;
    /// Reads the answers in the order of the statements. `None`: there is no such thing for
    /// this person.
    fn read(args: Self::Args, results: &mut Results, now: Timestamp)
    -> Result<Option<Self>, Error>;
}

impl Load for () {
    type Args = ();
    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        Vec::new()
    }
    fn read(_args: (), _results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(Some(()))
    }
}

/// The one row that the path names.
impl<T: ById> Load for T {
    type Args = InPath<T::Id>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![T::by_id(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?)
    }
}

/// The parts that a request carries.
pub(super) fn app(parts: &Parts) -> Result<App, Error> {
    parts
        .extensions
        .get::<App>()
        .cloned()
        .ok_or_else(|| Error::internal("the request came without its parts"))
}

/// The first argument of every handler: whoever holds one has proven what it stands for.
pub(crate) trait Guard: Argument {
    /// Its name in the access table: `anonymous`, `contact`, `contact:documents`, `staff`, `staff:admin` …
    const NAME: &'static str;
}
