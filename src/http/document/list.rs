//! The documents of a client as the staff sees them: the list, upload by the plain form, showing and
//! hiding.

use askama::Template;

use super::landing::{Sender, told};
use super::receive::{self, Target};
use crate::app::App;
use crate::domain::document::{Shown, Window, people};
use crate::domain::id::{ClientId, DocumentId, noun::Form};
use crate::domain::settings::UploadLimit;
use crate::domain::time::Timestamp;
use crate::domain::upload::human_bytes;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPathAndQuery, Load, Me, Staff};
use crate::http::page::{Answer, page, page_with, see, try_again};
use crate::http::paging::{Paging, address};
use crate::http::upload::ARCHIVED;
use crate::http::{Error, Fields, Incoming, Reason, assets};
use crate::store::notice::{self, Reader};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, document};
use http::StatusCode;

/// A page of the list, with whose documents they are.
pub(crate) struct ListPage {
    client: ClientId,
    owner: document::Owner,
    readers: Vec<Reader>,
    rows: Vec<Row>,
    previous: String,
    next: String,
}

struct Row {
    id: DocumentId,
    title: String,
    folder: String,
    visible: bool,
    /// Dates that say more than the switch; empty: none.
    dates: String,
    switch: String,
    size: String,
    number: u64,
    iso: String,
    day: String,
    downloads: u64,
    last: String,
    /// Who of the client sent it; empty: staff uploaded it.
    sender: String,
}

impl Row {
    fn of(row: document::Listed, now: Timestamp) -> Self {
        let window = Window {
            from: row.visible_from,
            until: row.visible_until,
        };
        Self {
            id: row.id,
            switch: format!("Visible in Portal: {}", row.title),
            title: row.title,
            folder: row.folder,
            visible: row.visible,
            dates: Shown::decide(row.visible, window, now).dates(),
            size: human_bytes(row.size),
            number: row.number,
            iso: row.created_at.iso(),
            day: row.created_at.day(),
            downloads: row.downloads,
            sender: row.sender.unwrap_or_default(),
            last: row.downloaded_at.map_or_else(String::new, |at| at.ago(now)),
        }
    }
}

impl Load for ListPage {
    type Args = InPathAndQuery<ClientId, Paging>;

    fn statements(InPathAndQuery(client, paging): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            document::owner(*client),
            document::of_client(*client, paging.cursor()),
            notice::readers(*client),
        ]
    }

    fn read(
        InPathAndQuery(client, paging): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let owner: Option<document::Owner> = results.first()?;
        let rows: Vec<document::Listed> = results.rows()?;
        let readers = results.rows()?;
        let cut = paging.cursor().cut(rows, |row| row.id);
        Ok(owner.map(|owner| Self {
            client,
            owner,
            readers,
            rows: cut.rows.into_iter().map(|row| Row::of(row, now)).collect(),
            previous: address(&path(client), cut.previous),
            next: address(&path(client), cut.next),
        }))
    }
}

fn path(client: ClientId) -> String {
    format!("/admin/clients/{client}/documents")
}

/// The form that takes files.
pub(super) struct UploadForm {
    client: ClientId,
    fields: Fields,
    limit: String,
    /// The key of this showing: sent again, it makes nothing twice.
    form_key: String,
    readers: String,
}

impl UploadForm {
    /// A form with what was typed, under its old name where it was sent before.
    fn new(
        app: &App,
        client: ClientId,
        limit: UploadLimit,
        readers: &[Reader],
        fields: Fields,
    ) -> Result<Self, Error> {
        let form_key = match fields.text("form_key") {
            "" => app.id::<Form>()?.to_string(),
            sent => sent.to_owned(),
        };
        Ok(Self {
            client,
            limit: format!("Up to {} each. Choose as many as you like.", limit.words()),
            form_key,
            readers: would_tell(readers),
            fields,
        })
    }
}

/// What stands at the box that tells the client: who would get the mail, by name.
pub(super) fn would_tell(readers: &[Reader]) -> String {
    let names: Vec<&str> = readers.iter().map(|reader| reader.name.as_str()).collect();
    match names.as_slice() {
        [] => "Nobody of this client gets e-mail about documents at the moment.".to_owned(),
        [one] => format!("By e-mail, to {one}."),
        [first @ .., last] if first.len() < 4 => {
            format!("By e-mail, to {} and {last}.", first.join(", "))
        }
        [a, b, c, rest @ ..] => {
            format!("By e-mail, to {a}, {b}, {c} and {} more.", rest.len())
        }
        [..] => format!("By e-mail, to {}.", people(names.len() as u64)),
    }
}

#[derive(Template)]
#[template(path = "document/list.html")]
struct List {
    chrome: Chrome<Me>,
    page: ListPage,
    upload: UploadForm,
    upload_js: &'static str,
}

impl List {
    fn new(app: &App, chrome: Chrome<Me>, page: ListPage, fields: Fields) -> Result<Self, Error> {
        let limit = page.owner.upload_limit;
        Ok(Self {
            upload: UploadForm::new(app, page.client, limit, &page.readers, fields)?,
            chrome,
            page,
            upload_js: assets::upload_js(),
        })
    }
}

/// What became of files, where not all of them arrived.
#[derive(Template)]
#[template(path = "document/result.html")]
struct Outcome {
    chrome: Chrome<Me>,
    client_name: String,
    saved: Vec<String>,
    refused: Vec<String>,
    failed: Vec<String>,
    upload: UploadForm,
    upload_js: &'static str,
}

/// `GET /admin/clients/{id}/documents`
pub(crate) async fn list(staff: Staff<ListPage>) -> Answer {
    let fields = Fields::default();
    page(&List::new(&staff.app, staff.chrome, staff.page, fields)?)
}

/// `POST /admin/clients/{id}/documents`
///
/// 1. the client is not archived; 2. each file goes to R2 as it arrives, and together they become
/// documents; 3. what became of them. Files that were taken stay, whatever is wrong with others.
pub(crate) async fn upload(staff: Staff<ListPage>, incoming: Incoming) -> Answer {
    let list = staff.page;
    // 1.
    if list.owner.archived {
        return Err(Reason::Unprocessable(ARCHIVED.to_owned()).into());
    }
    // 2.
    let target = Target {
        app: &staff.app,
        sender: Sender::Staff(&staff.chrome),
        client: list.client,
        document: None,
        shown: false,
        limit: list.owner.upload_limit,
        readers: &list.readers,
    };
    let sent = receive::receive(target, &incoming).await?;
    // 3.
    if sent.saved.is_empty() && sent.failed.is_empty() {
        return try_again(&List::new(&staff.app, staff.chrome, list, sent.fields)?);
    }
    if !sent.refused.is_empty() || !sent.failed.is_empty() {
        let status = if sent.failed.is_empty() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let limit = list.owner.upload_limit;
        let outcome = Outcome {
            chrome: staff.chrome,
            client_name: list.owner.name,
            saved: sent.saved,
            refused: sent.refused,
            failed: sent.failed,
            upload: UploadForm::new(&staff.app, list.client, limit, &list.readers, sent.fields)?,
            upload_js: assets::upload_js(),
        };
        return page_with(status, &outcome);
    }
    let mut text = match sent.saved.as_slice() {
        [title] => format!("“{title}” is uploaded."),
        many => format!("{} documents are uploaded.", many.len()),
    };
    if sent.notify {
        text = format!("{text} {}", told(list.readers.len() as u64));
    }
    Flash::success(&staff.app, text);
    see(&path(list.client))
}

/// `POST /admin/documents/{id}/visible`
pub(crate) async fn visible(staff: Staff<document::Whole>, mut fields: Fields) -> Answer {
    let (app, me, found) = (&staff.app, staff.me(), &staff.page);
    let visible = fields.checkbox("visible");
    fields.sound()?;
    if visible != found.visible {
        let action = if visible {
            "document.shown"
        } else {
            "document.hidden"
        };
        let mut batch = vec![
            document::show(found.id, visible, app.now),
            document::note(app.id()?, found.id, action, me.id, &me.address, app.now),
        ];
        if !visible {
            batch.push(notice::withdraw(found.id));
        }
        app.db.batch(batch).await?;
    }
    let now = if visible {
        "is visible in the portal"
    } else {
        "is no longer visible in the portal"
    };
    Flash::success(app, format!("“{}” {now}.", found.title));
    see(&path(found.client_id))
}
