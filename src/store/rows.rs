//! Rows as D1 gave them, and how types are read out of them.
//!
//! serde would put a reader of JSON into the worker for every type of row. So JSON is read once, into
//! cells, and a type takes its cells by the names of its fields: that leaves little of each type. Text stays where it
//! came until a type wants it for itself.

mod answered;
mod objects;

use std::fmt;
use std::ops::Range;
use std::slice::Iter;
use std::sync::Arc;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer as _,
    SeqAccess, Unexpected, Visitor,
};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize, forward_to_deserialize_any};
use serde_json::Error;

pub(super) use answered::tables;

/// One value of a row.
#[derive(Debug, Default)]
enum Cell {
    /// Somebody has it already, or there never was one.
    #[default]
    Gone,
    Null,
    Int(i64),
    Text(String),
    /// Text that stands in the answer as it is.
    Within(Range<usize>),
}

impl Cell {
    /// What it says, in this answer.
    fn value<'t>(&'t self, answer: &'t str) -> Value<'t> {
        match self {
            Self::Gone => Value::Gone,
            Self::Null => Value::Null,
            Self::Int(int) => Value::Int(*int),
            Self::Text(text) => Value::Text(text),
            Self::Within(place) => Value::Text(answer.get(place.clone()).unwrap_or_default()),
        }
    }
}

/// What a cell says.
#[derive(Clone, Copy)]
enum Value<'t> {
    Gone,
    Null,
    Int(i64),
    Text(&'t str),
}

/// What one statement answered. Its rows have the same columns, in the same order.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Shared by the tables of a statement that is asked again and again.
    columns: Arc<Vec<String>>,
    /// Where the text of its cells may stand.
    answer: Arc<String>,
    /// Row after row.
    cells: Vec<Cell>,
}

impl Table {
    /// The rows, to be read once.
    pub(super) fn rows(&mut self) -> impl ExactSizeIterator<Item = Row<'_>> {
        let columns = self.columns.as_slice();
        let answer = self.answer.as_str();
        let rows = self.cells.chunks_mut(columns.len().max(1));
        rows.map(move |cells| Row {
            columns,
            answer,
            cells,
            next: 0,
        })
    }
}

/// A row that is being read.
pub(super) struct Row<'t> {
    columns: &'t [String],
    answer: &'t str,
    cells: &'t mut [Cell],
    /// Where the next column is most likely.
    next: usize,
}

impl Row<'_> {
    /// Reads the row as a `T`.
    pub(super) fn read<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        T::deserialize(&mut self)
    }

    fn take(&mut self, name: &str) -> Cell {
        let is_it = |column: &String| column == name;
        let ahead = self.columns.iter().skip(self.next).position(is_it);
        let at = match ahead {
            Some(steps) => Some(self.next + steps),
            None => self.columns.iter().position(is_it),
        };
        let cell = at.and_then(|at| self.cells.get_mut(at));
        self.next = at.map_or(self.next, |at| at + 1);
        cell.map(std::mem::take).unwrap_or_default()
    }
}

impl<'de> Deserializer<'de> for &mut Row<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        Err(Error::invalid_type(Unexpected::Other("a row"), &visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let fields = fields.iter();
        visitor.visit_seq(Fields { row: self, fields })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields of a struct, each out of the column of its name.
struct Fields<'r, 't> {
    row: &'r mut Row<'t>,
    fields: Iter<'static, &'static str>,
}

impl<'de> SeqAccess<'de> for Fields<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(name) = self.fields.next() else {
            return Ok(None);
        };
        let cell = self.row.take(name);
        let row = &mut *self.row;
        match seed.deserialize(Field { row, name, cell }) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(within(name, &error)),
        }
    }
}

#[cold]
fn within(name: &str, error: &Error) -> Error {
    Error::custom(format_args!("{name}: {error}"))
}

/// One field. A struct in a row that has no column of its name shares the row's columns.
struct Field<'r, 't> {
    row: &'r mut Row<'t>,
    name: &'static str,
    cell: Cell,
}

impl<'de> Deserializer<'de> for Field<'_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.cell.value(self.row.answer) {
            Value::Gone => Err(Error::missing_field(self.name)),
            Value::Null => visitor.visit_unit(),
            Value::Int(int) => visitor.visit_i64(int),
            Value::Text(text) => visitor.visit_str(text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.cell {
            Cell::Gone | Cell::Null => visitor.visit_none(),
            Cell::Int(_) | Cell::Text(_) | Cell::Within(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.cell {
            Cell::Gone => self.row.deserialize_struct(name, fields, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.cell.value(self.row.answer) {
            Value::Text(text) => {
                let text: StrDeserializer<'_, Error> = text.into_deserializer();
                visitor.visit_enum(text)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OneCell)
    }
}

/// Reads one value.
struct OneCell;

impl Visitor<'_> for OneCell {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, an integer or null")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_i64<E>(self, int: i64) -> Result<Cell, E> {
        Ok(Cell::Int(int))
    }

    fn visit_u64<E: de::Error>(self, int: u64) -> Result<Cell, E> {
        let within = i64::try_from(int);
        within
            .map(Cell::Int)
            .map_err(|_beyond| E::invalid_value(Unexpected::Unsigned(int), &self))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Cell, E> {
        Ok(Cell::Text(text))
    }
}

/// As it was read.
impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let values = self.cells.iter().map(|cell| cell.value(self.answer));
        to.collect_map(self.columns.iter().zip(values))
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Gone | Self::Null => to.serialize_unit(),
            Self::Int(int) => to.serialize_i64(*int),
            Self::Text(text) => to.serialize_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Look {
        colour: Colour,
        logo: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Id(u32);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Client {
        id: Id,
        #[serde(deserialize_with = "super::super::flag")]
        open: bool,
        look: Look,
        note: Option<i64>,
    }

    /// Reads rows as a batch gives them, and the same as a joined statement answers them: both say the same.
    fn read<T: DeserializeOwned + PartialEq + fmt::Debug>(json: &str) -> Result<Vec<T>, Error> {
        let mut table: Table = serde_json::from_str(json)?;
        let values = table.cells.iter().map(|cell| cell.value(&table.answer));
        let values: Vec<_> = values.collect();
        let rows: Vec<_> = values.chunks(table.columns.len()).collect();
        let answer = serde_json::to_string(&[rows]).unwrap();
        let joined = tables(answer, &[Arc::clone(&table.columns)])?
            .remove(0)
            .rows()
            .map(Row::read)
            .collect();
        let read: Result<Vec<T>, Error> = table.rows().map(Row::read).collect();
        let told = |read: &Result<Vec<T>, Error>| format!("{read:?}");
        assert_eq!(told(&joined), told(&read), "{json}");
        read
    }

    #[test]
    fn fields_find_their_columns_in_any_order_and_structs_share_those_of_the_row() {
        let rows = r#"[{"logo":null,"open":1,"id":7,"colour":"red","unread":0},
                       {"logo":"\u00fc","open":0,"id":8,"colour":"red","unread":0}]"#;
        let rows: Vec<Client> = read(rows).unwrap();
        let (colour, note) = (Colour::Red, None);
        let look = Look { colour, logo: None };
        let open = true;
        assert_eq!(
            rows[0],
            Client {
                id: Id(7),
                open,
                look,
                note
            }
        );
        assert_eq!(rows[1].look.logo.as_deref(), Some("ü"));
        assert!(!rows[1].open);
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_column() {
        for (row, told) in [
            (r#"{"open":1,"colour":"red"}"#, "id: missing field `id`"),
            (r#"{"id":-1,"open":1,"colour":"red"}"#, "id: invalid value"),
            (r#"{"id":"1","open":1,"colour":"red"}"#, "id: invalid type"),
            (
                r#"{"id":1,"open":null,"colour":"red"}"#,
                "open: invalid type",
            ),
            (
                r#"{"id":1,"open":1,"colour":"blue"}"#,
                "look: colour: unknown variant",
            ),
            (r#"{"id":1,"open":1,"look":3}"#, "look: invalid type"),
        ] {
            let error = read::<Client>(&format!("[{row}]")).unwrap_err().to_string();
            assert!(error.starts_with(told), "{row}: {error}");
        }
    }

    #[test]
    fn rows_of_one_statement_have_the_same_columns() {
        for rows in [
            r#"[{"a":1},{"b":1}]"#,
            r#"[{"a":1},{"a":1,"b":1}]"#,
            r#"[{"a":1,"b":1},{"a":1}]"#,
            r#"[{"a":0.5}]"#,
            r#"[{"a":[]}]"#,
            r#"[{"a":18446744073709551615}]"#,
        ] {
            assert!(serde_json::from_str::<Table>(rows).is_err(), "{rows}");
        }
    }

    #[test]
    fn a_row_is_written_as_it_was_read() {
        let rows = r#"[{"b":"\"<é","a":-9007199254740991,"c":null}]"#;
        let mut table: Table = serde_json::from_str(rows).unwrap();
        let rows_again: Vec<Row> = table.rows().collect();
        assert_eq!(serde_json::to_string(&rows_again).unwrap(), rows);
    }
}
