//! The name a browser gives to using a link up, so that it may do so again after a lost reply.
//!
//! The page of a link gives the browser a random name in a cookie; the link keeps the name's hash
//! when it is consumed. A reply that never arrived is asked for again by the same browser and gets
//! the same answer; anybody else finds the link used. A cookie rather than a field, so that the
//! page is byte for byte the same for every link.

use http::HeaderMap;

use super::{Error, cookie};
use crate::app::App;
use crate::domain::time::Millis;
use crate::domain::token::{Purpose, Secret};

const ONCE: &str = "__Host-portico-once";
/// How long a browser keeps its name, and how long a used link answers to it.
pub(crate) const LIFETIME: Millis = Millis::minutes(30);

/// Gives the browser a name, unless it has one.
pub(crate) fn give(app: &App, headers: &HeaderMap) -> Result<(), Error> {
    if hash(headers).is_none() {
        let name = Secret::new(Purpose::Once, app.random()?);
        app.set_cookie(cookie::set(ONCE, name.expose(), Some(LIFETIME)));
    }
    Ok(())
}

/// The hash of the browser's name.
pub(crate) fn hash(headers: &HeaderMap) -> Option<String> {
    let name = Secret::parse(Purpose::Once, &cookie::read(headers, ONCE)?).ok()?;
    Some(name.hash().to_string())
}
