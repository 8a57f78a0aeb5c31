//! D1 as this code uses it: a list of statements in, one round trip, typed rows out.
//!
//! A batch is one transaction: it happens whole or not at all. Its answer is turned into one
//! JSON text on the JavaScript side and parsed once, which costs one crossing instead of one for
//! every field of every row. What a page reads is one statement that answers such a text by itself
//! ([`joined`]).

use serde::Deserialize;
use serde::de::DeserializeOwned;
use worker::js_sys::{Array, JSON};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::worker_sys::types::{D1Database as Binding, D1PreparedStatement};

use super::joined::{self, Shape};
use super::rows::{Row, Table};
use super::sql::{Param, Statement};
use super::{Conflict, Error};

/// The D1 binding.
#[derive(Clone)]
pub(crate) struct Db(SendWrapper<Binding>);

impl Db {
    /// Wraps the binding that `entry` took from the environment.
    pub(crate) fn new(database: worker::D1Database) -> Self {
        Self(SendWrapper::new(JsValue::from(database).unchecked_into()))
    }

    /// Runs the statements in one transaction and one round trip.
    ///
    /// D1 may lose the reply after a commit, so callers write what is harmless to write twice.
    pub(crate) async fn batch(&self, statements: Vec<Statement>) -> Result<Results, Error> {
        let text = SendFuture::new(async {
            let prepared = Array::new();
            for statement in &statements {
                let params = statement.params.iter();
                prepared.push(&prepare(&self.0, &statement.text.whole(), params)?.into());
            }
            let promise = self.0.batch(prepared).map_err(thrown)?;
            let answer = JsFuture::from(promise).await.map_err(thrown)?;
            Ok::<_, Error>(String::from(JSON::stringify(&answer).map_err(thrown)?))
        });
        Results::parse(&text.await?)
    }

    /// Runs what a page reads as one statement; as a batch where it is no read alone, or too much for one.
    pub(crate) async fn read(&self, statements: Vec<Statement>) -> Result<Results, Error> {
        let Some(shape) = Shape::of(&statements) else {
            return self.batch(statements).await;
        };
        let text = SendFuture::new(async {
            let prepared = prepare(&self.0, shape.sql(), Shape::params(&statements))?;
            let promise = prepared.first(Some(joined::COLUMN)).map_err(thrown)?;
            let text = JsFuture::from(promise).await.map_err(thrown)?;
            Ok(text.as_string().unwrap_or_default())
        });
        let tables = match text.await {
            Err(Error::TooLong) => return self.batch(statements).await,
            text => shape.tables(text?)?,
        };
        Ok(Results::of(tables))
    }

    /// Writes, and reads what stands there then, in one transaction and one round trip; gives what was read. That is to be
    /// a few rows: what is too long for one text is an error here.
    pub(crate) async fn write_and_read(
        &self,
        mut writes: Vec<Statement>,
        reads: Vec<Statement>,
    ) -> Result<Results, Error> {
        if writes.is_empty() {
            return self.read(reads).await;
        }
        let written = writes.len();
        let shape = Shape::of(&reads);
        match &shape {
            Some(shape) => writes.push(shape.statement(&reads)),
            None => writes.extend(reads),
        }
        let mut results = self.batch(writes).await?;
        results.0.drain(..written.min(results.0.len()));
        match shape {
            Some(shape) => {
                let text: Option<Joined> = results.first()?;
                Ok(Results::of(shape.tables(text.unwrap_or_default().j)?))
            }
            None => Ok(results),
        }
    }

    /// Runs a batch that makes something whose id is derived from the form that was sent. The same
    /// form sent again finds that id taken: it was done already, and nothing is done twice.
    pub(crate) async fn batch_once(&self, statements: Vec<Statement>) -> Result<(), Error> {
        match self.batch(statements).await {
            Ok(_) | Err(Error::Conflict(Conflict::Repeat)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Runs one statement.
    pub(crate) async fn run(&self, statement: Statement) -> Result<Results, Error> {
        self.batch(vec![statement]).await
    }
}

fn prepare<'p>(
    binding: &Binding,
    sql: &str,
    params: impl Iterator<Item = &'p Param>,
) -> Result<D1PreparedStatement, Error> {
    let values = Array::new();
    for param in params {
        values.push(&match param {
            Param::Null => JsValue::NULL,
            Param::Text(text) => JsValue::from_str(text),
            Param::Int(int) => JsValue::from_f64(exact(*int)?),
        });
    }
    let prepared = binding.prepare(sql).map_err(thrown)?;
    prepared.bind(values).map_err(thrown)
}

/// The number as JavaScript holds it, refused where that would round.
#[expect(clippy::cast_precision_loss, reason = "the range is checked first")]
fn exact(int: i64) -> Result<f64, Error> {
    if int.unsigned_abs() < 1 << 53 {
        Ok(int as f64)
    } else {
        Err(Error::Bind(format!("{int} does not fit in 53 bits")))
    }
}

fn thrown(error: JsValue) -> Error {
    Error::from_d1(describe(&error))
}

/// The message of what JavaScript threw, with its cause where there is one.
pub(super) fn describe(error: &JsValue) -> String {
    match error.dyn_ref::<worker::js_sys::Error>() {
        Some(error) => {
            let cause = error.cause();
            let cause = cause
                .dyn_ref::<worker::js_sys::Error>()
                .map(|cause| format!(" ({})", cause.message()));
            format!("{}{}", error.message(), cause.unwrap_or_default())
        }
        None => format!("{error:?}"),
    }
}

/// Takes a row in.
type Reader<'r> = dyn FnMut(Row<'_>) -> Result<(), serde_json::Error> + 'r;

/// What a batch answered, a result for each statement in order.
#[derive(Debug)]
pub(crate) struct Results(std::collections::VecDeque<Outcome>);

#[derive(Debug, Deserialize)]
struct Outcome {
    #[serde(default)]
    results: Table,
    #[serde(default)]
    meta: Meta,
}

#[derive(Debug, Default, Deserialize)]
struct Meta {
    #[serde(default)]
    changes: u64,
}

/// The row of a joined statement.
#[derive(Debug, Default, Deserialize)]
struct Joined {
    j: String,
}

impl Results {
    /// Of reads that were joined.
    fn of(tables: Vec<Table>) -> Self {
        let outcomes = tables.into_iter().map(|results| Outcome {
            results,
            meta: Meta::default(),
        });
        Self(outcomes.collect())
    }

    fn parse(json: &str) -> Result<Self, Error> {
        Ok(Self(serde_json::from_str(json)?))
    }

    fn next(&mut self) -> Result<Outcome, Error> {
        self.0.pop_front().ok_or_else(|| Error::Unavailable {
            binding: "D1",
            cause: "fewer results than statements".to_owned(),
        })
    }

    /// All rows of the next statement.
    pub(crate) fn rows<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        self.each(usize::MAX, &mut |row| {
            rows.push(row.read()?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Reads rows of the next statement, `most` at most. One function for all types.
    fn each(&mut self, most: usize, read: &mut Reader<'_>) -> Result<(), Error> {
        let mut table = self.next()?.results;
        for row in table.rows().take(most) {
            read(row)?;
        }
        Ok(())
    }

    /// The same, or none where there is no further statement.
    pub(crate) fn rows_if_any<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, Error> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        self.rows()
    }

    /// All rows of every further statement.
    pub(crate) fn rest<T: DeserializeOwned>(&mut self) -> Result<Vec<Vec<T>>, Error> {
        let left = self.0.len();
        (0..left).map(|_next| self.rows()).collect()
    }

    /// The first row of the next statement.
    pub(crate) fn first<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Error> {
        let mut first = None;
        self.each(1, &mut |row| {
            first = Some(row.read()?);
            Ok(())
        })?;
        Ok(first)
    }

    /// All rows of the next statement, each as JSON.
    pub(crate) fn json(&mut self) -> Result<Vec<String>, Error> {
        let mut table = self.next()?.results;
        let rows = table.rows();
        Ok(rows
            .map(|row| serde_json::to_string(&row))
            .collect::<Result<_, _>>()?)
    }

    /// How many rows the next statement changed.
    pub(crate) fn changes(&mut self) -> Result<u64, Error> {
        Ok(self.next()?.meta.changes)
    }

    /// Passes over a statement whose answer does not matter.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        self.next().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Row {
        n: i64,
    }

    #[test]
    fn results_come_in_the_order_of_the_statements() {
        let mut results = Results::parse(
            r#"[{"results":[{"n":9007199254740991}],"success":true,"meta":{"changes":0}},
                {"success":true,"meta":{"changes":3}}]"#,
        )
        .unwrap();
        assert_eq!(results.first::<Row>().unwrap().unwrap().n, (1 << 53) - 1);
        assert_eq!(results.changes().unwrap(), 3);
        assert!(results.changes().is_err());
    }

    #[test]
    fn numbers_that_javascript_would_round_are_refused() {
        assert!(exact((1 << 53) - 1).is_ok());
        assert!(exact(1 << 53).is_err());
        assert!(exact(i64::MIN).is_err());
    }
}
