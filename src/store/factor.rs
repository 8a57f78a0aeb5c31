//! Second factors: what is kept of one, and what its use, its set-up and its end write.
//!
//! A use is one conditional UPDATE that notes the session it begins, and the batch depends on that note:
//! of any number of sign-ins with one code at once, one wins.

use serde::Deserialize;

use super::session::{self, Person};
use super::viewer::Asker;
use super::{Param, Proviso, Statement, flag, link, statement};
use crate::domain::factor::Step;
use crate::domain::id::{AccountId, ClientId, ContactId, MailId, SessionId, StaffId};
use crate::domain::invitation::RevokedReason;
use crate::domain::next::Side;
use crate::domain::time::Timestamp;

/// What somebody has of a second factor, as their own page needs it.
#[derive(Debug, Deserialize)]
pub(crate) struct Held {
    /// The secret; none where nothing is set up.
    pub(crate) sealed: Option<String>,
    /// Recovery codes that are left.
    pub(crate) left: Option<u32>,
    /// The person said that they keep them.
    #[serde(deserialize_with = "flag")]
    pub(crate) kept: bool,
    /// The business wants it of everybody on the staff.
    #[serde(deserialize_with = "flag")]
    pub(crate) required: bool,
    /// The password is too short to stand alone.
    #[serde(deserialize_with = "flag")]
    pub(crate) short_password: bool,
}

impl Held {
    /// Whether one is set up.
    pub(crate) fn is_set(&self) -> bool {
        self.sealed.is_some()
    }
}

/// [`Held`] of who is signed in.
pub(crate) fn of(asker: &Asker) -> Statement {
    match asker.side {
        Side::Staff => statement!(
            "SELECT f.sealed, json_array_length(f.recovery) AS left, f.kept_at IS NOT NULL AS kept, \
             b.staff_factor AS required, st.short_password \
             FROM sessions s JOIN staff st ON st.id = s.staff_id JOIN business b ON b.id = 1 \
             LEFT JOIN factors f ON f.person_id = st.id WHERE s.id = ?1",
            asker.session.to_string()
        ),
        Side::Client => asker.statement(
            "SELECT f.sealed, json_array_length(f.recovery) AS left, f.kept_at IS NOT NULL AS kept, \
             0 AS required, coalesce(a.short_password, 0) AS short_password \
             FROM viewer v LEFT JOIN accounts a ON a.id = v.account_id \
             LEFT JOIN factors f ON f.person_id = a.id",
            [],
        ),
    }
}

/// What a code is held against.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Kept {
    pub(crate) sealed: String,
    pub(crate) last_step: Step,
    /// Name of who has it, where the log wants it.
    pub(crate) name: String,
}

/// [`Kept`] of somebody whose sign-in waits, while nothing about how they sign in has changed.
pub(crate) fn kept(person: Person, epoch: i64) -> Statement {
    match person {
        Person::Staff(id) => statement!(
            "SELECT f.sealed, f.last_step, st.name FROM staff st JOIN factors f ON f.person_id = st.id \
             WHERE st.id = ?1 AND st.epoch = ?2 AND st.deactivated_at IS NULL",
            id.to_string(),
            epoch
        ),
        Person::Account(id) => statement!(
            "SELECT f.sealed, f.last_step, '' AS name FROM accounts a JOIN factors f ON f.person_id = a.id \
             WHERE a.id = ?1 AND a.epoch = ?2",
            id.to_string(),
            epoch
        ),
    }
}

/// What was presented and found right.
#[derive(Debug, Clone)]
pub(crate) enum Proof {
    /// A code of the app, of that step.
    Step(Step),
    /// The hash of a recovery code; whether it is one is for D1 to say.
    Recovery(String),
}

/// Uses the proof up for a session that the batch has begun. Changes nothing where it was used before.
pub(crate) fn claim(person: Person, proof: &Proof, session: SessionId) -> Statement {
    match proof {
        Proof::Step(step) => statement!(
            "UPDATE factors SET last_step = ?2, used_by = ?3 \
             WHERE person_id = ?1 AND last_step < ?2 AND EXISTS (SELECT 1 FROM sessions WHERE id = ?3)",
            person.id(),
            *step,
            session.to_string()
        ),
        Proof::Recovery(hash) => statement!(
            "UPDATE factors SET used_by = ?3, recovery = (SELECT json_group_array(j.value) \
              FROM json_each(factors.recovery) j WHERE j.value <> ?2) \
             WHERE person_id = ?1 AND EXISTS (SELECT 1 FROM json_each(factors.recovery) j WHERE j.value = ?2) \
              AND EXISTS (SELECT 1 FROM sessions WHERE id = ?3)",
            person.id(),
            hash.as_str(),
            session.to_string()
        ),
    }
}

/// Refuses the batch where the session began and [`claim`] changed nothing.
pub(crate) fn claimed(person: Person, session: SessionId) -> Statement {
    statement!(
        "INSERT INTO must_hold (holds) SELECT NOT EXISTS (SELECT 1 FROM sessions WHERE id = ?2) \
         OR EXISTS (SELECT 1 FROM factors WHERE person_id = ?1 AND used_by = ?2)",
        person.id(),
        session.to_string()
    )
}

/// Refuses the batch where something about how the person signs in has changed, or the contact is no
/// longer of that account.
pub(crate) fn still(person: Person, epoch: i64, contact: Option<ContactId>) -> Statement {
    match person {
        Person::Staff(id) => statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS \
             (SELECT 1 FROM staff WHERE id = ?1 AND epoch = ?2 AND deactivated_at IS NULL)",
            id.to_string(),
            epoch
        ),
        Person::Account(id) => statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS \
             (SELECT 1 FROM accounts a JOIN contacts ct ON ct.id = ?3 AND ct.account_id = a.id \
              WHERE a.id = ?1 AND a.epoch = ?2)",
            id.to_string(),
            epoch,
            Param::from(contact.map(|id| id.to_string()))
        ),
    }
}

/// Keeps the same secret under the newest key.
pub(crate) fn reseal(person: Person, old: &str, new: &str) -> Statement {
    statement!(
        "UPDATE factors SET sealed = ?3 WHERE person_id = ?1 AND sealed = ?2",
        person.id(),
        old,
        new
    )
}

/// A second factor set up or given up by who has it: only the browser that did it stays signed in.
pub(crate) struct Change<'a> {
    pub(crate) person: Person,
    /// What is set up; none: it is given up.
    pub(crate) new: Option<New<'a>>,
    /// The session that changes it …
    pub(crate) old_session: SessionId,
    /// … and the one that follows it.
    pub(crate) new_session: SessionId,
    pub(crate) now: Timestamp,
}

/// A second factor with its first code used up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct New<'a> {
    pub(crate) sealed: &'a str,
    pub(crate) step: Step,
    /// JSON: hashes of the recovery codes.
    pub(crate) recovery: &'a str,
}

impl Change<'_> {
    /// The batch. Its first statement begins the new session, if the old one still lives; nothing
    /// else happens without it.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        let began = Proviso::Began(self.new_session);
        let (person, now) = (self.person, self.now);
        let change = match self.new {
            Some(new) => self.set(new),
            None => statement!(
                "DELETE FROM factors WHERE person_id = ?1 AND EXISTS (SELECT 1 FROM sessions WHERE id = ?2)",
                person.id(),
                self.new_session.to_string()
            ),
        };
        vec![
            session::outlive(self.new_session, self.old_session, now),
            change,
            self.advance(),
            session::end_outdated(person, now),
            link::revoke_open(person, RevokedReason::Settled, now, began),
            link::withdraw_mail(person, now),
        ]
    }

    fn set(&self, new: New<'_>) -> Statement {
        let (staff, account) = columns(self.person);
        statement!(
            "INSERT INTO factors (person_id, staff_id, account_id, sealed, last_step, recovery, created_at) \
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM sessions WHERE id = ?8)",
            self.person.id(),
            staff,
            account,
            new.sealed,
            new.step,
            new.recovery,
            self.now,
            self.new_session.to_string()
        )
    }

    fn advance(&self) -> Statement {
        let session = self.new_session.to_string();
        match self.person {
            Person::Staff(id) => statement!(
                "UPDATE staff SET epoch = epoch + 1 \
                 WHERE id = ?1 AND EXISTS (SELECT 1 FROM sessions WHERE id = ?2)",
                id.to_string(),
                session
            ),
            Person::Account(id) => statement!(
                "UPDATE accounts SET epoch = epoch + 1 \
                 WHERE id = ?1 AND EXISTS (SELECT 1 FROM sessions WHERE id = ?2)",
                id.to_string(),
                session
            ),
        }
    }
}

fn columns(person: Person) -> (Param, Param) {
    match person {
        Person::Staff(_) => (person.id().into(), Param::Null),
        Person::Account(_) => (Param::Null, person.id().into()),
    }
}

/// Refuses the batch where the person must have a second factor by now, or has a password by now that
/// is too short to stand alone.
pub(crate) fn may_go(person: Person) -> Statement {
    match person {
        Person::Staff(id) => statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM staff st JOIN business b ON b.id = 1 \
              WHERE st.id = ?1 AND st.short_password = 0 AND b.staff_factor = 0)",
            id.to_string()
        ),
        Person::Account(id) => statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS \
             (SELECT 1 FROM accounts WHERE id = ?1 AND short_password = 0)",
            id.to_string()
        ),
    }
}

/// New recovery codes in place of all others.
pub(crate) fn renew_codes(person: Person, recovery: &str) -> Statement {
    statement!(
        "UPDATE factors SET recovery = ?2, kept_at = NULL WHERE person_id = ?1",
        person.id(),
        recovery
    )
}

/// Notes that the person keeps their recovery codes.
pub(crate) fn keep_codes(person: Person, now: Timestamp) -> Statement {
    statement!(
        "UPDATE factors SET kept_at = ?2 WHERE person_id = ?1 AND kept_at IS NULL",
        person.id(),
        now
    )
}

/// Takes somebody's second factor away and ends their sessions; the password stays, unless it is too
/// short to stand alone, and then it counts no longer. Of two who do it at once the second is refused.
pub(crate) fn take_away(person: Person, now: Timestamp) -> [Statement; 4] {
    let advance = match person {
        Person::Staff(id) => statement!(
            "UPDATE staff SET epoch = epoch + 1 WHERE id = ?1",
            id.to_string()
        ),
        Person::Account(id) => statement!(
            "UPDATE accounts SET epoch = epoch + 1 WHERE id = ?1",
            id.to_string()
        ),
    };
    [
        statement!(
            "INSERT INTO must_hold (holds) SELECT EXISTS (SELECT 1 FROM factors WHERE person_id = ?1)",
            person.id()
        ),
        statement!("DELETE FROM factors WHERE person_id = ?1", person.id()),
        advance,
        session::end_outdated(person, now),
    ]
}

/// Whether everybody on the staff must have one, and whether who asks could require it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Requirement {
    #[serde(deserialize_with = "flag")]
    pub(crate) required: bool,
    /// Who asks has one, with recovery codes that they keep.
    #[serde(deserialize_with = "flag")]
    pub(crate) ready: bool,
    /// Colleagues who have joined and have none.
    pub(crate) without: u32,
}

/// [`Requirement`], for who is signed in. A team is small.
pub(crate) fn requirement(asker: &Asker) -> Statement {
    statement!(
        "SELECT b.staff_factor AS required, EXISTS (SELECT 1 FROM sessions s JOIN factors f \
          ON f.person_id = s.staff_id AND f.kept_at IS NOT NULL AND json_array_length(f.recovery) > 0 \
          WHERE s.id = ?1) AS ready, \
         (SELECT count(*) FROM staff st WHERE st.joined_at IS NOT NULL AND st.deactivated_at IS NULL \
          AND NOT EXISTS (SELECT 1 FROM factors f WHERE f.person_id = st.id)) AS without \
         FROM business b WHERE b.id = 1",
        asker.session.to_string()
    )
}

/// Requires it of everybody on the staff, or no longer. Who requires it must have one themselves, with
/// recovery codes that they keep: the batch is refused otherwise. Staff without one look as no client
/// from then on.
pub(crate) fn require(on: bool, by: StaffId, now: Timestamp) -> [Statement; 3] {
    [
        statement!(
            "INSERT INTO must_hold (holds) SELECT ?1 = 0 OR EXISTS (SELECT 1 FROM factors \
             WHERE person_id = ?2 AND kept_at IS NOT NULL AND json_array_length(recovery) > 0)",
            on,
            by.to_string()
        ),
        statement!(
            "UPDATE business SET staff_factor = ?1, updated_at = ?2 WHERE id = 1",
            on,
            now
        ),
        statement!(
            "UPDATE previews SET ended_at = ?2 WHERE ?1 = 1 AND ended_at IS NULL AND staff_session IN \
             (SELECT s.id FROM staff st CROSS JOIN sessions s ON s.staff_id = st.id \
              WHERE NOT EXISTS (SELECT 1 FROM factors f WHERE f.person_id = st.id) \
               AND s.ended_at IS NULL)",
            on,
            now
        ),
    ]
}

/// Somebody whose second factor may be taken away.
#[derive(Debug, Deserialize)]
pub(crate) struct Loser {
    /// Id of the member of staff or of the contact.
    pub(crate) row: String,
    pub(crate) staff_id: Option<StaffId>,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) contact_id: Option<ContactId>,
    pub(crate) client_id: Option<ClientId>,
    pub(crate) name: String,
    pub(crate) email: String,
    /// There is one.
    #[serde(deserialize_with = "flag")]
    pub(crate) is_set: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) short_password: bool,
}

/// [`Loser`], of the staff.
pub(crate) fn loser_of_staff(id: StaffId) -> Statement {
    statement!(
        "SELECT st.id AS row, st.id AS staff_id, st.name, st.email, st.short_password, \
         f.person_id IS NOT NULL AS is_set \
         FROM staff st LEFT JOIN factors f ON f.person_id = st.id WHERE st.id = ?1",
        id.to_string()
    )
}

/// [`Loser`], a contact.
pub(crate) fn loser_of_contact(id: ContactId) -> Statement {
    statement!(
        "SELECT ct.id AS row, ct.id AS contact_id, ct.client_id, ct.account_id, \
         trim(ct.first_name || ' ' || ct.last_name) AS name, ct.email, \
         coalesce(a.short_password, 0) AS short_password, f.person_id IS NOT NULL AS is_set \
         FROM contacts ct LEFT JOIN accounts a ON a.id = ct.account_id \
         LEFT JOIN factors f ON f.person_id = a.id WHERE ct.id = ?1 AND ct.removed_at IS NULL",
        id.to_string()
    )
}

/// Tells a person by mail that codes of theirs keep failing, once a day. 86400000 ms are a day.
pub(crate) fn warn(
    mail: MailId,
    person: Person,
    (subject, content): (&str, &str),
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, staff_id, contact_id, \
         client_id, due_at, created_at) \
         SELECT ?1, 'codes_failed ' || ?2 || ' ' || (?5 / 86400000), 'codes_failed', coalesce(st.email, a.email), \
          coalesce(st.name, trim(ct.first_name || ' ' || ct.last_name), ''), ?3, ?4, st.id, ct.id, ct.client_id, ?5, ?5 \
         FROM (SELECT ?2 AS person_id) p LEFT JOIN staff st ON st.id = p.person_id \
         LEFT JOIN accounts a ON a.id = p.person_id \
         LEFT JOIN contacts ct ON ct.id = (SELECT c.id FROM contacts c WHERE c.account_id = a.id \
          AND c.removed_at IS NULL ORDER BY c.id LIMIT 1) \
         WHERE coalesce(st.email, a.email) IS NOT NULL",
        mail.to_string(),
        person.id(),
        subject,
        content,
        now
    )
}
