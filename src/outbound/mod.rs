//! Other people's services: mail transports.

pub(crate) mod mail;
