//! Every line of the table, and what holds for all of them.

use super::*;
use crate::domain::money::Currency;
use proptest::prelude::*;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR).unwrap()
}

const TODAY: &str = "2026-11-24";

fn position(paid: i64, refunded: i64, out: i64, back: i64, dispute: Dispute) -> Position {
    Position {
        stored: Stored::Sent,
        total: eur(100),
        moved: Moved {
            paid: eur(paid),
            refunded: eur(refunded),
            disputed_out: eur(out),
            disputed_in: eur(back),
            dispute,
        },
        processing: false,
        reopened: eur(0),
        due_on: Date::parse(TODAY).unwrap(),
    }
}

fn view(position: Position) -> View {
    position.view(Date::parse(TODAY).unwrap()).unwrap()
}

#[test]
fn every_line_of_the_table() {
    use Dispute::{Lost, None as Calm, Open};
    let late = |p: Position| Position {
        due_on: p.due_on.plus_days(-1),
        ..p
    };
    let coming = |p: Position| Position {
        processing: true,
        ..p
    };
    let stored = |p: Position, stored| Position { stored, ..p };
    let p = position;
    let nothing = p(0, 0, 0, 0, Calm);
    // (position, state, due, credit, payable)
    let table = [
        (stored(nothing, Stored::Draft), State::Draft, 0, 0, false),
        (stored(nothing, Stored::Void), State::Void, 0, 0, false),
        (
            stored(p(100, 0, 0, 0, Calm), Stored::Void),
            State::Void,
            0,
            0,
            false,
        ),
        (p(100, 0, 100, 0, Open), State::Disputed, 0, 0, false),
        (p(100, 0, 100, 0, Lost), State::ChargedBack, 0, 0, false),
        (p(100, 0, 100, 100, Calm), State::Paid, 0, 0, false),
        (coming(nothing), State::Processing, 100, 0, false),
        (coming(late(nothing)), State::Processing, 100, 0, false),
        (late(nothing), State::Overdue, 100, 0, true),
        (nothing, State::Outstanding, 100, 0, true),
        (p(40, 0, 0, 0, Calm), State::PartiallyPaid, 60, 0, true),
        (
            late(p(40, 0, 0, 0, Calm)),
            State::PartiallyPaid,
            60,
            0,
            true,
        ),
        (
            coming(p(40, 0, 0, 0, Calm)),
            State::PartiallyPaid,
            60,
            0,
            false,
        ),
        (p(100, 0, 0, 0, Calm), State::Paid, 0, 0, false),
        (p(130, 0, 0, 0, Calm), State::Paid, 0, 30, false),
        (p(130, 30, 0, 0, Calm), State::Paid, 0, 0, false),
        (p(100, 100, 0, 0, Calm), State::Refunded, 0, 0, false),
        (late(p(100, 100, 0, 0, Calm)), State::Refunded, 0, 0, false),
        (
            p(100, 30, 0, 0, Calm),
            State::PartiallyRefunded,
            0,
            0,
            false,
        ),
        (p(40, 10, 0, 0, Calm), State::PartiallyRefunded, 0, 0, false),
        (p(40, 40, 0, 0, Calm), State::Refunded, 0, 0, false),
    ];
    for (i, (position, state, due, credit, payable)) in table.into_iter().enumerate() {
        let shown = view(position);
        assert_eq!(
            (
                shown.state,
                shown.due.minor(),
                shown.credit.minor(),
                shown.payable
            ),
            (state, due, credit, payable),
            "line {i}: {position:?}"
        );
    }
}

#[test]
fn reopening_lasts_until_the_next_refund() {
    let refunded = position(100, 100, 0, 0, Dispute::None);
    let reopened = Position {
        reopened: eur(100),
        ..refunded
    };
    assert_eq!(view(reopened).state, State::Outstanding);
    assert_eq!(view(reopened).due, eur(100));
    let paid_again = Position {
        moved: position(200, 100, 0, 0, Dispute::None).moved,
        ..reopened
    };
    assert_eq!(view(paid_again).state, State::Paid);
    let refunded_again = Position {
        moved: position(200, 200, 0, 0, Dispute::None).moved,
        ..reopened
    };
    assert_eq!(view(refunded_again).state, State::Refunded);
    assert!(!view(refunded_again).payable);
}

#[test]
fn an_invoice_over_nothing_is_paid() {
    let free = Position {
        total: eur(0),
        ..position(0, 0, 0, 0, Dispute::None)
    };
    assert_eq!(view(free).state, State::Paid);
}

#[test]
fn names_round_trip_and_overdue_follows_the_day() {
    for state in State::ALL {
        assert_eq!(State::parse(state.as_str()), Some(state));
        assert!(!state.label().is_empty());
    }
    let due = Date::parse(TODAY).unwrap();
    assert_eq!(State::Outstanding.on(due, due), State::Outstanding);
    assert_eq!(State::Outstanding.on(due, due.plus_days(1)), State::Overdue);
    assert_eq!(State::Paid.on(due, due.plus_days(1)), State::Paid);
}

proptest! {
    #[test]
    fn what_is_asked_is_what_is_missing(
        paid in 0i64..300, refunded in 0i64..300, out in 0i64..300, back in 0i64..300,
        dispute in prop::sample::select(&[Dispute::None, Dispute::Open, Dispute::Lost]),
        stored in prop::sample::select(&[Stored::Draft, Stored::Sent, Stored::Void]),
        processing: bool, reopened in 0i64..300, late in -2i64..3,
    ) {
        let (refunded, out) = (refunded.min(paid), out.min(paid));
        let mut position = position(paid, refunded, out, back.min(out), dispute);
        position.stored = stored;
        position.processing = processing;
        position.reopened = eur(reopened);
        position.due_on = position.due_on.plus_days(late);
        let shown = view(position);
        prop_assert!(shown.due.minor() >= 0 && shown.credit.minor() >= 0);
        prop_assert!(shown.due.is_zero() || shown.credit.is_zero());
        prop_assert_eq!(shown.payable, shown.due.is_positive() && !shown.processing);
        prop_assert_eq!(shown.due.is_positive(), shown.state.asks());
        if shown.state.asks() {
            prop_assert_eq!(shown.due.plus(shown.net).unwrap(), position.total);
        }
        if stored != Stored::Sent {
            prop_assert!(!shown.payable && !shown.processing);
        }
    }
}
