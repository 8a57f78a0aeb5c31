//! Portico: a client portal at the edge, as one worker.
//!
//! The map of the crate. Data goes `http → domain → store`; imports go
//! `entry → http, jobs → paying → store, outbound → domain`, and `domain` imports nothing of ours.
//!
//! | module | what lives there |
//! |---|---|
//! | `entry` | the three events of the runtime; the only file that sees the environment |
//! | `app` | what a request may use: database, files, mail, configuration, the time |
//! | `config` | every setting, parsed once, redacted when printed |
//! | `domain` | pure decisions and the types that only hold what is valid |
//! | `store` | D1, R2 and KV, a file per noun |
//! | `outbound` | other people's services: mail, the payment provider |
//! | [`pdf`] | draws the invoice as a file; as pure as `domain` |
//! | `http` | routes, guards, pages, forms, a file per noun |
//! | `paying` | what pages and the clock share about money that comes through a provider |
//! | `jobs` | what the clock drives: the outbox, payments that nobody told of, the sweeps |
//!
//! `find src -name 'document*'` shows one feature from the page to the table.

mod app;
mod config;
mod domain;
mod entry;
mod http;
mod jobs;
mod outbound;
mod paying;
pub mod pdf;
mod store;

#[doc(hidden)]
pub use domain::payment::told::fold as fold_facts;
pub use http::routes::{RouteRow, table as route_table};
