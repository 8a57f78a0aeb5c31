//! Where to go after signing in: a path of this portal, on the side the person signed in to.
//!
//! `next` comes from the address bar, so anybody can write it. Whatever is not plainly a path here
//! is replaced by the side's start page without a word: nothing is gained by an error.

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
    /// Whether it is the side's start page, which needs no mention in an address.
    pub fn is_home(&self, side: Side) -> bool {
        self.0 == side.home()
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
    // An empty first segment would be `//host`; dots would let the browser walk to the other side;
    // an encoded letter could hide where a segment leads.
    let mut segments = rest.split('/');
    let first = segments.next().unwrap_or_default();
    let empty_within = rest.contains("//") || (first.is_empty() && !rest.is_empty());
    let walks = rest.split('/').any(|s| {
        matches!(
            s.to_ascii_lowercase().replace("%2e", ".").as_str(),
            "." | ".."
        )
    });
    let hidden = first.contains('%')
        || path.to_ascii_lowercase().contains("%2f")
        || path.to_ascii_lowercase().contains("%5c");
    if empty_within || walks || hidden {
        return false;
    }
    let is_admin = first.eq_ignore_ascii_case("admin");
    let signs = |p: &str| p == side.sign_in() || p.ends_with("/sign-out") || p == "/sign-out";
    is_admin == (side == Side::Staff) && (!is_admin || first == "admin") && !signs(path)
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
            "/",
            "/a%20b".trim(),
            "/profile",
        ] {
            let want = if path == "/a%20b" { "/" } else { path };
            assert_eq!(Next::parse(Side::Client, Some(path)).as_str(), want);
        }
        for path in ["/admin", "/admin/clients?q=a%20b", "/admin?x=1"] {
            assert_eq!(Next::parse(Side::Staff, Some(path)).as_str(), path);
        }
        assert!(Next::parse(Side::Staff, None).is_home(Side::Staff));
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
