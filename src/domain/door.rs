//! How serde brings a text in by the one door that its type has.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// Reads a text and takes it through `door`. It is not copied on the way, since a list has hundreds.
pub(super) fn through<'de, D, T, E>(
    from: D,
    door: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
{
    from.deserialize_str(Through {
        door,
        gives: PhantomData,
    })
}

struct Through<F, T> {
    door: F,
    gives: PhantomData<T>,
}

impl<T, E: fmt::Display, F: FnOnce(&str) -> Result<T, E>> Visitor<'_> for Through<F, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<A: Error>(self, text: &str) -> Result<T, A> {
        (self.door)(text).map_err(A::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::{Error as Refusal, StrDeserializer, U64Deserializer};

    fn door(text: &str) -> Result<usize, &'static str> {
        match text {
            "" => Err("nothing there"),
            text => Ok(text.len()),
        }
    }

    #[test]
    fn a_text_is_taken_through_and_nothing_else_is() {
        let text = |text| through(StrDeserializer::<Refusal>::new(text), door);
        assert_eq!(text("four"), Ok(4));
        assert_eq!(text("").unwrap_err().to_string(), "nothing there");
        let number = through(U64Deserializer::<Refusal>::new(4), door).unwrap_err();
        assert!(number.to_string().contains("expected a text"), "{number}");
        assert_eq!(
            through(
                &mut serde_json::Deserializer::from_str("\"a\\u00e9\""),
                door
            )
            .unwrap(),
            3
        );
    }
}
