//! Erasing: who somebody was goes, what they did stays. Asked first, by somebody who has just proven who they are.

mod client;

use askama::Template;

pub(crate) use client::{ask as ask_client, client, list};

use super::chrome::{Chrome, Flash};
use super::guard::{Manager, Me};
use super::page::{Answer, page, see, try_again};
use super::{Error, Fields};
use crate::domain::id::AuditId;
use crate::outbound::letter::Letter;
use crate::store::erase::{self, Person};

#[derive(Template)]
#[template(path = "erase/person.html")]
struct PersonPage {
    chrome: Chrome<Me>,
    person: Person,
    form: Fields,
}

/// `GET /admin/contacts/{id}/erase`: also of somebody who was removed before.
pub(crate) async fn ask_person(staff: Manager<Person>) -> Answer {
    page(&PersonPage {
        chrome: staff.chrome,
        person: staff.page,
        form: Fields::filled([]),
    })
}

/// What is left of a mail.
fn nothing() -> Result<String, Error> {
    let letter = Letter {
        paragraphs: Vec::new(),
        button: None,
        path: String::new(),
        after: Vec::new(),
    };
    Ok(serde_json::to_string(&letter)?)
}

/// `POST /admin/contacts/{id}/erase`
///
/// 1. the box that says so; 2. the entry that tells of it, without a name, and all that goes, in one batch.
pub(crate) async fn person(staff: Manager<Person>, mut form: Fields) -> Answer {
    // 1.
    if !form.checkbox("sure") {
        form.refuse("sure", "Please tick this box if you want to erase them.");
    }
    if form.has_errors() {
        return try_again(&PersonPage {
            chrome: staff.chrome,
            person: staff.page,
            form,
        });
    }
    // 2.
    let (app, of) = (&staff.app, &staff.page);
    let entry: AuditId = app.id()?;
    let told = staff.me().did("contact.erased", of.client_id, of.id, "");
    let mut batch = vec![told.append(entry, app.now)];
    batch.extend(erase::person(of, entry, &nothing()?, app.now));
    app.db.batch(batch).await?;
    Flash::success(
        app,
        "They are erased. What they wrote and sent stays, by a former contact.",
    );
    see(&format!("/admin/clients/{}/contacts", of.client_id))
}
