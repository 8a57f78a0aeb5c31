//! Reads what a joined statement answered: a list for each read, of its rows, of their values.
//!
//! The database writes that text and each page reads one, so it is walked along once instead of by the general reader,
//! and text without an escape stays where it is.

use std::sync::Arc;

use serde::de::Error as _;
use serde_json::Error;

use super::{Cell, Table};

/// The rows of each read, whose columns these are.
pub(in crate::store) fn tables(
    answer: String,
    columns: &[Arc<Vec<String>>],
) -> Result<Vec<Table>, Error> {
    let mut walk = Walk {
        bytes: answer.as_bytes(),
        text: &answer,
        at: 0,
    };
    let mut reads = Vec::with_capacity(columns.len());
    let all = walk.list(|walk| {
        let width = columns.get(reads.len())?.len();
        let mut cells = Vec::new();
        walk.list(|walk| {
            let before = cells.len();
            walk.list(|walk| {
                cells.push(walk.cell()?);
                Some(())
            })?;
            (cells.len() - before == width).then_some(())
        })?;
        reads.push(cells);
        Some(())
    });
    if all.is_none() || walk.at != answer.len() || reads.len() != columns.len() {
        return Err(Error::custom(format_args!(
            "expected the rows of {} reads, each with a value for each column; read up to byte {}",
            columns.len(),
            walk.at
        )));
    }
    let answer = Arc::new(answer);
    let with_columns = reads.into_iter().zip(columns);
    Ok(with_columns
        .map(|(cells, columns)| Table {
            columns: Arc::clone(columns),
            answer: Arc::clone(&answer),
            cells,
        })
        .collect())
}

/// How far the text is read. Where something is not as expected, it goes no further.
struct Walk<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
}

impl Walk<'_> {
    /// Goes past that byte, if it is the next.
    fn takes(&mut self, byte: u8) -> bool {
        let is_it = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(is_it);
        is_it
    }

    /// `[…,…]`: each item is read by that.
    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.takes(b'[').then_some(())?;
        if self.takes(b']') {
            return Some(());
        }
        loop {
            item(self)?;
            if !self.takes(b',') {
                return self.takes(b']').then_some(());
            }
        }
    }

    fn cell(&mut self) -> Option<Cell> {
        match self.bytes.get(self.at)? {
            b'"' => self.string(),
            b'n' => {
                let rest = self.bytes.get(self.at..)?;
                self.at += rest.starts_with(b"null").then_some(4)?;
                Some(Cell::Null)
            }
            _ => self.integer(),
        }
    }

    fn string(&mut self) -> Option<Cell> {
        let begin = self.at;
        let mut is_plain = true;
        loop {
            self.at += 1;
            match self.bytes.get(self.at)? {
                b'"' => break,
                b'\\' => {
                    is_plain = false;
                    self.at += 1;
                }
                _ => {}
            }
        }
        self.at += 1;
        if is_plain {
            return Some(Cell::Within(begin + 1..self.at - 1));
        }
        let quoted = self.text.get(begin..self.at)?;
        serde_json::from_str(quoted).ok().map(Cell::Text)
    }

    fn integer(&mut self) -> Option<Cell> {
        let is_negative = self.takes(b'-');
        let first = self.at;
        let mut int = 0_i64;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(self.at) {
            let digit = i64::from(digit - b'0');
            let digit = if is_negative { -digit } else { digit };
            int = int.checked_mul(10)?.checked_add(digit)?;
            self.at += 1;
        }
        (self.at > first).then_some(Cell::Int(int))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn columns(names: &[&[&str]]) -> Vec<Arc<Vec<String>>> {
        let of = |names: &&[&str]| Arc::new(names.iter().map(|&name| name.to_owned()).collect());
        names.iter().map(of).collect()
    }

    /// The rows of each read, as objects.
    fn read(answer: &str, names: &[&[&str]]) -> Option<Value> {
        let mut tables = tables(answer.to_owned(), &columns(names)).ok()?;
        let rows = tables.iter_mut().map(|table| table.rows().collect());
        let rows: Vec<Vec<_>> = rows.collect();
        Some(serde_json::to_value(rows).unwrap())
    }

    #[test]
    fn what_is_not_as_expected_is_refused() {
        let names: &[&[&str]] = &[&["a", "b"], &["c"]];
        let answer = r#"[[[1,"x\"\u00e9"],[-2,null]],[]]"#;
        let expected = json!([[{"a": 1, "b": "x\"é"}, {"a": -2, "b": null}], []]);
        assert_eq!(read(answer, names), Some(expected));
        for wrong in [
            "",
            "[",
            "[]",
            "[[]]",
            "[[],[],[]]",
            "[[],[]] ",
            "[[],[]",
            "[[[1]],[]]",
            "[[[1,2,3]],[]]",
            "[[[1,2],[]],[]]",
            "[[[1,2],[1]],[]]",
            "[[[1,]],[]]",
            "[[[1,2,]],[]]",
            "[[[1,2],],[]]",
            "[[[1,-]],[]]",
            "[[[1,0.5]],[]]",
            "[[[1,1e3]],[]]",
            "[[[1,true]],[]]",
            "[[[1,nul]],[]]",
            "[[[1,[]]],[]]",
            "[[[1,{}]],[]]",
            "[[[1,9223372036854775808]],[]]",
            "[[[1,\"]],[]]",
            "[[[1,\"\\\"]],[]]",
            "[[[1,\"\\x\"]],[]]",
            "[[[1 ,2]],[]]",
            "{}",
            "null",
        ] {
            assert_eq!(read(wrong, names), None, "{wrong}");
        }
    }

    #[test]
    fn the_largest_and_the_smallest_number_are_read() {
        let answer = format!("[[[{},{}]]]", i64::MAX, i64::MIN);
        let expected = json!([[{"a": i64::MAX, "b": i64::MIN}]]);
        assert_eq!(read(&answer, &[&["a", "b"]]), Some(expected));
    }

    fn cell() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn it_is_what_the_general_reader_reads(rows in prop::collection::vec((cell(), cell()), 0..5)) {
            let lists: Vec<_> = rows.iter().map(|(a, b)| json!([a, b])).collect();
            let objects: Vec<_> = rows.iter().map(|(a, b)| json!({"a": a, "b": b})).collect();
            let answer = json!([lists]).to_string();
            prop_assert_eq!(read(&answer, &[&["a", "b"]]), Some(json!([objects])));
        }

        #[test]
        fn whatever_comes_is_read_as_the_general_reader_reads_it_or_refused(noise in any::<String>(), piece in 0_usize..40) {
            let names: &[&[&str]] = &[&["a", "b"]];
            let whole = r#"[[[1,"x\"é"],[-2,null]]]"#;
            let cut = whole.get(..piece.min(whole.len())).unwrap_or_default();
            for text in [noise.clone(), format!("{cut}{noise}"), format!("[[[1,\"{noise}\"]]]")] {
                let Some(walked) = read(&text, names) else { continue };
                let lists: Vec<Vec<(Value, Value)>> = serde_json::from_str(&text).unwrap();
                let objects = lists.iter().flatten().map(|(a, b)| json!({"a": a, "b": b}));
                prop_assert_eq!(walked, json!([objects.collect::<Vec<_>>()]), "{}", text);
            }
        }
    }
}
