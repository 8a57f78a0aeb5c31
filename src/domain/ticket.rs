//! Support tickets: in what state one is, who it waits for, and what a word of either side does to it.
//!
//! New → Open → Waiting on client → Resolved → Closed. What a client says opens a ticket again; what
//! they say on a closed one makes a new one that follows it, see [`Status::after_client`]. The store
//! says the same in SQL, because the state may have moved between the page and the press.

use serde::{Deserialize, Serialize};

use super::text::{Line, TextError};

/// The state of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody of the business has said anything yet.
    New,
    /// It is the business's turn.
    Open,
    /// It is the client's turn.
    Waiting,
    /// Done, unless the client says otherwise.
    Resolved,
    /// Over.
    Closed,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::Open,
        Self::Waiting,
        Self::Resolved,
        Self::Closed,
    ];
    /// The name that D1 and forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }
    /// What staff call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Open => "Open",
            Self::Waiting => "Waiting on client",
            Self::Resolved => "Resolved",
            Self::Closed => "Closed",
        }
    }
    /// What the client reads.
    pub const fn client_label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting for you",
            other => other.label(),
        }
    }
    /// The tone of its badge, for staff.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::New => "warn",
            Self::Open => "info",
            Self::Resolved => "ok",
            Self::Waiting | Self::Closed => "mute",
        }
    }
    /// The same for the client.
    pub const fn client_tone(self) -> &'static str {
        match self {
            Self::Waiting => "warn",
            Self::New | Self::Open => "info",
            Self::Resolved => "ok",
            Self::Closed => "mute",
        }
    }
    /// Whether somebody still has to do something.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::Waiting)
    }
    /// Whether it is the business's turn.
    pub const fn waits_for_staff(self) -> bool {
        matches!(self, Self::New | Self::Open)
    }
    /// The state after the client said something; `None`: a new ticket follows this one.
    pub const fn after_client(self) -> Option<Self> {
        match self {
            Self::New => Some(Self::New),
            Self::Open | Self::Waiting | Self::Resolved => Some(Self::Open),
            Self::Closed => None,
        }
    }
    /// What staff may put it into by a press: of an open one, that it is done or over; of one that is
    /// not open, that it is open again.
    pub fn moves(self) -> &'static [Self] {
        match self {
            Self::New | Self::Open | Self::Waiting => &[Self::Resolved, Self::Closed],
            Self::Resolved => &[Self::Open, Self::Closed],
            Self::Closed => &[Self::Open],
        }
    }
    /// The one door for text.
    pub fn parse(name: &str) -> Result<Self, TicketError> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == name)
            .ok_or(TicketError::Status)
    }
}

/// What an answer of staff leaves the ticket in.
pub const AFTER_ANSWER: [Status; 3] = [Status::Waiting, Status::Resolved, Status::Open];

/// Reads what an answer leaves the ticket in.
pub fn after_answer(name: &str) -> Result<Status, TicketError> {
    AFTER_ANSWER
        .into_iter()
        .find(|status| status.as_str() == name)
        .ok_or(TicketError::Status)
}

/// How urgent a ticket is, for staff alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// When there is time.
    Low,
    /// As they come.
    Normal,
    /// Before others.
    High,
    /// At once.
    Urgent,
}

impl Priority {
    /// Every one, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::High, Self::Normal, Self::Low];
    /// The name that D1 and forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Normal => "Normal",
            Self::High => "High",
            Self::Urgent => "Urgent",
        }
    }
    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Low | Self::Normal => "mute",
            Self::High => "warn",
            Self::Urgent => "bad",
        }
    }
    /// Whether lists say so.
    pub const fn is_told(self) -> bool {
        !matches!(self, Self::Normal)
    }
    /// The one door for text.
    pub fn parse(name: &str) -> Result<Self, TicketError> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.as_str() == name)
            .ok_or(TicketError::Priority)
    }
}

/// Why something about a ticket is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// A state that is none, or not one from here.
    #[error("Choose one of the states.")]
    Status,
    /// No such priority.
    #[error("Choose one of the priorities.")]
    Priority,
    /// Not one of the list.
    #[error("Choose one of the categories.")]
    Category,
    /// A category that is too long or odd.
    #[error("{0}")]
    Name(#[from] TextError),
    /// The same one twice.
    #[error("“{0}” stands here twice. Please remove one of them.")]
    Twice(String),
    /// Too many of them.
    #[error(
        "Please keep to {} categories, so that people find theirs.",
        Categories::MOST
    )]
    Many,
    /// Not 1 to 90.
    #[error("Enter a number of days from 1 to 90.")]
    CloseDays,
}

/// The categories that the business offers, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Categories(Vec<Line<60>>);

impl Categories {
    /// How many there may be.
    pub const MOST: usize = 20;

    /// Reads them, one a line; blank lines are passed over.
    pub fn parse(raw: &str) -> Result<Self, TicketError> {
        let mut all: Vec<Line<60>> = Vec::new();
        for line in raw.lines() {
            let Some(category) = Line::optional("category", line)? else {
                continue;
            };
            let same = |other: &Line<60>| {
                other.as_str().to_lowercase() == category.as_str().to_lowercase()
            };
            if all.iter().any(same) {
                return Err(TicketError::Twice(category.as_str().to_owned()));
            }
            all.push(category);
        }
        if all.len() > Self::MOST {
            return Err(TicketError::Many);
        }
        Ok(Self(all))
    }
    /// They, one a line.
    pub fn lines(&self) -> String {
        let all: Vec<&str> = self.iter().collect();
        all.join("\n")
    }
    /// They, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Line::as_str)
    }
    /// What a form chose: one of them, what the ticket has already, or none.
    pub fn choose(&self, typed: &str, has: &str) -> Result<String, TicketError> {
        if typed.is_empty() || typed == has || self.iter().any(|one| one == typed) {
            Ok(typed.to_owned())
        } else {
            Err(TicketError::Category)
        }
    }
}

/// How many days a resolved ticket stays open to a reply before it is closed: 1 to 90.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CloseDays(u8);

impl CloseDays {
    /// The door for a form's text.
    pub fn parse(raw: &str) -> Result<Self, TicketError> {
        let text = raw.trim();
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(days @ 1..=90) if plain => Ok(Self(days)),
            _ => Err(TicketError::CloseDays),
        }
    }
    /// The number.
    pub const fn days(self) -> i64 {
        self.0 as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_client_opens_a_ticket_again_and_follows_a_closed_one() {
        use Status::{Closed, New, Open, Resolved, Waiting};
        for (before, after) in [
            (New, Some(New)),
            (Open, Some(Open)),
            (Waiting, Some(Open)),
            (Resolved, Some(Open)),
            (Closed, None),
        ] {
            assert_eq!(before.after_client(), after, "{before:?}");
        }
        assert!(Status::ALL.iter().all(|s| !s.moves().contains(s)));
        assert!(
            Status::ALL
                .iter()
                .all(|s| !s.waits_for_staff() || s.is_open())
        );
    }

    #[test]
    fn names_are_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Ok(status));
        }
        for priority in Priority::ALL {
            assert_eq!(Priority::parse(priority.as_str()), Ok(priority));
        }
        assert_eq!(Status::parse("gone"), Err(TicketError::Status));
        assert_eq!(after_answer("resolved"), Ok(Status::Resolved));
        assert_eq!(after_answer("closed"), Err(TicketError::Status));
        assert_eq!(Status::Waiting.client_label(), "Waiting for you");
    }

    #[test]
    fn categories_are_lines_without_repeats() {
        let some = Categories::parse(" Question \n\nBilling\r\n").unwrap();
        assert_eq!(some.iter().collect::<Vec<_>>(), ["Question", "Billing"]);
        assert_eq!(some.lines(), "Question\nBilling");
        assert_eq!(Categories::parse(" \n"), Ok(Categories::default()));
        assert_eq!(
            Categories::parse("A\na"),
            Err(TicketError::Twice("a".to_owned()))
        );
        let many: Vec<String> = (0..21).map(|n| format!("c{n}")).collect();
        assert_eq!(Categories::parse(&many.join("\n")), Err(TicketError::Many));
        assert!(Categories::parse(&"x".repeat(61)).is_err());
        assert_eq!(some.choose("Billing", ""), Ok("Billing".to_owned()));
        assert_eq!(some.choose("Old", "Old"), Ok("Old".to_owned()));
        assert_eq!(some.choose("", "Old"), Ok(String::new()));
        assert_eq!(some.choose("Other", ""), Err(TicketError::Category));
    }

    #[test]
    fn days_are_one_to_ninety() {
        assert_eq!(CloseDays::parse(" 14 ").unwrap().days(), 14);
        for bad in ["", "0", "91", "-1", "7.5", "+7", "100", "seven"] {
            assert_eq!(CloseDays::parse(bad), Err(TicketError::CloseDays), "{bad}");
        }
    }
}
