//! Where to go after signing in: a path of this portal, on the side the person signed in to.
//!
//! `next` comes from the address bar, so anybody can write it. Whatever is not plainly a path here
//! is replaced by the side's start page without a word: nothing is gained by an error.

use super::id::InvoiceId;

/// A side of the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// `/`: clients.
    Client,
    /// `/admin`: staff.
    Staff,
}

impl Side {
    /// The start page.
    pub const fn home(self) -> &'static str {
        match self {
            Self::Client => "/",
            Self::Staff => "/admin",
        }
    }
    /// The sign-in page.
    pub const fn sign_in(self) -> &'static str {
        match self {
            Self::Client => "/sign-in",
            Self::Staff => "/admin/sign-in",
        }
    }
}

/// A same-origin path with its query, safe in a `Location` header.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Next(String);

impl Next {
    /// The one door: what was asked for if it is a path of that side, else the side's start page.
    pub fn parse(side: Side, asked: Option<&str>) -> Self {
        match asked {
            Some(path) if is_path_of(side, path) => Self(path.to_owned()),
            _ => Self(side.home().to_owned()),
        }
    }
    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The invoice that it leads to, which is where the code on a printed one leads.
    pub fn invoice(&self) -> Option<InvoiceId> {
        let path = self.0.split('?').next()?;
        InvoiceId::parse(path.strip_prefix("/billing/")?).ok()
    }
}

fn is_path_of(side: Side, asked: &str) -> bool {
    let visible = |b: u8| b.is_ascii_graphic() && !b"\\\"<>`{}|^#".contains(&b);
    if asked.len() > 512 || !asked.bytes().all(visible) {
        return false;
    }
    let path = asked.split('?').next().unwrap_or_default();
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    // Three things a path must not do: be `//host`, which leaves the portal; hide what a segment
    // is called behind an escape; walk to the other side by dots.
    let lower = path.to_ascii_lowercase();
    let leaves = path.contains("//");
    let hides = ["%2f", "%5c", "%2e"]
        .iter()
        .any(|escape| lower.contains(escape));
    let walks = rest.split('/').any(|segment| matches!(segment, "." | ".."));
    let first = rest.split('/').next().unwrap_or_default();
    if leaves || hides || walks || first.contains('%') {
        return false;
    }
    let is_signing = path == side.sign_in() || path.ends_with("/sign-out");
    match side {
        Side::Client => !first.eq_ignore_ascii_case("admin") && !is_signing,
        Side::Staff => first == "admin" && !is_signing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_of_the_side_are_kept() {
        for path in [
            "/documents",
            "/documents/1?sort=name&page=2",
            "/documents/a%20b",
            "/",
            "/profile",
        ] {
            assert_eq!(Next::parse(Side::Client, Some(path)).as_str(), path);
        }
        for path in ["/admin", "/admin/clients?q=a%20b", "/admin?x=1"] {
            assert_eq!(Next::parse(Side::Staff, Some(path)).as_str(), path);
        }
        assert_eq!(Next::parse(Side::Staff, None).as_str(), "/admin");
    }

    #[test]
    fn an_invoice_is_told_from_other_pages() {
        let id = "01890000-0000-7000-8000-000000000000";
        let of = |path: &str| Next::parse(Side::Client, Some(path)).invoice();
        let found = InvoiceId::parse(id).ok();
        assert!(found.is_some());
        assert_eq!(of(&format!("/billing/{id}")), found);
        assert_eq!(of(&format!("/billing/{id}?left=1")), found);
        for other in ["/billing", "/billing/", "/billing/x", "/billing/statement"] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(of(&format!("/documents/{id}")), None);
        assert_eq!(of(&format!("/billing/{id}/pdf")), None);
        assert_eq!(of(&format!("/billing/receipts/{id}")), None);
    }

    #[test]
    fn anything_else_is_the_start_page() {
        let long = format!("/{}", "a".repeat(512));
        for bad in [
            "",
            "documents",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/ documents",
            "/documents\r\nSet-Cookie: a",
            "/admin",
            "/admin/clients",
            "/ADMIN/clients",
            "/%61dmin",
            "/x/../admin",
            "/x/%2E./admin",
            "/./admin",
            "/documents//x",
            "/é",
            "/sign-in",
            "/sign-out",
            "/a/%2f/b",
            &long,
            "///",
            "/a#b",
        ] {
            assert_eq!(
                Next::parse(Side::Client, Some(bad)).as_str(),
                "/",
                "{bad:?}"
            );
        }
        for bad in [
            "/",
            "/documents",
            "/administrator",
            "/Admin",
            "/admin/sign-in",
            "/admin/../x",
        ] {
            assert_eq!(
                Next::parse(Side::Staff, Some(bad)).as_str(),
                "/admin",
                "{bad:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn the_result_stays_here(raw in "[/\\\\a-z.:?#%25e@ \t]{0,24}|\\PC*") {
            for side in [Side::Client, Side::Staff] {
                let next = Next::parse(side, Some(&raw));
                let path = next.as_str();
                prop_assert!(path.starts_with('/') && !path.starts_with("//"));
                prop_assert!(!path.contains(['\\', '\r', '\n', '\t', ' ']));
                prop_assert_eq!(path == "/admin" || path.starts_with("/admin/") || path.starts_with("/admin?"), side == Side::Staff);
            }
        }
    }
}
