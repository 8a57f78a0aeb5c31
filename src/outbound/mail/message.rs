//! One mail, and its bytes on the wire: multipart/alternative, text and HTML.
//!
//! The same `Message` always gives the same bytes. The date, the id and with it
//! the MIME boundary are the caller's: the mail crate would ask the system
//! clock for each that is missing, and there is none in a worker. The bytes are
//! 7-bit with CRLF line ends, so no server needs extensions to carry them.

use std::io;

use mail_builder::encoders::base64::base64_encode_mime;
use mail_builder::encoders::encode::{EncodingType, get_encoding_type};
use mail_builder::encoders::quoted_printable::quoted_printable_encode;
use mail_builder::headers::date::Date;

use super::error::SendError;
use super::header;
use super::mailbox::Mailbox;

/// A mail that is ready to go. Every text may be in any script; line breaks and
/// control characters in a header's text become spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Our own id of this mail, stable over retries. Becomes
    /// `Message-ID: <id@domain of the sender>`.
    pub id: String,
    pub from: Mailbox,
    pub to: Mailbox,
    pub subject: String,
    /// The plain-text body. Any line ends.
    pub text: String,
    /// The HTML body: a whole document.
    pub html: String,
    /// Where the reader can switch this kind of mail off: an `https:` or
    /// `mailto:` address. `None` for mail that somebody asked for.
    pub list_unsubscribe: Option<String>,
    /// When the mail was written, in milliseconds since 1970 UTC.
    pub date_ms: i64,
}

/// The header that promises that a POST to the address is enough (RFC 8058), and what it says.
pub(super) const ONE_CLICK: (&str, &str) = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");

/// Whether the address may be promised so: RFC 8058 wants https.
pub(super) fn is_one_click(list_unsubscribe: &str) -> bool {
    list_unsubscribe.starts_with("<https:")
}

impl Message {
    /// The mail as RFC 5322 and MIME bytes.
    ///
    /// Fails only on a `list_unsubscribe` that is no address at all.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SendError> {
        let mut out = Vec::with_capacity(1024 + self.text.len() + self.html.len() * 5 / 4);
        header::verbatim(
            &mut out,
            "Date",
            &Date::new(self.date_ms.div_euclid(1000)).to_rfc822(),
        );
        header::mailbox(&mut out, "From", &self.from);
        header::mailbox(&mut out, "To", &self.to);
        header::verbatim(&mut out, "Message-ID", &self.message_id());
        header::text(&mut out, "Subject", &self.subject);
        // RFC 3834: keeps holiday replies away.
        header::verbatim(&mut out, "Auto-Submitted", "auto-generated");
        if let Some(value) = self.list_unsubscribe_value()? {
            header::verbatim(&mut out, "List-Unsubscribe", &value);
            if is_one_click(&value) {
                header::verbatim(&mut out, ONE_CLICK.0, ONE_CLICK.1);
            }
        }
        header::verbatim(&mut out, "MIME-Version", "1.0");
        let (text, html) = (body(&self.text), body(&self.html));
        let boundary = self.boundary(&[&text, &html]);
        let head =
            format!("Content-Type: multipart/alternative; \r\n\tboundary=\"{boundary}\"\r\n\r\n");
        out.extend_from_slice(head.as_bytes());
        for (kind, body) in [("text/plain", &text), ("text/html", &html)] {
            part(&mut out, &boundary, kind, body).map_err(|error| SendError::Transient {
                reason: format!("The mail could not be put together. ({error})"),
            })?;
        }
        out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        Ok(out)
    }

    /// `<id@domain>`, of characters that may stand there.
    pub fn message_id(&self) -> String {
        format!("<{}@{}>", self.plain_id(), self.from.domain())
    }

    /// The value of `List-Unsubscribe` (RFC 2369): an address in angle
    /// brackets.
    pub(super) fn list_unsubscribe_value(&self) -> Result<Option<String>, SendError> {
        let Some(address) = &self.list_unsubscribe else {
            return Ok(None);
        };
        let known = ["https://", "http://", "mailto:"]
            .iter()
            .any(|s| address.starts_with(s));
        let clean = address
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
        if !known || !clean || address.len() > 900 {
            return Err(SendError::Misconfigured {
                reason: "The address for switching notifications off is not a web address. \
                         Check PUBLIC_BASE_URL."
                    .to_owned(),
            });
        }
        Ok(Some(format!("<{address}>")))
    }

    fn plain_id(&self) -> String {
        self.id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(64)
            .collect()
    }

    /// `=_` stands in no quoted-printable or base64 line; a body that goes
    /// unencoded is looked through.
    fn boundary(&self, bodies: &[&str]) -> String {
        let mut boundary = format!("=_{}", self.plain_id());
        while boundary.len() < 68 && bodies.iter().any(|body| body.contains(&boundary)) {
            boundary.push('_');
        }
        boundary
    }
}

/// A part of a mail (RFC 2046), in the shortest encoding that carries it. mail-builder's own writer of parts is not
/// used: it can make boundaries up, and brings a clock, threads and an allocator for that.
fn part(out: &mut Vec<u8>, boundary: &str, kind: &str, body: &str) -> io::Result<()> {
    let encoding = get_encoding_type(body.as_bytes(), false, true);
    let name = match encoding {
        EncodingType::Base64 => "base64",
        EncodingType::QuotedPrintable(_) => "quoted-printable",
        EncodingType::None => "7bit",
    };
    let head = format!(
        "\r\n--{boundary}\r\nContent-Type: {kind}; charset=\"utf-8\"\r\nContent-Transfer-Encoding: {name}\r\n\r\n"
    );
    out.extend_from_slice(head.as_bytes());
    match encoding {
        EncodingType::Base64 => base64_encode_mime(body.as_bytes(), out, false).map(drop),
        EncodingType::QuotedPrintable(_) => {
            quoted_printable_encode(body.as_bytes(), out, true).map(drop)
        }
        EncodingType::None => {
            out.extend_from_slice(body.as_bytes());
            Ok(())
        }
    }
}

/// Line ends as CRLF, and no control characters but those and tabs.
fn body(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
