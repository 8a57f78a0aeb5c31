//! Secrets on their way: what a mail must say and the database must not know.
//!
//! A mail waits in the outbox with its link sealed (ChaCha20-Poly1305, RFC 8439) under a key made
//! from `SESSION_KEYS`, bound to the mail's id. A stolen dump of the database opens nothing; once
//! the mail is sent the seal is deleted. The token of a pay link is sealed for the attempt that it
//! began in the same way: the way back from the provider's page leads through it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit as _, Nonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::config::{self, Keys};
use crate::domain::id::Id;

fn cipher(key: &config::Key) -> Option<ChaCha20Poly1305> {
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&key.secret).ok()?;
    mac.update(b"portico outbox seal v1");
    let derived = mac.finalize().into_bytes();
    Some(ChaCha20Poly1305::new(Key::from_slice(&derived)))
}

/// Seals a text for one row; the nonce is twelve fresh random bytes.
pub(crate) fn seal<T>(keys: &Keys, row: Id<T>, text: &str, nonce: [u8; 12]) -> Option<String> {
    let key = keys.newest();
    let payload = Payload {
        msg: text.as_bytes(),
        aad: row.as_bytes(),
    };
    let sealed = cipher(key)?
        .encrypt(Nonce::from_slice(&nonce), payload)
        .ok()?;
    let (nonce, sealed) = (
        URL_SAFE_NO_PAD.encode(nonce),
        URL_SAFE_NO_PAD.encode(sealed),
    );
    Some(format!("{}.{nonce}.{sealed}", key.id))
}

/// Opens what [`seal`] closed, while its key is still listed.
pub(crate) fn open<T>(keys: &Keys, row: Id<T>, sealed: &str) -> Option<String> {
    let mut parts = sealed.rsplitn(3, '.');
    let sealed = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    let nonce = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    let payload = Payload {
        msg: &sealed,
        aad: row.as_bytes(),
    };
    let cipher = cipher(keys.named(parts.next()?)?)?;
    String::from_utf8(cipher.decrypt(Nonce::from_slice(&nonce), payload).ok()?).ok()
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
}
