//! The second factor: at the door ([`door`]), on one's own page ([`own`]), required of all staff
//! ([`require`]), and taken away from somebody who lost theirs ([`lost`]).

mod door;
mod lost;
mod own;
mod pending;
mod require;

pub(crate) use door::{client, client_form, staff, staff_form};
pub(crate) use lost::{of_contact, of_staff};
pub(crate) use own::{change_client, change_staff, own_client, own_staff};
pub(super) use pending::Waiting;
pub(crate) use require::{Required, require};

use super::{Error, Fields};
use crate::app::App;
use crate::domain::factor::{Digits, RecoveryCode, Secret, Step};
use crate::outbound::seal::{self, What};
use crate::store::Statement;
use crate::store::factor::{self as kept, Proof};
use crate::store::session::Person;

/// What was wrong with a code that could be read.
pub(super) const WRONG: &str = "That is not the code that your app shows now. Please look again; the clock of your phone must be right.";
/// What was wrong with a code that was right a moment ago.
pub(super) const USED: &str =
    "That code was used already. Please wait until your app shows the next one.";

/// A proof as it was typed: the app's code, or a recovery code.
pub(super) enum Typed {
    Digits(Digits),
    Recovery(RecoveryCode),
}

impl Typed {
    /// Reads `recovery` if something stands there, else `totp`.
    pub(super) fn read(form: &mut Fields) -> Option<Self> {
        if form.text("recovery").trim().is_empty() && form.error("recovery").is_empty() {
            let digits = form.required("totp", Digits::parse);
            return digits.map(Self::Digits);
        }
        let code = form.required("recovery", RecoveryCode::parse);
        code.map(Self::Recovery)
    }

    /// The field it was typed into.
    pub(super) const fn field(&self) -> &'static str {
        match self {
            Self::Digits(_) => "totp",
            Self::Recovery(_) => "recovery",
        }
    }

    /// What it proves of the person whose secret is sealed there. A recovery code proves nothing yet: it
    /// is for the claim to say. A secret whose key is no longer listed proves nothing either.
    pub(super) fn proves(
        &self,
        app: &App,
        person: Person,
        sealed: &str,
        last: Step,
    ) -> Option<Proof> {
        match self {
            Self::Recovery(code) => Some(Proof::Recovery(code.hash())),
            Self::Digits(digits) => {
                let secret = secret(app, person, sealed)?;
                let step = secret.step_of(digits, app.now, last)?;
                Some(Proof::Step(step))
            }
        }
    }

    /// What is wrong with one that was used before, or with a recovery code that is none.
    pub(super) const fn refused(&self) -> &'static str {
        match self {
            Self::Digits(_) => USED,
            Self::Recovery(_) => {
                "That is none of your recovery codes, or it was used already. Each works once."
            }
        }
    }
}

/// The secret that was sealed for the person.
fn secret(app: &App, person: Person, sealed: &str) -> Option<Secret> {
    let whom = person.id();
    let text = seal::open_for(&app.config.keys, (What::Factor, &whom), sealed)?;
    Secret::parse(&text).ok()
}

/// Seals a secret for the person.
fn seal_secret(app: &App, person: Person, secret: &Secret) -> Result<String, Error> {
    let whom = person.id();
    seal::seal_for(
        &app.config.keys,
        (What::Factor, &whom),
        &secret.text(),
        app.random()?,
    )
    .ok_or_else(|| Error::internal("the secret could not be sealed"))
}

/// Keeps a secret under the newest key, where it was sealed under an older one.
pub(super) fn renew_seal(
    app: &App,
    person: Person,
    sealed: &str,
) -> Result<Option<Statement>, Error> {
    if !seal::is_old(&app.config.keys, sealed) {
        return Ok(None);
    }
    let Some(secret) = secret(app, person, sealed) else {
        return Ok(None);
    };
    let new = seal_secret(app, person, &secret)?;
    Ok(Some(kept::reseal(person, sealed, &new)))
}
