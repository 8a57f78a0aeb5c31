//! The list of clients: searched, sorted, and walked page by page in both directions.
//!
//! A place in a list is the sort key and the id of a row (keyset paging), so a page costs the same
//! wherever it stands and clients added meanwhile shift nothing. Walking back reads the rows in the
//! opposite order.
//!
//! What is searched is looked for among the clients that the rarest of its words finds, a few dozen of
//! them at most, and among those whose name begins with what was typed: so a page costs the same however
//! common the words are, and who types a whole name finds it. Where there are more than that, [`Listed::more`]
//! says so.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::ClientId;
use crate::domain::search;
use crate::domain::time::Timestamp;
use crate::store::{Statement, flag, statement};

/// A page of the list, in rows. One more is read, to know whether it goes on.
pub(crate) const PAGE: usize = 25;
/// The newest comes first, so its key counts down from here.
const LAST: i64 = Timestamp::LAST.0;

/// What the list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sort {
    /// A to Z.
    #[default]
    Name,
    /// The newest first.
    Newest,
    /// Those with an open portal first, each part from A to Z.
    Portal,
}

impl Sort {
    /// Every choice, with what people call it.
    pub(crate) const ALL: [(Self, &'static str); 3] = [
        (Self::Name, "Name"),
        (Self::Newest, "Newest"),
        (Self::Portal, "Portal"),
    ];

    /// The name in addresses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Newest => "newest",
            Self::Portal => "portal",
        }
    }
}

/// Which page of which list.
#[derive(Debug, Default)]
pub(crate) struct Ask {
    /// Words to find, up to three; none: all.
    pub(crate) words: Vec<String>,
    /// All that was typed, as names are sorted.
    pub(crate) begins: String,
    /// The archived ones instead of the others.
    pub(crate) archived: bool,
    pub(crate) sort: Sort,
    /// Sort key and id of the row that the page follows, or comes before.
    pub(crate) from: Option<(String, String)>,
    /// Walking back: the rows come in the opposite order.
    pub(crate) back: bool,
}

/// A client in the list.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: ClientId,
    pub(crate) name: String,
    pub(crate) reference: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) portal_enabled: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) name_key: String,
    /// The words find more clients than were looked at.
    #[serde(deserialize_with = "flag")]
    pub(crate) more: bool,
}

impl Listed {
    /// The row's place in a list.
    pub(crate) fn key(&self, sort: Sort) -> String {
        match sort {
            Sort::Name => self.name_key.clone(),
            Sort::Newest => format!("{:016}", LAST - self.created_at.0),
            Sort::Portal => format!("{}{}", u8::from(!self.portal_enabled), self.name_key),
        }
    }
}

/// The columns of [`Listed`], of `clients`.
const LISTED: &str = "id, name, name_key, reference, portal_enabled, created_at, 0 AS more";
/// How many that the rarest word finds are looked at, where so many words are asked.
const fn looked(words: usize) -> i64 {
    match words {
        0 | 1 => 38,
        2 => 22,
        _ => 16,
    }
}

/// `r`: which of the words `?3` … `?8` is the rarest, as the first and the first one after of the words that fit
/// it, and whether it finds more than the `?11` that are looked at; a word that was not asked is no rare one.
/// `f`: those looked at and those whose name begins with `?12`, of the archived or the others (`?10`), with their place
/// in the list that is sorted by `?9`.
const FOUND: &str = "n AS MATERIALIZED (SELECT \
      (SELECT count(*) FROM (SELECT 1 FROM client_words WHERE word >= ?3 AND word < ?4 LIMIT ?11 + 1)) AS first, \
      CASE ?5 WHEN '' THEN 1000 ELSE (SELECT count(*) FROM (SELECT 1 FROM client_words WHERE word >= ?5 AND word < ?6 LIMIT ?11 + 1)) END AS second, \
      CASE ?7 WHEN '' THEN 1000 ELSE (SELECT count(*) FROM (SELECT 1 FROM client_words WHERE word >= ?7 AND word < ?8 LIMIT ?11 + 1)) END AS third), \
     r AS MATERIALIZED (SELECT CASE least WHEN first THEN ?3 WHEN second THEN ?5 ELSE ?7 END AS low, \
      CASE least WHEN first THEN ?4 WHEN second THEN ?6 ELSE ?8 END AS high, least > ?11 AS more \
      FROM (SELECT *, min(first, second, third) AS least FROM n)), \
     f AS (SELECT c.id, c.name, c.name_key, c.reference, c.portal_enabled, c.created_at, \
      CASE ?9 WHEN 'newest' THEN printf('%016d', 9007199254740991 - c.created_at) \
       WHEN 'portal' THEN (1 - c.portal_enabled) || c.name_key ELSE c.name_key END AS place \
      FROM (SELECT * FROM (SELECT w.client_id FROM client_words w \
         WHERE w.word >= (SELECT low FROM r) AND w.word < (SELECT high FROM r) LIMIT ?11) \
       UNION SELECT * FROM (SELECT b.id FROM clients b WHERE ?10 = 0 AND b.archived_at IS NULL \
         AND b.name_key >= ?12 AND b.name_key < ?13 ORDER BY b.name_key, b.id LIMIT 8) \
       UNION SELECT * FROM (SELECT b.id FROM clients b WHERE ?10 = 1 AND b.archived_at IS NOT NULL AND b.erased_at IS NULL \
         AND b.name_key >= ?12 AND b.name_key < ?13 ORDER BY b.name_key, b.id LIMIT 8)) t \
      CROSS JOIN clients c INDEXED BY clients_in_short ON c.id = t.client_id AND c.id > '' \
      WHERE (c.archived_at IS NOT NULL) = ?10 \
       AND (?5 = '' OR EXISTS (SELECT 1 FROM client_words x WHERE x.client_id = c.id AND x.word >= ?3 AND x.word < ?4)) \
       AND (?5 = '' OR EXISTS (SELECT 1 FROM client_words x WHERE x.client_id = c.id AND x.word >= ?5 AND x.word < ?6)) \
       AND (?7 = '' OR EXISTS (SELECT 1 FROM client_words x WHERE x.client_id = c.id AND x.word >= ?7 AND x.word < ?8)))";

/// [`Listed`], up to one more than a page.
pub(crate) fn page(ask: &Ask) -> Statement {
    let (key, id) = ask.from.clone().unwrap_or_default();
    if !ask.words.is_empty() {
        return found(ask, &key, &id);
    }
    match (ask.archived, ask.sort) {
        (true, _) => archived(ask.back, &key, &id),
        (false, Sort::Name) => by_name(ask.back, &key, &id),
        (false, Sort::Newest) => by_age(ask.back, &key, &id),
        (false, Sort::Portal) => by_portal(ask.back, &key, &id),
    }
}

fn by_name(back: bool, key: &str, id: &str) -> Statement {
    if back {
        statement!(
            formatcp!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NULL AND (name_key, id) < (?1, ?2) \
                 ORDER BY name_key DESC, id DESC LIMIT 26"
            ),
            key,
            id
        )
    } else {
        statement!(
            formatcp!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NULL AND (name_key, id) > (?1, ?2) ORDER BY name_key, id LIMIT 26"
            ),
            key,
            id
        )
    }
}

fn archived(back: bool, key: &str, id: &str) -> Statement {
    if back {
        statement!(
            formatcp!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NOT NULL AND erased_at IS NULL AND (name_key, id) < (?1, ?2) \
                 ORDER BY name_key DESC, id DESC LIMIT 26"
            ),
            key,
            id
        )
    } else {
        statement!(
            formatcp!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NOT NULL AND erased_at IS NULL AND (name_key, id) > (?1, ?2) ORDER BY name_key, id LIMIT 26"
            ),
            key,
            id
        )
    }
}

fn by_age(back: bool, key: &str, id: &str) -> Statement {
    let at = LAST - Timestamp::parse(key).map_or(0, |key| key.0);
    if back {
        statement!(
            formatcp!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NULL AND (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT 26"
            ),
            at,
            id
        )
    } else {
        statement!(
            formatcp!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NULL AND (created_at, id) < (?1, ?2) \
                 ORDER BY created_at DESC, id DESC LIMIT 26"
            ),
            at,
            id
        )
    }
}

/// The rest of one state, then the other one.
fn by_portal(back: bool, key: &str, id: &str) -> Statement {
    let open = !key.starts_with('1');
    let name = key.get(1..).unwrap_or_default();
    if back {
        statement!(
            formatcp!(
                "SELECT {LISTED} FROM \
                 (SELECT * FROM (SELECT {LISTED} FROM clients \
                   WHERE archived_at IS NULL AND portal_enabled = ?1 AND (name_key, id) < (?2, ?3) \
                   ORDER BY name_key DESC, id DESC LIMIT 26) \
                  UNION ALL SELECT * FROM (SELECT {LISTED} \
                   FROM clients WHERE archived_at IS NULL AND portal_enabled = 1 AND ?1 = 0 \
                   ORDER BY name_key DESC, id DESC LIMIT 26)) \
                 ORDER BY portal_enabled, name_key DESC, id DESC LIMIT 26"
            ),
            open,
            name,
            id
        )
    } else {
        statement!(
            formatcp!(
                "SELECT {LISTED} FROM \
                 (SELECT * FROM (SELECT {LISTED} FROM clients \
                   WHERE archived_at IS NULL AND portal_enabled = ?1 AND (name_key, id) > (?2, ?3) \
                   ORDER BY name_key, id LIMIT 26) \
                  UNION ALL SELECT * FROM (SELECT {LISTED} \
                   FROM clients WHERE archived_at IS NULL AND portal_enabled = 0 AND ?1 = 1 \
                   ORDER BY name_key, id LIMIT 26)) \
                 ORDER BY portal_enabled DESC, name_key, id LIMIT 26"
            ),
            open,
            name,
            id
        )
    }
}

/// Those that every word finds by its beginning, in any order of the list.
fn found(ask: &Ask, key: &str, id: &str) -> Statement {
    let range = |word: Option<&String>| match word {
        Some(word) => (word.clone(), search::after(word)),
        None => Default::default(),
    };
    let [first, second, third] = [0, 1, 2].map(|n| range(ask.words.get(n)));
    let looked = looked(ask.words.len());
    let (sort, archived) = (ask.sort.as_str(), ask.archived);
    let (begins, after) = (ask.begins.as_str(), search::after(&ask.begins));
    if ask.back {
        statement!(
            formatcp!(
                "WITH {FOUND} SELECT (SELECT more FROM r) AS more, f.id, f.name, f.name_key, f.reference, f.portal_enabled, f.created_at FROM f WHERE (f.place, f.id) < (?1, ?2) \
                 ORDER BY f.place DESC, f.id DESC LIMIT 26"
            ),
            key,
            id,
            first.0,
            first.1,
            second.0,
            second.1,
            third.0,
            third.1,
            sort,
            archived,
            looked,
            begins,
            after
        )
    } else {
        statement!(
            formatcp!(
                "WITH {FOUND} SELECT (SELECT more FROM r) AS more, f.id, f.name, f.name_key, f.reference, f.portal_enabled, f.created_at FROM f WHERE (f.place, f.id) > (?1, ?2) \
                 ORDER BY f.place, f.id LIMIT 26"
            ),
            key,
            id,
            first.0,
            first.1,
            second.0,
            second.1,
            third.0,
            third.1,
            sort,
            archived,
            looked,
            begins,
            after
        )
    }
}
