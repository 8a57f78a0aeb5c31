//! Names of uploaded files: cleaned on the way in, safe in a header on the way out.
//!
//! A [`FileName`] has no path, no control or direction marks, nothing that Windows forbids, at most
//! 180 bytes with its extension kept, and is never empty. Cleaning never fails: whatever a browser
//! sends becomes some name. The content type is told from the extension, not from what the browser
//! claims; what is not in the table is a plain download.

use super::text::{is_bidi_mark, is_invisible};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, fmt::Write};

const MAX_BYTES: usize = 180;

/// A file name fit for every system and for `Content-Disposition`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

impl FileName {
    /// The one door: cleans whatever was sent.
    pub fn clean(raw: &str) -> Self {
        let last = raw
            .rsplit(['/', '\\'])
            .find(|part| !part.trim().is_empty())
            .unwrap_or("");
        let kept: String = last
            .chars()
            .filter(|c| {
                !c.is_control()
                    && !is_bidi_mark(*c)
                    && !matches!(c, '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
            })
            .map(|c| match c {
                '"' | '*' | ':' | '<' | '>' | '?' | '|' => '_',
                c if c.is_whitespace() => ' ',
                c => c,
            })
            .collect();
        // Windows drops dots and spaces at the end; a leading dot hides the file elsewhere.
        let trimmed = kept.trim_matches([' ', '.']);
        if trimmed.chars().all(is_invisible) {
            return Self("file".to_owned());
        }
        let (stem, extension) = split(trimmed);
        let stem = if is_reserved(stem) {
            format!("_{stem}")
        } else {
            stem.to_owned()
        };
        let room = MAX_BYTES.saturating_sub(extension.len());
        let stem = cut(&stem, room).trim_end_matches([' ', '.']);
        Self(format!("{stem}{extension}"))
    }
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The extension in lowercase without its dot; empty if there is none.
    pub fn extension(&self) -> String {
        split(&self.0)
            .1
            .trim_start_matches('.')
            .to_ascii_lowercase()
    }
    /// The name without its extension: a first guess at a title.
    pub fn stem(&self) -> &str {
        split(&self.0).0
    }
    /// The content type by extension, else `application/octet-stream`.
    pub fn content_type(&self) -> &'static str {
        let extension = self.extension();
        let known = TYPES.iter().find(|(e, _)| *e == extension);
        known.map_or("application/octet-stream", |(_, t)| t)
    }
    /// The same for what the browser may show by itself.
    pub fn inline_disposition(&self) -> String {
        let attachment = self.content_disposition();
        attachment.replacen("attachment", "inline", 1)
    }
    /// `attachment` with the name twice: ASCII for old readers, UTF-8 for the rest (RFC 6266,
    /// RFC 8187).
    pub fn content_disposition(&self) -> String {
        // A percent sign in the plain form is decoded by some browsers (RFC 6266, appendix D).
        let plain = |c: char| {
            if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') {
                c
            } else {
                '_'
            }
        };
        let ascii: String = self.0.chars().map(plain).collect();
        let mut header = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''");
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                header.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(header, "%{byte:02X}");
            }
        }
        header
    }
}

/// Stem and extension (with its dot). An extension is 1 to 16 letters and digits after a stem.
fn split(name: &str) -> (&str, &str) {
    let usual =
        |e: &str| (1..=16).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_alphanumeric());
    match name.rfind('.').map(|dot| name.split_at(dot)) {
        Some((stem, ext)) if !stem.is_empty() && usual(ext.trim_start_matches('.')) => (stem, ext),
        _ => (name, ""),
    }
}

/// The longest beginning of at most `room` bytes that ends between characters.
fn cut(text: &str, room: usize) -> &str {
    text.get(..text.floor_char_boundary(room)).unwrap_or("")
}

/// Names of devices on Windows, whatever their extension.
fn is_reserved(stem: &str) -> bool {
    let base = stem
        .split('.')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_uppercase();
    let numbered = |prefix: &str| {
        base.strip_prefix(prefix)
            .is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(base.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl Serialize for FileName {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for FileName {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Self::clean(&String::deserialize(d)?))
    }
}

/// Extension to content type. Nothing a browser would run (HTML, SVG, XML) is in it: those come
/// down as plain bytes.
const TYPES: [(&str, &str); 43] = [
    ("7z", "application/x-7z-compressed"),
    ("aac", "audio/aac"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("csv", "text/csv; charset=utf-8"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("eml", "message/rfc822"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("ics", "text/calendar; charset=utf-8"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("m4a", "audio/mp4"),
    ("md", "text/markdown; charset=utf-8"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("rar", "application/vnd.rar"),
    ("rtf", "application/rtf"),
    ("tar", "application/x-tar"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("txt", "text/plain; charset=utf-8"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xls", "application/vnd.ms-excel"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("zip", "application/zip"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_made_fit() {
        for (raw, want) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\Ann\\Plan v2.docx", "Plan v2.docx"),
            ("a\"b\r\nc\0.txt", "a_bc.txt"),
            ("exe\u{202e}fdp.exe", "exefdp.exe"),
            ("..", "file"),
            ("", "file"),
            ("/", "file"),
            (" . ", "file"),
            (".htaccess", "htaccess"),
            ("CON.txt", "_CON.txt"),
            ("lpt1", "_lpt1"),
            ("console.txt", "console.txt"),
            ("a?b*c.png", "a_b_c.png"),
            ("name. ", "name"),
            ("Übersicht 渡辺.pdf", "Übersicht 渡辺.pdf"),
            ("folder/", "folder"),
        ] {
            assert_eq!(FileName::clean(raw).as_str(), want, "{raw:?}");
        }
        let long = FileName::clean(&format!("{}.pdf", "ü".repeat(200)));
        assert_eq!(long.as_str().len(), 180);
        assert!(long.as_str().ends_with("ü.pdf"));
    }

    #[test]
    fn both_forms_stand_in_the_header() {
        assert_eq!(
            FileName::clean("Übersicht 100%.pdf").content_disposition(),
            "attachment; filename=\"_bersicht 100_.pdf\"; filename*=UTF-8''%C3%9Cbersicht%20100%25.pdf"
        );
    }

    #[test]
    fn types_follow_the_extension() {
        assert!(TYPES.is_sorted());
        assert_eq!(FileName::clean("A.PDF").content_type(), "application/pdf");
        assert_eq!(
            FileName::clean("a.tar.gz").content_type(),
            "application/gzip"
        );
        for unknown in ["a.html", "a.svg", "a.exe", "pdf", "a."] {
            assert_eq!(
                FileName::clean(unknown).content_type(),
                "application/octet-stream"
            );
        }
        assert_eq!(FileName::clean("Plan v2.docx").stem(), "Plan v2");
    }

    proptest! {
        #[test]
        fn every_name_is_safe(raw in "\\PC*|[a./\\\\\" \r\n\0\u{202e}é:]{0,300}") {
            let name = FileName::clean(&raw);
            let text = name.as_str();
            prop_assert!(!text.is_empty() && text.len() <= MAX_BYTES);
            prop_assert!(!text.starts_with('.') && !text.contains(['/', '\\', '"', '\r', '\n', '\0']));
            prop_assert_eq!(FileName::clean(text), name.clone());
            let header = name.content_disposition();
            prop_assert!(header.bytes().all(|b| matches!(b, b' '..=b'~')));
            prop_assert_eq!(header.matches('"').count(), 2);
        }
    }
}
