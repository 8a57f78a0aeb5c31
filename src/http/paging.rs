//! Pages of a long list in addresses: `?after=ID`, `?before=ID`.

use serde::Deserialize;

use crate::domain::id::Id;
use crate::domain::paging::Cursor;

/// The query of a list.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Paging {
    #[serde(default)]
    after: String,
    #[serde(default)]
    before: String,
}

impl Paging {
    /// The page that is asked for. What does not parse is the first one.
    pub(crate) fn cursor<T>(&self) -> Cursor<Id<T>> {
        match (Id::parse(&self.after), Id::parse(&self.before)) {
            (Ok(id), _) => Cursor::After(id),
            (_, Ok(id)) => Cursor::Before(id),
            _ => Cursor::First,
        }
    }
}

/// The address of a page of the list at `path`; empty where there is none.
pub(crate) fn address<T>(path: &str, cursor: Option<Cursor<Id<T>>>) -> String {
    match cursor {
        None => String::new(),
        Some(Cursor::First) => path.to_owned(),
        Some(Cursor::After(id)) => format!("{path}?after={id}"),
        Some(Cursor::Before(id)) => format!("{path}?before={id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{DocumentId, noun::Document};

    #[test]
    fn an_address_asks_for_the_page_it_was_made_of() {
        let id = DocumentId::parse("01890000-0000-7000-8000-000000000000").unwrap();
        for cursor in [Cursor::First, Cursor::After(id), Cursor::Before(id)] {
            let address = address("/documents", Some(cursor));
            let query = address.split_once('?').map_or("", |(_, query)| query);
            let (after, before) = match query.split_once('=') {
                Some(("after", id)) => (id, ""),
                Some((_, id)) => ("", id),
                None => ("", ""),
            };
            let paging = Paging {
                after: after.to_owned(),
                before: before.to_owned(),
            };
            assert_eq!(paging.cursor::<Document>(), cursor);
        }
        assert_eq!(address::<Document>("/documents", None), "");
    }

    #[test]
    fn a_mistyped_page_is_the_first() {
        for bad in ["", "5", "'; --", "01890000-0000-7000-8000-00000000000G"] {
            let paging = Paging {
                after: bad.to_owned(),
                before: bad.to_owned(),
            };
            assert_eq!(paging.cursor::<Document>(), Cursor::First, "{bad}");
        }
    }
}
