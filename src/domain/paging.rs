//! Pages of a long list, by the row they lie before or after.
//!
//! A page is asked for with one row more than it shows, which tells whether there is another one. The
//! page before a row is read backwards from it.

/// Rows on a page.
pub const PAGE: usize = 25;

/// Which page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cursor<Id> {
    /// The first one.
    #[default]
    First,
    /// The one that begins after a row.
    After(Id),
    /// The one that ends before a row.
    Before(Id),
}

/// A page cut to its size, in the order of the list.
#[derive(Debug)]
pub struct Cut<T, Id> {
    /// Its rows.
    pub rows: Vec<T>,
    /// The page before it, if there is one.
    pub previous: Option<Cursor<Id>>,
    /// The page after it, if there is one.
    pub next: Option<Cursor<Id>>,
}

impl<Id: Copy> Cursor<Id> {
    /// Cuts what was read to a page.
    pub fn cut<T>(self, mut rows: Vec<T>, id: impl Fn(&T) -> Id) -> Cut<T, Id> {
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let (earlier, later) = match self {
            Self::First => (false, more),
            Self::After(_) => (true, more),
            Self::Before(_) => {
                rows.reverse();
                (more, true)
            }
        };
        Cut {
            previous: rows
                .first()
                .filter(|_| earlier)
                .map(|row| Self::Before(id(row))),
            next: rows
                .last()
                .filter(|_| later)
                .map(|row| Self::After(id(row))),
            rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a list of numbers as the store does.
    fn read(list: &[u32], cursor: Cursor<u32>) -> Vec<u32> {
        let place = |id| list.iter().position(|n| *n == id).unwrap();
        let mut rows = match cursor {
            Cursor::First => list.to_vec(),
            Cursor::After(id) => list[place(id) + 1..].to_vec(),
            Cursor::Before(id) => list[..place(id)].iter().rev().copied().collect(),
        };
        rows.truncate(PAGE + 1);
        rows
    }

    #[test]
    fn a_list_is_walked_to_its_end_and_back() {
        for length in [0, 1, 25, 26, 50, 51, 60] {
            let list: Vec<u32> = (0..length).collect();
            let page = |cursor: Cursor<u32>| cursor.cut(read(&list, cursor), |n| *n);
            let mut cut = page(Cursor::First);
            assert!(cut.previous.is_none());
            let mut seen = cut.rows.clone();
            let mut pages = vec![cut.rows.clone()];
            while let Some(next) = cut.next {
                cut = page(next);
                seen.extend(&cut.rows);
                pages.push(cut.rows.clone());
            }
            assert_eq!(seen, list);
            while let Some(previous) = cut.previous {
                pages.pop();
                cut = page(previous);
                assert_eq!(cut.rows, *pages.last().unwrap());
            }
            assert_eq!(pages.len(), 1);
        }
    }
}
