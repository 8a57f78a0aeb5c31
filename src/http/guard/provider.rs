//! The payment provider: whoever signs the body with the secret that we share.
//!
//! The proof is over the raw bytes, read once and before anything is made of them. A door of its
//! own: no cookie, no look of a page, and no D1 until the signature fits.

use http::request::Parts;

use super::Guard;
use crate::app::App;
use crate::domain::webhook;
use crate::http::{Argument, Error, Incoming, Reason};

/// The largest body that is read: 1 MiB.
const LIMIT: u64 = 1024 * 1024;
/// What everybody is told whose signature does not fit, whatever does not fit about it.
const UNSIGNED: &str = "The signature does not fit.";

/// Proof of a body that the provider signed.
pub(crate) struct Provider {
    /// The parts of the request.
    pub(crate) app: App,
    /// The body, as it came.
    pub(crate) body: Vec<u8>,
}

impl Guard for Provider {
    const NAME: &'static str = "provider";
}

impl Argument for Provider {
    /// 1. there is a secret; 2. the bytes; 3. the signature.
    async fn take(parts: &mut Parts) -> Result<Self, Error> {
        let app = super::app(parts)?;
        // 1.
        let secrets = match &app.config.webhook_secrets {
            Ok(secrets) => secrets.clone(),
            Err(why) => return Err(Reason::Unavailable(why.to_string()).into()),
        };
        // 2.
        let incoming = Incoming::take(parts).await?;
        let body = incoming.bytes_up_to(LIMIT).await?;
        // 3.
        let header = parts.headers.get("stripe-signature");
        let header = header.and_then(|header| header.to_str().ok());
        match webhook::verify(&secrets, header.unwrap_or_default(), &body, app.now) {
            Ok(()) => Ok(Self { app, body }),
            Err(_told_to_nobody) => Err(Error::bad_request(UNSIGNED)),
        }
    }
}
