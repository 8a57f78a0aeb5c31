//! How somebody who accepts an invitation signs in from now on.
//!
//! An address that is new here chooses: a password, or links. One that signs in here already, for another
//! client or from before, keeps what it has: it is signed in on this browser, or types its password, or
//! is sent a link, as it is where a password is not enough. Staff, whoever reads the mail, or a scanner gain nothing of that login by inviting it.

use crate::app::App;
use crate::domain::blocklist::Blocklist;
use crate::domain::credential::{self, Proof};
use crate::domain::id::{AccountId, SessionId};
use crate::domain::password::{Password, Strength};
use crate::http::{Error, Fields};
use crate::store::invitation::{Invitee, Login};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A new login, with the password or by link.
    New,
    /// A login that has just shown itself by all that it signs in with.
    Known(AccountId),
    /// A login that is signed in on this browser, which proves no more than it did then.
    Here(AccountId, SessionId),
    /// A login that has not.
    Mailed(AccountId),
}

/// The way to sign in that was chosen: a password, or `Some(None)` for links. `None`: neither, or no
/// password at all; the form says so.
#[expect(
    clippy::option_option,
    reason = "outer: was a way chosen; inner: is there a password"
)]
pub(super) fn chosen(form: &mut Fields) -> Option<Option<Password>> {
    match form.text("choice") {
        "link" if !form.has_errors() => Some(None),
        "password" => form.required("password", Password::presented).map(Some),
        _ => {
            form.refuse(
                "choice",
                "Choose how you want to sign in: with a password or by a link.",
            );
            None
        }
    }
}

/// Decides by what is known of the invited address and by the session of theirs on this browser; `None`: the
/// form says what is wrong.
pub(super) fn decide(
    form: &mut Fields,
    invitee: &Invitee,
    here: Option<SessionId>,
    password: Option<&Password>,
    business: &str,
    common: &Blocklist,
) -> Result<Option<Way>, Error> {
    let Some(account) = invitee.account_id else {
        let about = [
            business,
            &invitee.first_name,
            &invitee.last_name,
            &invitee.email,
            &invitee.client_name,
        ];
        let choose =
            |typed: &Password| Password::choose(typed.expose(), Strength::Alone, &about, common);
        if let Some(Err(problem)) = password.map(choose) {
            form.refuse("password", problem);
            return Ok(None);
        }
        return Ok(Some(Way::New));
    };
    let Some(password) = password else {
        return Ok(Some(here.map_or(Way::Mailed(account), |session| {
            Way::Here(account, session)
        })));
    };
    let Some(kept) = invitee.password_hash.as_deref() else {
        form.refuse(
            "password",
            "You sign in here already, by links. Please choose that; in your profile you can set a password afterwards.",
        );
        return Ok(None);
    };
    let proof = credential::verify(password, Some(kept))
        .map_err(|error| Error::internal(error.to_string()))?;
    if proof == Proof::Wrong {
        form.refuse(
            "password",
            "You sign in here already with this e-mail address. Please type the password you have, or choose to sign in by a link.",
        );
        return Ok(None);
    }
    // The link leads on to the second factor.
    Ok(Some(match (invitee.second, here) {
        (false, _) => Way::Known(account),
        (true, Some(session)) => Way::Here(account, session),
        (true, None) => Way::Mailed(account),
    }))
}

impl Way {
    /// The hash of a password that is new.
    pub(super) fn hash(
        self,
        app: &App,
        password: Option<&Password>,
    ) -> Result<Option<String>, Error> {
        let new = password.filter(|_| self == Self::New);
        new.map(|password| {
            credential::hash(password, app.random()?)
                .map_err(|error| Error::internal(error.to_string()))
        })
        .transpose()
    }

    /// The same for the store; `new` is the id of a login that is made.
    pub(super) fn login(self, new: AccountId, hash: Option<&str>) -> Login<'_> {
        match self {
            Self::New => Login::New(new, hash),
            Self::Known(account) => Login::Known(account),
            Self::Here(account, session) => Login::Here(account, session),
            Self::Mailed(account) => Login::Mailed(account),
        }
    }
}
