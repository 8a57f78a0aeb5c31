//! A browser's report that a page's Content-Security-Policy held something back, in the form that `report-uri`
//! sends (CSP Level 3, section 5.3).
//!
//! Anybody can send one, so only what can be true is taken, and of it what helps: a directive that our pages
//! have, whence the thing came, and which of our pages it was on, without ids and tokens.

use serde::Deserialize;

use super::time::Timestamp;

/// The longest part that is kept.
const LONGEST: usize = 120;

/// What our policy can hold back: by its own directives, and by `default-src`, which stands for all that loads.
const DIRECTIVES: [&str; 21] = [
    "base-uri",
    "child-src",
    "connect-src",
    "default-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "require-trusted-types-for",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "trusted-types",
    "worker-src",
];

/// What browsers say of a thing that has no address, or whose address they keep to themselves.
const WORDS: [&str; 11] = [
    "",
    "about",
    "blob",
    "data",
    "eval",
    "filesystem",
    "inline",
    "self",
    "trusted-types-policy",
    "trusted-types-sink",
    "wasm-eval",
];

/// Where a report came from, said so that it names nobody: one of 1,024 buckets of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Days since 1970.
    pub day: i64,
    /// Which one.
    pub bucket: u16,
}

impl Source {
    /// The day of a moment.
    pub const fn day(now: Timestamp) -> i64 {
        now.as_seconds().div_euclid(86_400)
    }

    /// Out of a keyed hash of the network and the day.
    #[must_use]
    pub fn of(digest: [u8; 32], now: Timestamp) -> Self {
        let [first, second, ..] = digest;
        Self {
            day: Self::day(now),
            bucket: u16::from_be_bytes([first, second]) % 1024,
        }
    }
}

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
    pub directive: &'static str,
    /// An origin, or a word like `inline`.
    pub blocked: String,
    /// The page's path, `…` for what differs from row to row.
    pub page: String,
}

impl CspReport {
    /// Reads a report about a page of `base`; `page` gives the pattern of a path that is one of ours. Nothing: it
    /// is none, of another site, of what no page of ours has or asks for, or of what a browser's own extension did.
    #[must_use]
    pub fn parse(
        body: &[u8],
        base: &str,
        page: impl FnOnce(&str) -> Option<String>,
    ) -> Option<Self> {
        let Envelope { report } = serde_json::from_slice(body).ok()?;
        let path = report.document_uri.strip_prefix(base)?;
        if !path.starts_with('/') || is_of_an_extension(&report) {
            return None;
        }
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let told = if report.effective_directive.is_empty() {
            report.violated_directive.split(' ').next()?
        } else {
            report.effective_directive.as_str()
        };
        let directive = DIRECTIVES.into_iter().find(|known| *known == told)?;
        Some(Self {
            directive,
            blocked: origin(&report.blocked_uri)?,
            page: page(path)?,
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

/// Scheme and host of an address of the web; a word of browsers stays one. Nothing: it is neither.
fn origin(uri: &str) -> Option<String> {
    let Some((scheme, rest)) = uri.split_once("://") else {
        let word = uri.split([':', '?', '#']).next().unwrap_or_default();
        return WORDS.contains(&word).then(|| word.to_owned());
    };
    if !["http", "https", "ws", "wss"].contains(&scheme) {
        return None;
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".:-[]".contains(c);
    let sound = !host.is_empty() && host.len() <= LONGEST && host.chars().all(plain);
    sound.then(|| format!("{scheme}://{}", host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://portal.example";

    fn report(fields: &str) -> Option<CspReport> {
        let ours = ["/", "/reset/…", "/admin/clients/…"];
        let page = |path: &str| {
            let start = path.rsplit_once('/').map_or("", |(start, _)| start);
            let shown = format!("{start}/…");
            let mut known = ours.into_iter();
            let found = known.find(|one| *one == path || *one == shown);
            found.map(str::to_owned)
        };
        let body = format!("{{\"csp-report\":{{{fields}}}}}");
        CspReport::parse(body.as_bytes(), BASE, page)
    }

    #[test]
    fn a_report_is_cut_down_to_what_helps() {
        let found = report(
            r#""document-uri":"https://portal.example/reset/pt_rSecretSecretSecret?x=1","effective-directive":"script-src-elem","blocked-uri":"https://user:pass@evil.example:8443/x.js?y","line-number":3,"status-code":200"#,
        );
        assert_eq!(
            found,
            Some(CspReport {
                directive: "script-src-elem",
                blocked: "https://evil.example:8443".to_owned(),
                page: "/reset/…".to_owned(),
            })
        );
        let inline = report(
            r#""document-uri":"https://portal.example/admin/clients/01a21080-1a60-7a6d-b06f-7f1fc9eeccbe","violated-directive":"style-src 'self'","blocked-uri":"inline""#,
        );
        let inline = inline.unwrap();
        assert_eq!(
            (inline.directive, inline.blocked.as_str()),
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
            r#""document-uri":"https://portal.example/made-up","effective-directive":"script-src""#,
            r#""document-uri":"https://portal.example/","effective-directive":"made-up-src""#,
            r#""document-uri":"https://portal.example/","effective-directive":"script-src","blocked-uri":"made-up""#,
            r#""document-uri":"https://portal.example/","effective-directive":"script-src","blocked-uri":"made://up""#,
            r#""document-uri":"https://portal.example/","effective-directive":"script-src","blocked-uri":"https://a b<c""#,
        ] {
            assert_eq!(report(fields), None, "{fields}");
        }
        assert_eq!(CspReport::parse(b"\xff\x00", BASE, |_| None), None);
    }
}
