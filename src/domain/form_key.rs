//! Forms that make something: sent twice, they make it once.
//!
//! A form carries the key of its showing. What it makes is named by that key and by all that was
//! typed, so a second press, or a retry after a lost answer, names the same row and finds it
//! there; a changed form from the browser's history names another one.

use sha2::{Digest as _, Sha256};

use super::id::{FormId, Id};

/// The key of one showing of a form.
pub type FormKey = FormId;

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
