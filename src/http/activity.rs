//! What happened, in plain words: the tab of a client's record, and the lines on the dashboard.

use askama::Template;
use serde::Deserialize;

use super::Error;
use super::chrome::Chrome;
use super::guard::{InPathAndQuery, Load, Me, Staff};
use super::page::{Answer, page};
use crate::domain::activity::Deed;
use crate::domain::id::{AuditId, ClientId};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Kept};
use crate::store::client::{self, Client};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// An entry of the log, ready to be shown.
pub(crate) struct Line {
    pub(crate) icon: &'static str,
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) ago: String,
    pub(crate) at: Timestamp,
    /// The client and their name, where the list is not of one client.
    pub(crate) client: Option<(ClientId, String)>,
}

impl Line {
    pub(crate) fn of(kept: &Kept, now: Timestamp) -> Self {
        let deed = Deed {
            principal: &kept.principal,
            name: &kept.principal_name,
            action: &kept.action,
            detail: &kept.detail,
        };
        Self {
            icon: deed.icon(),
            who: deed.who().to_owned(),
            what: deed.what(),
            ago: kept.at.ago(now),
            at: kept.at,
            client: kept.client_id.zip(kept.client_name.clone()),
        }
    }
}

/// The query: the entry that the page comes before (older ones) or after (newer ones).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    before: Option<AuditId>,
    after: Option<AuditId>,
}

/// A page of a client's log.
pub(crate) struct Log {
    client: Client,
    lines: Vec<Line>,
    newer: String,
    older: String,
}

impl Load for Log {
    type Args = InPathAndQuery<ClientId, Ask>;

    fn statements(InPathAndQuery(id, ask): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        let entries = match ask.after {
            Some(after) => audit::newer(*id, after),
            None => audit::older(*id, ask.before),
        };
        vec![client::kept(*id), entries]
    }

    fn read(
        InPathAndQuery(id, ask): Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let client: Option<Client> = results.first()?;
        let mut entries: Vec<Kept> = results.rows()?;
        let more = entries.len() > audit::PAGE;
        entries.truncate(audit::PAGE);
        let backwards = ask.after.is_some();
        if backwards {
            entries.reverse();
        }
        let (has_newer, has_older) = if backwards {
            (more, true)
        } else {
            (ask.before.is_some(), more)
        };
        let address = |key: &str, entry: Option<&Kept>, there: bool| match entry {
            Some(entry) if there => format!("/admin/clients/{id}/activity?{key}={}", entry.id),
            _ => String::new(),
        };
        Ok(client.map(|client| Self {
            client,
            newer: address("after", entries.first(), has_newer),
            older: address("before", entries.last(), has_older),
            lines: entries.iter().map(|kept| Line::of(kept, now)).collect(),
        }))
    }
}

#[derive(Template)]
#[template(path = "activity/client.html")]
struct Page {
    chrome: Chrome<Me>,
    page: Log,
}

/// `GET /admin/clients/{id}/activity`
pub(crate) async fn of_client(staff: Staff<Log>) -> Answer {
    page(&Page {
        chrome: staff.chrome,
        page: staff.page,
    })
}
