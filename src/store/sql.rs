//! Statements: texts of SQL with their parameters, as the other files here write them and [`Db`](super::Db) runs them.

use std::borrow::Cow;

use super::viewer::VIEWER;
use crate::domain::time::Timestamp;

/// A bound parameter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Param {
    /// SQL NULL.
    Null,
    /// An integer; D1 takes what a JavaScript number holds exactly (53 bits).
    Int(i64),
    /// Text.
    Text(String),
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u64> for Param {
    fn from(value: u64) -> Self {
        // What does not fit is refused where it is bound.
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<usize> for Param {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<u32> for Param {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}
impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}
impl From<Timestamp> for Param {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.0)
    }
}
impl From<String> for Param {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl<T: Into<Param>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What a statement says. Data is bound, never written into it, so it is the program's own.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// Who asks for it, where a client does: [`WHO`](super::viewer::WHO) or its like. [`VIEWER`] follows.
    pub(super) who: Option<&'static str>,
    /// What begins many statements, such as what may be seen. Behind `who` it is nothing, or goes on with a comma.
    pub(super) head: &'static str,
    /// The rest. Not the program's own where it was joined of such.
    pub(super) tail: Cow<'static, str>,
}

impl Text {
    /// As it goes by itself.
    pub(super) fn whole(&self) -> Cow<'_, str> {
        match self.who {
            Some(who) => [who, ", ", VIEWER, self.head, &self.tail].concat().into(),
            None if self.head.is_empty() => Cow::Borrowed(&self.tail),
            None => [self.head, &self.tail].concat().into(),
        }
    }

    /// Whether both say the same. Mostly told by where a text stands.
    pub(super) fn is(&self, other: &Self) -> bool {
        let same = |one: &str, two: &str| {
            one.len() == two.len() && (one.as_ptr() == two.as_ptr() || one == two)
        };
        let one_asks = match (self.who, other.who) {
            (Some(one), Some(two)) => same(one, two),
            (one, two) => one == two,
        };
        one_asks && same(&self.tail, &other.tail) && same(self.head, other.head)
    }
}

/// A statement with its parameters, not yet run. Placeholders are numbered: `?1`, `?2` …
#[derive(Debug, Clone)]
#[must_use = "a statement does nothing until a batch runs it"]
pub(crate) struct Statement {
    pub(super) text: Text,
    pub(super) params: Vec<Param>,
}

impl Statement {
    /// A statement of fixed text.
    pub(crate) fn new(sql: &'static str, params: impl IntoIterator<Item = Param>) -> Self {
        Self::after("", sql, params)
    }

    /// The same, of a text that goes on after `head`.
    pub(super) fn after(
        head: &'static str,
        sql: &'static str,
        params: impl IntoIterator<Item = Param>,
    ) -> Self {
        let tail = sql.into();
        Self {
            text: Text {
                who: None,
                head,
                tail,
            },
            params: params.into_iter().collect(),
        }
    }
}

/// Builds a [`Statement`]: `statement!("SELECT … WHERE id = ?1", id)`.
macro_rules! statement {
    ($sql:expr $(, $param:expr)* $(,)?) => {
        $crate::store::Statement::new($sql, [$($crate::store::Param::from($param)),*])
    };
}
pub(crate) use statement;
