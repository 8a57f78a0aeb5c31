//! D1, R2 and KV: the only code that speaks to them, one file per noun.
//!
//! Functions here carry out what the domain decided. Reads come as [`Statement`]s that a page
//! declares and a guard runs in one batch; writes are one batch each, so they happen whole or
//! not at all. What a binding's future cannot do (be `Send`) ends here too: callers see plain
//! `async fn`.

pub(crate) mod address;
pub(crate) mod allowance;
pub(crate) mod asked;
mod assets;
pub(crate) mod attempt;
pub(crate) mod audit;
pub(crate) mod audit_chain;
pub(crate) mod audit_list;
pub(crate) mod billing;
mod blobs;
pub(crate) mod branding;
pub(crate) mod buyer;
pub(crate) mod client;
pub(crate) mod comment;
pub(crate) mod confirm;
pub(crate) mod contact;
pub(crate) mod csp_report;
pub(crate) mod dashboard;
mod db;
pub(crate) mod device;
pub(crate) mod document;
pub(crate) mod erase;
mod error;
pub(crate) mod exception;
pub(crate) mod export;
pub(crate) mod factor;
pub(crate) mod finding;
pub(crate) mod invitation;
pub(crate) mod invoice;
pub(crate) mod invoicing;
pub(crate) mod join;
mod joined;
pub(crate) mod landing;
pub(crate) mod ledger;
pub(crate) mod link;
pub(crate) mod login;
pub(crate) mod magic;
pub(crate) mod message;
pub(crate) mod news;
pub(crate) mod notice;
pub(crate) mod offline;
pub(crate) mod outbox;
pub(crate) mod password;
pub(crate) mod pay_link;
pub(crate) mod payments;
pub(crate) mod permission;
pub(crate) mod preview;
pub(crate) mod privacy;
pub(crate) mod profile;
pub(crate) mod project;
pub(crate) mod provider_event;
mod proviso;
pub(crate) mod receipt;
pub(crate) mod reminder;
pub(crate) mod reset;
mod rows;
pub(crate) mod said;
mod search;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod setup;
mod sql;
pub(crate) mod staff;
pub(crate) mod statement;
pub(crate) mod support;
pub(crate) mod task;
pub(crate) mod template;
#[cfg(test)]
mod tests;
pub(crate) mod throttle;
pub(crate) mod ticket;
pub(crate) mod time_log;
pub(crate) mod upload;
pub(crate) mod viewer;

pub(crate) use assets::Assets;
pub(crate) use blobs::{Blobs, Part, PartError, Pieces, Source};
pub(crate) use branding::BrandingCache;
pub(crate) use db::{Db, Results};
pub(crate) use error::{Conflict, Error};
pub(crate) use proviso::Proviso;
pub(crate) use sql::{Param, Statement, statement};

/// A row that its id finds. A page about one row names the row's type in its guard, and no more.
pub(crate) trait ById: serde::de::DeserializeOwned + Send + 'static {
    /// What the address names it by.
    type Id: serde::de::DeserializeOwned + Copy + Send + Sync + 'static;
    /// The statement that reads it.
    fn by_id(id: Self::Id) -> Statement;
}

/// Reads a column that holds JSON.
pub(crate) fn json<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let text = <String as serde::Deserialize>::deserialize(from)?;
    serde_json::from_str(&text).map_err(serde::de::Error::custom)
}

/// Reads `SQLite`'s 0 and 1 as a `bool`.
pub(crate) fn flag<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    <i64 as serde::Deserialize>::deserialize(from).map(|int| int != 0)
}
