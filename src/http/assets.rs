//! Addresses of our own static files, with the hash of their content, so that browsers keep
//! them for a year and a new release is seen at once. The hash is made by the compiler: the files
//! themselves are not in the worker.

use std::sync::OnceLock;

macro_rules! asset {
    ($(#[$doc:meta])* $name:ident, $path:literal) => {
        $(#[$doc])*
        pub(crate) fn $name() -> &'static str {
            const HASH: u64 = hash(include_bytes!(concat!("../../public", $path)));
            static ADDRESS: OnceLock<String> = OnceLock::new();
            ADDRESS.get_or_init(|| format!("{}?v={HASH:016x}", $path))
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

/// FNV-1a, which tells one release from another. Nobody has to be kept from making two files alike.
const fn hash(mut content: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    while let [byte, rest @ ..] = content {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        content = rest;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
