//! Attempts to pay: made before the provider is asked, found again by what the provider tells.

pub(crate) mod claim;
pub(crate) mod paid;
pub(crate) mod seen;

use const_format::formatcp;
use serde::Deserialize;

use super::{Param, Statement, flag, statement};
use crate::domain::id::{AttemptId, ClientId, ContactId, ExceptionId, InvoiceId};
use crate::domain::money::{Currency, Money};
use crate::domain::payment::attempt::{AttemptState, KEY_LIFE, LOOK_UP_AFTER};
use crate::domain::payment::share::Share;
use crate::domain::time::{Millis, Timestamp};

/// An attempt with the invoices it is for.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) id: AttemptId,
    pub(crate) client_id: ClientId,
    #[serde(deserialize_with = "state")]
    pub(crate) state: AttemptState,
    pub(crate) currency: Currency,
    amount: i64,
    /// The provider's name of the page, once it has told.
    pub(crate) session_id: Option<String>,
    /// The page, once the provider has told.
    pub(crate) url: Option<String>,
    /// The provider's name of the payment, once it has told.
    payment: Option<String>,
    pub(crate) payer_email: Option<String>,
    pub(crate) sealed_token: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// JSON: [`For`].
    invoices: String,
}

/// An invoice that an attempt is for, in the order of payment: the first due first.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct For {
    pub(crate) id: InvoiceId,
    pub(crate) number: String,
    amount: i64,
    later: i64,
}

fn state<'de, D: serde::Deserializer<'de>>(from: D) -> Result<AttemptState, D::Error> {
    let name = String::deserialize(from)?;
    AttemptState::parse(&name).ok_or_else(|| serde::de::Error::custom("no state of an attempt"))
}

impl For {
    /// How much of the attempt is for it.
    pub(crate) fn share(&self, currency: Currency) -> Share {
        let money = |minor| Money::new(minor, currency).unwrap_or(Money::zero(currency));
        Share {
            amount: money(self.amount),
            later: money(self.later),
        }
    }
}

impl Attempt {
    /// What it asks for.
    pub(crate) fn amount(&self) -> Money {
        Money::new(self.amount, self.currency).unwrap_or(Money::zero(self.currency))
    }
    /// The invoices it is for.
    pub(crate) fn invoices(&self) -> Result<Vec<For>, serde_json::Error> {
        serde_json::from_str(&self.invoices)
    }
}

/// The columns of [`Attempt`], of `attempts a`.
const ATTEMPT: &str = "a.id, a.client_id, a.state, a.currency, a.amount, a.session_id, a.url, a.payment, a.contact_id, \
     a.pay_link_id, a.payer_email, a.sealed_token, a.created_at, a.expires_at, \
     (SELECT json_group_array(json_object('id', f.id, 'number', f.number, 'amount', f.amount, \
       'later', f.later)) \
      FROM (SELECT i.id, i.number, ai.amount, ai.later \
       FROM attempt_invoices ai CROSS JOIN invoices i ON i.id = ai.invoice_id \
       WHERE ai.attempt_id = a.id ORDER BY ai.later DESC, i.due_on, i.id) f) AS invoices";

/// The attempt `a` whose page is session `?1`; else the one of id `?2`, which the session names by reference, while it has
/// no page that we know. A page of somebody else's may name it too: a shop's payment link takes a reference from its address.
const OF_SESSION: &str = "a.id = coalesce((SELECT s.id FROM attempts s WHERE s.session_id = ?1), \
     (SELECT r.id FROM attempts r WHERE r.id = ?2 AND r.session_id IS NULL))";

/// The [`Attempt`] that a session is of.
pub(crate) fn of_session(session: &str, reference: Option<AttemptId>) -> Statement {
    Statement::new(
        formatcp!("SELECT {ATTEMPT} FROM attempts a WHERE {OF_SESSION}"),
        [session.into(), reference.map(|id| id.to_string()).into()],
    )
}

/// The [`Attempt`]s that hold any of these invoices: open or processing.
pub(crate) fn holding(invoices: &[InvoiceId]) -> Statement {
    Statement::new(
        formatcp!(
            "SELECT {ATTEMPT} FROM attempts a WHERE a.id IN \
             (SELECT h.attempt_id FROM json_each(?1) j \
              CROSS JOIN attempt_invoices h ON h.invoice_id = j.value AND h.holds = 1)"
        ),
        [json(invoices).into()],
    )
}

/// The [`Attempt`]s that hold any invoice which a payment is for.
pub(crate) fn holding_beside(payment: &str) -> Statement {
    Statement::new(
        formatcp!(
            "SELECT {ATTEMPT} FROM attempts a WHERE a.id IN \
             (SELECT h.attempt_id FROM allocations x \
              CROSS JOIN attempt_invoices h ON h.invoice_id = x.invoice_id AND h.holds = 1 \
              WHERE x.payment = ?1)"
        ),
        [payment.into()],
    )
}

/// Ids as a JSON list, which is how a statement takes several.
pub(super) fn json(ids: &[InvoiceId]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    format!("[{}]", ids.join(","))
}

/// The provider has told its page. The first answer stands; a repetition is the same.
pub(crate) fn opened(id: AttemptId, session: &str, url: &str) -> Statement {
    statement!(
        "UPDATE attempts SET session_id = ?2, url = ?3 WHERE id = ?1 AND session_id IS NULL",
        id.to_string(),
        session,
        url
    )
}

/// An attempt goes up to a state, unless it stands there or higher, and learns the session and the payment that it did
/// not know. `failure` is for the client.
pub(crate) fn told(
    id: AttemptId,
    state: AttemptState,
    session: Option<&str>,
    payment: Option<&str>,
    failure: Option<&str>,
    now: Timestamp,
) -> Statement {
    let rank = AttemptState::ALL.iter().position(|each| *each == state);
    statement!(
        "UPDATE attempts SET \
         session_id = coalesce(session_id, iif(EXISTS (SELECT 1 FROM attempts o WHERE o.session_id = ?2), NULL, ?2)), \
         payment = coalesce(payment, ?3), state = iif(rank < ?4, ?5, state), \
         failure = iif(rank < ?4, coalesce(?6, failure), failure), \
         settled_at = iif(rank < ?4 AND ?5 NOT IN ('open', 'processing'), ?7, settled_at) \
         WHERE id = ?1 AND (rank < ?4 OR (session_id IS NULL AND ?2 IS NOT NULL) OR (payment IS NULL AND ?3 IS NOT NULL))",
        id.to_string(),
        Param::from(session),
        Param::from(payment),
        rank.unwrap_or_default(),
        state.as_str(),
        Param::from(failure),
        now
    )
}

/// The payment of an attempt is for the attempt's invoices, but for those that are void. Said again,
/// nothing changes.
pub(crate) fn allocate(id: AttemptId, payment: &str, now: Timestamp) -> Statement {
    statement!(
        "INSERT INTO allocations (payment, invoice_id, amount, later, created_at) \
         SELECT ?2, ai.invoice_id, ai.amount, ai.later, ?3 FROM attempt_invoices ai \
         CROSS JOIN invoices i ON i.id = ai.invoice_id AND i.state = 'sent' \
         WHERE ai.attempt_id = ?1 ON CONFLICT (payment, invoice_id) DO NOTHING",
        id.to_string(),
        payment,
        now
    )
}

/// The attempts that the clock looks up, oldest look first: open or processing for ten minutes. Those
/// that are processing were told of; they are looked up once an hour.
pub(crate) fn to_look_up(now: Timestamp) -> Statement {
    Statement::new(
        formatcp!(
            "SELECT {ATTEMPT} FROM attempts a WHERE a.id IN \
             (SELECT o.id FROM attempts o WHERE o.state IN ('open', 'processing') AND o.created_at < ?1 \
              AND coalesce(o.looked_up_at, 0) < CASE o.state WHEN 'open' THEN ?1 ELSE ?2 END \
              ORDER BY o.created_at LIMIT 20)"
        ),
        [
            now.minus(LOOK_UP_AFTER).into(),
            now.minus(Millis::hours(1)).into(),
        ],
    )
}

/// The clock looked it up.
pub(crate) fn looked_up(id: AttemptId, now: Timestamp) -> Statement {
    statement!(
        "UPDATE attempts SET looked_up_at = ?2 WHERE id = ?1",
        id.to_string(),
        now
    )
}

/// Whether the provider would still know a request of that time by its key.
pub(crate) fn key_lives(created_at: Timestamp, now: Timestamp) -> bool {
    now.since(created_at) < KEY_LIFE
}

/// Whom the news of a payment goes to: who pays, or, where that was done by a link, the client's
/// primary contact.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Recipient {
    pub(crate) contact_id: ContactId,
    pub(crate) client_id: ClientId,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) name: String,
    /// Whether they can sign in and see their invoices there.
    #[serde(deserialize_with = "flag")]
    pub(crate) signs_in: bool,
    /// Whether an invoice can be reached by a link alone.
    #[serde(deserialize_with = "flag")]
    pub(crate) by_link: bool,
}

/// Whether contact `ct` of client `c` can sign in.
const SIGNS_IN: &str = "ct.account_id IS NOT NULL AND ct.portal_access = 1 AND c.portal_enabled = 1 \
     AND c.archived_at IS NULL";

/// Whether contact `ct` of client `c` may hear of invoices by attempt `a`: Billing (32) is on for them, or an invoice went
/// to them.
const MAY_HEAR: &str = "((((SELECT z.modules FROM business z WHERE z.id = 1) | c.modules_on) & ~c.modules_off) \
      & ~ct.modules_off) & 32 = 32 \
     OR EXISTS (SELECT 1 FROM attempt_invoices h CROSS JOIN pay_links l ON l.invoice_id = h.invoice_id \
      AND l.contact_id = ct.id AND l.revoked_at IS NULL WHERE h.attempt_id = a.id)";

/// Whether a new link may lead client `c` to an invoice by attempt `a`: the business lets that be, and nobody has revoked
/// links of it since they began to pay.
const BY_LINK: &str = "c.archived_at IS NULL AND (SELECT b.pay_without_account FROM billing b WHERE b.id = 1) = 1 \
     AND NOT EXISTS (SELECT 1 FROM attempt_invoices h CROSS JOIN pay_links l ON l.invoice_id = h.invoice_id \
      WHERE h.attempt_id = a.id AND l.revoked_at >= a.created_at)";

/// The columns of [`Recipient`], of `contacts ct`, but whether they can sign in or reach an invoice by a link.
const RECIPIENT: &str = "ct.id AS contact_id, ct.client_id, ct.email, ct.first_name, \
     trim(ct.first_name || ' ' || ct.last_name) AS name";

/// The contact who hears of a payment by attempt `a`.
const PAYER: &str = "coalesce((SELECT p.id FROM contacts p WHERE p.id = a.contact_id AND p.removed_at IS NULL), \
     (SELECT m.id FROM contacts m WHERE m.client_id = a.client_id AND m.is_primary = 1 AND m.removed_at IS NULL))";

/// The [`Recipient`] of a payment of that exception for the invoice of that number: who paid, if they are
/// of its client, else the client's primary contact.
pub(crate) fn recipient_of(exception: ExceptionId, number: &str) -> Statement {
    Statement::new(
        formatcp!(
            "SELECT {RECIPIENT}, {SIGNS_IN} AS signs_in, c.archived_at IS NULL \
              AND (SELECT b.pay_without_account FROM billing b WHERE b.id = 1) = 1 AS by_link \
             FROM invoices i JOIN clients c ON c.id = i.client_id \
             JOIN contacts ct ON ct.id = coalesce( \
              (SELECT p.id FROM payment_exceptions x CROSS JOIN attempts a ON a.payment = x.payment \
               CROSS JOIN contacts p ON p.id = a.contact_id AND p.client_id = i.client_id \
                AND p.removed_at IS NULL WHERE x.id = ?1 LIMIT 1), \
              (SELECT m.id FROM contacts m WHERE m.client_id = i.client_id AND m.is_primary = 1 \
                AND m.removed_at IS NULL)) \
             WHERE i.number = ?2"
        ),
        [exception.to_string().into(), number.into()],
    )
}

/// The [`Recipient`] of the attempt that [`of_session`] finds.
pub(crate) fn recipient(session: &str, reference: Option<AttemptId>) -> Statement {
    Statement::new(
        formatcp!(
            "SELECT {RECIPIENT}, {SIGNS_IN} AS signs_in, {BY_LINK} AS by_link FROM attempts a \
             JOIN clients c ON c.id = a.client_id JOIN contacts ct ON ct.id = {PAYER} \
             WHERE {OF_SESSION} AND ({MAY_HEAR})"
        ),
        [session.into(), reference.map(|id| id.to_string()).into()],
    )
}
