//! Portal Permissions: the business's defaults, what differs for a client, what is off for a contact.
//!
//! Each page is a form of boxes that end in Save Permissions. A box that is not ticked sends nothing,
//! so each form says in `shown` which modules it showed, and in `revision` what it was drawn from:
//! of two people at one page the second is told what the first one saved.

mod business;
mod client;
mod contact;

pub(crate) use business::{form as defaults, save as save_defaults};
pub(crate) use client::{form as of_client, save as save_client};
pub(crate) use contact::{form as of_contact, save as save_contact};

use super::Fields;
use crate::domain::module::{Module, Modules, UnknownModules};

/// What a box that is not ticked is filled in with.
const OFF: &str = "off";

/// How a box is filled in.
fn tick(on: bool) -> String {
    if on { "on" } else { OFF }.to_owned()
}

/// Fills in the boxes that were not ticked, so that they count as typed.
fn fill_gaps(form: &mut Fields, names: impl IntoIterator<Item = &'static str>) {
    for name in names {
        if form.text(name).is_empty() {
            form.fill([(name, OFF)]);
        }
    }
}

/// The modules that the form showed, of those that have pages.
fn shown(form: &mut Fields) -> Option<Modules> {
    form.required("shown", |text| {
        let bits = text.parse().map_err(|_no_number| UnknownModules)?;
        let named = Modules::from_bits(bits)?;
        Ok::<_, UnknownModules>(named.iter().filter(|m| Module::OPEN.contains(m)).collect())
    })
}

/// The modules whose boxes are ticked.
fn ticked(form: &mut Fields, of: Modules) -> Modules {
    of.iter()
        .filter(|module| form.checkbox(module.as_str()))
        .collect()
}

/// What changed, in words for the log: "Documents on, Billing off".
fn differences(old: Modules, new: Modules) -> Vec<String> {
    let changed = Module::ALL
        .into_iter()
        .filter(|m| old.has(*m) != new.has(*m));
    changed
        .map(|module| {
            let now = if new.has(module) { "on" } else { "off" };
            format!("{} {now}", module.label())
        })
        .collect()
}

/// The modules that have pages.
fn open() -> Modules {
    Module::OPEN.into_iter().collect()
}

/// Labels in a row: "Documents, Billing"; "nothing" where there are none.
fn listed<'a>(labels: impl IntoIterator<Item = &'a str>) -> String {
    let labels: Vec<&str> = labels.into_iter().collect();
    if labels.is_empty() {
        "Nothing".to_owned()
    } else {
        labels.join(", ")
    }
}
