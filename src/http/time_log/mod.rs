//! Time Logs, on both sides.
//!
//! | part | pages |
//! |---|---|
//! | [`list`] | all time and that of a client, with the form of a new entry |
//! | [`asked`] | what a list is asked for, and its address |
//! | [`sums`] | what it comes to, in words |
//! | [`form`] | the fields of an entry |
//! | [`entry`] | changing and deleting one |
//! | [`timer`] | stopping and discarding the running timer |
//! | [`bill`] | time that becomes a draft invoice |
//! | [`file`](mod@file) | the list as a table for other programs |
//! | [`settings`] | what clients see, and the usual rate |
//! | [`seen`](mod@seen) | what a client sees |

mod asked;
mod bill;
mod entry;
mod file;
mod form;
mod list;
mod seen;
mod settings;
mod sums;
mod timer;

pub(crate) use bill::{choose, make};
pub(crate) use entry::{delete, edit_form, save};
pub(crate) use file::{all_csv, client_csv};
pub(crate) use form::rate as read_rate;
pub(crate) use list::{all, log, log_for, of_client};
pub(crate) use seen::page as seen;
pub(crate) use settings::{form as settings_form, save as save_settings};
pub(crate) use timer::{discard, stop};

use crate::domain::id::{ClientId, TimeEntryId};
use crate::domain::invoice::line::Unit;
use crate::domain::money::Money;
use crate::domain::time::Date;
use crate::domain::time_log::{State, clock};
use crate::store::time_log::Entry;

/// An entry in words.
pub(crate) struct Row {
    pub(crate) id: TimeEntryId,
    pub(crate) day: Date,
    pub(crate) client_id: ClientId,
    pub(crate) client: String,
    /// Project and task; may be empty.
    pub(crate) what: String,
    pub(crate) description: String,
    pub(crate) person: String,
    pub(crate) time: String,
    /// "€90.00 an hour"; empty where there is none.
    pub(crate) rate: String,
    /// What it comes to; empty where there is no rate.
    pub(crate) amount: String,
    pub(crate) state: State,
    /// Where its invoice is, and what that is called.
    pub(crate) invoice: Option<(String, String)>,
}

impl Row {
    /// Puts a row in words.
    pub(crate) fn of(entry: Entry) -> Self {
        let counts = entry.state != State::NotBillable;
        let rate = entry.rate.zip(entry.currency).filter(|_| counts);
        let amount = entry.amount.zip(entry.currency);
        let money = amount.and_then(|(minor, currency)| Money::new(minor, currency).ok());
        let named = [entry.project, entry.task];
        let named: Vec<String> = named.into_iter().flatten().collect();
        Self {
            id: entry.id,
            day: entry.day,
            client_id: entry.client_id,
            client: entry.client,
            what: named.join(" · "),
            description: entry.description,
            person: entry.person,
            time: clock(i64::from(entry.minutes)),
            rate: rate.map_or_else(String::new, |(rate, currency)| {
                format!("{}/{}", rate.words(currency), Unit::Hour.sign())
            }),
            amount: money.map_or_else(String::new, |money| money.to_string()),
            state: entry.state,
            invoice: entry.invoice_id.map(|id| {
                let name = entry.invoice.unwrap_or_else(|| "Draft".to_owned());
                (format!("/admin/invoices/{id}"), name)
            }),
        }
    }
}
