//! Several reads as one statement.
//!
//! D1 spends more on taking a statement in and handing its rows out than on a short read itself. So what a page
//! reads goes there as one statement, which answers one text: a list for each read, of its rows, of their values.
//! The database writes that text; names of columns, which would come again with each row, stay here.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use super::Statement;
use super::rows::{Cells, Table};

/// D1's limits: <https://developers.cloudflare.com/d1/platform/limits/>.
const PARAMS: usize = 100;
const BYTES: usize = 100_000;
const ARGUMENTS: usize = 32;

/// The name of the one column that comes back.
pub(super) const COLUMN: &str = "j";

/// How many shapes an isolate keeps, those that were asked for last: of twenty kilobytes each as a rule, four megabytes
/// of the 128 that it has.
const KEPT: usize = 200;

/// What reads become, whatever the values of their parameters are.
pub(super) struct Shape {
    /// The text of each, and how many parameters it has.
    reads: Vec<(Cow<'static, str>, usize)>,
    sql: String,
    /// The columns of each.
    columns: Vec<Arc<Vec<String>>>,
}

/// The shapes that this isolate has had, the last one first: the same pages are asked for again and again.
static SHAPES: Mutex<VecDeque<Arc<Shape>>> = Mutex::new(VecDeque::new());

impl Shape {
    /// Joins reads, or finds what they became before. `None`: one of them writes, or together they are more than one
    /// statement may be.
    pub(super) fn of(reads: &[Statement]) -> Option<Arc<Self>> {
        let mut shapes = SHAPES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shapes.iter().position(|shape| shape.is_of(reads));
        let shape = match known.and_then(|at| shapes.remove(at)) {
            Some(known) => known,
            None => Arc::new(Self::made(reads)?),
        };
        shapes.truncate(KEPT - 1);
        shapes.push_front(Arc::clone(&shape));
        Some(shape)
    }

    /// Whether these are its reads. Lengths first, since the pages of one side begin alike; then where a text stands,
    /// since most are the program's own.
    fn is_of(&self, reads: &[Statement]) -> bool {
        let pairs = || self.reads.iter().zip(reads);
        self.reads.len() == reads.len()
            && pairs().all(|((sql, params), read)| {
                sql.len() == read.sql.len() && *params == read.params.len()
            })
            && pairs().all(|((sql, _), read)| sql.as_ptr() == read.sql.as_ptr() || *sql == read.sql)
    }

    fn made(reads: &[Statement]) -> Option<Self> {
        let mut sql = String::from("SELECT json_array(");
        let mut columns = Vec::new();
        let mut params = 0;
        for read in reads {
            let names = names(&read.sql).filter(|names| names.len() <= ARGUMENTS)?;
            let comma = if columns.is_empty() { "" } else { ", " };
            let listed = names.join(", ");
            sql.push_str(comma);
            sql.push_str("(SELECT json_group_array(json_array(");
            sql.push_str(&listed);
            sql.push_str(")) FROM (");
            renumber(&mut sql, &read.sql, params);
            sql.push_str("))");
            params += read.params.len();
            columns.push(Arc::new(names.into_iter().map(str::to_owned).collect()));
        }
        sql.push_str(") AS ");
        sql.push_str(COLUMN);
        let fits = sql.len() <= BYTES && params <= PARAMS && columns.len() <= ARGUMENTS;
        let text = |read: &Statement| (read.sql.clone(), read.params.len());
        fits.then(|| Self {
            reads: reads.iter().map(text).collect(),
            sql,
            columns,
        })
    }

    /// The one statement. Its parameters are those of the reads, one after the other.
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    /// The same, of these reads.
    pub(super) fn statement(&self, reads: Vec<Statement>) -> Statement {
        let params = reads.into_iter().flat_map(|read| read.params);
        Statement::new(self.sql.clone(), params)
    }

    /// Reads what was answered: the rows of each read.
    pub(super) fn tables(&self, text: &str) -> Result<Vec<Table>, serde_json::Error> {
        let mut from = serde_json::Deserializer::from_str(text);
        let tables = Columns(&self.columns).deserialize(&mut from)?;
        from.end()?;
        Ok(tables)
    }
}

/// The columns of each read.
struct Columns<'s>(&'s [Arc<Vec<String>>]);

/// Copies SQL, with `?1` as the parameter that follows `before` others. The `+` keeps the planner from looking at
/// its value (for a LIMIT, or an index with a condition): where it has, all of the statement is compiled anew each time.
fn renumber(into: &mut String, sql: &str, before: usize) {
    let mut pieces = sql.split('?');
    into.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        match number.parse::<usize>() {
            Ok(number) => {
                into.push_str("+?");
                into.push_str(&(number + before).to_string());
                into.push_str(rest);
            }
            Err(_within_a_text) => {
                into.push('?');
                into.push_str(piece);
            }
        }
    }
}

/// The names of a read's columns. `None`: it is no read, or one has no name.
fn names(sql: &str) -> Option<Vec<&str>> {
    let mut pieces = Pieces { sql, at: 0 };
    let begin = pieces.find(|piece| matches!(*piece, "SELECT" | "INSERT" | "UPDATE" | "DELETE"));
    if begin != Some("SELECT") {
        return None;
    }
    let is_name = |piece: &&str| piece.starts_with(|c: char| c.is_ascii_lowercase());
    let mut names = Vec::new();
    let mut last = "";
    for piece in pieces.chain(["FROM"]) {
        match piece {
            "," | "FROM" | "WHERE" | "UNION" | "ORDER" | "LIMIT" => {
                names.push(Some(last).filter(is_name)?);
                if piece != "," {
                    return Some(names);
                }
                last = "";
            }
            _ => last = piece,
        }
    }
    None
}

/// What stands outside of brackets and quotes: words, and other characters one by one.
struct Pieces<'s> {
    sql: &'s str,
    at: usize,
}

impl<'s> Iterator for Pieces<'s> {
    type Item = &'s str;

    fn next(&mut self) -> Option<&'s str> {
        let bytes = self.sql.as_bytes();
        let mut depth = 0_usize;
        let mut quoted = false;
        loop {
            let begin = self.at;
            let byte = *bytes.get(begin)?;
            self.at += 1;
            match byte {
                b'\'' => quoted = !quoted,
                _ if quoted => {}
                b'(' => depth += 1,
                b')' if depth == 1 => return self.sql.get(begin..self.at),
                b')' => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                b' ' | b'\n' => {}
                _ if is_word(byte) => {
                    while bytes.get(self.at).copied().is_some_and(is_word) {
                        self.at += 1;
                    }
                    return self.sql.get(begin..self.at);
                }
                _ => return self.sql.get(begin..self.at),
            }
        }
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl<'de> DeserializeSeed<'de> for Columns<'_> {
    type Value = Vec<Table>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Vec<Table>, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Columns<'_> {
    type Value = Vec<Table>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the rows of each read")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut answers: A) -> Result<Vec<Table>, A::Error> {
        let mut tables = Vec::with_capacity(self.0.len());
        for columns in self.0 {
            let table = answers.next_element_seed(Cells(Arc::clone(columns)))?;
            tables.push(table.ok_or_else(|| A::Error::custom("fewer answers than reads"))?);
        }
        Ok(tables)
    }
}

#[cfg(test)]
mod tests {
    use super::super::statement;
    use super::*;

    #[test]
    fn a_column_has_the_name_that_it_was_given_or_that_of_what_it_is() {
        for (sql, expected) in [
            ("SELECT id, b.name FROM business b", vec!["id", "name"]),
            (
                "SELECT count(*) AS count, (SELECT max(a, b) FROM t WHERE x = 'a, (b' ) AS most FROM t",
                vec!["count", "most"],
            ),
            (
                "WITH viewer AS (SELECT 1 AS one), t AS (SELECT 2 FROM viewer) SELECT v.one || ', ' AS text FROM viewer v",
                vec!["text"],
            ),
            ("SELECT EXISTS (SELECT 1) AS there", vec!["there"]),
            (
                "SELECT a.id FROM a UNION ALL SELECT b.other FROM b",
                vec!["id"],
            ),
        ] {
            assert_eq!(names(sql), Some(expected), "{sql}");
        }
    }

    #[test]
    fn what_has_no_name_or_is_no_read_stays_by_itself() {
        for sql in [
            "SELECT count(*) FROM t",
            "SELECT 1 FROM t",
            "SELECT * FROM t",
            "SELECT a, count(*) FROM t",
            "INSERT INTO t SELECT id FROM s",
            "WITH v AS (SELECT 1 AS id) INSERT INTO t SELECT id FROM v RETURNING id",
            "UPDATE t SET a = 1 RETURNING id",
            "",
        ] {
            assert_eq!(names(sql), None, "{sql}");
            let reads = [statement!("SELECT id FROM t"), statement!(sql)];
            assert!(Shape::of(&reads).is_none(), "{sql}");
        }
    }

    #[test]
    fn reads_are_one_statement_with_the_parameters_of_each() {
        let reads = [
            statement!("SELECT id FROM a WHERE b = ?1 LIMIT ?2", 7_i64, 8_i64),
            statement!(
                "SELECT c FROM d WHERE e = ?1 AND f <> '?' AND g > ?1 - 5",
                "x"
            ),
        ];
        assert_eq!(
            Shape::of(&reads).unwrap().sql(),
            "SELECT json_array((SELECT json_group_array(json_array(id)) FROM (SELECT id FROM a WHERE b = +?1 LIMIT +?2)), \
             (SELECT json_group_array(json_array(c)) FROM (SELECT c FROM d WHERE e = +?3 AND f <> '?' AND g > +?3 - 5))) AS j"
        );
    }

    #[test]
    fn asked_again_it_is_the_same_statement() {
        let reads = |more: Vec<i64>| {
            let more = more.into_iter().map(Into::into);
            [
                Statement::new("SELECT id FROM again WHERE a = ?1", more),
                statement!("SELECT id FROM again WHERE b = ?1", "x"),
            ]
        };
        let shape = |more| Shape::of(&reads(more)).unwrap();
        assert!(Arc::ptr_eq(&shape(vec![1]), &shape(vec![2])));
        assert!(!Arc::ptr_eq(&shape(vec![1]), &shape(vec![1, 2])));
        assert!(shape(vec![1, 2]).sql().contains("b = +?3"));
        // The ones that were asked for last are kept.
        let (kept, lost) = (shape(vec![1]), shape(vec![1, 2]));
        for n in 0..KEPT {
            let _other = Shape::of(&[Statement::new(format!("SELECT id FROM other{n}"), [])]);
            let _asked = shape(vec![3]);
        }
        assert!(Arc::ptr_eq(&kept, &shape(vec![1])));
        assert!(!Arc::ptr_eq(&lost, &shape(vec![1, 2])));
    }

    #[test]
    fn more_than_one_statement_may_be_stays_a_batch() {
        let many = |n: i64| Statement::new("SELECT id FROM t", (0..n).map(Into::into));
        assert!(Shape::of(&[many(60), many(40)]).is_some());
        assert!(Shape::of(&[many(60), many(41)]).is_none());
        let long = format!("SELECT id FROM t WHERE a <> '{}'", "x".repeat(60_000));
        let long = || Statement::new(long.clone(), []);
        assert!(Shape::of(&[long()]).is_some());
        assert!(Shape::of(&[long(), long()]).is_none());
    }

    #[test]
    fn rows_are_told_apart_by_their_place() {
        let reads = [
            statement!("SELECT a, b FROM t"),
            statement!("SELECT c FROM t"),
        ];
        let answered = |text: &str| Shape::of(&reads).unwrap().tables(text);
        let mut tables = answered(r#"[[[1,"x\""],[2,null]],[]]"#).unwrap();
        let rows: Vec<_> = tables[0].rows().collect();
        let rows = serde_json::to_string(&rows).unwrap();
        assert_eq!(rows, r#"[{"a":1,"b":"x\""},{"a":2,"b":null}]"#);
        assert_eq!(tables[1].rows().len(), 0);
        for wrong in [
            "",
            "[]",
            "[[]]",
            "[[[1]],[]]",
            "[[[1,2,3]],[]]",
            "[[],[],[]]",
        ] {
            assert!(answered(wrong).is_err(), "{wrong}");
        }
    }
}
