//! A browser's report that a page's Content-Security-Policy held something back, in the form that `report-uri`
//! sends (CSP Level 3, section 5.3).
//!
//! Anybody can send one, so of it only what helps is taken, cut short: the directive, whence the thing came,
//! and the page, without ids and tokens.

use serde::Deserialize;

/// The longest part that is kept.
const LONGEST: usize = 120;

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "csp-report")]
    report: Raw,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Raw {
    document_uri: String,
    #[serde(default)]
    effective_directive: String,
    #[serde(default)]
    violated_directive: String,
    #[serde(default)]
    blocked_uri: String,
    #[serde(default)]
    source_file: String,
}

/// What was held back, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CspReport {
    /// The directive that held it back.
    pub directive: String,
    /// An origin, or a word like `inline`.
    pub blocked: String,
    /// The page's path, `…` for what differs from row to row.
    pub page: String,
}

impl CspReport {
    /// Reads a report about a page of `base`. Nothing: it is none, of another site, or of what a browser's own
    /// extension did.
    #[must_use]
    pub fn parse(body: &[u8], base: &str) -> Option<Self> {
        let Envelope { report } = serde_json::from_slice(body).ok()?;
        let path = report.document_uri.strip_prefix(base)?;
        if !path.starts_with('/') || is_of_an_extension(&report) {
            return None;
        }
        let directive = if report.effective_directive.is_empty() {
            report.violated_directive.split(' ').next()
        } else {
            Some(report.effective_directive.as_str())
        };
        let directive = directive.filter(|name| {
            (3..=40).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        })?;
        Some(Self {
            directive: directive.to_owned(),
            blocked: origin(&report.blocked_uri),
            page: pattern(path),
        })
    }
}

fn is_of_an_extension(report: &Raw) -> bool {
    [&report.blocked_uri, &report.source_file]
        .iter()
        .any(|uri| {
            uri.split(':')
                .next()
                .is_some_and(|scheme| scheme.ends_with("-extension"))
        })
}

/// Scheme and host of an address; a word that is none stays one.
fn origin(uri: &str) -> String {
    let clean = |text: &str| -> String {
        let plain = |c: &char| c.is_ascii_alphanumeric() || ".:/-[]".contains(*c);
        text.chars().filter(plain).take(LONGEST).collect()
    };
    match uri.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = host.rsplit('@').next().unwrap_or_default();
            clean(&format!("{scheme}://{host}"))
        }
        None => clean(uri.split([':', '?', '#']).next().unwrap_or_default()),
    }
}

/// A path with `…` for each segment that is an id or a token.
fn pattern(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments = path.split('/').take(8).map(|segment| {
        let is_name = segment.len() <= 24
            && segment
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'.');
        if is_name { segment } else { "…" }
    });
    segments
        .collect::<Vec<_>>()
        .join("/")
        .chars()
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://portal.example";

    fn report(fields: &str) -> Option<CspReport> {
        CspReport::parse(format!("{{\"csp-report\":{{{fields}}}}}").as_bytes(), BASE)
    }

    #[test]
    fn a_report_is_cut_down_to_what_helps() {
        let found = report(
            r#""document-uri":"https://portal.example/reset/pt_rSecretSecretSecret?x=1","effective-directive":"script-src-elem","blocked-uri":"https://user:pass@evil.example:8443/x.js?y","line-number":3,"status-code":200"#,
        );
        assert_eq!(
            found,
            Some(CspReport {
                directive: "script-src-elem".to_owned(),
                blocked: "https://evil.example:8443".to_owned(),
                page: "/reset/…".to_owned(),
            })
        );
        let inline = report(
            r#""document-uri":"https://portal.example/admin/clients/01a21080-1a60-7a6d-b06f-7f1fc9eeccbe","violated-directive":"style-src 'self'","blocked-uri":"inline""#,
        );
        let inline = inline.unwrap();
        assert_eq!(
            (inline.directive.as_str(), inline.blocked.as_str()),
            ("style-src", "inline")
        );
        assert_eq!(inline.page, "/admin/clients/…");
    }

    #[test]
    fn what_is_no_report_of_ours_is_nothing() {
        for fields in [
            "",
            r#""document-uri":"https://evil.example/","effective-directive":"script-src""#,
            r#""document-uri":"https://portal.example.evil.example/","effective-directive":"script-src""#,
            r#""document-uri":"https://portal.example/","effective-directive":"<script>""#,
            r#""document-uri":"https://portal.example/","effective-directive":"""#,
            r#""document-uri":"https://portal.example/","effective-directive":"script-src","blocked-uri":"moz-extension://x""#,
            r#""document-uri":"https://portal.example/","effective-directive":"script-src","source-file":"chrome-extension""#,
            r#""document-uri":7"#,
        ] {
            assert_eq!(report(fields), None, "{fields}");
        }
        assert_eq!(CspReport::parse(b"\xff\x00", BASE), None);
    }
}
