//! The documents that the business shares with a client: the list, folder by folder, and each one.

use askama::Template;

use crate::domain::document::Window;
use crate::domain::id::DocumentId;
use crate::domain::settings::UploadLimit;
use crate::domain::time::Timestamp;
use crate::domain::upload::human_bytes;
use crate::http::chrome::Chrome;
use crate::http::guard::{InPath, InQuery, Load, Shared, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::http::paging::{Paging, address};
use crate::http::{Error, Fields, assets};
use crate::store::settings::{self, Security};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, document};

/// A page of the list.
pub(crate) struct SharedPage {
    folders: Vec<Folder>,
    previous: String,
    next: String,
    /// How large a file may be that they send.
    pub(super) limit: UploadLimit,
}

/// The documents of one folder that are on the page.
struct Folder {
    /// Empty for the top.
    name: String,
    /// Id of its heading.
    heading: String,
    rows: Vec<Row>,
}

struct Row {
    id: DocumentId,
    title: String,
    size: String,
    iso: String,
    day: String,
    /// "Sent by you"; empty: the business shares it.
    sent: String,
}

/// Who of the client sent a document.
fn sent(sender: Option<String>, mine: bool) -> String {
    match sender {
        None => String::new(),
        Some(_) if mine => "Sent by you".to_owned(),
        Some(name) => format!("Sent by {name}"),
    }
}

impl Row {
    fn of(row: document::Shared) -> Self {
        let since = since(row.published_at, row.visible_from);
        Self {
            id: row.id,
            sent: sent(row.sender, row.mine),
            title: row.title,
            size: human_bytes(row.size),
            iso: since.iso(),
            day: since.day(),
        }
    }
}

/// When the client could first see it.
fn since(published: Timestamp, from: Option<Timestamp>) -> Timestamp {
    from.map_or(published, |from| from.max(published))
}

/// Puts rows that come folder by folder together.
fn by_folder(rows: Vec<document::Shared>) -> Vec<Folder> {
    let mut folders: Vec<Folder> = Vec::new();
    for row in rows {
        let name = row.folder.replace('/', " / ");
        match folders.last_mut() {
            Some(folder) if folder.name == name => folder.rows.push(Row::of(row)),
            _ => folders.push(Folder {
                name,
                heading: format!("folder-{}", folders.len()),
                rows: vec![Row::of(row)],
            }),
        }
    }
    folders
}

impl Load for SharedPage {
    type Args = InQuery<Paging>;

    fn statements(InQuery(paging): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            document::shared(asker, paging.cursor()),
            settings::security(),
        ]
    }

    fn read(
        InQuery(paging): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let cut = paging
            .cursor()
            .cut(results.rows()?, |row: &document::Shared| row.id);
        let set: Option<Security> = results.first()?;
        Ok(set.map(|set| Self {
            folders: by_folder(cut.rows),
            previous: address("/documents", cut.previous),
            next: address("/documents", cut.next),
            limit: set.upload_limit,
        }))
    }
}

#[derive(Template)]
#[template(path = "document/shared.html")]
pub(super) struct List {
    chrome: Chrome<Who>,
    page: SharedPage,
    /// Whether they may send files.
    sends: bool,
    form: Fields,
    limit: String,
    upload_js: &'static str,
}

impl List {
    pub(super) fn new(chrome: Chrome<Who>, page: SharedPage, form: Fields) -> Self {
        Self {
            sends: chrome.me.uploads(),
            limit: format!(
                "Up to {} each. Choose as many as you like.",
                page.limit.words()
            ),
            upload_js: assets::upload_js(),
            chrome,
            page,
            form,
        }
    }
}

/// `GET /documents`
pub(crate) async fn list(viewer: Viewer<Shared, SharedPage>) -> Answer {
    let form = Fields::fresh(&viewer.app)?;
    page(&List::new(viewer.chrome, viewer.page, form))
}

/// A document that the viewer may see.
pub(crate) struct One(document::SharedWhole);

impl Load for One {
    type Args = InPath<DocumentId>;

    fn statements(InPath(id): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![document::shared_whole(asker, *id)]
    }

    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        Ok(results.first()?.map(Self))
    }
}

#[derive(Template)]
#[template(path = "document/shared_one.html")]
struct SharedOne {
    chrome: Chrome<Who>,
    document: document::SharedWhole,
    folder: String,
    size: String,
    shared: Timestamp,
    /// The last day it can be seen; empty: no end.
    until: String,
    /// "Sent by you"; empty: the business shares it.
    sent: String,
}

/// `GET /documents/{id}`
pub(crate) async fn one(viewer: Viewer<Shared, One>) -> Answer {
    let One(document) = viewer.page;
    let window = Window {
        from: document.visible_from,
        until: document.visible_until,
    };
    page(&SharedOne {
        sent: sent(document.sender.clone(), document.mine)
            .replace("Sent by you", "You")
            .replace("Sent by ", ""),
        folder: document.folder.replace('/', " / "),
        size: human_bytes(document.size),
        shared: since(document.published_at, document.visible_from),
        until: window.last_day_words(),
        chrome: viewer.chrome,
        document,
    })
}
