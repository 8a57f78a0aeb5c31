//! The documents of a client as the staff sees them: the list with its receipts, upload, showing
//! and hiding, deleting.

use askama::Template;

use super::receive::{self, Sent, Target};
use super::{Paging, cut};
use crate::domain::id::{ClientId, DocumentId};
use crate::domain::time::Timestamp;
use crate::domain::upload::human_bytes;
use crate::http::chrome::{Chrome, Flash};
use crate::http::guard::{InPath, InPathAndQuery, Load, Me, Staff};
use crate::http::page::{Answer, page, see, try_again};
use crate::http::upload::ARCHIVED;
use crate::http::{Error, Fields, Incoming, assets};
use crate::store::audit::{Entry, Principal};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, document};

/// A page of the list, with whose documents they are.
pub(crate) struct ListPage {
    client: ClientId,
    owner: document::Owner,
    rows: Vec<Row>,
    next: String,
}

struct Row {
    id: DocumentId,
    title: String,
    folder: String,
    visible: bool,
    switch: String,
    size: String,
    iso: String,
    day: String,
    downloads: u64,
    receipts: Vec<(String, String)>,
}

impl Row {
    fn of(row: document::Listed, now: Timestamp) -> Result<Self, Error> {
        let receipts: Vec<document::Receipt> = serde_json::from_str(&row.receipts)?;
        Ok(Self {
            id: row.id,
            switch: format!("Visible in Portal: {}", row.title),
            title: row.title,
            folder: row.folder,
            visible: row.visible,
            size: human_bytes(row.size),
            iso: row.created_at.iso(),
            day: row.created_at.day(),
            downloads: row.downloads,
            receipts: receipts
                .into_iter()
                .map(|receipt| (receipt.who, receipt.at.ago(now)))
                .collect(),
        })
    }
}

impl Load for ListPage {
    type Args = InPathAndQuery<ClientId, Paging>;

    fn statements(InPathAndQuery(client, paging): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![
            document::owner(*client),
            document::of_client(*client, paging.after),
        ]
    }

    fn read(
        InPathAndQuery(client, _paging): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let owner: Option<document::Owner> = results.first()?;
        let mut rows: Vec<document::Listed> = results.rows()?;
        let next = cut(&mut rows, &path(client), |row| (row.created_at, row.id));
        let rows = rows.into_iter().map(|row| Row::of(row, now));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(owner.map(|owner| Self {
            client,
            owner,
            rows,
            next,
        }))
    }
}

fn path(client: ClientId) -> String {
    format!("/admin/clients/{client}/documents")
}

#[derive(Template)]
#[template(path = "document/staff.html")]
struct List {
    chrome: Chrome<Me>,
    page: ListPage,
    fields: Fields,
    limit: String,
    upload_js: &'static str,
}

impl List {
    fn new(chrome: Chrome<Me>, page: ListPage, fields: Fields) -> Self {
        Self {
            limit: format!(
                "Up to {} each. Choose as many as you like.",
                page.owner.upload_limit.words()
            ),
            chrome,
            page,
            fields,
            upload_js: assets::upload_js(),
        }
    }
}

/// `GET /admin/clients/{id}/documents`
pub(crate) async fn list(staff: Staff<ListPage>) -> Answer {
    page(&List::new(staff.chrome, staff.page, Fields::default()))
}

/// `POST /admin/clients/{id}/documents`
///
/// 1. the client is not archived; 2. each file becomes a document as it arrives; 3. what became
/// of them. Files that were taken stay, whatever is wrong with others.
pub(crate) async fn upload(staff: Staff<ListPage>, incoming: Incoming) -> Answer {
    // 1.
    if staff.page.owner.archived {
        return Err(Error::Unprocessable(ARCHIVED.to_owned()));
    }
    // 2.
    let target = Target {
        app: &staff.app,
        me: staff.me(),
        client: staff.page.client,
        limit: staff.page.owner.upload_limit,
    };
    let Sent {
        mut fields,
        saved,
        refused,
    } = receive::receive(&target, &incoming).await?;
    // 3.
    if saved.is_empty() {
        for problem in refused {
            fields.refuse("file", problem);
        }
        if !fields.has_errors() {
            fields.refuse("file", "Please choose a file.");
        }
        return try_again(&List::new(staff.chrome, staff.page, fields));
    }
    let done = match saved.as_slice() {
        [title] => format!("“{title}” is uploaded."),
        many => format!("{} documents are uploaded.", many.len()),
    };
    if refused.is_empty() {
        Flash::success(&staff.app, done);
    } else {
        Flash::error(&staff.app, format!("{done} {}", refused.join(" ")));
    }
    see(&path(staff.page.client))
}

/// The document that a form is about.
pub(crate) struct One(document::Found);

impl Load for One {
    type Args = InPath<DocumentId>;

    fn statements(InPath(id): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![document::found(*id)]
    }

    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

fn entry(me: &Me, found: &document::Found, action: &'static str) -> Entry {
    Entry {
        principal: Principal::Staff(me.id, me.name.clone()),
        action,
        entity: Some(found.id.to_string()),
        client: Some(found.client_id),
        detail: found.title.clone(),
        address: me.address.clone(),
    }
}

/// `POST /admin/documents/{id}/visible`
pub(crate) async fn visible(staff: Staff<One>, fields: Fields) -> Answer {
    let (app, found) = (&staff.app, &staff.page.0);
    let visible = fields.ticked("visible");
    if visible != found.visible {
        let action = if visible {
            "document.shown"
        } else {
            "document.hidden"
        };
        app.db
            .batch(vec![
                document::show(found.id, visible, app.now),
                entry(staff.me(), found, action).append(app.id()?, app.now),
            ])
            .await?;
    }
    let now = if visible {
        "is visible in the portal"
    } else {
        "is no longer visible in the portal"
    };
    Flash::success(app, format!("“{}” {now}.", found.title));
    see(&path(found.client_id))
}

/// `POST /admin/documents/{id}/delete`
pub(crate) async fn delete(staff: Staff<One>) -> Answer {
    let (app, found) = (&staff.app, &staff.page.0);
    let mut batch = Vec::from(document::delete(found.id, app.now));
    batch.push(entry(staff.me(), found, "document.deleted").append(app.id()?, app.now));
    app.db.batch(batch).await?;
    Flash::success(app, format!("“{}” is deleted.", found.title));
    see(&path(found.client_id))
}
