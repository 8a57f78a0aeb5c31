//! The documents that the business shares with a client.

use askama::Template;

use super::{Paging, cut};
use crate::domain::id::DocumentId;
use crate::domain::time::Timestamp;
use crate::domain::upload::human_bytes;
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InQuery, Load, Shared, Viewer, Who};
use crate::http::page::{Answer, page};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, document};

/// A page of the list.
pub(crate) struct SharedPage {
    rows: Vec<Row>,
    next: String,
}

struct Row {
    id: DocumentId,
    title: String,
    folder: String,
    size: String,
    iso: String,
    day: String,
}

impl Load for SharedPage {
    type Args = InQuery<Paging>;

    fn statements(InQuery(paging): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![document::shared(asker, paging.after)]
    }

    fn read(
        _args: Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let mut rows: Vec<document::Shared> = results.rows()?;
        let next = cut(&mut rows, "/documents", |row| (row.published_at, row.id));
        let rows = rows.into_iter().map(|row| Row {
            id: row.id,
            title: row.title,
            folder: row.folder,
            size: human_bytes(row.size),
            iso: row.published_at.iso(),
            day: row.published_at.day(),
        });
        Ok(Some(Self {
            rows: rows.collect(),
            next,
        }))
    }
}

#[derive(Template)]
#[template(path = "document/client.html")]
struct List {
    chrome: Chrome<Who>,
    page: SharedPage,
}

/// `GET /documents`
pub(crate) async fn list(viewer: Viewer<Shared, SharedPage>) -> Answer {
    page(&List {
        chrome: viewer.chrome,
        page: viewer.page,
    })
}
