//! What a client sees of time: hours by project and month, and each entry where the business shows them.

use std::collections::BTreeMap;

use askama::Template;
use serde::Deserialize;

use super::sums::month_words;
use crate::domain::time::Timestamp;
use crate::domain::time_log::{Shown, clock};
use crate::http::Error;
use crate::http::chrome::Chrome;
use crate::http::guard::{InQuery, Load, Timed, Viewer, Who};
use crate::http::page::{Answer, page as drawn};
use crate::http::paging::{Paging, address};
use crate::store::time_log::seen::{self, Reach, Seen, Setting, Total};
use crate::store::viewer::Asker;
use crate::store::{Results, Statement};

/// The query: a year of sums, and a page of entries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    year: String,
    #[serde(flatten)]
    paging: Paging,
}

impl Asked {
    fn year(&self) -> Option<i32> {
        let year = self.year.parse().ok();
        year.filter(|year| (1900..=9999).contains(year))
    }
}

/// A month with its projects.
struct Month {
    name: String,
    time: String,
    parts: Vec<(String, String)>,
}

/// An entry in words.
struct Row {
    day: String,
    iso: String,
    time: String,
    description: String,
    /// Project and task that the client may see.
    what: String,
    person: String,
    billable: bool,
    /// Where the invoice is, and its number.
    invoice: Option<(String, String)>,
}

/// A page of it.
pub(crate) struct Page {
    shown: Shown,
    year: Option<i32>,
    totals: Vec<Total>,
    reach: Reach,
    entries: Vec<Seen>,
    previous: String,
    next: String,
}

impl Load for Page {
    type Args = InQuery<Asked>;
    fn statements(InQuery(query): &Self::Args, asker: &Asker) -> Vec<Statement> {
        vec![
            seen::setting(asker),
            seen::totals(asker, query.year()),
            seen::reach(asker),
            seen::entries(asker, query.paging.cursor()),
        ]
    }
    fn read(
        InQuery(asked): Self::Args,
        results: &mut Results,
        _now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let setting: Option<Setting> = results.first()?;
        let totals = results.rows()?;
        let reach: Option<Reach> = results.first()?;
        let rows: Vec<Seen> = results.rows()?;
        let cut = asked.paging.cursor().cut(rows, |row| row.id);
        Ok(setting.zip(reach).map(|(setting, reach)| Self {
            shown: setting.time_shown,
            year: asked.year(),
            totals,
            reach,
            entries: cut.rows,
            previous: address("/time-logs", cut.previous),
            next: address("/time-logs", cut.next),
        }))
    }
}

#[derive(Template)]
#[template(path = "time_log/seen.html")]
struct SeenPage {
    chrome: Chrome<Who>,
    shown: Shown,
    period: String,
    total: String,
    months: Vec<Month>,
    /// Other years: address and name, and whether it is this one.
    years: Vec<(String, String, bool)>,
    rows: Vec<Row>,
    previous: String,
    next: String,
    is_empty: bool,
}

/// `GET /time-logs`
pub(crate) async fn page(viewer: Viewer<Timed, Page>) -> Answer {
    let Viewer {
        chrome, page: of, ..
    } = viewer;
    let me = &chrome.me;
    let rows = of
        .entries
        .into_iter()
        .map(|entry| Row::of(entry, me))
        .collect();
    let total = of.totals.iter().map(|total| total.minutes).sum();
    drawn(&SeenPage {
        shown: of.shown,
        period: of.year.map_or_else(
            || "The last twelve months".to_owned(),
            |year| year.to_string(),
        ),
        total: clock(total),
        months: months(of.totals, me.projects()),
        years: years(&of.reach, of.year),
        is_empty: of.reach.first.is_none(),
        rows,
        previous: of.previous,
        next: of.next,
        chrome,
    })
}

impl Row {
    fn of(entry: Seen, me: &Who) -> Self {
        let project = entry.project.filter(|_| me.projects());
        let task = entry.task.filter(|_| me.tasks());
        let named: Vec<String> = [project, task].into_iter().flatten().collect();
        let billed = entry.invoice_id.zip(entry.invoice);
        let invoice = billed.filter(|_| me.billing());
        Self {
            day: entry.day.words(),
            iso: entry.day.to_string(),
            time: clock(entry.minutes),
            description: entry.description,
            what: named.join(" · "),
            person: entry.person.unwrap_or_default(),
            billable: entry.billable != 0,
            invoice: invoice.map(|(id, number)| (format!("/billing/{id}"), number)),
        }
    }
}

/// What work without a project that the client may see is called.
const OTHER: &str = "Other work";

/// Months with their projects: the newest month first, by name, what has none at last. Names come where the
/// client may see projects.
fn months(totals: Vec<Total>, names: bool) -> Vec<Month> {
    // The key of a project sorts what has no name behind what has one.
    let mut months: BTreeMap<String, BTreeMap<(bool, String), i64>> = BTreeMap::new();
    for total in totals {
        let project = total.project.filter(|_| names);
        let key = (
            project.is_none(),
            project.unwrap_or_else(|| OTHER.to_owned()),
        );
        *months
            .entry(total.month)
            .or_default()
            .entry(key)
            .or_default() += total.minutes;
    }
    let month = |(month, parts): (String, BTreeMap<(bool, String), i64>)| Month {
        name: month_words(&month),
        time: clock(parts.values().sum()),
        parts: parts
            .into_iter()
            .map(|((_, name), minutes)| (name, clock(minutes)))
            .collect(),
    };
    months.into_iter().rev().map(month).collect()
}

/// The years that there is something in, where there is more than one, the newest first.
fn years(reach: &Reach, this: Option<i32>) -> Vec<(String, String, bool)> {
    let year = |month: &Option<String>| -> Option<i32> { month.as_deref()?.get(..4)?.parse().ok() };
    let (Some(first), Some(last)) = (year(&reach.first), year(&reach.last)) else {
        return Vec::new();
    };
    if first == last && this.is_none() {
        return Vec::new();
    }
    let link = |year: i32| {
        (
            format!("/time-logs?year={year}"),
            year.to_string(),
            this == Some(year),
        )
    };
    let newest = (
        "/time-logs".to_owned(),
        "Last twelve months".to_owned(),
        this.is_none(),
    );
    std::iter::once(newest)
        .chain((first.max(last - 19)..=last).rev().map(link))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_stand_newest_first_with_their_projects_by_name() {
        let total = |month: &str, project: Option<&str>, minutes| Total {
            month: month.to_owned(),
            project: project.map(str::to_owned),
            minutes,
        };
        let all = || {
            vec![
                total("2026-10", None, 20),
                total("2026-11", Some("Website"), 60),
                total("2026-11", None, 30),
                total("2026-11", Some("Care"), 15),
                total("2026-11", None, 30),
                total("2026-11", Some("Website"), 45),
            ]
        };
        let said = |names| -> Vec<String> {
            let month = |month: Month| {
                let parts = month
                    .parts
                    .iter()
                    .map(|(name, time)| format!("{name} {time}"));
                let parts: Vec<_> = parts.collect();
                format!("{} {}: {}", month.name, month.time, parts.join(", "))
            };
            months(all(), names).into_iter().map(month).collect()
        };
        assert_eq!(
            said(true),
            [
                "Nov 2026 3:00: Care 0:15, Website 1:45, Other work 1:00",
                "Oct 2026 0:20: Other work 0:20"
            ]
        );
        assert_eq!(
            said(false),
            [
                "Nov 2026 3:00: Other work 3:00",
                "Oct 2026 0:20: Other work 0:20"
            ]
        );
    }
}
