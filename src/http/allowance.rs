//! How much people of clients may send. Bytes are counted in the batch of the guard, before a file is read;
//! words and files in the batch that takes them ([`crate::store::allowance`]).

use askama::Template;
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use http::request::Parts;

use super::guard::{FromAddress, Load};
use super::page::{Answer, page_with};
use super::{Error, Fields, Incoming};
use crate::domain::allowance::{Full, Kind, Used};
use crate::domain::time::Timestamp;
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, allowance};

/// What a page needs that takes files of a client, with what they have sent before.
pub(crate) struct Within<L> {
    pub(crate) page: L,
    pub(crate) spent: Spent,
}

/// What the viewer and their client have sent.
pub(crate) struct Spent {
    used: Vec<Used>,
    /// Bytes of this request, where they were not counted because they are too many.
    bytes: Option<u64>,
    now: Timestamp,
}

/// What an address says, and how long the body is that comes with it.
pub(crate) struct Weighed<A>(A, u64);

impl<A: FromAddress> FromAddress for Weighed<A> {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let length = parts
            .extensions
            .get::<Incoming>()
            .and_then(|body| body.length);
        Ok(Self(A::from_address(parts).await?, length.unwrap_or(0)))
    }
}

impl<L: Load> Load for Within<L> {
    type Args = Weighed<L::Args>;
    fn statements(Weighed(args, length): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = vec![
            allowance::take_bytes(asker, *length),
            allowance::used(asker),
        ];
        statements.extend(L::statements(args, asker));
        statements
    }
    fn read(
        Weighed(args, length): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let counted = results.changes()? > 0;
        let spent = Spent {
            used: results.rows()?,
            bytes: Some(length).filter(|_| !counted),
            now,
        };
        let page = L::read(args, results, now)?;
        Ok(page.map(|page| Self { page, spent }))
    }
}

impl Spent {
    /// Whether what comes is too heavy, so that files of it are not even read. Of words and files the batch
    /// decides that takes them, because it knows what it took before.
    pub(crate) fn full(&self) -> Option<Full> {
        let length = self.bytes?;
        Full::of(Kind::Bytes, length, &self.used, self.now)
    }
}

/// Tells it at the field that it is about.
pub(crate) fn refuse(form: &mut Fields, full: Full) {
    let field = match full.kind {
        Kind::Words => "body",
        Kind::Files | Kind::Bytes => "file",
    };
    form.refuse(field, full.sentence());
}

/// The form with what was typed, 429, and when to send it again.
pub(crate) fn later(template: &impl Template, full: Full) -> Answer {
    let mut response = page_with(StatusCode::TOO_MANY_REQUESTS, template)?;
    let wait = HeaderValue::from(full.wait.as_seconds_ceil());
    response.headers_mut().insert(RETRY_AFTER, wait);
    Ok(response)
}
