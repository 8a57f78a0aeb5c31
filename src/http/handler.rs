//! What the list of routes takes for a handler, and what the router holds of it.
//!
//! A handler is an `async fn` of a guard and perhaps one more [`Argument`]. To the router all of them are
//! one type, [`Route`]: a service for each would be a tenth of the worker.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::Request;
use http::request::Parts;
use tower_service::Service;

use super::Error;
use super::guard::Guard;
use super::page::Answer;

/// Something that a handler is given of a request.
pub(crate) trait Argument: Sized + Send + 'static {
    /// Takes it out of the request's head, or says why it cannot be had.
    fn take(parts: &mut Parts) -> impl Future<Output = Result<Self, Error>> + Send;
}

type Pinned<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Functions whose first argument is a guard. `A` are their arguments, as a tuple.
///
/// No other function is one, so a handler without a guard does not compile into a route.
pub(super) trait Handler<A>: Copy + Send + Sync + 'static {
    /// The guard's name.
    const GUARD: &'static str;
    /// Takes its arguments, the guard first, and answers.
    fn answer(self, parts: Parts) -> Pinned<Answer>;
}

impl<F, R, G> Handler<(G,)> for F
where
    F: Fn(G) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Answer> + Send + 'static,
    G: Guard,
{
    const GUARD: &'static str = G::NAME;

    fn answer(self, mut parts: Parts) -> Pinned<Answer> {
        Box::pin(async move { self(G::take(&mut parts).await?).await })
    }
}

impl<F, R, G, A> Handler<(G, A)> for F
where
    F: Fn(G, A) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Answer> + Send + 'static,
    G: Guard,
    A: Argument,
{
    const GUARD: &'static str = G::NAME;

    fn answer(self, mut parts: Parts) -> Pinned<Answer> {
        Box::pin(async move {
            let guard = G::take(&mut parts).await?;
            self(guard, A::take(&mut parts).await?).await
        })
    }
}

/// A handler that has forgotten its arguments.
#[derive(Clone)]
pub(super) struct Route(Arc<dyn Fn(Parts) -> Pinned<Answer> + Send + Sync>);

impl Route {
    pub(super) fn new<A>(handler: impl Handler<A>) -> Self {
        Self(Arc::new(move |parts| handler.answer(parts)))
    }
}

impl Service<Request<Body>> for Route {
    type Response = Response;
    type Error = Infallible;
    type Future = Pinned<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    /// A body that a handler wants is [`super::Incoming`]; the router sees none.
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (parts, _none) = request.into_parts();
        let answer = (self.0)(parts);
        Box::pin(async { Ok(answer.await.into_response()) })
    }
}
