//! The logo: taken from the branding form, looked at byte by byte, kept under its hash, shown to everybody.

use axum::response::IntoResponse as _;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::domain::hex::hex;
use crate::domain::image::{Logo, LogoError, MAX_BYTES};
use crate::http::document::text;
use crate::http::guard::{InPath, Public};
use crate::http::headers::Cache;
use crate::http::page::Answer;
use crate::http::{Error, Fields, Incoming, Outgoing, Part, Parts, Reason};
use crate::store::Source;
use crate::store::branding::LogoChange;

/// The text fields of the form. Others are not kept.
const TEXTS: [&str; 6] = [
    "name",
    "colour",
    "welcome_text",
    "support_email",
    "support_phone",
    "remove_logo",
];

/// A picture that was chosen.
pub(super) struct Chosen {
    logo: Logo,
    bytes: Vec<u8>,
}

/// The form: its text fields, and the picture where one was chosen. One that is no logo is refused at its field.
pub(super) async fn receive(incoming: &Incoming) -> Result<(Fields, Option<Chosen>), Error> {
    let Some(mut parts) = Parts::of(incoming)? else {
        return Ok((Fields::without_files(incoming).await?, None));
    };
    if incoming.length.is_none() {
        return Err(Reason::LengthRequired.into());
    }
    let mut form = Fields::default();
    let mut chosen = None;
    while let Some(part) = parts.next().await? {
        let name = part.name();
        if name == "logo" {
            // The words stand before the file: what comes after one that is refused is not waited for.
            match picture(part, incoming.length.unwrap_or_default()).await? {
                Ok(picture) => chosen = picture,
                Err(problem) => {
                    form.refuse("logo", problem);
                    break;
                }
            }
        } else if TEXTS.contains(&name.as_str()) {
            let text = text(part).await?;
            form.add(name, text);
        }
    }
    Ok((form, chosen))
}

/// The picture of the field; none where no file was chosen.
async fn picture(
    mut part: Part<'_>,
    sent: u64,
) -> Result<Result<Option<Chosen>, LogoError>, Error> {
    let named = part.file_name().is_some_and(|name| !name.is_empty());
    let mut bytes = Vec::new();
    while let Some(piece) = part.piece().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_BYTES {
            return Ok(Err(LogoError::TooManyBytes { bytes: sent }));
        }
    }
    if bytes.is_empty() && !named {
        return Ok(Ok(None));
    }
    Ok(Logo::sniff(&bytes).map(|logo| Some(Chosen { logo, bytes })))
}

impl Chosen {
    /// Puts the file into R2, so that no row names what is not there.
    pub(super) async fn keep(self, app: &App) -> Result<LogoChange, Error> {
        let hash = hash_of(&self.bytes);
        let kind = self.logo.format.content_type();
        let source = Source::Bytes(self.bytes);
        app.blobs.put(&key(&hash), kind, source).await?;
        Ok(LogoChange::To(hash, self.logo))
    }
}

/// SHA-256 in hex: 64 characters, lower case.
fn hash_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
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
        return Err(Reason::NotFound.into());
    }
    let blob = public.app.blobs.open(&key(&hash), None).await?;
    let blob = blob.ok_or(Reason::NotFound)?;
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
