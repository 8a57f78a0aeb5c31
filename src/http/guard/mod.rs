//! Guards: a handler names in its signature what must be proven before it runs.
//!
//! A guard is the first argument of every handler; the router takes no other
//! ([`Guarded`]). It also declares what the page needs from D1 ([`Load`]), so that the proof and
//! the data come in one batch. Guards have no public constructor: the only way to hold one is to
//! have come through its door.

mod pay_link;
mod provider;
mod public;
mod staff;
mod viewer;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::Error;
use crate::app::App;
use crate::domain::time::Timestamp;
use crate::store::viewer::Asker;
use crate::store::{ById, Results, Statement};

pub(crate) use pay_link::{ByLink, PayLink};
pub(crate) use provider::Provider;
pub(crate) use public::Public;
pub(crate) use staff::{Admin, Enrolling, Manager, Me, Staff, StaffOf, SureStaff, WayOut};
pub(crate) use viewer::{
    Invoiced, Leaving, Messaging, Other, Paying, Planned, Portal, Scope, Sending, Shared,
    Supported, Sure, Tasked, Timed, Viewer, Who,
};

/// What a page needs from D1, declared before the one round trip that also proves access.
pub(crate) trait Load: Sized + Send {
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

/// Something that a request's address says. What does not parse is a page that is not there.
pub(crate) trait FromAddress: Sized + Send {
    /// Reads path and query.
    fn from_address(parts: &mut Parts) -> impl Future<Output = Result<Self, Error>> + Send;
}

impl FromAddress for () {
    async fn from_address(_parts: &mut Parts) -> Result<Self, Error> {
        Ok(())
    }
}

/// One value of the path, such as an id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: serde::de::DeserializeOwned + Send> FromAddress for InPath<T> {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        axum::extract::Path::from_request_parts(parts, &())
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_no_such_page| Error::NotFound)
    }
}

/// A value of the path and the query after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InPathAndQuery<T, Q>(pub(crate) T, pub(crate) Q);

impl<T, Q> FromAddress for InPathAndQuery<T, Q>
where
    T: serde::de::DeserializeOwned + Send,
    Q: serde::de::DeserializeOwned + Default + Send,
{
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPath(value) = InPath::from_address(parts).await?;
        let InQuery(query) = InQuery::from_address(parts).await?;
        Ok(Self(value, query))
    }
}

/// The query. One that does not parse counts as none, as a mistyped address does elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InQuery<Q>(pub(crate) Q);

impl<Q: serde::de::DeserializeOwned + Default + Send> FromAddress for InQuery<Q> {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let query = axum::extract::Query::<Q>::from_request_parts(parts, &()).await;
        Ok(Self(
            query.map_or_else(|_mistyped| Q::default(), |query| query.0),
        ))
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

/// A guard, by the name it has in the access table.
pub(crate) trait Guard {
    /// `anonymous`, `contact`, `contact:documents`, `staff`, `staff:admin` …
    const NAME: &'static str;
}

/// The argument lists that the router takes: those that begin with a guard.
///
/// axum describes a handler's arguments as a tuple after a marker; only tuples whose first
/// argument is a [`Guard`] are `Guarded`, so a handler without one does not compile into a route.
pub(crate) trait Guarded {
    /// The guard's name.
    const GUARD: &'static str;
}

impl<M, G: Guard> Guarded for (M, G) {
    const GUARD: &'static str = G::NAME;
}
impl<M, G: Guard, A> Guarded for (M, G, A) {
    const GUARD: &'static str = G::NAME;
}
impl<M, G: Guard, A, B> Guarded for (M, G, A, B) {
    const GUARD: &'static str = G::NAME;
}
