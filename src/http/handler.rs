//! What the list of routes takes for a handler, and what the router holds of it.
//!
//! A handler is an `async fn` of a guard and perhaps one more [`Argument`]. To the router all of them are
//! one type, [`Route`]: a service for each would be a tenth of the worker.

use std::convert::Infallible;
use std::marker::PhantomData;
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

/// An answer in the making. The request's head is lent to it, so that no handler has one to clear away.
type Pending<'p> = Pin<Box<dyn Future<Output = Answer> + Send + 'p>>;

/// Functions whose first argument is a guard. `A` are their arguments, as a tuple.
///
/// No other function is one, so a handler without a guard does not compile into a route.
pub(super) trait Handler<A>: Copy + Send + Sync + 'static {
    /// The guard's name.
    const GUARD: &'static str;
    /// Takes its arguments, the guard first, and answers.
    fn answer(self, parts: &mut Parts) -> Pending<'_>;
}

impl<F, R, G> Handler<(G,)> for F
where
    F: Fn(G) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Answer> + Send + 'static,
    G: Guard,
{
    const GUARD: &'static str = G::NAME;

    fn answer(self, parts: &mut Parts) -> Pending<'_> {
        Box::pin(guarded(parts, Box::new(move |guard| Box::pin(self(guard)))))
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

    fn answer(self, parts: &mut Parts) -> Pending<'_> {
        let then = move |guard, argument| -> Pending<'static> { Box::pin(self(guard, argument)) };
        Box::pin(guarded_with(parts, Box::new(then)))
    }
}

/// One function for all handlers of a guard.
async fn guarded<G: Guard>(
    parts: &mut Parts,
    then: Box<dyn FnOnce(G) -> Pending<'static> + Send>,
) -> Answer {
    then(G::take(parts).await?).await
}

/// One function for all handlers of a guard and an argument.
async fn guarded_with<G: Guard, A: Argument>(
    parts: &mut Parts,
    then: Box<dyn FnOnce(G, A) -> Pending<'static> + Send>,
) -> Answer {
    let guard = G::take(parts).await?;
    then(guard, A::take(parts).await?).await
}

/// A handler that has forgotten its arguments.
#[derive(Clone)]
pub(super) struct Route(Arc<dyn Forgetful>);

impl Route {
    pub(super) fn new<A: 'static>(handler: impl Handler<A>) -> Self {
        Self(Arc::new(Forgotten(handler, PhantomData)))
    }
}

/// What is left of a handler.
trait Forgetful: Send + Sync {
    fn answer<'p>(&self, parts: &'p mut Parts) -> Pending<'p>;
}

/// A handler and its arguments' types.
struct Forgotten<H, A>(H, PhantomData<fn(A)>);

impl<A, H: Handler<A>> Forgetful for Forgotten<H, A> {
    fn answer<'p>(&self, parts: &'p mut Parts) -> Pending<'p> {
        self.0.answer(parts)
    }
}

impl Service<Request<Body>> for Route {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    /// A body that a handler wants is [`super::Incoming`]; the router sees none.
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let handler = Arc::clone(&self.0);
        let (mut parts, _none) = request.into_parts();
        Box::pin(async move { Ok(handler.answer(&mut parts).await.into_response()) })
    }
}
