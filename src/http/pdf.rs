//! The PDF of an invoice: drawn once, kept in R2, and asked for with its entity tag from then on.
//!
//! The key in R2 and the entity tag are the digest of what is drawn, so a payment or a revision is
//! simply another file, and a browser that has the right one is told so without R2. A draft is drawn
//! anew for staff alone and kept nowhere. A PDF that the business uploaded is sent as it is.

use std::sync::OnceLock;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
    IF_NONE_MATCH,
};
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;

use super::branding::logo_key;
use super::guard::{ByLink, FromAddress, InPath, InQuery, Invoiced, Load, PayLink, Staff, Viewer};
use super::headers::Cache;
use super::page::Answer;
use super::{Error, Outgoing, Reason};
use crate::app::App;
use crate::domain::filename::FileName;
use crate::domain::id::InvoiceId;
use crate::domain::invoice::content::Content;
use crate::domain::invoice::parties::Parties;
use crate::domain::invoice::state::Stored;
use crate::domain::money::{Currency, Money};
use crate::domain::range::{Conditions, Decision, ETag, Kept, decide};
use crate::domain::time::Timestamp;
use crate::domain::token::Secret;
use crate::pdf::{self, Fonts, Sheet};
use crate::store::invoice::printed::{self, Printed};
use crate::store::invoice::seen;
use crate::store::viewer::Asker;
use crate::store::{Results, Source, Statement};

const KIND: &str = "application/pdf";
/// The fonts, by their paths under `public/`.
const REGULAR: &str = "/assets/fonts/inter-regular.ttf";
const BOLD: &str = "/assets/fonts/inter-semibold.ttf";
/// A viewer of the browser's own shows it; the file itself may load nothing and run nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'";

/// How it is asked for: what the browser has, and whether it is to be saved.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    kept: Kept,
    head: bool,
    save: bool,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
struct Query {
    /// There, with anything: to be saved, not shown.
    save: Option<u8>,
}

impl FromAddress for Asked {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InQuery(query) = InQuery::<Query>::from_address(parts).await?;
        let kept = parts.headers.get(IF_NONE_MATCH);
        let kept = kept.and_then(|tags| tags.to_str().ok());
        Ok(Self {
            kept: kept.map(Kept::parse).unwrap_or_default(),
            head: parts.method == Method::HEAD,
            save: query.save.is_some(),
        })
    }
}

/// An invoice's id and how its PDF is asked for.
pub(crate) struct Wanted(InvoiceId, Asked);

impl FromAddress for Wanted {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPath(id) = InPath::from_address(parts).await?;
        Ok(Self(id, Asked::from_address(parts).await?))
    }
}

/// An invoice that staff may print.
pub(crate) struct OfStaff(Asked, Printed);

impl Load for OfStaff {
    type Args = Wanted;
    fn statements(Wanted(id, _): &Wanted, _asker: &Asker) -> Vec<Statement> {
        printed::for_staff(*id)
    }
    fn read(
        Wanted(_, asked): Wanted,
        results: &mut Results,
        _: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let printed = printed::read_for_staff(results)?;
        Ok(printed.map(|printed| Self(asked, printed)))
    }
}

/// The revision that staff are writing beside what was sent.
pub(crate) struct Open(Asked, Printed);

impl Load for Open {
    type Args = Wanted;
    fn statements(Wanted(id, _): &Wanted, _asker: &Asker) -> Vec<Statement> {
        printed::open(*id)
    }
    fn read(
        Wanted(_, asked): Wanted,
        results: &mut Results,
        _: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let printed = printed::read_open(results)?;
        Ok(printed.map(|printed| Self(asked, printed)))
    }
}

/// An invoice that the client may print.
pub(crate) struct OfClient(Asked, Printed);

impl Load for OfClient {
    type Args = Wanted;
    fn statements(Wanted(id, _): &Wanted, asker: &Asker) -> Vec<Statement> {
        vec![seen::by_contact(asker, *id)]
    }
    fn read(
        Wanted(_, asked): Wanted,
        results: &mut Results,
        _: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let printed = printed::read(results)?;
        Ok(printed.map(|printed| Self(asked, printed)))
    }
}

/// The invoice of a link that works.
pub(crate) struct OfLink(Asked, Printed);

impl ByLink for OfLink {
    type Args = Asked;
    fn statements(_: &Asked, _: &App, token: &Secret) -> Result<Vec<Statement>, Error> {
        Ok(vec![seen::by_link(&token.hash().to_string())])
    }
    fn read(asked: Asked, _: &App, results: &mut Results) -> Result<Option<Self>, Error> {
        let printed = printed::read(results)?;
        Ok(printed.map(|printed| Self(asked, printed)))
    }
}

/// `GET /admin/invoices/{id}/pdf`
pub(crate) async fn staff(staff: Staff<OfStaff>) -> Answer {
    let OfStaff(asked, printed) = staff.page;
    send(&staff.app, &asked, &printed).await
}

/// `GET /admin/invoices/{id}/revision/pdf`: what is being written, as it will read, marked as a draft.
pub(crate) async fn revision(staff: Staff<Open>) -> Answer {
    let Open(asked, printed) = staff.page;
    let name = FileName::clean(&format!(
        "{}, revision {}.pdf",
        printed.invoice.name(),
        printed.invoice.revision
    ));
    if let Some(blob) = &printed.invoice.own_blob {
        return own(&staff.app, &asked, &name, blob).await;
    }
    preview(&staff.app, &asked, &name, &printed).await
}

/// `GET /billing/{id}/pdf`
pub(crate) async fn client(viewer: Viewer<Invoiced, OfClient>) -> Answer {
    let OfClient(asked, printed) = viewer.page;
    send(&viewer.app, &asked, &printed).await
}

/// `GET /invoice/{token}/pdf`: the same file, without an account.
pub(crate) async fn by_link(link: PayLink<OfLink>) -> Answer {
    let OfLink(asked, printed) = link.page;
    send(&link.app, &asked, &printed).await
}

/// 1. the business's own file; 2. a draft, drawn and forgotten; 3. what the browser has already;
/// 4. what was drawn before; 5. drawn and kept.
async fn send(app: &App, asked: &Asked, printed: &Printed) -> Answer {
    let name = FileName::clean(&format!("{}.pdf", printed.invoice.name()));
    // 1.
    if let Some(blob) = &printed.invoice.own_blob {
        return own(app, asked, &name, blob).await;
    }
    // 2.
    if printed.invoice.stored() == Stored::Draft {
        return preview(app, asked, &name, printed).await;
    }
    let sheet = sheet(app, printed, false)?;
    let digest = pdf::digest(&sheet, printed.parties.look.logo.as_deref())
        .map_err(|error| Error::internal(error.to_string()))?;
    let (tag, key) = (ETag::strong(&digest), format!("invoice/{digest}"));
    // 3. and 4.
    if let Some(response) = stored(app, asked, &name, &tag, &key).await? {
        return Ok(response);
    }
    // 5.
    let bytes = draw(app, printed.logo(), printed.invoice.currency, sheet).await?;
    let kept = app
        .blobs
        .put(&key, KIND, Source::Bytes(bytes.clone()))
        .await;
    if let Err(error) = kept {
        // It is drawn again next time, and gives the same bytes.
        worker::console_warn!("pdf: not kept: {error}");
    }
    let mut response = answer(asked.save, &name, Some(&tag))?;
    *response.body_mut() = Body::from(bytes);
    Ok(response)
}

/// A PDF that the business uploaded.
async fn own(app: &App, asked: &Asked, name: &FileName, blob: &str) -> Answer {
    let tag = ETag::strong(blob);
    let stored = stored(app, asked, name, &tag, blob).await?;
    stored.ok_or(Reason::NotFound.into())
}

/// What is not sent yet, drawn and kept nowhere.
async fn preview(app: &App, asked: &Asked, name: &FileName, printed: &Printed) -> Answer {
    let bytes = if asked.head {
        Vec::new()
    } else {
        let sheet = sheet(app, printed, true)?;
        draw(app, printed.logo(), printed.invoice.currency, sheet).await?
    };
    let mut response = answer(asked.save, name, None)?;
    *response.body_mut() = Body::from(bytes);
    Ok(response)
}

/// A sheet that is drawn when it is asked for and kept nowhere.
pub(super) async fn fresh(
    app: &App,
    name: &FileName,
    (sheet, logo, currency): (Sheet, Option<&str>, Currency),
) -> Answer {
    let bytes = draw(app, logo, currency, sheet).await?;
    let mut response = answer(false, name, None)?;
    *response.body_mut() = Body::from(bytes);
    Ok(response)
}

/// An object of R2, or that the browser has it; nothing where it is not there.
async fn stored(
    app: &App,
    asked: &Asked,
    name: &FileName,
    tag: &ETag,
    key: &str,
) -> Result<Option<Response>, Error> {
    let conditions = Conditions {
        kept: Some(&asked.kept),
        ..Conditions::default()
    };
    let mut response = answer(asked.save, name, Some(tag))?;
    if decide(conditions, tag, app.now, 0) == Decision::NotModified {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(Some(response));
    }
    if asked.head {
        return Ok(Some(response));
    }
    let Some(blob) = app.blobs.open(key, None).await? else {
        return Ok(None);
    };
    response.extensions_mut().insert(Outgoing(blob.stream));
    Ok(Some(response))
}

/// The head of an answer; without a tag it is not to be kept.
fn answer(save: bool, name: &FileName, tag: Option<&ETag>) -> Result<Response, Error> {
    let mut response = StatusCode::OK.into_response();
    let disposition = if save {
        name.content_disposition()
    } else {
        name.inline_disposition()
    };
    put(&mut response, CONTENT_TYPE, KIND)?;
    put(&mut response, CONTENT_DISPOSITION, &disposition)?;
    put(&mut response, CONTENT_SECURITY_POLICY, POLICY)?;
    if let Some(tag) = tag {
        put(&mut response, ETAG, &tag.to_string())?;
        response.extensions_mut().insert(Cache::Revalidate);
    }
    Ok(response)
}

fn put(response: &mut Response, name: HeaderName, value: &str) -> Result<(), Error> {
    let value = HeaderValue::from_str(value).map_err(|error| Error::internal(error.to_string()))?;
    response.headers_mut().insert(name, value);
    Ok(())
}

/// What staff are told before an invoice goes: which characters its PDF cannot show. Empty: none.
pub(super) fn warning(content: &Content, parties: &Parties) -> String {
    let lacks = pdf::lacking(content, parties);
    // The business's own file is sent as it is.
    if lacks.is_empty() || content.uploaded.is_some() {
        return String::new();
    }
    let shown: Vec<String> = lacks.iter().take(20).map(ToString::to_string).collect();
    format!(
        "The PDF cannot show these characters and leaves an empty square for each: {}{} Please write them in Latin, Greek or Cyrillic letters.",
        shown.join(" "),
        if lacks.len() > 20 { " and more." } else { "." }
    )
}

/// What stands on it, but for the logo's bytes. `unsent` marks it as a draft.
pub(super) fn sheet(
    app: &App,
    Printed { invoice, parties }: &Printed,
    unsent: bool,
) -> Result<Sheet, Error> {
    let broken =
        |error: &dyn std::fmt::Display| Error::internal(format!("{}: {error}", invoice.id));
    let content = invoice.content()?;
    let totals = content
        .totals(invoice.currency)
        .map_err(|error| broken(&error))?;
    // Whether it is overdue does not stand on it, so any day will do.
    let view = invoice
        .view(app.now.date())
        .map_err(|error| broken(&error))?;
    let moved = invoice.moved().map_err(|error| broken(&error))?;
    let page = app
        .config
        .base_url
        .join(&format!("/billing/{}", invoice.id));
    let sheet = pdf::sheet_of(&pdf::Printed {
        number: invoice.number.as_deref(),
        revision: invoice.revision,
        issued_on: invoice.issued_on,
        due_on: invoice.due_on,
        content: &content,
        totals: &totals,
        parties,
        view: &view,
        moved: &moved,
        page: (!unsent).then_some(page.as_str()),
    });
    Ok(if unsent { pdf::as_draft(sheet) } else { sheet })
}

/// 1. the logo; 2. the fonts; 3. the file.
async fn draw(
    app: &App,
    logo: Option<&str>,
    currency: Currency,
    mut sheet: Sheet,
) -> Result<Vec<u8>, Error> {
    // 1.
    if let Some(hash) = logo {
        sheet.logo = app.blobs.read(&logo_key(hash)).await?;
    }
    // 2.
    let fonts = fonts(app).await?;
    // 3.
    let money = |minor| {
        Money::new(minor, currency).map_or_else(|_| minor.to_string(), |money| money.to_string())
    };
    let drawn = pdf::draw(&sheet, fonts, &money);
    drawn
        .map(|pdf| pdf.bytes)
        .map_err(|error| Error::internal(error.to_string()))
}

/// Read once per isolate.
async fn fonts(app: &App) -> Result<&'static Fonts, Error> {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    if let Some(fonts) = FONTS.get() {
        return Ok(fonts);
    }
    let regular = app.assets.read(REGULAR).await?;
    let bold = app.assets.read(BOLD).await?;
    let fonts = Fonts::read(regular, bold).map_err(|error| Error::internal(error.to_string()))?;
    Ok(FONTS.get_or_init(|| fonts))
}
