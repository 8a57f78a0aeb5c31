//! Payments that staff record: bank transfer, cash and the like, as facts of the same ledger.
//!
//! Nothing is edited or deleted. A record that was wrong is reversed, which takes it out as though
//! it had never counted; to correct one is to reverse it and record the right one. Money that was
//! given back is a refund of that payment.

use super::super::id::FactId;
use super::super::money::Money;
use super::super::time::{Date, Timestamp};
use super::fact::{Fact, Kind};
use super::fold::Moved;

/// How money came, when no provider told. The name stands in D1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// To the bank account on the invoice.
    BankTransfer,
    /// In cash.
    Cash,
    /// By card on a terminal.
    Card,
    /// By cheque.
    Cheque,
    /// Another way; the reference says which.
    Other,
}

impl Method {
    /// Every method, the usual one first.
    pub const ALL: [Self; 5] = [
        Self::BankTransfer,
        Self::Cash,
        Self::Card,
        Self::Cheque,
        Self::Other,
    ];
    /// The name that forms and D1 keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BankTransfer => "bank_transfer",
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Cheque => "cheque",
            Self::Other => "other",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::BankTransfer => "Bank transfer",
            Self::Cash => "Cash",
            Self::Card => "Card terminal",
            Self::Cheque => "Cheque",
            Self::Other => "Other",
        }
    }
    /// The method of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.as_str() == name)
    }
}

/// Why a record is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfflineError {
    /// Nothing came.
    #[error("Please enter an amount above zero.")]
    Nothing,
    /// Another currency than the invoice's.
    #[error("Please enter the amount in the currency of the invoice.")]
    Currency,
    /// Not come yet.
    #[error("A payment cannot be recorded before it came. Please check the date.")]
    Future,
    /// A provider's payment.
    #[error("This payment came through your provider. Please refund it there; it will show here.")]
    NotOffline,
    /// Taken out already.
    #[error("This payment is reversed already.")]
    Reversed,
    /// Money went back of it.
    #[error("Part of this payment was given back, so it cannot be reversed.")]
    Refunded,
}

/// Offline payments are named so; provider payments never begin like it.
const PREFIX: &str = "offline:";

/// The name of an offline payment.
pub fn name(id: FactId) -> String {
    format!("{PREFIX}{id}")
}

/// Whether a payment of that name was recorded by staff.
pub fn is_offline(payment: &str) -> bool {
    payment.starts_with(PREFIX)
}

/// Records a payment that came on `on`. `invoiced` is the invoice's total, for its currency.
/// More than is due is possible and becomes a credit.
pub fn decide_record(
    id: FactId,
    amount: Money,
    invoiced: Money,
    on: Date,
    today: Date,
) -> Result<Fact, OfflineError> {
    if !amount.is_positive() {
        return Err(OfflineError::Nothing);
    }
    if amount.currency() != invoiced.currency() {
        return Err(OfflineError::Currency);
    }
    if on > today {
        return Err(OfflineError::Future);
    }
    Ok(fact(Kind::Payment, name(id), name(id), amount, on.start()))
}

/// Takes a recorded payment out again. `moved` is what moved by it so far.
pub fn decide_reverse(payment: &str, moved: Moved, now: Timestamp) -> Result<Fact, OfflineError> {
    if !is_offline(payment) {
        return Err(OfflineError::NotOffline);
    }
    if !moved.paid.is_positive() {
        return Err(OfflineError::Reversed);
    }
    if moved.refunded.is_positive() {
        return Err(OfflineError::Refunded);
    }
    // Named by the payment: it can be reversed once.
    let object = payment.to_owned();
    Ok(fact(
        Kind::Reversal,
        object,
        payment.to_owned(),
        moved.paid,
        now,
    ))
}

fn fact(kind: Kind, object: String, payment: String, amount: Money, at: Timestamp) -> Fact {
    Fact {
        kind,
        object,
        payment,
        amount,
        counts: true,
        at,
        rank: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;
    use crate::domain::payment::fold::Ledger;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR).unwrap()
    }
    fn id(n: u8) -> FactId {
        FactId::new(Timestamp(1), [n; 10])
    }

    #[test]
    fn a_wrong_record_is_reversed_and_recorded_again() {
        let today = Date::parse("2026-11-24").unwrap();
        let mut ledger = Ledger::default();
        let wrong = decide_record(id(1), eur(1_000), eur(100), today, today).unwrap();
        let payment = wrong.payment.clone();
        ledger.put(wrong);
        let moved = ledger.moved(&payment).unwrap().unwrap();
        ledger.put(decide_reverse(&payment, moved, Timestamp(5)).unwrap());
        let right = decide_record(id(2), eur(100), eur(100), today, today).unwrap();
        let second = right.payment.clone();
        ledger.put(right);

        let moved = ledger.moved(&payment).unwrap().unwrap();
        assert!(moved.paid.is_zero() && moved.net().unwrap().is_zero());
        assert_eq!(ledger.moved(&second).unwrap().unwrap().paid, eur(100));
        assert_eq!(
            decide_reverse(&payment, moved, Timestamp(6)),
            Err(OfflineError::Reversed)
        );
        assert_eq!(ledger.facts().count(), 3, "nothing is deleted");
    }

    #[test]
    fn records_that_make_no_sense() {
        let today = Date::parse("2026-11-24").unwrap();
        let record = |amount, on| decide_record(id(1), amount, eur(100), on, today);
        assert_eq!(record(eur(0), today), Err(OfflineError::Nothing));
        assert_eq!(
            record(eur(5), today.plus_days(1)),
            Err(OfflineError::Future)
        );
        let usd = Money::new(5, Currency::parse("USD").unwrap()).unwrap();
        assert_eq!(record(usd, today), Err(OfflineError::Currency));
        let moved = Moved {
            paid: eur(5),
            ..Moved::nothing(Currency::EUR)
        };
        assert_eq!(
            decide_reverse("pi_1", moved, Timestamp(1)),
            Err(OfflineError::NotOffline)
        );
        for method in Method::ALL {
            assert_eq!(Method::parse(method.as_str()), Some(method));
        }
    }
}
