//! Files that a client sends, by the plain form or one after the other by the script: they become documents
//! that all of the client see, and staff are told.

use http::StatusCode;
use serde::Serialize;

use super::client::{List, SharedPage};
use super::landing::Sender;
use super::receive::{self, Sent, Target};
use crate::domain::time::Timestamp;
use crate::http::allowance::{Within, later, refuse};
use crate::http::chrome::Flash;
use crate::http::guard::{Load, Sending, Viewer};
use crate::http::page::{Answer, json, page_with, see};
use crate::http::{Error, Fields, Incoming, Reason};
use crate::store::ticket::mail::{self, Candidate};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The list, with whom a mail would tell.
pub(crate) struct Page(SharedPage, Vec<Candidate>);

impl Load for Page {
    type Args = <SharedPage as Load>::Args;
    fn statements(args: &Self::Args, asker: &Asker) -> Vec<Statement> {
        let mut statements = SharedPage::statements(args, asker);
        statements.push(mail::staff());
        statements
    }
    fn read(
        args: Self::Args,
        results: &mut Results,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let list = SharedPage::read(args, results, now)?;
        let staff = results.rows()?;
        Ok(list.map(|list| Self(list, staff)))
    }
}

#[derive(Serialize)]
struct Done {
    /// Where the person goes on.
    location: &'static str,
}

/// `POST /documents`
///
/// 1. each file goes to R2 as it arrives; 2. together they become documents, and staff are told; 3. what
/// became of them. Files that were taken stay, whatever is wrong with others.
pub(crate) async fn send(viewer: Viewer<Sending, Within<Page>>, incoming: Incoming) -> Answer {
    let (viewer, so_far) = viewer.split();
    let (app, asker) = (&viewer.app, viewer.asker());
    let Page(list, staff) = viewer.page;
    if let Some(full) = so_far.full() {
        let mut fields = Fields::fresh(app)?;
        refuse(&mut fields, full);
        return if incoming.json {
            Err(Reason::Full(full).into())
        } else {
            later(&List::new(viewer.chrome, list, fields), full)
        };
    }
    // 1. and 2.
    let target = Target {
        app,
        sender: Sender::Client(&viewer.chrome, asker, &staff),
        client: viewer.chrome.me.client,
        document: None,
        shown: false,
        limit: list.limit,
        readers: &[],
    };
    let mut sent = receive::receive(target, &incoming).await?;
    // 3.
    let told = trouble(&sent);
    if told.is_empty() && !sent.saved.is_empty() {
        Flash::success(app, said(&sent));
        if incoming.json {
            return json(
                StatusCode::OK,
                &Done {
                    location: "/documents",
                },
            );
        }
        return see("/documents");
    }
    let status = if sent.failed.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    if let Some(full) = sent.full.filter(|_| incoming.json) {
        return Err(Reason::Full(full).into());
    }
    match (incoming.json, sent.failed.as_slice()) {
        (true, []) if told.is_empty() => {
            Err(Reason::Unprocessable("Please choose a file.".to_owned()).into())
        }
        (true, []) => Err(Reason::Unprocessable(told).into()),
        (true, _) => Err(Reason::Unavailable(told).into()),
        (false, _) => {
            if !sent.saved.is_empty() {
                sent.fields
                    .refuse("file", format!("{told} {}", said(&sent)));
            } else if !sent.failed.is_empty() {
                sent.fields.refuse("file", told);
            }
            let full = sent.full.take();
            let page = List::new(viewer.chrome, list, sent.fields);
            match full {
                Some(full) => later(&page, full),
                None => page_with(status, &page),
            }
        }
    }
}

/// What did not arrive, in words.
fn trouble(sent: &Sent) -> String {
    let failed = sent.failed.iter().map(|name| {
        format!(
            "{name} could not be stored just now. Please choose it again; nothing is stored twice."
        )
    });
    let all: Vec<String> = sent.refused.iter().cloned().chain(failed).collect();
    all.join(" ")
}

/// What did.
fn said(sent: &Sent) -> String {
    let of = sent
        .fields
        .text("of")
        .parse()
        .unwrap_or(0)
        .max(sent.saved.len());
    match sent.saved.as_slice() {
        [title] if of == 1 => format!("“{title}” is sent. Thank you."),
        _ => format!("{of} files are sent. Thank you."),
    }
}
