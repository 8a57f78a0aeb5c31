//! Erasing people of a client: what they did stays, by nobody in particular; who they were goes.
//!
//! Each statement is about the people of one client, or one of them, and is harmless where they are erased
//! already. The row of a contact stays, because what they wrote refers to it, and is called "Former contact".

mod client;

use const_format::formatcp;
use serde::Deserialize;

use super::{ById, Param, Statement, statement};
use crate::domain::id::{AuditId, ClientId, ContactId};
use crate::domain::time::Timestamp;

pub(crate) use client::{Listed, Subject, erase as client, list, may};

/// What an erased person is called where they wrote.
pub(crate) const FORMER: &str = "Former contact";

/// Somebody who may be erased: removed or not.
#[derive(Debug, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: ContactId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    /// Other clients of the same login, which stays for them.
    pub(crate) others: u32,
    pub(crate) removed_at: Option<Timestamp>,
}

impl Person {
    /// First and last name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }
}

/// Unless erased.
impl ById for Person {
    type Id = ContactId;
    fn by_id(id: ContactId) -> Statement {
        statement!(
            "SELECT ct.id, ct.client_id, c.name AS client_name, ct.first_name, ct.last_name, ct.removed_at, \
             (SELECT count(*) FROM contacts o WHERE o.account_id = ct.account_id AND o.client_id <> ct.client_id \
              AND o.removed_at IS NULL) AS others \
             FROM contacts ct JOIN clients c ON c.id = ct.client_id WHERE ct.id = ?1 AND ct.erased_at IS NULL",
            id.to_string()
        )
    }
}

/// Somebody who was removed and is not erased.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are the columns")]
pub(crate) struct Removed {
    pub(crate) id: ContactId,
    pub(crate) name: String,
    pub(crate) removed_at: Timestamp,
}

/// The newest hundred [`Removed`] of a client.
pub(crate) fn removed(client: ClientId) -> Statement {
    statement!(
        "SELECT ct.id, trim(ct.first_name || ' ' || ct.last_name) AS name, ct.removed_at FROM contacts ct \
         WHERE ct.client_id = ?1 AND ct.removed_at IS NOT NULL AND ct.erased_at IS NULL \
         ORDER BY ct.removed_at DESC, ct.id LIMIT 100",
        client.to_string()
    )
}

/// Whom: the people of a client (`?1`), or one of them (`?2`).
struct Whom<'a> {
    client: ClientId,
    contact: Option<ContactId>,
    /// The entry that tells of it, appended before in the same batch.
    by: AuditId,
    now: Timestamp,
    /// What stands in a mail of which nothing is left: JSON of a letter.
    nothing: &'a str,
}

/// The ids of whom.
const PEOPLE: &str = "SELECT id FROM contacts WHERE client_id = ?1 AND (?2 IS NULL OR id = ?2) AND erased_at IS NULL";
/// Whom, as `ct`.
const CT: &str = "ct.client_id = ?1 AND (?2 IS NULL OR ct.id = ?2) AND ct.erased_at IS NULL";
/// Their logins that no other client needs.
const GOING: &str = "SELECT ct.account_id FROM contacts ct WHERE ct.client_id = ?1 AND (?2 IS NULL OR ct.id = ?2) \
     AND ct.account_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contacts o WHERE o.account_id = ct.account_id \
      AND o.client_id <> ct.client_id AND o.removed_at IS NULL)";
/// What empties a mail, with `?3` as what is left, and withdraws it where it waited.
const EMPTIED: &str = "to_email = CASE WHEN staff_id IS NULL THEN '' ELSE to_email END, \
     to_name = CASE WHEN staff_id IS NULL THEN '' ELSE to_name END, subject = '', content = ?3, sealed = NULL, \
     link_id = NULL, last_error = NULL, due_at = NULL, state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END";

impl Whom<'_> {
    /// A statement of `?1` and `?2` alone.
    fn run(&self, sql: &'static str) -> Statement {
        Statement::new(sql, self.params())
    }

    /// … and `?3`.
    fn with(&self, sql: &'static str, third: impl Into<Param>) -> Statement {
        Statement::new(sql, self.params().into_iter().chain([third.into()]))
    }

    fn params(&self) -> [Param; 2] {
        [
            self.client.to_string().into(),
            self.contact.map(|id| id.to_string()).into(),
        ]
    }
}

/// Erases one person. `by` is the entry that tells of it, appended before in the same batch; `nothing` the JSON of a
/// letter without words.
pub(crate) fn person(of: &Person, by: AuditId, nothing: &str, now: Timestamp) -> Vec<Statement> {
    let whom = Whom {
        client: of.client_id,
        contact: Some(of.id),
        by,
        now,
        nothing,
    };
    let mut batch = Vec::from(words_about(&whom));
    batch.extend(people(&whom));
    // Somebody has to be primary: the oldest colleague.
    batch.push(statement!(
        "UPDATE contacts SET is_primary = 1, updated_at = ?2 WHERE id = (SELECT id FROM contacts \
         WHERE client_id = ?1 AND removed_at IS NULL ORDER BY created_at, id LIMIT 1) \
         AND NOT EXISTS (SELECT 1 FROM contacts \
          WHERE client_id = ?1 AND is_primary = 1 AND removed_at IS NULL)",
        of.client_id.to_string(),
        now
    ));
    batch
}

/// Empties the words of entries that name a person: what was done to them, what they did to their own name and
/// address, and whatever else of their client says their name or address.
fn words_about(whom: &Whom<'_>) -> [Statement; 2] {
    [
        whom.with(
            formatcp!(
                "UPDATE audit_chain SET what_salt = NULL, erased_by = ?3 WHERE audit_id IN (\
                 SELECT a.id FROM contacts ct CROSS JOIN audit a ON a.entity_id = ct.id WHERE {CT} AND a.id <> ?3 \
                 UNION SELECT a.id FROM contacts ct CROSS JOIN audit a ON a.principal_id = ct.id \
                  AND a.action IN ('profile.renamed', 'email.asked', 'email.changed') WHERE {CT} \
                 UNION SELECT a.id FROM contacts ct CROSS JOIN audit a ON a.client_id = ct.client_id AND a.id <> ?3 \
                  AND (instr(lower(a.detail), ct.email_key) > 0 \
                   OR (ct.last_name <> '' AND instr(lower(a.detail), lower(trim(ct.first_name || ' ' || ct.last_name))) > 0) \
                   OR a.detail = ct.first_name OR instr(a.detail, ' as ' || ct.first_name || ', ') > 0 \
                   OR instr(a.detail, ct.first_name || ', ') = 1) WHERE {CT} AND ct.email_key <> '')"
            ),
            whom.by.to_string(),
        ),
        empty_words(whom.by),
    ]
}

/// Empties the words of the entries that were marked so far.
fn empty_words(by: AuditId) -> Statement {
    statement!(
        "UPDATE audit SET detail = '' WHERE detail <> '' \
         AND id IN (SELECT audit_id FROM audit_chain WHERE erased_by = ?1 AND what_salt IS NULL)",
        by.to_string()
    )
}

/// All that is left of people besides the words about them in the log. Their rows come last: what else is theirs
/// is found by them.
fn people(whom: &Whom<'_>) -> Vec<Statement> {
    let mut batch = Vec::from(log(whom));
    batch.extend(mails(whom));
    batch.extend(logins(whom));
    batch.extend(ways_in(whom));
    batch.extend(said(whom));
    batch.extend(payments(whom));
    batch.push(rows(whom));
    batch
}

/// Who acted, in the entries of what they did: their name, and from where.
fn log(whom: &Whom<'_>) -> [Statement; 2] {
    [
        whom.with(
            formatcp!(
                "UPDATE audit_chain SET who_salt = NULL, erased_by = ?3 WHERE audit_id IN \
                 (SELECT a.id FROM contacts ct CROSS JOIN audit a ON a.principal_id = ct.id WHERE {CT})"
            ),
            whom.by.to_string(),
        ),
        whom.run(formatcp!(
            "UPDATE audit SET principal_name = '', address = '' WHERE principal_id IN ({PEOPLE})"
        )),
    ]
}

/// A person's name as it stands in JSON, of `ct`.
const NAME: &str = "trim(json_quote(trim(ct.first_name || ' ' || ct.last_name)), '\"')";

/// Mails to them; those to the team that say their name, or, of a whole client, all; and what the team was told of
/// messages of several clients at once.
fn mails(whom: &Whom<'_>) -> [Statement; 3] {
    [
        whom.with(
            formatcp!(
                "UPDATE outbox SET {EMPTIED} WHERE id IN (\
                 SELECT o.id FROM contacts ct CROSS JOIN outbox o ON o.contact_id = ct.id WHERE {CT} \
                 UNION SELECT o.id FROM contacts ct CROSS JOIN outbox o ON o.client_id = ct.client_id \
                  AND lower(o.to_email) = ct.email_key AND o.staff_id IS NULL WHERE {CT})"
            ),
            whom.nothing,
        ),
        whom.with(
            formatcp!(
                "UPDATE outbox SET {EMPTIED} WHERE id IN (\
                 SELECT o.id FROM contacts ct CROSS JOIN outbox o ON o.client_id = ct.client_id AND o.staff_id IS NOT NULL \
                  AND (?2 IS NULL OR instr(o.content, {NAME}) > 0 OR instr(json_quote(o.subject), {NAME}) > 0 \
                   OR (ct.email <> '' AND instr(o.content, ct.email) > 0)) WHERE {CT})"
            ),
            whom.nothing,
        ),
        whom.with(
            formatcp!(
                "UPDATE outbox SET {EMPTIED} WHERE id IN (\
                 SELECT o.id FROM contacts ct CROSS JOIN outbox o ON o.created_at >= ct.created_at AND o.client_id IS NULL \
                  AND o.staff_id IS NOT NULL AND o.kind = 'message' AND instr(o.content, {NAME}) > 0 WHERE {CT})"
            ),
            whom.nothing,
        ),
    ]
}

/// The login with its second factor, where no other client needs it. It is marked, let go by its contacts, deleted.
fn logins(whom: &Whom<'_>) -> [Statement; 8] {
    [
        whom.run(formatcp!(
            "UPDATE outbox SET link_id = NULL WHERE link_id IN (SELECT l.id FROM links l WHERE l.account_id IN ({GOING}))"
        )),
        whom.run(formatcp!("DELETE FROM links WHERE account_id IN ({GOING})")),
        whom.run(formatcp!(
            "DELETE FROM sessions WHERE account_id IN ({GOING})"
        )),
        whom.run(formatcp!("DELETE FROM factors WHERE person_id IN ({GOING})")),
        whom.run(formatcp!("DELETE FROM devices WHERE person_id IN ({GOING})")),
        whom.run(formatcp!(
            "UPDATE accounts SET email = '', email_key = 'erased ' || id, password_hash = NULL WHERE id IN ({GOING})"
        )),
        statement!(
            "UPDATE contacts SET account_id = NULL WHERE account_id IN \
             (SELECT id FROM accounts WHERE email_key >= 'erased ' AND email_key < 'erased!')"
        ),
        statement!(
            "DELETE FROM accounts WHERE email_key >= 'erased ' AND email_key < 'erased!'"
        ),
    ]
}

/// What else lets them in, or finds them.
fn ways_in(whom: &Whom<'_>) -> [Statement; 6] {
    [
        whom.run(formatcp!(
            "UPDATE outbox SET link_id = NULL WHERE link_id IN (SELECT l.id FROM links l WHERE l.contact_id IN ({PEOPLE}))"
        )),
        whom.run(formatcp!("DELETE FROM links WHERE contact_id IN ({PEOPLE})")),
        whom.run(formatcp!("DELETE FROM sessions WHERE contact_id IN ({PEOPLE})")),
        whom.with(
            formatcp!(
                "UPDATE pay_links SET contact_id = NULL, revoked_at = coalesce(revoked_at, ?3) \
                 WHERE invoice_id IN (SELECT id FROM invoices WHERE client_id = ?1) AND contact_id IN ({PEOPLE})"
            ),
            whom.now,
        ),
        whom.with(
            formatcp!(
                "UPDATE previews SET contact_id = NULL, ended_at = coalesce(ended_at, min(?3, expires_at)) \
                 WHERE client_id = ?1 AND contact_id IN ({PEOPLE})"
            ),
            whom.now,
        ),
        whom.run(formatcp!(
            "DELETE FROM client_words WHERE owner_id IN ({PEOPLE})"
        )),
    ]
}

/// What they said stays, by a former contact; what they read, and where they were, goes.
fn said(whom: &Whom<'_>) -> [Statement; 6] {
    [
        whom.run(formatcp!(
            "UPDATE threads SET last_author = '{FORMER}' WHERE client_id = ?1 AND EXISTS (SELECT 1 FROM messages m \
             WHERE m.thread_id = threads.id AND m.seq = threads.last_seq AND m.contact_id IN ({PEOPLE}))"
        )),
        whom.run(formatcp!(
            "UPDATE messages SET author = '{FORMER}' WHERE thread_id IN (SELECT id FROM threads WHERE client_id = ?1) \
             AND contact_id IN ({PEOPLE})"
        )),
        whom.run(formatcp!(
            "UPDATE ticket_messages SET author = '{FORMER}' \
             WHERE ticket_id IN (SELECT id FROM tickets WHERE client_id = ?1) AND contact_id IN ({PEOPLE})"
        )),
        whom.run(formatcp!(
            "UPDATE comments SET author = '{FORMER}' WHERE task_id IN (SELECT id FROM tasks WHERE client_id = ?1) \
             AND contact_id IN ({PEOPLE})"
        )),
        whom.run(formatcp!(
            "DELETE FROM thread_readers WHERE thread_id IN (SELECT id FROM threads WHERE client_id = ?1) \
             AND contact_id IN ({PEOPLE})"
        )),
        whom.run(formatcp!(
            "UPDATE receipts SET device = '', address = '' WHERE contact_id IN ({PEOPLE})"
        )),
    ]
}

/// Of what they paid: the address that the provider was told, and what it told us in its own words.
fn payments(whom: &Whom<'_>) -> [Statement; 2] {
    [
        whom.run(formatcp!(
            "UPDATE provider_events SET raw = 'null' WHERE json_valid(raw) AND received_at >= \
              (SELECT min(a.created_at) FROM attempts a WHERE a.client_id = ?1 AND (?2 IS NULL OR a.contact_id IN ({PEOPLE}))) \
             AND (json_extract(raw, '$.data.object.id') IN (SELECT a.session_id FROM attempts a \
                WHERE a.client_id = ?1 AND (?2 IS NULL OR a.contact_id IN ({PEOPLE})) \
               UNION SELECT a.payment FROM attempts a WHERE a.client_id = ?1 AND (?2 IS NULL OR a.contact_id IN ({PEOPLE}))) \
              OR json_extract(raw, '$.data.object.payment_intent') IN (SELECT a.payment FROM attempts a \
                WHERE a.client_id = ?1 AND (?2 IS NULL OR a.contact_id IN ({PEOPLE}))))"
        )),
        whom.run(formatcp!(
            "UPDATE attempts SET payer_email = NULL WHERE client_id = ?1 AND (?2 IS NULL OR contact_id IN ({PEOPLE}))"
        )),
    ]
}

/// Their rows.
fn rows(whom: &Whom<'_>) -> Statement {
    whom.with(
        formatcp!(
            "UPDATE contacts SET first_name = '{FORMER}', last_name = '', email = '', email_key = '', phone = '', \
             job_title = '', is_primary = 0, portal_access = 0, modules_off = 0, mail_documents = 0, mail_invoices = 0, \
             mail_tickets = 0, mail_messages = 0, news_seen_at = 0, account_id = NULL, accepted_at = NULL, \
             revision = revision + 1, removed_at = coalesce(removed_at, ?3), updated_at = ?3, erased_at = ?3 \
             WHERE client_id = ?1 AND (?2 IS NULL OR id = ?2) AND erased_at IS NULL"
        ),
        whom.now,
    )
}
