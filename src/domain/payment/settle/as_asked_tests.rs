//! What the event alone says, and an event against what its attempt asked for.

use super::*;

/// A session with a reference, and more.
fn told(kind: &str, status: &str, amount: i64, currency: &str, more: &str) -> Event {
    let attempt = known().attempt;
    event(
        &format!("checkout.session.{kind}"),
        10,
        &format!(
            r#"{{"id":"cs_1","client_reference_id":"{attempt}","payment_intent":"pi_1","payment_status":"{status}","amount_total":{amount},"currency":"{currency}"{more}}}"#
        ),
    )
}

#[test]
fn a_payment_as_it_was_asked_for_is_told_from_the_event_alone() {
    let attempt = known().attempt;
    for kind in ["completed", "async_payment_succeeded"] {
        let asked = as_asked(&told(kind, "paid", TOTAL, "eur", ""), false).unwrap();
        assert_eq!((asked.attempt, asked.fact.amount), (attempt, eur(TOTAL)));
        assert_eq!(asked.fact.payment, "pi_1");
        let more = format!(r#","metadata":{{"attempt":"{attempt}"}}"#);
        assert!(as_asked(&told(kind, "paid", TOTAL, "eur", &more), false).is_some());
    }
    for (address, by_link) in [
        (r#""https://a.example/invoice/pt_pA/confirming/1""#, true),
        (r#""https:\/\/a.example\/invoice\/pt_pA""#, true),
        (r#""https://a.example/billing/confirming/1""#, false),
        ("null", false),
        ("7", false),
    ] {
        let more = format!(r#","success_url":{address}"#);
        let News::Checkout(_, session) = told("completed", "paid", TOTAL, "eur", &more).news else {
            panic!("{address}")
        };
        assert_eq!(session.by_link, by_link, "{address}");
        assert!(!format!("{session:?}").contains("pt_p"));
    }
    // Everything else needs what we know.
    let other = AttemptId::new(Timestamp(9), [9; 10]);
    for odd in [
        told("completed", "unpaid", TOTAL, "eur", ""),
        told("completed", "no_payment_required", 0, "eur", ""),
        told("expired", "unpaid", TOTAL, "eur", ""),
        told("async_payment_failed", "unpaid", TOTAL, "eur", ""),
        told("completed", "paid", TOTAL, "xxx", ""),
        told("completed", "paid", -1, "eur", ""),
        told(
            "completed",
            "paid",
            TOTAL,
            "eur",
            &format!(r#","metadata":{{"attempt":"{other}"}}"#),
        ),
        told(
            "completed",
            "paid",
            TOTAL,
            "eur",
            r#","metadata":{"invoice":"x"}"#,
        ),
        session("completed", 10, "paid"),
        refund("created", 30, "re_1", 4_000, "succeeded"),
    ] {
        assert_eq!(as_asked(&odd, false), None, "{odd:?}");
    }
    let of_another_mode = told("completed", "paid", TOTAL, "eur", "");
    assert_eq!(as_asked(&of_another_mode, true), None);
}

proptest! {
    /// What is written on the strength of the event is what would be decided with the attempt at hand.
    #[test]
    fn as_asked_is_what_settling_gives(amount in -5..200_000_i64, asked in -5..200_000_i64, same: bool, live: bool) {
        let event = told("completed", "paid", amount, "eur", "");
        let asked_for = Money::new(if same { amount } else { asked }, Currency::EUR).unwrap();
        let known = Known { amount: asked_for, ..known() };
        let whole = settle(&event, live, Some(&known));
        match as_asked(&event, live) {
            Some(told) if told.fact.amount == asked_for => {
                let Outcome::Changes(changes) = whole else { panic!("ignored") };
                prop_assert_eq!(changes.facts, vec![told.fact]);
                prop_assert_eq!(changes.attempt, Some((told.attempt, AttemptState::Succeeded)));
                prop_assert!(changes.exceptions.is_empty());
            }
            _ => {
                let Outcome::Changes(changes) = whole else { panic!("ignored") };
                prop_assert!(!changes.exceptions.is_empty());
            }
        }
    }
}

#[test]
fn what_is_on_its_way_is_for_as_much_as_was_asked() {
    let known = known();
    let outcome = |amount, currency| {
        let event = told("completed", "unpaid", amount, currency, "");
        let Outcome::Changes(changes) = settle(&event, false, Some(&known)) else {
            panic!("ignored")
        };
        let reasons = changes.exceptions.iter().map(|(_, why)| why.reason());
        (changes.attempt.map(|(_, state)| state), reasons.collect())
    };
    let nothing: Vec<&str> = Vec::new();
    let on_its_way = Some(AttemptState::Processing);
    assert_eq!(outcome(TOTAL, "eur"), (on_its_way, nothing));
    assert_eq!(outcome(1, "eur"), (None, vec!["wrong_amount"]));
    assert_eq!(outcome(TOTAL, "usd"), (None, vec!["wrong_currency"]));
    assert_eq!(outcome(TOTAL, "xxx"), (None, vec!["wrong_currency"]));
}
