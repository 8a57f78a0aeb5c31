//! The hours that a project may take, and how many of them are used. Billable time counts.

use super::{TimeError, clock, decimal_hours, whole};

/// The most, in minutes.
const MOST: u32 = 100_000 * 60;

/// Reads a budget: hours, in minutes. "40", "12.5", "12:30".
pub fn parse(raw: &str) -> Result<u32, TimeError> {
    let text = raw.trim().trim_end_matches(['h', 'H']).trim_end();
    let minutes = match text.split_once(':') {
        Some((hours, minutes)) => match (whole(hours), whole(minutes)) {
            (Ok(hours), Ok(minutes @ 0..=59)) => Ok(hours * 60 + minutes),
            _ => Err(TimeError::Budget),
        },
        None => decimal_hours(text),
    };
    match minutes.map(u32::try_from) {
        Ok(Ok(minutes @ 1..=MOST)) => Ok(minutes),
        _ => Err(TimeError::Budget),
    }
}

/// How much of a budget is used, in whole percent: never 100 before all is, and never more.
pub fn percent(used: i64, budget: u32) -> u8 {
    let percent = used.max(0).saturating_mul(100) / i64::from(budget.max(1));
    u8::try_from(percent.min(100)).unwrap_or(100)
}

/// "12:30 of 40:00 hours are used", "… are used, 4:00 over the budget".
pub fn words(used: i64, budget: u32) -> String {
    let budget = i64::from(budget);
    let said = format!("{} of {} hours are used", clock(used), clock(budget));
    if used > budget {
        format!("{said}, {} over the budget", clock(used - budget))
    } else {
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_are_hours() {
        for (typed, minutes) in [("40", 2400), ("12.5 h", 750), ("12:30", 750), ("0,5", 30)] {
            assert_eq!(parse(typed), Ok(minutes), "{typed}");
        }
        for bad in ["", "0", "-1", "x", "1:60", "100001", "1.1.1"] {
            assert_eq!(parse(bad), Err(TimeError::Budget), "{bad}");
        }
    }

    #[test]
    fn what_is_used_is_told() {
        assert_eq!((percent(2399, 2400), percent(2400, 2400)), (99, 100));
        assert_eq!((percent(9999, 2400), percent(0, 2400)), (100, 0));
        assert_eq!(words(750, 2400), "12:30 of 40:00 hours are used");
        assert_eq!(
            words(2640, 2400),
            "44:00 of 40:00 hours are used, 4:00 over the budget"
        );
    }
}
