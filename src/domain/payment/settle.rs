//! An event, and the attempt it belongs to, into facts, changes and exceptions.
//!
//! The event is matched to an attempt by the session id we stored, else by `client_reference_id`
//! ([`reference`]); metadata never chooses. What comes out is written in one batch: facts and exceptions
//! by `INSERT OR IGNORE`-like upserts on their keys, the attempt's state upwards only, and sums
//! anew. So the same event again, or another telling of it, changes nothing.

use super::super::id::{AttemptId, InvoiceId};
use super::super::money::Money;
use super::attempt::AttemptState;
use super::exception::Exception;
use super::fact::{Fact, Kind};
use super::share::Share;
use super::stripe::{
    Checkout, DisputeNews, Disputed, Event, News, PaymentStatus, Session, amount::from_stripe,
};

/// An attempt that we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub attempt: AttemptId,
    /// What it asks for: the sum of its invoices' parts.
    pub amount: Money,
    /// The invoices it is for, in their order.
    pub invoices: Vec<KnownInvoice>,
}

/// An invoice that an attempt is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownInvoice {
    /// Which.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Its part of the payment.
    pub share: Share,
}

/// What to do with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing; answer 200.
    Ignored(&'static str),
    /// Write this.
    Changes(Changes),
}

/// What to write. Everything may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Facts for the ledger.
    pub facts: Vec<Fact>,
    /// The attempt goes up to this state, if it stands below it.
    pub attempt: Option<(AttemptId, AttemptState)>,
    /// The payment is for these invoices; those that are void by then are left out where it is written.
    pub shares: Vec<(InvoiceId, Share)>,
    /// Somebody has to look: the provider's object it is about, and why.
    pub exceptions: Vec<(String, Exception)>,
}

/// The attempt that a session names by reference, if what stands there is one of our ids.
pub fn reference(session: &Session) -> Option<AttemptId> {
    let text = session.client_reference_id.as_deref()?;
    AttemptId::parse(text).ok()
}

/// A payment that is just what its attempt asked for, if the attempt is as the event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsAsked {
    /// The attempt that the event names.
    pub attempt: AttemptId,
    /// That the money came.
    pub fact: Fact,
}

/// What [`settle`] would give, were the attempt that the event names known, and for as much as came. `None`: something
/// else than that it succeeds.
pub fn as_asked(event: &Event, live: bool) -> Option<AsAsked> {
    let News::Checkout(_, session) = &event.news else {
        return None;
    };
    let known = Known {
        attempt: reference(session)?,
        amount: from_stripe(session.amount_total?, session.currency.as_deref()?)?,
        invoices: Vec::new(),
    };
    match settle(event, live, Some(&known)) {
        Outcome::Changes(Changes {
            mut facts,
            attempt: Some((attempt, AttemptState::Succeeded)),
            exceptions,
            ..
        }) if exceptions.is_empty() => facts.pop().map(|fact| AsAsked { attempt, fact }),
        Outcome::Changes(_) | Outcome::Ignored(_) => None,
    }
}

/// What an event means. `live` is the mode that our keys are of; `known` the attempt that
/// was found for a session, `None` for every other kind of event.
pub fn settle(event: &Event, live: bool, known: Option<&Known>) -> Outcome {
    if event.livemode != live && event.news != News::Ignored {
        let mut changes = Changes::default();
        let mode = |live| if live { "live" } else { "test" };
        let (came, here) = (mode(event.livemode), mode(live));
        changes.tell(&event.id, Exception::WrongMode { came, here });
        return Outcome::Changes(changes);
    }
    match &event.news {
        News::Ignored => Outcome::Ignored("a kind that is not used"),
        News::Unreadable(why) => {
            let mut changes = Changes::default();
            changes.tell(&event.id, Exception::Unreadable(why.clone()));
            Outcome::Changes(changes)
        }
        News::Checkout(what, session) => checkout(event, *what, session, known),
        News::Refund(refund) => {
            let rank = match refund.status.as_deref() {
                Some("failed" | "canceled") => 2,
                Some("succeeded") | None => 1,
                Some(_) => 0,
            };
            let payment = refund
                .payment_intent
                .as_deref()
                .or(refund.charge.as_deref());
            let told = (refund.amount, refund.currency.as_str());
            let mut changes = Changes::default();
            changes.state(event, Kind::Refund, &refund.id, payment, told, rank);
            Outcome::Changes(changes)
        }
        News::Refunded(charge) => {
            let payment = charge.payment_intent.as_deref().or(Some(&charge.id));
            let told = (charge.amount_refunded, charge.currency.as_str());
            let mut changes = Changes::default();
            changes.state(event, Kind::RefundFloor, &charge.id, payment, told, 0);
            Outcome::Changes(changes)
        }
        News::Dispute(what, dispute) => disputed(event, *what, dispute),
    }
}

fn checkout(event: &Event, what: Checkout, session: &Session, known: Option<&Known>) -> Outcome {
    let mut changes = Changes::default();
    let goes = |state| known.map(|k| (k.attempt, state));
    match (what, session.payment_status) {
        (Checkout::Expired, _) => changes.attempt = goes(AttemptState::Expired),
        (Checkout::Failed, _) => changes.attempt = goes(AttemptState::Failed),
        (Checkout::Completed, PaymentStatus::Unpaid) => {
            let told = session.amount_total.zip(session.currency.as_deref());
            match known.zip(told).and_then(|(k, told)| misfit(told, k.amount)) {
                Some(why) => changes.tell(&session.id, why),
                None => changes.attempt = goes(AttemptState::Processing),
            }
        }
        (_, PaymentStatus::NoPaymentRequired) => match known {
            Some(known) if session.amount_total == Some(0) && known.amount.is_zero() => {
                changes.attempt = goes(AttemptState::Succeeded);
            }
            Some(_) | None => changes.tell(&session.id, Exception::NotFree),
        },
        (Checkout::Completed | Checkout::Arrived, _) => {
            return paid(event, session, known);
        }
    }
    if changes == Changes::default() {
        return Outcome::Ignored("a session that is not ours");
    }
    Outcome::Changes(changes)
}

/// Why what the provider tells, in its own units and letters, is not what was asked for.
fn misfit((units, currency): (i64, &str), expected: Money) -> Option<Exception> {
    match from_stripe(units, currency) {
        Some(got) if got == expected => None,
        Some(got) if got.currency() == expected.currency() => {
            Some(Exception::WrongAmount { expected, got })
        }
        Some(_) | None => Some(Exception::WrongCurrency {
            expected: expected.currency(),
            got: currency.to_ascii_uppercase(),
        }),
    }
}

/// Money came.
fn paid(event: &Event, session: &Session, known: Option<&Known>) -> Outcome {
    let mut changes = Changes::default();
    let told = session.amount_total.zip(session.currency.as_deref());
    let (Some(payment), Some((units, currency))) = (session.payment_intent.as_deref(), told) else {
        let why = "a paid session without payment, amount or currency".to_owned();
        changes.tell(&session.id, Exception::Unreadable(why));
        return Outcome::Changes(changes);
    };
    // The fact is kept whatever else is wrong: the money is there, and the desk can attach it.
    changes.state(
        event,
        Kind::Payment,
        payment,
        Some(payment),
        (units, currency),
        0,
    );
    let Some(known) = known else {
        changes.tell(payment, Exception::UnknownInvoice);
        return Outcome::Changes(changes);
    };
    if let Some(why) = misfit((units, currency), known.amount) {
        // Told once, also where the amount could not be read.
        changes.exceptions.clear();
        changes.tell(payment, why);
        return Outcome::Changes(changes);
    }
    changes.attempt = Some((known.attempt, AttemptState::Succeeded));
    for invoice in &known.invoices {
        changes.shares.push((invoice.id, invoice.share));
    }
    if disagrees(session, known) {
        changes.tell(payment, Exception::MetadataDisagrees);
    }
    Outcome::Changes(changes)
}

/// Whether what we wrote into the metadata (`attempt`, `invoice`: ids) says otherwise.
fn disagrees(session: &Session, known: &Known) -> bool {
    let said = |key: &str| session.metadata.as_ref().and_then(|m| m.get(key));
    let attempt = said("attempt").is_some_and(|a| *a != known.attempt.to_string());
    let invoice =
        said("invoice").is_some_and(|i| !known.invoices.iter().any(|k| *i == k.id.to_string()));
    attempt || invoice
}

fn disputed(event: &Event, what: DisputeNews, dispute: &Disputed) -> Outcome {
    let kinds: &[Kind] = match (what, dispute.status.as_str()) {
        (DisputeNews::Reinstated, _) | (DisputeNews::Closed, "won") => &[Kind::DisputeIn],
        // Lost means taken, whether or not we were told of that.
        (DisputeNews::Closed, "lost") => &[Kind::DisputeOut, Kind::DisputeLost],
        (DisputeNews::Opened, _) if !dispute.is_inquiry() => &[Kind::DisputeOut],
        (DisputeNews::Opened | DisputeNews::Closed, _) => &[Kind::Inquiry],
    };
    let payment = dispute
        .payment_intent
        .as_deref()
        .or(dispute.charge.as_deref());
    let told = (dispute.amount, dispute.currency.as_str());
    let mut changes = Changes::default();
    for kind in kinds {
        changes.state(event, *kind, &dispute.id, payment, told, 0);
    }
    Outcome::Changes(changes)
}

impl Changes {
    /// States a fact, or says why it cannot be one.
    fn state(
        &mut self,
        event: &Event,
        kind: Kind,
        object: &str,
        payment: Option<&str>,
        (units, currency): (i64, &str),
        rank: u8,
    ) {
        let (Some(amount), Some(payment)) = (from_stripe(units, currency), payment) else {
            let why = format!("{object}: {units} {currency}");
            self.tell(object, Exception::Unreadable(why));
            return;
        };
        self.facts.push(Fact {
            kind,
            object: object.to_owned(),
            payment: payment.to_owned(),
            amount,
            counts: !(kind == Kind::Refund && rank == 2),
            at: event.created,
            rank,
        });
    }

    fn tell(&mut self, object: &str, exception: Exception) {
        self.exceptions.push((object.to_owned(), exception));
    }
}

#[cfg(test)]
#[path = "settle/tests.rs"]
mod tests;
