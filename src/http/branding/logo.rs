//! The logo: taken from a form, looked at byte by byte, kept under its hash, shown to everybody.

use std::fmt::Write as _;

use axum::response::IntoResponse as _;
use futures_util::TryStreamExt as _;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use multer::{Constraints, Multipart, SizeLimit};
use sha2::{Digest as _, Sha256};

use super::{Current, PATH, Page, filled, write};
use crate::domain::image::{Logo, LogoError, MAX_BYTES};
use crate::http::chrome::Flash;
use crate::http::guard::{Admin, InPath, Public};
use crate::http::headers::Cache;
use crate::http::page::{Answer, see, try_again};
use crate::http::{Error, Incoming, Outgoing};
use crate::store::{Source, branding};

/// The largest file, in bytes.
const LIMIT: u64 = MAX_BYTES as u64;
/// What the form may weigh beside its file: boundaries and the headers of its parts.
const AROUND: u64 = 16 * 1024;

/// `POST /admin/settings/branding/logo`
///
/// 1. the bytes; 2. whether they are a picture; 3. R2, so that no row names what is not there;
/// 4. D1 and the copy.
pub(crate) async fn choose(staff: Admin<Current>, incoming: Incoming) -> Answer {
    // 1. and 2.
    let looked = match file(&incoming).await? {
        Ok(bytes) => Logo::sniff(&bytes).map(|logo| (logo, bytes)),
        Err(too_large) => Err(too_large),
    };
    let (logo, bytes) = match looked {
        Ok(taken) => taken,
        Err(problem) => {
            let mut form = filled(staff.page.0);
            form.refuse("logo", problem);
            return try_again(&Page::new(staff.chrome, form));
        }
    };
    // 3.
    let hash = hash_of(&bytes);
    let kind = logo.format.content_type();
    let source = Source::Bytes(bytes);
    staff.app.blobs.put(&key(&hash), kind, source).await?;
    // 4.
    let change = branding::change_logo(&hash, logo, staff.app.now);
    let detail = format!("{kind}, {} × {} pixels", logo.width, logo.height);
    write(
        &staff.app,
        staff.me(),
        change,
        "branding.logo_changed",
        detail,
    )
    .await?;
    Flash::success(
        &staff.app,
        "Your logo is saved. Clients see it from their next page on.",
    );
    see(PATH)
}

/// The bytes of the field `logo`; a form without it has none.
async fn file(incoming: &Incoming) -> Result<Result<Vec<u8>, LogoError>, Error> {
    let Ok(boundary) = multer::parse_boundary(&incoming.content_type) else {
        return Ok(Err(LogoError::Empty));
    };
    // Told before a byte of it is read.
    match incoming.length {
        Some(bytes) if bytes > LIMIT + AROUND => {
            return Ok(Err(LogoError::TooManyBytes { bytes }));
        }
        Some(_) => {}
        None => return Err(Error::LengthRequired),
    }
    let sizes = SizeLimit::new().whole_stream(LIMIT + AROUND);
    let chunks = incoming
        .chunks()?
        .map_err(|error| std::io::Error::other(error.to_string()));
    let constraints = Constraints::new().size_limit(sizes);
    let mut form = Multipart::with_constraints(chunks, boundary, constraints);
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some("logo") {
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            bytes.extend_from_slice(&chunk);
        }
        return Ok(Ok(bytes));
    }
    Ok(Err(LogoError::Empty))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn broken(error: multer::Error) -> Error {
    Error::bad_body(&error)
}

/// SHA-256 in hex: 64 characters, lower case.
fn hash_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Where R2 has the file.
pub(crate) fn key(hash: &str) -> String {
    format!("logo/{hash}")
}

fn is_hash(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `GET /branding/logo/{hash}`
///
/// Everybody may see it, from anywhere: it stands in mails, which some readers open in a browser.
pub(crate) async fn show(public: Public<InPath<String>>) -> Answer {
    let InPath(hash) = public.args;
    if !is_hash(&hash) {
        return Err(Error::NotFound);
    }
    let blob = public.app.blobs.open(&key(&hash), None).await?;
    let blob = blob.ok_or(Error::NotFound)?;
    let kind = HeaderValue::from_str(&blob.content_type)
        .map_err(|error| Error::internal(error.to_string()))?;
    let anywhere = HeaderValue::from_static("cross-origin");
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    let mut response = [(CONTENT_TYPE, kind), (policy, anywhere)].into_response();
    response.extensions_mut().insert(Cache::Immutable);
    response.extensions_mut().insert(Outgoing(blob.stream));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_its_own_kind_of_address() {
        let hash = hash_of(b"");
        assert_eq!(
            hash,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert!(is_hash(&hash));
        for odd in [
            "",
            "..",
            &hash[1..],
            &hash.to_uppercase(),
            &format!("{hash}0"),
        ] {
            assert!(!is_hash(odd), "{odd}");
        }
    }
}
