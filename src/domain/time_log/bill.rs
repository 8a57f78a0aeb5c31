//! Time as lines of an invoice: one for each entry, or one for each project and rate.
//!
//! The minutes of a line are added up first and become hours once ([`super::hours`]), so a third of an
//! hour three times in one line is an hour, and in three lines 0.9999.

use super::hours;
use crate::domain::invoice::line::{Line, Unit};
use crate::domain::invoice::tax::Tax;
use crate::domain::money::{NumberError, UnitPrice};
use crate::domain::time::Date;

/// An entry as a line needs it.
#[derive(Debug, Clone)]
pub struct Spent {
    /// When.
    pub day: Date,
    /// How long.
    pub minutes: u32,
    /// What was done; may be empty.
    pub description: String,
    /// For which project, by name.
    pub project: Option<String>,
    /// Of an hour.
    pub rate: UnitPrice,
}

/// What is a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Each entry.
    Entry,
    /// All of a project at one rate.
    Project,
}

impl Grouping {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Entry, Self::Project];
    /// The name that forms keep.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Project => "project",
        }
    }
    /// What the form says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Entry => "A line for each entry",
            Self::Project => "A line for each project",
        }
    }
    /// The one of that name.
    pub fn parse(name: &str) -> Result<Self, &'static str> {
        Self::ALL
            .into_iter()
            .find(|grouping| grouping.as_str() == name)
            .ok_or("Choose how the lines are made.")
    }
}

/// What time without a project is called.
const OTHER: &str = "Work";
/// Characters of a line.
const MOST: usize = 300;

/// The lines, in the order of the entries.
pub fn lines(spent: &[Spent], grouping: Grouping, tax: Tax) -> Result<Vec<Line>, NumberError> {
    let mut groups: Vec<(&Spent, i64, Date, Date)> = Vec::new();
    for entry in spent {
        let minutes = i64::from(entry.minutes);
        let same = groups.iter_mut().find(|(first, ..)| {
            grouping == Grouping::Project
                && first.project == entry.project
                && first.rate == entry.rate
        });
        match same {
            Some((_, sum, from, to)) => {
                *sum += minutes;
                *from = entry.day.min(*from);
                *to = entry.day.max(*to);
            }
            None => groups.push((entry, minutes, entry.day, entry.day)),
        }
    }
    groups
        .into_iter()
        .map(|(entry, minutes, from, to)| {
            let project = entry.project.as_deref().unwrap_or(OTHER);
            let text = match grouping {
                Grouping::Entry if entry.description.is_empty() => {
                    format!("{}: {project}", from.words())
                }
                Grouping::Entry => format!("{}: {}", from.words(), entry.description),
                Grouping::Project if from == to => format!("{project}, {}", from.words()),
                Grouping::Project => format!("{project}, {} to {}", from.words(), to.words()),
            };
            let description = Line::description(&cut(&text)).map_err(|_odd| NumberError {
                what: "description",
                why: crate::domain::money::Why::Shape,
            })?;
            Ok(Line {
                description,
                quantity: hours(minutes)?,
                unit: Unit::Hour,
                unit_price: entry.rate,
                discount: None,
                tax,
            })
        })
        .collect()
}

/// As much of a text as fits on a line.
fn cut(text: &str) -> String {
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(MOST - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(day: &str, minutes: u32, description: &str, project: &str, rate: i64) -> Spent {
        Spent {
            day: Date::parse(day).unwrap(),
            minutes,
            description: description.to_owned(),
            project: (!project.is_empty()).then(|| project.to_owned()),
            rate: UnitPrice::new(rate).unwrap(),
        }
    }

    fn words(spent: &[Spent], grouping: Grouping) -> Vec<String> {
        let lines = lines(spent, grouping, Tax::NONE).unwrap();
        let word =
            |line: &Line| format!("{} × {}", line.description.as_str(), line.quantity_words());
        lines.iter().map(word).collect()
    }

    #[test]
    fn a_line_for_each_entry_or_for_each_project_and_rate() {
        let all = [
            spent("2026-11-03", 20, "Call", "Website", 900_000),
            spent("2026-11-02", 20, "", "Website", 900_000),
            spent("2026-11-09", 20, "Travel", "Website", 450_000),
            spent("2026-11-05", 90, "", "", 900_000),
            spent("2026-11-04", 20, "Mail", "Website", 900_000),
        ];
        assert_eq!(
            words(&all, Grouping::Entry),
            [
                "3 Nov 2026: Call × 0.3333\u{a0}h",
                "2 Nov 2026: Website × 0.3333\u{a0}h",
                "9 Nov 2026: Travel × 0.3333\u{a0}h",
                "5 Nov 2026: Work × 1.5\u{a0}h",
                "4 Nov 2026: Mail × 0.3333\u{a0}h",
            ]
        );
        assert_eq!(
            words(&all, Grouping::Project),
            [
                "Website, 2 Nov 2026 to 4 Nov 2026 × 1\u{a0}h",
                "Website, 9 Nov 2026 × 0.3333\u{a0}h",
                "Work, 5 Nov 2026 × 1.5\u{a0}h",
            ]
        );
        assert_eq!(lines(&[], Grouping::Entry, Tax::NONE), Ok(vec![]));
    }

    #[test]
    fn a_long_note_is_cut_to_the_line() {
        let long = [spent("2026-11-03", 5, &"é".repeat(400), "", 1)];
        let lines = lines(&long, Grouping::Entry, Tax::NONE).unwrap();
        assert_eq!(lines[0].description.as_str().chars().count(), 300);
        assert_eq!(Grouping::parse("project"), Ok(Grouping::Project));
        assert!(Grouping::parse("week").is_err());
    }
}
