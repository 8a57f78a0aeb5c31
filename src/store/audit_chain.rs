//! The chain of the audit log: sealing what was written, checking what is sealed, and how it stands.

use const_format::formatcp;
use serde::Deserialize;

use super::{Statement, statement};
use crate::domain::audit_chain::{Found, How, Seal};
use crate::domain::time::Timestamp;

/// How many entries are sealed or checked at once.
pub(crate) const CHUNK: usize = 500;

/// The columns of [`Link`](crate::domain::audit_chain::Link), of `audit_chain ch` and `audit a`.
const LINK: &str = "ch.n, ch.hash, ch.audit_id, a.id, a.at, a.principal, a.principal_id, a.principal_name, a.action, \
     a.entity_id, a.client_id, a.detail, a.address, ch.who_salt, ch.what_salt, ch.who_digest, ch.what_digest, \
     (SELECT e.id FROM audit e WHERE e.id = ch.erased_by AND e.action IN ('contact.erased', 'client.erased')) AS erased_by";

/// A hash to go on from.
#[derive(Debug, Deserialize)]
pub(crate) struct Head {
    pub(crate) hash: String,
}

/// The [`Head`], and the oldest entries that have no seal.
pub(crate) fn unsealed() -> [Statement; 2] {
    [
        statement!(
            "SELECT hash FROM audit_chain WHERE n < (SELECT min(n) FROM audit_chain WHERE hash IS NULL) \
             ORDER BY n DESC LIMIT 1"
        ),
        statement!(formatcp!(
            "SELECT {LINK} FROM audit_chain ch LEFT JOIN audit a ON a.id = ch.audit_id \
             WHERE ch.hash IS NULL ORDER BY ch.n LIMIT 500"
        )),
    ]
}

/// Seals them, refused where somebody else has meanwhile.
pub(crate) fn seal(seals: &[Seal]) -> Result<[Statement; 2], super::Error> {
    let first = seals.first().map_or(0, |seal| seal.0);
    let seals = serde_json::to_string(seals)?;
    Ok([
        statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS \
             (SELECT 1 FROM audit_chain WHERE n = ?1 AND hash IS NULL)",
            first
        ),
        statement!(
            "UPDATE audit_chain SET hash = j.value ->> 1, who_digest = j.value ->> 2, what_digest = j.value ->> 3 \
             FROM json_each(?1) j WHERE audit_chain.n = CAST(j.value ->> 0 AS INTEGER) AND audit_chain.hash IS NULL",
            seals
        ),
    ])
}

/// Where a round of checking stands.
#[derive(Debug, Deserialize)]
pub(crate) struct Round {
    pub(crate) next_n: i64,
    pub(crate) good_at: Option<Timestamp>,
}

/// The [`Round`], and the sealed entries it looks at next; none after a round that ended later than `rests_since`.
pub(crate) fn round(rests_since: Timestamp) -> [Statement; 2] {
    [
        statement!("SELECT next_n, good_at FROM audit_check WHERE id = 1"),
        statement!(
            formatcp!(
                "SELECT {LINK} FROM audit_chain ch LEFT JOIN audit a ON a.id = ch.audit_id \
                 WHERE ch.n >= (SELECT next_n - 1 FROM audit_check WHERE id = 1 \
                  AND NOT (next_n = 1 AND coalesce(good_at, 0) > ?1)) AND ch.hash IS NOT NULL \
                 ORDER BY ch.n LIMIT 501"
            ),
            rests_since
        ),
    ]
}

/// Begins a round anew.
pub(crate) fn restart() -> Statement {
    statement!("UPDATE audit_check SET next_n = 1 WHERE id = 1")
}

/// Notes what was found; `ended` says that there is nothing behind it.
pub(crate) fn note(found: Found, ended: bool, now: Timestamp) -> Statement {
    match found {
        Found::Broken(n, how) => statement!(
            "UPDATE audit_check SET next_n = 1, good_at = ?3, broken_n = ?1, broken_how = ?2 WHERE id = 1",
            n,
            how.as_str(),
            now
        ),
        Found::Intact(n) if ended => statement!(
            "UPDATE audit_check SET next_n = 1, good_n = ?1, good_at = ?2, broken_n = NULL, broken_how = NULL \
             WHERE id = 1",
            n,
            now
        ),
        Found::Intact(n) => statement!("UPDATE audit_check SET next_n = ?1 WHERE id = 1", n + 1),
    }
}

/// How the chain stands.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Standing {
    pub(crate) good_n: i64,
    pub(crate) checked_at: Option<Timestamp>,
    /// When the entry at `good_n` was written.
    pub(crate) good_to: Option<Timestamp>,
    pub(crate) broken_n: Option<i64>,
    pub(crate) broken_how: Option<How>,
    /// When the entry at `broken_n` says that it was written, if it is there.
    pub(crate) broken_of: Option<Timestamp>,
    /// Entries without a seal, up to a thousand.
    pub(crate) waiting: u32,
    /// The newest seal.
    pub(crate) head: Option<String>,
}

/// [`Standing`].
pub(crate) fn standing() -> Statement {
    statement!(
        "SELECT k.good_n, k.good_at AS checked_at, k.broken_n, k.broken_how, \
         (SELECT a.at FROM audit_chain ch JOIN audit a ON a.id = ch.audit_id WHERE ch.n = k.good_n) AS good_to, \
         (SELECT a.at FROM audit_chain ch JOIN audit a ON a.id = ch.audit_id WHERE ch.n = k.broken_n) AS broken_of, \
         (SELECT count(*) FROM (SELECT 1 FROM audit_chain WHERE hash IS NULL LIMIT 1000)) AS waiting, \
         (SELECT ch.hash FROM audit_chain ch WHERE ch.n = coalesce((SELECT min(u.n) - 1 FROM audit_chain u \
           WHERE u.hash IS NULL), (SELECT max(m.n) FROM audit_chain m))) AS head \
         FROM audit_check k WHERE k.id = 1"
    )
}
