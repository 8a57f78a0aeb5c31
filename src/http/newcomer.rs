//! "Was this you?": a sign-in from a browser that the person has not come in by before is told by mail.
//!
//! A cookie names the browser by 32 random bytes, whoever signs in there; D1 keeps the hash beside each person
//! who did. The mail is queued in the batch that begins the session. A person's very first browser, where an
//! invitation was accepted, is noted and not told of.

use http::HeaderMap;

use super::{Error, cookie};
use crate::app::App;
use crate::domain::country;
use crate::domain::id::{MailId, SessionId};
use crate::domain::next::Side;
use crate::domain::time::Millis;
use crate::domain::token::{Purpose, Secret};
use crate::outbound::letter::Letter;
use crate::store::Statement;
use crate::store::device::{self, Told};
use crate::store::session::Place;

/// How long a browser is remembered after its last sign-in; the longest that browsers keep a cookie.
pub(crate) const LIFETIME: Millis = Millis::days(400);

const fn name(side: Side) -> &'static str {
    match side {
        Side::Staff => "__Host-portico-device-staff",
        Side::Client => "__Host-portico-device",
    }
}

/// The hash of this browser's name, which it gets or keeps.
fn browser(app: &App, headers: &HeaderMap, side: Side) -> Result<String, Error> {
    let kept = cookie::read(headers, name(side));
    let kept = kept.and_then(|text| Secret::parse(Purpose::Device, &text).ok());
    let secret = match kept {
        Some(secret) => secret,
        None => Secret::new(Purpose::Device, app.random()?),
    };
    app.set_cookie(cookie::set(name(side), secret.expose(), Some(LIFETIME)));
    Ok(secret.hash().to_string())
}

/// "Firefox on Windows, in Berlin, Germany".
fn words(place: &Place) -> String {
    match country::place(&place.country) {
        Some(of) => format!("{}, in {of}", place.device),
        None => place.device.clone(),
    }
}

/// The mail, where this browser is new to who signs in, and the note that it is no longer. Both do nothing
/// where the session did not begin; the first one's change count says whether there is a mail.
pub(super) fn greet(
    app: &App,
    headers: &HeaderMap,
    side: Side,
    (session, place): (SessionId, &Place),
    business: &str,
) -> Result<[Statement; 2], Error> {
    let hash = browser(app, headers, side)?;
    let mail: MailId = app.id()?;
    let content = serde_json::to_string(&Letter {
        paragraphs: vec![
            format!(
                "Somebody signed in as you at {business}, from a device we have not seen before: {}, on {}.",
                words(place),
                app.now.day_time()
            ),
            "If it was you, there is nothing to do.".to_owned(),
            "If it was not you, choose a new password at once, which signs that device out, and tell us."
                .to_owned(),
        ],
        button: Some("Choose a new password".to_owned()),
        path: side.forgot().to_owned(),
        after: Vec::new(),
    })?;
    let told = Told {
        mail,
        subject: &format!("A new device signed in at {business}: was this you?"),
        content: &content,
    };
    Ok([
        device::tell(&told, session, &hash, app.now),
        device::remember(session, &hash, app.now),
    ])
}

/// Notes the browser of a person's first session.
pub(super) fn welcome(
    app: &App,
    headers: &HeaderMap,
    side: Side,
    session: SessionId,
) -> Result<Statement, Error> {
    Ok(device::remember(
        session,
        &browser(app, headers, side)?,
        app.now,
    ))
}
