//! Reminders of invoices: whom the clock reminds today, once per invoice and stage.
//!
//! The clock walks over open invoices by due date, a page at a time ([`Walk`]). That a stage went out is
//! a row of `reminders_sent`, written only while the invoice still asks; the mails of a stage depend on
//! that row within their batch. So two clocks at once, or one that begins anew, send each once.

use const_format::formatcp;
use serde::Deserialize;

use super::outbox::NewMail;
use super::{Param, Statement, flag, statement};
use crate::domain::id::{ClientId, ContactId, InvoiceId, MailId, PayLinkId, StaffId};
use crate::domain::invoice::state::View;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::reminder::Plan;
use crate::domain::time::{Date, Timestamp};
use crate::store::invoice::state_of;

/// The kind of these mails in the outbox.
pub(crate) const KIND: &str = "reminder";

/// Invoices of a page of the walk.
pub(crate) const PAGE: usize = 20;

/// How far the clock is. A walk that a day was too short for goes on the next day before that day's own
/// begins, so that each ends and nobody comes last for ever.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Walk {
    /// Of the business, on which it began; empty before the first.
    pub(crate) day: String,
    pub(crate) due_on: String,
    pub(crate) invoice_id: String,
    #[serde(deserialize_with = "flag")]
    pub(crate) done: bool,
}

impl Walk {
    /// A walk from the beginning.
    fn fresh(day: Date) -> Self {
        Self {
            day: day.to_string(),
            due_on: String::new(),
            invoice_id: String::new(),
            done: false,
        }
    }

    /// Where it goes on that day. `None`: that day's walk is done.
    pub(crate) fn on(self, today: Date) -> Option<Self> {
        match (self.day == today.to_string(), self.done) {
            (true, true) => None,
            // Begun on another day and not ended; `""` is none.
            (_, false) if !self.day.is_empty() => Some(self),
            _ => Some(Self::fresh(today)),
        }
    }

    /// How far it is behind a page. One of another day that has ended makes room for today's.
    pub(crate) fn behind(self, page: &[Open], today: Date) -> Self {
        let ends = page.len() < PAGE;
        if ends && self.day != today.to_string() {
            return Self::fresh(today);
        }
        match page.last() {
            Some(last) => Self {
                due_on: last.due_on.to_string(),
                invoice_id: last.id.to_string(),
                done: ends,
                ..self
            },
            None => Self { done: ends, ..self },
        }
    }
}

/// The one [`Walk`].
pub(crate) fn walk() -> Statement {
    statement!("SELECT day, due_on, invoice_id, done FROM reminder_walk WHERE id = 1")
}

/// The walk has come so far; it never goes back within its day.
pub(crate) fn walked(walk: &Walk) -> Statement {
    statement!(
        "UPDATE reminder_walk SET day = ?1, due_on = ?2, invoice_id = ?3, done = ?4 WHERE id = 1 \
         AND (day < ?1 OR (day = ?1 AND (done, due_on, invoice_id) <= (?4, ?2, ?3)))",
        walk.day.as_str(),
        walk.due_on.as_str(),
        walk.invoice_id.as_str(),
        walk.done
    )
}

/// The walk of today begins anew, because other stages are set.
pub(crate) fn walk_anew() -> Statement {
    statement!(
        "UPDATE reminder_walk SET day = '', due_on = '', invoice_id = '', done = 0 WHERE id = 1"
    )
}

/// Somebody who is reminded of an invoice.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Person {
    pub(crate) id: ContactId,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    /// 1: they can open the invoice in their portal.
    pub(crate) signs_in: i64,
}

/// An open invoice, with who would be reminded of it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Open {
    pub(crate) id: InvoiceId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    pub(crate) number: String,
    pub(crate) currency: Currency,
    status: String,
    due: i64,
    net: i64,
    #[serde(deserialize_with = "flag")]
    processing: bool,
    pub(crate) issued_on: Date,
    pub(crate) due_on: Date,
    /// Stages that went out, with commas.
    sent: String,
    /// JSON of [`Person`]s.
    people: String,
    /// Whether their portal is on.
    #[serde(deserialize_with = "flag")]
    pub(crate) portal: bool,
}

impl Open {
    /// What it is on that day.
    pub(crate) fn view(&self, today: Date) -> Result<View, MoneyError> {
        let state = state_of(&self.status, self.due_on, today);
        Ok(View {
            state,
            net: Money::new(self.net, self.currency)?,
            due: self.due()?,
            credit: Money::zero(self.currency),
            processing: self.processing,
            payable: state.asks() && !self.processing,
        })
    }
    /// What is to be paid.
    pub(crate) fn due(&self) -> Result<Money, MoneyError> {
        Money::new(self.due, self.currency)
    }
    /// Whether that stage went out.
    pub(crate) fn was_sent(&self, stage: &str) -> bool {
        self.sent.split(',').any(|sent| sent == stage)
    }
    /// Who would be reminded.
    pub(crate) fn people(&self) -> Result<Vec<Person>, serde_json::Error> {
        serde_json::from_str(&self.people)
    }
}

/// The columns of [`Open`], of `invoices i`, `clients c`, `business b` and `billing z`. Reminded are those
/// who got the invoice by mail, else the primary contact: people of a client who is not archived, who
/// want such mail, and, unless the business wants it otherwise, whose portal shows them invoices (32).
const OPEN: &str = "i.id, i.client_id, c.name AS client_name, i.number, i.currency, i.status, i.due, i.net, \
     i.processing, i.issued_on, i.due_on, c.portal_enabled AS portal, \
     coalesce((SELECT group_concat(s.stage, ',') FROM reminders_sent s WHERE s.invoice_id = i.id), '') AS sent, \
     (SELECT json_group_array(json_object('id', ct.id, 'first_name', ct.first_name, 'last_name', ct.last_name, \
        'email', ct.email, 'signs_in', ct.account_id IS NOT NULL AND c.portal_enabled = 1 AND ct.portal_access = 1 \
         AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 32 = 32)) \
      FROM contacts ct WHERE ct.client_id = i.client_id AND ct.removed_at IS NULL AND ct.mail_invoices = 1 \
       AND c.archived_at IS NULL \
       AND ((c.portal_enabled = 1 AND ct.portal_access = 1 \
         AND (((b.modules | c.modules_on) & ~c.modules_off) & ~ct.modules_off) & 32 = 32) \
        OR (c.portal_enabled = 0 AND (z.remind_without_portal = 1 OR ?1 = 1))) \
       AND (ct.id IN (SELECT l.contact_id FROM pay_links l WHERE l.invoice_id = i.id) \
        OR (ct.is_primary = 1 AND NOT EXISTS (SELECT 1 FROM pay_links l \
         WHERE l.invoice_id = i.id AND l.contact_id IS NOT NULL)))) AS people";

/// The next [`PAGE`] open invoices that one of the stages may concern today, behind the walk.
pub(crate) fn next(plan: &Plan, today: Date, walk: &Walk) -> Option<Statement> {
    let (first, last) = plan.window(today)?;
    Some(statement!(
        formatcp!(
            "SELECT * FROM (SELECT {OPEN} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
              CROSS JOIN business b CROSS JOIN billing z \
              WHERE i.status = 'outstanding' AND i.due > 0 AND i.due_on BETWEEN ?2 AND ?3 AND (i.due_on, i.id) > (?4, ?5) \
              ORDER BY i.due_on, i.id LIMIT 20) \
             UNION ALL SELECT * FROM (SELECT {OPEN} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
              CROSS JOIN business b CROSS JOIN billing z \
              WHERE i.status = 'partially_paid' AND i.due > 0 AND i.due_on BETWEEN ?2 AND ?3 AND (i.due_on, i.id) > (?4, ?5) \
              ORDER BY i.due_on, i.id LIMIT 20) \
             ORDER BY due_on, id LIMIT 20"
        ),
        0i64,
        first.to_string(),
        last.to_string(),
        walk.due_on.as_str(),
        walk.invoice_id.as_str()
    ))
}

/// The one invoice, for staff who remind by hand: whether or not the portal is on.
pub(crate) fn one(id: InvoiceId) -> Statement {
    statement!(
        formatcp!(
            "SELECT {OPEN} FROM invoices i CROSS JOIN clients c ON c.id = i.client_id \
             CROSS JOIN business b CROSS JOIN billing z WHERE i.id = ?2 AND i.state = 'sent'"
        ),
        1i64,
        id.to_string()
    )
}

/// Notes that a stage goes out, once, while the invoice asks.
pub(crate) fn note(invoice: InvoiceId, stage: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO reminders_sent (invoice_id, stage, sent_at) SELECT i.id, ?2, ?3 FROM invoices i \
         WHERE i.id = ?1 AND i.status IN ('outstanding', 'partially_paid') AND i.due > 0 AND i.processing = 0 \
         ON CONFLICT DO NOTHING",
        invoice.to_string(),
        stage,
        now
    )
}

/// Queues the mail to one person, if [`note`] wrote its row in this batch.
pub(crate) fn queue(
    mail: &NewMail<'_>,
    invoice: InvoiceId,
    stage: &str,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, sealed, \
         contact_id, client_id, due_at, created_at) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11 FROM reminders_sent s \
         WHERE s.invoice_id = ?12 AND s.stage = ?13 AND s.sent_at = ?11 \
         ON CONFLICT (dedupe_key) DO NOTHING",
        mail.id.to_string(),
        mail.dedupe_key.as_str(),
        mail.kind,
        mail.to_email,
        mail.to_name,
        mail.subject,
        mail.content,
        Param::from(mail.sealed),
        Param::from(mail.contact.map(|id| id.to_string())),
        Param::from(mail.client.map(|id| id.to_string())),
        now,
        invoice.to_string(),
        stage
    )
}

/// The link of a mail, if that was queued in this batch.
pub(crate) fn link(
    id: PayLinkId,
    hash: &str,
    (invoice, contact): (InvoiceId, ContactId),
    mail: MailId,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO pay_links (id, invoice_id, token_hash, contact_id, created_at) \
         SELECT ?1, ?3, ?2, ?4, ?6 WHERE EXISTS (SELECT 1 FROM outbox WHERE id = ?5)",
        id.to_string(),
        hash,
        invoice.to_string(),
        contact.to_string(),
        mail.to_string(),
        now
    )
}

/// The line of the audit log, if [`note`] wrote its row in this batch. `by`: a member of staff with their
/// name and address; nobody: the clock.
pub(crate) fn logged(
    id: crate::domain::id::AuditId,
    (invoice, client): (InvoiceId, ClientId),
    stage: &str,
    detail: &str,
    by: Option<(StaffId, &str, &str)>,
    now: Timestamp,
) -> Statement {
    let (who, name, address) = match by {
        Some((id, name, address)) => (Some(id.to_string()), name, address),
        None => (None, "", ""),
    };
    statement!(
        "INSERT INTO audit (id, at, principal, principal_id, principal_name, action, entity_id, client_id, \
         detail, address) \
         SELECT ?1, ?2, CASE WHEN ?3 IS NULL THEN 'system' ELSE 'staff' END, ?3, ?4, 'invoice.reminded', s.invoice_id, \
          ?5, ?6, ?7 FROM reminders_sent s WHERE s.invoice_id = ?8 AND s.stage = ?9 AND s.sent_at = ?2",
        id.to_string(),
        now,
        Param::from(who),
        name,
        client.to_string(),
        detail,
        address,
        invoice.to_string(),
        stage
    )
}

/// Takes reminders back that wait while their invoice no longer asks.
pub(crate) fn take_back(now: Timestamp) -> Statement {
    statement!(
        "UPDATE outbox SET state = 'cancelled', due_at = NULL, sealed = NULL WHERE id IN \
         (SELECT o.id FROM outbox o CROSS JOIN invoices i ON i.id = substr(o.dedupe_key, 10, 36) \
          WHERE o.state = 'queued' AND o.due_at <= ?1 AND o.kind = 'reminder' \
           AND NOT (i.status IN ('outstanding', 'partially_paid') AND i.due > 0 AND i.processing = 0))",
        now
    )
}

/// A reminder that went out.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sent {
    pub(crate) stage: String,
    pub(crate) sent_at: Timestamp,
}

/// The [`Sent`] reminders of an invoice, the newest first; at most 50.
pub(crate) fn of_invoice(invoice: InvoiceId) -> Statement {
    statement!(
        "SELECT stage, sent_at FROM reminders_sent WHERE invoice_id = ?1 ORDER BY sent_at DESC LIMIT 50",
        invoice.to_string()
    )
}

/// What Settings → Reminders holds, put in place if nobody was quicker than `revision`.
pub(crate) fn change(
    plan: &Plan,
    without_portal: bool,
    revision: i64,
    now: Timestamp,
) -> [Statement; 2] {
    [
        statement!(
            "UPDATE billing SET revision = CASE revision WHEN ?1 THEN revision + 1 END, reminders = ?2, \
             remind_without_portal = ?3, updated_at = ?4 WHERE id = 1",
            revision,
            plan.to_string(),
            without_portal,
            now
        ),
        walk_anew(),
    ]
}
