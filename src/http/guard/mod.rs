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

use std::pin::Pin;

use http::request::Parts;

use super::{Argument, Error, Reason};
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

type Pending<'p, T> = Pin<Box<dyn Future<Output = T> + Send + 'p>>;

/// What a page asks and reads, for a door that need not know which page it is: so the way through it stands
/// in the worker once.
trait Asking: Send {
    /// Reads the address and tells what D1 is asked: nothing where it cannot be read, which [`Self::read`] says.
    fn ask<'p>(&'p mut self, parts: &'p mut Parts, asker: &'p Asker)
    -> Pending<'p, Vec<Statement>>;
    /// Reads the answers.
    fn read(&mut self, results: &mut Results, now: Timestamp) -> Result<(), Error>;
}

/// A page's data on its way.
struct Page<L: Load> {
    args: Option<Result<L::Args, Error>>,
    read: Option<L>,
}

impl<L: Load> Page<L> {
    const fn new() -> Self {
        let (args, read) = (None, None);
        Self { args, read }
    }

    fn take(self) -> Result<L, Error> {
        self.read.ok_or_else(unasked)
    }
}

#[cold]
fn unasked() -> Error {
    Error::internal("a page's data before it was asked for")
}

impl<L: Load> Asking for Page<L> {
    fn ask<'p>(
        &'p mut self,
        parts: &'p mut Parts,
        asker: &'p Asker,
    ) -> Pending<'p, Vec<Statement>> {
        Box::pin(async move {
            let args = self.args.insert(L::Args::from_address(parts).await);
            let args = args.as_ref();
            args.map_or_else(|_said_below| Vec::new(), |args| L::statements(args, asker))
        })
    }

    fn read(&mut self, results: &mut Results, now: Timestamp) -> Result<(), Error> {
        let args = self.args.take().ok_or_else(unasked)??;
        let page = L::read(args, results, now)?;
        self.read = Some(page.ok_or(Reason::NotFound)?);
        Ok(())
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
