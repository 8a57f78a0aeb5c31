//! Tables for other programs: RFC 4180, and nothing in them that a spreadsheet would run.
//!
//! Every text is quoted where it must be, and a text that begins with `=`, `+`, `-`, `@` (or their wide forms,
//! which some spreadsheets take for them), a tab or the end of a line gets an apostrophe in front, because
//! spreadsheets take such cells for formulas.
//! Amounts and dates are ours and go in as they are, so that "-12.00" stays a number. All CSV of the
//! portal is written here, so there is one place to get this right.

use super::money::Money;
use super::time::Date;

/// A table being written. UTF-8 with a byte order mark, for the spreadsheets that need one; lines
/// end with CR LF.
#[derive(Debug, Clone)]
pub struct Csv {
    text: String,
    columns: usize,
    column: usize,
}

impl Csv {
    /// A table with these headings.
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        let mut csv = Self {
            text: "\u{feff}".to_owned(),
            columns: N,
            column: 0,
        };
        for heading in headings {
            csv.text(heading);
        }
        csv
    }
    /// The next cell: any text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        let risky =
            text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        let quote = risky || text.contains([',', '"', '\n', '\r', ';', '\t', ' ']);
        let mut cell = String::with_capacity(text.len().saturating_add(3));
        if quote {
            cell.push('"');
        }
        if risky {
            cell.push('\'');
        }
        for c in text.chars() {
            if c == '"' {
                cell.push('"');
            }
            cell.push(c);
        }
        if quote {
            cell.push('"');
        }
        self.cell(&cell)
    }
    /// The next cell: an amount as plain digits, without its currency.
    pub fn amount(&mut self, amount: Money) -> &mut Self {
        self.cell(&amount.plain())
    }
    /// The next cell: an amount, or nothing where it is zero.
    pub fn amount_or_blank(&mut self, amount: Money) -> &mut Self {
        if amount.is_zero() {
            self.cell("")
        } else {
            self.amount(amount)
        }
    }
    /// The next cell: a day as `YYYY-MM-DD`.
    pub fn date(&mut self, date: Date) -> &mut Self {
        self.cell(&date.to_string())
    }
    /// The whole table. A row that was begun is filled up with empty cells.
    pub fn finish(mut self) -> String {
        while self.column != 0 {
            self.cell("");
        }
        self.text
    }

    fn cell(&mut self, cell: &str) -> &mut Self {
        if self.column > 0 {
            self.text.push(',');
        }
        self.text.push_str(cell);
        self.column = self.column.saturating_add(1);
        if self.column >= self.columns {
            self.text.push_str("\r\n");
            self.column = 0;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;
    use proptest::prelude::*;

    #[test]
    fn rows_are_quoted_where_they_must_be() {
        let mut csv = Csv::new(["Date", "What", "Amount"]);
        csv.date(Date::parse("2026-11-24").unwrap())
            .text("Invoice \"A\", first")
            .amount(Money::new(-1_250, Currency::EUR).unwrap());
        csv.text("half");
        assert_eq!(
            csv.finish(),
            "\u{feff}Date,What,Amount\r\n2026-11-24,\"Invoice \"\"A\"\", first\",-12.50\r\nhalf,,\r\n"
        );
    }

    #[test]
    fn formulas_are_defused() {
        for bad in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\n=1",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM(A1)",
            "=HYPERLINK(\"x\")",
        ] {
            let mut csv = Csv::new(["A"]);
            csv.text(bad);
            let text = csv.finish();
            let cell = text.strip_prefix("\u{feff}A\r\n").unwrap();
            assert!(cell.starts_with("\"'"), "{cell}");
        }
    }

    /// A reader by the letter of RFC 4180.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut rows = vec![vec![String::new()]];
        let mut quoted = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let row = rows.last_mut().unwrap();
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    row.last_mut().unwrap().push('"');
                }
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(String::new()),
                '\r' if !quoted => {}
                '\n' if !quoted => rows.push(vec![String::new()]),
                c => row.last_mut().unwrap().push(c),
            }
        }
        rows.pop();
        rows
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read(cells in prop::collection::vec("[a-z =+@\",;\r\n\t-]{0,8}", 1..9)) {
            let mut csv = Csv::new(["a", "b", "c"]);
            for cell in &cells { csv.text(cell); }
            let text = csv.finish();
            let found: Vec<String> = read(&text).into_iter().skip(1).flatten().collect();
            for (cell, found) in cells.iter().zip(&found) {
                prop_assert!(!found.starts_with(['=', '+', '-', '@', '\t', '\r']));
                prop_assert_eq!(found.strip_prefix('\'').unwrap_or(found), cell);
            }
        }
    }
}
