//! Portal Permissions of one contact: two lists side by side, what they may see and which mails they
//! get. They can lose what their client has, never gain.

use askama::Template;

use super::{differences, fill_gaps, open, shown, tick, ticked};
use crate::domain::id::ContactId;
use crate::domain::module::{Module, Modules};
use crate::domain::permission::{self, News, Preset};
use crate::domain::time::Timestamp;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::contact::Contact;
use crate::store::permission::{self as stored, Levels, Person};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// Whether the person may sign in.
const ACCESS: &str = "portal_access";

/// A contact, what they have of their own, and what their client has.
pub(crate) struct OfContact {
    contact: Contact,
    levels: Levels,
    person: Person,
}

impl Load for OfContact {
    type Args = InPath<ContactId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Contact::by_id(*id),
            stored::of_client_of(*id),
            stored::person(*id),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let contact: Option<Contact> = results.first()?;
        let levels: Option<Levels> = results.first()?;
        let person: Option<Person> = results.first()?;
        let all = contact.zip(levels).zip(person);
        Ok(all.map(|((contact, levels), person)| Self {
            contact,
            levels,
            person,
        }))
    }
}

/// A kind of mail as the form shows it.
struct Mail {
    news: News,
    /// Why it does not come whatever is ticked; empty when it does.
    because: String,
}

#[derive(Template)]
#[template(path = "permission/contact.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    contact: Contact,
    client_has: Modules,
    modules: &'static [Module],
    mails: Vec<Mail>,
    presets: [Preset; 4],
    /// A preset that was filled in and is not saved yet.
    filled_in: Option<Preset>,
}

impl OfContact {
    /// What the form can change: modules with pages that the client has.
    fn offered(&self) -> Modules {
        let client = self.levels.effective();
        open().iter().filter(|m| client.has(*m)).collect()
    }

    fn filled(&self) -> Fields {
        let (person, offered) = (&self.person, self.offered());
        let revision = format!("{} {}", self.contact.revision, offered.bits());
        let state = [
            ("revision", revision),
            ("shown", offered.bits().to_string()),
            (ACCESS, tick(person.portal_access)),
        ];
        let boxes = Module::OPEN.map(|m| (m.as_str(), tick(!person.modules_off.has(m))));
        let mails = News::ALL.map(|news| (news.as_str(), tick(person.mails(news))));
        Fields::filled(state.into_iter().chain(boxes).chain(mails))
    }

    fn drawn(self, chrome: Chrome<Me>, form: Fields, filled_in: Option<Preset>) -> Page {
        let client_has = self.levels.effective();
        let client = &self.contact.client_name;
        let mails = News::ALL.map(|news| {
            let module = news.module();
            let because = if !client_has.has(module) {
                format!("{} is off for {client}, so none is sent.", module.label())
            } else if !form.ticked(module.as_str()) {
                format!(
                    "{} is off for this person, so none is sent.",
                    module.label()
                )
            } else {
                String::new()
            };
            Mail { news, because }
        });
        Page {
            chrome,
            form,
            client_has,
            modules: &Module::OPEN,
            mails: mails.into(),
            presets: Preset::ALL,
            filled_in,
            contact: self.contact,
        }
    }
}

fn path(id: ContactId) -> String {
    format!("/admin/contacts/{id}/permissions")
}

/// `GET /admin/contacts/{id}/permissions`
pub(crate) async fn form(staff: Staff<OfContact>) -> Answer {
    let form = staff.page.filled();
    page(&staff.page.drawn(staff.chrome, form, None))
}

/// `POST /admin/contacts/{id}/permissions`
///
/// 1. what was ticked; 2. a role that was pressed fills the form in and saves nothing; 3. the change
/// with its audit entry, refused whole where somebody was quicker.
pub(crate) async fn save(staff: Staff<OfContact>, mut form: Fields) -> Answer {
    let of = &staff.page;
    // 1.
    let offered = of.offered();
    let shown = shown(&mut form).map(|all| all.iter().filter(|m| offered.has(*m)).collect());
    let visible = ticked(&mut form, offered);
    let mails = News::ALL.map(|news| (news, form.checkbox(news.as_str())));
    let portal_access = form.checkbox(ACCESS);
    let preset = form.optional("preset", |name| {
        Preset::parse(name).ok_or("Choose one of the roles.")
    });
    fill_gaps(&mut form, offered.iter().map(Module::as_str));
    fill_gaps(&mut form, News::ALL.map(News::as_str));
    fill_gaps(&mut form, [ACCESS]);
    form.meanwhile(&of.filled());
    let (Some(shown), Some(preset), false) = (shown, preset, form.has_errors()) else {
        return try_again(&staff.page.drawn(staff.chrome, form, None));
    };
    // 2.
    if let Some(preset) = preset {
        let off = preset.off();
        for module in offered.iter() {
            form.fill([(module.as_str(), tick(!off.has(module)).as_str())]);
        }
        for news in News::ALL {
            form.fill([(news.as_str(), tick(preset.mails(news)).as_str())]);
        }
        return page(&staff.page.drawn(staff.chrome, form, Some(preset)));
    }
    // 3.
    let old = &of.person;
    let mut new = Person {
        portal_access,
        modules_off: permission::contact_off(shown, visible, old.modules_off),
        ..old.clone()
    };
    for (news, takes) in mails {
        new.take(news, takes);
    }
    let (app, contact) = (&staff.app, &of.contact);
    let told = changes(old, &new);
    if told.is_empty() {
        Flash::success(app, "Everything was saved like this already.");
        return see(&path(contact.id));
    }
    let entry = staff.me().did(
        "permissions.contact_changed",
        contact.client_id,
        contact.id,
        format!("{} ({})", contact.name(), told.join(", ")),
    );
    let mut batch = stored::change_person(&new, contact.revision, app.now);
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    let said = if new.portal_access {
        format!(
            "Permissions are saved. {} sees them on the next page they open.",
            contact.first_name
        )
    } else {
        format!(
            "Permissions are saved. {} cannot use the portal now and gets no mail from it.",
            contact.first_name
        )
    };
    Flash::success(app, said);
    see(&path(contact.id))
}

/// What changes for the person, in words for the log.
fn changes(old: &Person, new: &Person) -> Vec<String> {
    let on = |off: Modules| Module::ALL.into_iter().filter(|m| !off.has(*m)).collect();
    let mut told = differences(on(old.modules_off), on(new.modules_off));
    for news in News::ALL {
        if old.mails(news) != new.mails(news) {
            let state = if new.mails(news) { "on" } else { "off" };
            told.push(format!(
                "mail about {} {state}",
                news.short().to_lowercase()
            ));
        }
    }
    if old.portal_access != new.portal_access {
        told.push(if new.portal_access {
            "may use the portal".to_owned()
        } else {
            "may not use the portal".to_owned()
        });
    }
    told
}
