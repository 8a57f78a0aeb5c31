//! What people of clients have sent, counted in the batch that takes it: of any number at once no more is
//! taken than the limit.
//!
//! One statement counts, and changes nothing where there is no room. What it counted for is `last` of its row,
//! and the statements that take it look for that, so that then they do nothing either. They know the row by
//! its time, which is `now` less what has passed of its five minutes (300000 ms).

use serde::Serialize;

use super::viewer::Asker;
use super::{Error, Statement, statement};
use crate::domain::allowance::{Kind, Limit};
use crate::domain::time::{Millis, Timestamp};

/// How much of something is asked for, with its limit.
#[derive(Serialize)]
struct Wish {
    kind: &'static str,
    amount: u64,
    most: u64,
    at: Timestamp,
    since: Timestamp,
}

impl Wish {
    fn of(kind: Kind, amount: u64, now: Timestamp) -> Self {
        let limit: Limit = kind.limit();
        Self {
            kind: kind.as_str(),
            amount,
            most: limit.most,
            at: limit.step_of(now),
            since: limit.since(now),
        }
    }
}

/// What is taken: where it stands already, a second sending of the same form is not counted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// A message in a ticket.
    InTicket,
    /// A message in a thread.
    InThread,
    /// A comment on a task.
    OnTask,
    /// An upload in parts, new each time.
    Upload,
}

impl Taken {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InTicket => "ticket",
            Self::InThread => "thread",
            Self::OnTask => "task",
            Self::Upload => "upload",
        }
    }
}

/// Counts all of it, or nothing where some of it is too much, or where what it is for stands there already.
pub(crate) fn take(
    asker: &Asker,
    (taken, last): (Taken, impl ToString),
    amounts: &[(Kind, u64)],
) -> Result<Statement, Error> {
    let wishes: Vec<Wish> = amounts
        .iter()
        .map(|(kind, amount)| Wish::of(*kind, *amount, asker.now))
        .collect();
    Ok(asker.statement(
        "INSERT INTO allowances (kind, who, at, used, last) \
         SELECT j.value ->> 'kind', CASE j.value ->> 'kind' WHEN 'bytes' THEN v.client_id ELSE v.contact_id END, \
          j.value ->> 'at', j.value ->> 'amount', ?4 FROM viewer v CROSS JOIN json_each(?5) j \
         WHERE v.session_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(?5) k \
           WHERE k.value ->> 'amount' + (SELECT coalesce(sum(a.used), 0) FROM allowances a \
            WHERE a.kind = k.value ->> 'kind' AND a.at > k.value ->> 'since' \
             AND a.who = CASE k.value ->> 'kind' WHEN 'bytes' THEN v.client_id ELSE v.contact_id END) > k.value ->> 'most') \
          AND NOT (?6 = 'ticket' AND EXISTS (SELECT 1 FROM ticket_messages WHERE id = ?4)) \
          AND NOT (?6 = 'thread' AND EXISTS (SELECT 1 FROM messages WHERE id = ?4)) \
          AND NOT (?6 = 'task' AND EXISTS (SELECT 1 FROM comments WHERE id = ?4)) \
         ON CONFLICT (kind, who, at) DO UPDATE SET used = used + excluded.used, last = excluded.last",
        [last.to_string().into(), serde_json::to_string(&wishes)?.into(),
            taken.as_str().into()],
    ))
}

/// Counts the bytes of a request that is about to be read, or nothing where they are too many. 3600000 ms is
/// their step.
pub(crate) fn take_bytes(asker: &Asker, amount: u64) -> Statement {
    let limit = Kind::Bytes.limit();
    asker.statement(
        "INSERT INTO allowances (kind, who, at, used, last) \
         SELECT 'bytes', v.client_id, ?2 - ?2 % 3600000, ?4, '' FROM viewer v \
         WHERE v.session_id IS NOT NULL AND ?4 + (SELECT coalesce(sum(a.used), 0) FROM allowances a \
           WHERE a.kind = 'bytes' AND a.who = v.client_id AND a.at > ?5) <= ?6 \
         ON CONFLICT (kind, who, at) DO UPDATE SET used = used + excluded.used",
        [
            amount.into(),
            limit.since(asker.now).into(),
            limit.most.into(),
        ],
    )
}

/// Counts files that are about to land: JSON with the ids of their versions, of which those that stand there
/// already are not counted again.
pub(crate) fn take_files(asker: &Asker, last: impl ToString, files: &str) -> Statement {
    let limit = Kind::Files.limit();
    asker.statement(
        "INSERT INTO allowances (kind, who, at, used, last) \
         SELECT 'files', v.contact_id, ?2 - ?2 % 300000, n.new, ?4 FROM viewer v \
          CROSS JOIN (SELECT count(*) AS new FROM json_each(?5) f WHERE NOT EXISTS \
           (SELECT 1 FROM document_versions WHERE id = f.value ->> 'version')) n \
         WHERE v.session_id IS NOT NULL AND n.new > 0 AND n.new + (SELECT coalesce(sum(a.used), 0) FROM allowances a \
           WHERE a.kind = 'files' AND a.who = v.contact_id AND a.at > ?6) <= ?7 \
         ON CONFLICT (kind, who, at) DO UPDATE SET used = used + excluded.used, last = excluded.last",
        [
            last.to_string().into(),
            files.into(),
            limit.since(asker.now).into(),
            limit.most.into(),
        ],
    )
}

/// What counts against the viewer and their client: rows of [`Used`](crate::domain::allowance::Used).
pub(crate) fn used(asker: &Asker) -> Statement {
    let since = |kind: Kind| kind.limit().since(asker.now).into();
    asker.statement(
        "SELECT a.kind, a.at, a.used FROM viewer v CROSS JOIN allowances a \
          ON a.kind IN ('words', 'files') AND a.who = v.contact_id AND a.at > ?4 \
         UNION ALL SELECT a.kind, a.at, a.used FROM viewer v CROSS JOIN allowances a \
          ON a.kind = 'bytes' AND a.who = v.client_id AND a.at > ?5",
        [since(Kind::Words), since(Kind::Bytes)],
    )
}

/// Forgets what no longer counts.
pub(crate) fn sweep(now: Timestamp) -> Statement {
    statement!(
        "DELETE FROM allowances WHERE at < ?1",
        Kind::Bytes.limit().since(now).minus(Millis::hours(1))
    )
}
