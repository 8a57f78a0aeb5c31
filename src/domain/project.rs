//! Projects: what state one is in, how far it is, and what comes next.

use serde::{Deserialize, Serialize};

use super::text::{Line, TextError};
use super::time::{Date, DateError};

/// The state of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not begun.
    Planned,
    /// Under way.
    Active,
    /// Begun, and resting.
    OnHold,
    /// Done.
    Completed,
    /// Given up.
    Cancelled,
}

impl Status {
    /// Every state, in the order of a project's life.
    pub const ALL: [Self; 5] = [
        Self::Planned,
        Self::Active,
        Self::OnHold,
        Self::Completed,
        Self::Cancelled,
    ];
    /// The name that D1 and forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Active => "active",
            Self::OnHold => "on_hold",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "Planned",
            Self::Active => "Active",
            Self::OnHold => "On hold",
            Self::Completed => "Completed",
            Self::Cancelled => "Cancelled",
        }
    }
    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Planned => "info",
            Self::Active | Self::Completed => "ok",
            Self::OnHold => "warn",
            Self::Cancelled => "mute",
        }
    }
    /// Whether something still happens, or will.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Active | Self::OnHold)
    }
    /// The one door for text.
    pub fn parse(name: &str) -> Result<Self, ProjectError> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == name)
            .ok_or(ProjectError::Status)
    }
}

/// Why something about a project is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// A state that is none.
    #[error("Choose one of the states.")]
    Status,
    /// Neither by hand nor from tasks.
    #[error("Choose how the progress is told.")]
    Measure,
    /// Not 0 to 100.
    #[error("Enter a whole number from 0 to 100.")]
    Percent,
    /// Ends before it begins.
    #[error("This day is before the start. Please check both.")]
    Backwards,
    /// A day without a name.
    #[error("Give this milestone a name, or take its day out.")]
    Nameless,
    /// A name that cannot be taken.
    #[error(transparent)]
    Name(#[from] TextError),
    /// A day that cannot be taken.
    #[error(transparent)]
    Date(#[from] DateError),
}

/// How the progress of a project is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// By hand, in percent.
    Hand(u8),
    /// By the tasks that are done.
    Tasks {
        /// Done.
        done: u32,
        /// All but those given up.
        all: u32,
    },
}

/// How far a project is, in whole percent: never 100 before all is done.
pub fn progress(status: Status, measure: Measure) -> u8 {
    match (status, measure) {
        (Status::Completed, _) => 100,
        (_, Measure::Hand(percent)) => percent.min(100),
        (_, Measure::Tasks { all: 0, .. }) => 0,
        (_, Measure::Tasks { done, all }) => {
            let percent = u64::from(done.min(all)) * 100 / u64::from(all);
            u8::try_from(percent).unwrap_or(100)
        }
    }
}

/// Reads percent: 0 to 100, with or without the sign.
pub fn parse_percent(raw: &str) -> Result<u8, ProjectError> {
    let text = raw.trim().trim_end_matches('%').trim_end();
    let digits = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(percent @ 0..=100) if digits => Ok(percent),
        _ => Err(ProjectError::Percent),
    }
}

/// Whether a project that begins and ends on these days can be.
pub fn in_order(starts: Option<Date>, due: Option<Date>) -> Result<(), ProjectError> {
    match (starts, due) {
        (Some(starts), Some(due)) if due < starts => Err(ProjectError::Backwards),
        _ => Ok(()),
    }
}

/// A point on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// What is reached.
    pub name: String,
    /// When it should be.
    pub due_on: Option<Date>,
    /// When it was.
    pub reached_on: Option<Date>,
}

impl Milestone {
    /// How many a project can have.
    pub const MOST: usize = 30;

    /// A line of the form; nothing where the line is empty. One that is ticked keeps the day it was
    /// reached on, or is reached today.
    pub fn read(
        name: &str,
        due: &str,
        reached: bool,
        before: &[Self],
        today: Date,
    ) -> Result<Option<Self>, ProjectError> {
        let due_on = match due.trim() {
            "" => None,
            text => Some(Date::parse(text)?),
        };
        let Some(name) = Line::<120>::optional("milestone", name)? else {
            return match due_on {
                None => Ok(None),
                Some(_) => Err(ProjectError::Nameless),
            };
        };
        let name = name.as_str().to_owned();
        let was = before.iter().find(|old| old.name == name);
        let reached_on = reached.then(|| was.and_then(|old| old.reached_on).unwrap_or(today));
        Ok(Some(Self {
            name,
            due_on,
            reached_on,
        }))
    }

    /// Whether its day is over and it is not reached.
    pub fn is_late(&self, today: Date) -> bool {
        self.reached_on.is_none() && self.due_on.is_some_and(|due| due < today)
    }

    /// Where it stands, in words: "reached on 3 Nov 2026", "due 27 Nov 2026, in 3 days".
    pub fn words(&self, today: Date) -> String {
        match (self.reached_on, self.due_on) {
            (Some(day), _) => format!("reached on {}", day.words()),
            (None, Some(due)) => due_words(due, today),
            (None, None) => "no day set".to_owned(),
        }
    }
}

/// The first point that is not reached.
pub fn next(milestones: &[Milestone]) -> Option<&Milestone> {
    milestones.iter().find(|m| m.reached_on.is_none())
}

/// "due 27 Nov 2026, in 3 days".
pub fn due_words(due: Date, today: Date) -> String {
    let day = due.words();
    match due.days_since(today) {
        0 => format!("due today, {day}"),
        1 => format!("due tomorrow, {day}"),
        -1 => format!("was due yesterday, {day}"),
        late @ ..0 => format!("was due {day}, {} days ago", late.unsigned_abs()),
        soon @ 2..=60 => format!("due {day}, in {soon} days"),
        _ => format!("due {day}"),
    }
}

/// The same for where the words stand beside "End": "18 Mar 2027, in 40 days".
pub fn end_words(end: Date, today: Date) -> String {
    let words = due_words(end, today);
    words.strip_prefix("due ").unwrap_or(&words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn progress_is_told_as_chosen() {
        let tasks = |done, all| progress(Status::Active, Measure::Tasks { done, all });
        assert_eq!(
            [tasks(0, 0), tasks(1, 3), tasks(2, 3), tasks(3, 3)],
            [0, 33, 66, 100]
        );
        assert_eq!(tasks(199, 200), 99);
        assert_eq!(progress(Status::Active, Measure::Hand(40)), 40);
        assert_eq!(progress(Status::Completed, Measure::Hand(40)), 100);
        assert_eq!(parse_percent(" 45 % "), Ok(45));
        for bad in ["", "101", "-1", "4.5", "1000", "x", "+5", "٥"] {
            assert_eq!(parse_percent(bad), Err(ProjectError::Percent), "{bad}");
        }
    }

    #[test]
    fn a_milestone_keeps_the_day_it_was_reached_on() {
        let (first, today) = (day("2026-11-01"), day("2026-11-24"));
        let old = Milestone {
            name: "Draft".to_owned(),
            due_on: None,
            reached_on: Some(first),
        };
        let read = |name: &str, due: &str, reached: bool| {
            Milestone::read(name, due, reached, std::slice::from_ref(&old), today)
        };
        let made =
            |name: &str, due: &str, reached: bool| read(name, due, reached).unwrap().unwrap();
        assert_eq!(made(" Draft", "2026-11-05", true).reached_on, Some(first));
        assert_eq!(made("Draft", "", false).reached_on, None);
        assert_eq!(made("Launch", "", true).reached_on, Some(today));
        assert_eq!(read(" ", " ", true), Ok(None));
        assert_eq!(read("", "2026-11-05", false), Err(ProjectError::Nameless));
        assert!(matches!(
            read("x", "soon", false),
            Err(ProjectError::Date(_))
        ));
        assert!(matches!(
            read(&"x".repeat(121), "", false),
            Err(ProjectError::Name(_))
        ));
    }

    #[test]
    fn days_are_told_from_today() {
        let today = day("2026-11-24");
        for (due, words) in [
            ("2026-11-24", "due today, 24 Nov 2026"),
            ("2026-11-25", "due tomorrow, 25 Nov 2026"),
            ("2026-11-27", "due 27 Nov 2026, in 3 days"),
            ("2027-11-27", "due 27 Nov 2027"),
            ("2026-11-23", "was due yesterday, 23 Nov 2026"),
            ("2026-11-14", "was due 14 Nov 2026, 10 days ago"),
        ] {
            assert_eq!(due_words(day(due), today), words);
        }
        assert_eq!(
            in_order(Some(today), Some(day("2026-11-23"))),
            Err(ProjectError::Backwards)
        );
        assert_eq!(in_order(Some(today), Some(today)), Ok(()));
    }

    proptest! {
        #[test]
        fn progress_is_full_only_when_all_is_done(done in 0u32..5000, all in 0u32..5000) {
            let percent = progress(Status::Active, Measure::Tasks { done, all });
            prop_assert_eq!(percent == 100, all > 0 && done >= all);
        }
    }
}
