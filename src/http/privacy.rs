//! Privacy & access: who of one's company has access, where it is signed in, what was downloaded by whom, and the
//! way to take one's data out.

use askama::Template;
use serde::Deserialize;

use super::Error;
use super::chrome::Chrome;
use super::guard::{InQuery, Load, Portal, Viewer, Who};
use super::page::{Answer, page};
use super::profile::{Places, places};
use crate::domain::id::ReceiptId;
use crate::domain::next::Side;
use crate::domain::time::Timestamp;
use crate::store::device::{self, Device};
use crate::store::privacy::{self, Download, PAGE, SignedIn};
use crate::store::profile::{self, Colleague};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The query: the download that the page comes before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    before: Option<ReceiptId>,
}

/// What the page reads.
pub(crate) struct Company {
    devices: Vec<Device>,
    colleagues: Vec<Colleague>,
    signed_in: SignedIn,
    downloads: Vec<Download>,
    /// Whether this is not the first page.
    later: bool,
}

impl Load for Company {
    type Args = InQuery<Ask>;

    fn statements(InQuery(ask): &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut reads = vec![
            device::of(asker),
            profile::colleagues(asker),
            privacy::signed_in(asker),
        ];
        reads.extend(privacy::downloads(asker, ask.before));
        reads
    }

    fn read(
        InQuery(ask): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let devices = results.rows()?;
        let colleagues = results.rows()?;
        let signed_in = results.first()?.unwrap_or_default();
        let mut downloads: Vec<Download> = results.rows()?;
        downloads.extend(results.rows()?);
        downloads.extend(results.rows()?);
        // Ids sort by time, across the three kinds.
        downloads.sort_by_key(|download| std::cmp::Reverse(download.id));
        Ok(Some(Self {
            devices,
            colleagues,
            signed_in,
            downloads,
            later: ask.before.is_some(),
        }))
    }
}

#[derive(Template)]
#[template(path = "profile/privacy.html")]
struct Page {
    chrome: Chrome<Who>,
    view: Places,
    colleagues: Vec<Colleague>,
    /// "Your company is signed in on 3 devices, by 2 people."
    signed_in: String,
    downloads: Vec<Download>,
    newest: &'static str,
    older: String,
}

/// `GET /privacy`
pub(crate) async fn show(viewer: Viewer<Portal, Company>) -> Answer {
    let Company {
        devices,
        colleagues,
        signed_in,
        mut downloads,
        later,
    } = viewer.page;
    let more = downloads.len() > PAGE;
    downloads.truncate(PAGE);
    let older = match downloads.last() {
        Some(last) if more => format!("/privacy?before={}", last.id),
        _ => String::new(),
    };
    page(&Page {
        view: places(&devices, Side::Client, viewer.app.now),
        signed_in: said(signed_in, &viewer.chrome.me.client_name),
        chrome: viewer.chrome,
        colleagues,
        downloads,
        newest: if later { "/privacy" } else { "" },
        older,
    })
}

fn said(signed_in: SignedIn, client: &str) -> String {
    let devices = match signed_in.devices {
        0 => return format!("Nobody of {client} is signed in."),
        1 => "one device".to_owned(),
        n => format!("{n} devices"),
    };
    let people = match signed_in.people {
        1 => "one person".to_owned(),
        n => format!("{n} people"),
    };
    format!("{client} is signed in on {devices}, by {people}. Each person sees and ends their own.")
}
