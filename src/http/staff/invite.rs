//! The mail that brings somebody onto the team.

use crate::app::App;
use crate::domain::id::{LinkId, StaffId};
use crate::domain::role::Role;
use crate::domain::settings::InviteDays;
use crate::domain::token::{Purpose, Secret};
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::Me;
use crate::http::mailing::Mailing;
use crate::store::{Statement, staff};

/// Who is to join.
pub(super) struct Invited<'a> {
    pub(super) id: StaffId,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
    pub(super) role: Role,
}

/// A link to join and its mail, to be written with their cause.
pub(super) struct Joining {
    pub(super) writes: [Statement; 2],
    /// Until when the link works, in words.
    pub(super) until: String,
}

/// What became of an invitation, `the`, in a sentence; the same as of a client's.
pub(super) fn told(app: &App, the: &str, email: &str, until: &str) -> String {
    let said = if app.mailer.is_configured() {
        format!("{the} to {email} is on its way.")
    } else {
        format!(
            "{the} to {email} waits in the outbox, because no mail is set up. An owner can copy its link there."
        )
    };
    format!("{said} It works until {until}.")
}

/// Makes the link, whose hash alone D1 keeps, and the mail that carries it sealed.
pub(super) fn compose(
    app: &App,
    chrome: &Chrome<Me>,
    invited: &Invited<'_>,
    days: InviteDays,
) -> Result<Joining, Error> {
    let (business, me) = (&chrome.brand.name, &chrome.me);
    let expires = app.now.plus(days.span());
    let until = expires.day_time();
    let secret = Secret::new(Purpose::Join, app.random()?);
    let (link, hash): (LinkId, _) = (app.id()?, secret.hash().to_string());
    let mail = Mailing {
        kind: "join",
        to: invited.email,
        name: invited.name,
        subject: format!("{} invites you to join {business}", me.name),
        paragraphs: vec![
            format!("Hello {},", invited.name),
            format!(
                "{} has invited you to work in the client portal of {business}, as {}.",
                me.name,
                invited.role.label()
            ),
            "Open this link and choose a password. From then on you sign in with this e-mail address."
                .to_owned(),
        ],
        button: Some(("Join the team", "/admin/join/".into())),
        after: vec![format!(
            "The link is only for you, works once and until {until}. If you did not expect this \
             e-mail, you can leave it alone."
        )],
        secret: Some(secret.expose().to_owned()),
        link: Some(link),
        staff: Some(invited.id),
        ..Mailing::default()
    };
    Ok(Joining {
        writes: [
            staff::issue_join(link, invited.id, &hash, me.id, app.now, expires),
            mail.queue(app, None)?,
        ],
        until,
    })
}
