//! Cookies: the signed session ticket, the one-shot flash message, and how each is set.
//!
//! The ticket is a JWT (HS256, key id for rotation) that names a session row. A forged or
//! expired one is refused here, before D1 is asked; the row decides the rest. It also says when
//! the row was last touched, so that reads within the same minute write nothing. An isolate remembers tickets whose
//! signature it has checked ([`Keys`]); time, side and row are asked each time.

use axum::extract::MatchedPath;
use chrono::DateTime;
use http::header::COOKIE;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method};
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{AlgorithmExt as _, Claims, Header, UntrustedToken};
use serde::{Deserialize, Serialize};

use super::routes;
use crate::app::App;
use crate::config::Keys;
use crate::domain::id::SessionId;
use crate::domain::next::{Next, Side};
use crate::domain::session::Signed;
use crate::domain::time::{Millis, Timestamp};
use crate::store::{Statement, session};

impl Side {
    /// Name of the side's cookie. The prefix makes browsers insist on Secure, Path=/ and no
    /// Domain (RFC 6265bis), so that no sibling host can plant one.
    pub(crate) const fn cookie(self) -> &'static str {
        match self {
            Self::Staff => "__Host-portico-staff",
            Self::Client => "__Host-portico",
        }
    }

    const fn audience(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Client => "client",
        }
    }

    /// Where the person wanted to go: the page of a GET, the page that shows the form that was
    /// sent if it has the same address, else the side's start.
    pub(crate) fn next_of(self, parts: &Parts) -> String {
        let asked = if parts.method == Method::GET {
            parts.uri.path_and_query().map(PathAndQuery::as_str)
        } else {
            let route = parts.extensions.get::<MatchedPath>();
            route
                .is_some_and(|route| routes::has_page(route.as_str()))
                .then(|| parts.uri.path())
        };
        Next::parse(self, asked).as_str().to_owned()
    }

    /// Where one proves again who one is.
    pub(crate) const fn confirm(self) -> &'static str {
        match self {
            Self::Staff => "/admin/confirm",
            Self::Client => "/confirm",
        }
    }
}

/// What a session cookie says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// The row it names.
    pub(crate) session: SessionId,
    /// When that row was last touched.
    pub(crate) touched: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Body {
    sid: SessionId,
    aud: String,
    seen: Timestamp,
}

impl Ticket {
    /// The row is touched once a minute, and the cookie with it.
    pub(crate) fn is_due(self, now: Timestamp) -> bool {
        now.0 - self.touched.0 >= Millis::minutes(1).0
    }

    /// Signs the ticket. It expires with the session's idle time.
    pub(crate) fn sign(self, side: Side, keys: &Keys) -> Option<String> {
        self.sign_for(side.audience(), side.idle(), keys)
    }

    /// Signs a ticket for one use, for so long.
    pub(crate) fn sign_for(self, audience: &str, lasts: Millis, keys: &Keys) -> Option<String> {
        let mut claims = Claims::new(Body {
            sid: self.session,
            aud: audience.to_owned(),
            seen: self.touched,
        });
        claims.expiration = DateTime::from_timestamp_millis(self.touched.plus(lasts).0);
        let key = keys.newest();
        let header = Header::empty().with_key_id(key.id.as_str());
        Hs256
            .token(&header, &claims, &Hs256Key::new(&key.secret))
            .ok()
    }

    /// Reads and verifies a ticket. `None` for anything that we did not sign or that has ended.
    pub(crate) fn verify(text: &str, side: Side, keys: &Keys, now: Timestamp) -> Option<Self> {
        Self::verify_for(text, side.audience(), keys, now)
    }

    /// The same, of a ticket for one use.
    pub(crate) fn verify_for(
        text: &str,
        audience: &str,
        keys: &Keys,
        now: Timestamp,
    ) -> Option<Self> {
        // The same ticket comes with each request of a minute. That we signed it does not change; the rest may.
        let signed = keys.tickets.of(text, || signed(text, keys))?;
        (signed.audience == audience && now <= signed.expires).then_some(Self {
            session: signed.session,
            touched: signed.touched,
        })
    }

    /// The side's ticket among the request's cookies.
    pub(crate) fn of(headers: &HeaderMap, side: Side, keys: &Keys, now: Timestamp) -> Option<Self> {
        Self::verify(&read(headers, side.cookie())?, side, keys, now)
    }
}

/// What a ticket says, if one of our keys signed it.
fn signed(text: &str, keys: &Keys) -> Option<Signed> {
    let token = UntrustedToken::new(text).ok()?;
    let key = keys.named(token.header().key_id.as_deref()?)?;
    let token = Hs256
        .validator::<Body>(&Hs256Key::new(&key.secret))
        .validate(&token)
        .ok()?;
    let (_, claims) = token.into_parts();
    Some(Signed {
        session: claims.custom.sid,
        touched: claims.custom.seen,
        audience: claims.custom.aud,
        expires: Timestamp(claims.expiration?.timestamp_millis()),
    })
}

/// The value of a cookie. Two of one name are a trick: neither is taken.
pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut found = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned());
    match (found.next(), found.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

/// A `Set-Cookie` value that scripts cannot read and other sites cannot make a browser send with
/// their forms. Without `max_age` it ends with the browser.
pub(crate) fn set(name: &str, value: &str, max_age: Option<Millis>) -> String {
    let age = max_age.map_or_else(String::new, |age| format!("; Max-Age={}", age.0 / 1000));
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}")
}

/// Takes a cookie away.
pub(crate) fn clear(name: &str) -> String {
    set(name, "", Some(Millis(0)))
}

/// The statement that notes the session as used, once a minute, and the cookie that says so.
pub(crate) fn touch(app: &App, ticket: Ticket, side: Side) -> Option<Statement> {
    if !ticket.is_due(app.now) {
        return None;
    }
    let touched = Ticket {
        touched: app.now,
        ..ticket
    };
    give(app, touched, side);
    Some(session::touch(ticket.session, app.now, side))
}

/// Gives the browser its ticket.
pub(crate) fn give(app: &App, ticket: Ticket, side: Side) {
    if let Some(signed) = ticket.sign(side, &app.config.keys) {
        app.set_cookie(set(side.cookie(), &signed, Some(side.idle())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::domain::hard_cases::{any_text, hard};

    fn keys(text: &str) -> Keys {
        let config = Config::read(&|name| match name {
            "PUBLIC_BASE_URL" => Some("https://portal.example".to_owned()),
            "SESSION_KEYS" => Some(text.to_owned()),
            _ => None,
        });
        config.unwrap().keys
    }

    const OLD: &str = "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "b:HxECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn ticket() -> Ticket {
        Ticket {
            session: SessionId::new(Timestamp(1_700_000_000_000), [7; 10]),
            touched: Timestamp(1_700_000_000_123),
        }
    }

    #[test]
    fn a_ticket_comes_back_until_it_expires() {
        let keys = keys(OLD);
        let text = ticket().sign(Side::Client, &keys).unwrap();
        let at = |ms: i64| Timestamp(1_700_000_000_123 + ms);
        assert_eq!(
            Ticket::verify(&text, Side::Client, &keys, at(0)),
            Some(ticket())
        );
        let day: i64 = 24 * 3_600_000;
        assert!(Ticket::verify(&text, Side::Client, &keys, at(day - 2_000)).is_some());
        assert!(Ticket::verify(&text, Side::Client, &keys, at(day + 2_000)).is_none());
        assert!(
            Ticket::verify(&text, Side::Staff, &keys, at(0)).is_none(),
            "wrong side"
        );
    }

    #[test]
    fn a_ticket_seen_before_is_judged_anew() {
        let ours = keys(OLD);
        let text = ticket().sign(Side::Client, &ours).unwrap();
        let at = |ms: i64| Timestamp(1_700_000_000_123 + ms);
        let verify = |text: &str, side, now| Ticket::verify(text, side, &ours, now);
        assert!(verify(&text, Side::Client, at(0)).is_some());
        assert_eq!(verify(&text, Side::Staff, at(0)), None, "of the other side");
        // It says whole seconds.
        let last = 86_400_000 - 123;
        assert!(
            verify(&text, Side::Client, at(last)).is_some(),
            "good until then"
        );
        assert_eq!(verify(&text, Side::Client, at(last + 1)), None, "too late");
        let (words, _) = text.rsplit_once('.').unwrap();
        let other = ticket().sign(Side::Client, &keys(NEW)).unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        let forged = format!("{words}.{signature}");
        assert_eq!(verify(&forged, Side::Client, at(0)), None);
        assert_eq!(verify(words, Side::Client, at(0)), None);
    }

    #[test]
    fn keys_rotate_and_forgeries_fail() {
        let text = ticket().sign(Side::Client, &keys(OLD)).unwrap();
        let now = ticket().touched;
        assert!(Ticket::verify(&text, Side::Client, &keys(&format!("{NEW},{OLD}")), now).is_some());
        assert!(Ticket::verify(&text, Side::Client, &keys(NEW), now).is_none());
        let renamed = NEW.replacen('b', "a", 1);
        assert!(Ticket::verify(&text, Side::Client, &keys(&renamed), now).is_none());
        for forged in ["", "x.y.z", "eyJhbGciOiJub25lIn0.e30."] {
            assert!(Ticket::verify(forged, Side::Client, &keys(OLD), now).is_none());
        }
    }

    #[test]
    fn doubled_cookies_are_not_taken() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "a=1; __Host-portico=x; b=2".parse().unwrap());
        assert_eq!(read(&headers, "__Host-portico").as_deref(), Some("x"));
        headers.append(COOKIE, "__Host-portico=y".parse().unwrap());
        assert_eq!(read(&headers, "__Host-portico"), None);
    }

    #[test]
    fn no_cookie_is_a_ticket_by_chance() {
        let keys = keys(OLD);
        let tried = |line: &str| {
            let mut headers = HeaderMap::new();
            if let Ok(value) = line.parse() {
                headers.insert(COOKIE, value);
            }
            for side in [Side::Client, Side::Staff] {
                assert_eq!(
                    Ticket::of(&headers, side, &keys, ticket().touched),
                    None,
                    "{line:?}"
                );
                assert_eq!(
                    Ticket::verify(line, side, &keys, ticket().touched),
                    None,
                    "{line:?}"
                );
            }
        };
        for case in &hard("cookie") {
            tried(case);
        }
        let mut runner = proptest::test_runner::TestRunner::default();
        let run = runner.run(&any_text("cookie"), |line| {
            tried(&line);
            Ok(())
        });
        run.unwrap();
    }

    proptest::proptest! {
        #[test]
        fn a_ticket_with_any_letter_changed_is_none(at: proptest::sample::Index, letter in "[A-Za-z0-9_.-]") {
            let keys = keys(OLD);
            let good = ticket().sign(Side::Client, &keys).unwrap();
            // The good one is known from now on.
            proptest::prop_assert!(Ticket::verify(&good, Side::Client, &keys, ticket().touched).is_some());
            let at = at.index(good.len());
            let forged = format!("{}{letter}{}", &good[..at], &good[at + 1..]);
            // The last letter of a part says six bits of which not all are used.
            let same = forged == good || Ticket::verify(&forged, Side::Client, &keys, ticket().touched).is_none();
            proptest::prop_assert!(same || good[at + 1..].is_empty() || good[at + 1..].starts_with('.'), "{}", forged);
        }
    }
}
