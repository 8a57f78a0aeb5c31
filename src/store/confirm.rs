//! Step-up: what proves again who is signed in, and the session that a proof makes.

use serde::Deserialize;

use super::viewer::Asker;
use super::{Statement, statement};
use crate::domain::factor::Step;
use crate::domain::id::{AccountId, SessionId};
use crate::domain::next::Side;
use crate::domain::throttle::{CODE_TRIES, Failures};
use crate::domain::time::Timestamp;

/// What a proof is held against.
#[derive(Debug, Deserialize)]
pub(crate) struct Proofs {
    /// Null: signs in by link.
    pub(crate) password_hash: Option<String>,
    /// Failed confirmations within a quarter of an hour, up to ten.
    pub(crate) failures: u32,
    /// The oldest of them.
    pub(crate) oldest: Option<Timestamp>,
    /// The sign-in link that is open, whose code proves as much. Clients alone have one.
    pub(crate) token_hash: Option<String>,
    /// The second factor, which is asked for beside the first.
    pub(crate) second: Second,
}

/// What is kept of a second factor, where there is one.
#[derive(Debug, Deserialize)]
pub(crate) struct Second {
    sealed: Option<String>,
    last_step: Option<Step>,
}

impl Second {
    /// The sealed secret and the last step used.
    pub(crate) fn get(&self) -> Option<(&str, Step)> {
        self.sealed.as_deref().zip(self.last_step)
    }
}

impl Proofs {
    /// The failures, as the throttle weighs them.
    pub(crate) fn failed(&self) -> Failures {
        Failures {
            count: self.failures,
            oldest: self.oldest,
        }
    }
}

/// [`Proofs`] of who is signed in. 900000 ms is the throttle's window of one account.
pub(crate) fn proofs(asker: &Asker) -> Statement {
    match asker.side {
        Side::Staff => statement!(
            "SELECT st.password_hash, count(f.at) AS failures, min(f.at) AS oldest, \
             NULL AS token_hash, sf.sealed, sf.last_step \
             FROM sessions s JOIN staff st ON st.id = s.staff_id AND st.epoch = s.epoch \
             LEFT JOIN factors sf ON sf.person_id = st.id \
             LEFT JOIN failures f ON f.key = 'confirm ' || st.id AND f.at > ?2 - 900000 \
             WHERE s.id = ?1 AND s.ended_at IS NULL GROUP BY st.id",
            asker.session.to_string(),
            asker.now
        ),
        Side::Client => asker.statement(
            "SELECT a.password_hash, count(f.at) AS failures, min(f.at) AS oldest, \
             (SELECT l.token_hash FROM links l WHERE l.account_id = a.id AND l.purpose = 'magic' \
               AND l.consumed_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > ?2 \
               AND l.code_tries < ?4 ORDER BY l.created_at DESC LIMIT 1) AS token_hash, \
             sf.sealed, sf.last_step \
             FROM viewer v JOIN accounts a ON a.id = v.account_id \
             LEFT JOIN factors sf ON sf.person_id = a.id \
             LEFT JOIN failures f ON f.key = 'confirm ' || a.id AND f.at > ?2 - 900000 \
             GROUP BY a.id",
            [CODE_TRIES.into()],
        ),
    }
}

/// Refuses the batch where the account has had so many sign-in links within a quarter of an hour.
pub(crate) fn few_links(account: AccountId, limit: u32, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT count(*) < ?3 FROM links \
         WHERE account_id = ?1 AND purpose = 'magic' AND created_at > ?2 - 900000",
        account.to_string(),
        now,
        limit
    )
}

/// Uses a sign-in link up by its code, for the account that is signed in. A wrong code counts as
/// a try: the second statement. The first changes a row if the code is right.
pub(crate) fn by_code(
    token_hash: &str,
    code_hash: &str,
    new: SessionId,
    old: SessionId,
    now: Timestamp,
) -> [Statement; 2] {
    [
        statement!(
            "UPDATE links SET consumed_at = ?5, session_id = ?3 \
             WHERE token_hash = ?1 AND purpose = 'magic' AND code_hash = ?2 AND code_tries < ?6 \
              AND consumed_at IS NULL AND revoked_at IS NULL AND expires_at > ?5 \
              AND account_id = (SELECT s.account_id FROM sessions s WHERE s.id = ?4 AND s.ended_at IS NULL)",
            token_hash,
            code_hash,
            new.to_string(),
            old.to_string(),
            now,
            CODE_TRIES
        ),
        statement!(
            "UPDATE links SET code_tries = code_tries + 1 \
             WHERE token_hash = ?1 AND purpose = 'magic' AND consumed_at IS NULL",
            token_hash
        ),
    ]
}

/// Begins the session that follows a right code, like [`renew`](super::session::renew).
pub(crate) fn renew_by_code(
    token_hash: &str,
    new: SessionId,
    old: SessionId,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO sessions (id, account_id, contact_id, epoch, portal_epoch, created_at, seen_at, \
         expires_at, confirmed_at, device, address, country) \
         SELECT ?2, s.account_id, s.contact_id, s.epoch, s.portal_epoch, ?4, ?4, s.expires_at, ?4, \
         s.device, s.address, s.country \
         FROM links l JOIN sessions s ON s.id = ?3 AND s.ended_at IS NULL \
         WHERE l.token_hash = ?1 AND l.session_id = ?2",
        token_hash,
        new.to_string(),
        old.to_string(),
        now
    )
}
