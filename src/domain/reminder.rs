//! Which reminder an invoice is due today, if any.
//!
//! A stage is a day counted from the due date: before it, on it, or after it. Each goes out once
//! per invoice. Only the latest stage that has come counts, and only for [`GRACE`] days: so a cron
//! that slept for a day loses nothing, and switching reminders on does not send a heap of mails about
//! invoices that are long overdue. A stage whose day was past when the invoice was sent is left out.

use super::invoice::{State, View};
use super::time::Date;
use crate::domain::door::through;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::BTreeSet, fmt};

/// For so many days after its day a stage is still sent.
pub const GRACE: i64 = 3;
/// Reminders leave from this hour of the business's day on.
pub const FROM_HOUR: i64 = 8;

/// Why stages are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StageError {
    /// Not a list of days, or too far away.
    #[error("Please enter days from 60 before to 365 after the due date, like -7, 0, 14.")]
    Days,
    /// More than there is use for.
    #[error("Please use at most {} reminders.", Plan::MOST)]
    TooMany,
}

/// A day counted from the due date: −7 is a week before, 0 the day itself, 14 two weeks after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stage(i16);

impl Stage {
    /// The door for numbers: 60 before to 365 after.
    pub fn new(days: i64) -> Result<Self, StageError> {
        match i16::try_from(days) {
            Ok(days @ -60..=365) => Ok(Self(days)),
            Ok(_) | Err(_) => Err(StageError::Days),
        }
    }
    /// Days from the due date.
    pub const fn days(self) -> i64 {
        self.0 as i64
    }
    /// The day of an invoice due on `due_on`.
    pub fn day(self, due_on: Date) -> Date {
        due_on.plus_days(self.days())
    }
    /// What stands in D1 for "sent": "before-7", "due", "after-14".
    pub fn key(self) -> String {
        match self.0 {
            0 => "due".to_owned(),
            n @ ..0 => format!("before-{}", n.unsigned_abs()),
            n => format!("after-{n}"),
        }
    }
    /// Which of the three texts it uses.
    pub const fn tone(self) -> StageTone {
        match self.0 {
            ..0 => StageTone::Before,
            0 => StageTone::OnDue,
            _ => StageTone::After,
        }
    }
}

/// "7 days before the due date".
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.unsigned_abs();
        let s = if days == 1 { "" } else { "s" };
        match self.tone() {
            StageTone::Before => write!(f, "{days} day{s} before the due date"),
            StageTone::OnDue => f.write_str("on the due date"),
            StageTone::After => write!(f, "{days} day{s} after the due date"),
        }
    }
}

/// Which text a reminder uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StageTone {
    /// It will be due.
    Before,
    /// It is due today.
    OnDue,
    /// It is late.
    After,
}

impl StageTone {
    /// All of them, by time.
    pub const ALL: [Self; 3] = [Self::Before, Self::OnDue, Self::After];
    /// The one that fits an invoice due on `due_on`.
    pub fn on(due_on: Date, today: Date) -> Self {
        match today.cmp(&due_on) {
            std::cmp::Ordering::Less => Self::Before,
            std::cmp::Ordering::Equal => Self::OnDue,
            std::cmp::Ordering::Greater => Self::After,
        }
    }
}

/// What stands in D1 for a reminder that staff sent on that day: one a day.
pub fn by_hand(today: Date) -> String {
    format!("by-hand-{today}")
}

/// A stage as D1 keeps it, in words: "3 days before the due date", "by hand".
pub fn words(key: &str) -> String {
    let days = |text: &str| {
        text.parse()
            .ok()
            .and_then(|days: i64| Stage::new(days).ok())
    };
    let stage = match key.split_once('-') {
        None if key == "due" => Stage::new(0).ok(),
        Some(("before", n)) => days(&format!("-{n}")),
        Some(("after", n)) => days(n),
        _ => None,
    };
    stage.map_or_else(|| "by hand".to_owned(), |stage| stage.to_string())
}

/// Why nobody is reminded of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Nothing is to be paid on this invoice now, so there is nothing to remind of.")]
pub struct NothingAsked;

/// May staff remind of it by hand?
pub fn decide_remind(view: &View) -> Result<(), NothingAsked> {
    if asks(view) {
        Ok(())
    } else {
        Err(NothingAsked)
    }
}

/// Whether somebody owes it and nothing is under way.
fn asks(view: &View) -> bool {
    let owes = matches!(
        view.state,
        State::Outstanding | State::Overdue | State::PartiallyPaid
    );
    owes && !view.processing && view.due.is_positive()
}

/// Why days are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Please write days from 1 to {0} with commas between them, like 7, 14.")]
pub struct DaysError(i64);

/// Days on one side of the due date, as a form says them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Days(Vec<i64>);

impl Days {
    /// The door for those before it: 1 to 60.
    pub fn before(raw: &str) -> Result<Self, DaysError> {
        Self::parse(raw, 60)
    }
    /// The door for those after it: 1 to 365.
    pub fn after(raw: &str) -> Result<Self, DaysError> {
        Self::parse(raw, 365)
    }
    fn parse(raw: &str, most: i64) -> Result<Self, DaysError> {
        let parts = raw.split([',', ';', ' ']).map(str::trim);
        let days = parts.filter(|part| !part.is_empty()).map(|part| {
            let plain = part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
            let days: Option<i64> = plain.then(|| part.parse().ok()).flatten();
            days.filter(|days| (1..=most).contains(days))
        });
        days.collect::<Option<Vec<_>>>()
            .map(Self)
            .ok_or(DaysError(most))
    }
}

/// The stages that a business uses; none: it reminds nobody. In D1 and forms: "-3,0,7".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan(BTreeSet<Stage>);

impl Plan {
    /// The most stages.
    pub const MOST: usize = 10;

    /// The door for text: whole numbers with commas, spaces ignored; empty for none.
    pub fn parse(raw: &str) -> Result<Self, StageError> {
        let mut stages = BTreeSet::new();
        for part in raw.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let days: i64 = part
                .replace('\u{2212}', "-")
                .parse()
                .map_err(|_| StageError::Days)?;
            stages.insert(Stage::new(days)?);
            if stages.len() > Self::MOST {
                return Err(StageError::TooMany);
            }
        }
        Ok(Self(stages))
    }
    /// Of days before, on and after the due date.
    pub fn of(before: &Days, on_due: bool, after: &Days) -> Result<Self, StageError> {
        let days = before.0.iter().map(|days| -days);
        let days = days
            .chain(on_due.then_some(0))
            .chain(after.0.iter().copied());
        let stages = days.map(Stage::new).collect::<Result<BTreeSet<_>, _>>()?;
        if stages.len() > Self::MOST {
            return Err(StageError::TooMany);
        }
        Ok(Self(stages))
    }
    /// The days before the due date, the farthest first, as a form shows them: "7, 1".
    pub fn before(&self) -> String {
        let days = self.stages().map(Stage::days).filter(|days| *days < 0);
        listed(days.map(i64::abs))
    }
    /// Whether the due date itself is among them.
    pub fn on_due(&self) -> bool {
        self.stages().any(|stage| stage.days() == 0)
    }
    /// The days after the due date: "7, 14".
    pub fn after(&self) -> String {
        listed(self.stages().map(Stage::days).filter(|days| *days > 0))
    }
    /// The stages in their order.
    pub fn stages(&self) -> impl Iterator<Item = Stage> + '_ {
        self.0.iter().copied()
    }
    /// The due dates of the invoices that one of the stages concerns today: first and last. Cron
    /// looks at no others.
    pub fn window(&self, today: Date) -> Option<(Date, Date)> {
        let (first, last) = (self.0.first()?, self.0.last()?);
        Some((
            today.plus_days(-last.days() - GRACE),
            today.plus_days(-first.days()),
        ))
    }

    /// The stage that an invoice is due today, if it was not sent. `view` says what it is today.
    pub fn due(
        &self,
        view: &View,
        issued_on: Date,
        due_on: Date,
        today: Date,
        sent: impl Fn(Stage) -> bool,
    ) -> Option<Stage> {
        if !asks(view) {
            return None;
        }
        let come = self.0.iter().rev().find(|s| s.day(due_on) <= today)?;
        let day = come.day(due_on);
        let fresh = today.days_since(day) <= GRACE && day > issued_on;
        (fresh && !sent(*come)).then_some(*come)
    }
}

fn listed(days: impl Iterator<Item = i64>) -> String {
    let days: Vec<String> = days.map(|days| days.to_string()).collect();
    days.join(", ")
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<String> = self.stages().map(|s| s.days().to_string()).collect();
        f.write_str(&days.join(","))
    }
}
impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Plan {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        through(d, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Currency, Money};

    fn day(raw: &str) -> Date {
        Date::parse(raw).unwrap()
    }
    fn view(state: State) -> View {
        let eur = |minor| Money::new(minor, Currency::EUR).unwrap();
        View {
            state,
            net: eur(0),
            due: if state.asks() { eur(100) } else { eur(0) },
            credit: eur(0),
            processing: state == State::Processing,
            payable: state.asks(),
        }
    }
    fn due(plan: &str, today: &str, sent: &[i64]) -> Option<i64> {
        let plan = Plan::parse(plan).unwrap();
        let sent = |s: Stage| sent.contains(&s.days());
        let view = view(State::Outstanding);
        plan.due(
            &view,
            day("2026-11-01"),
            day("2026-11-15"),
            day(today),
            sent,
        )
        .map(Stage::days)
    }

    #[test]
    fn the_latest_stage_that_has_come_goes_out_once() {
        let plan = "-3,0,7,14";
        assert_eq!(due(plan, "2026-11-11", &[]), None);
        assert_eq!(due(plan, "2026-11-12", &[]), Some(-3));
        assert_eq!(due(plan, "2026-11-12", &[-3]), None);
        assert_eq!(due(plan, "2026-11-14", &[]), Some(-3), "cron slept");
        assert_eq!(due(plan, "2026-11-15", &[-3]), Some(0));
        assert_eq!(
            due(plan, "2026-11-15", &[]),
            Some(0),
            "the earlier one is past"
        );
        assert_eq!(due(plan, "2026-11-22", &[0]), Some(7));
        assert_eq!(due(plan, "2026-11-26", &[]), None, "too late for it");
        assert_eq!(due(plan, "2027-06-01", &[]), None, "long overdue");
        assert_eq!(due("", "2026-11-15", &[]), None);
        assert_eq!(due("-14", "2026-11-01", &[]), None, "sent on that very day");
        assert_eq!(due("-20", "2026-11-01", &[]), None);
    }

    #[test]
    fn only_who_owes_is_reminded() {
        let plan = Plan::parse("0").unwrap();
        let today = day("2026-11-15");
        for state in State::ALL {
            let found = plan.due(&view(state), day("2026-11-01"), today, today, |_| false);
            let owes = matches!(
                state,
                State::Outstanding | State::Overdue | State::PartiallyPaid
            );
            assert_eq!(found.is_some(), owes, "{state:?}");
        }
        let coming = View {
            processing: true,
            ..view(State::PartiallyPaid)
        };
        assert_eq!(
            plan.due(&coming, day("2026-11-01"), today, today, |_| false),
            None
        );
    }

    #[test]
    fn plans_are_read_and_written() {
        let plan = Plan::parse(" 14, -3,0 ,0,").unwrap();
        assert_eq!(plan.to_string(), "-3,0,14");
        assert_eq!(Plan::parse(&plan.to_string()), Ok(plan.clone()));
        let words: Vec<_> = plan.stages().map(|s| s.to_string()).collect();
        assert_eq!(
            words,
            [
                "3 days before the due date",
                "on the due date",
                "14 days after the due date"
            ]
        );
        let keys: Vec<_> = plan.stages().map(Stage::key).collect();
        assert_eq!(keys, ["before-3", "due", "after-14"]);
        for bad in ["x", "1.5", "366", "-61", "99999999999999999999"] {
            assert_eq!(Plan::parse(bad), Err(StageError::Days), "{bad}");
        }
        assert_eq!(
            Plan::parse("0,1,2,3,4,5,6,7,8,9,10"),
            Err(StageError::TooMany)
        );
    }

    #[test]
    fn a_form_says_days_on_either_side() {
        let days = |before, on, after| {
            let (before, after) = (Days::before(before).unwrap(), Days::after(after).unwrap());
            Plan::of(&before, on, &after)
        };
        let plan = days(" 7, 1 ", true, "14;30,14,").unwrap();
        assert_eq!(plan.to_string(), "-7,-1,0,14,30");
        assert_eq!(
            (plan.before().as_str(), plan.on_due(), plan.after().as_str()),
            ("7, 1", true, "14, 30")
        );
        assert_eq!(days("", false, "").unwrap(), Plan::default());
        assert_eq!(
            days("1,2,3,4,5", true, "1,2,3,4,5"),
            Err(StageError::TooMany)
        );
        for bad in ["0", "-1", "61", "x", "1.5", "+3", "9999"] {
            assert_eq!(Days::before(bad), Err(DaysError(60)), "{bad}");
        }
        assert!(Days::after("365").is_ok() && Days::after("366").is_err());
    }

    #[test]
    fn stages_are_told_in_words_and_by_hand_is_once_a_day() {
        for days in [-60, -1, 0, 1, 14, 365] {
            let stage = Stage::new(days).unwrap();
            assert_eq!(words(&stage.key()), stage.to_string());
        }
        assert_eq!(by_hand(day("2026-11-24")), "by-hand-2026-11-24");
        assert_eq!(words("by-hand-2026-11-24"), "by hand");
        let on = |today| StageTone::on(day("2026-11-15"), day(today));
        assert_eq!(
            ["2026-11-14", "2026-11-15", "2026-11-16"].map(on),
            StageTone::ALL
        );
        for state in State::ALL {
            let owes = matches!(
                state,
                State::Outstanding | State::Overdue | State::PartiallyPaid
            );
            assert_eq!(decide_remind(&view(state)).is_ok(), owes, "{state:?}");
        }
    }

    #[test]
    fn the_window_holds_every_invoice_that_is_due_a_stage() {
        let plan = Plan::parse("-3,0,14").unwrap();
        let today = day("2026-11-24");
        let (first, last) = plan.window(today).unwrap();
        for offset in -40..40 {
            let due_on = today.plus_days(offset);
            let found = plan.due(
                &view(State::Outstanding),
                day("2026-01-01"),
                due_on,
                today,
                |_| false,
            );
            assert!(
                found.is_none() || (first <= due_on && due_on <= last),
                "{offset}"
            );
        }
        assert_eq!(Plan::default().window(today), None);
    }
}
