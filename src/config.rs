//! Every setting, read from the environment once per isolate and never guessed.
//!
//! A setting that is missing or wrong is named with its remedy at the first request and in the
//! log. `Debug` shows no secret.

mod recent;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::recent::Recent;
use crate::domain::session::Signed;
use crate::domain::webhook::{Secrets, SecretsError};

/// Where Stripe's API lives.
pub(crate) const STRIPE_API: &str = "https://api.stripe.com";

/// Where settings come from. `entry` reads the worker's environment; tests read a map.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A setting that keeps the portal from running.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {problem}")]
pub(crate) struct Problem {
    setting: &'static str,
    problem: &'static str,
}

/// The settings of a deployment.
pub(crate) struct Config {
    /// `PUBLIC_BASE_URL`: scheme and host that people use, such as `https://portal.example.com`.
    /// Links in mails are built from it alone, whatever a request's headers say.
    pub(crate) base_url: BaseUrl,
    /// `SESSION_KEYS`: keys that sign cookies and seal mails on their way, newest first.
    pub(crate) keys: Keys,
    /// `SETUP_TOKEN`: opens `/admin/setup` while there is no owner. Absent closes it.
    pub(crate) setup_token: Option<String>,
    /// `MAIL_FROM`: `Name <address>`; without it mail stays in the outbox.
    pub(crate) mail_from: Option<String>,
    /// `SMTP_URL`: `smtps://…` or `smtp://…` (STARTTLS).
    pub(crate) smtp_url: Option<String>,
    /// `STRIPE_SECRET_KEY` and what goes with it; without it there is no Pay Now.
    pub(crate) stripe: Option<StripeSettings>,
    /// `STRIPE_WEBHOOK_SECRET`: one, or two separated by a comma while it is being rotated. Without
    /// a usable one the webhook is closed; the error says why.
    pub(crate) webhook_secrets: Result<Secrets, SecretsError>,
}

/// How payments reach Stripe.
#[derive(Clone)]
pub(crate) struct StripeSettings {
    /// `STRIPE_SECRET_KEY`: `sk_…`, or a restricted key `rk_…`.
    pub(crate) key: String,
    /// `STRIPE_API_BASE`: where the API is. Another place than Stripe's own is for a portal on this
    /// machine alone: a live portal must not hand its key to anybody else.
    pub(crate) base: String,
}

impl Config {
    /// Reads and checks all settings.
    pub(crate) fn read(lookup: Lookup<'_>) -> Result<Self, Problem> {
        let text = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let base_url = BaseUrl::parse(text("PUBLIC_BASE_URL").as_deref().unwrap_or_default())?;
        Ok(Self {
            stripe: StripeSettings::parse(
                text("STRIPE_SECRET_KEY"),
                text("STRIPE_API_BASE"),
                &base_url,
            )?,
            webhook_secrets: Secrets::parse(
                text("STRIPE_WEBHOOK_SECRET").as_deref().unwrap_or_default(),
            ),
            base_url,
            keys: Keys::parse(text("SESSION_KEYS").as_deref().unwrap_or_default())?,
            setup_token: match text("SETUP_TOKEN") {
                Some(token) if token.len() < 16 => {
                    return Err(Problem {
                        setting: "SETUP_TOKEN",
                        problem: "use at least 16 random characters, or remove it once the owner exists",
                    });
                }
                token => token,
            },
            mail_from: text("MAIL_FROM"),
            smtp_url: text("SMTP_URL"),
        })
    }
}

impl Config {
    /// Whether payments move real money: by the mode of the key. Without a key only what moved
    /// before is still told of, and that was real.
    pub(crate) fn takes_real_money(&self) -> bool {
        self.stripe.as_ref().is_none_or(StripeSettings::is_live)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base_url", &self.base_url)
            .field("keys", &self.keys)
            .field("setup_token", &self.setup_token.as_ref().map(|_| "…"))
            .field("mail_from", &self.mail_from)
            .field("smtp_url", &self.smtp_url.as_ref().map(|_| "…"))
            .field("stripe", &self.stripe.as_ref().map(|stripe| &stripe.base))
            .field("webhook_secrets", &self.webhook_secrets)
            .finish()
    }
}

impl StripeSettings {
    fn parse(
        key: Option<String>,
        base: Option<String>,
        own: &BaseUrl,
    ) -> Result<Option<Self>, Problem> {
        let Some(key) = key else { return Ok(None) };
        if !["sk_", "rk_"].iter().any(|prefix| key.starts_with(prefix)) {
            return Err(Problem {
                setting: "STRIPE_SECRET_KEY",
                problem: "it begins with sk_ or rk_; copy it from Stripe's dashboard, Developers, API keys",
            });
        }
        let base = base.map_or_else(
            || STRIPE_API.to_owned(),
            |base| base.trim().trim_end_matches('/').to_owned(),
        );
        if base != STRIPE_API && !own.origin().starts_with("http://") {
            return Err(Problem {
                setting: "STRIPE_API_BASE",
                problem: "remove it; another place than Stripe's own is for trying things on your own machine",
            });
        }
        Ok(Some(Self { key, base }))
    }

    /// Whether the key is of the mode where real money moves.
    pub(crate) fn is_live(&self) -> bool {
        self.key.contains("_live_")
    }

    /// The origin of the pages where people pay.
    pub(crate) fn page_origin(&self) -> &str {
        if self.base == STRIPE_API {
            "https://checkout.stripe.com"
        } else {
            &self.base
        }
    }
}

/// An origin: `https://host[:port]`, or plain `http` on this machine alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    origin: String,
    host: String,
}

impl BaseUrl {
    fn parse(text: &str) -> Result<Self, Problem> {
        let problem = |problem| Problem {
            setting: "PUBLIC_BASE_URL",
            problem,
        };
        if text.is_empty() {
            return Err(problem(
                "set it to the address people use, such as https://portal.example.com",
            ));
        }
        // Not the `url` crate: its tables for names in any script weigh 75 kB in the worker.
        let uri: http::Uri = text
            .parse()
            .map_err(|_unreadable| problem("it is not an address; write https:// and the host"))?;
        let host = uri
            .host()
            .map(str::to_ascii_lowercase)
            .ok_or(problem("write https:// and the host"))?;
        let local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        let scheme = match uri.scheme_str() {
            Some("https") => "https",
            Some("http") if local => "http",
            _ => return Err(problem("use https:// (http:// is for localhost alone)")),
        };
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains('#');
        let user = uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'));
        if !bare || user {
            return Err(problem("write the scheme and the host alone, with no path"));
        }
        // Browsers leave out the port that goes without saying.
        let usual = if scheme == "https" { 443 } else { 80 };
        let host = uri
            .port_u16()
            .filter(|port| *port != usual)
            .map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self {
            origin: format!("{scheme}://{host}"),
            host,
        })
    }

    /// `https://portal.example.com`, as browsers send it in `Origin`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The full address of a path of ours.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

/// A secret key with the name that tokens carry.
pub(crate) struct Key {
    /// Key id.
    pub(crate) id: String,
    /// At least 32 bytes.
    pub(crate) secret: Vec<u8>,
}

/// The keys of `SESSION_KEYS`; there is always a newest one.
pub(crate) struct Keys {
    newest: Key,
    older: Vec<Key>,
    /// Tickets that these keys signed, those that came last. Not a setting: it stands here because what one key signed is
    /// true of that key alone.
    pub(crate) tickets: Recent<Signed>,
}

impl Keys {
    fn parse(text: &str) -> Result<Self, Problem> {
        let problem = |problem| Problem {
            setting: "SESSION_KEYS",
            problem,
        };
        let mut keys = Vec::new();
        for entry in text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
        {
            let (id, encoded) = entry
                .split_once(':')
                .ok_or(problem("write each key as name:base64"))?;
            let secret = STANDARD
                .decode(encoded)
                .map_err(|_unreadable| problem("a key is not base64"))?;
            if secret.len() < 32 {
                return Err(problem("a key is shorter than 32 bytes"));
            }
            if id.is_empty() || keys.iter().any(|key: &Key| key.id == id) {
                return Err(problem("each key needs a name of its own"));
            }
            keys.push(Key {
                id: id.to_owned(),
                secret,
            });
        }
        let mut keys = keys.into_iter();
        match keys.next() {
            Some(newest) => Ok(Self {
                newest,
                older: keys.collect(),
                tickets: Recent::default(),
            }),
            None => Err(problem(
                "set one key as name:base64, for instance from: openssl rand -base64 32",
            )),
        }
    }

    /// The key that new tokens are made with.
    pub(crate) fn newest(&self) -> &Key {
        &self.newest
    }

    /// The key of that name, while it is still listed.
    pub(crate) fn named(&self, id: &str) -> Option<&Key> {
        self.all().find(|key| key.id == id)
    }

    /// All keys, newest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.all().map(|key| &key.id))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn read(pairs: &[(&str, &str)]) -> Result<Config, Problem> {
        Config::read(&|name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_setting_is_named() {
        assert_eq!(read(&[]).unwrap_err().setting, "PUBLIC_BASE_URL");
        let base = ("PUBLIC_BASE_URL", "https://portal.example.com/");
        assert_eq!(read(&[base]).unwrap_err().setting, "SESSION_KEYS");
        assert!(read(&[base, ("SESSION_KEYS", KEY)]).is_ok());
    }

    #[test]
    fn the_base_is_an_origin_and_plain_http_is_for_this_machine() {
        let parse = |text| BaseUrl::parse(text);
        assert_eq!(
            parse("http://localhost:8787").unwrap().origin(),
            "http://localhost:8787"
        );
        assert_eq!(
            parse("https://A.example").unwrap().origin(),
            "https://a.example"
        );
        assert_eq!(
            parse("https://a.example:443/").unwrap().origin(),
            "https://a.example"
        );
        for wrong in [
            "",
            "portal.example.com",
            "http://portal.example.com",
            "https://x/y",
            "https://u@x",
            "ftp://x",
            "https://x#y",
            "https://x?y",
        ] {
            assert!(parse(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn a_live_portal_pays_at_stripe_alone() {
        let with = |origin, base| {
            read(&[
                ("PUBLIC_BASE_URL", origin),
                ("SESSION_KEYS", KEY),
                ("STRIPE_SECRET_KEY", "sk_test_x"),
                ("STRIPE_API_BASE", base),
            ])
        };
        assert!(with("http://localhost:1", "http://localhost:2").is_ok());
        assert!(with("https://a.example", "https://api.stripe.com/").is_ok());
        for base in ["http://localhost:2", "https://api.stripe.com.evil.example"] {
            let wrong = with("https://a.example", base).unwrap_err();
            assert_eq!(wrong.setting, "STRIPE_API_BASE");
        }
        let two = read(&[
            ("PUBLIC_BASE_URL", "https://a.example"),
            ("SESSION_KEYS", KEY),
            ("STRIPE_WEBHOOK_SECRET", "whsec_new,whsec_old"),
        ])
        .unwrap();
        assert!(two.webhook_secrets.is_ok() && two.stripe.is_none());
        assert!(!format!("{two:?}").contains("whsec"));
        assert!(two.takes_real_money());
    }

    #[test]
    fn keys_rotate_and_are_never_printed() {
        let keys = Keys::parse(&format!(
            "b:{},{KEY}",
            "B".repeat(44).replace("BBBB", "QUJD")
        ))
        .unwrap();
        assert_eq!(keys.newest().id, "b");
        assert!(keys.named("a").is_some() && keys.named("c").is_none());
        assert_eq!(format!("{keys:?}"), r#"["b", "a"]"#);
        for wrong in [
            "",
            "a",
            "a:AAEC",
            ":AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        ] {
            assert!(Keys::parse(wrong).is_err(), "{wrong} was taken");
        }
        assert!(Keys::parse(&format!("{KEY},{KEY}")).is_err());
    }
}
