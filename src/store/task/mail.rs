//! Mails about tasks: what waits for the client and what staff share goes to the client's people who see tasks
//! and take such mail; what a client answers or says goes to who has the task, or to all who take such mail.
//!
//! Who gets one is decided by the statement that queues it, in the batch of what it tells of: a comment among
//! staff is mailed to nobody, and a task that already waited is told of no second time.

use const_format::formatcp;
use serde::Deserialize;

use crate::domain::id::{ClientId, CommentId, ContactId, MailId, StaffId, TaskId};
use crate::domain::time::Timestamp;
use crate::store::{Error, Statement, statement};

/// The kind of these mails in the outbox.
pub(crate) const KIND: &str = "task";

/// People of a client who are told of tasks: active, wanting such mail, of a portal that is open to them with
/// Tasks (2) on. What `who` and `viewer` ([`crate::store::viewer`]) ask of somebody who is not there.
const TASK_TOLD: &str = "WITH told AS (\
     SELECT ct.id, ct.client_id, ct.email, trim(ct.first_name || ' ' || ct.last_name) AS name FROM contacts ct \
     JOIN accounts a ON a.id = ct.account_id \
     JOIN clients c ON c.id = ct.client_id AND c.archived_at IS NULL AND c.portal_enabled = 1 \
     JOIN business b ON b.id = 1 \
     WHERE ct.portal_access = 1 AND ct.removed_at IS NULL AND ct.mail_tasks = 1 \
      AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 2 = 2) ";

/// Somebody of the client who would be told.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reader {
    pub(crate) id: ContactId,
    pub(crate) name: String,
}

/// The [`Reader`]s of a client; at most 100.
pub(crate) fn readers(client: ClientId) -> Statement {
    Statement::new(
        formatcp!(
            "{TASK_TOLD}SELECT r.id, r.name FROM told r WHERE r.client_id = ?1 ORDER BY r.name, r.id LIMIT 100"
        ),
        [client.to_string().into()],
    )
}

/// The [`Reader`]s of a task's client; at most 100.
pub(crate) fn readers_of(task: TaskId) -> Statement {
    Statement::new(
        formatcp!(
            "{TASK_TOLD}SELECT r.id, r.name FROM told r WHERE r.client_id = (SELECT client_id FROM tasks WHERE id = ?1) \
             ORDER BY r.name, r.id LIMIT 100"
        ),
        [task.to_string().into()],
    )
}

fn pairs<T: ToString>(people: &[(T, MailId)]) -> Result<String, Error> {
    let pairs: Vec<[String; 2]> = people
        .iter()
        .map(|(person, mail)| [person.to_string(), mail.to_string()])
        .collect();
    Ok(serde_json::to_string(&pairs)?)
}

/// What a mail says.
pub(crate) struct Mail<'a> {
    pub(crate) subject: &'a str,
    /// JSON of a letter.
    pub(crate) content: &'a str,
}

impl Mail<'_> {
    /// Tells the client that a task waits for them, where it began to at this moment.
    pub(crate) fn asked(
        &self,
        task: TaskId,
        readers: &[(ContactId, MailId)],
        now: Timestamp,
    ) -> Result<Statement, Error> {
        Ok(Statement::new(
            formatcp!(
                "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, contact_id, \
                 client_id, due_at, created_at) \
                 {TASK_TOLD}SELECT json_extract(j.value, '$[1]'), 'task ' || t.id || ' asks ' || t.asked_at || ' ' || r.id, 'task', \
                 r.email, r.name, ?3, ?4, r.id, t.client_id, ?5, ?5 FROM json_each(?2) j \
                 JOIN tasks t ON t.id = ?1 AND t.waits = 1 AND t.asked_at = ?5 \
                 JOIN told r ON r.id = json_extract(j.value, '$[0]') AND r.client_id = t.client_id"
            ),
            [
                task.to_string().into(),
                pairs(readers)?.into(),
                self.subject.into(),
                self.content.into(),
                now.into(),
            ],
        ))
    }

    /// Tells the client of a comment that staff shared at this moment.
    pub(crate) fn shared(
        &self,
        comment: CommentId,
        readers: &[(ContactId, MailId)],
        now: Timestamp,
    ) -> Result<Statement, Error> {
        Ok(Statement::new(
            formatcp!(
                "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, contact_id, \
                 client_id, due_at, created_at) \
                 {TASK_TOLD}SELECT json_extract(j.value, '$[1]'), 'task ' || t.id || ' said ' || m.id || ' ' || r.id, 'task', \
                 r.email, r.name, ?3, ?4, r.id, t.client_id, ?5, ?5 FROM json_each(?2) j \
                 JOIN comments m ON m.id = ?1 AND m.internal = 0 AND m.staff_id IS NOT NULL AND m.created_at = ?5 \
                 JOIN tasks t ON t.id = m.task_id AND t.visible = 1 \
                 JOIN told r ON r.id = json_extract(j.value, '$[0]') AND r.client_id = t.client_id"
            ),
            [
                comment.to_string().into(),
                pairs(readers)?.into(),
                self.subject.into(),
                self.content.into(),
                now.into(),
            ],
        ))
    }

    /// Tells who has the task of the client's answer, given at this moment; where nobody has it, all who take
    /// such mail.
    pub(crate) fn answered(
        &self,
        task: TaskId,
        by: ContactId,
        staff: &[(StaffId, MailId)],
        now: Timestamp,
    ) -> Result<Statement, Error> {
        Ok(statement!(
            "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, staff_id, \
             client_id, due_at, created_at) \
             SELECT json_extract(j.value, '$[1]'), 'task ' || t.id || ' answer ' || t.answered_at || ' ' || st.id, 'task', \
             st.email, st.name, ?3, ?4, st.id, t.client_id, ?5, ?5 FROM json_each(?2) j \
             JOIN tasks t ON t.id = ?1 AND t.answered_by = ?6 AND t.answered_at = ?5 \
             JOIN staff st ON st.id = json_extract(j.value, '$[0]') AND st.deactivated_at IS NULL \
             WHERE st.id = t.assignee_id OR (st.mail_tasks = 1 AND NOT EXISTS \
              (SELECT 1 FROM staff a WHERE a.id = t.assignee_id AND a.deactivated_at IS NULL))",
            task.to_string(),
            pairs(staff)?,
            self.subject,
            self.content,
            now,
            by.to_string()
        ))
    }

    /// Tells the same of what a client said at this moment.
    pub(crate) fn said(
        &self,
        comment: CommentId,
        staff: &[(StaffId, MailId)],
        now: Timestamp,
    ) -> Result<Statement, Error> {
        Ok(statement!(
            "INSERT OR IGNORE INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, staff_id, \
             client_id, due_at, created_at) \
             SELECT json_extract(j.value, '$[1]'), 'task ' || t.id || ' said ' || m.id || ' ' || st.id, 'task', \
             st.email, st.name, ?3, ?4, st.id, t.client_id, ?5, ?5 FROM json_each(?2) j \
             JOIN comments m ON m.id = ?1 AND m.contact_id IS NOT NULL AND m.created_at = ?5 \
             JOIN tasks t ON t.id = m.task_id \
             JOIN staff st ON st.id = json_extract(j.value, '$[0]') AND st.deactivated_at IS NULL \
             WHERE st.id = t.assignee_id OR (st.mail_tasks = 1 AND NOT EXISTS \
              (SELECT 1 FROM staff a WHERE a.id = t.assignee_id AND a.deactivated_at IS NULL))",
            comment.to_string(),
            pairs(staff)?,
            self.subject,
            self.content,
            now
        ))
    }
}

/// Takes back mails to the client that have not gone out: all of them where they no longer see the task, what
/// asks where it no longer waits.
pub(crate) fn withdraw(task: TaskId) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL \
         WHERE dedupe_key >= ?2 || ' ' AND dedupe_key < ?2 || '!' AND state = 'queued' AND contact_id IS NOT NULL \
          AND EXISTS (SELECT 1 FROM tasks t WHERE t.id = ?1 \
           AND (t.visible = 0 OR (t.waits = 0 AND outbox.dedupe_key LIKE '% asks %')))",
        task.to_string(),
        format!("task {task}")
    )
}
