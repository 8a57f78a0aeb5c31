//! Whether a request comes from our own pages and to our own name.
//!
//! Unsafe methods need `Sec-Fetch-Site: same-origin` or `none`, which no page elsewhere can set; a
//! browser too old to send it must send an `Origin` equal to ours. Neither: refused. So is an `Origin`
//! of somebody else, whatever stands beside it; `null` says nothing: forms of pages without a referrer,
//! as ours are, send it. A request for a host that is not ours is refused before anything else, so no
//! page or link can be made for it.

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allow,
    /// 403: it comes from another site.
    OtherSite,
    /// 403: nothing says where it comes from.
    Unproven,
}

/// Whether a request of this method only reads (RFC 9110, 9.2.1).
pub fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// Decides from the method and the headers `Sec-Fetch-Site` and `Origin`. `base` is the portal's
/// own address; only its origin counts.
pub fn decide(
    method: &str,
    sec_fetch_site: Option<&str>,
    origin: Option<&str>,
    base: &str,
) -> Verdict {
    if is_safe(method) {
        return Verdict::Allow;
    }
    let own = origin_of(base);
    match (sec_fetch_site, origin) {
        (Some("same-origin" | "none"), None | Some("null")) => Verdict::Allow,
        (Some("same-origin" | "none") | None, Some(_)) if origin == own => Verdict::Allow,
        (None, None) => Verdict::Unproven,
        (Some(_), _) | (None, Some(_)) => Verdict::OtherSite,
    }
}

/// Whether the request's `Host` (with its port, if any) is the portal's own. If not: 421.
pub fn is_own_host(host: Option<&str>, base: &str) -> bool {
    let Some((scheme, own)) = origin_of(base).and_then(|o| o.split_once("://")) else {
        return false;
    };
    let default_port = if scheme.eq_ignore_ascii_case("https") {
        ":443"
    } else {
        ":80"
    };
    let plain = |h: &str| {
        let lower = h.to_ascii_lowercase();
        lower
            .strip_suffix(default_port)
            .map_or(lower.clone(), str::to_owned)
    };
    host.is_some_and(|host| !host.is_empty() && plain(host) == plain(own))
}

/// The origin of an address: scheme, host and port, without what follows.
pub fn origin_of(address: &str) -> Option<&str> {
    let start = address.find("://")? + 3;
    let rest = address.get(start..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if end == 0 {
        None
    } else {
        address.get(..start + end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://portal.example";

    #[test]
    fn safe_methods_need_nothing() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert_eq!(
                decide(
                    method,
                    Some("cross-site"),
                    Some("https://evil.example"),
                    BASE
                ),
                Verdict::Allow
            );
        }
    }

    #[test]
    fn unsafe_methods_need_a_proof() {
        for method in ["POST", "PUT", "PATCH", "DELETE", "get", "PROPFIND"] {
            let post = |site, origin| decide(method, site, origin, BASE);
            assert_eq!(post(Some("same-origin"), None), Verdict::Allow);
            assert_eq!(post(Some("none"), None), Verdict::Allow);
            for site in ["same-origin", "none"] {
                assert_eq!(post(Some(site), Some(BASE)), Verdict::Allow);
                assert_eq!(post(Some(site), Some("null")), Verdict::Allow);
                for foreign in ["https://evil.example", "http://portal.example", ""] {
                    assert_eq!(post(Some(site), Some(foreign)), Verdict::OtherSite);
                }
            }
            assert_eq!(post(Some("same-site"), Some(BASE)), Verdict::OtherSite);
            assert_eq!(post(Some("cross-site"), Some(BASE)), Verdict::OtherSite);
            assert_eq!(post(Some(""), Some(BASE)), Verdict::OtherSite);
            assert_eq!(post(None, Some(BASE)), Verdict::Allow);
            assert_eq!(post(None, Some("null")), Verdict::OtherSite);
            assert_eq!(
                post(None, Some("https://portal.example.evil.example")),
                Verdict::OtherSite
            );
            assert_eq!(
                post(None, Some("http://portal.example")),
                Verdict::OtherSite
            );
            assert_eq!(post(None, None), Verdict::Unproven);
        }
        assert_eq!(
            decide("POST", None, Some(BASE), "https://portal.example/"),
            Verdict::Allow
        );
    }

    #[test]
    fn only_the_own_host_is_known() {
        assert!(is_own_host(Some("portal.example"), BASE));
        assert!(is_own_host(Some("Portal.Example:443"), BASE));
        assert!(is_own_host(Some("localhost:8787"), "http://localhost:8787"));
        for host in [
            None,
            Some(""),
            Some("evil.example"),
            Some("portal.example:8443"),
            Some("portal.example."),
            Some("a@portal.example"),
        ] {
            assert!(!is_own_host(host, BASE), "{host:?}");
        }
        assert!(!is_own_host(
            Some("localhost:8788"),
            "http://localhost:8787"
        ));
        assert!(!is_own_host(Some("portal.example"), "nonsense"));
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        assert_eq!(
            origin_of("https://a.example:1/b?c"),
            Some("https://a.example:1")
        );
        assert_eq!(origin_of("https:///b"), None);
        assert_eq!(origin_of("a.example"), None);
    }
}
