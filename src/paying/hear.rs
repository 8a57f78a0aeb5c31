//! Hearing an event: from what a provider says to what stands in the books.
//!
//! The same work for a webhook and for what the clock finds by asking. It is never skipped because
//! the event was seen before: every statement is harmless to repeat, and the order of events does not
//! matter. A repetition ends early only where the books show that its work is done.

use super::{Problem, mail};
use crate::app::App;
use crate::domain::id::AttemptId;
use crate::domain::money::Money;
use crate::domain::payment::attempt::AttemptState;
use crate::domain::payment::fact::Kind;
use crate::domain::payment::settle::{
    Changes, Known, KnownInvoice, Outcome, as_asked, reference, settle,
};
use crate::domain::payment::stripe::{Event, News, Session};
use crate::store::attempt::paid::Paid;
use crate::store::attempt::{self, Attempt, Recipient};
use crate::store::exception::{self, About, IfVoid};
use crate::store::ledger::{self, Source};
use crate::store::{Statement, provider_event};

/// Hears an event. Gives the state that the attempt was told, if the event is about one of ours.
///
/// Of a page, two batches at most: 1. a payment that is just what was asked for, as most are, is written at once, on the
/// condition that it is; 2. what stands there then is read, and who hears of it: if that is so, all is done; 3. anything
/// else is decided, and 4. written. Whatever is no page's needs nothing to be read. Kinds that are not used cost nothing;
/// of the other mode staff are told.
pub(crate) async fn hear(
    app: &App,
    event: &Event,
    raw: Option<&str>,
) -> Result<Option<AttemptState>, Problem> {
    let live = app.config.takes_real_money();
    let session = match &event.news {
        News::Ignored => return Ok(None),
        News::Checkout(_, session) => Some(session),
        _ => None,
    };
    let (mut found, mut recipient): (Option<Attempt>, Option<Recipient>) = (None, None);
    if let Some(session) = session {
        // 1.
        let asked = as_asked(event, live);
        let paid = asked
            .as_ref()
            .map(|asked| Paid::of(asked, session, app.now));
        let writes = match &paid {
            Some(paid) => at_once(app, event, raw, paid)?,
            None => Vec::new(),
        };
        // 2.
        let by_reference = reference(session);
        let reads = vec![
            attempt::of_session(&session.id, by_reference),
            attempt::recipient(&session.id, by_reference),
        ];
        let mut results = app.db.write_and_read(writes, reads).await?;
        (found, recipient) = (results.first()?, results.first()?);
        let stands = |found: &Attempt| paid.is_some_and(|paid| paid.stands(found));
        if found.as_ref().is_some_and(stands) {
            if recipient.is_some() {
                app.mail_queued();
            }
            return Ok(Some(AttemptState::Succeeded));
        }
    }
    // 3.
    let known = found.as_ref().map(known).transpose()?;
    let Outcome::Changes(changes) = settle(event, live, known.as_ref()) else {
        return Ok(None);
    };
    let told = changes.attempt.map(|(_, state)| state);
    // 4.
    let writing = Writing {
        app,
        event,
        raw,
        session,
        found: found.as_ref(),
        known: known.as_ref(),
        recipient: recipient.as_ref(),
    };
    let (batch, mails) = writing.batch(&changes)?;
    app.db.batch(batch).await?;
    if mails {
        app.mail_queued();
    }
    Ok(told)
}

/// A payment just as it was asked for: whether it is, and then, if it is, the same rows that [`Writing::batch`] makes.
fn at_once(
    app: &App,
    event: &Event,
    raw: Option<&str>,
    paid: &Paid<'_>,
) -> Result<Vec<Statement>, Problem> {
    let from = Source {
        only_of: Some(paid.attempt),
        ..told_by(event, raw)
    };
    let of = Some((paid.attempt, paid.fact.payment.as_str()));
    let mut batch = vec![paid.settles()];
    batch.extend(raw.map(|raw| provider_event::keep(event, raw, of, app.now)));
    batch.push(ledger::state(app.id()?, paid.fact, from, app.now));
    batch.push(paid.allocates());
    batch.extend(mail::receipt_of(app, paid)?);
    batch.push(paid.notes(app.id()?));
    Ok(batch)
}

/// Where a fact comes from that an event tells.
fn told_by<'a>(event: &'a Event, raw: Option<&str>) -> Source<'a> {
    Source {
        provider: "stripe",
        on: None,
        client: None,
        method: "",
        reference: "",
        event: raw.map(|_| event.id.as_str()),
        by: None,
        only_of: None,
    }
}

/// The attempt as the domain decides about it.
fn known(attempt: &Attempt) -> Result<Known, Problem> {
    let invoices = attempt.invoices()?.into_iter().map(|invoice| KnownInvoice {
        id: invoice.id,
        share: invoice.share(attempt.currency),
        number: invoice.number,
    });
    Ok(Known {
        attempt: attempt.id,
        amount: attempt.amount(),
        invoices: invoices.collect(),
    })
}

/// What stands together while the batch is put together.
struct Writing<'a> {
    app: &'a App,
    event: &'a Event,
    raw: Option<&'a str>,
    session: Option<&'a Session>,
    found: Option<&'a Attempt>,
    known: Option<&'a Known>,
    recipient: Option<&'a Recipient>,
}

impl Writing<'_> {
    /// The batch, in the order of the contract, and whether a mail may be among it:
    /// 1. the event; 2. its facts; 3. what links them: the attempt upwards, the invoices that the
    /// payment is for; its client and the sums follow by themselves; 4. what the books show then;
    /// 5. mails; 6. the audit log. Exceptions that the event itself tells stand at 3.
    fn batch(&self, changes: &Changes) -> Result<(Vec<Statement>, bool), Problem> {
        let (app, now) = (self.app, self.app.now);
        let kept = self.raw.map(|_| self.event.id.as_str());
        let mut batch = Vec::new();
        // 1.
        batch.extend(
            self.raw
                .map(|raw| provider_event::keep(self.event, raw, None, now)),
        );
        // 2.
        // Whose money it is, where that is known: told later, their account would be made twice.
        let client = changes.attempt.and(self.found).map(|found| found.client_id);
        for fact in &changes.facts {
            let from = Source {
                client,
                ..told_by(self.event, self.raw)
            };
            batch.push(ledger::state(app.id()?, fact, from, now));
        }
        // 3.
        let payment = changes.facts.first().map(|fact| fact.payment.as_str());
        batch.extend(self.links(changes, payment));
        for (object, exception) in &changes.exceptions {
            let about = self.about(payment, changes.facts.first().map(|fact| fact.amount));
            batch.push(exception::tell(app.id()?, object, exception, about, now));
        }
        // 4.
        if let Some(payment) = payment {
            let ids = [app.id()?, app.id()?];
            let invoices = self.if_void(changes)?;
            batch.push(exception::tell_of_payment(
                ids, payment, &invoices, kept, now,
            )?);
        }
        // 5.
        let mails = self.mails(changes, payment)?;
        let any = !mails.is_empty();
        batch.extend(mails);
        // 6.
        batch.extend(self.notes(changes)?);
        Ok((batch, any))
    }

    /// The attempt upwards, and, where its money came, the invoices it is for.
    fn links(&self, changes: &Changes, payment: Option<&str>) -> Vec<Statement> {
        let now = self.app.now;
        let mut links = Vec::new();
        let Some((attempt, state)) = changes.attempt else {
            return links;
        };
        let session = self.session.map(|session| session.id.as_str());
        let of = self
            .session
            .and_then(|session| session.payment_intent.as_deref());
        let failure = (state == AttemptState::Failed).then_some(mail::FAILED);
        links.push(attempt::told(attempt, state, session, of, failure, now));
        links.extend(payment.map(|payment| attempt::allocate(attempt, payment, now)));
        links
    }

    /// The invoices that the attempt's money is for, in case one is void by now.
    fn if_void(&self, changes: &Changes) -> Result<Vec<IfVoid>, Problem> {
        let Some(known) = changes.attempt.and(self.known) else {
            return Ok(Vec::new());
        };
        let invoices = known.invoices.iter().map(|invoice| {
            let (number, part) = (&invoice.number, invoice.share.amount);
            Ok(IfVoid::new(self.app.id()?, invoice.id, number, part))
        });
        invoices.collect()
    }

    fn about<'b>(&'b self, payment: Option<&'b str>, amount: Option<Money>) -> About<'b> {
        let only = self.known.map(|known| known.invoices.as_slice());
        About {
            event: self.raw.map(|_| self.event.id.as_str()),
            payment,
            amount,
            invoice: match only {
                Some([one]) => Some(one.id),
                _ => None,
            },
            client: self.found.map(|found| found.client_id),
        }
    }

    fn mails(&self, changes: &Changes, payment: Option<&str>) -> Result<Vec<Statement>, Problem> {
        let (Some(found), Some(recipient)) = (self.found, self.recipient) else {
            return Ok(Vec::new());
        };
        match (changes.attempt, payment) {
            (Some((_, AttemptState::Succeeded)), Some(payment)) => {
                mail::receipt(self.app, found, recipient, payment)
            }
            (Some((_, AttemptState::Failed)), _) => mail::failed(self.app, found, recipient),
            _ => Ok(Vec::new()),
        }
    }

    /// What staff read in the activity of the client. Of every object, each thing once.
    fn notes(&self, changes: &Changes) -> Result<Vec<Statement>, Problem> {
        let mut notes = Vec::new();
        let mut add = |action, object: &str, payment: &str, detail: String| {
            let id = self.app.id()?;
            notes.push(provider_event::note(
                id,
                action,
                object,
                payment,
                &detail,
                self.app.now,
            ));
            Ok::<_, Problem>(())
        };
        let numbers = self.known.map(numbers).unwrap_or_default();
        for fact in &changes.facts {
            let amount = fact.amount;
            let (action, detail) = match fact.kind {
                Kind::Payment if numbers.is_empty() => ("payment.received", amount.to_string()),
                Kind::Payment => ("payment.received", format!("{amount} for {numbers}")),
                Kind::Refund if !fact.counts => ("payment.refund_failed", amount.to_string()),
                Kind::Refund => ("payment.refunded", amount.to_string()),
                Kind::DisputeOut => ("payment.disputed", amount.to_string()),
                Kind::DisputeIn => ("payment.dispute_won", amount.to_string()),
                Kind::DisputeLost => ("payment.dispute_lost", amount.to_string()),
                Kind::Inquiry => ("payment.inquiry", amount.to_string()),
                Kind::Reversal | Kind::RefundFloor => continue,
            };
            add(action, &fact.object, &fact.payment, detail)?;
        }
        if let (Some((attempt, state)), Some(found)) = (changes.attempt, self.found) {
            let detail = format!("{} for {numbers}", found.amount());
            match state {
                AttemptState::Processing => add("payment.processing", &of(attempt), "", detail)?,
                AttemptState::Failed => add("payment.failed", &of(attempt), "", detail)?,
                AttemptState::Open | AttemptState::Expired | AttemptState::Succeeded => {}
            }
        }
        Ok(notes)
    }
}

fn of(attempt: AttemptId) -> String {
    attempt.to_string()
}

/// "INV-2026-0001, INV-2026-0002".
fn numbers(known: &Known) -> String {
    let numbers = known.invoices.iter().map(|invoice| invoice.number.as_str());
    numbers.collect::<Vec<_>>().join(", ")
}
