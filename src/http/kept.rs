//! What was typed into a form whose sending was held up, because the proof of who one is had grown too old
//! meanwhile ([`super::confirm`]).
//!
//! The page that asks for the proof leads back to the form, and the form stands as it was sent. Nothing is sent
//! by itself: the person looks at it and presses the button. What is kept are fields known to hold no secret, in a
//! sealed cookie of a quarter of an hour that names the person and the page.

use serde::{Deserialize, Serialize};

use super::chrome::{Chrome, Flash};
use super::{Error, Fields, Incoming, cookie};
use crate::app::App;
use crate::domain::time::{Millis, Timestamp};
use crate::outbound::seal::{self, What};

pub(super) const COOKIE: &str = "__Host-portico-kept";
const LIFETIME: Millis = Millis::minutes(15);
/// Fields of the forms behind a step-up that may be kept: a new address, a colleague's name and role. Never a
/// password or a code, and no confirmation that has to be typed for its own sake.
const FIELDS: [&str; 3] = ["email", "name", "role"];
/// Bytes of a field and of a form that are kept at most; a cookie holds four thousand.
const LONGEST: usize = 300;
const FORM: u64 = 16 * 1024;

#[derive(Serialize, Deserialize)]
struct Kept {
    person: String,
    path: String,
    fields: Vec<(String, String)>,
    until: Timestamp,
}

/// Keeps what was sent to the page at `path` by a person, if there is anything to keep.
pub(super) async fn keep(
    app: &App,
    sent: &Incoming,
    (person, path): (&str, &str),
) -> Result<(), Error> {
    if sent.length.is_none_or(|length| length > FORM) {
        return Ok(());
    }
    let form = Fields::without_files(sent).await?;
    let fields = FIELDS.iter().map(|name| (*name, form.text(name)));
    let fields: Vec<(String, String)> = fields
        .filter(|(_, text)| !text.is_empty() && text.len() <= LONGEST)
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    if fields.is_empty() {
        return Ok(());
    }
    let kept = Kept {
        person: person.to_owned(),
        path: path.to_owned(),
        fields,
        until: app.now.plus(LIFETIME),
    };
    let text = serde_json::to_string(&kept)?;
    let sealed = seal::seal_for(&app.config.keys, (What::Kept, person), &text, app.random()?);
    if let Some(sealed) = sealed {
        app.set_cookie(cookie::set(COOKIE, &sealed, Some(LIFETIME)));
    }
    Ok(())
}

/// The form of this page as the person had sent it, with a word about it; `None` where nothing was kept.
pub(super) fn again<M>(app: &App, chrome: &mut Chrome<M>, person: &str) -> Option<Fields> {
    let sealed = chrome.kept.take()?;
    let text = seal::open_for(&app.config.keys, (What::Kept, person), &sealed)?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    if kept.person != person || kept.path != chrome.path || kept.until <= app.now {
        return None;
    }
    app.set_cookie(cookie::clear(COOKIE));
    chrome.flash = Some(Flash::info(
        "Thank you. What you had typed is here again, and nothing was sent yet. Please look at it and send it.",
    ));
    let mut form = Fields::default();
    form.fill(
        kept.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    Some(form)
}
