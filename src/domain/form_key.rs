//! Forms that make something: sent twice, they make it once.
//!
//! A form carries the key of its showing. What it makes is named by that key and by all that was
//! typed, so a second press, or a retry after a lost answer, names the same row and finds it
//! there; a changed form from the browser's history names another one.

use sha2::{Digest as _, Sha256};

use super::id::{FormId, Id};
use super::time::{Millis, Timestamp};

/// The key of one showing of a form.
pub type FormKey = FormId;

/// How long ago a form may have been shown for its key to be taken at its word.
const OLD: Millis = Millis::days(1);
/// How far ahead a clock may be.
const AHEAD: Millis = Millis::minutes(1);
/// What the moments of other keys are rounded to.
const HOUR: i64 = 3_600_000;

/// The key that a form was sent with. It came back from a browser, which may say anything: what is named by
/// it must not sort behind or before all else for ever. So a key of another time than about now becomes one
/// of this hour; sent twice, it still names one thing.
pub fn sent(text: &str, now: Timestamp) -> Option<FormKey> {
    let key = FormKey::parse(text).ok()?;
    let said = key.moment();
    Some(if said >= now.minus(OLD) && said <= now.plus(AHEAD) {
        key
    } else {
        key.again(Timestamp(now.0 - now.0.rem_euclid(HOUR)))
    })
}

/// The id of what a form makes: the same for the same key, purpose and fields.
pub fn id<'a, T>(
    key: FormKey,
    purpose: &str,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
) -> Id<T> {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    };
    add(purpose);
    for (name, value) in fields {
        add(name);
        add(value);
    }
    hash.update(key.as_bytes());
    let digest = hash.finalize();
    let mut random = [0; 10];
    for (random, byte) in random.iter_mut().zip(digest) {
        *random = byte;
    }
    // Of the moment the form was shown.
    Id::new(key.moment(), random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ClientId;
    use crate::domain::time::Timestamp;

    const NOW: Timestamp = Timestamp(1_795_788_309_000);

    #[test]
    fn a_key_of_another_time_names_things_of_this_hour() {
        let now = Timestamp(NOW.0 + 61_000);
        let hour = Timestamp(now.0 - now.0 % HOUR);
        let key = |at: i64| FormKey::new(Timestamp(at), [7; 10]).to_string();
        for at in [now.0, now.0 - 86_400_000, now.0 + 60_000] {
            assert_eq!(sent(&key(at), now).map(|key| key.moment().0), Some(at));
        }
        for at in [1, now.0 - 86_400_001, now.0 + 60_001, 3_000_000_000_000] {
            assert_eq!(
                sent(&key(at), now).map(|key| key.moment()),
                Some(hour),
                "{at}"
            );
        }
        let later = now.plus(Millis::minutes(1));
        assert_eq!(sent(&key(1), now), sent(&key(1), later));
        assert_ne!(
            sent(&key(1), now),
            sent(&FormKey::new(Timestamp(1), [8; 10]).to_string(), now)
        );
        assert_eq!(sent("", now), None);
    }

    #[test]
    fn the_same_form_names_the_same_row() {
        let key = FormKey::new(NOW, [7; 10]);
        let of = |key, purpose, name: &'static str| -> ClientId {
            id(key, purpose, [("name", name), ("notes", "")].into_iter())
        };
        let first = of(key, "client", "Fern");
        assert_eq!(first, of(key, "client", "Fern"));
        assert_ne!(first, of(key, "client", "Oak"));
        assert_ne!(first, of(key, "contact", "Fern"));
        assert_ne!(first, of(FormKey::new(NOW, [8; 10]), "client", "Fern"));
        assert_eq!(key.moment(), NOW);
    }
}
