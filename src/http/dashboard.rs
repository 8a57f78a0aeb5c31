//! The first page after signing in, on both sides.

use askama::Template;

use super::Error;
use super::chrome::Chrome;
use super::guard::{Load, Me, Portal, Staff, Viewer, Who};
use super::page::{Answer, page};
use crate::domain::time::Timestamp;
use crate::store::viewer::Asker;
use crate::store::{Results, Statement, dashboard};

/// The staff's dashboard.
pub(crate) struct StaffPage {
    clients: u64,
    enabled: u64,
    recent: Vec<Line>,
}

struct Line {
    when: String,
    who: String,
    what: String,
}

impl Load for StaffPage {
    type Args = ();

    fn statements(_args: &(), _asker: &Asker) -> Vec<Statement> {
        vec![dashboard::figures(), dashboard::recent()]
    }

    fn read(_args: (), results: &mut Results, now: Timestamp) -> Result<Option<Self>, Error> {
        let figures: Option<dashboard::Figures> = results.first()?;
        let recent: Vec<dashboard::Recent> = results.rows()?;
        Ok(figures.map(|figures| Self {
            clients: figures.clients,
            enabled: figures.enabled,
            recent: recent.into_iter().map(|row| Line::of(row, now)).collect(),
        }))
    }
}

impl Line {
    fn of(row: dashboard::Recent, now: Timestamp) -> Self {
        let done = words(&row.action);
        Self {
            when: row.at.ago(now),
            who: row.principal_name,
            what: if row.detail.is_empty() {
                done
            } else {
                format!("{done}: {}", row.detail)
            },
        }
    }
}

/// An action of the audit log as a person says it: "client.created" is "Client created".
pub(crate) fn words(action: &str) -> String {
    let text = action.replace(['.', '_'], " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[derive(Template)]
#[template(path = "dashboard/staff.html")]
struct StaffDashboard {
    chrome: Chrome<Me>,
    page: StaffPage,
}

/// `GET /admin`
pub(crate) async fn staff(staff: Staff<StaffPage>) -> Answer {
    page(&StaffDashboard {
        chrome: staff.chrome,
        page: staff.page,
    })
}

/// The client's dashboard.
pub(crate) struct ClientPage {
    documents: u64,
}

impl Load for ClientPage {
    type Args = ();

    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        vec![dashboard::shared_documents(asker)]
    }

    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let count: Option<dashboard::Count> = results.first()?;
        Ok(count.map(|count| Self {
            documents: count.count,
        }))
    }
}

#[derive(Template)]
#[template(path = "dashboard/client.html")]
struct ClientDashboard {
    chrome: Chrome<Who>,
    greeting: String,
    documents: u64,
}

/// `GET /`
pub(crate) async fn client(viewer: Viewer<Portal, ClientPage>) -> Answer {
    page(&ClientDashboard {
        greeting: format!("Hello, {}", viewer.me().first_name),
        documents: viewer.page.documents,
        chrome: viewer.chrome,
    })
}
