//! A set of facts into what was paid, refunded and disputed.
//!
//! [`Ledger`] is that set: putting a fact in twice, or two tellings in either order, leaves the same
//! set, and [`Ledger::moved`] is a function of the set alone. D1 does the same over its ledger table
//! (view `payment_sums`), where the key is a unique index and the sums are computed anew each time.
//!
//! For one payment:
//! - **paid** is the payment's amount, or nothing once it is reversed or while it is unknown;
//! - **refunded** is the larger of the sum of its refunds that count (pending and succeeded) and its
//!   floor, at most what was paid. The floor is `charge.amount_refunded` as last told, less the
//!   refunds that failed since: Stripe sends no new total when a refund fails;
//! - **disputed out** is what banks took; **in** what they gave back, of disputes that took
//!   something and are not lost. A dispute that is lost is final;
//! - facts in another currency than the payment's do not count, and are told apart.

use super::super::money::{Currency, Money, MoneyError};
use super::fact::{Fact, Kind};
use std::collections::BTreeMap;

/// How the disputes of a payment stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dispute {
    /// None, or won.
    #[default]
    None,
    /// Lost, none open.
    Lost,
    /// At least one undecided.
    Open,
}

impl Dispute {
    /// The name that D1 keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lost => "lost",
            Self::Open => "open",
        }
    }
    /// The state of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::None, Self::Lost, Self::Open]
            .into_iter()
            .find(|d| d.as_str() == name)
    }
}

/// What moved, in one currency; none below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Came in.
    pub paid: Money,
    /// Went back.
    pub refunded: Money,
    /// Taken by banks.
    pub disputed_out: Money,
    /// Given back by banks.
    pub disputed_in: Money,
    /// How disputes stand.
    pub dispute: Dispute,
}

impl Moved {
    /// Nothing moved.
    pub const fn nothing(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            paid: zero,
            refunded: zero,
            disputed_out: zero,
            disputed_in: zero,
            dispute: Dispute::None,
        }
    }
    /// Both together, of one currency.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            paid: self.paid.plus(other.paid)?,
            refunded: self.refunded.plus(other.refunded)?,
            disputed_out: self.disputed_out.plus(other.disputed_out)?,
            disputed_in: self.disputed_in.plus(other.disputed_in)?,
            dispute: self.dispute.max(other.dispute),
        })
    }
    /// What the business has of it: paid − refunded − disputed out + disputed in.
    pub fn net(self) -> Result<Money, MoneyError> {
        self.paid
            .minus(self.refunded)?
            .minus(self.disputed_out)?
            .plus(self.disputed_in)
    }
}

/// A set of facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger(BTreeMap<(Kind, String), Fact>);

impl Ledger {
    /// Puts a fact in. Of two tellings of one fact, one stands: see [`Fact::beats`].
    pub fn put(&mut self, fact: Fact) {
        let key = (fact.kind, fact.object.clone());
        match self.0.get(&key) {
            Some(standing) if !fact.beats(standing) => {}
            _ => {
                self.0.insert(key, fact);
            }
        }
    }

    /// Every fact, once.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.0.values()
    }

    /// The payments that facts are about, each once, in the order of their ids.
    #[cfg(test)]
    pub fn payments(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.facts().map(|f| f.payment.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// What moved by one payment, in its currency. `None` while the payment itself is unknown: a
    /// refund or dispute that came first waits for it.
    pub fn moved(&self, payment: &str) -> Result<Option<Moved>, MoneyError> {
        let of = |kind: Kind| {
            self.facts()
                .filter(move |f| f.kind == kind && f.payment == payment)
        };
        let Some(main) = of(Kind::Payment).next() else {
            return Ok(None);
        };
        let currency = main.amount.currency();
        let own = |kind| of(kind).filter(move |f| f.amount.currency() == currency);
        let total = |facts: Vec<&Fact>| Money::sum(currency, facts.iter().map(|f| f.amount));

        let reversed = own(Kind::Reversal).next().is_some();
        let paid = if reversed {
            Money::zero(currency)
        } else {
            total(
                of(Kind::Payment)
                    .filter(|f| f.amount.currency() == currency)
                    .collect(),
            )?
        };

        let active = total(own(Kind::Refund).filter(|f| f.counts).collect())?;
        let mut floor = Money::zero(currency);
        for told in own(Kind::RefundFloor) {
            let failed = own(Kind::Refund).filter(|f| !f.counts && f.at >= told.at);
            let left = told.amount.minus(total(failed.collect())?)?;
            floor = floor.plus(left.or_nothing())?;
        }
        let refunded = larger(active, floor);

        let mut out = Money::zero(currency);
        let mut back = Money::zero(currency);
        let mut dispute = Dispute::None;
        for taken in own(Kind::DisputeOut) {
            out = out.plus(taken.amount)?;
            let same = |kind| own(kind).find(|f| f.object == taken.object);
            dispute = dispute.max(match (same(Kind::DisputeLost), same(Kind::DisputeIn)) {
                (Some(_), _) => Dispute::Lost,
                (None, Some(given)) => {
                    back = back.plus(smaller(given.amount, taken.amount))?;
                    Dispute::None
                }
                (None, None) => Dispute::Open,
            });
        }
        Ok(Some(Moved {
            paid,
            refunded: smaller(refunded, paid),
            disputed_out: smaller(out, paid),
            disputed_in: smaller(back, paid),
            dispute: if paid.is_zero() {
                Dispute::None
            } else {
                dispute
            },
        }))
    }

    /// Facts in another currency than their payment's: they do not count, and staff should know.
    #[cfg(test)]
    pub fn foreign(&self) -> Vec<&Fact> {
        self.facts()
            .filter(|fact| {
                let main = self
                    .facts()
                    .find(|f| f.kind == Kind::Payment && f.payment == fact.payment);
                main.is_some_and(|m| m.amount.currency() != fact.amount.currency())
            })
            .collect()
    }
}

fn smaller(a: Money, b: Money) -> Money {
    if b.minor() < a.minor() { b } else { a }
}

fn larger(a: Money, b: Money) -> Money {
    if b.minor() > a.minor() { b } else { a }
}

#[cfg(test)]
#[path = "fold/tests.rs"]
mod tests;
