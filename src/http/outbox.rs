//! The outbox as staff see it. Where no transport is set up, it is where mail is read.

use askama::Template;

use super::Error;
use super::chrome::{Chrome, Flash};
use super::guard::{Admin, Load, Manager, Me};
use super::page::{Answer, page, see};
use crate::app::App;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::outbound::letter::Letter;
use crate::outbound::seal;
use crate::store::outbox::{self, Line, Whole};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The newest mails.
pub(crate) struct Newest(Vec<Line>);

impl Load for Newest {
    type Args = ();

    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![outbox::newest()]
    }

    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(Some(Self(results.rows()?)))
    }
}

/// State of a mail as a person says it, and the tone of its badge.
fn said(state: &str) -> (&'static str, &'static str) {
    match state {
        "queued" => ("info", "Waiting"),
        "sent" => ("ok", "Sent"),
        "undeliverable" => ("bad", "Undeliverable"),
        "dead" => ("bad", "Given up"),
        _ => ("mute", "Taken back"),
    }
}

/// Of a mail to somebody who was erased nothing is left.
fn or_erased(text: String) -> String {
    if text.is_empty() {
        "Erased".to_owned()
    } else {
        text
    }
}

struct Row {
    id: String,
    to: String,
    subject: String,
    tone: &'static str,
    state: &'static str,
    when: String,
}

#[derive(Template)]
#[template(path = "outbox/list.html")]
struct List {
    chrome: Chrome<Me>,
    rows: Vec<Row>,
    missing: &'static str,
}

/// `GET /admin/outbox`
pub(crate) async fn list(staff: Admin<Newest>) -> Answer {
    let now = staff.app.now;
    let rows = staff.page.0.into_iter().map(|line| {
        let (tone, state) = said(&line.state);
        Row {
            id: line.id.to_string(),
            to: or_erased(line.to_email),
            subject: or_erased(line.subject),
            tone,
            state,
            when: line.created_at.ago(now),
        }
    });
    page(&List {
        rows: rows.collect(),
        missing: staff.app.mailer.what_is_missing().unwrap_or_default(),
        chrome: staff.chrome,
    })
}

#[derive(Template)]
#[template(path = "outbox/one.html")]
struct One {
    chrome: Chrome<Me>,
    mail: Whole,
    letter: Letter,
    shown: Shown,
    tone: &'static str,
    state: &'static str,
    can_retry: bool,
}

/// `GET /admin/outbox/{id}`: for who has just proven who they are, because it may show a link.
pub(crate) async fn one(staff: Manager<Whole>) -> Answer {
    let letter: Letter = serde_json::from_str(&staff.page.content)?;
    let (tone, state) = said(&staff.page.state);
    page(&One {
        shown: shown(&staff.app, staff.me(), &staff.page, &letter),
        letter,
        tone,
        state,
        can_retry: matches!(staff.page.state.as_str(), "dead" | "undeliverable"),
        chrome: staff.chrome,
        mail: Whole {
            to_email: or_erased(staff.page.to_email),
            subject: or_erased(staff.page.subject),
            ..staff.page
        },
    })
}

/// What of a mail's secret is shown; both empty where nothing is.
#[derive(Default)]
struct Shown {
    link: String,
    /// What another browser than the one that asked for a sign-in link is asked for.
    code: String,
}

/// The link, and the code behind it, of a mail that no transport will ever carry; nothing where mail leaves
/// by itself, because then they are the recipient's alone. So is every link that went to a colleague, whatever
/// it is for: with it an admin could become somebody of a higher role. Owners may read it.
fn shown(app: &App, me: &Me, mail: &Whole, letter: &Letter) -> Shown {
    let open = || {
        let of_colleague = mail.staff_id.is_some() && mail.staff_id != Some(me.id);
        if of_colleague && me.role != Role::Owner {
            return None;
        }
        let sealed = mail
            .sealed
            .as_ref()
            .filter(|_| !app.mailer.is_configured())?;
        let secret = seal::open(&app.config.keys, mail.id, sealed)?;
        let mut lines = secret.lines();
        let path = format!("{}{}", letter.path, lines.next()?);
        Some(Shown {
            link: app.config.base_url.join(&path),
            code: lines.next().unwrap_or_default().to_owned(),
        })
    };
    open().unwrap_or_default()
}

/// `POST /admin/outbox/{id}/retry`
pub(crate) async fn retry(staff: Admin<Whole>) -> Answer {
    staff
        .app
        .db
        .run(outbox::retry(staff.page.id, staff.app.now))
        .await?;
    staff.app.mail_queued();
    Flash::success(&staff.app, "The mail is on its way once more.");
    see("/admin/outbox")
}
