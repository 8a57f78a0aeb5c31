//! JSON that our own scripts send: read strictly, told in words.

use http::request::Parts;
use serde::de::DeserializeOwned;

use super::{Argument, Error, Incoming};

/// The largest body; far above what any of them needs.
const LIMIT: u64 = 4 * 1024 * 1024;

/// A body of JSON. The type it is read into denies unknown fields, so that nothing is taken that
/// nobody looks at.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned + Send + 'static> Argument for Json<T> {
    async fn take(parts: &mut Parts) -> Result<Self, Error> {
        let incoming = Incoming::take(parts).await?;
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
