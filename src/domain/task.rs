//! Tasks: what state one is in, what is asked of the client, and what they answered.

use serde::{Deserialize, Serialize};

/// The state of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not begun.
    Open,
    /// Somebody is at it.
    Doing,
    /// Done.
    Done,
    /// Given up.
    Cancelled,
}

impl Status {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Doing, Self::Done, Self::Cancelled];
    /// The name that D1 and forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Doing => "doing",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Doing => "In progress",
            Self::Done => "Done",
            Self::Cancelled => "Cancelled",
        }
    }
    /// The tone of its badge.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Open | Self::Cancelled => "mute",
            Self::Doing => "info",
            Self::Done => "ok",
        }
    }
    /// Whether nothing more happens.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
    /// The one door for text.
    pub fn parse(name: &str) -> Result<Self, TaskError> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == name)
            .ok_or(TaskError::Status)
    }
}

/// Why something about a task is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// A state that is none.
    #[error("Choose one of the states.")]
    Status,
    /// Nothing that can be asked.
    #[error("Choose what you ask of the client.")]
    Asks,
    /// Asked for what is not seen.
    #[error(
        "A client can only be asked about what they see. Tick this, or ask nothing of the client."
    )]
    Unseen,
    /// Not 0 to 9999.
    #[error("Enter a whole number from 0 to 9999.")]
    Position,
    /// Nothing that can be answered.
    #[error("Choose one of the answers.")]
    Answer,
    /// Changes wanted, and none told.
    #[error("Say what should be different, so that we can change it.")]
    Speechless,
}

/// What is asked of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asks {
    /// To do it and say so.
    Complete,
    /// To approve what was done.
    Approve,
}

impl Asks {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Complete, Self::Approve];
    /// The name that D1 and forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Approve => "approve",
        }
    }
    /// What staff call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Complete => "To complete it",
            Self::Approve => "To approve it",
        }
    }
    /// What the client reads.
    pub const fn request(self) -> &'static str {
        match self {
            Self::Complete => "Please do this, then press Complete.",
            Self::Approve => "Please look at this and approve it, or ask for changes.",
        }
    }
    /// What a form says: empty asks nothing.
    pub fn parse(name: &str) -> Result<Option<Self>, TaskError> {
        match name {
            "" => Ok(None),
            name => Self::ALL
                .into_iter()
                .find(|asks| asks.as_str() == name)
                .map(Some)
                .ok_or(TaskError::Asks),
        }
    }
}

/// What the client answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It is done.
    Completed,
    /// It is good.
    Approved,
    /// It should be different.
    Changes,
}

impl Answer {
    /// The name that D1 and forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Approved => "approved",
            Self::Changes => "changes",
        }
    }
    /// In a list.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Completed => "Completed by the client",
            Self::Approved => "Approved by the client",
            Self::Changes => "The client asks for changes",
        }
    }
    /// The state of the task after it; nothing where it stays.
    pub const fn closes(self) -> bool {
        matches!(self, Self::Completed | Self::Approved)
    }
    /// An answer to what was asked, with a note: what is to be changed has to be said.
    pub fn to(asks: Asks, name: &str, note: Option<&str>) -> Result<Self, TaskError> {
        match (asks, name, note) {
            (Asks::Complete, "completed", _) => Ok(Self::Completed),
            (Asks::Approve, "approved", _) => Ok(Self::Approved),
            (Asks::Approve, "changes", Some(_)) => Ok(Self::Changes),
            (Asks::Approve, "changes", None) => Err(TaskError::Speechless),
            _ => Err(TaskError::Answer),
        }
    }
}

/// Whether what is asked can be.
pub const fn can_ask(asks: Option<Asks>, visible: bool) -> Result<(), TaskError> {
    if asks.is_some() && !visible {
        Err(TaskError::Unseen)
    } else {
        Ok(())
    }
}

/// Reads a place in the list: lower ones stand first.
pub fn parse_position(raw: &str) -> Result<u32, TaskError> {
    let text = raw.trim();
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or(TaskError::Position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_fits_what_was_asked() {
        use Asks::{Approve, Complete};
        let note = Some("The blue is too dark.");
        assert_eq!(
            Answer::to(Complete, "completed", None),
            Ok(Answer::Completed)
        );
        assert_eq!(Answer::to(Approve, "approved", note), Ok(Answer::Approved));
        assert_eq!(Answer::to(Approve, "changes", note), Ok(Answer::Changes));
        assert_eq!(
            Answer::to(Approve, "changes", None),
            Err(TaskError::Speechless)
        );
        for (asks, name) in [
            (Complete, "approved"),
            (Complete, "changes"),
            (Approve, "completed"),
            (Approve, ""),
        ] {
            assert_eq!(Answer::to(asks, name, note), Err(TaskError::Answer));
        }
        assert!(Answer::Approved.closes() && !Answer::Changes.closes());
    }

    #[test]
    fn nobody_is_asked_about_what_they_do_not_see() {
        assert_eq!(can_ask(Some(Asks::Approve), false), Err(TaskError::Unseen));
        assert_eq!(can_ask(None, false), Ok(()));
        assert_eq!(can_ask(Some(Asks::Complete), true), Ok(()));
        assert_eq!(Asks::parse(""), Ok(None));
        assert_eq!(Asks::parse("approve"), Ok(Some(Asks::Approve)));
        assert_eq!(Asks::parse("beg"), Err(TaskError::Asks));
    }

    #[test]
    fn places_are_small_numbers() {
        assert_eq!(parse_position(" 20 "), Ok(20));
        for bad in ["", "-1", "10000", "1.5", "x", "+4"] {
            assert_eq!(parse_position(bad), Err(TaskError::Position), "{bad}");
        }
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Ok(status));
        }
        assert_eq!(Status::parse("gone"), Err(TaskError::Status));
    }
}
