//! Tries of passwords and requests for mails, counted before anything is done about them.
//!
//! The counting goes into the batch that reads whom it is about (`asked_with`), and what that batch
//! answers decides: over the limit a password is not even looked at, and a mail is not sent.

mod known;

use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

pub(super) use known::remember;

use super::{Error, visitor};
use crate::app::App;
use crate::domain::id::AuditId;
use crate::domain::next::Side;
use crate::domain::throttle::{ACCOUNT, ADDRESS, Decision, decide, network};
use crate::store::throttle::{Try, read_count};
use crate::store::{Results, Statement};

/// The names under which a try is counted: hashed, so that D1 holds no list of addresses.
struct Keys {
    account: String,
    network: String,
    id: AuditId,
}

impl Keys {
    fn new(
        app: &App,
        (by_account, account): (&str, &str),
        by_network: &str,
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        let secret = &app.config.keys.newest().secret;
        let name = |kind: &str, text: &str| {
            let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(secret)
                .map_err(|error| Error::internal(error.to_string()))?;
            mac.update(format!("failures {kind} {text}").as_bytes());
            let digest = mac.finalize().into_bytes();
            let hex = digest.iter().map(|byte| format!("{byte:02x}"));
            Ok::<_, Error>(hex.collect::<String>())
        };
        Ok(Self {
            account: name(by_account, account)?,
            network: name(by_network, &network(&visitor::address(headers)))?,
            id: app.id()?,
        })
    }

    fn of(&self, app: &App) -> Try<'_> {
        Try {
            account: &self.account,
            network: &self.network,
            id: self.id,
            now: app.now,
        }
    }

    /// How long to wait, where a batch has counted nothing.
    fn wait(&self, results: &mut Results, app: &App) -> Result<Error, Error> {
        let (account, network) = (read_count(results)?, read_count(results)?);
        let retry_after = match decide(account, network, app.now) {
            Decision::Wait { retry_after } => retry_after,
            Decision::Try => ACCOUNT.window,
        };
        Ok(Error::TooMany {
            retry_after: retry_after.as_seconds_ceil(),
        })
    }
}

/// A password that is about to be tried at the door.
pub(super) struct Guess(Keys);

impl Guess {
    /// For an address, whoever has it; of a browser that the address knows, under a name of its own.
    pub(super) fn new(
        app: &App,
        side: Side,
        account: &str,
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        match known::browser(app, side, account, headers)? {
            None => Self::by_anybody(app, side, account, headers),
            Some(browser) => {
                let by = format!("{} {browser}", side.cookie());
                Keys::new(app, (&by, account), "address", headers).map(Self)
            }
        }
    }

    /// The same, of whatever browser.
    pub(super) fn by_anybody(
        app: &App,
        side: Side,
        account: &str,
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        Keys::new(app, (side.cookie(), account), "address", headers).map(Self)
    }

    /// The batch that reads whom it is about, and counts.
    pub(super) fn asked_with(&self, who: Statement, app: &App) -> Vec<Statement> {
        let of = self.0.of(app);
        let [account, network] = of.counts();
        vec![who, of.reserve(), account, network]
    }

    /// What follows `who` in the answer: counted, so the password may be looked at.
    pub(super) fn counted(&self, results: &mut Results, app: &App) -> Result<(), Error> {
        if results.changes()? > 0 {
            return Ok(());
        }
        Err(self.0.wait(results, app)?)
    }

    /// The owner has shown themselves: their account's tries are forgotten, and this one.
    pub(super) fn forgive(&self, app: &App) -> [Statement; 2] {
        self.0.of(app).forgive()
    }
}

/// A mail that anybody may ask for.
pub(super) struct Asking(Keys);

impl Asking {
    /// For a sign-in link. Counted apart from passwords, which therefore never hold a link up.
    pub(super) fn for_link(app: &App, account: &str, headers: &HeaderMap) -> Result<Self, Error> {
        Keys::new(app, ("link", account), "link address", headers).map(Self)
    }

    /// For a link to choose a new password.
    pub(super) fn for_reset(
        app: &App,
        side: Side,
        account: &str,
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        let by_account = match side {
            Side::Staff => "staff reset",
            Side::Client => "reset",
        };
        Keys::new(app, (by_account, account), "reset address", headers).map(Self)
    }

    /// For another invitation in place of one that is dead; whose, its token says.
    pub(super) fn for_renewal(app: &App, headers: &HeaderMap) -> Result<Self, Error> {
        Keys::new(app, ("link", ""), "link address", headers).map(Self)
    }

    /// The batch that reads whom the mail would go to, and counts.
    pub(super) fn asked_with(&self, who: Statement, app: &App) -> Vec<Statement> {
        self.batch(who, self.0.of(app).reserve_mail(), app)
    }

    /// The same for a renewal.
    pub(super) fn renewed_with(&self, who: Statement, token: &str, app: &App) -> Vec<Statement> {
        self.batch(who, self.0.of(app).reserve_renewal(token), app)
    }

    fn batch(&self, who: Statement, [asking, mail]: [Statement; 2], app: &App) -> Vec<Statement> {
        let [account, network] = self.0.of(app).counts();
        vec![who, asking, mail, account, network]
    }

    /// What follows `who` in the answer: whether a mail may go out. Of that the asker learns nothing,
    /// unless their own network is the one that asks too much.
    pub(super) fn counted(&self, results: &mut Results, app: &App) -> Result<bool, Error> {
        let (asked, mail) = (results.changes()?, results.changes()?);
        if asked > 0 {
            return Ok(mail > 0);
        }
        let (_account, network) = (read_count(results)?, read_count(results)?);
        let wait = ADDRESS.wait(network.count, network.oldest, app.now);
        Err(Error::TooMany {
            retry_after: wait.unwrap_or(ADDRESS.window).as_seconds_ceil(),
        })
    }

    /// What is written where no mail goes out.
    pub(super) fn nothing(&self, app: &App) -> Statement {
        self.0.of(app).nothing()
    }
}
