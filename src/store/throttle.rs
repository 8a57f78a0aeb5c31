//! Tries and mails, counted before anybody looks at a password or sends anything.
//!
//! What is counted is counted in the batch that reads what the try is about, by one statement that
//! does nothing where the limit is reached: so of any number at once no more than the limit go on.
//! Keys are hashes, or begin with a word and name a row of ours.

use serde::Deserialize;

use super::viewer::Asker;
use super::{Statement, statement};
use crate::domain::id::AuditId;
use crate::domain::next::Side;
use crate::domain::throttle::{
    ACCOUNT, ADDRESS, CODES_A_DAY, Failures, MAILS, MAILS_A_DAY, MAILS_BEYOND, PENDING_TRIES,
};
use crate::domain::time::Timestamp;

/// A try: whom it is about, where it comes from, and the name under which it is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Try<'a> {
    /// Key of the account, whether there is one or not.
    pub(crate) account: &'a str,
    /// Key of the network.
    pub(crate) network: &'a str,
    /// Its name.
    pub(crate) id: AuditId,
    /// When.
    pub(crate) now: Timestamp,
}

impl Try<'_> {
    /// Counts the try of a password, for account and network. Changes nothing where either has had
    /// its fill.
    pub(crate) fn reserve(&self) -> Statement {
        statement!(
            "INSERT INTO failures (key, at, id) SELECT k.value, ?4, ?3 FROM json_each(?9) k \
             WHERE (SELECT count(*) FROM failures WHERE key = ?1 AND at > ?5) < ?6 \
              AND (SELECT count(*) FROM failures WHERE key = ?2 AND at > ?7) < ?8",
            self.account,
            self.network,
            self.id.to_string(),
            self.now,
            ACCOUNT.since(self.now),
            ACCOUNT.failures,
            ADDRESS.since(self.now),
            ADDRESS.failures,
            serde_json::json!([self.account, self.network]).to_string()
        )
    }

    /// Counts the try of a second factor, for the sign-in that waits for it too. Of a recovery code, which
    /// nobody guesses, the account has none: then `account` names nothing.
    pub(crate) fn reserve_code(&self, pending: &str) -> Statement {
        let keys = [self.account, self.network, pending];
        let keys: Vec<&str> = keys.into_iter().filter(|key| !key.is_empty()).collect();
        statement!(
            "INSERT INTO failures (key, at, id) SELECT k.value, ?5, ?4 FROM json_each(?6) k \
             WHERE (SELECT count(*) FROM failures WHERE key = ?1 AND at > ?7) < ?8 \
              AND (SELECT count(*) FROM failures WHERE key = ?1 AND at > ?9) < ?10 \
              AND (SELECT count(*) FROM failures WHERE key = ?2 AND at > ?11) < ?12 \
              AND (SELECT count(*) FROM failures WHERE key = ?3) < ?13",
            self.account,
            self.network,
            pending,
            self.id.to_string(),
            self.now,
            serde_json::json!(keys).to_string(),
            ACCOUNT.since(self.now),
            ACCOUNT.failures,
            CODES_A_DAY.since(self.now),
            CODES_A_DAY.failures,
            ADDRESS.since(self.now),
            ADDRESS.failures,
            PENDING_TRIES
        )
    }

    /// How many tries a sign-in that waits has had.
    pub(crate) fn pending_count(&self, pending: &str) -> Statement {
        count(pending, CODES_A_DAY.since(self.now), PENDING_TRIES)
    }

    /// Counts the asking for a mail: first for the network, then for the address it would go to. The
    /// first changes nothing where the network has had its fill, the second where the address has.
    pub(crate) fn reserve_mail(&self) -> [Statement; 2] {
        [
            self.reserve_asking(),
            statement!(
                "INSERT INTO failures (key, at, id) SELECT ?1, ?4, ?3 \
                 WHERE EXISTS (SELECT 1 FROM failures WHERE key = ?2 AND at = ?4 AND id = ?3) \
                  AND (SELECT count(*) FROM failures WHERE key = ?1 AND at > ?5) < ?6 \
                  AND ((SELECT count(*) FROM failures WHERE key = ?1 AND at > ?7) < ?8 \
                   OR (SELECT count(*) FROM failures WHERE key = ?1 AND at > ?9) < ?10)",
                self.account,
                self.network,
                self.id.to_string(),
                self.now,
                MAILS.since(self.now),
                MAILS.failures,
                MAILS_A_DAY.since(self.now),
                MAILS_A_DAY.failures,
                MAILS_BEYOND.since(self.now),
                MAILS_BEYOND.failures
            ),
        ]
    }

    /// The same for the renewal of an invitation, whose address only the link knows.
    pub(crate) fn reserve_renewal(&self, token_hash: &str) -> [Statement; 2] {
        [
            self.reserve_asking(),
            statement!(
                "INSERT INTO failures (key, at, id) SELECT k.key, ?4, ?3 \
                 FROM (SELECT 'renewal ' || lower(l.email) AS key FROM links l \
                  WHERE l.token_hash = ?1 AND l.purpose = 'invitation') k \
                 WHERE EXISTS (SELECT 1 FROM failures WHERE key = ?2 AND at = ?4 AND id = ?3) \
                  AND (SELECT count(*) FROM failures f WHERE f.key = k.key AND f.at > ?5) < ?6 \
                  AND ((SELECT count(*) FROM failures f WHERE f.key = k.key AND f.at > ?7) < ?8 \
                   OR (SELECT count(*) FROM failures f WHERE f.key = k.key AND f.at > ?9) < ?10)",
                token_hash,
                self.network,
                self.id.to_string(),
                self.now,
                MAILS.since(self.now),
                MAILS.failures,
                MAILS_A_DAY.since(self.now),
                MAILS_A_DAY.failures,
                MAILS_BEYOND.since(self.now),
                MAILS_BEYOND.failures
            ),
        ]
    }

    fn reserve_asking(&self) -> Statement {
        statement!(
            "INSERT INTO failures (key, at, id) SELECT ?1, ?3, ?2 \
             WHERE (SELECT count(*) FROM failures WHERE key = ?1 AND at > ?4) < ?5",
            self.network,
            self.id.to_string(),
            self.now,
            ADDRESS.since(self.now),
            ADDRESS.failures
        )
    }

    /// How far both counts are, to say how long to wait.
    pub(crate) fn counts(&self) -> [Statement; 2] {
        [
            count(self.account, ACCOUNT.since(self.now), ACCOUNT.failures),
            count(self.network, ADDRESS.since(self.now), ADDRESS.failures),
        ]
    }

    /// Takes the tries of the account out, whose owner came in, and this one of the network.
    pub(crate) fn forgive(&self) -> [Statement; 2] {
        [
            forgive(self.account),
            release(self.network, self.id, self.now),
        ]
    }

    /// Writes as much as sending a mail does and changes nothing: who asks must not learn from the
    /// time it takes whether there was somebody to send it to.
    pub(crate) fn nothing(&self) -> Statement {
        statement!(
            "UPDATE failures SET at = at WHERE key = ?1 AND at = ?3 AND id = ?2",
            self.network,
            self.id.to_string(),
            self.now
        )
    }
}

/// Counts the confirmation by who is signed in, under `confirm <id>`. Changes nothing where there
/// were too many, or in a day where there is a second factor to guess; then [`confirm::proofs`](super::confirm::proofs) says how long to wait.
pub(crate) fn reserve_confirmation(asker: &Asker, id: AuditId) -> Statement {
    match asker.side {
        Side::Staff => statement!(
            "INSERT INTO failures (key, at, id) SELECT 'confirm ' || st.id, ?2, ?3 \
             FROM sessions s JOIN staff st ON st.id = s.staff_id AND st.epoch = s.epoch \
             WHERE s.id = ?1 AND s.ended_at IS NULL AND (SELECT count(*) FROM failures f \
              WHERE f.key = 'confirm ' || st.id AND f.at > ?4) < ?5 \
              AND (NOT EXISTS (SELECT 1 FROM factors WHERE person_id = st.id) OR (SELECT count(*) FROM failures f \
               WHERE f.key = 'confirm ' || st.id AND f.at > ?6) < ?7)",
            asker.session.to_string(),
            asker.now,
            id.to_string(),
            ACCOUNT.since(asker.now),
            ACCOUNT.failures,
            CODES_A_DAY.since(asker.now),
            CODES_A_DAY.failures
        ),
        Side::Client => asker.statement(
            "INSERT INTO failures (key, at, id) SELECT 'confirm ' || v.account_id, ?2, ?4 \
             FROM viewer v WHERE (SELECT count(*) FROM failures f \
              WHERE f.key = 'confirm ' || v.account_id AND f.at > ?5) < ?6 \
              AND (NOT EXISTS (SELECT 1 FROM factors WHERE person_id = v.account_id) OR (SELECT count(*) FROM failures f \
               WHERE f.key = 'confirm ' || v.account_id AND f.at > ?7) < ?8)",
            [
                id.to_string().into(),
                ACCOUNT.since(asker.now).into(),
                ACCOUNT.failures.into(),
                CODES_A_DAY.since(asker.now).into(),
                CODES_A_DAY.failures.into(),
            ],
        ),
    }
}

/// The same for who types a password where an invitation lands, of the login that its address has
/// already; nothing where it has none.
pub(crate) fn reserve_acceptance(token_hash: &str, id: AuditId, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO failures (key, at, id) SELECT 'confirm ' || a.id, ?2, ?3 \
         FROM links l JOIN contacts ct ON ct.id = l.contact_id \
         JOIN accounts a ON a.email_key = ct.email_key AND a.password_hash IS NOT NULL \
         WHERE l.token_hash = ?1 AND l.purpose = 'invitation' AND (SELECT count(*) FROM failures f \
          WHERE f.key = 'confirm ' || a.id AND f.at > ?4) < ?5",
        token_hash,
        now,
        id.to_string(),
        ACCOUNT.since(now),
        ACCOUNT.failures
    )
}

#[derive(Debug, Deserialize)]
struct Counted {
    count: u32,
    oldest: Option<Timestamp>,
}

fn count(key: &str, since: Timestamp, limit: u32) -> Statement {
    statement!(
        "SELECT count(*) AS count, min(at) AS oldest FROM \
         (SELECT at FROM failures WHERE key = ?1 AND at > ?2 ORDER BY at DESC LIMIT ?3)",
        key,
        since,
        limit
    )
}

/// Reads one of [`Try::counts`].
pub(crate) fn read_count(results: &mut super::Results) -> Result<Failures, super::Error> {
    let row: Option<Counted> = results.first()?;
    Ok(row.map_or_else(Failures::default, |row| Failures {
        count: row.count,
        oldest: row.oldest,
    }))
}

/// Takes one try out again.
pub(crate) fn release(key: &str, id: AuditId, at: Timestamp) -> Statement {
    statement!(
        "DELETE FROM failures WHERE key = ?1 AND at = ?3 AND id = ?2",
        key,
        id.to_string(),
        at
    )
}

/// Takes all tries of an account out, whose owner came in.
pub(crate) fn forgive(key: &str) -> Statement {
    statement!("DELETE FROM failures WHERE key = ?1", key)
}

/// Forgets what no longer counts.
pub(crate) fn sweep(now: Timestamp) -> Statement {
    statement!("DELETE FROM failures WHERE at < ?1", MAILS_A_DAY.since(now))
}
