//! Secrets on their way: what a mail must say and the database must not know.
//!
//! A mail waits in the outbox with its link sealed (ChaCha20-Poly1305, RFC 8439) under a key made
//! from `SESSION_KEYS`, bound to the mail's id. A stolen dump of the database opens nothing; once
//! the mail is sent the seal is deleted. The token of a pay link is sealed for the attempt that it
//! began in the same way: the way back from the provider's page leads through it. So is the secret of
//! a second factor for as long as it is set up, and a sign-in that waits for it, in its cookie.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit as _, Nonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::config::{self, Keys};
use crate::domain::id::Id;

/// What is sealed; each has keys of its own, so that nothing sealed for one purpose opens for another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    /// The secret of somebody's second factor, for as long as it is set up.
    Factor,
    /// A sign-in that waits for it, in a cookie.
    Pending,
    /// What somebody typed before they were asked to prove who they are, in a cookie.
    Kept,
}

impl What {
    const fn context(self) -> &'static [u8] {
        match self {
            Self::Factor => b"portico second factor seal v1",
            Self::Pending => b"portico pending sign-in seal v1",
            Self::Kept => b"portico kept form seal v1",
        }
    }
}

const ROW: &[u8] = b"portico outbox seal v1";

fn cipher(key: &config::Key, context: &[u8]) -> Option<ChaCha20Poly1305> {
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&key.secret).ok()?;
    mac.update(context);
    let derived = mac.finalize().into_bytes();
    Some(ChaCha20Poly1305::new(Key::from_slice(&derived)))
}

fn close(keys: &Keys, context: &[u8], aad: &[u8], text: &str, nonce: [u8; 12]) -> Option<String> {
    let key = keys.newest();
    let payload = Payload {
        msg: text.as_bytes(),
        aad,
    };
    let sealed = cipher(key, context)?
        .encrypt(Nonce::from_slice(&nonce), payload)
        .ok()?;
    let (nonce, sealed) = (
        URL_SAFE_NO_PAD.encode(nonce),
        URL_SAFE_NO_PAD.encode(sealed),
    );
    Some(format!("{}.{nonce}.{sealed}", key.id))
}

fn disclose(keys: &Keys, context: &[u8], aad: &[u8], sealed: &str) -> Option<String> {
    let mut parts = sealed.rsplitn(3, '.');
    let sealed = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    let nonce = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    let payload = Payload { msg: &sealed, aad };
    let cipher = cipher(keys.named(parts.next()?)?, context)?;
    String::from_utf8(cipher.decrypt(Nonce::from_slice(&nonce), payload).ok()?).ok()
}

/// Seals a text for one row; the nonce is twelve fresh random bytes.
pub(crate) fn seal<T>(keys: &Keys, row: Id<T>, text: &str, nonce: [u8; 12]) -> Option<String> {
    close(keys, ROW, row.as_bytes(), text, nonce)
}

/// Opens what [`seal`] closed, while its key is still listed.
pub(crate) fn open<T>(keys: &Keys, row: Id<T>, sealed: &str) -> Option<String> {
    disclose(keys, ROW, row.as_bytes(), sealed)
}

/// Seals a text of that kind for whom it is about.
pub(crate) fn seal_for(
    keys: &Keys,
    (what, whom): (What, &str),
    text: &str,
    nonce: [u8; 12],
) -> Option<String> {
    close(keys, what.context(), whom.as_bytes(), text, nonce)
}

/// Opens what [`seal_for`] closed, while its key is still listed.
pub(crate) fn open_for(keys: &Keys, (what, whom): (What, &str), sealed: &str) -> Option<String> {
    disclose(keys, what.context(), whom.as_bytes(), sealed)
}

/// Whether it was sealed under a key that is no longer the newest.
pub(crate) fn is_old(keys: &Keys, sealed: &str) -> bool {
    let key = sealed.rsplitn(3, '.').nth(2);
    key != Some(keys.newest().id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::domain::id::MailId;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_seal_opens_for_its_own_mail_alone() {
        let config = Config::read(&|name| match name {
            "PUBLIC_BASE_URL" => Some("https://portal.example".to_owned()),
            "SESSION_KEYS" => Some("k.1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned()),
            _ => None,
        });
        let keys = config.unwrap().keys;
        let mail: MailId = Id::new(Timestamp(1), [1; 10]);
        let sealed = seal(&keys, mail, "pt_i-secret", [9; 12]).unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(open(&keys, mail, &sealed).as_deref(), Some("pt_i-secret"));
        let other: MailId = Id::new(Timestamp(2), [1; 10]);
        assert_eq!(open(&keys, other, &sealed), None);
        assert_eq!(open(&keys, mail, "k.1.AAAA.BBBB"), None);
    }

    #[test]
    fn a_seal_opens_for_its_own_purpose_and_person_alone() {
        let keys = |text: &'static str| {
            let config = Config::read(&|name| match name {
                "PUBLIC_BASE_URL" => Some("https://portal.example".to_owned()),
                "SESSION_KEYS" => Some(text.to_owned()),
                _ => None,
            });
            config.unwrap().keys
        };
        let one = keys("k.1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        let sealed = seal_for(&one, (What::Factor, "lena"), "secret", [9; 12]).unwrap();
        let of = |what, whom| open_for(&one, (what, whom), &sealed);
        assert_eq!(of(What::Factor, "lena").as_deref(), Some("secret"));
        assert_eq!(of(What::Factor, "linus"), None);
        assert_eq!(of(What::Pending, "lena"), None);
        assert!(!is_old(&one, &sealed));
        let two = keys(
            "k.2:HxECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,k.1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        );
        assert!(is_old(&two, &sealed));
        let still = open_for(&two, (What::Factor, "lena"), &sealed);
        assert_eq!(still.as_deref(), Some("secret"));
    }
}
