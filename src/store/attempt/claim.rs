//! Pay Now, in the batch that also proves who asks: an attempt is made if all that it is for is
//! payable and free at that very moment, and what stands there afterwards is read back.
//!
//! So of two people who press at once one makes the attempt and the other finds it.

use const_format::formatcp;
use serde::Deserialize;

use super::{ATTEMPT, json};
use crate::domain::id::{AttemptId, InvoiceId};
use crate::domain::invoice::decide::Parts;
use crate::domain::invoice::state::{State, View};
use crate::domain::money::{Currency, Money, MoneyError, Rate};
use crate::domain::time::{Date, Timestamp};
use crate::store::pay_link::LINK;
use crate::store::viewer::Asker;
use crate::store::{Param, Statement, flag};

/// What an attempt would be made of.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// Its id, and the key for the provider.
    pub(crate) attempt: AttemptId,
    /// How much of the one invoice; absent: all that is due.
    pub(crate) chosen: Option<Money>,
    /// Whether the provider's key is of real money.
    pub(crate) live: bool,
    /// When it is made.
    pub(crate) now: Timestamp,
    /// When its page closes.
    pub(crate) expires_at: Timestamp,
}

/// An invoice that somebody wants to pay, as it is now.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Payable {
    pub(crate) id: InvoiceId,
    pub(crate) currency: Currency,
    total: i64,
    net: i64,
    due: i64,
    due_on: Date,
    status: String,
    #[serde(deserialize_with = "flag")]
    processing: bool,
    part_least: Option<Rate>,
    #[serde(deserialize_with = "flag")]
    pub(crate) pay_online: bool,
}

impl Payable {
    /// What it comes to.
    pub(crate) fn total(&self) -> Result<Money, MoneyError> {
        Money::new(self.total, self.currency)
    }
    /// Whether it can be paid in parts.
    pub(crate) fn parts(&self) -> Parts {
        self.part_least.map_or(Parts::No, Parts::AtLeast)
    }
    /// What it is. Whether it is late makes no difference to paying, so no day is asked.
    pub(crate) fn view(&self) -> Result<View, MoneyError> {
        let state = State::parse(&self.status)
            .unwrap_or(State::Void)
            .on(self.due_on, self.due_on);
        let due = Money::new(self.due, self.currency)?;
        Ok(View {
            state,
            net: Money::new(self.net, self.currency)?,
            due,
            credit: Money::zero(self.currency),
            processing: self.processing,
            payable: state.asks() && !self.processing && due.is_positive(),
        })
    }
}

/// What makes an invoice `i` payable for settings `b` while nothing holds it.
const PAYABLE: &str = "b.pay_online = 1 AND i.state = 'sent' AND i.due > 0 AND i.processing = 0 \
     AND NOT EXISTS (SELECT 1 FROM attempt_invoices h WHERE h.invoice_id = i.id AND h.holds = 1)";

/// The columns of [`Payable`], of `invoices i` and `billing b`.
const TO_PAY: &str = "i.id, i.number, i.currency, i.total, i.net, i.due, i.due_on, i.status, i.processing, \
     b.part_least, b.pay_online";

/// By a contact who may pay. Answers: two that do not matter, the [`Payable`]s in the order of
/// payment, the attempts that hold them.
pub(crate) fn by_contact(asker: &Asker, claim: &Claim, invoices: &[InvoiceId]) -> Vec<Statement> {
    let list: Param = json(invoices).into();
    let mut params = vec![list.clone()];
    params.extend(claim.params());
    vec![
        // The least share is Parts::least: halves rounded up, never nothing, never more than is due.
        asker.statement(
            formatcp!(
                "INSERT INTO attempts (id, client_id, provider, livemode, currency, amount, contact_id, payer_email, \
                  created_at, expires_at) \
                 SELECT ?5, v.client_id, 'stripe', ?6, min(i.currency), coalesce(?8, sum(i.due)), v.contact_id, ct.email, \
                  ?2, ?7 \
                 FROM viewer v CROSS JOIN contacts ct ON ct.id = v.contact_id CROSS JOIN billing b ON b.id = 1 \
                 CROSS JOIN json_each(?4) j CROSS JOIN invoices i ON i.id = j.value AND i.client_id = v.client_id \
                 WHERE {PAYABLE} GROUP BY v.client_id \
                 HAVING count(*) = json_array_length(?4) AND count(DISTINCT i.currency) = 1 \
                  AND (?8 IS NULL OR (?9 = min(i.currency) AND count(*) = 1 AND ?8 <= min(i.due) AND ?8 >= \
                   CASE WHEN b.part_least IS NULL THEN min(i.due) \
                    ELSE min(min(i.due), max(1, (min(i.total) * b.part_least + 50000) / 100000)) END)) \
                 ON CONFLICT DO NOTHING"
            ),
            params,
        ),
        claim.share_out(list.clone()),
        asker.statement(
            formatcp!(
                "SELECT {TO_PAY} FROM viewer v CROSS JOIN billing b ON b.id = 1 CROSS JOIN json_each(?4) j \
                 CROSS JOIN invoices i ON i.id = j.value AND i.client_id = v.client_id AND i.state <> 'draft' \
                 ORDER BY i.due_on, i.id"
            ),
            [list.clone()],
        ),
        asker.statement(
            formatcp!(
                "SELECT {ATTEMPT} FROM attempts a WHERE a.id IN \
                 (SELECT h.attempt_id FROM viewer v CROSS JOIN json_each(?4) j \
                  CROSS JOIN invoices i ON i.id = j.value AND i.client_id = v.client_id \
                  CROSS JOIN attempt_invoices h ON h.invoice_id = i.id AND h.holds = 1)"
            ),
            [list],
        ),
    ]
}

/// By a link that shows one invoice. The same answers as [`by_contact`].
pub(crate) fn by_link(hash: &str, sealed_token: &str, claim: &Claim) -> Vec<Statement> {
    let link: Param = hash.into();
    let mut params = vec![
        link.clone(),
        claim.now.into(),
        sealed_token.into(),
        Param::Null,
    ];
    params.extend(claim.params());
    vec![
        Statement::new(
            formatcp!(
                "WITH {LINK} INSERT INTO attempts (id, client_id, provider, livemode, currency, amount, pay_link_id, \
                  sealed_token, created_at, expires_at) \
                 SELECT ?5, k.client_id, 'stripe', ?6, i.currency, coalesce(?8, i.due), k.link_id, ?3, ?2, ?7 \
                 FROM link k CROSS JOIN billing b ON b.id = 1 CROSS JOIN invoices i ON i.id = k.invoice_id \
                 WHERE k.pays = 1 AND {PAYABLE} \
                  AND (?8 IS NULL OR (?9 = i.currency AND ?8 <= i.due AND ?8 >= \
                   CASE WHEN b.part_least IS NULL THEN i.due \
                    ELSE min(i.due, max(1, (i.total * b.part_least + 50000) / 100000)) END)) \
                 ON CONFLICT DO NOTHING"
            ),
            params,
        ),
        Statement::new(
            formatcp!(
                "WITH {LINK} INSERT INTO attempt_invoices (attempt_id, invoice_id, amount) \
                 SELECT a.id, k.invoice_id, a.amount FROM link k CROSS JOIN attempts a ON a.id = ?2 \
                 WHERE true ON CONFLICT DO NOTHING"
            ),
            [link.clone(), claim.attempt.to_string().into()],
        ),
        Statement::new(
            formatcp!(
                "WITH {LINK} SELECT {TO_PAY} FROM link k CROSS JOIN billing b ON b.id = 1 \
                 CROSS JOIN invoices i ON i.id = k.invoice_id WHERE k.pays = 1"
            ),
            [link.clone()],
        ),
        Statement::new(
            formatcp!(
                "WITH {LINK} SELECT {ATTEMPT} FROM attempts a WHERE a.id IN \
                 (SELECT h.attempt_id FROM link k \
                  CROSS JOIN attempt_invoices h ON h.invoice_id = k.invoice_id AND h.holds = 1)"
            ),
            [link],
        ),
    ]
}

impl Claim {
    /// `?5` … `?9`.
    fn params(&self) -> [Param; 5] {
        [
            self.attempt.to_string().into(),
            self.live.into(),
            self.expires_at.into(),
            self.chosen.map(Money::minor).into(),
            self.chosen.map(|chosen| chosen.currency().code()).into(),
        ]
    }

    /// How much of the attempt is for which invoice, if it was made: the first due is the first paid.
    fn share_out(&self, invoices: Param) -> Statement {
        Statement::new(
            "INSERT INTO attempt_invoices (attempt_id, invoice_id, amount, later) \
             SELECT a.id, i.id, coalesce(?3, i.due), coalesce(sum(i.due) OVER \
              (ORDER BY i.due_on DESC, i.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) \
             FROM attempts a CROSS JOIN json_each(?2) j CROSS JOIN invoices i ON i.id = j.value \
             WHERE a.id = ?1 ON CONFLICT DO NOTHING",
            [
                self.attempt.to_string().into(),
                invoices,
                self.chosen.map(Money::minor).into(),
            ],
        )
    }
}
