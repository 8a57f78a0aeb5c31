//! Addresses of our own static files, with the hash of their content, so that browsers keep
//! them for a year and a new release is seen at once.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

macro_rules! asset {
    ($(#[$doc:meta])* $name:ident, $path:literal) => {
        $(#[$doc])*
        pub(crate) fn $name() -> &'static str {
            static ADDRESS: OnceLock<String> = OnceLock::new();
            ADDRESS.get_or_init(|| versioned($path, include_bytes!(concat!("../../public", $path))))
        }
    };
}

asset!(
    /// The style sheet.
    css,
    "/assets/portico.css"
);
asset!(
    /// The script that every page has.
    app_js,
    "/assets/app.js"
);
asset!(
    /// The sprite of icons.
    icons,
    "/assets/icons.svg"
);
asset!(
    /// Uploads with progress.
    upload_js,
    "/assets/upload.js"
);
asset!(
    /// The live preview of the branding page.
    branding_js,
    "/assets/branding.js"
);

asset!(
    /// Lines added in place, and live totals.
    invoice_js,
    "/assets/invoice.js"
);

fn versioned(path: &str, content: &[u8]) -> String {
    let hash = Sha256::digest(content);
    let version = URL_SAFE_NO_PAD.encode(hash.get(..6).unwrap_or_default());
    format!("{path}?v={version}")
}
