//! One fact of the ledger, and which of two tellings of the same fact stands.
//!
//! A fact is named by its kind and the provider's own object (`pi_…`, `re_…`, `dp_…`), and belongs
//! to the payment it is about: Stripe's payment intent, or an offline payment's own id. Amounts are
//! never below zero; the kind says which way the money went.

use super::super::money::Money;
use super::super::time::Timestamp;
use std::cmp::Reverse;

/// What kind of fact. The name stands in D1: never rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Money came in. Object: the payment.
    Payment,
    /// A recorded payment turned out not to be one: it never counted. Object: the payment.
    Reversal,
    /// Money went back. Object: the refund.
    Refund,
    /// So much of a charge went back in all: the least that refunds come to. Object: the charge.
    RefundFloor,
    /// The bank took money for a dispute. Object: the dispute.
    DisputeOut,
    /// The bank gave it back. Object: the dispute.
    DisputeIn,
    /// The dispute is lost for good. Object: the dispute.
    DisputeLost,
    /// The bank asks; no money moved. Object: the dispute.
    Inquiry,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Payment,
        Self::Reversal,
        Self::Refund,
        Self::RefundFloor,
        Self::DisputeOut,
        Self::DisputeIn,
        Self::DisputeLost,
        Self::Inquiry,
    ];
    /// The name that D1 keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Reversal => "reversal",
            Self::Refund => "refund",
            Self::RefundFloor => "refund_floor",
            Self::DisputeOut => "dispute_out",
            Self::DisputeIn => "dispute_in",
            Self::DisputeLost => "dispute_lost",
            Self::Inquiry => "inquiry",
        }
    }
    /// The kind of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == name)
    }
    /// Whether a newer telling replaces an older one. Refunds change (pending, succeeded, failed)
    /// and floors rise; everything else happened once, and the first telling dates it.
    pub const fn newest_wins(self) -> bool {
        matches!(self, Self::Refund | Self::RefundFloor)
    }
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What kind.
    pub kind: Kind,
    /// The provider's object that names it, within its kind.
    pub object: String,
    /// The payment it is about.
    pub payment: String,
    /// How much; not below zero.
    pub amount: Money,
    /// Whether it counts: a refund that failed or was cancelled does not.
    pub counts: bool,
    /// When the provider says that it happened (`event.created`, whole seconds), or staff.
    pub at: Timestamp,
    /// Of two tellings of one second, the higher stands: a refund fails after it succeeded, never
    /// the other way round.
    pub rank: u8,
}

impl Fact {
    /// Whether this telling stands against another of the same key. A total order on all that two
    /// tellings can differ in, so the winner depends neither on who came first nor on how often.
    ///
    /// In SQL: `ON CONFLICT (kind, object_id) DO UPDATE … WHERE` the same comparison.
    pub fn beats(&self, other: &Self) -> bool {
        let newest = |f: &Self| (f.at, f.rank, f.amount.minor());
        if self.kind.newest_wins() {
            newest(self) > newest(other)
        } else {
            let oldest = |f: &Self| (Reverse(f.at), f.rank, f.amount.minor());
            oldest(self) > oldest(other)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn kinds_have_names_of_their_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("Payment"), None);
    }

    #[test]
    fn the_newest_refund_and_the_first_payment_stand() {
        let fact = |kind, at, rank, minor| Fact {
            kind,
            object: "x".to_owned(),
            payment: "pi".to_owned(),
            amount: Money::new(minor, Currency::EUR).unwrap(),
            counts: true,
            at: Timestamp(at),
            rank,
        };
        let refund = |at, rank| fact(Kind::Refund, at, rank, 5);
        assert!(refund(2, 0).beats(&refund(1, 2)));
        assert!(refund(1, 2).beats(&refund(1, 1)));
        assert!(!refund(1, 1).beats(&refund(1, 1)));
        let payment = |at| fact(Kind::Payment, at, 0, 5);
        assert!(payment(1).beats(&payment(2)));
        assert!(!payment(2).beats(&payment(1)));
        let floor = |minor| fact(Kind::RefundFloor, 1, 0, minor);
        assert!(floor(40).beats(&floor(20)));
    }
}
