//! Several reads as one statement.
//!
//! D1 spends more on taking a statement in and handing its rows out than on a short read itself. So what a page
//! reads goes there as one statement, which answers one text: a list for each read, of its rows, of their values.
//! The database writes that text; names of columns, which would come again with each row, stay here.
//!
//! Reads for a client begin with who asks ([`WHO`](super::viewer::WHO)). Together they say that once, first, with one
//! set of its parameters, and it is looked up once: the one row that is answered stands on it, and each read asks that row.

mod columns;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use self::columns::names;
use super::rows::{self, Table};
use super::viewer::{VIEWER, VIEWER_ON_ROW};
use super::{Param, Statement};

/// D1's limits: <https://developers.cloudflare.com/d1/platform/limits/>.
const PARAMS: usize = 100;
const BYTES: usize = 100_000;
const ARGUMENTS: usize = 32;

/// The name of the one column that comes back.
pub(super) const COLUMN: &str = "j";

/// How many shapes an isolate keeps, those that were asked for last: of twenty kilobytes each as a rule, four megabytes
/// of the 128 that it has.
const KEPT: usize = 200;

/// How many parameters who asks has: which session, and when.
const WHO_PARAMS: usize = 2;
/// The row that all are answered on: there also where nobody asks who may.
const ROW: &str = " FROM (SELECT 1) LEFT JOIN who";
/// What a read works out beforehand asks who by itself: from the row, it would be worked out anew wherever it is used.
const BEFOREHAND: &str = " AS MATERIALIZED ";

/// What reads become, whatever the values of their parameters are.
pub(super) struct Shape {
    reads: Vec<Known>,
    /// Whether those that say who asks say the same.
    one_asks: bool,
    sql: String,
    /// The columns of each.
    columns: Vec<Arc<Vec<String>>>,
}

/// A read without the values of its parameters.
struct Known {
    who: Option<&'static str>,
    before: &'static str,
    sql: Cow<'static, str>,
    params: usize,
}

impl Known {
    fn of(read: &Statement) -> Self {
        Self {
            who: read.who,
            before: read.before,
            sql: read.sql.clone(),
            params: read.params.len(),
        }
    }

    /// Mostly by where a text stands: most are the program's own.
    fn is(&self, read: &Statement) -> bool {
        let same = |known: &str, text: &str| {
            known.len() == text.len() && (known.as_ptr() == text.as_ptr() || known == text)
        };
        self.params == read.params.len()
            && same(&self.sql, &read.sql)
            && same(self.before, read.before)
            && self.who.is_some() == read.who.is_some()
            && same(self.who.unwrap_or_default(), read.who.unwrap_or_default())
    }
}

/// The shapes that this isolate has had, the last one first: the same pages are asked for again and again.
static SHAPES: Mutex<VecDeque<Arc<Shape>>> = Mutex::new(VecDeque::new());

impl Shape {
    /// Joins reads, or finds what they became before. `None`: one of them writes, they say in two ways who asks, or
    /// together they are more than one statement may be.
    pub(super) fn of(reads: &[Statement]) -> Option<Arc<Self>> {
        let one_asks = asker(reads).is_some();
        let mut shapes = SHAPES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shapes
            .iter()
            .position(|shape| shape.one_asks == one_asks && shape.is_of(reads));
        let shape = match known.and_then(|at| shapes.remove(at)) {
            Some(known) => known,
            None => Arc::new(Self::made(reads, one_asks)?),
        };
        shapes.truncate(KEPT - 1);
        shapes.push_front(Arc::clone(&shape));
        Some(shape)
    }

    /// Whether these are its reads. The last one first, since the pages of one side begin alike.
    fn is_of(&self, reads: &[Statement]) -> bool {
        let mut pairs = self.reads.iter().zip(reads).rev();
        self.reads.len() == reads.len() && pairs.all(|(known, read)| known.is(read))
    }

    fn made(reads: &[Statement], one_asks: bool) -> Option<Self> {
        let mut sql = String::new();
        let mut params = 0;
        if one_asks {
            let who = reads.iter().find_map(|read| read.who)?;
            if reads
                .iter()
                .any(|read| read.who.is_some_and(|other| other != who))
            {
                return None;
            }
            renumber(&mut sql, who, 0, 0);
            sql.push(' ');
            params = WHO_PARAMS;
        }
        sql.push_str("SELECT json_array(");
        let mut columns = Vec::new();
        for read in reads {
            let text = read.text();
            let names = names(&text).filter(|names| names.len() <= ARGUMENTS)?;
            let comma = if columns.is_empty() { "" } else { ", " };
            let listed = names.join(", ");
            sql.push_str(comma);
            sql.push_str("(SELECT json_group_array(json_array(");
            sql.push_str(&listed);
            sql.push_str(")) FROM (");
            if one_asks && read.who.is_some() {
                let viewer = if text.contains(BEFOREHAND) {
                    VIEWER
                } else {
                    VIEWER_ON_ROW
                };
                sql.push_str("WITH ");
                for text in [viewer, read.before, &read.sql] {
                    renumber(&mut sql, text, WHO_PARAMS, params);
                }
                params += read.params.len() - WHO_PARAMS;
            } else {
                renumber(&mut sql, &text, 0, params);
                params += read.params.len();
            }
            sql.push_str("))");
            columns.push(Arc::new(names.into_iter().map(str::to_owned).collect()));
        }
        sql.push_str(") AS ");
        sql.push_str(COLUMN);
        if one_asks {
            sql.push_str(ROW);
        }
        let fits = sql.len() <= BYTES && params <= PARAMS && columns.len() <= ARGUMENTS;
        fits.then(|| Self {
            reads: reads.iter().map(Known::of).collect(),
            one_asks,
            sql,
            columns,
        })
    }

    /// The one statement.
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    /// Its parameters, of these reads: who asks, then those of each, one after the other.
    pub(super) fn params(reads: &[Statement]) -> impl Iterator<Item = &Param> {
        let shared = asker(reads);
        let own = reads.iter().flat_map(move |read| {
            let is_shared = shared.is_some() && who(read).is_some();
            read.params
                .iter()
                .skip(if is_shared { WHO_PARAMS } else { 0 })
        });
        shared.into_iter().flatten().chain(own)
    }

    /// The same, of these reads.
    pub(super) fn statement(&self, reads: &[Statement]) -> Statement {
        Statement::new(self.sql.clone(), Self::params(reads).cloned())
    }

    /// Reads what was answered: the rows of each read.
    pub(super) fn tables(&self, text: String) -> Result<Vec<Table>, serde_json::Error> {
        rows::tables(text, &self.columns)
    }
}

/// Who asks and when, where a read says it.
fn who(read: &Statement) -> Option<&[Param]> {
    read.who.and_then(|_said| read.params.get(..WHO_PARAMS))
}

/// Who asks and when, where two or more reads say it and all say the same.
fn asker(reads: &[Statement]) -> Option<&[Param]> {
    let mut said = reads.iter().filter_map(who);
    let (first, second) = (said.next()?, said.next()?);
    (first == second && said.all(|other| other == first)).then_some(first)
}

/// Copies SQL. The first `shared` parameters keep their numbers; the others follow `before` that stand ahead of them.
/// The `+` keeps the planner from looking at a value (for a LIMIT, or an index with a condition): where it has, all of
/// the statement is compiled anew each time.
fn renumber(into: &mut String, sql: &str, shared: usize, before: usize) {
    let mut pieces = sql.split('?');
    into.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        match number.parse::<usize>() {
            Ok(number) => {
                into.push_str("+?");
                let number = if number > shared {
                    number - shared + before
                } else {
                    number
                };
                into.push_str(&number.to_string());
                into.push_str(rest);
            }
            Err(_within_a_text) => {
                into.push('?');
                into.push_str(piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::statement;
    use super::*;

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

    const ASKS: &str = "WITH who AS (SELECT a FROM s WHERE id = ?1 AND t > ?2)";

    fn seen(who: &'static str, session: &str, now: i64, n: i64) -> Statement {
        let sql = "SELECT c FROM viewer WHERE d = ?4 AND e > ?2";
        Statement {
            who: Some(who),
            ..statement!(sql, session, now, n, n + 1)
        }
    }

    /// The values of the parameters, in order.
    fn values(reads: &[Statement]) -> Vec<String> {
        let asked = Shape::of(reads).unwrap().statement(reads);
        let params = asked.params.iter();
        params.map(|param| format!("{param:?}")).collect()
    }

    #[test]
    fn who_asks_is_said_once() {
        let reads = [
            statement!("SELECT z FROM y WHERE x = ?1", 5_i64),
            seen(ASKS, "s", 9, 1),
            seen(ASKS, "s", 9, 3),
        ];
        assert_eq!(
            Shape::of(&reads).unwrap().sql(),
            "WITH who AS (SELECT a FROM s WHERE id = +?1 AND t > +?2) \
             SELECT json_array((SELECT json_group_array(json_array(z)) FROM (SELECT z FROM y WHERE x = +?3)), \
             (SELECT json_group_array(json_array(c)) FROM (WITH viewer AS (SELECT who.session_id, who.account_id, \
             who.contact_id, who.client_id FROM business one WHERE one.id = 1 AND who.modules & +?4 = +?4) \
             SELECT c FROM viewer WHERE d = +?5 AND e > +?2)), \
             (SELECT json_group_array(json_array(c)) FROM (WITH viewer AS (SELECT who.session_id, who.account_id, \
             who.contact_id, who.client_id FROM business one WHERE one.id = 1 AND who.modules & +?6 = +?6) \
             SELECT c FROM viewer WHERE d = +?7 AND e > +?2))) AS j FROM (SELECT 1) LEFT JOIN who"
        );
        let expected = [
            "Text(\"s\")",
            "Int(9)",
            "Int(5)",
            "Int(1)",
            "Int(2)",
            "Int(3)",
            "Int(4)",
        ];
        assert_eq!(values(&reads), expected);
    }

    #[test]
    fn what_two_ask_is_said_for_each() {
        let both = |session, now| [seen(ASKS, "s", 9, 1), seen(ASKS, session, now, 3)];
        assert_eq!(values(&both("s", 9)).len(), 6);
        for reads in [both("t", 9), both("s", 8)] {
            let shape = Shape::of(&reads).unwrap();
            assert!(!shape.sql().contains(ROW));
            assert_eq!(shape.sql().matches("WITH who AS (").count(), 2);
            assert_eq!(values(&reads).len(), 8);
        }
        // Asked the other way round, it is not the statement of before.
        assert_eq!(values(&both("s", 9)).len(), 6);
        let alone = [seen(ASKS, "s", 9, 1)];
        assert!(!Shape::of(&alone).unwrap().sql().contains(ROW));
        assert!(
            Shape::of(&[
                seen(ASKS, "s", 9, 1),
                seen("WITH who AS (SELECT 2)", "s", 9, 1)
            ])
            .is_none()
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
        let answered = |text: &str| Shape::of(&reads).unwrap().tables(text.to_owned());
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
