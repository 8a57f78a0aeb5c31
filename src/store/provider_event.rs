//! What the provider told us, as it came, and what follows from it besides facts.
//!
//! Every statement here is harmless to run again: an event, an audit line and a mail stand once.

use super::{Param, Statement, statement};
use crate::domain::id::{AttemptId, AuditId};
use crate::domain::payment::stripe::Event;
use crate::domain::time::Timestamp;
use crate::domain::token::without_tokens;

/// Keeps an event as it came, but for secrets: the page of somebody who pays by a link leads back through that link. That
/// it is there says that it was seen, not that its work is done. `only_of`: only if the attempt has that payment by then.
pub(crate) fn keep(
    event: &Event,
    raw: &str,
    only_of: Option<(AttemptId, &str)>,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO provider_events (id, provider, type, livemode, created_at, received_at, raw) \
         SELECT ?1, 'stripe', ?2, ?3, ?4, ?5, ?6 WHERE ?7 IS NULL \
          OR EXISTS (SELECT 1 FROM attempts a WHERE a.id = ?7 AND a.payment = ?8 AND a.state = 'succeeded') \
         ON CONFLICT (id) DO NOTHING",
        event.id.as_str(),
        event.kind.as_str(),
        event.livemode,
        event.created,
        now,
        without_tokens(raw).as_ref(),
        Param::from(only_of.map(|(attempt, _)| attempt.to_string())),
        Param::from(only_of.map(|(_, payment)| payment))
    )
}

/// The audit line of something that a payment went through; `object` is the provider's name of what
/// it happened to. The same of the same object is written once.
pub(crate) fn note(
    id: AuditId,
    action: &'static str,
    object: &str,
    payment: &str,
    detail: &str,
    now: Timestamp,
) -> Statement {
    statement!(
        "INSERT INTO audit (id, at, principal, principal_name, action, entity_id, client_id, detail) \
         SELECT ?1, ?2, 'system', 'Stripe', ?3, ?4, \
          coalesce((SELECT l.client_id FROM ledger l WHERE l.payment = ?5 AND l.client_id IS NOT NULL LIMIT 1), \
           (SELECT a.client_id FROM attempts a WHERE a.id = ?4)), ?6 \
         WHERE NOT EXISTS (SELECT 1 FROM audit o WHERE o.entity_id = ?4 AND o.action = ?3)",
        id.to_string(),
        now,
        action,
        object,
        payment,
        detail
    )
}
