//! JSON that our own scripts send: read strictly, told in words.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use serde::de::DeserializeOwned;

use super::{Error, Incoming};

/// The largest body; far above what any of them needs.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A body of JSON. The type it is read into denies unknown fields, so that nothing is taken that
/// nobody looks at.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (mut parts, _) = request.into_parts();
        let incoming = Incoming::from_request_parts(&mut parts, state).await?;
        let kind = incoming.content_type.split(';').next();
        if !kind
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/json")
        {
            return Err(Error::bad_request("Please send this as application/json."));
        }
        let body = incoming.bytes(LIMIT).await?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Error::bad_request(format!("This JSON cannot be taken: {error}.")))
    }
}
