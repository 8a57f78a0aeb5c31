//! `SMTP_URL`, read once and never guessed at.
//!
//! `smtps://user:password@host` speaks TLS from the first byte (port 465).
//! `smtp://user:password@host` starts plain and must be able to change over to
//! TLS with STARTTLS (port 587). `smtp://localhost:1025?tls=off` does without,
//! and is taken for this machine only.
//!
//! Read by hand: a general URL parser cannot tell a password with a stray `/`
//! from a bad port, and the sentence about it would help nobody.

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use percent_encoding::percent_decode_str;

use super::error::BadSetting;

/// How the conversation is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte.
    Implicit,
    /// By STARTTLS; a server that does not offer it is refused.
    Upgrade,
    /// Never. Loopback only.
    Off,
}

/// A mail server, and how to sign in to it. `Debug` leaves the password out.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) login: Option<Login>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl SmtpSettings {
    /// Reads `SMTP_URL`. The error says what is wrong with it, without
    /// repeating any of it but the names of parameters.
    pub fn parse(value: &str) -> Result<Self, BadSetting> {
        let (implicit, rest) = scheme(value.trim())
            .ok_or_else(|| bad("must begin with smtps:// or smtp://, as in smtps://user:password@mail.example.com."))?;
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if tail.contains('@') {
            return Err(bad(
                "has a / or ? or # before the @. In the user and password write / as %2F, ? as %3F, # as %23.",
            ));
        }
        let query = tail.strip_prefix('/').unwrap_or(tail);
        let query = query.strip_prefix('?').unwrap_or(query);
        if query.contains(['/', '#', '?'])
            || (tail.starts_with('/') && !query.is_empty() && !tail.starts_with("/?"))
        {
            return Err(bad(
                "has something after the server's name that does not belong there.",
            ));
        }
        let (user_info, server) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = host_and_port(server)?;
        let tls = tls(implicit, is_loopback(host), query)?;
        let port = port.unwrap_or(if implicit { 465 } else { 587 });
        if port == 25 && tls != Tls::Off {
            return Err(bad(
                "has port 25, which Cloudflare does not let workers reach. Use 465 or 587.",
            ));
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            tls,
            login: login(user_info)?,
        })
    }

    /// `host:port`, for sentences.
    pub fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("user", &self.login.as_ref().map(|login| &login.user))
            .field("password", &self.login.as_ref().map(|_| "…"))
            .finish()
    }
}

fn bad(problem: impl Into<String>) -> BadSetting {
    BadSetting {
        setting: "SMTP_URL",
        problem: problem.into(),
    }
}

/// Whether TLS is spoken from the first byte, and what follows the `://`.
fn scheme(url: &str) -> Option<(bool, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "smtps" => Some((true, rest)),
        "smtp" => Some((false, rest)),
        _ => None,
    }
}

/// `host`, `host:port`, `[::1]:port`.
fn host_and_port(server: &str) -> Result<(&str, Option<u16>), BadSetting> {
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (server, None),
    };
    if host.is_empty() {
        return Err(bad("names no mail server after the @."));
    }
    let in_brackets = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let known = match in_brackets {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)),
    };
    if !known {
        return Err(bad(
            "names a mail server with characters that no server's name has.",
        ));
    }
    match port.map(str::parse::<u16>) {
        None => Ok((host, None)),
        Some(Ok(port)) if port > 0 => Ok((host, Some(port))),
        Some(_) => Err(bad(
            "has a port that is not a number from 1 to 65535. Leave it out, or write 465 or 587.",
        )),
    }
}

fn tls(implicit: bool, loopback: bool, query: &str) -> Result<Tls, BadSetting> {
    let mut tls = if implicit {
        Tls::Implicit
    } else {
        Tls::Upgrade
    };
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        tls = match parameter.split_once('=').unwrap_or((parameter, "")) {
            ("tls", "off") if implicit => {
                return Err(bad(
                    "says smtps:// and tls=off at once. Write smtp:// for no TLS.",
                ));
            }
            ("tls", "off") if !loopback => {
                return Err(bad("says tls=off, which is taken for localhost only: \
                     elsewhere the password and the mail could be read on the way."));
            }
            ("tls", "off") => Tls::Off,
            ("tls", _) => return Err(bad("has a parameter tls that can only be tls=off.")),
            (name, _) => {
                let name = super::error::quotable(name);
                return Err(bad(format!(
                    "has a parameter “{name}” that is not known. Only tls=off is."
                )));
            }
        };
    }
    Ok(tls)
}

fn login(user_info: &str) -> Result<Option<Login>, BadSetting> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let decode = |part: &str, what: &str| {
        percent_decode_str(part)
            .decode_utf8()
            .map(Cow::into_owned)
            .map_err(|_| bad(format!("has a {what} that is not UTF-8 once decoded.")))
    };
    let (user, password) = (decode(user, "user name")?, decode(password, "password")?);
    match (user.is_empty(), password.is_empty()) {
        (true, true) => Ok(None),
        (true, false) => Err(bad("has a password but no user name.")),
        (false, true) => Err(bad("has a user name but no password.")),
        (false, false) if user.contains('\0') || password.contains('\0') => {
            Err(bad("has a zero byte in the user name or password."))
        }
        (false, false) => Ok(Some(Login { user, password })),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host == "[::1]"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (String, u16, Tls, Option<(String, String)>) {
        let s = SmtpSettings::parse(url).unwrap();
        (s.host, s.port, s.tls, s.login.map(|l| (l.user, l.password)))
    }

    #[test]
    fn the_forms_that_are_taken() {
        let login = |u: &str, p: &str| Some((u.to_owned(), p.to_owned()));
        let host = || "mail.example.com".to_owned();
        for (url, expected) in [
            (
                "smtps://u:p@mail.example.com:465",
                (host(), 465, Tls::Implicit, login("u", "p")),
            ),
            (
                "smtps://u:p@mail.example.com",
                (host(), 465, Tls::Implicit, login("u", "p")),
            ),
            (
                "smtp://u:p@mail.example.com",
                (host(), 587, Tls::Upgrade, login("u", "p")),
            ),
            (
                " smtp://u:p@mail.example.com:2525/ ",
                (host(), 2525, Tls::Upgrade, login("u", "p")),
            ),
            ("smtp://mail.example.com", (host(), 587, Tls::Upgrade, None)),
            (
                "smtps://me%40example.com:p%40s%2Fs%20w%3Ard%25+%C3%BC@mail.example.com",
                (
                    host(),
                    465,
                    Tls::Implicit,
                    login("me@example.com", "p@s/s w:rd%+ü"),
                ),
            ),
            (
                "smtps://me@example.com:p@mail.example.com",
                (host(), 465, Tls::Implicit, login("me@example.com", "p")),
            ),
            (
                "smtp://localhost:1025?tls=off",
                ("localhost".into(), 1025, Tls::Off, None),
            ),
            (
                "smtp://u:p@127.0.0.1:25?tls=off",
                ("127.0.0.1".into(), 25, Tls::Off, login("u", "p")),
            ),
            (
                "smtp://[::1]:1025?tls=off",
                ("[::1]".into(), 1025, Tls::Off, None),
            ),
            (
                "SMTP://LocalHost:1025/?tls=off",
                ("LocalHost".into(), 1025, Tls::Off, None),
            ),
            (
                "smtp://localhost:1025",
                ("localhost".into(), 1025, Tls::Upgrade, None),
            ),
        ] {
            assert_eq!(read(url), expected, "{url}");
        }
    }

    #[test]
    fn the_forms_that_are_refused_and_why() {
        for (url, why) in [
            ("", "must begin with smtps://"),
            ("mail.example.com", "must begin with smtps://"),
            ("mail.example.com:465", "must begin with smtps://"),
            ("https://u:p@mail.example.com", "must begin with smtps://"),
            ("smtps:mail.example.com", "must begin with smtps://"),
            ("smtps://", "names no mail server"),
            ("smtps://u:p@", "names no mail server"),
            ("smtps://u:p@:465", "names no mail server"),
            (
                "smtps://u:p@mail.example.com:99999",
                "port that is not a number",
            ),
            ("smtps://u:p@mail.example.com:", "port that is not a number"),
            (
                "smtps://u:p@mail.example.com:0",
                "port that is not a number",
            ),
            ("smtps://user:pass", "port that is not a number"),
            ("smtps://u:pa/ss@mail.example.com", "write / as %2F"),
            ("smtps://u:pa#ss@mail.example.com", "write / as %2F"),
            (
                "smtps://u:p@mail.example.com/inbox",
                "something after the server's name",
            ),
            (
                "smtps://u:p@mail.example.com#x",
                "something after the server's name",
            ),
            (
                "smtps://u:p@bücher.example",
                "characters that no server's name has",
            ),
            (
                "smtps://u:p@mail example.com",
                "characters that no server's name has",
            ),
            (
                "smtps://u:p@[::g]:465",
                "characters that no server's name has",
            ),
            ("smtps://u@mail.example.com", "user name but no password"),
            ("smtps://:p@mail.example.com", "password but no user name"),
            ("smtps://u:%FF@mail.example.com", "not UTF-8"),
            ("smtps://u:p%00q@mail.example.com", "zero byte"),
            (
                "smtp://u:p@mail.example.com:25",
                "does not let workers reach",
            ),
            ("smtp://u:p@mail.example.com?tls=off", "localhost only"),
            (
                "smtp://u:p@localhost.evil.example?tls=off",
                "localhost only",
            ),
            ("smtp://localhost@evil.example?tls=off", "localhost only"),
            ("smtp://u:p@10.0.0.1?tls=off", "localhost only"),
            ("smtps://localhost?tls=off", "smtps:// and tls=off at once"),
            ("smtp://localhost?tls=no", "only be tls=off"),
            ("smtp://localhost?tls", "only be tls=off"),
            ("smtp://localhost?timeout=5", "“timeout” that is not known"),
        ] {
            let error = SmtpSettings::parse(url)
                .map(|s| s.server())
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("SMTP_URL ") && error.contains(why),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn neither_debug_nor_errors_show_the_password() {
        let settings = SmtpSettings::parse("smtps://user:hunter2@mail.example.com").unwrap();
        let shown = format!("{settings:?}");
        assert!(
            shown.contains("user") && !shown.contains("hunter2"),
            "{shown}"
        );
        for url in [
            "smtps://user:hunter2@mail.example.com:x",
            "smtps://user:hunter2@mail.example.com?hunter=2",
        ] {
            let error = SmtpSettings::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }
}
