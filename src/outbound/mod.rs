//! Other people's services: mail, from its content to the server that takes it.

pub(crate) mod letter;
pub(crate) mod mail;
pub(crate) mod seal;
