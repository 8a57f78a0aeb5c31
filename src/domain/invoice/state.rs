//! What an invoice is at a given moment: derived from what is stored and from the money that moved.
//!
//! With net = paid − refunded − disputed out + disputed in, the first line that fits:
//!
//! | condition | shown as |
//! |---|---|
//! | draft | *Draft*, to staff alone |
//! | void | *Void* |
//! | a dispute open / lost | *Disputed* / *Charged back* |
//! | net ≥ total | *Paid*, with a credit of net − total |
//! | something refunded, all of it / part of it | *Refunded* / *Partially refunded* |
//! | nothing paid, a payment under way | *Processing* |
//! | nothing paid, due date passed | *Overdue* |
//! | nothing paid | *Outstanding* |
//! | 0 < net < total | *Partially paid* |
//!
//! Staff may reopen a refunded invoice: then refunds up to the amount refunded at that moment no
//! longer stand in the way, and the invoice is outstanding or partially paid again. A further refund
//! closes it again. *Overdue* is never stored; everything else stands in D1 as a column generated
//! from the same sums by the same table.

use super::super::money::{Money, MoneyError};
use super::super::payment::{Dispute, Moved};
use super::super::time::Date;

/// What is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stored {
    /// Being written.
    Draft,
    /// Sent.
    Sent,
    /// Sent once, taken back.
    Void,
}

impl Stored {
    /// The name that D1 keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::Void => "void",
        }
    }
    /// The state of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Draft, Self::Sent, Self::Void]
            .into_iter()
            .find(|s| s.as_str() == name)
    }
}

/// What people call the state of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Being written.
    Draft,
    /// Taken back.
    Void,
    /// A bank is deciding.
    Disputed,
    /// A bank took the money for good.
    ChargedBack,
    /// A payment is under way.
    Processing,
    /// To be paid.
    Outstanding,
    /// Late.
    Overdue,
    /// Part of it is there.
    PartiallyPaid,
    /// All of it is there.
    Paid,
    /// Part of it went back.
    PartiallyRefunded,
    /// All of it went back.
    Refunded,
}

/// How a state is to be felt: its colour, beside its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing to do.
    Neutral,
    /// Waiting.
    Notice,
    /// Well.
    Good,
    /// Needs somebody.
    Bad,
}

impl State {
    /// Every state, in the order of filters.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Outstanding,
        Self::Overdue,
        Self::PartiallyPaid,
        Self::Processing,
        Self::Paid,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::Disputed,
        Self::ChargedBack,
        Self::Void,
    ];
    /// The name that addresses and D1 keep (`overdue` in addresses only).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Void => "void",
            Self::Disputed => "disputed",
            Self::ChargedBack => "charged_back",
            Self::Processing => "processing",
            Self::Outstanding => "outstanding",
            Self::Overdue => "overdue",
            Self::PartiallyPaid => "partially_paid",
            Self::Paid => "paid",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
        }
    }
    /// The state of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Void => "Void",
            Self::Disputed => "Disputed",
            Self::ChargedBack => "Charged back",
            Self::Processing => "Processing",
            Self::Outstanding => "Outstanding",
            Self::Overdue => "Overdue",
            Self::PartiallyPaid => "Partially paid",
            Self::Paid => "Paid",
            Self::PartiallyRefunded => "Partially refunded",
            Self::Refunded => "Refunded",
        }
    }
    /// How it is to be felt.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Draft | Self::Void | Self::Refunded | Self::PartiallyRefunded => Tone::Neutral,
            Self::Processing | Self::Outstanding | Self::PartiallyPaid => Tone::Notice,
            Self::Paid => Tone::Good,
            Self::Overdue | Self::Disputed | Self::ChargedBack => Tone::Bad,
        }
    }
    /// Whether the rest of it is asked for.
    pub const fn asks(self) -> bool {
        matches!(
            self,
            Self::Processing | Self::Outstanding | Self::Overdue | Self::PartiallyPaid
        )
    }
    /// The state as the column in D1 has it, which knows no today, with its due date: an
    /// outstanding invoice is overdue once that has passed.
    #[must_use]
    pub fn on(self, due_on: Date, today: Date) -> Self {
        match self {
            Self::Outstanding if due_on < today => Self::Overdue,
            Self::Overdue if due_on >= today => Self::Outstanding,
            other => other,
        }
    }
}

/// What a state follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// What is stored.
    pub stored: Stored,
    /// What it asks for.
    pub total: Money,
    /// What moved for it.
    pub moved: Moved,
    /// Whether an attempt for it is processing.
    pub processing: bool,
    /// How much was refunded when staff last reopened it; nothing if never.
    pub reopened: Money,
    /// When it is due.
    pub due_on: Date,
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The state.
    pub state: State,
    /// What the business has of it; below zero when banks took more than came.
    pub net: Money,
    /// What is asked for now; nothing where nothing is.
    pub due: Money,
    /// What came beyond the total.
    pub credit: Money,
    /// Whether a payment is under way, also for the rest of a partially paid one.
    pub processing: bool,
    /// Whether **Pay Now** is on.
    pub payable: bool,
}

impl Position {
    /// What an invoice is on the day that `today` is for the business.
    pub fn view(&self, today: Date) -> Result<View, MoneyError> {
        let nothing = Money::zero(self.total.currency());
        let net = self.moved.net()?;
        let left = self.total.minus(net)?;
        let state = self.state(net.minor(), left.minor()).on(self.due_on, today);
        let (due, credit) = match state {
            state if state.asks() => (left.or_nothing(), nothing),
            State::Paid => (nothing, left.negated().or_nothing()),
            _ => (nothing, nothing),
        };
        let processing = self.processing && self.stored == Stored::Sent;
        Ok(View {
            state,
            net,
            due,
            credit,
            processing,
            payable: state.asks() && !processing && due.is_positive(),
        })
    }

    /// The same decision as the generated column `status` in D1.
    fn state(&self, net: i64, left: i64) -> State {
        let refunded = self.moved.refunded.minor();
        match (self.stored, self.moved.dispute) {
            (Stored::Draft, _) => State::Draft,
            (Stored::Void, _) => State::Void,
            (Stored::Sent, Dispute::Open) => State::Disputed,
            (Stored::Sent, Dispute::Lost) => State::ChargedBack,
            (Stored::Sent, Dispute::None) if left <= 0 => State::Paid,
            (Stored::Sent, Dispute::None) if refunded > self.reopened.minor() => {
                if net <= 0 {
                    State::Refunded
                } else {
                    State::PartiallyRefunded
                }
            }
            (Stored::Sent, Dispute::None) if net > 0 => State::PartiallyPaid,
            (Stored::Sent, Dispute::None) if self.processing => State::Processing,
            (Stored::Sent, Dispute::None) => State::Outstanding,
        }
    }
}

#[cfg(test)]
#[path = "state/tests.rs"]
mod tests;
