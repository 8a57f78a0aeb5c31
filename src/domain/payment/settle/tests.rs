//! Events into states: each kind by hand, then every order of a whole story.

use super::*;
use crate::domain::invoice::state::{Position, State, Stored};
use crate::domain::money::Currency;
use crate::domain::payment::fold::{Ledger, Moved};
use crate::domain::time::{Date, Timestamp};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[path = "as_asked_tests.rs"]
mod as_asked_tests;

const TOTAL: i64 = 10_000;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR).unwrap()
}

fn known() -> Known {
    Known {
        attempt: AttemptId::new(Timestamp(1), [1; 10]),
        amount: eur(TOTAL),
        invoices: vec![KnownInvoice {
            id: InvoiceId::new(Timestamp(1), [2; 10]),
            number: "INV-2026-0001".to_owned(),
            share: Share::whole(eur(TOTAL)),
        }],
    }
}

fn event(kind: &str, at: i64, object: &str) -> Event {
    let body = format!(
        r#"{{"id":"evt_{kind}_{at}","type":"{kind}","created":{at},"livemode":false,"data":{{"object":{object}}}}}"#
    );
    Event::parse(body.as_bytes()).unwrap()
}

fn session(kind: &str, at: i64, status: &str) -> Event {
    event(
        &format!("checkout.session.{kind}"),
        at,
        &format!(
            r#"{{"id":"cs_1","payment_intent":"pi_1","payment_status":"{status}","amount_total":{TOTAL},"currency":"eur"}}"#
        ),
    )
}

fn refund(kind: &str, at: i64, id: &str, amount: i64, status: &str) -> Event {
    event(
        &format!("refund.{kind}"),
        at,
        &format!(
            r#"{{"id":"{id}","amount":{amount},"currency":"eur","payment_intent":"pi_1","status":"{status}"}}"#
        ),
    )
}

fn charge_refunded(at: i64, amount: i64) -> Event {
    event(
        "charge.refunded",
        at,
        &format!(
            r#"{{"id":"ch_1","amount_refunded":{amount},"currency":"eur","payment_intent":"pi_1"}}"#
        ),
    )
}

fn dispute(kind: &str, at: i64, status: &str) -> Event {
    event(
        &format!("charge.dispute.{kind}"),
        at,
        &format!(
            r#"{{"id":"dp_1","amount":{TOTAL},"currency":"eur","payment_intent":"pi_1","status":"{status}"}}"#
        ),
    )
}

/// What D1 holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct World {
    known: Known,
    ledger: Ledger,
    attempt: AttemptState,
    shares: BTreeMap<(String, InvoiceId), (i64, i64)>,
    exceptions: BTreeSet<(String, &'static str)>,
}

impl World {
    fn new() -> Self {
        Self {
            known: known(),
            ledger: Ledger::default(),
            attempt: AttemptState::Open,
            shares: BTreeMap::new(),
            exceptions: BTreeSet::new(),
        }
    }
    fn hear(&mut self, event: &Event) {
        let known = matches!(event.news, News::Checkout(..)).then_some(&self.known);
        let Outcome::Changes(changes) = settle(event, false, known) else {
            return;
        };
        let payment = changes.facts.first().map(|f| f.payment.clone());
        for (invoice, share) in changes.shares {
            let key = (payment.clone().unwrap(), invoice);
            self.shares
                .insert(key, (share.amount.minor(), share.later.minor()));
        }
        changes.facts.into_iter().for_each(|f| self.ledger.put(f));
        if let Some((_, state)) = changes.attempt {
            self.attempt = self.attempt.told(state);
        }
        let told = changes.exceptions.into_iter();
        self.exceptions
            .extend(told.map(|(object, e)| (object, e.reason())));
    }
    fn moved(&self) -> Moved {
        let mut sum = Moved::nothing(Currency::EUR);
        for ((payment, _), (amount, later)) in &self.shares {
            let share = Share {
                amount: eur(*amount),
                later: eur(*later),
            };
            if let Some(moved) = self.ledger.moved(payment).unwrap() {
                sum = sum.plus(share.of(moved).unwrap()).unwrap();
            }
        }
        sum
    }
    fn state(&self) -> State {
        let due_on = Date::parse("2026-11-24").unwrap();
        let position = Position {
            stored: Stored::Sent,
            total: eur(TOTAL),
            moved: self.moved(),
            processing: self.attempt == AttemptState::Processing,
            reopened: eur(0),
            due_on,
        };
        position.view(due_on).unwrap().state
    }
}

fn after<'a>(events: impl IntoIterator<Item = &'a Event>) -> World {
    let mut world = World::new();
    events.into_iter().for_each(|e| world.hear(e));
    world
}

/// The story of payments.md, told with each way it can end.
fn story(closed: &str) -> Vec<Event> {
    vec![
        session("completed", 10, "unpaid"),
        session("async_payment_succeeded", 20, "paid"),
        refund("created", 30, "re_1", 1_000, "pending"),
        refund("created", 31, "re_2", 500, "succeeded"),
        charge_refunded(32, 1_500),
        dispute("created", 40, "needs_response"),
        dispute("closed", 50, closed),
    ]
}

fn permutations(
    items: &[Event],
    at: usize,
    order: &mut Vec<usize>,
    each: &mut impl FnMut(&[usize]),
) {
    if at == items.len() {
        return each(order);
    }
    for i in at..items.len() {
        order.swap(at, i);
        permutations(items, at + 1, order, each);
        order.swap(at, i);
    }
}

#[test]
fn every_order_of_the_story_ends_the_same() {
    for (closed, end) in [
        ("won", State::PartiallyRefunded),
        ("lost", State::ChargedBack),
    ] {
        let events = story(closed);
        let expected = after(&events);
        assert_eq!(expected.state(), end);
        assert_eq!(expected.attempt, AttemptState::Succeeded);
        assert_eq!(expected.moved().refunded, eur(1_500));
        let mut count = 0;
        let mut order: Vec<usize> = (0..events.len()).collect();
        permutations(&events, 0, &mut order, &mut |order| {
            let found = after(order.iter().map(|i| &events[*i]));
            assert_eq!(found, expected, "{order:?}");
            assert_eq!(found.state(), end, "{order:?}");
            count += 1;
        });
        assert_eq!(count, 5_040);
    }
}

proptest! {
    #[test]
    fn every_order_with_repetition_ends_the_same(
        won: bool,
        extra in prop::collection::vec(0usize..12, 0..12),
        keys in prop::collection::vec(any::<u32>(), 30),
    ) {
        let mut events = story(if won { "won" } else { "lost" });
        events.extend([
            session("expired", 15, "unpaid"),
            session("completed", 10, "paid"),
            refund("updated", 35, "re_1", 1_000, "succeeded"),
            refund("failed", 60, "re_2", 500, "failed"),
            dispute("funds_withdrawn", 41, "needs_response"),
        ]);
        let expected = after(&events);
        let mut order: Vec<usize> = (0..events.len()).chain(extra).collect();
        let mut keys = keys.into_iter();
        order.sort_by_cached_key(|_| keys.next());
        let found = after(order.iter().map(|i| &events[*i]));
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(found.moved().refunded, eur(1_000));
    }
}

#[test]
fn a_delayed_method_holds_and_frees_the_invoice() {
    let unpaid = session("completed", 10, "unpaid");
    assert_eq!(after([&unpaid]).state(), State::Processing);
    let failed = session("async_payment_failed", 20, "unpaid");
    for order in [[&unpaid, &failed], [&failed, &unpaid]] {
        let world = after(order);
        assert_eq!(
            (world.state(), world.attempt),
            (State::Outstanding, AttemptState::Failed)
        );
    }
    let expired = session("expired", 30, "unpaid");
    assert_eq!(after([&expired]).attempt, AttemptState::Expired);
    assert_eq!(after([&expired, &unpaid]).attempt, AttemptState::Processing);
}

#[test]
fn mismatches_are_told_and_change_no_invoice() {
    let paid = |amount: i64, currency: &str| {
        event(
            "checkout.session.completed",
            10,
            &format!(
                r#"{{"id":"cs_1","payment_intent":"pi_1","payment_status":"paid","amount_total":{amount},"currency":"{currency}"}}"#
            ),
        )
    };
    for (event, reason) in [
        (paid(TOTAL - 1, "eur"), "wrong_amount"),
        (paid(TOTAL, "usd"), "wrong_currency"),
        (paid(TOTAL, "xxx"), "wrong_currency"),
    ] {
        let world = after([&event, &event]);
        let told: Vec<_> = world.exceptions.iter().map(|(_, r)| *r).collect();
        assert_eq!(told, [reason]);
        assert_eq!(
            (world.state(), world.attempt),
            (State::Outstanding, AttemptState::Open)
        );
        assert!(world.shares.is_empty());
    }
    let Outcome::Changes(changes) = settle(&paid(TOTAL, "eur"), false, None) else {
        panic!("ignored")
    };
    assert_eq!(changes.facts.len(), 1, "the money is recorded");
    assert_eq!(changes.exceptions[0].1, Exception::UnknownInvoice);
    let Outcome::Changes(other) = settle(&paid(TOTAL, "eur"), true, Some(&known())) else {
        panic!("ignored")
    };
    assert!(other.facts.is_empty() && other.attempt.is_none() && other.shares.is_empty());
    let told: Vec<_> = other.exceptions.iter().map(|(_, e)| e.reason()).collect();
    assert_eq!(told, ["wrong_mode"]);
}

#[test]
fn metadata_never_chooses() {
    let said = |metadata: &str| {
        let object = format!(
            r#"{{"id":"cs_1","payment_intent":"pi_1","payment_status":"paid","amount_total":{TOTAL},"currency":"eur","metadata":{metadata}}}"#
        );
        let event = event("checkout.session.completed", 1, &object);
        let Outcome::Changes(changes) = settle(&event, false, Some(&known())) else {
            panic!("ignored")
        };
        assert_eq!(changes.shares[0].0, known().invoices[0].id);
        changes
            .exceptions
            .iter()
            .map(|e| e.1.reason())
            .collect::<Vec<_>>()
    };
    let own = known();
    assert!(said("{}").is_empty() && said("null").is_empty());
    assert!(said(&format!(r#"{{"attempt":"{}"}}"#, own.attempt)).is_empty());
    assert!(said(&format!(r#"{{"invoice":"{}"}}"#, own.invoices[0].id)).is_empty());
    assert_eq!(said(r#"{"invoice":"another"}"#), ["metadata"]);
    assert_eq!(said(r#"{"attempt":"another"}"#), ["metadata"]);
}

#[test]
fn nothing_to_pay_is_right_only_where_nothing_was_due() {
    let free = event(
        "checkout.session.completed",
        1,
        r#"{"id":"cs_1","payment_status":"no_payment_required","amount_total":0,"currency":"eur"}"#,
    );
    assert_eq!(
        after([&free]).exceptions,
        BTreeSet::from([("cs_1".to_owned(), "not_free")])
    );
    let nothing = Known {
        amount: eur(0),
        ..known()
    };
    let Outcome::Changes(changes) = settle(&free, false, Some(&nothing)) else {
        panic!("ignored")
    };
    assert!(changes.exceptions.is_empty() && changes.facts.is_empty());
    assert_eq!(changes.attempt.unwrap().1, AttemptState::Succeeded);
}

#[test]
fn inquiries_flag_and_move_nothing() {
    let paid = session("completed", 10, "paid");
    let asks = dispute("created", 20, "warning_needs_response");
    let done = dispute("closed", 30, "warning_closed");
    let world = after([&paid, &asks, &done]);
    assert_eq!(world.state(), State::Paid);
    assert!(world.ledger.facts().any(|f| f.kind == Kind::Inquiry));
    let taken = dispute("funds_withdrawn", 25, "needs_response");
    assert_eq!(after([&paid, &asks, &taken]).state(), State::Disputed);
    let back = dispute("funds_reinstated", 40, "won");
    assert_eq!(after([&back, &taken, &asks, &paid]).state(), State::Paid);
    let lost_alone = dispute("closed", 50, "lost");
    assert_eq!(after([&lost_alone, &paid]).state(), State::ChargedBack);
}

#[test]
fn several_invoices_share_one_payment() {
    let mut world = World::new();
    let shares = Share::in_order(&[eur(6_000), eur(4_000)]).unwrap();
    let second = KnownInvoice {
        id: InvoiceId::new(Timestamp(1), [3; 10]),
        share: shares[1],
        ..world.known.invoices[0].clone()
    };
    world.known.invoices[0].share = shares[0];
    world.known.invoices.push(second);
    world.hear(&session("completed", 10, "paid"));
    world.hear(&refund("created", 30, "re_1", 4_000, "succeeded"));
    assert_eq!(world.shares.len(), 2);
    let moved = world.ledger.moved("pi_1").unwrap().unwrap();
    assert_eq!(shares[0].of(moved).unwrap().net().unwrap(), eur(6_000));
    assert!(shares[1].of(moved).unwrap().net().unwrap().is_zero());
}

#[test]
fn what_cannot_be_read_goes_to_the_desk() {
    let world = after([&event("refund.created", 1, "{}")]);
    assert_eq!(world.exceptions.len(), 1);
    let odd = event(
        "checkout.session.completed",
        1,
        r#"{"id":"cs_1","payment_status":"paid","amount_total":5,"currency":"eur"}"#,
    );
    assert_eq!(after([&odd]).exceptions.first().unwrap().1, "unreadable");
}
