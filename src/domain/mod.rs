//! The pure middle of Portico: what its nouns are and what it decides about them.
//!
//! Nothing here knows the worker runtime, HTTP, templates, a clock or randomness: time and random
//! bytes come in as arguments, so every rule is tested natively in milliseconds. Text from outside
//! becomes a type with private fields through one door (`parse`), or an error whose `Display` is
//! the sentence a person reads at the field.
//!
//! | about | modules |
//! |---|---|
//! | words that every layer uses | [`time`], [`zone`], [`id`], [`email`], [`text`], [`hex`], [`markdown`], [`paging`] |
//! | who may do what | [`role`], [`staff`], [`module`], [`permission`], [`invitation`] |
//! | the same form sent twice | [`form_key`] |
//! | how much may be sent | [`allowance`] |
//! | getting in | [`credential`], [`password`], [`factor`], [`blocklist`], [`token`], [`throttle`], [`csrf`], [`next`] |
//! | staying in | [`session`], [`device`], [`country`] |
//! | work | [`project`], [`task`], [`ticket`] |
//! | files | [`document`], [`filename`], [`range`], [`upload`], [`image`] |
//! | the business's own look and words | [`branding`], [`colour`], [`template`], [`settings`], [`security_txt`] |
//! | mail on its way | [`outbox`] |
//! | money | [`money`], [`invoice`], [`payment`], [`webhook`], [`reminder`], [`statement`], [`bank`] |
//! | tables for other programs | [`csv`] |
//! | finding clients | [`search`] |
//! | what happened, in words and in a chain | [`activity`], [`audit_chain`] |

pub mod activity;
pub mod allowance;
pub mod audit_chain;
pub mod bank;
pub mod blocklist;
pub mod branding;
pub mod chart;
pub mod colour;
pub mod country;
pub mod credential;
pub mod csp_report;
pub mod csrf;
pub mod csv;
pub mod device;
mod digits;
pub mod document;
mod door;
pub mod email;
pub mod factor;
pub mod filename;
pub mod form_key;
#[cfg(test)]
pub(crate) mod hard_cases;
pub mod hex;
pub mod id;
pub mod image;
pub mod invitation;
pub mod invoice;
pub mod markdown;
pub mod module;
pub mod money;
pub mod next;
pub mod outbox;
pub mod paging;
pub mod password;
pub mod payment;
pub mod permission;
pub mod project;
pub mod range;
pub mod reminder;
pub mod role;
pub mod search;
pub mod security_txt;
pub mod session;
pub mod settings;
pub mod staff;
pub mod statement;
pub mod task;
pub mod template;
pub mod text;
pub mod throttle;
pub mod ticket;
pub mod time;
pub mod time_log;
pub mod token;
pub mod upload;
pub mod webhook;
pub mod zip;
pub mod zone;
