//! Portal Permissions in a client's record: what this client sees, what of it is its own, and who of
//! its people then sees and gets what.

use askama::Template;

use super::{fill_gaps, listed, open, shown, tick, ticked};
use crate::domain::id::ClientId;
use crate::domain::module::{Choice, Module, Modules};
use crate::domain::permission::{ClientChoice, News};
use crate::domain::time::Timestamp;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::client::Client;
use crate::store::permission::{self as stored, Levels, Person};
use crate::store::viewer::Asker;
use crate::store::{ById as _, Results, Statement};

/// A client, what it has, and its people.
pub(crate) struct OfClient {
    client: Client,
    levels: Levels,
    people: Vec<Person>,
}

impl Load for OfClient {
    type Args = InPath<ClientId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            Client::by_id(*id),
            stored::of_client(*id),
            stored::people(*id),
        ]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let levels: Option<Levels> = results.first()?;
        let people = results.rows()?;
        Ok(client.zip(levels).map(|(client, levels)| Self {
            client,
            levels,
            people,
        }))
    }
}

/// A module with what the form shows of it.
struct Row {
    module: Module,
    /// The name of the box that keeps it.
    keep: &'static str,
    /// On by default.
    default: bool,
    /// Whether the client has something of its own now.
    own: bool,
}

impl Row {
    const fn state(&self) -> &'static str {
        if self.own {
            "Set for this client."
        } else {
            "Follows the default now."
        }
    }
}

/// A person with what they see and get, in words.
struct Reached {
    person: Person,
    sees: String,
    gets: String,
}

#[derive(Template)]
#[template(path = "permission/client.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    client: Client,
    rows: Vec<Row>,
    people: Vec<Reached>,
}

/// The name of the box that keeps a module as it is here.
const fn keep(module: Module) -> &'static str {
    match module {
        Module::Projects => "keep_projects",
        Module::Tasks => "keep_tasks",
        Module::TimeLogs => "keep_time_logs",
        Module::Documents => "keep_documents",
        Module::Uploads => "keep_uploads",
        Module::Billing => "keep_billing",
        Module::Payments => "keep_payments",
        Module::SupportTickets => "keep_support_tickets",
        Module::Messages => "keep_messages",
    }
}

impl OfClient {
    fn choice(&self, module: Module) -> Choice {
        Choice::of(module, self.levels.modules_on, self.levels.modules_off)
    }

    fn filled(&self) -> Fields {
        let revision = format!("{} {}", self.client.revision, self.levels.business.bits());
        let effective = self.levels.effective();
        let state = [("revision", revision), ("shown", open().bits().to_string())];
        let boxes = Module::OPEN.into_iter().flat_map(|module| {
            [
                (module.as_str(), tick(effective.has(module))),
                (keep(module), tick(self.choice(module) != Choice::Inherit)),
            ]
        });
        Fields::filled(state.into_iter().chain(boxes))
    }

    fn drawn(self, chrome: Chrome<Me>, form: Fields) -> Page {
        let row = |module| Row {
            module,
            keep: keep(module),
            default: self.levels.business.has(module),
            own: self.choice(module) != Choice::Inherit,
        };
        let rows = Module::OPEN.into_iter().map(row).collect();
        let reached = |person: Person| {
            let sees = self.levels.without(person.modules_off);
            let may = person.portal_access;
            let labels = Module::OPEN.into_iter().filter(|m| may && sees.has(*m));
            let mails = News::ALL
                .into_iter()
                .filter(|n| may && sees.has(n.module()) && person.mails(*n));
            Reached {
                sees: listed(labels.map(Module::label)),
                gets: listed(mails.map(News::short)),
                person,
            }
        };
        let people = self.people.into_iter().map(reached).collect();
        Page {
            chrome,
            form,
            client: self.client,
            rows,
            people,
        }
    }
}

fn path(id: ClientId) -> String {
    format!("/admin/clients/{id}/permissions")
}

/// `GET /admin/clients/{id}/permissions`
pub(crate) async fn form(staff: Staff<OfClient>) -> Answer {
    let form = staff.page.filled();
    page(&staff.page.drawn(staff.chrome, form))
}

/// `POST /admin/clients/{id}/permissions`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Staff<OfClient>, mut form: Fields) -> Answer {
    let (of, levels) = (&staff.page, &staff.page.levels);
    let shown = shown(&mut form);
    let visible = ticked(&mut form, open());
    let kept: Modules = Module::OPEN
        .into_iter()
        .filter(|module| form.checkbox(keep(*module)))
        .collect();
    fill_gaps(&mut form, Module::OPEN.map(Module::as_str));
    fill_gaps(&mut form, Module::OPEN.map(keep));
    form.meanwhile(&of.filled());
    let (Some(shown), false) = (shown, form.has_errors()) else {
        return try_again(&staff.page.drawn(staff.chrome, form));
    };
    let choice = ClientChoice {
        shown,
        visible,
        kept,
    };
    let (on, off) = choice.apply(levels.business, levels.modules_on, levels.modules_off);
    let (app, client) = (&staff.app, &of.client);
    let told = changes(levels, on, off);
    if told.is_empty() {
        Flash::success(app, "Everything was saved like this already.");
        return see(&path(client.id));
    }
    let entry = staff.me().did(
        "permissions.client_changed",
        client.id,
        client.id,
        told.join(", "),
    );
    let batch = vec![
        stored::change_client(client.id, client.revision, (on, off), app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    let said = format!(
        "Permissions are saved. The people of {} see them on the next page they open.",
        client.name
    );
    Flash::success(app, said);
    see(&path(client.id))
}

/// What changes for the client, in words for the log.
fn changes(old: &Levels, on: Modules, off: Modules) -> Vec<String> {
    let changed = Module::ALL.into_iter().filter_map(|module| {
        let new = Choice::of(module, on, off);
        if Choice::of(module, old.modules_on, old.modules_off) == new {
            return None;
        }
        let state = match new {
            Choice::Inherit => "as the default has it",
            Choice::On => "on",
            Choice::Off => "off",
        };
        Some(format!("{} {state}", module.label()))
    });
    changed.collect()
}
