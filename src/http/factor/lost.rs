//! A second factor taken away from somebody who has lost theirs, recovery codes and all: from a colleague by
//! an owner, from a contact by an admin. Their sessions end, they are told by mail, and the log says so.

use crate::app::App;
use crate::domain::id::{ContactId, StaffId};
use crate::domain::next::Side;
use crate::domain::time::Timestamp;
use crate::http::chrome::Flash;
use crate::http::guard::{InPath, Load, Manager};
use crate::http::mailing::Mailing;
use crate::http::own::Frame;
use crate::http::page::{Answer, see};
use crate::http::{Error, Reason};
use crate::store::factor::{self, Loser};
use crate::store::session::Person;
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Results, Statement};

/// Who has lost theirs: whom the path names, if they have one.
pub(crate) struct OfStaff(Loser);

impl Load for OfStaff {
    type Args = InPath<StaffId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![factor::loser_of_staff(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

/// The same of a contact.
pub(crate) struct OfContact(Loser);

impl Load for OfContact {
    type Args = InPath<ContactId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![factor::loser_of_contact(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

/// `POST /admin/settings/staff/{id}/factor`
pub(crate) async fn of_staff(staff: Manager<OfStaff>) -> Answer {
    let Manager {
        app, chrome, page, ..
    } = staff;
    let loser = page.0;
    if !chrome.me.role.may_manage_owners() {
        return Err(Reason::Forbidden(
            "Only an owner can take a colleague's second step away. Please ask one.",
        )
        .into());
    }
    if loser.staff_id == Some(chrome.me.id) {
        return see(Side::Staff.factor());
    }
    let to = format!("/admin/settings/staff/{}", loser.row);
    take_away(&app, &Frame::Staff(chrome), &loser, &to).await
}

/// `POST /admin/contacts/{id}/factor`
pub(crate) async fn of_contact(staff: Manager<OfContact>) -> Answer {
    let Manager {
        app, chrome, page, ..
    } = staff;
    let loser = page.0;
    let to = format!("/admin/contacts/{}", loser.row);
    take_away(&app, &Frame::Staff(chrome), &loser, &to).await
}

/// In one batch: the factor and the sessions, the mail, the entry in the log.
async fn take_away(app: &App, by: &Frame, loser: &Loser, to: &str) -> Answer {
    let Some((person, side)) = loser.person() else {
        Flash::error(app, format!("{} has no second step.", loser.name));
        return see(to);
    };
    let mut entry = by.entry("factor.taken_away", loser.name.clone());
    entry.entity = Some(loser.row.clone());
    entry.client = loser.client_id;
    let mut batch = Vec::from(factor::take_away(person, app.now));
    batch.push(notice(app, by, side, loser).queue(app, None)?);
    batch.push(entry.append(app.id()?, app.now));
    match app.db.batch(batch).await {
        // Pressed twice at once, or sent again after a lost reply: it was done.
        Ok(_) | Err(store::Error::Conflict(Conflict::Meanwhile)) => {}
        Err(error) => return Err(error.into()),
    }
    Flash::success(
        app,
        format!(
            "{} signs in without a second step now, and is signed out everywhere. We have told them by e-mail.",
            loser.name
        ),
    );
    see(to)
}

fn notice<'a>(app: &App, by: &Frame, side: Side, loser: &'a Loser) -> Mailing<'a> {
    let business = &by.brand().name;
    let mut paragraphs = vec![format!(
        "{} took the second step of your sign-in at {business} away on {}, and you were signed out everywhere. Signing in no longer asks for a code.",
        by.name(),
        app.now.day_time()
    )];
    if loser.short_password {
        paragraphs.push(
            "Your password is too short to stand alone, so it no longer works. Please choose a longer one."
                .to_owned(),
        );
    }
    paragraphs.push("You can set a second step up again in your profile.".to_owned());
    Mailing {
        kind: "factor_taken_away",
        to: &loser.email,
        name: &loser.name,
        subject: format!("The second step of your sign-in at {business} was taken away"),
        paragraphs,
        button: Some(if loser.short_password {
            ("Choose a new password", side.forgot().into())
        } else {
            ("Sign in", side.sign_in().into())
        }),
        after: vec!["If you did not ask for this, please tell us at once.".to_owned()],
        staff: loser.staff_id,
        contact: loser.contact_id,
        client: loser.client_id,
        ..Mailing::default()
    }
}

impl Loser {
    /// Whose login it is, if there is a second factor.
    fn person(&self) -> Option<(Person, Side)> {
        if !self.is_set {
            return None;
        }
        let account = self
            .account_id
            .map(|id| (Person::Account(id), Side::Client));
        account.or(self.staff_id.map(|id| (Person::Staff(id), Side::Staff)))
    }
}
