//! Downloads: from R2 to the browser without passing through the worker's memory.
//!
//! A client's receipt is written in the batch that also proves access and finds the object, so
//! that nobody downloads without one. A HEAD downloads nothing and leaves none; nor does a
//! question whether a kept copy is still good, or a range that the file does not have. Where the
//! object cannot be opened after all, the receipt is taken back.

use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use http::request::Parts;
use http::{Method, StatusCode};

use crate::app::App;
use crate::domain::id::DocumentId;
use crate::domain::range::{Conditions, Decision, ETag, Kept, decide, needs};
use crate::domain::time::Timestamp;
use crate::http::guard::{FromAddress, InPath, Load, Shared, Staff, Viewer};
use crate::http::headers::Cache;
use crate::http::page::{Answer, see};
use crate::http::{Error, Outgoing, Reason, visitor};
use crate::store::document::{self, Stored};
use crate::store::receipt::{self, Taking};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// What a request wants of a file.
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Another site brought the browser here, perhaps without the person's doing.
    pub(crate) brought: bool,
    pub(crate) kept: Kept,
    range: Option<String>,
    pub(crate) if_range: Option<String>,
}

impl Asked {
    /// Reads the head of a request.
    pub(crate) fn of(parts: &Parts) -> Self {
        let text = |name: HeaderName| {
            let value = parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok());
            value.map(str::to_owned)
        };
        let if_none_match = text(IF_NONE_MATCH);
        Self {
            // RFC 9110, section 14.2: Range is defined for GET alone.
            range: text(RANGE).filter(|_| parts.method == Method::GET),
            if_range: text(IF_RANGE),
            brought: matches!(
                text(HeaderName::from_static("sec-fetch-site")).as_deref(),
                Some("cross-site" | "same-site")
            ),
            method: parts.method.clone(),
            kept: if_none_match
                .as_deref()
                .map(Kept::parse)
                .unwrap_or_default(),
        }
    }

    /// Bytes that the file must have for the range to be met; 0: no range.
    pub(crate) fn needs(&self) -> u64 {
        self.range.as_deref().map_or(0, needs)
    }

    /// Whether bytes are sent to who asked for them.
    pub(crate) fn takes(&self) -> bool {
        self.method == Method::GET && !self.brought
    }
}

/// Which document, and what of it.
pub(crate) struct Wanted {
    taking: Taking,
    asked: Asked,
}

impl FromAddress for Wanted {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPath(document) = InPath::<DocumentId>::from_address(parts).await?;
        Self::of(document, parts)
    }
}

/// Which version of a document, and what of it.
pub(crate) struct WantedVersion(u32, Wanted);

impl FromAddress for WantedVersion {
    async fn from_address(parts: &mut Parts) -> Result<Self, Error> {
        let InPath((document, number)) = InPath::<(DocumentId, u32)>::from_address(parts).await?;
        Ok(Self(number, Wanted::of(document, parts)?))
    }
}

impl Wanted {
    fn of(document: DocumentId, parts: &Parts) -> Result<Self, Error> {
        let app = parts.extensions.get::<App>();
        let app = app.ok_or_else(|| Error::internal("the request came without its parts"))?;
        let asked = Asked::of(parts);
        let if_range = asked.if_range.as_deref().unwrap_or_default().trim();
        Ok(Self {
            taking: Taking {
                id: app.id()?,
                note: app.id()?,
                document,
                kept: asked.kept.clone(),
                needs: asked.needs(),
                if_range: if_range.to_owned(),
                place: visitor::place(&parts.headers),
            },
            asked,
        })
    }
}

/// A document that staff may download.
pub(crate) struct OfStaff(Wanted, Stored);

/// A version that staff may download.
pub(crate) struct Version(Wanted, Stored);

impl Load for Version {
    type Args = WantedVersion;

    fn statements(WantedVersion(number, wanted): &Self::Args, _asker: &Asker) -> Vec<Statement> {
        vec![document::stored(wanted.taking.document, Some(*number))]
    }

    fn read(
        WantedVersion(_number, wanted): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let stored: Option<Stored> = results.first()?;
        Ok(stored.map(|stored| Self(wanted, stored)))
    }
}

impl Load for OfStaff {
    type Args = Wanted;

    fn statements(wanted: &Wanted, _asker: &Asker) -> Vec<Statement> {
        vec![document::stored(wanted.taking.document, None)]
    }

    fn read(wanted: Wanted, results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let stored: Option<Stored> = results.first()?;
        Ok(stored.map(|stored| Self(wanted, stored)))
    }
}

/// A document that the client may download, with the receipt written.
pub(crate) struct OfClient(Wanted, Stored);

impl Load for OfClient {
    type Args = Wanted;

    fn statements(wanted: &Wanted, asker: &Asker) -> Vec<Statement> {
        let mut statements = vec![document::shared_stored(asker, wanted.taking.document)];
        if wanted.asked.takes() {
            statements.push(receipt::write(asker, &wanted.taking));
            statements.push(receipt::note(&wanted.taking));
        }
        statements
    }

    fn read(wanted: Wanted, results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        let stored: Option<Stored> = results.first()?;
        Ok(stored.map(|stored| Self(wanted, stored)))
    }
}

/// `GET /admin/documents/{id}/download`
pub(crate) async fn staff(staff: Staff<OfStaff>) -> Answer {
    let OfStaff(wanted, stored) = staff.page;
    send(&staff.app, &wanted.asked, &stored).await
}

/// `GET /admin/documents/{id}/versions/{number}/download`
pub(crate) async fn version(staff: Staff<Version>) -> Answer {
    let Version(wanted, stored) = staff.page;
    send(&staff.app, &wanted.asked, &stored).await
}

/// `GET /documents/{id}/download`. A receipt says that the person took the file, so a link or picture
/// on another site, which can make a browser ask for it, leads to the document's page instead.
pub(crate) async fn client(viewer: Viewer<Shared, OfClient>) -> Answer {
    let (app, OfClient(wanted, stored)) = (&viewer.app, viewer.page);
    if wanted.asked.brought {
        return see(&format!("/documents/{}", wanted.taking.document));
    }
    let answer = send(app, &wanted.asked, &stored).await;
    if answer.is_err() && wanted.asked.takes() {
        let batch = receipt::take_back(&wanted.taking, app.id()?);
        app.db.batch(batch.into()).await?;
    }
    answer
}

/// 1. what the conditions ask for; 2. the headers; 3. the bytes, for GET.
pub(crate) async fn send(app: &App, wanted: &Asked, stored: &Stored) -> Answer {
    // 1.
    let etag = ETag::strong(&stored.etag);
    let asked = Conditions {
        range: wanted.range.as_deref(),
        if_range: wanted.if_range.as_deref(),
        kept: Some(&wanted.kept),
    };
    let decision = decide(asked, &etag, stored.created_at, stored.size);
    let (status, span) = match decision {
        Decision::Whole => (StatusCode::OK, None),
        Decision::Part { start, len } => (StatusCode::PARTIAL_CONTENT, Some((start, len))),
        Decision::NotModified => (StatusCode::NOT_MODIFIED, None),
        Decision::Unsatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, None),
    };
    // 2.
    let mut response = status.into_response();
    response.extensions_mut().insert(Cache::Revalidate);
    put(&mut response, ETAG, &etag.to_string())?;
    put(&mut response, ACCEPT_RANGES, "bytes")?;
    put(&mut response, LAST_MODIFIED, &stored.created_at.http_date())?;
    // Should a browser show it after all, then as a page of no origin that runs nothing.
    put(
        &mut response,
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; sandbox",
    )?;
    if let Some(range) = decision.content_range(stored.size) {
        put(&mut response, CONTENT_RANGE, &range)?;
    }
    if !matches!(decision, Decision::Whole | Decision::Part { .. }) {
        return Ok(response);
    }
    let length = span.map_or(stored.size, |(_, len)| len);
    put(&mut response, CONTENT_LENGTH, &length.to_string())?;
    put(&mut response, CONTENT_TYPE, &stored.content_type)?;
    put(
        &mut response,
        CONTENT_DISPOSITION,
        &stored.file_name.content_disposition(),
    )?;
    // 3.
    if wanted.method == Method::GET {
        let Some(blob) = app.blobs.open(&stored.blob, span).await? else {
            worker::console_error!("the file {}: no object", stored.blob);
            return Err(Reason::NotFound.into());
        };
        response.extensions_mut().insert(Outgoing(blob.stream));
    }
    Ok(response)
}

fn put(response: &mut Response, name: HeaderName, value: &str) -> Result<(), Error> {
    let value = HeaderValue::from_str(value).map_err(|error| Error::internal(error.to_string()))?;
    response.headers_mut().insert(name, value);
    Ok(())
}
