//! Where the link to a new address lands: one page for every link, and a button that works only for
//! the person who asked, signed in.
//!
//! GET and HEAD never ask D1 and never differ by token. A POST without a session (a scanner, or
//! somebody whose address was typed by mistake) is sent to the sign-in page and burns nothing; with a
//! session of somebody else the link is as dead as any.

use askama::Template;
use http::StatusCode;

use super::Error;
use super::chrome::{Chrome, Flash, Nobody};
use super::guard::{InPath, Load, Portal, Public, Staff, Viewer};
use super::mailing::Mailing;
use super::own::{Frame, Own};
use super::page::{Answer, page, page_with, see, try_again};
use crate::app::App;
use crate::domain::id::AuditId;
use crate::domain::next::Side;
use crate::domain::time::Timestamp;
use crate::domain::token::{Purpose, Secret};
use crate::store::address::{self, Behind, Found, Move};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

#[derive(Template)]
#[template(path = "profile/confirm_email.html")]
struct Confirm {
    chrome: Chrome<Nobody>,
    refused: &'static str,
}

#[derive(Template)]
#[template(path = "profile/dead_email.html")]
struct Dead {
    chrome: Chrome<Nobody>,
    home: &'static str,
}

/// `GET /confirm-email/{token}` and `GET /admin/confirm-email/{token}`
pub(crate) async fn form(public: Public<InPath<String>>) -> Answer {
    page(&Confirm {
        chrome: public.chrome,
        refused: "",
    })
}

/// The link that the path names, as far as it is of who is signed in.
pub(crate) struct Landing {
    token_hash: String,
    found: Option<Found>,
    contacts: Vec<Behind>,
}

/// The hash of a token of either side (the statement asks for one alone); of a text that is none,
/// what no link has.
fn hash(token: &str) -> String {
    let purposes = [Purpose::Email, Purpose::StaffEmail];
    let secret = purposes
        .into_iter()
        .find_map(|purpose| Secret::parse(purpose, token).ok());
    secret.map_or_else(String::new, |secret| secret.hash().to_string())
}

impl Load for Landing {
    type Args = InPath<String>;

    fn statements(InPath(token): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut reads = vec![address::presented(asker, &hash(token))];
        if asker.side == Side::Client {
            reads.push(address::contacts(asker));
        }
        reads
    }

    fn read(
        InPath(token): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(Some(Self {
            token_hash: hash(&token),
            found: results.first()?,
            contacts: results.rows_if_any()?,
        }))
    }
}

/// `POST /confirm-email/{token}`
pub(crate) async fn client(viewer: Viewer<Portal, Landing>) -> Answer {
    confirm(viewer.into()).await
}

/// `POST /admin/confirm-email/{token}`
pub(crate) async fn staff(staff: Staff<Landing>) -> Answer {
    confirm(staff.into()).await
}

/// 1. the link of who is signed in; a reply that was lost is given again; 2. in one batch: the link
/// used up, the address moved, every other session ended, the notice to the old address, the entry
/// in the log; an address that somebody has by now is told; 3. back to the profile.
async fn confirm(own: Own<Landing>) -> Answer {
    let Own { app, frame, page } = own;
    // 1.
    let Some(found) = page.found else {
        return dead(frame);
    };
    if found.again {
        return done(&app, &frame, found.email.as_str());
    }
    // 2.
    let audit: AuditId = app.id()?;
    let moving = Move {
        token_hash: &page.token_hash,
        person: frame.person(),
        session: frame.session(),
        to: &found.email,
        contacts: &page.contacts,
        audit,
        now: app.now,
    };
    let mut batch = moving.statements()?;
    let detail = format!("{} → {}", frame.email(), found.email);
    let notice = notice(&app, &frame, found.email.as_str());
    batch.push(notice.queue(&app, Some(moving.proviso()))?);
    let entry = frame.entry("email.changed", detail);
    batch.push(entry.append_if(audit, app.now, moving.proviso()));
    let moved = match app.db.batch(batch).await {
        Err(store::Error::Conflict(
            Conflict::AccountEmail
            | Conflict::ContactEmail
            | Conflict::AddressOfStaff
            | Conflict::AddressOfContact
            | Conflict::StaffEmail,
        )) => return taken(frame),
        written => written?.changes()? > 0,
    };
    // 3.
    if moved {
        done(&app, &frame, found.email.as_str())
    } else {
        dead(frame)
    }
}

fn done(app: &App, frame: &Frame, email: &str) -> Answer {
    Flash::success(
        app,
        format!("From now on you sign in with {email}. Every other device is signed out."),
    );
    see(frame.side().profile())
}

fn dead(frame: Frame) -> Answer {
    let home = frame.side().profile();
    let chrome = frame.plain();
    page_with(StatusCode::GONE, &Dead { chrome, home })
}

fn taken(frame: Frame) -> Answer {
    try_again(&Confirm {
        refused: "Somebody already signs in here with this address, so it cannot become yours, and nothing has changed. Please use another one, or ask us to sort it out.",
        chrome: frame.plain(),
    })
}

/// The notice to the old address.
fn notice<'a>(app: &App, frame: &'a Frame, to: &str) -> Mailing<'a> {
    let business = &frame.brand().name;
    Mailing {
        kind: "email_changed",
        to: frame.email(),
        name: frame.name(),
        subject: format!("Your address for {business} was changed"),
        paragraphs: vec![
            format!(
                "On {} the address with which you sign in at {business} was changed from this one to {to}. Every other device was signed out.",
                app.now.day_time()
            ),
            "If it was not you, please tell us at once.".to_owned(),
        ],
        ..Mailing::default()
    }
    .of(frame)
}
