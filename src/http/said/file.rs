//! Downloads of files that came with messages, as documents are: through the predicate, from R2 to the
//! browser without passing through the worker's memory. A client who takes a file that staff sent leaves
//! a receipt.

use http::request::Parts;

use crate::app::App;
use crate::domain::id::FileId;
use crate::domain::time::Timestamp;
use crate::http::Error;
use crate::http::document::{Asked, send};
use crate::http::guard::{FromAddress, InPath, Load, Scope, Staff, Viewer};
use crate::http::page::{Answer, see};
use crate::store::document::Stored;
use crate::store::said::file::{self, Place, Taking};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// Which file, and what of it.
pub(crate) struct Wanted {
    taking: Taking,
    asked: Asked,
}

impl FromAddress for Wanted {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPath(file) = InPath::<FileId>::from_address(parts).await?;
        let app = parts.extensions.get::<App>();
        let app = app.ok_or_else(|| Error::internal("the request came without its parts"))?;
        let asked = Asked::of(parts);
        let if_range = asked.if_range.as_deref().unwrap_or_default().trim();
        Ok(Self {
            taking: Taking {
                id: app.id()?,
                note: app.id()?,
                place: place(parts.uri.path()),
                file,
                kept: asked.kept.clone(),
                needs: asked.needs(),
                if_range: if_range.to_owned(),
            },
            asked,
        })
    }
}

/// Tickets and threads have their own addresses.
fn place(path: &str) -> Place {
    if path.trim_start_matches("/admin").starts_with("/tickets/") {
        Place::Ticket
    } else {
        Place::Thread
    }
}

/// A file that staff may download.
pub(crate) struct OfStaff(Wanted, Stored);

impl Load for OfStaff {
    type Args = Wanted;
    fn statements(wanted: &Wanted, _asker: &Asker) -> Vec<Statement> {
        vec![file::stored(wanted.taking.place, wanted.taking.file)]
    }
    fn read(wanted: Wanted, results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let stored: Option<Stored> = results.first()?;
        Ok(stored.map(|stored| Self(wanted, stored)))
    }
}

/// A file that the client may download, with the receipt written.
pub(crate) struct OfClient(Wanted, Stored);

impl Load for OfClient {
    type Args = Wanted;
    fn statements(wanted: &Wanted, asker: &Asker) -> Vec<Statement> {
        let mut statements = vec![file::seen(wanted.taking.place, asker, wanted.taking.file)];
        if wanted.asked.takes() {
            statements.push(file::receipt(asker, &wanted.taking));
            statements.push(file::note(&wanted.taking));
        }
        statements
    }
    fn read(wanted: Wanted, results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let stored: Option<Stored> = results.first()?;
        Ok(stored.map(|stored| Self(wanted, stored)))
    }
}

/// `GET /admin/tickets/files/{id}`, `GET /admin/messages/files/{id}`
pub(crate) async fn staff(staff: Staff<OfStaff>) -> Answer {
    let OfStaff(wanted, stored) = staff.page;
    send(&staff.app, &wanted.asked, &stored).await
}

/// `GET /tickets/files/{id}`, `GET /messages/files/{id}`. Another site that makes a browser ask for it is
/// led to the list instead.
pub(crate) async fn client<M: Scope>(viewer: Viewer<M, OfClient>) -> Answer {
    let (app, OfClient(wanted, stored)) = (&viewer.app, viewer.page);
    if wanted.asked.brought {
        return see(match wanted.taking.place {
            Place::Ticket => "/tickets",
            Place::Thread => "/messages",
        });
    }
    let answer = send(app, &wanted.asked, &stored).await;
    if answer.is_err() && wanted.asked.takes() {
        let batch = file::take_back(&wanted.taking, app.id()?);
        app.db.batch(batch.into()).await?;
    }
    answer
}
