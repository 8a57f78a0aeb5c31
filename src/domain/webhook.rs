//! Whether a webhook of Stripe is genuine: the header `Stripe-Signature` over the raw body.
//!
//! The header is split at commas, each part at its first `=`. It must hold exactly one `t` of
//! digits; every `v1` is tried, every other scheme is ignored. The expected signature is the
//! lower-case hex of HMAC-SHA-256 over `{t}.{body}` under the secret as it is given, compared in
//! constant time with every `v1` under every secret. A signature is good for 300 seconds. There is
//! no way to switch any of this off.

use super::time::Timestamp;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq;

/// How old a signature may be, in seconds.
pub const TOLERANCE: i64 = 300;

/// Why no secret can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// None is set, or an empty one.
    #[error(
        "STRIPE_WEBHOOK_SECRET is not set. Please set it to the signing secret of the endpoint."
    )]
    Missing,
    /// More than two, or one with a space in it.
    #[error(
        "STRIPE_WEBHOOK_SECRET holds one signing secret, or two with a comma between them, without spaces."
    )]
    Malformed,
}

/// One secret, or two while they are being exchanged. `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets(Vec<String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// The door for the setting. An empty secret would verify what anybody signs, so one empty part
    /// refuses the whole.
    pub fn parse(raw: &str) -> Result<Self, SecretsError> {
        let parts: Vec<String> = raw.split(',').map(str::to_owned).collect();
        if parts.iter().any(|p| p.trim().is_empty()) {
            return Err(SecretsError::Missing);
        }
        if parts.len() > 2 || raw.contains(char::is_whitespace) {
            return Err(SecretsError::Malformed);
        }
        Ok(Self(parts))
    }
}

/// Why a signature is refused. The sender is told none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No timestamp, two of them, or one that is not digits.
    #[error("the header has no single timestamp")]
    Timestamp,
    /// No `v1`.
    #[error("the header has no signature of scheme v1")]
    Missing,
    /// None fits.
    #[error("no signature fits")]
    Wrong,
    /// Too old.
    #[error("the signature is older than {TOLERANCE} seconds")]
    Old,
}

/// Verifies `header` over `body`, as it came, at the moment `now`.
pub fn verify(
    secrets: &Secrets,
    header: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let mut stamp = None;
    let mut given = Vec::new();
    for part in header.split(',') {
        match part.split_once('=') {
            Some(("t", _)) if stamp.is_some() => return Err(SignatureError::Timestamp),
            Some(("t", digits)) => stamp = Some(digits),
            Some(("v1", signature)) => given.push(signature),
            Some(_) | None => {}
        }
    }
    let stamp = stamp.filter(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()));
    let stamp = stamp.ok_or(SignatureError::Timestamp)?;
    let seconds: i64 = stamp.parse().map_err(|_| SignatureError::Timestamp)?;
    if given.is_empty() {
        return Err(SignatureError::Missing);
    }

    let mut fits = subtle::Choice::from(0);
    for secret in &secrets.0 {
        let expected = sign(secret, stamp, body).ok_or(SignatureError::Wrong)?;
        for signature in &given {
            fits |= expected.as_bytes().ct_eq(signature.as_bytes());
        }
    }
    if !bool::from(fits) {
        return Err(SignatureError::Wrong);
    }
    // Only a genuine header is told apart by its age.
    if now.as_seconds().saturating_sub(seconds) > TOLERANCE {
        return Err(SignatureError::Old);
    }
    Ok(())
}

/// The signature of a body, as lower-case hex.
fn sign(secret: &str, stamp: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(stamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    let digit = |nibble: u8| {
        char::from(if nibble < 10 {
            b'0' + nibble
        } else {
            b'a' + nibble - 10
        })
    };
    Some(
        digest
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "whsec_test_secret";
    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const T: i64 = 1_795_788_309;

    fn signed(secret: &str, body: &[u8]) -> String {
        sign(secret, &T.to_string(), body).unwrap()
    }

    fn check(secrets: &str, header: &str, body: &[u8], age: i64) -> Result<(), SignatureError> {
        let now = Timestamp((T + age) * 1_000);
        verify(&Secrets::parse(secrets).unwrap(), header, body, now)
    }

    #[test]
    fn the_signature_is_what_openssl_makes() {
        // printf '1795788309.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test_secret
        let made = "251c1e86298483fb785b538f60fa18e1fe636903dcd8ff903f767ec7de8018bf";
        assert_eq!(signed(SECRET, BODY), made);
    }

    #[test]
    fn the_table() {
        let good = signed(SECRET, BODY);
        let upper = good.to_uppercase();
        let other = signed("whsec_other", BODY);
        let (ok, wrong) = (Ok(()), Err(SignatureError::Wrong));
        let stamp = Err(SignatureError::Timestamp);
        let missing = Err(SignatureError::Missing);
        let table = [
            (format!("t={T},v1={good}"), ok),
            (format!("v1={good},t={T}"), ok),
            (format!("t={T},v1={other},v1={good},v0={good}"), ok),
            (format!("t={T},v1={good},v1={other}"), ok),
            (format!("t={T},v2=x,nonsense,v1={good}"), ok),
            (format!("t={T},v0={good}"), missing),
            (format!("t={T}"), missing),
            (format!("t={T},v1={upper}"), wrong),
            (format!("t={T},v1={good}0"), wrong),
            (format!("t={T},v1="), wrong),
            (format!("t={T},v1={}", &good[..63]), wrong),
            (format!("t={T}, v1={good}"), missing),
            (format!("t={T},v1={other}"), wrong),
            (format!("t=0{T},v1={good}"), wrong),
            (format!("t={T},t={T},v1={good}"), stamp),
            (format!("v1={good}"), stamp),
            (format!("t=,v1={good}"), stamp),
            (format!("t=-{T},v1={good}"), stamp),
            (format!("t={T}.0,v1={good}"), stamp),
            (format!("t=99999999999999999999,v1={good}"), stamp),
            (format!("T={T},V1={good}"), stamp),
            (String::new(), stamp),
            ("=".to_owned(), stamp),
        ];
        for (header, expected) in table {
            assert_eq!(check(SECRET, &header, BODY, 0), expected, "{header}");
        }
    }

    #[test]
    fn a_signature_is_good_for_five_minutes() {
        let header = format!("t={T},v1={}", signed(SECRET, BODY));
        for (age, expected) in [
            (0, Ok(())),
            (299, Ok(())),
            (300, Ok(())),
            (301, Err(SignatureError::Old)),
            (-5, Ok(())),
        ] {
            assert_eq!(check(SECRET, &header, BODY, age), expected, "{age}");
        }
        let forged = format!("t={T},v1={}", signed("whsec_other", BODY));
        assert_eq!(
            check(SECRET, &forged, BODY, 301),
            Err(SignatureError::Wrong)
        );
    }

    #[test]
    fn one_byte_more_does_not_fit() {
        let header = format!("t={T},v1={}", signed(SECRET, BODY));
        for body in [[BODY, b" "].concat(), BODY[1..].to_vec(), Vec::new()] {
            assert_eq!(check(SECRET, &header, &body, 0), Err(SignatureError::Wrong));
        }
        let binary = [0xff, 0x00, 0xfe];
        let header = format!("t={T},v1={}", signed(SECRET, &binary));
        assert_eq!(check(SECRET, &header, &binary, 0), Ok(()));
    }

    #[test]
    fn two_secrets_while_they_are_exchanged() {
        let both = format!("whsec_new,{SECRET}");
        for secret in [SECRET, "whsec_new"] {
            let header = format!("t={T},v1={}", signed(secret, BODY));
            assert_eq!(check(&both, &header, BODY, 0), Ok(()));
        }
        let header = format!("t={T},v1={}", signed("", BODY));
        assert_eq!(check(&both, &header, BODY, 0), Err(SignatureError::Wrong));
    }

    #[test]
    fn without_a_secret_nothing_is_verified() {
        for raw in ["", " ", ",", "whsec_a,", ",whsec_a", "whsec_a,,whsec_b"] {
            assert_eq!(Secrets::parse(raw), Err(SecretsError::Missing), "{raw}");
        }
        for raw in ["a,b,c", "a, b", " a", "a\n"] {
            assert_eq!(Secrets::parse(raw), Err(SecretsError::Malformed), "{raw}");
        }
        assert_eq!(format!("{:?}", Secrets::parse(SECRET).unwrap()), "Secrets");
    }

    proptest! {
        #[test]
        fn no_header_panics_or_passes(header in "\\PC{0,80}|(t=[0-9]{0,12},?|v1=[0-9a-f]{0,70},?){0,4}", body: Vec<u8>) {
            prop_assert!(check(SECRET, &header, &body, 0).is_err());
        }
    }
}
