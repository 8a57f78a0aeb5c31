//! The fields of an entry: what for, when, how long, and at which rate.

use crate::domain::id::Id;
use crate::domain::money::{Currency, NumberError, UnitPrice};
use crate::domain::text::Line;
use crate::domain::time::Date;
use crate::domain::time_log::{Duration, TimeError};
use crate::http::Fields;
use crate::http::choices::on;
use crate::store::time_log::{Choice, Draft, Entry};

/// What the hint of a duration says.
pub(super) const HINT: &str =
    "1:30, 1.5h, 90m or 1h 30m. A number alone: hours up to 9, else minutes.";
/// The largest rate: a million an hour in most currencies, in hundredths of the minor unit.
const MOST: i64 = 1_000_000;

/// Something that time can be spent for, as an option of the list.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) value: String,
    pub(super) label: String,
    choice: Choice,
}

impl Target {
    /// An option; on a client's record without the client's name.
    pub(super) fn of(choice: Choice, on_record: bool) -> Self {
        let value = match (choice.task_id, choice.project_id) {
            (Some(task), _) => format!("t.{task}"),
            (None, Some(project)) => format!("p.{project}"),
            (None, None) => format!("c.{}", choice.client_id),
        };
        let parts = [
            (!on_record).then(|| choice.client.clone()),
            choice.project.clone(),
            choice.task.clone(),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let label = if parts.is_empty() {
            "No project".to_owned()
        } else {
            parts.join(" · ")
        };
        Self {
            value,
            label,
            choice,
        }
    }
    /// Who that is for, by name.
    pub(super) fn client(&self) -> &str {
        &self.choice.client
    }
}

/// What an entry is for, as the list says it.
pub(super) fn value_of<P, T>(
    client: impl ToString,
    project: Option<Id<P>>,
    task: Option<Id<T>>,
) -> String {
    match (task, project) {
        (Some(task), _) => format!("t.{task}"),
        (None, Some(project)) => format!("p.{project}"),
        (None, None) => format!("c.{}", client.to_string()),
    }
}

/// The form of an entry that is there.
pub(super) fn filled(of: &Entry) -> Fields {
    let rate = of.rate.zip(of.currency);
    let currency = of
        .currency
        .map_or_else(String::new, |currency| currency.to_string());
    Fields::filled([
        ("revision", of.revision.to_string()),
        ("what", value_of(of.client_id, of.project_id, of.task_id)),
        ("day", of.day.to_string()),
        (
            "time",
            Duration::new(of.minutes).map_or_else(|_odd| String::new(), |time| time.to_string()),
        ),
        ("description", of.description.clone()),
        (
            "billable",
            on(of.state != crate::domain::time_log::State::NotBillable),
        ),
        (
            "rate",
            rate.map_or_else(String::new, |(rate, currency)| rate.plain(currency)),
        ),
        ("currency", currency),
    ])
}

/// Reads all but the duration. `None`: something is told at its field.
pub(super) fn read(form: &mut Fields, targets: &[Target]) -> Option<(Draft, Target)> {
    let target = form.required("what", |text| {
        let found = targets.iter().find(|target| target.value == text);
        found.cloned().ok_or("Choose what this time was for.")
    });
    let day = form.required("day", Date::parse);
    let description = form.required("description", |text| Line::<300>::optional("note", text));
    let billable = form.checkbox("billable");
    let rate = rate(form, "rate", "currency");
    if form.has_errors() {
        return None;
    }
    let target = target?;
    let draft = Draft {
        client: target.choice.client_id,
        project: target.choice.project_id,
        task: target.choice.task_id,
        day: day?,
        description: description?.map_or_else(String::new, |text| text.as_str().to_owned()),
        billable,
        rate: rate?,
    };
    Some((draft, target))
}

/// Reads a rate of an hour with its currency; empty is none.
#[expect(
    clippy::option_option,
    reason = "outer: could it be read; inner: is it there"
)]
pub(crate) fn rate(
    form: &mut Fields,
    name: &str,
    currency: &str,
) -> Option<Option<(UnitPrice, Currency)>> {
    let chosen = form.optional(currency, Currency::parse)?;
    if form.text(name).trim().is_empty() && form.error(name).is_empty() {
        return Some(None);
    }
    let Some(chosen) = chosen else {
        form.refuse(currency, TimeError::Currency);
        return None;
    };
    let read = form.required(name, |text| -> Result<UnitPrice, String> {
        let said = |error: NumberError| {
            NumberError {
                what: "rate",
                ..error
            }
            .to_string()
        };
        let rate = UnitPrice::parse(text, chosen).map_err(said)?;
        let most = MOST * 10_i64.pow(chosen.exponent()) * UnitPrice::UNIT;
        if rate.raw() > most {
            return Err(TimeError::Rate.to_string());
        }
        Ok(rate)
    });
    read.map(|rate| Some((rate, chosen)))
}

/// Reads how long it took.
pub(super) fn duration(form: &mut Fields) -> Option<Duration> {
    form.required("time", Duration::parse)
}
