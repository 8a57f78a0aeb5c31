//! How the business looks, on every page and in every mail.

use serde::{Deserialize, Serialize};

/// The branding as D1 and the copy in KV have it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Branding {
    /// Name of the business.
    #[serde(rename = "business_name")]
    pub name: String,
    /// `#rrggbb`.
    pub colour: String,
    /// SHA-256 of the logo file, hex; also its address.
    pub logo_hash: Option<String>,
    /// Pixels.
    pub logo_width: Option<u32>,
    /// Pixels.
    pub logo_height: Option<u32>,
    /// Shown on the sign-in page.
    pub welcome_text: String,
    /// Where clients ask for help.
    pub support_email: Option<String>,
    /// Where clients ask for help.
    pub support_phone: Option<String>,
    /// 1: who holds an invoice without an account may have a link mailed. No look, but what pages for everybody
    /// offer; known in the copy that they read.
    #[serde(default = "offered")]
    pub link_by_mail: u8,
}

/// What a copy says that was made before it knew.
const fn offered() -> u8 {
    1
}

impl Branding {
    /// The colour of the first day.
    pub const COLOUR: &str = "#2f5d50";
}

impl Default for Branding {
    /// What a portal shows before its set-up.
    fn default() -> Self {
        Self {
            name: "Portico".to_owned(),
            colour: Self::COLOUR.to_owned(),
            logo_hash: None,
            logo_width: None,
            logo_height: None,
            welcome_text: String::new(),
            support_email: None,
            support_phone: None,
            link_by_mail: offered(),
        }
    }
}
