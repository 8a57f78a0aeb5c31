//! What surrounds every page: the business's look, who is signed in, the last action's message.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use askama::FastWritable;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{cookie, kept};
use crate::app::App;
use crate::domain::branding::Branding;
use crate::domain::colour::{HexColour, Palette};

/// The look of the business, ready for a template.
#[derive(Debug, Clone)]
pub(crate) struct Brand {
    /// Name of the business.
    pub(crate) name: String,
    /// Address of the logo.
    pub(crate) logo_url: Option<String>,
    /// The brand's colours as CSS custom properties.
    pub(crate) style: Arc<Style>,
    /// Where clients ask for help.
    pub(crate) support_email: Option<String>,
    /// Where clients ask for help.
    pub(crate) support_phone: Option<String>,
    /// Shown on the sign-in page.
    pub(crate) welcome_text: String,
    /// On pages for everybody: a link to an invoice may be asked for.
    pub(crate) link_by_mail: bool,
}

impl Brand {
    /// Prepares the stored branding for a template.
    pub(crate) fn of(branding: &Branding) -> Self {
        Self {
            name: branding.name.clone(),
            logo_url: branding
                .logo_hash
                .as_ref()
                .map(|hash| format!("/branding/logo/{hash}")),
            style: Style::of(&branding.colour),
            support_email: branding.support_email.clone(),
            support_phone: branding.support_phone.clone(),
            welcome_text: branding.welcome_text.clone(),
            link_by_mail: branding.link_by_mail == 1,
        }
    }
}

/// The content of a page's one `<style>` element, with the hash that its CSP allows.
///
/// It is made of derived hex colours alone, which is why it may stand unescaped.
#[derive(Debug)]
pub(crate) struct Style {
    css: String,
    hash: String,
}

impl Style {
    /// The style of a colour. Deriving contrast takes a search, so the last one is kept.
    pub(crate) fn of(colour: &str) -> Arc<Self> {
        static KEPT: Mutex<Option<(String, Arc<Style>)>> = Mutex::new(None);
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, style)) = &*kept
            && of == colour
        {
            return Arc::clone(style);
        }
        let css = HexColour::parse(colour)
            .map_or_else(|_unset| String::new(), |hex| Palette::derive(hex).css());
        let hash = format!("sha256-{}", STANDARD.encode(Sha256::digest(&css)));
        let style = Arc::new(Self { css, hash });
        *kept = Some((colour.to_owned(), Arc::clone(&style)));
        style
    }

    /// `sha256-…`, as CSP's `style-src` wants it.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }
}

impl Display for Style {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.css)
    }
}

impl FastWritable for Style {
    fn write_into(
        &self,
        dest: &mut dyn askama::Write,
        _values: &dyn askama::Values,
    ) -> askama::Result<()> {
        dest.write_str(&self.css)
    }
}

impl askama::filters::HtmlSafe for Style {}

/// The message that an action leaves for the next page.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Flash {
    /// `success`, `error` or `info`.
    pub(crate) kind: String,
    /// What happened and what is next.
    pub(crate) text: String,
    /// The address to sign in with, for the sign-in page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
}

const FLASH: &str = "__Host-portico-flash";

impl Flash {
    /// Leaves a message of success for the next page.
    pub(crate) fn success(app: &App, text: impl Into<String>) {
        Self::leave(app, "success", text.into(), None);
    }

    /// A message for the page that is drawn.
    pub(super) fn info(text: impl Into<String>) -> Self {
        Self {
            kind: "info".to_owned(),
            text: text.into(),
            address: None,
        }
    }

    /// Leaves a message of what did not work.
    pub(crate) fn error(app: &App, text: impl Into<String>) {
        Self::leave(app, "error", text.into(), None);
    }

    /// Leaves a message of success for the sign-in page, which fills the address in.
    pub(crate) fn to_sign_in(app: &App, text: impl Into<String>, address: &str) {
        Self::leave(app, "success", text.into(), Some(address.to_owned()));
    }

    fn leave(app: &App, kind: &str, text: String, address: Option<String>) {
        let flash = Self {
            kind: kind.to_owned(),
            text,
            address,
        };
        if let Ok(json) = serde_json::to_vec(&flash) {
            app.set_cookie(cookie::set(FLASH, &URL_SAFE_NO_PAD.encode(json), None));
        }
    }

    /// Takes the message that the last action left, if any.
    fn take(app: &App, parts: &Parts) -> Option<Self> {
        let text = cookie::read(&parts.headers, FLASH)?;
        app.set_cookie(cookie::clear(FLASH));
        let flash: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let known = matches!(flash.kind.as_str(), "success" | "error" | "info");
        known.then_some(flash)
    }
}

/// What a layout draws around a page; `M` is who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Chrome<M> {
    /// Language of the page.
    pub(crate) lang: &'static str,
    /// The look of the business.
    pub(crate) brand: Brand,
    /// The last action's message.
    pub(crate) flash: Option<Flash>,
    /// Path of the page, for the navigation.
    pub(crate) path: String,
    /// What was typed before a step-up, sealed ([`super::kept`]).
    pub(super) kept: Option<String>,
    /// Who is signed in.
    pub(crate) me: M,
}

impl<M> Chrome<M> {
    /// Puts a page's surroundings together and takes the flash message.
    pub(crate) fn new(app: &App, parts: &Parts, branding: &Branding, me: M) -> Self {
        // Only a page that is shown to a person uses the message up.
        let shown = parts.method == http::Method::GET;
        let flash = shown.then(|| Flash::take(app, parts)).flatten();
        let kept = shown.then(|| cookie::read(&parts.headers, kept::COOKIE));
        Self {
            kept: kept.flatten(),
            ..Self::around(app, branding, me, flash, parts.uri.path())
        }
    }

    /// The same around a page that does not show who is signed in.
    pub(crate) fn for_nobody(self) -> Chrome<Nobody> {
        Chrome {
            lang: self.lang,
            brand: self.brand,
            flash: self.flash,
            path: self.path,
            kept: None,
            me: Nobody,
        }
    }

    fn around(app: &App, branding: &Branding, me: M, flash: Option<Flash>, path: &str) -> Self {
        let brand = Brand::of(branding);
        app.note_style(brand.style.hash());
        Self {
            lang: "en",
            brand,
            flash,
            path: path.to_owned(),
            kept: None,
            me,
        }
    }
}

impl Chrome<Nobody> {
    /// The surroundings of a page that belongs to no address, such as an error.
    pub(crate) fn plain(app: &App, branding: &Branding) -> Self {
        Self::around(app, branding, Nobody, None, "")
    }
}

/// Nobody is signed in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nobody;
