//! How the business looks. D1 holds the truth; KV holds the copy that anonymous pages read.
//!
//! Signed-in pages get the branding from D1 within their one batch, so it is never stale there
//! and costs no KV read. Anonymous pages ask no D1 at all: they read KV once and keep the answer
//! in the isolate for a short while.

use std::sync::{Arc, Mutex, PoisonError};

use worker::KvStore;
use worker::send::{SendFuture, SendWrapper};

use super::{Error, Statement, statement};
pub(crate) use crate::domain::branding::Branding;
use crate::domain::colour::HexColour;
use crate::domain::email::Email;
use crate::domain::image::Logo;
use crate::domain::text::{Line, Name, Paragraphs};
use crate::domain::time::Timestamp;

/// How long an isolate trusts what KV said, in milliseconds. KV itself may lag by a minute.
const KEPT_MS: i64 = 15_000;
const KEY: &str = "branding";

static KEPT: Mutex<Option<(Timestamp, Arc<Branding>)>> = Mutex::new(None);

/// The copy in KV.
#[derive(Clone)]
pub(crate) struct BrandingCache(Arc<SendWrapper<KvStore>>);

impl BrandingCache {
    /// Wraps the binding that `entry` took from the environment.
    pub(crate) fn new(kv: KvStore) -> Self {
        Self(Arc::new(SendWrapper::new(kv)))
    }

    /// The branding for a page that asks no D1. Missing: the default.
    pub(crate) async fn read(&self, now: Timestamp) -> Result<Arc<Branding>, Error> {
        if let Some((at, kept)) = &*KEPT.lock().unwrap_or_else(PoisonError::into_inner)
            && (0..KEPT_MS).contains(&(now.0 - at.0))
        {
            return Ok(Arc::clone(kept));
        }
        let text = SendFuture::new(async { self.0.get(KEY).text().await.map_err(failed) }).await?;
        let branding = match text {
            Some(text) => Arc::new(serde_json::from_str(&text)?),
            None => Arc::default(),
        };
        keep(now, Arc::clone(&branding));
        Ok(branding)
    }

    /// The same, or a plain look where KV does not answer: nobody stands before a closed door for a colour.
    pub(crate) async fn read_or_plain(&self, now: Timestamp) -> Arc<Branding> {
        self.read(now).await.unwrap_or_else(|problem| {
            worker::console_warn!("the page has a plain look: {problem}");
            Arc::default()
        })
    }

    /// Puts the truth of D1 into the copy, after each change and once an hour.
    pub(crate) async fn write(&self, branding: &Branding, now: Timestamp) -> Result<(), Error> {
        let text = serde_json::to_string(branding)?;
        SendFuture::new(async {
            let put = self.0.put(KEY, text).map_err(failed)?;
            put.execute().await.map_err(failed)
        })
        .await?;
        keep(now, Arc::new(branding.clone()));
        Ok(())
    }
}

fn keep(now: Timestamp, branding: Arc<Branding>) {
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, branding));
}

fn failed(error: worker::KvError) -> Error {
    Error::Unavailable {
        binding: "KV",
        cause: error.to_string(),
    }
}

/// The columns of [`Branding`], of `business b`, for pages of who is signed in.
pub(super) const BRANDING: &str = "b.name AS business_name, b.colour, b.logo_hash, b.logo_width, b.logo_height, \
     b.welcome_text, b.support_email, b.support_phone, 0 AS link_by_mail";

/// The [`Branding`] as D1 has it, with what the copy for everybody knows besides.
pub(crate) fn truth() -> Statement {
    statement!(
        "SELECT b.name AS business_name, b.colour, b.logo_hash, b.logo_width, b.logo_height, \
         b.welcome_text, b.support_email, b.support_phone, \
         coalesce((SELECT pay_without_account FROM billing WHERE id = 1), 1) AS link_by_mail FROM business b WHERE b.id = 1"
    )
}

/// Refuses the batch if the branding is another one than was read
/// ([`Meanwhile`](super::Conflict::Meanwhile)).
pub(crate) fn stands(read: &Branding) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM business WHERE id = 1 AND name = ?1 \
         AND colour = ?2 AND logo_hash IS ?3 AND welcome_text = ?4 AND support_email IS ?5 AND support_phone IS ?6)",
        read.name.as_str(),
        read.colour.as_str(),
        read.logo_hash.as_deref(),
        read.welcome_text.as_str(),
        read.support_email.as_deref(),
        read.support_phone.as_deref()
    )
}

/// What the branding form says, read into its types. The phone number is as typed.
#[derive(Debug)]
pub(crate) struct Look {
    /// Name of the business.
    pub(crate) name: Name,
    /// The brand's colour.
    pub(crate) colour: HexColour,
    /// Shown on the sign-in page.
    pub(crate) welcome_text: Option<Paragraphs>,
    /// Where clients ask for help.
    pub(crate) support_email: Option<Email>,
    /// Where clients ask for help.
    pub(crate) support_phone: Option<Line<40>>,
}

/// Puts name, colour and words in place; the logo stays.
pub(crate) fn change(look: &Look, now: Timestamp) -> Statement {
    statement!(
        "UPDATE business SET name = ?1, colour = ?2, welcome_text = ?3, support_email = ?4, \
         support_phone = ?5, updated_at = ?6 WHERE id = 1",
        look.name.as_str(),
        look.colour.to_string(),
        look.welcome_text.as_ref().map_or("", Paragraphs::as_str),
        look.support_email.as_ref().map(Email::as_str),
        look.support_phone.as_ref().map(Line::as_str),
        now
    )
}

/// What becomes of the logo.
#[derive(Debug)]
pub(crate) enum LogoChange {
    /// It stays.
    Keep,
    /// There is none from now on. Its file stays in R2: mails that went out show it.
    Remove,
    /// This one, whose file is in R2 already under its SHA-256, hex.
    To(String, Logo),
}

/// Puts the logo in place, or takes it away; nothing where it stays.
pub(crate) fn change_logo(change: &LogoChange, now: Timestamp) -> Option<Statement> {
    let (hash, logo) = match change {
        LogoChange::Keep => return None,
        LogoChange::Remove => (None, None),
        LogoChange::To(hash, logo) => (Some(hash.as_str()), Some(logo)),
    };
    Some(statement!(
        "UPDATE business SET logo_hash = ?1, logo_type = ?2, logo_width = ?3, logo_height = ?4, \
         updated_at = ?5 WHERE id = 1",
        hash,
        logo.map(|logo| logo.format.content_type()),
        logo.map(|logo| logo.width),
        logo.map(|logo| logo.height),
        now
    ))
}

/// Puts everything but the name back to [`Branding::default`].
pub(crate) fn reset(now: Timestamp) -> Statement {
    statement!(
        "UPDATE business SET colour = ?1, logo_hash = NULL, logo_type = NULL, logo_width = NULL, \
         logo_height = NULL, welcome_text = '', support_email = NULL, support_phone = NULL, \
         updated_at = ?2 WHERE id = 1",
        Branding::default().colour,
        now
    )
}
