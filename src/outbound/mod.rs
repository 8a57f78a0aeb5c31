//! Other people's services: mail, from its content to the server that takes it, and
//! payment providers.

pub(crate) mod letter;
pub(crate) mod mail;
pub(crate) mod payments;
pub(crate) mod seal;
pub(crate) mod stop;
pub(crate) mod zone;
