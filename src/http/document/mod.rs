//! Documents: the staff's list and upload, what a client sees of it, and the downloads of both.

mod client;
mod download;
mod receive;
mod staff;

use serde::{Deserialize, Deserializer};

use crate::domain::id::DocumentId;
use crate::domain::time::Timestamp;
use crate::store::document::{After, PAGE};

pub(crate) use client::list as shared;
pub(crate) use download::{client as download, staff as staff_download};
pub(crate) use staff::{delete, list, upload, visible};

/// The query of a list: `after=MOMENT.ID` of the last document of the page before.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Paging {
    #[serde(default, deserialize_with = "cursor")]
    after: After,
}

fn cursor<'de, D: Deserializer<'de>>(from: D) -> Result<After, D::Error> {
    Ok(read_cursor(&String::deserialize(from)?))
}

/// What does not parse is the first page.
fn read_cursor(text: &str) -> After {
    let (at, id) = text.split_once('.')?;
    let at: i64 = at.parse().ok().filter(|at| (0..1 << 53).contains(at))?;
    Some((Timestamp(at), DocumentId::parse(id).ok()?))
}

/// Cuts the rows to one page and gives the address of the next, empty where there is none.
fn cut<T>(rows: &mut Vec<T>, path: &str, key: impl Fn(&T) -> (Timestamp, DocumentId)) -> String {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    match rows.last().filter(|_| more).map(key) {
        Some((at, id)) => format!("{path}?after={}.{id}", at.0),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_with_the_address_of_the_next() {
        let id = "01890000-0000-7000-8000-000000000000";
        let row = (Timestamp(5), DocumentId::parse(id).unwrap());
        let mut rows = vec![row; PAGE + 1];
        let next = cut(&mut rows, "/documents", |row| *row);
        assert_eq!(rows.len(), PAGE);
        assert_eq!(next, format!("/documents?after=5.{id}"));
        assert_eq!(read_cursor(next.split_once('=').unwrap().1), Some(row));
        assert_eq!(cut(&mut rows, "/documents", |row| *row), "");
    }

    #[test]
    fn a_mistyped_page_is_the_first() {
        for bad in [
            "",
            "5",
            "5.",
            ".x",
            "-1.01890000-0000-7000-8000-000000000000",
        ] {
            assert_eq!(read_cursor(bad), None, "{bad}");
        }
    }
}
