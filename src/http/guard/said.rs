//! What a request's address says: values of its path, and the query after it.
//!
//! serde reads them out of texts, through the two small readers at the end of this file.

use std::future::ready;
use std::iter::once;
use std::slice::Iter;
use std::vec::IntoIter;

use axum::extract::{FromRequestParts as _, RawPathParams};
use futures_util::FutureExt as _;
use http::request::Parts;
use serde::de::value::{Error as Misread, MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, SeqAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

use crate::http::fields::pairs;
use crate::http::{Error, Reason};

/// Something that a request's address says. What does not parse is a page that is not there.
pub(crate) trait FromAddress: Sized + Send + 'static {
    /// Reads path and query.
    fn from_address(parts: &mut Parts) -> impl Future<Output = Result<Self, Error>> + Send;
}

impl FromAddress for () {
    fn from_address(_parts: &mut Parts) -> impl Future<Output = Result<Self, Error>> + Send {
        ready(Ok(()))
    }
}

/// One value of the path, such as an id, or as many as it has, as a tuple.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send + 'static> FromAddress for InPath<T> {
    fn from_address(parts: &mut Parts) -> impl Future<Output = Result<Self, Error>> + Send {
        ready(Self::of(parts))
    }
}

impl<T: DeserializeOwned> InPath<T> {
    fn of(parts: &mut Parts) -> Result<Self, Error> {
        let value = T::deserialize(path(parts)?);
        value
            .map(Self)
            .map_err(|_no_such_page| Reason::NotFound.into())
    }
}

/// A value of the path and the query after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InPathAndQuery<T, Q>(pub(crate) T, pub(crate) Q);

impl<T, Q> FromAddress for InPathAndQuery<T, Q>
where
    T: DeserializeOwned + Send + 'static,
    Q: DeserializeOwned + Default + Send + 'static,
{
    fn from_address(parts: &mut Parts) -> impl Future<Output = Result<Self, Error>> + Send {
        let value = InPath::of(parts);
        ready(value.map(|InPath(value)| Self(value, InQuery::of(parts).0)))
    }
}

/// The query. One that does not parse counts as none, as a mistyped address does elsewhere.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InQuery<Q>(pub(crate) Q);

impl<Q: DeserializeOwned + Default + Send + 'static> FromAddress for InQuery<Q> {
    fn from_address(parts: &mut Parts) -> impl Future<Output = Result<Self, Error>> + Send {
        ready(Ok(Self::of(parts)))
    }
}

impl<Q: DeserializeOwned + Default> InQuery<Q> {
    fn of(parts: &Parts) -> Self {
        let query = Q::deserialize(Query(query(parts.uri.query().unwrap_or_default())));
        Self(query.unwrap_or_default())
    }
}

/// The values of the path, in their order. The router has them ready.
pub(super) fn values(parts: &mut Parts) -> Result<Vec<(String, String)>, Error> {
    let values = RawPathParams::from_request_parts(parts, &()).now_or_never();
    let values = values.and_then(Result::ok).ok_or(Reason::NotFound)?;
    let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    Ok(values.iter().map(owned).collect())
}

fn path(parts: &mut Parts) -> Result<Word, Error> {
    let texts: Vec<String> = values(parts)?.into_iter().map(|(_, text)| text).collect();
    let mut rest = texts.into_iter();
    let text = rest
        .next()
        .ok_or_else(|| Error::internal("a path without a value"))?;
    Ok(Word { text, rest })
}

fn query(text: &str) -> Vec<(String, String)> {
    let owned =
        |(name, text): (String, Vec<u8>)| (name, String::from_utf8_lossy(&text).into_owned());
    pairs(text.as_bytes()).map(owned).collect()
}

/// A text, with those after it for who asks for several.
struct Word {
    text: String,
    rest: IntoIter<String>,
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        let rest = Vec::new().into_iter();
        Self { text, rest }
    }
}

impl IntoDeserializer<'_, Misread> for Word {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

/// A number stands in an address as text.
macro_rules! numbers {
    ($($read:ident $visit:ident),*) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
            visitor.$visit(self.text.parse().map_err(Misread::custom)?)
        })*
    };
}

impl<'de> Deserializer<'de> for Word {
    type Error = Misread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_string(self.text)
    }

    numbers! {
        deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32,
        deserialize_u64 visit_u64, deserialize_i32 visit_i32, deserialize_i64 visit_i64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        visitor.visit_enum(self.text.into_deserializer())
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Misread> {
        let texts = once(self.text).chain(self.rest);
        visitor.visit_seq(SeqDeserializer::new(texts.map(Self::from)))
    }

    forward_to_deserialize_any! {
        bool i8 i16 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple_struct map
        struct identifier ignored_any
    }
}

/// A query. A field that it does not name takes its default; one that it names twice is refused.
struct Query(Vec<(String, String)>);

impl<'de> Deserializer<'de> for Query {
    type Error = Misread;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        let (pairs, fields) = (self.0, fields.iter());
        visitor.visit_seq(Named { pairs, fields })
    }

    /// Structs in structs are asked for this way.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        let pairs = self.0.into_iter();
        let pairs = pairs.map(|(name, text)| (name, Word::from(text)));
        visitor.visit_map(MapDeserializer::new(pairs))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields of a struct, each out of the pair of its name.
struct Named {
    pairs: Vec<(String, String)>,
    fields: Iter<'static, &'static str>,
}

impl Named {
    fn next(&mut self) -> Result<Option<Word>, Misread> {
        let Some(field) = self.fields.next() else {
            return Ok(None);
        };
        let mut found = self
            .pairs
            .extract_if(.., |(name, _)| name.as_str() == *field);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((_, text)), None) => Ok(Some(text.into())),
            (Some(_), Some(_)) => Err(Misread::duplicate_field(field)),
        }
    }
}

impl<'de> SeqAccess<'de> for Named {
    type Error = Misread;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misread> {
        self.next()?.map(|word| seed.deserialize(word)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Asked {
        q: String,
        #[serde(rename = "for")]
        meant: Option<u16>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Wide {
        year: String,
        #[serde(flatten)]
        asked: Asked,
    }

    fn asked(text: &str) -> Result<Asked, Misread> {
        Asked::deserialize(Query(query(text)))
    }

    #[test]
    fn a_query_gives_fields_by_name_and_defaults_for_the_others() {
        let (q, meant) = ("Jürgen M".to_owned(), Some(7));
        let whole = Asked { q, meant };
        assert_eq!(asked("x=1&for=7&q=J%C3%BCrgen+M"), Ok(whole));
        assert_eq!(asked(""), Ok(Asked::default()));
        assert_eq!(asked("q"), Ok(Asked::default()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in ["q=a&q=b", "for=-1", "for=70000", "for=", "for=a"] {
            assert!(asked(text).is_err(), "{text}");
        }
    }

    #[test]
    fn structs_in_structs_share_the_query() {
        let wide = Wide::deserialize(Query(query("q=a&year=2026"))).unwrap();
        assert_eq!((wide.year.as_str(), wide.asked.q.as_str()), ("2026", "a"));
    }

    #[test]
    fn a_path_gives_one_value_or_several() {
        let word = || Word {
            text: "a".to_owned(),
            rest: vec!["7".to_owned()].into_iter(),
        };
        assert_eq!(
            <(String, u32)>::deserialize(word()),
            Ok(("a".to_owned(), 7))
        );
        assert_eq!(String::deserialize(word()), Ok("a".to_owned()));
        assert!(u32::deserialize(word()).is_err());
        assert!(<(String, u32, u32)>::deserialize(word()).is_err());
    }
}
