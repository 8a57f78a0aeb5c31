//! Several reads as one statement.
//!
//! D1 spends more on taking a statement in and handing its rows out than on a short read itself. So what a page
//! reads goes there as one statement, which answers one text: a list for each read, of its rows, of their values.
//! The database writes that text; names of columns, which would come again with each row, stay here.
//!
//! Reads for a client begin with who asks ([`WHO`](super::viewer::WHO)). Together they say that once, first, with one
//! set of its parameters: the row that is answered stands on it, and each read takes from that row who asks.

mod columns;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use self::columns::names;
use super::rows::{self, Table};
use super::sql::Text;
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
/// What all reads are answered on: one row, also where `who` has none; and its name in them.
const ROW: &str = " FROM (SELECT 1) LEFT JOIN who asker";
/// A read with such a part asks `who` by itself: taken from the row, `SQLite` would work the part out anew at each use.
const BEFOREHAND: &str = "AS MATERIALIZED";

/// What reads become, whatever the values of their parameters are.
pub(super) struct Shape {
    /// The text of each, and how many parameters it has.
    reads: Vec<(Text, usize)>,
    /// Whether those that say who asks say the same.
    one_asks: bool,
    sql: String,
    /// The columns of each.
    columns: Vec<Arc<Vec<String>>>,
}

/// The shapes that this isolate has had, the last one first: the same pages are asked for again and again.
static SHAPES: Mutex<VecDeque<Arc<Shape>>> = Mutex::new(VecDeque::new());

impl Shape {
    /// Joins reads, or finds what they became before. `None`: one of them writes, they say in two ways who asks, or
    /// together they are more than one statement may be.
    pub(super) fn of(reads: &[Statement]) -> Option<Arc<Self>> {
        let one_asks = shared_params(reads).is_some();
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
        let same = |((text, params), read): (&(Text, usize), &Statement)| {
            *params == read.params.len() && text.is(&read.text)
        };
        self.reads.len() == reads.len() && pairs.all(same)
    }

    fn made(reads: &[Statement], one_asks: bool) -> Option<Self> {
        let mut sql = String::new();
        let mut params = 0;
        if one_asks {
            let mut said = reads.iter().filter_map(|read| read.text.who);
            let who = said.next().filter(|who| said.all(|other| other == *who))?;
            renumber(&mut sql, who, 0, 0);
            sql.push(' ');
            params = WHO_PARAMS;
        }
        sql.push_str("SELECT json_array(");
        let mut columns = Vec::new();
        for read in reads {
            let text = &read.text;
            let names = names(&text.tail).filter(|names| names.len() <= ARGUMENTS)?;
            let comma = if columns.is_empty() { "" } else { ", " };
            let listed = names.join(", ");
            sql.push_str(comma);
            sql.push_str("(SELECT json_group_array(json_array(");
            sql.push_str(&listed);
            sql.push_str(")) FROM (");
            if one_asks && asked_by(read).is_some() {
                let viewer = if text.tail.contains(BEFOREHAND) {
                    VIEWER
                } else {
                    VIEWER_ON_ROW
                };
                sql.push_str("WITH ");
                for part in [viewer, text.head, &text.tail] {
                    renumber(&mut sql, part, WHO_PARAMS, params);
                }
                params += read.params.len() - WHO_PARAMS;
            } else {
                renumber(&mut sql, &text.whole(), 0, params);
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
        let text = |read: &Statement| (read.text.clone(), read.params.len());
        fits.then(|| Self {
            reads: reads.iter().map(text).collect(),
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
        let shared = shared_params(reads);
        let own = reads.iter().flat_map(move |read| {
            let is_shared = shared.is_some() && asked_by(read).is_some();
            read.params
                .iter()
                .skip(if is_shared { WHO_PARAMS } else { 0 })
        });
        shared.into_iter().flatten().chain(own)
    }

    /// The same, of these reads.
    pub(super) fn statement(&self, reads: &[Statement]) -> Statement {
        let mut statement = Statement::new("", Self::params(reads).cloned());
        statement.text.tail = self.sql.clone().into();
        statement
    }

    /// Reads what was answered: the rows of each read.
    pub(super) fn tables(&self, text: String) -> Result<Vec<Table>, serde_json::Error> {
        rows::tables(text, &self.columns)
    }
}

/// Who asks and when, where a read says it.
fn asked_by(read: &Statement) -> Option<&[Param]> {
    read.text.who?;
    read.params.get(..WHO_PARAMS)
}

/// Who asks and when, where two or more reads say it and all say the same.
fn shared_params(reads: &[Statement]) -> Option<&[Param]> {
    let mut said = reads.iter().filter_map(asked_by);
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

    fn owned(sql: String) -> Statement {
        let mut statement = Statement::new("", []);
        statement.text.tail = sql.into();
        statement
    }

    const ASKS: &str = "WITH who AS (SELECT a FROM s WHERE id = ?1 AND t > ?2)";

    fn seen(who: &'static str, session: &str, now: i64, n: i64) -> Statement {
        let sql = "SELECT c FROM viewer WHERE d = ?4 AND e > ?2";
        let mut seen = statement!(sql, session, now, n, n + 1);
        seen.text.who = Some(who);
        seen
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
             (SELECT json_group_array(json_array(c)) FROM (WITH viewer AS (SELECT asker.session_id, asker.account_id, \
             asker.contact_id, asker.client_id FROM business one WHERE one.id = 1 AND asker.modules & +?4 = +?4) \
             SELECT c FROM viewer WHERE d = +?5 AND e > +?2)), \
             (SELECT json_group_array(json_array(c)) FROM (WITH viewer AS (SELECT asker.session_id, asker.account_id, \
             asker.contact_id, asker.client_id FROM business one WHERE one.id = 1 AND asker.modules & +?6 = +?6) \
             SELECT c FROM viewer WHERE d = +?7 AND e > +?2))) AS j FROM (SELECT 1) LEFT JOIN who asker"
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
        let of = |session, now| seen(ASKS, session, now, 1);
        let staff = || statement!("SELECT z FROM y WHERE x = ?1", 5_i64);
        let asked = |reads: &[Statement]| {
            let shape = Shape::of(reads).unwrap();
            let who = shape.sql().matches("WITH who AS (").count();
            (who, shape.sql().ends_with(ROW), values(reads).len())
        };
        assert_eq!(asked(&[of("s", 9), of("s", 9)]), (1, true, 2 + 2 * 2));
        for reads in [
            vec![of("s", 9), of("t", 9)],
            vec![of("s", 9), of("s", 8)],
            // Whoever comes later, and whatever stands between.
            vec![of("s", 9), of("s", 9), of("t", 9)],
            vec![of("s", 9), staff(), of("s", 9), of("s", 8)],
        ] {
            let seen = reads.iter().filter(|read| read.text.who.is_some()).count();
            let others = reads.len() - seen;
            assert_eq!(asked(&reads), (seen, false, seen * 4 + others));
        }
        // Asked the other way round, it is not the statement of before.
        assert_eq!(asked(&[of("s", 9), of("s", 9)]), (1, true, 2 + 2 * 2));
        assert_eq!(asked(&[of("s", 9)]), (1, false, 4));
        assert!(Shape::of(&[of("s", 9), seen("WITH who AS (SELECT 2)", "s", 9, 1)]).is_none());
    }

    #[test]
    fn what_is_worked_out_beforehand_asks_by_itself() {
        let mut beforehand = seen(ASKS, "s", 9, 1);
        beforehand.text.tail =
            "SELECT c FROM (WITH w AS MATERIALIZED (SELECT c FROM viewer) SELECT c FROM w) z"
                .into();
        let shape = Shape::of(&[beforehand, seen(ASKS, "s", 9, 1)]).unwrap();
        let of = |table| shape.sql().matches(table).count();
        assert_eq!((of(" FROM who asker "), of(" FROM business one ")), (1, 1));
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
            let _other = Shape::of(&[owned(format!("SELECT id FROM other{n}"))]);
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
        let long = || owned(long.clone());
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
