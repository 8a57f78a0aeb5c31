//! The headers of every answer: what the browser may run, load, frame, keep and tell others.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Response};

use super::csp;

/// How long an answer may be kept, and by whom. Absent: not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cache {
    /// Content-hashed and public: a year.
    Immutable,
    /// Private to this viewer and asked about each time: downloads, with their entity tags.
    Revalidate,
    /// Public and rarely changed: a day.
    Day,
}

impl Cache {
    const fn value(self) -> &'static str {
        match self {
            Self::Immutable => "public, max-age=31536000, immutable",
            Self::Revalidate => "private, no-cache",
            Self::Day => "public, max-age=86400",
        }
    }
}

/// The policy of a page; `style` is the hash of its one style element, `payments` the origin where
/// people pay.
fn content_security_policy(style: Option<&str>, payments: Option<&str>) -> String {
    let style = style.map_or_else(String::new, |hash| format!(" '{hash}'"));
    let payments = payments.map_or_else(String::new, |origin| format!(" {origin}"));
    [
        // Nothing that is not named below.
        "default-src 'none'",
        // Our own files; no inline script anywhere.
        "script-src 'self'",
        // Our own sheet, and the brand's colours by their hash.
        &format!("style-src 'self'{style}"),
        // The logo, the icons, and the preview of a logo just chosen.
        "img-src 'self' blob:",
        "font-src 'self'",
        // Uploads in parts.
        "connect-src 'self'",
        // Forms come home; Pay Now is answered with the way to the provider's page.
        &format!("form-action 'self'{payments}"),
        // Nobody may frame us.
        "frame-ancestors 'none'",
        // No page can move its relative addresses elsewhere.
        "base-uri 'none'",
        // Text never becomes markup by script (Trusted Types).
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        // What was held back is told to us, for Settings, Security.
        &format!("report-uri {}", csp::PATH),
    ]
    .join("; ")
}

/// Adds what is missing; what a handler set stays.
pub(crate) fn protect<B>(
    response: &mut Response<B>,
    style: Option<&str>,
    payments: Option<&str>,
    secure: bool,
) {
    let cache = response
        .extensions()
        .get::<Cache>()
        .map_or("no-store", |cache| cache.value());
    let policy = content_security_policy(style, payments);
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &str| add(headers, name, value);
    add(CACHE_CONTROL, cache);
    add(CONTENT_SECURITY_POLICY, &policy);
    add(X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Addresses of links by mail are secrets: they go to nobody.
    add(REFERRER_POLICY, "no-referrer");
    add(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    add(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    add(
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()",
    );
    // For browsers that do not know frame-ancestors.
    add(HeaderName::from_static("x-frame-options"), "DENY");
    if secure {
        add(
            STRICT_TRANSPORT_SECURITY,
            "max-age=63072000; includeSubDomains",
        );
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if !headers.contains_key(&name)
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.insert(name, value);
    }
}
