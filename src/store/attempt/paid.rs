//! A payment just as it was asked for, which is what most of them are: written without having read anything before.
//!
//! As where an attempt is made ([`claim`](super::claim)), one batch asks and answers. [`Paid::settles`] is the question,
//! put to the books as they are at that moment; what follows it writes something only where the attempt has that payment
//! then, and what stands there at the end is read back ([`Paid::stands`]). If it is anything else, nothing of this
//! happened, but for an attempt that had that payment before: then it is what deciding writes, too.

use super::{Attempt, BY_LINK, MAY_HEAR, PAYER, SIGNS_IN};
use crate::domain::id::{AttemptId, AuditId, MailId, PayLinkId};
use crate::domain::payment::attempt::AttemptState;
use crate::domain::payment::fact::Fact;
use crate::domain::payment::settle::AsAsked;
use crate::domain::payment::stripe::Session;
use crate::domain::time::Timestamp;
use crate::store::outbox::{NewMail, OUTBOX};
use crate::store::{Statement, statement};
use const_format::formatcp;

/// What an event says of the attempt that it names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paid<'a> {
    pub(crate) attempt: AttemptId,
    /// That the money came.
    pub(crate) fact: &'a Fact,
    /// The provider's name of the page.
    session: &'a str,
    /// Whether it looks as though it began with a link from a mail.
    pub(crate) by_link: bool,
    now: Timestamp,
}

/// The attempt `a` of id `?1` has payment `?2`, and with it the one invoice `i` that it is for.
const OF_ONE_INVOICE: &str = "attempts a CROSS JOIN attempt_invoices ai ON ai.attempt_id = a.id \
     CROSS JOIN invoices i ON i.id = ai.invoice_id WHERE a.id = ?1 AND a.payment = ?2 AND a.state = 'succeeded' \
     AND (SELECT count(*) FROM attempt_invoices n WHERE n.attempt_id = a.id) = 1";

/// What stands in a mail about an attempt's payment for what nobody has read yet, until [`Paid::thanks`] queues it.
pub(crate) struct Marks {
    /// The number of the invoice.
    pub(crate) number: String,
    /// The id of the invoice.
    pub(crate) invoice: String,
    /// The first name of whom the mail goes to.
    pub(crate) first_name: String,
}

impl Marks {
    /// The marks of an attempt: nothing else in a mail looks like its id.
    pub(crate) fn of(attempt: AttemptId) -> Self {
        Self {
            number: format!("#{attempt}"),
            invoice: format!("~{attempt}"),
            first_name: format!("@{attempt}"),
        }
    }
}

/// Texts as they stand within a JSON string.
const NUMBER: &str = "substr(json_quote(i.number), 2, length(json_quote(i.number)) - 2)";
const FIRST_NAME: &str =
    "substr(json_quote(ct.first_name), 2, length(json_quote(ct.first_name)) - 2)";

impl<'a> Paid<'a> {
    /// Of the page that tells it.
    pub(crate) fn of(asked: &'a AsAsked, session: &'a Session, now: Timestamp) -> Self {
        Self {
            attempt: asked.attempt,
            fact: &asked.fact,
            session: &session.id,
            by_link: session.by_link,
            now,
        }
    }

    /// The attempt succeeds with that payment, if it is of that page and asked for that much; if it is for one invoice
    /// that still asks for it; if nothing is known of the payment yet; and if whoever hears of it can see the invoice
    /// in their portal, or by a link where [`thanks`](Self::thanks) has one. Then there is nothing to tell staff.
    pub(crate) fn settles(&self) -> Statement {
        statement!(
            formatcp!(
                "UPDATE attempts AS a SET state = 'succeeded', payment = ?2, settled_at = ?6 \
                 WHERE a.id = ?1 AND a.session_id = ?3 AND a.amount = ?4 AND a.currency = ?5 \
                 AND a.state <> 'succeeded' AND coalesce(a.payment, ?2) = ?2 \
                 AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.payment = ?2) \
                 AND (SELECT count(*) FROM attempt_invoices n WHERE n.attempt_id = a.id) = 1 \
                 AND EXISTS (SELECT 1 FROM attempt_invoices ai CROSS JOIN invoices i ON i.id = ai.invoice_id \
                  WHERE ai.attempt_id = a.id AND i.state = 'sent' AND i.due >= ai.amount) \
                 AND NOT EXISTS (SELECT 1 FROM contacts ct CROSS JOIN clients c ON c.id = a.client_id \
                  WHERE ct.id = {PAYER} AND ({MAY_HEAR}) AND NOT ({SIGNS_IN}) AND NOT ({BY_LINK} AND ?7))"
            ),
            self.attempt.to_string(),
            self.fact.payment.as_str(),
            self.session,
            self.fact.amount.minor(),
            self.fact.amount.currency().code(),
            self.now,
            self.by_link
        )
    }

    /// The payment is for that invoice. Said again, nothing changes.
    pub(crate) fn allocates(&self) -> Statement {
        statement!(
            formatcp!(
                "INSERT INTO allocations (payment, invoice_id, amount, later, created_at) \
                 SELECT ?2, i.id, ai.amount, ai.later, ?3 FROM {OF_ONE_INVOICE} AND i.state = 'sent' \
                 ON CONFLICT (payment, invoice_id) DO NOTHING"
            ),
            self.attempt.to_string(),
            self.fact.payment.as_str(),
            self.now
        )
    }

    /// The line of the log, once.
    pub(crate) fn notes(&self, id: AuditId) -> Statement {
        statement!(
            formatcp!(
                "INSERT INTO audit (id, at, principal, principal_name, action, entity_id, client_id, detail) \
                 SELECT ?3, ?4, 'system', 'Stripe', 'payment.received', ?2, a.client_id, ?5 || ' for ' || i.number \
                 FROM {OF_ONE_INVOICE} \
                 AND NOT EXISTS (SELECT 1 FROM audit o WHERE o.entity_id = ?2 AND o.action = 'payment.received')"
            ),
            self.attempt.to_string(),
            self.fact.payment.as_str(),
            id.to_string(),
            self.now,
            self.fact.amount.to_string()
        )
    }

    /// The receipt, whose [`Marks`] become what they stand for, to whoever hears of the payment. Once.
    /// It leads into their portal where they can sign in, else to a link of its own, whose secret it carries.
    pub(crate) fn thanks(&self, mail: &NewMail<'_>) -> Statement {
        let sql = formatcp!(
            "INSERT INTO outbox ({OUTBOX}) SELECT ?1, ?2, ?3, ct.email, trim(ct.first_name || ' ' || ct.last_name), \
              replace(?6, '#' || a.id, i.number), \
              replace(replace(replace(iif({SIGNS_IN}, ?7, json_set(?7, '$.path', '/invoice/')), \
               '#' || a.id, {NUMBER}), '~' || a.id, i.id), '@' || a.id, {FIRST_NAME}), \
              iif({SIGNS_IN}, NULL, ?8), iif({SIGNS_IN}, ct.id, NULL), a.client_id, ?11, ?12, ?12, ?13 \
             FROM attempts a CROSS JOIN attempt_invoices ai ON ai.attempt_id = a.id \
             CROSS JOIN allocations x ON x.payment = a.payment AND x.invoice_id = ai.invoice_id \
             CROSS JOIN invoices i ON i.id = ai.invoice_id CROSS JOIN clients c ON c.id = a.client_id \
             CROSS JOIN contacts ct ON ct.id = {PAYER} \
             WHERE a.id = ?14 AND a.payment = ?15 AND a.state = 'succeeded' \
              AND (SELECT count(*) FROM attempt_invoices n WHERE n.attempt_id = a.id) = 1 \
              AND ({MAY_HEAR}) AND (({SIGNS_IN}) OR (?8 IS NOT NULL AND {BY_LINK})) \
             ON CONFLICT (dedupe_key) DO NOTHING"
        );
        let of = [
            self.attempt.to_string().into(),
            self.fact.payment.as_str().into(),
        ];
        mail.statement(sql, self.now, of)
    }

    /// The link that the receipt carries, if it does.
    pub(crate) fn links(&self, id: PayLinkId, hash: &str, mail: MailId) -> Statement {
        statement!(
            formatcp!(
                "INSERT INTO pay_links (id, invoice_id, token_hash, created_at, contact_id) SELECT ?3, i.id, ?4, ?6, {PAYER} \
                 FROM {OF_ONE_INVOICE} AND EXISTS (SELECT 1 FROM outbox o WHERE o.id = ?5 AND o.sealed IS NOT NULL) \
                 ON CONFLICT DO NOTHING"
            ),
            self.attempt.to_string(),
            self.fact.payment.as_str(),
            id.to_string(),
            hash,
            mail.to_string(),
            self.now
        )
    }

    /// Whether the attempt as it was read back is so: by this batch, or by an earlier one, which wrote all that there is to
    /// write about it, whatever it found. So a repetition ends here.
    pub(crate) fn stands(&self, read: &Attempt) -> bool {
        read.id == self.attempt
            && read.state == AttemptState::Succeeded
            && read.session_id.as_deref() == Some(self.session)
            && read.payment.as_deref() == Some(&*self.fact.payment)
            && read.amount() == self.fact.amount
    }
}
