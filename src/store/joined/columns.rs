//! How the columns of a read are called, told by its text.

/// The names of a read's columns. `None`: it is no read, or one has no name.
pub(super) fn names(sql: &str) -> Option<Vec<&str>> {
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

#[cfg(test)]
mod tests {
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
}
