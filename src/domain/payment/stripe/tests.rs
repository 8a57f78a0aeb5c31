//! Events as Stripe sends them, shortened to what is read and some of what is not.

use super::*;
use proptest::prelude::*;

fn event(kind: &str, object: &str) -> Event {
    let body = format!(
        r#"{{"id":"evt_1","object":"event","api_version":"2025-01-01","created":1795788309,
        "livemode":false,"pending_webhooks":1,"type":"{kind}","data":{{"object":{object},
        "previous_attributes":{{}}}}}}"#
    );
    Event::parse(body.as_bytes()).unwrap()
}

#[test]
fn sessions_are_read() {
    let found = event(
        "checkout.session.completed",
        r#"{"id":"cs_1","object":"checkout.session","client_reference_id":"a","payment_intent":"pi_1",
        "payment_status":"paid","amount_total":41048,"currency":"eur","metadata":{"k":"v"},"url":null}"#,
    );
    assert_eq!(found.created, Timestamp(1_795_788_309_000));
    let News::Checkout(Checkout::Completed, session) = found.news else {
        panic!("{:?}", found.news)
    };
    assert_eq!(session.payment_intent.as_deref(), Some("pi_1"));
    assert_eq!(session.payment_status, PaymentStatus::Paid);
}

#[test]
fn expanded_and_missing_references_are_read() {
    for (said, read) in [
        (r#""pi_1""#, Some("pi_1")),
        (
            r#"{"id":"pi_1","object":"payment_intent","amount":5}"#,
            Some("pi_1"),
        ),
        ("null", None),
    ] {
        let object = format!(
            r#"{{"id":"re_1","amount":5,"currency":"eur","status":"pending","payment_intent":{said}}}"#
        );
        let News::Refund(refund) = event("refund.created", &object).news else {
            panic!("{object}")
        };
        assert_eq!(refund.payment_intent.as_deref(), read);
        assert_eq!(refund.charge, None);
    }
}

#[test]
fn what_is_not_used_is_ignored_and_what_cannot_be_read_is_told() {
    for kind in [
        "payment_intent.succeeded",
        "charge.succeeded",
        "customer.created",
        "x",
    ] {
        assert_eq!(event(kind, "{}").news, News::Ignored, "{kind}");
    }
    for kind in [
        "checkout.session.completed",
        "refund.updated",
        "charge.refunded",
        "charge.dispute.closed",
    ] {
        for object in ["{}", "[]", r#"{"id":5}"#, "null"] {
            assert!(
                matches!(event(kind, object).news, News::Unreadable(_)),
                "{kind} {object}"
            );
        }
    }
    for body in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"id":"evt_1","type":"x","created":1}"#,
    ] {
        assert_eq!(Event::parse(body.as_bytes()), Err(NotAnEvent), "{body}");
    }
    assert_eq!(Event::parse(&[0xff, 0xfe]), Err(NotAnEvent));
}

#[test]
fn a_session_that_was_looked_up_is_an_event() {
    let session = |status: &str| {
        format!(
            r#"{{"id":"cs_1","status":"{status}","payment_status":"unpaid","amount_total":5,"currency":"eur"}}"#
        )
    };
    let ask =
        |status| Event::looked_up(session(status).as_bytes(), false, Timestamp(1_999)).unwrap();
    assert!(matches!(
        ask("complete").news,
        News::Checkout(Checkout::Completed, _)
    ));
    assert!(matches!(
        ask("expired").news,
        News::Checkout(Checkout::Expired, _)
    ));
    assert_eq!(ask("open").news, News::Ignored);
    assert_eq!(ask("open").created, Timestamp(1_000));
    assert!(Event::looked_up(b"{}", false, Timestamp(0)).is_err());
}

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Event::parse(&body);
    }
}
