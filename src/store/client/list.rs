//! The list of clients: searched, sorted, and walked page by page in both directions.
//!
//! A place in a list is the sort key and the id of a row (keyset paging), so a page costs the same
//! wherever it stands and clients added meanwhile shift nothing. Walking back reads the rows in the
//! opposite order.

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
const LISTED: &str = "id, name, name_key, reference, portal_enabled, created_at";
/// The same of `clients c`, with the row's place in the list that is sorted by `?9`.
const FOUND: &str = "c.id, c.name, c.name_key, c.reference, c.portal_enabled, c.created_at, \
     CASE ?9 WHEN 'newest' THEN printf('%016d', 9007199254740991 - c.created_at) \
      WHEN 'portal' THEN (1 - c.portal_enabled) || c.name_key ELSE c.name_key END AS place";

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
            format!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NULL AND (name_key, id) < (?1, ?2) \
                 ORDER BY name_key DESC, id DESC LIMIT 26"
            ),
            key,
            id
        )
    } else {
        statement!(
            format!(
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
            format!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NOT NULL AND erased_at IS NULL AND (name_key, id) < (?1, ?2) \
                 ORDER BY name_key DESC, id DESC LIMIT 26"
            ),
            key,
            id
        )
    } else {
        statement!(
            format!(
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
            format!(
                "SELECT {LISTED} FROM clients \
                 WHERE archived_at IS NULL AND (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT 26"
            ),
            at,
            id
        )
    } else {
        statement!(
            format!(
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
            format!(
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
            format!(
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
    let mut ranges = ask
        .words
        .iter()
        .map(|word| (word.clone(), search::after(word)));
    let first = ranges.next().unwrap_or_default();
    // A missing word asks the first one again.
    let second = ranges.next().unwrap_or_else(|| first.clone());
    let third = ranges.next().unwrap_or_else(|| first.clone());
    let (sort, archived) = (ask.sort.as_str(), ask.archived);
    if ask.back {
        statement!(
            format!(
                "SELECT {FOUND} \
                 FROM (SELECT DISTINCT client_id FROM client_words WHERE word >= ?3 AND word < ?4) w \
                 CROSS JOIN clients c ON c.id = w.client_id \
                 WHERE (c.archived_at IS NOT NULL) = ?10 AND (place, c.id) < (?1, ?2) \
                  AND c.id IN (SELECT client_id FROM client_words WHERE word >= ?5 AND word < ?6) \
                  AND c.id IN (SELECT client_id FROM client_words WHERE word >= ?7 AND word < ?8) \
                 ORDER BY place DESC, c.id DESC LIMIT 26"
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
            archived
        )
    } else {
        statement!(
            format!(
                "SELECT {FOUND} \
                 FROM (SELECT DISTINCT client_id FROM client_words WHERE word >= ?3 AND word < ?4) w \
                 CROSS JOIN clients c ON c.id = w.client_id \
                 WHERE (c.archived_at IS NOT NULL) = ?10 AND (place, c.id) > (?1, ?2) \
                  AND c.id IN (SELECT client_id FROM client_words WHERE word >= ?5 AND word < ?6) \
                  AND c.id IN (SELECT client_id FROM client_words WHERE word >= ?7 AND word < ?8) \
                 ORDER BY place, c.id LIMIT 26"
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
            archived
        )
    }
}
