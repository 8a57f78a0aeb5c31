//! Rows as lists of their values, whose columns are known beforehand.

use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use super::Table;

/// Reads rows that come as lists of their values, in the order of these columns.
pub(in crate::store) struct Cells(pub(in crate::store) Arc<Vec<String>>);

impl<'de> DeserializeSeed<'de> for Cells {
    type Value = Table;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Table, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Cells {
    type Value = Table;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Table, A::Error> {
        let mut table = Table {
            columns: self.0,
            cells: Vec::new(),
        };
        while rows.next_element_seed(NextCells(&mut table))?.is_some() {}
        Ok(table)
    }
}

/// Adds such a row to those before it.
struct NextCells<'t>(&'t mut Table);

impl<'de> DeserializeSeed<'de> for NextCells<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for NextCells<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value for each column")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        let Table { columns, cells } = self.0;
        let before = cells.len();
        while let Some(cell) = row.next_element()? {
            cells.push(cell);
        }
        let came = cells.len() - before;
        if came == columns.len() {
            Ok(())
        } else {
            Err(A::Error::invalid_length(came, &"a value for each column"))
        }
    }
}
