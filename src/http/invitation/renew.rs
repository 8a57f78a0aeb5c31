//! The page of an invitation that no longer works, and the new link that can be asked for there.
//!
//! The page is the same for every link. A new one goes to the invited address only, and only where
//! the old one ran out or was used; whoever presses the button reads the same answer.

use askama::Template;
use http::StatusCode;

use crate::app::App;
use crate::domain::form_key::{self, FormKey};
use crate::domain::next::{Next, Side};
use crate::domain::template::{Body, Kind, Subject};
use crate::domain::token::{Purpose, Secret};
use crate::http::chrome::{Chrome, Nobody};
use crate::http::guard::{InPath, Public};
use crate::http::invite::{self, Sender};
use crate::http::page::{Answer, page, page_with, see};
use crate::http::throttle::Asking;
use crate::http::{Error, magic};
use crate::store::invitation::{self, Renewal};
use crate::store::{self, Conflict, Statement};

#[derive(Template)]
#[template(path = "invitation/dead.html")]
struct Dead {
    chrome: Chrome<Nobody>,
}

/// The one page of every invitation that does not work, whatever the reason.
pub(super) fn dead(chrome: Chrome<Nobody>) -> Answer {
    page_with(StatusCode::GONE, &Dead { chrome })
}

#[derive(Template)]
#[template(path = "invitation/sent.html")]
struct Sent {
    chrome: Chrome<Nobody>,
}

/// `GET /invitation/sent`
pub(crate) async fn sent(public: Public) -> Answer {
    page(&Sent {
        chrome: public.chrome,
    })
}

/// `POST /invitation/{token}/renew`, and the button of the page above
///
/// 1. what the token stood for, and the asking counted for the invited address; 2. where there is
/// something to renew, the new link with its mail; 3. the same answer.
pub(crate) async fn renew(public: Public<InPath<String>>) -> Answer {
    let Public {
        app,
        chrome,
        args,
        head,
    } = public;
    // 1.
    let secret = Secret::parse(Purpose::Invitation, &args.0);
    let hash = secret.map_or_else(
        |_malformed| String::new(),
        |secret| secret.hash().to_string(),
    );
    let asking = Asking::for_renewal(&app, &head.headers)?;
    let asked = asking.renewed_with(invitation::renewal(&hash, app.now), &hash, &app);
    let mut results = app.db.batch(asked).await?;
    let renewal: Option<Renewal> = results.first()?;
    let may = asking.counted(&mut results, &app)?;
    // 2. The browser is bound whoever it is, so that the answer does not tell.
    let browser = magic::bind(&app, &Next::parse(Side::Client, None))?;
    let batch = match renewal.filter(|_| may) {
        None => vec![asking.nothing(&app)],
        Some(of) => match of.account_id {
            Some(account) => {
                let (to, email) = ((account, of.draft.contact_id), of.draft.email.as_str());
                magic::mail(&app, &chrome.brand.name, to, email, &browser)?
            }
            None => again(&app, &chrome, &of)?,
        },
    };
    match app.db.batch(batch).await {
        // Pressed twice at once.
        Ok(_) | Err(store::Error::Conflict(Conflict::Repeat)) => {}
        Err(error) => return Err(error.into()),
    }
    // 3.
    see("/invitation/sent")
}

/// Another invitation from who sent the first, in the wording of today. The dead link names the
/// new one, so that of two presses at once one counts.
fn again(app: &App, chrome: &Chrome<Nobody>, of: &Renewal) -> Result<Vec<Statement>, Error> {
    let (subject, body) = invite::wording(&of.draft);
    let unsendable = |error: &dyn std::fmt::Display| Error::internal(error.to_string());
    let subject = Subject::parse(Kind::Invitation, subject).map_err(|error| unsendable(&error))?;
    let body = Body::parse(Kind::Invitation, body).map_err(|error| unsendable(&error))?;
    let sender = Sender {
        id: of.sender_id,
        name: &of.sender_name,
        business: &chrome.brand.name,
        support_email: chrome
            .brand
            .support_email
            .as_deref()
            .unwrap_or(&of.sender_email),
    };
    let key = FormKey::parse(&of.link_id.to_string())
        .map_err(|error| Error::internal(error.to_string()))?;
    let link = form_key::id(key, "renewal", std::iter::empty());
    let (writes, _until) = invite::compose(app, link, &of.draft, &sender, (&subject, &body))?;
    Ok(writes)
}
