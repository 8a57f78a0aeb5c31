//! **View as Client**: staff look at the portal exactly as a client sees it, and can change nothing.
//!
//! A preview has a cookie of its own, which counts only beside the cookie of the session of staff that
//! began it. While a browser has it, whatever would write is refused before any route is chosen
//! ([`forbids`]); pages of the client's side are drawn through the same guard, predicate and templates
//! as the client's own. It lasts half an hour at most.

use http::request::Parts;
use http::{HeaderMap, Request};

use super::chrome::Flash;
use super::cookie::{self, Ticket};
use super::guard::{Public, Staff};
use super::page::{Answer, see};
use super::{Error, Fields, Reason, visitor};
use crate::app::App;
use crate::domain::csrf;
use crate::domain::id::{ClientId, ContactId, SessionId};
use crate::domain::next::Side;
use crate::domain::time::Millis;
use crate::store::client::Client;
use crate::store::contact::Contact;
use crate::store::{Statement, preview};

const COOKIE: &str = "__Host-portico-preview";
const AUDIENCE: &str = "preview";
const LASTS: Millis = Millis::minutes(30);

const EXIT: &str = "/admin/preview/exit";
const LOOK_AS: &str = "/admin/preview/as";
const SIGN_OUT: &str = "/admin/sign-out";

/// A preview as a request brings it: with the session of staff that it belongs to.
pub(crate) struct Pass {
    /// Names the preview's row.
    pub(crate) preview: Ticket,
    staff: SessionId,
}

fn ticket(app: &App, headers: &HeaderMap) -> Option<Ticket> {
    let text = cookie::read(headers, COOKIE)?;
    Ticket::verify_for(&text, AUDIENCE, &app.config.keys, app.now)
}

/// Whether the request would write while its browser is in a preview. Leaving is always open.
pub(crate) fn forbids<B>(app: &App, request: &Request<B>) -> bool {
    !csrf::is_safe(request.method().as_str())
        && ![EXIT, LOOK_AS, SIGN_OUT].contains(&request.uri().path())
        && ticket(app, request.headers()).is_some()
}

/// The end of a preview that was not left by its button: the cookie goes, and staff read why.
pub(crate) fn over(app: &App) -> Error {
    forget(app);
    Flash::error(
        app,
        "The preview has ended. It lasts half an hour; open the client to start another one.",
    );
    Reason::PreviewOver.into()
}

/// Takes the cookie away.
pub(crate) fn forget(app: &App) {
    app.set_cookie(cookie::clear(COOKIE));
}

impl Pass {
    /// The preview of a request; none without its cookie. Without the cookie of staff it is over.
    pub(crate) fn of(app: &App, headers: &HeaderMap) -> Result<Option<Self>, Error> {
        let Some(preview) = ticket(app, headers) else {
            return Ok(None);
        };
        let staff = Ticket::of(headers, Side::Staff, &app.config.keys, app.now);
        let staff = staff.ok_or_else(|| over(app))?.session;
        Ok(Some(Self { preview, staff }))
    }

    /// What a page asks first: the preview's row; and the line of the log that says it was looked at.
    pub(crate) fn statements(&self, app: &App, parts: &Parts) -> Result<[Statement; 2], Error> {
        Ok([
            preview::live(self.preview.session, self.staff, app.now),
            preview::note(
                app.id()?,
                self.preview.session,
                "preview.page",
                parts.uri.path(),
                &visitor::address(&parts.headers),
                app.now,
            ),
        ])
    }
}

/// `POST /admin/clients/{id}/preview`: as the primary contact, or as the first one to come.
pub(crate) async fn of_client(staff: Staff<Client>) -> Answer {
    let client = staff.page.id;
    begin(&staff, client, None).await
}

/// `POST /admin/contacts/{id}/preview`
pub(crate) async fn of_contact(staff: Staff<Contact>) -> Answer {
    let (client, contact) = (staff.page.client_id, staff.page.id);
    begin(&staff, client, Some(contact)).await
}

async fn begin<L>(staff: &Staff<L>, client: ClientId, contact: Option<ContactId>) -> Answer {
    let (app, me) = (&staff.app, staff.me());
    let id: SessionId = app.id()?;
    let end = app.now.plus(LASTS);
    let mut batch = Vec::from(preview::begin(
        id, me.session, client, contact, app.now, end,
    ));
    let action = "preview.started";
    batch.push(preview::note(
        app.id()?,
        id,
        action,
        "",
        &me.address,
        app.now,
    ));
    let mut results = app.db.batch(batch).await?;
    results.skip()?;
    if results.changes()? == 0 {
        Flash::error(
            app,
            "This client is archived, so there is no portal to look at. Restore the client first.",
        );
        return see(&format!("/admin/clients/{client}"));
    }
    let ticket = Ticket {
        session: id,
        touched: app.now,
    };
    let signed = ticket.sign_for(AUDIENCE, LASTS, &app.config.keys);
    let signed = signed.ok_or_else(|| Error::internal("the preview's cookie cannot be signed"))?;
    app.set_cookie(cookie::set(COOKIE, &signed, Some(LASTS)));
    see("/")
}

/// `POST /admin/preview/as`: as another contact of the same client.
pub(crate) async fn look_as(public: Public, form: Fields) -> Answer {
    let (app, headers) = (&public.app, &public.head.headers);
    let pass = Pass::of(app, headers)?.ok_or_else(|| over(app))?;
    form.sound()?;
    let contact = ContactId::parse(form.text("contact_id")).map_err(|_none| Reason::NotFound)?;
    let id = pass.preview.session;
    let from = visitor::address(headers);
    let mut results = app
        .db
        .batch(vec![
            preview::look_as(id, pass.staff, contact, app.now),
            preview::note(app.id()?, id, "preview.started", "", &from, app.now),
        ])
        .await?;
    if results.changes()? == 0 {
        return Err(Reason::NotFound.into());
    }
    see("/")
}

/// `POST /admin/preview/exit`: back to the client's record. The cookie goes whatever became of the rest.
pub(crate) async fn exit(public: Public, _bounded: Fields) -> Answer {
    let (app, headers) = (&public.app, &public.head.headers);
    forget(app);
    let staff = Ticket::of(headers, Side::Staff, &app.config.keys, app.now);
    let (Some(preview), Some(staff)) = (ticket(app, headers), staff) else {
        return see("/admin");
    };
    let from = visitor::address(headers);
    let id = preview.session;
    let mut results = app
        .db
        .batch(vec![
            preview::end(id, staff.session, app.now),
            preview::note(app.id()?, id, "preview.ended", "", &from, app.now),
        ])
        .await?;
    match results.first::<preview::Left>()? {
        Some(left) => see(&format!("/admin/clients/{}", left.client_id)),
        None => see("/admin"),
    }
}
