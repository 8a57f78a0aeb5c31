//! What moved, by hand; that sets stay sets is shown with events in `settle`.

use super::*;
use crate::domain::time::Timestamp;
use proptest::prelude::*;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR).unwrap()
}

fn fact(kind: Kind, object: &str, minor: i64, at: i64) -> Fact {
    Fact {
        kind,
        object: object.to_owned(),
        payment: "pi_1".to_owned(),
        amount: eur(minor),
        counts: true,
        at: Timestamp(at),
        rank: 0,
    }
}

fn refund(object: &str, minor: i64, at: i64, status: &str) -> Fact {
    let rank = match status {
        "failed" => 2,
        "succeeded" => 1,
        _ => 0,
    };
    Fact {
        counts: status != "failed",
        rank,
        ..fact(Kind::Refund, object, minor, at)
    }
}

/// paid, refunded, out, in, dispute.
fn moved(facts: impl IntoIterator<Item = Fact>) -> Option<(i64, i64, i64, i64, Dispute)> {
    let mut ledger = Ledger::default();
    for fact in facts {
        ledger.put(fact);
    }
    let m = ledger.moved("pi_1").unwrap()?;
    Some((
        m.paid.minor(),
        m.refunded.minor(),
        m.disputed_out.minor(),
        m.disputed_in.minor(),
        m.dispute,
    ))
}

fn paid() -> Fact {
    fact(Kind::Payment, "pi_1", 100, 1)
}

#[test]
fn refunds_count_while_pending_and_once_succeeded() {
    let calm = Dispute::None;
    let told = |facts: Vec<Fact>| moved([vec![paid()], facts].concat()).unwrap().1;
    assert_eq!(told(vec![refund("re_1", 30, 2, "pending")]), 30);
    let both = vec![
        refund("re_1", 30, 2, "pending"),
        refund("re_1", 30, 3, "succeeded"),
    ];
    assert_eq!(told(both), 30);
    let failed = vec![
        refund("re_1", 30, 3, "failed"),
        refund("re_1", 30, 2, "succeeded"),
    ];
    assert_eq!(told(failed), 0);
    let same_second = vec![
        refund("re_1", 30, 2, "succeeded"),
        refund("re_1", 30, 2, "pending"),
    ];
    assert_eq!(told(same_second), 30);
    assert_eq!(
        moved([refund("re_1", 30, 2, "succeeded")]),
        None,
        "waits for its payment"
    );
    assert_eq!(moved([paid()]), Some((100, 0, 0, 0, calm)));
}

#[test]
fn the_floor_is_the_least_that_went_back() {
    let floor = |minor, at| fact(Kind::RefundFloor, "ch_1", minor, at);
    let told = |facts: Vec<Fact>| moved([vec![paid()], facts].concat()).unwrap().1;
    assert_eq!(
        told(vec![floor(50, 2)]),
        50,
        "the refund's own event is not here yet"
    );
    assert_eq!(
        told(vec![floor(50, 2), refund("re_1", 50, 2, "succeeded")]),
        50
    );
    assert_eq!(
        told(vec![
            floor(20, 2),
            floor(50, 3),
            refund("re_1", 20, 2, "succeeded")
        ]),
        50
    );
    assert_eq!(
        told(vec![floor(50, 2), refund("re_1", 50, 9, "failed")]),
        0,
        "it failed later"
    );
    let failed_before = vec![
        refund("re_1", 50, 3, "failed"),
        floor(20, 5),
        refund("re_2", 20, 5, "succeeded"),
    ];
    assert_eq!(told(failed_before), 20);
    assert_eq!(told(vec![floor(500, 2)]), 100, "at most what was paid");
}

#[test]
fn disputes_take_and_give_back_once() {
    let out = || fact(Kind::DisputeOut, "dp_1", 100, 2);
    let back = || fact(Kind::DisputeIn, "dp_1", 100, 3);
    let lost = || fact(Kind::DisputeLost, "dp_1", 100, 3);
    let told = |facts: Vec<Fact>| {
        let (_, _, out, back, dispute) = moved([vec![paid()], facts].concat()).unwrap();
        (out, back, dispute)
    };
    assert_eq!(told(vec![out()]), (100, 0, Dispute::Open));
    assert_eq!(told(vec![out(), back(), back()]), (100, 100, Dispute::None));
    assert_eq!(
        told(vec![back()]),
        (0, 0, Dispute::None),
        "nothing went out"
    );
    assert_eq!(told(vec![out(), lost()]), (100, 0, Dispute::Lost));
    assert_eq!(
        told(vec![out(), lost(), back()]),
        (100, 0, Dispute::Lost),
        "lost is final"
    );
    let second = fact(Kind::DisputeOut, "dp_2", 10, 4);
    assert_eq!(told(vec![out(), lost(), second]).2, Dispute::Open);
    assert_eq!(
        told(vec![fact(Kind::Inquiry, "dp_1", 100, 2)]),
        (0, 0, Dispute::None)
    );
}

#[test]
fn another_currency_does_not_count() {
    let mut ledger = Ledger::default();
    ledger.put(paid());
    let usd = Money::new(30, Currency::parse("USD").unwrap()).unwrap();
    ledger.put(Fact {
        amount: usd,
        ..refund("re_1", 30, 2, "succeeded")
    });
    assert!(ledger.moved("pi_1").unwrap().unwrap().refunded.is_zero());
    assert_eq!(ledger.foreign().len(), 1);
    assert_eq!(ledger.payments(), ["pi_1"]);
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let status = prop::sample::select(&["pending", "succeeded", "failed"]);
    let kind = prop::sample::select(&Kind::ALL);
    (kind, 0u8..3, 0i64..60, 0i64..4, status).prop_map(|(kind, n, minor, at, status)| match kind {
        Kind::Payment | Kind::Reversal => fact(kind, "pi_1", 100, at),
        Kind::Refund => refund(&format!("re_{n}"), 10 * i64::from(n), at, status),
        _ => fact(kind, &format!("x_{n}"), minor, at),
    })
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter(
        facts in prop::collection::vec(any_fact(), 0..14),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        shuffled in Just(()).prop_perturb(|(), rng| rng),
    ) {
        let mut shuffled_facts = facts.clone();
        if !facts.is_empty() {
            shuffled_facts.extend(again.iter().map(|i| i.get(&facts).clone()));
        }
        let mut rng = shuffled;
        for i in (1..shuffled_facts.len()).rev() {
            let j = usize::try_from(rng.next_u32()).unwrap() % (i + 1);
            shuffled_facts.swap(i, j);
        }
        let set = |facts: Vec<Fact>| {
            let mut ledger = Ledger::default();
            for fact in facts {
                ledger.put(fact);
            }
            ledger
        };
        let (a, b) = (set(facts), set(shuffled_facts));
        prop_assert_eq!(&a, &b);
        if let Some(m) = a.moved("pi_1").unwrap() {
            for amount in [m.paid, m.refunded, m.disputed_out, m.disputed_in] {
                prop_assert!(amount.minor() >= 0 && amount.minor() <= 100);
            }
            prop_assert!(m.disputed_in.minor() <= m.disputed_out.minor());
        }
    }
}
