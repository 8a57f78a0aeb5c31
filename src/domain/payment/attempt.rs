//! A try to pay: the provider's page that somebody was sent to, and what became of it.
//!
//! The states are ordered, and an attempt only ever goes up: open, expired, processing, failed,
//! succeeded. So events may come in any order. `expired` stands below `processing` because a late
//! `completed` proves that the page was used after all; `failed` stands above `processing` because
//! it may come before `completed`.

use super::super::money::Money;
use super::super::time::{Millis, Timestamp};

/// What became of an attempt. Ordered: the higher one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptState {
    /// The page is open.
    Open,
    /// The page closed unused.
    Expired,
    /// A delayed method is on its way.
    Processing,
    /// A delayed method did not arrive.
    Failed,
    /// The money is there.
    Succeeded,
}

impl AttemptState {
    /// Every state, lowest first. The place in this list is what D1 compares.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Expired,
        Self::Processing,
        Self::Failed,
        Self::Succeeded,
    ];
    /// The name that D1 keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Expired => "expired",
            Self::Processing => "processing",
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
        }
    }
    /// The state of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
    /// The states that may become this one, for the condition of an UPDATE.
    #[cfg(test)]
    pub fn from(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |s| *s < self)
    }
    /// What it is after being told so.
    #[cfg(test)]
    #[must_use]
    pub fn told(self, news: Self) -> Self {
        self.max(news)
    }
    /// Whether the invoices it is for cannot be paid another way meanwhile.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Open | Self::Processing)
    }
}

/// How long a page of the provider stays open. Stripe takes 30 minutes to 24 hours.
pub const PAGE_LIFE: Millis = Millis::hours(1);
/// After so long, asking again with the same key would not be the same request at Stripe, which
/// forgets keys after 24 hours.
pub const KEY_LIFE: Millis = Millis::hours(23);
/// Attempts open for longer are looked up at the provider by cron.
pub const LOOK_UP_AFTER: Millis = Millis::minutes(10);

/// What is known of the attempt that holds an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Open or processing.
    pub state: AttemptState,
    /// What it asks for.
    pub amount: Money,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its page closes.
    pub expires_at: Timestamp,
    /// Its page, once the provider has told.
    pub url: Option<String>,
}

/// What **Pay Now** does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// Send them to the page that is open already.
    Reuse(String),
    /// Ask the provider again with the same key: the first answer was lost.
    Again,
    /// Close the one there is at the provider, then make a new attempt.
    Replace,
    /// Make an attempt.
    New,
    /// Nothing: a payment is on its way.
    Wait,
}

/// Decides what **Pay Now** for `amount` does, given the attempt that holds the invoice, if any.
pub fn decide_start(holding: Option<&Holding>, amount: Money, now: Timestamp) -> Start {
    let Some(holding) = holding else {
        return Start::New;
    };
    if !holding.state.holds() {
        return Start::New;
    }
    if holding.state == AttemptState::Processing {
        return Start::Wait;
    }
    let fresh = now < holding.expires_at && now.since(holding.created_at) < KEY_LIFE;
    match &holding.url {
        _ if !fresh || holding.amount != amount => Start::Replace,
        Some(url) => Start::Reuse(url.clone()),
        None => Start::Again,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;
    use AttemptState::{Expired, Failed, Open, Processing, Succeeded};

    #[test]
    fn attempts_only_go_up() {
        for state in AttemptState::ALL {
            assert_eq!(AttemptState::parse(state.as_str()), Some(state));
            assert_eq!(state.told(state), state);
            for news in AttemptState::ALL {
                assert_eq!(state.told(news), news.told(state));
                assert_eq!(news.from().any(|s| s == state), state.told(news) != state);
            }
        }
        assert_eq!(Processing.told(Expired), Processing);
        assert_eq!(Expired.told(Processing), Processing);
        assert_eq!(Failed.told(Processing), Failed);
        assert_eq!(Expired.told(Succeeded), Succeeded);
        assert!(Open.holds() && Processing.holds());
        assert!(!Expired.holds() && !Failed.holds() && !Succeeded.holds());
    }

    #[test]
    fn pay_now_reuses_what_is_open() {
        let amount = Money::new(500, Currency::EUR).unwrap();
        let other = Money::new(400, Currency::EUR).unwrap();
        let made = Timestamp(0);
        let open = Holding {
            state: Open,
            amount,
            created_at: made,
            expires_at: made.plus(PAGE_LIFE),
            url: Some("https://pay".to_owned()),
        };
        let soon = made.plus(Millis::minutes(5));
        let start = |holding: &Holding, amount, now| decide_start(Some(holding), amount, now);
        assert_eq!(decide_start(None, amount, soon), Start::New);
        assert_eq!(
            start(&open, amount, soon),
            Start::Reuse("https://pay".into())
        );
        assert_eq!(start(&open, other, soon), Start::Replace);
        assert_eq!(start(&open, amount, open.expires_at), Start::Replace);
        let unanswered = Holding {
            url: None,
            ..open.clone()
        };
        assert_eq!(start(&unanswered, amount, soon), Start::Again);
        let old = Holding {
            expires_at: made.plus(Millis::hours(30)),
            ..unanswered
        };
        assert_eq!(start(&old, amount, made.plus(KEY_LIFE)), Start::Replace);
        let coming = Holding {
            state: Processing,
            ..open.clone()
        };
        assert_eq!(start(&coming, amount, soon), Start::Wait);
        let done = Holding {
            state: Failed,
            ..open
        };
        assert_eq!(start(&done, amount, soon), Start::New);
    }
}
