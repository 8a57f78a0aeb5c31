//! Browsers that an address knows, because its owner came in there or chose a password there.
//!
//! Their tries are counted apart from everybody else's. So whoever guesses at a password all day holds
//! up strangers, but neither the owner at their own browser nor the owner at a new one, who asks for
//! a link to choose a new password and then signs in. A cookie of another address, or of nobody, is
//! none; it opens nothing and says nothing of whose it is.

use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

use crate::app::App;
use crate::domain::hex::hex;
use crate::domain::next::Side;
use crate::domain::time::Millis;
use crate::http::{Error, cookie};

/// How long a browser is known.
const LIFETIME: Millis = Millis::days(90);

const fn name(side: Side) -> &'static str {
    match side {
        Side::Staff => "__Host-portico-known-staff",
        Side::Client => "__Host-portico-known",
    }
}

/// The proof that the browser of that name is known to the address.
fn proof(app: &App, side: Side, account: &str, browser: &str) -> Result<Hmac<Sha256>, Error> {
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&app.config.keys.newest().secret)
        .map_err(|error| Error::internal(error.to_string()))?;
    mac.update(format!("known {} {browser} {account}", side.cookie()).as_bytes());
    Ok(mac)
}

/// Makes this browser known to the address.
pub(in crate::http) fn remember(app: &App, side: Side, account: &str) -> Result<(), Error> {
    let browser = hex(&app.random::<16>()?);
    let proof = proof(app, side, account, &browser)?.finalize().into_bytes();
    let value = format!("{browser}.{}", hex(&proof));
    app.set_cookie(cookie::set(name(side), &value, Some(LIFETIME)));
    Ok(())
}

/// The name of this browser, if the address knows it.
pub(super) fn browser(
    app: &App,
    side: Side,
    account: &str,
    headers: &HeaderMap,
) -> Result<Option<String>, Error> {
    let value = cookie::read(headers, name(side)).unwrap_or_default();
    let Some((browser, given)) = value.split_once('.') else {
        return Ok(None);
    };
    let given: Option<Vec<u8>> = (0..given.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(given.get(at..at + 2)?, 16).ok())
        .collect();
    let right = proof(app, side, account, browser)?
        .verify_slice(&given.unwrap_or_default())
        .is_ok();
    Ok(right.then(|| browser.to_owned()))
}
