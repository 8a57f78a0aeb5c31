//! One entry: changing it, and deleting it. What is billed stays as it is.

use askama::Template;

use super::Row;
use super::form::{self as fields, Target};
use crate::domain::id::TimeEntryId;
use crate::domain::money::Currency;
use crate::domain::time::Timestamp;
use crate::domain::time_log::words;
use crate::http::choices::currencies;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::{Error, Fields};
use crate::store::time_log::{self, Choice, Entry};
use crate::store::viewer::Asker;
use crate::store::{self, ById as _, Conflict, Results, Statement};

/// An entry with what it can be for.
pub(crate) struct One {
    entry: Entry,
    targets: Vec<Target>,
}

impl Load for One {
    type Args = InPath<TimeEntryId>;
    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![Entry::by_id(*id), time_log::choices_of_entry(*id)]
    }
    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let entry: Option<Entry> = results.first()?;
        let choices: Vec<Choice> = results.rows()?;
        let target = |choice| Target::of(choice, true);
        Ok(entry.map(|entry| Self {
            entry,
            targets: choices.into_iter().map(target).collect(),
        }))
    }
}

#[derive(Template)]
#[template(path = "time_log/entry.html")]
struct Page {
    chrome: Chrome<Me>,
    form: Fields,
    row: Row,
    targets: Vec<Target>,
    currencies: Vec<Currency>,
    hint: &'static str,
}

impl Page {
    fn new(chrome: Chrome<Me>, of: One, form: Fields) -> Self {
        Self {
            chrome,
            form,
            row: Row::of(of.entry),
            targets: of.targets,
            currencies: currencies(),
            hint: fields::HINT,
        }
    }
}

/// What is said of an entry that is billed.
const BILLED: &str =
    "This time is billed and stays as it is. Delete the draft, or void the invoice, to change it.";

fn list(of: &Entry) -> String {
    format!("/admin/clients/{}/time-logs", of.client_id)
}

/// `GET /admin/time-logs/{id}`
pub(crate) async fn edit_form(staff: Staff<One>) -> Answer {
    let form = fields::filled(&staff.page.entry);
    page(&Page::new(staff.chrome, staff.page, form))
}

/// `POST /admin/time-logs/{id}`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Staff<One>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page.entry);
    if of.invoice_id.is_some() {
        Flash::error(app, BILLED);
        return see(&format!("/admin/time-logs/{}", of.id));
    }
    let draft = fields::read(&mut form, &staff.page.targets);
    let time = fields::duration(&mut form);
    form.meanwhile(&fields::filled(of));
    let (Some((draft, _)), Some(time), false) = (draft, time, form.has_errors()) else {
        return try_again(&Page::new(staff.chrome, staff.page, form));
    };
    let said = words(i64::from(time.minutes()));
    let entry = staff.me().did("time.changed", of.client_id, of.id, said);
    let batch = vec![
        time_log::change(of, &draft, time.minutes(), app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(app, "Your changes are saved.");
    see(&list(of))
}

/// `POST /admin/time-logs/{id}/delete`
pub(crate) async fn delete(staff: Staff<One>, form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page.entry);
    form.sound()?;
    let said = words(i64::from(of.minutes));
    let entry = staff
        .me()
        .did("time.deleted", of.client_id, of.id, said.as_str());
    let batch = vec![time_log::delete(of.id), entry.append(app.id()?, app.now)];
    match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile)) => {
            Flash::error(app, BILLED);
            return see(&format!("/admin/time-logs/{}", of.id));
        }
        written => written?,
    };
    Flash::success(app, format!("{said} for {} are deleted.", of.client));
    see(&list(of))
}
