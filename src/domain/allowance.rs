//! How much somebody of a client may send, and how long they wait after that.
//!
//! Counted in D1 over a window that moves on in steps. A step counts until its last moment has left the
//! window, so that in no window there is ever more than the limit.

use serde::Deserialize;

use super::time::{Millis, Timestamp};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Messages, replies, comments and new tickets of a person.
    Words,
    /// Files of a person.
    Files,
    /// Bytes of a client.
    Bytes,
}

/// At most `most` within `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub most: u64,
    /// Within which time.
    pub window: Millis,
    /// What is counted as one moment.
    pub step: Millis,
}

impl Kind {
    /// As D1 has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Files => "files",
            Self::Bytes => "bytes",
        }
    }

    /// 60 words and 1,000 files an hour, 20 GiB a day.
    pub const fn limit(self) -> Limit {
        let (most, window, step) = match self {
            Self::Words => (60, Millis::hours(1), Millis::minutes(5)),
            Self::Files => (1000, Millis::hours(1), Millis::minutes(5)),
            Self::Bytes => (20 << 30, Millis::hours(24), Millis::hours(1)),
        };
        Limit { most, window, step }
    }
}

impl Limit {
    /// When the step began that a moment is in.
    pub const fn step_of(self, now: Timestamp) -> Timestamp {
        Timestamp(now.0 - now.0.rem_euclid(self.step.0))
    }

    /// Steps that began after this moment count.
    pub const fn since(self, now: Timestamp) -> Timestamp {
        now.minus(Millis(self.window.0 + self.step.0))
    }
}

/// What was sent in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Used {
    /// Of what.
    pub kind: Kind,
    /// When the step began.
    pub at: Timestamp,
    /// How much.
    #[serde(rename = "used")]
    pub amount: u64,
}

/// What is too much, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full {
    /// Of what.
    pub kind: Kind,
    /// Until there is room for it.
    pub wait: Millis,
}

impl Full {
    /// Whether so much more is too much. What is more than the limit by itself waits for the whole window.
    pub fn of(kind: Kind, amount: u64, used: &[Used], now: Timestamp) -> Option<Self> {
        let limit = kind.limit();
        let counts = |one: &&Used| one.kind == kind && one.at > limit.since(now);
        let mut steps: Vec<Used> = used.iter().filter(counts).copied().collect();
        steps.sort_unstable_by_key(|step| step.at);
        let mut sum = steps
            .iter()
            .fold(amount, |sum, step| sum.saturating_add(step.amount));
        if sum <= limit.most {
            return None;
        }
        let span = Millis(limit.window.0 + limit.step.0);
        let mut wait = span;
        for step in steps {
            sum = sum.saturating_sub(step.amount);
            if sum <= limit.most {
                wait = step.at.plus(span).since(now);
                break;
            }
        }
        let wait = Millis(wait.0.clamp(Millis::seconds(1).0, span.0));
        Some(Self { kind, wait })
    }

    /// The same for several things at once; the longest wait.
    pub fn of_all(
        amounts: impl IntoIterator<Item = (Kind, u64)>,
        used: &[Used],
        now: Timestamp,
    ) -> Option<Self> {
        let all = amounts.into_iter();
        all.filter_map(|(kind, amount)| Self::of(kind, amount, used, now))
            .max_by_key(|full| full.wait)
    }

    /// "in 12 minutes"
    fn when(self) -> String {
        let minutes = self.wait.as_seconds_ceil().div_euclid(60) + 1;
        match (minutes, minutes.div_euclid(60) + 1) {
            (..=1, _) => "in a minute".to_owned(),
            (2..=119, _) => format!("in {minutes} minutes"),
            (_, hours) => format!("in {hours} hours"),
        }
    }

    /// The sentence that a person reads.
    pub fn sentence(self) -> String {
        let when = self.when();
        match self.kind {
            Kind::Words => format!(
                "You have written a great deal within the last hour. Please send this again {when}; what you typed is kept here until then."
            ),
            Kind::Files => format!(
                "You have sent a great many files within the last hour. Please send these again {when}."
            ),
            Kind::Bytes => format!(
                "Your company has sent as much as we take in a day. Please send these again {when}, or ask us for another way."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_788_309_000);

    fn words(minutes_ago: i64, amount: u64) -> Used {
        let at = Kind::Words
            .limit()
            .step_of(NOW.minus(Millis::minutes(minutes_ago)));
        let kind = Kind::Words;
        Used { kind, at, amount }
    }

    #[test]
    fn the_limit_is_where_it_says() {
        assert_eq!(Full::of(Kind::Words, 1, &[], NOW), None);
        assert_eq!(
            Full::of(Kind::Words, 1, &[words(50, 30), words(0, 29)], NOW),
            None
        );
        let full = Full::of(Kind::Words, 1, &[words(50, 30), words(0, 30)], NOW).unwrap();
        assert!(full.wait >= Millis::minutes(10) && full.wait <= Millis::minutes(15));
        // Of another kind, or too long ago.
        assert_eq!(Full::of(Kind::Files, 1000, &[words(0, 60)], NOW), None);
        assert_eq!(Full::of(Kind::Words, 1, &[words(66, 60)], NOW), None);
        // What began within the window counts whole.
        assert!(Full::of(Kind::Words, 1, &[words(59, 60)], NOW).is_some());
    }

    #[test]
    fn it_says_when_to_try_again() {
        let full = |kind, wait| Full { kind, wait }.sentence();
        assert!(full(Kind::Words, Millis::minutes(12)).contains("again in 13 minutes; what"));
        assert!(full(Kind::Files, Millis::seconds(20)).contains("again in a minute."));
        assert!(full(Kind::Bytes, Millis::hours(3)).contains("again in 4 hours, or"));
    }

    proptest! {
        #[test]
        fn after_the_wait_there_is_room(steps in prop::collection::vec((0i64..70, 0u64..80), 0..20), amount in 1u64..60) {
            let mut used: Vec<Used> = Vec::new();
            for (minutes, n) in steps {
                used.push(words(minutes, n));
            }
            if let Some(full) = Full::of(Kind::Words, amount, &used, NOW) {
                let earlier = NOW.plus(Millis(full.wait.0 - 1));
                prop_assert!(Full::of(Kind::Words, amount, &used, earlier).is_some());
                prop_assert_eq!(Full::of(Kind::Words, amount, &used, NOW.plus(full.wait)), None);
            }
        }
    }
}
