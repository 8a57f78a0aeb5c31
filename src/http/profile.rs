//! One's own profile: name, how one signs in, and where one is signed in.

use super::chrome::Flash;
use super::guard::{Load, Portal, Staff, Viewer, Who};
use super::own::{Frame, Own, Sheet as _, sheet};
use super::page::{Answer, see};
use super::{Error, Fields, Reason};
use crate::domain::country;
use crate::domain::id::StaffId;
use crate::domain::next::Side;
use crate::domain::permission::News;
use crate::domain::text::{self, Line, Name};
use crate::domain::time::Timestamp;
use crate::store::address::{self, Waiting};
use crate::store::device::{self, Device};
use crate::store::factor::{self, Held};
use crate::store::permission::Person;
use crate::store::profile::{self, Takes};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, staff};

/// What the page reads.
pub(crate) struct Mine {
    devices: Vec<Device>,
    waiting: Option<Waiting>,
    factor: Option<Held>,
    takes: Takes,
    /// Of a client's person: the mails that they take.
    person: Option<Person>,
}

impl Load for Mine {
    type Args = ();

    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        let mut reads = vec![
            device::of(asker),
            address::waiting(asker),
            factor::of(asker),
            profile::takes(asker),
        ];
        if asker.side == Side::Client {
            reads.push(profile::person(asker));
        }
        reads
    }

    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(Some(Self {
            devices: results.rows()?,
            waiting: results.first()?,
            factor: results.first()?,
            takes: results.first()?.unwrap_or_default(),
            // Staff do not ask for it, and there is no further answer.
            person: results.rows_if_any()?.into_iter().next(),
        }))
    }
}

/// A line of the list of devices.
pub(super) struct Place {
    pub(super) id: String,
    pub(super) device: String,
    /// "in Germany, 3 minutes ago".
    pub(super) used: String,
    pub(super) here: bool,
}

impl Place {
    fn new(of: &Device, now: Timestamp) -> Self {
        let ago = of.seen_at.ago(now);
        let used = match (country::place(&of.country), of.here) {
            (Some(place), true) => format!("In {place}, in use now"),
            (Some(place), false) => format!("In {place}, last used {ago}"),
            (None, true) => "In use now".to_owned(),
            (None, false) => format!("Last used {ago}"),
        };
        Self {
            id: of.id.to_string(),
            device: of.label.clone(),
            used,
            here: of.here,
        }
    }
}

/// What `profile/devices.html` shows.
pub(super) struct Places {
    /// Address of the profile.
    pub(super) home: &'static str,
    pub(super) places: Vec<Place>,
}

impl Places {
    pub(super) fn others(&self) -> bool {
        self.places.iter().any(|place| !place.here)
    }
}

/// Where somebody is signed in.
pub(super) fn places(devices: &[Device], side: Side, now: Timestamp) -> Places {
    Places {
        home: side.profile(),
        places: devices.iter().map(|of| Place::new(of, now)).collect(),
    }
}

/// What the page shows.
struct Profile {
    form: Fields,
    /// Address of the profile.
    home: &'static str,
    email: String,
    /// What is to be done about a new address; empty when there is none.
    waiting: String,
    has_password: bool,
    /// What is to be said of the second step.
    second: &'static str,
    has_second: bool,
    /// Of staff: which mails.
    takes: Takes,
    places: Vec<Place>,
    /// The kinds of mail that they may choose, and whether they take them.
    mails: Vec<(News, bool)>,
}
sheet!(Profile, "profile/staff.html", "profile/client.html");

impl Profile {
    fn new(own: &Own<Mine>, form: Fields) -> Self {
        let now = own.app.now;
        Self {
            form,
            home: own.frame.side().profile(),
            email: own.frame.email().to_owned(),
            waiting: own.page.waiting.as_ref().map_or_else(String::new, |to| {
                format!(
                    "{} waits to be confirmed. Its link works until {}.",
                    to.email,
                    to.expires_at.day_time()
                )
            }),
            has_password: own.frame.has_password(),
            second: second(own.page.factor.as_ref()),
            has_second: own.page.factor.as_ref().is_some_and(Held::is_set),
            takes: own.page.takes,
            places: own
                .page
                .devices
                .iter()
                .map(|of| Place::new(of, now))
                .collect(),
            mails: match (&own.frame, &own.page.person) {
                (Frame::Client(chrome), Some(person)) => offered(&chrome.me)
                    .map(|news| (news, person.mails(news)))
                    .collect(),
                _ => Vec::new(),
            },
        }
    }

    fn others(&self) -> bool {
        self.places.iter().any(|place| !place.here)
    }
}

/// The kinds of mail that somebody may choose: those about what they see.
fn offered(me: &Who) -> impl Iterator<Item = News> + '_ {
    let seen = |news: &News| me.modules.has(news.module());
    News::ALL.into_iter().filter(seen)
}

fn second(held: Option<&Held>) -> &'static str {
    match held.filter(|held| held.is_set()) {
        None => "None: your password or a link in an e-mail is enough to get in",
        Some(held) if held.left == Some(0) => {
            "A code from your app. No recovery code is left; please make new ones"
        }
        Some(held) if !held.kept => {
            "A code from your app. Please say that you keep your recovery codes"
        }
        Some(_) => "A code from your app, or a recovery code",
    }
}

/// `GET /profile`
pub(crate) async fn client(viewer: Viewer<Portal, Mine>) -> Answer {
    show(viewer.into())
}

/// `GET /admin/profile`
pub(crate) async fn staff(staff: Staff<Mine>) -> Answer {
    show(staff.into())
}

fn show(own: Own<Mine>) -> Answer {
    let form = Fields::filled(match &own.frame {
        Frame::Staff(chrome) => vec![("name", chrome.me.name.clone())],
        Frame::Client(chrome) => vec![
            ("first_name", chrome.me.first_name.clone()),
            ("last_name", chrome.me.last_name.clone()),
        ],
    });
    Profile::new(&own, form).page(&own.frame)
}

/// `POST /profile/name`
pub(crate) async fn rename_client(viewer: Viewer<Portal, Mine>, form: Fields) -> Answer {
    rename(viewer.into(), form).await
}

/// `POST /admin/profile/name`
pub(crate) async fn rename_staff(staff: Staff<Mine>, form: Fields) -> Answer {
    rename(staff.into(), form).await
}

/// `POST /admin/profile/tickets`: mail about tickets that nobody has, on or off.
pub(crate) async fn take_tickets(staff: Staff, form: Fields) -> Answer {
    let said = [
        "You get an e-mail about tickets that nobody has yet.",
        "You get e-mail only about tickets that you have.",
    ];
    take(&staff, form, ("tickets", profile::take_tickets), said).await
}

/// `POST /admin/profile/tasks`: mail about tasks that nobody does, on or off.
pub(crate) async fn take_tasks(staff: Staff, form: Fields) -> Answer {
    let said = [
        "You get an e-mail about what clients say of tasks that nobody does yet.",
        "You get e-mail only about tasks that you do.",
    ];
    take(&staff, form, ("tasks", profile::take_tasks), said).await
}

/// `POST /admin/profile/messages`: mail about messages that were not read, on or off.
pub(crate) async fn take_messages(staff: Staff, form: Fields) -> Answer {
    let said = [
        "You get an e-mail about messages that you have not read for five minutes.",
        "You get no e-mail about messages.",
    ];
    take(&staff, form, ("messages", profile::take_messages), said).await
}

/// `POST /admin/profile/uploads`: mail about files that clients send, on or off.
pub(crate) async fn take_uploads(staff: Staff, form: Fields) -> Answer {
    let said = [
        "You get an e-mail when a client sends files.",
        "You get no e-mail about files that clients send.",
    ];
    take(&staff, form, ("uploads", profile::take_uploads), said).await
}

/// Saves the box of that name, with what is said where it is on and where it is off.
async fn take(
    staff: &Staff,
    mut form: Fields,
    (name, change): (&str, fn(StaffId, bool) -> Statement),
    [on, off]: [&'static str; 2],
) -> Answer {
    let takes = form.checkbox(name);
    form.sound()?;
    let (app, me) = (&staff.app, staff.me());
    let state = if takes { "on" } else { "off" };
    let entry = me.entry("profile.mail_changed", format!("{name} {state}"));
    let batch = vec![change(me.id, takes), entry.append(app.id()?, app.now)];
    app.db.batch(batch).await?;
    Flash::success(app, if takes { on } else { off });
    see(Side::Staff.profile())
}

/// `POST /profile/mail`: which mails a client's person takes. What the form does not offer stays as it was.
pub(crate) async fn take_mail(viewer: Viewer<Portal, Mine>, mut form: Fields) -> Answer {
    let old = viewer.page.person.as_ref().ok_or(Reason::NotFound)?;
    let mut new = old.clone();
    for news in offered(viewer.me()) {
        new.take(news, form.checkbox(news.as_str()));
    }
    form.sound()?;
    let asker = viewer.asker();
    let Own { app, frame, .. } = Own::from(viewer);
    let taken = News::ALL.into_iter().filter(|news| new.mails(*news));
    let taken: Vec<_> = taken.map(News::short).collect();
    let entry = frame.entry("profile.mail_chosen", taken.join(", "));
    let batch = vec![
        profile::take(&asker, &new),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(&app, "Your choice is saved.");
    see(Side::Client.profile())
}

/// 1. what was typed; 2. the name and its entry in the log, in one batch.
async fn rename(own: Own<Mine>, mut form: Fields) -> Answer {
    // 1.
    let now = own.app.now;
    let (mut batch, name) = match &own.frame {
        Frame::Staff(chrome) => match form.required("name", Name::parse) {
            Some(name) => {
                let batch = vec![staff::rename(chrome.me.id, &name)];
                (batch, name.to_string())
            }
            None => return Profile::new(&own, form).try_again(&own.frame),
        },
        Frame::Client(chrome) => {
            let first = form.required("first_name", Name::parse);
            let last = form.required("last_name", text::last_name);
            let (Some(first), Some(last)) = (first, last) else {
                return Profile::new(&own, form).try_again(&own.frame);
            };
            let me = &chrome.me;
            let names = (&first, last.as_ref());
            let batch = profile::rename_contact((me.id, me.client), names, &me.email, now)?;
            let last = last.as_ref().map_or("", Line::as_str);
            (batch.to_vec(), format!("{first} {last}").trim().to_owned())
        }
    };
    // 2.
    let Own { app, frame, .. } = &own;
    if name != frame.name() {
        let entry = frame.entry("profile.renamed", format!("{} → {name}", frame.name()));
        batch.push(entry.append(app.id()?, now));
        app.db.batch(batch).await?;
    }
    Flash::success(app, "Your name is saved.");
    see(frame.side().profile())
}
