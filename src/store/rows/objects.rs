//! Rows as objects, as a batch gives them: the first one says what the columns are.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{
    self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::{Cell, Table};

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Rows)
    }
}

/// Reads a list of objects.
struct Rows;

impl<'de> Visitor<'de> for Rows {
    type Value = Table;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_unit<E>(self) -> Result<Table, E> {
        Ok(Table::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Table, A::Error> {
        let (mut columns, mut cells) = (Vec::new(), Vec::new());
        while rows
            .next_element_seed(Next {
                columns: &mut columns,
                cells: &mut cells,
            })?
            .is_some()
        {}
        let columns = Arc::new(columns);
        let answer = Arc::default();
        Ok(Table {
            columns,
            answer,
            cells,
        })
    }
}

/// Adds a row to those before it.
struct Next<'t> {
    columns: &'t mut Vec<String>,
    cells: &'t mut Vec<Cell>,
}

impl<'de> DeserializeSeed<'de> for Next<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Next<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row with the columns of the one before it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut row: A) -> Result<(), A::Error> {
        let Self { columns, cells } = self;
        let is_first = cells.is_empty();
        let mut at = 0;
        loop {
            let column = Column {
                columns: &mut *columns,
                at,
                is_first,
            };
            if row.next_key_seed(column)?.is_none() {
                break;
            }
            cells.push(row.next_value()?);
            at += 1;
        }
        if at == columns.len() {
            Ok(())
        } else {
            Err(A::Error::invalid_length(
                at,
                &"a row as long as the one before",
            ))
        }
    }
}

/// Learns the name of a column from the first row, and finds it again in the others.
struct Column<'t> {
    columns: &'t mut Vec<String>,
    at: usize,
    is_first: bool,
}

impl<'de> DeserializeSeed<'de> for Column<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Column<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the column that the row before has here")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<(), E> {
        match self.columns.get(self.at) {
            Some(known) if known == name => Ok(()),
            None if self.is_first => {
                self.columns.push(name.to_owned());
                Ok(())
            }
            _ => Err(E::invalid_value(Unexpected::Str(name), &self)),
        }
    }
}
