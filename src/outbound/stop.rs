//! The link in a mail that ends one kind of mail to one person, without signing in (RFC 8058).
//!
//! It names the contact and the kind and is signed, under a key made from `SESSION_KEYS`; the database knows
//! nothing of it. Who has it can do that one thing and nothing else, so it does not run out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::config::{Key, Keys};
use crate::domain::id::ContactId;
use crate::domain::permission::News;

/// So that a log leaves it out, as it does with every token.
const PREFIX: &str = "pt_u-";
/// Bytes of the signature that are kept: 128 bits.
const KEPT: usize = 16;

fn mac(key: &Key, contact: ContactId, news: News) -> Option<Hmac<Sha256>> {
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&key.secret).ok()?;
    mac.update(b"portico stop v1");
    mac.update(contact.as_bytes());
    mac.update(news.as_str().as_bytes());
    Some(mac)
}

/// The path of the page that ends mail of that kind to that contact.
pub(crate) fn path(keys: &Keys, contact: ContactId, news: News) -> Option<String> {
    let key = keys.newest();
    let signature = mac(key, contact, news)?.finalize().into_bytes();
    let signature = URL_SAFE_NO_PAD.encode(signature.get(..KEPT)?);
    let about = news.as_str();
    Some(format!(
        "/unsubscribe/{PREFIX}{}.{about}.{contact}.{signature}",
        key.id
    ))
}

/// Whom a link is about, and which kind of mail; none where the signature is not ours.
pub(crate) fn read(keys: &Keys, token: &str) -> Option<(ContactId, News)> {
    let mut parts = token.strip_prefix(PREFIX)?.rsplitn(4, '.');
    let signature = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    let contact = ContactId::parse(parts.next()?).ok()?;
    let about = parts.next()?;
    let news = News::ALL.into_iter().find(|news| news.as_str() == about)?;
    let key = keys.named(parts.next()?)?;
    let whole = signature.len() == KEPT;
    let mac = mac(key, contact, news)?;
    (whole && mac.verify_truncated_left(&signature).is_ok()).then_some((contact, news))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::domain::id::Id;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_link_is_good_for_its_person_and_kind_alone() {
        let config = Config::read(&|name| match name {
            "PUBLIC_BASE_URL" => Some("https://portal.example".to_owned()),
            "SESSION_KEYS" => Some("k.1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned()),
            _ => None,
        });
        let keys = config.unwrap().keys;
        let contact: ContactId = Id::new(Timestamp(1), [1; 10]);
        let other: ContactId = Id::new(Timestamp(2), [1; 10]);
        let path = path(&keys, contact, News::Documents).unwrap();
        let token = path.strip_prefix("/unsubscribe/").unwrap();
        assert_eq!(read(&keys, token), Some((contact, News::Documents)));
        for forged in [
            token.replace("mail_documents", "mail_invoices"),
            token.replace(&contact.to_string(), &other.to_string()),
            token.replace("k.1", "k.2"),
            token.get(..token.len() - 4).unwrap().to_owned(),
            token.rsplit_once('.').unwrap().0.to_owned() + ".",
            token.trim_start_matches(PREFIX).to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&keys, &forged), None, "{forged}");
        }
    }
}
