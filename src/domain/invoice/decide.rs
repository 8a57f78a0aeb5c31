//! What may be done with an invoice, and the sentence if not.
//!
//! An invoice that was sent is never edited in place and never deleted: it is revised (the old PDF
//! stays), or voided. Whoever revises, voids or records an offline payment first closes the page of
//! the provider that may be open for it.

use super::super::money::{Money, MoneyError, Rate};
use super::state::{State, Stored, View};

/// Why something is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Sent already.
    #[error("This invoice was sent already. Revise it to change it, or void it.")]
    Sent,
    /// Not sent yet.
    #[error("This invoice is a draft. Send it first.")]
    Draft,
    /// Void.
    #[error("This invoice is void. Duplicate it to make a new one.")]
    Void,
    /// Money is on its way.
    #[error("A payment is under way. Please wait until it has arrived or failed.")]
    Processing,
    /// A bank is deciding, or has taken the money.
    #[error("A bank disputes this payment. Please settle it with your provider first.")]
    Disputed,
    /// There is money on it.
    #[error("{0} was paid on this invoice. Give it back first, then void the invoice.")]
    HasMoney(Money),
    /// Nothing was refunded.
    #[error("Only a refunded invoice can be opened again.")]
    NotRefunded,
    /// Nothing is due.
    #[error("Nothing is due on this invoice.")]
    NothingDue,
    /// More than is due.
    #[error("Only {0} is due. Please enter that or less.")]
    MoreThanDue(Money),
    /// Less than the business takes at once.
    #[error("Please pay at least {0}.")]
    LessThanLeast(Money),
    /// Parts are not taken.
    #[error("Please pay the whole amount of {0}.")]
    NotInParts(Money),
    /// Another currency than the invoice's.
    #[error("Please pay in the currency of the invoice.")]
    Currency,
}

impl From<MoneyError> for Refused {
    fn from(_: MoneyError) -> Self {
        Self::Currency
    }
}

/// May it be changed in place, deleted, or sent?
pub const fn decide_edit(stored: Stored) -> Result<(), Refused> {
    match stored {
        Stored::Draft => Ok(()),
        Stored::Sent => Err(Refused::Sent),
        Stored::Void => Err(Refused::Void),
    }
}

/// May a new revision be made? One that asks for less than was paid leaves a credit.
pub const fn decide_revise(view: &View) -> Result<(), Refused> {
    match view.state {
        State::Draft => Err(Refused::Draft),
        State::Void => Err(Refused::Void),
        State::Disputed | State::ChargedBack => Err(Refused::Disputed),
        _ if view.processing => Err(Refused::Processing),
        _ => Ok(()),
    }
}

/// May it be voided? Not while there is money on it or under way: void is out of every total, and
/// the money would be out of sight.
pub const fn decide_void(view: &View) -> Result<(), Refused> {
    match view.state {
        State::Draft => Err(Refused::Draft),
        State::Void => Err(Refused::Void),
        State::Disputed | State::ChargedBack => Err(Refused::Disputed),
        _ if view.processing => Err(Refused::Processing),
        _ if view.net.is_positive() => Err(Refused::HasMoney(view.net)),
        _ => Ok(()),
    }
}

/// May an offline payment be recorded? On everything that was sent, also what is paid: the money
/// came, and what is too much becomes a credit. On a void invoice it would be out of sight.
pub const fn decide_offline(stored: Stored) -> Result<(), Refused> {
    match stored {
        Stored::Draft => Err(Refused::Draft),
        Stored::Sent => Ok(()),
        Stored::Void => Err(Refused::Void),
    }
}

/// Opens a refunded invoice again: what was `refunded` so far no longer stands in the way.
pub const fn decide_reopen(view: &View, refunded: Money) -> Result<Money, Refused> {
    match view.state {
        State::Refunded | State::PartiallyRefunded => Ok(refunded),
        _ => Err(Refused::NotRefunded),
    }
}

/// Whether the business takes an invoice in parts, and how small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// The whole at once.
    No,
    /// At least this share of the total, and never more than is due.
    AtLeast(Rate),
}

impl Parts {
    /// The least that can be paid at once of what is due.
    pub fn least(self, total: Money, due: Money) -> Money {
        match self {
            Self::No => due,
            Self::AtLeast(rate) => match rate.of(total) {
                Some(least) if least.minor() < due.minor() => {
                    // Not nothing, however small the share.
                    let one = Money::new(1, due.currency()).unwrap_or(due);
                    if least.is_positive() { least } else { one }
                }
                Some(_) | None => due,
            },
        }
    }
}

/// How much **Pay Now** asks for: all that is due, or what the client chose where parts are taken.
pub fn decide_pay(
    view: &View,
    total: Money,
    parts: Parts,
    chosen: Option<Money>,
) -> Result<Money, Refused> {
    match view.state {
        State::Draft => return Err(Refused::Draft),
        State::Void => return Err(Refused::Void),
        State::Disputed | State::ChargedBack => return Err(Refused::Disputed),
        _ if view.processing => return Err(Refused::Processing),
        _ if !view.payable => return Err(Refused::NothingDue),
        _ => {}
    }
    let Some(chosen) = chosen else {
        return Ok(view.due);
    };
    let least = parts.least(total, view.due);
    let rest = view.due.minus(chosen)?;
    match parts {
        _ if rest.minor() < 0 => Err(Refused::MoreThanDue(view.due)),
        _ if rest.is_zero() => Ok(chosen),
        Parts::No => Err(Refused::NotInParts(view.due)),
        Parts::AtLeast(_) if chosen.minor() < least.minor() => Err(Refused::LessThanLeast(least)),
        Parts::AtLeast(_) => Ok(chosen),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR).unwrap()
    }
    fn view(state: State, net: i64, due: i64, processing: bool) -> View {
        View {
            state,
            net: eur(net),
            due: eur(due),
            credit: eur(0),
            processing,
            payable: due > 0 && !processing,
        }
    }

    #[test]
    fn what_was_sent_stays() {
        assert_eq!(decide_edit(Stored::Draft), Ok(()));
        assert_eq!(decide_edit(Stored::Sent), Err(Refused::Sent));
        assert_eq!(decide_edit(Stored::Void), Err(Refused::Void));
        assert_eq!(decide_offline(Stored::Sent), Ok(()));
        assert!(decide_offline(Stored::Draft).is_err() && decide_offline(Stored::Void).is_err());
    }

    #[test]
    fn revising_and_voiding() {
        let outstanding = view(State::Outstanding, 0, 100, false);
        assert_eq!(decide_revise(&outstanding), Ok(()));
        assert_eq!(decide_void(&outstanding), Ok(()));
        let paid = view(State::Paid, 100, 0, false);
        assert_eq!(decide_revise(&paid), Ok(()));
        assert_eq!(
            decide_void(&paid).unwrap_err().to_string(),
            "€1.00 was paid on this invoice. Give it back first, then void the invoice."
        );
        assert_eq!(decide_void(&view(State::Refunded, 0, 0, false)), Ok(()));
        let coming = view(State::Processing, 0, 100, true);
        assert_eq!(decide_void(&coming), Err(Refused::Processing));
        assert_eq!(decide_revise(&coming), Err(Refused::Processing));
        for state in [
            State::Disputed,
            State::ChargedBack,
            State::Draft,
            State::Void,
        ] {
            let view = view(state, 0, 0, false);
            assert!(decide_void(&view).is_err() && decide_revise(&view).is_err());
        }
    }

    #[test]
    fn only_refunded_invoices_open_again() {
        for state in State::ALL {
            let may = matches!(state, State::Refunded | State::PartiallyRefunded);
            let decided = decide_reopen(&view(state, 0, 0, false), eur(7));
            assert_eq!(decided.is_ok(), may, "{state:?}");
        }
    }

    #[test]
    fn parts_are_paid_where_the_business_takes_them() {
        let outstanding = view(State::Outstanding, 0, 100, false);
        let pay =
            |parts, chosen: Option<i64>| decide_pay(&outstanding, eur(100), parts, chosen.map(eur));
        let quarter = Parts::AtLeast(Rate::parse("share", "25").unwrap());
        assert_eq!(pay(Parts::No, None), Ok(eur(100)));
        assert_eq!(pay(Parts::No, Some(100)), Ok(eur(100)));
        assert_eq!(pay(Parts::No, Some(50)), Err(Refused::NotInParts(eur(100))));
        assert_eq!(pay(quarter, Some(25)), Ok(eur(25)));
        assert_eq!(pay(quarter, Some(24)), Err(Refused::LessThanLeast(eur(25))));
        assert_eq!(pay(quarter, Some(101)), Err(Refused::MoreThanDue(eur(100))));
        let any = Parts::AtLeast(Rate::ZERO);
        assert_eq!(pay(any, Some(0)), Err(Refused::LessThanLeast(eur(1))));
        // The last rest may be smaller than the least.
        let nearly = view(State::PartiallyPaid, 90, 10, false);
        assert_eq!(
            decide_pay(&nearly, eur(100), quarter, Some(eur(10))),
            Ok(eur(10))
        );
        assert!(decide_pay(&nearly, eur(100), quarter, Some(eur(5))).is_err());
        let usd = Money::new(5, Currency::parse("USD").unwrap()).unwrap();
        assert_eq!(
            decide_pay(&nearly, eur(100), quarter, Some(usd)),
            Err(Refused::Currency)
        );
    }

    #[test]
    fn only_what_is_due_is_paid() {
        for state in State::ALL {
            let asks = state.asks() && state != State::Processing;
            let view = view(
                state,
                0,
                if state.asks() { 100 } else { 0 },
                state == State::Processing,
            );
            assert_eq!(
                decide_pay(&view, eur(100), Parts::No, None).is_ok(),
                asks,
                "{state:?}"
            );
        }
    }
}
