//! One payment for several invoices: whose is which part of it.
//!
//! When somebody pays several invoices at once, the attempt fixes how much is for which, in an
//! order. The payment fills them all. What goes back later (refunds, disputes) is taken from the
//! **last** invoice first, then the one before it: so a refund of one invoice's amount leaves the
//! others paid instead of opening all of them by odd amounts, and the answer depends on sums alone,
//! not on which refund came when.

use super::super::money::{Money, MoneyError};
use super::fold::{Dispute, Moved};

/// An invoice's part of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How much of the payment is for it.
    pub amount: Money,
    /// How much is for the invoices after it.
    pub later: Money,
}

impl Share {
    /// The whole payment for one invoice.
    pub const fn whole(amount: Money) -> Self {
        Self {
            amount,
            later: Money::zero(amount.currency()),
        }
    }

    /// The shares of invoices in their order, from how much is for each.
    #[cfg(test)]
    pub fn in_order(amounts: &[Money]) -> Result<Vec<Self>, MoneyError> {
        let Some(first) = amounts.first() else {
            return Ok(Vec::new());
        };
        let mut later = Money::zero(first.currency());
        let mut shares = Vec::with_capacity(amounts.len());
        for amount in amounts.iter().rev() {
            shares.push(Self {
                amount: *amount,
                later,
            });
            later = later.plus(*amount)?;
        }
        shares.reverse();
        Ok(shares)
    }

    /// This invoice's part of what moved.
    pub fn of(self, moved: Moved) -> Result<Moved, MoneyError> {
        let nothing = Money::zero(self.amount.currency());
        let kept_out = moved.disputed_out.minus(moved.disputed_in)?;
        let out = self.part(moved.disputed_out)?;
        let still_out = self.part(kept_out.or_nothing())?;
        Ok(Moved {
            paid: if moved.paid.is_positive() {
                self.amount
            } else {
                nothing
            },
            refunded: self.part(moved.refunded)?,
            disputed_out: out,
            disputed_in: out.minus(still_out)?,
            dispute: if still_out.is_positive() {
                moved.dispute
            } else {
                Dispute::None
            },
        })
    }

    /// What is left for this invoice of something that is taken from the later ones first.
    fn part(self, whole: Money) -> Result<Money, MoneyError> {
        let rest = whole.minus(self.later)?.or_nothing();
        Ok(if rest.minor() > self.amount.minor() {
            self.amount
        } else {
            rest
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;
    use proptest::prelude::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR).unwrap()
    }

    #[test]
    fn what_goes_back_is_taken_from_the_last() {
        let shares = Share::in_order(&[eur(100), eur(50), eur(25)]).unwrap();
        let moved = Moved {
            paid: eur(175),
            refunded: eur(60),
            ..Moved::nothing(Currency::EUR)
        };
        let refunded: Vec<_> = shares
            .iter()
            .map(|s| s.of(moved).unwrap().refunded.minor())
            .collect();
        assert_eq!(refunded, [0, 35, 25]);
        assert_eq!(shares[0].of(moved).unwrap().net().unwrap(), eur(100));
    }

    #[test]
    fn only_invoices_that_money_was_taken_from_are_disputed() {
        let shares = Share::in_order(&[eur(100), eur(50)]).unwrap();
        let moved = Moved {
            paid: eur(150),
            disputed_out: eur(50),
            dispute: Dispute::Open,
            ..Moved::nothing(Currency::EUR)
        };
        assert_eq!(shares[0].of(moved).unwrap().dispute, Dispute::None);
        assert_eq!(shares[1].of(moved).unwrap().dispute, Dispute::Open);
    }

    proptest! {
        #[test]
        fn the_shares_make_the_whole(
            amounts in prop::collection::vec(1i64..1_000_000, 1..8),
            parts in (0u32..=100, 0u32..=100, 0u32..=100),
        ) {
            let amounts: Vec<_> = amounts.into_iter().map(eur).collect();
            let paid = Money::sum(Currency::EUR, amounts.iter().copied()).unwrap();
            let part = |percent: u32| eur(paid.minor() * i64::from(percent) / 100);
            let out = part(parts.1);
            let moved = Moved {
                paid,
                refunded: part(parts.0),
                disputed_out: out,
                disputed_in: eur(out.minor() * i64::from(parts.2) / 100),
                dispute: Dispute::Open,
            };
            let mut sum = Moved::nothing(Currency::EUR);
            for share in Share::in_order(&amounts).unwrap() {
                sum = sum.plus(share.of(moved).unwrap()).unwrap();
            }
            prop_assert_eq!(sum.paid, moved.paid);
            prop_assert_eq!(sum.refunded, moved.refunded);
            prop_assert_eq!(sum.disputed_out, moved.disputed_out);
            prop_assert_eq!(sum.disputed_in, moved.disputed_in);
        }
    }
}
