//! Tries of passwords and requests for mails, counted before anything is done about them.
//!
//! The counting goes into the batch that reads whom it is about (`asked_with`), and what that batch
//! answers decides: over the limit a password is not even looked at, and a mail is not sent.

mod known;

use hmac::{Hmac, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

pub(super) use known::remember;

use super::{Error, Reason, visitor};
use crate::app::App;
use crate::domain::hex::hex;
use crate::domain::id::AuditId;
use crate::domain::next::Side;
use crate::domain::throttle::{ACCOUNT, ADDRESS, Decision, PENDING_TRIES, decide, network};
use crate::store::asked::AskedLink;
use crate::store::throttle::{Try, forgive, read_count};
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
            Ok::<_, Error>(hex(&mac.finalize().into_bytes()))
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
        Ok(Reason::TooMany {
            retry_after: retry_after.as_seconds_ceil(),
        }
        .into())
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

/// A code of a second factor that is about to be tried.
pub(super) struct CodeTry {
    keys: Keys,
    pending: String,
}

/// What the counting of a [`CodeTry`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// The code may be looked at.
    Try,
    /// The sign-in that waits has had its tries.
    Spent,
    /// The account has had too many.
    Wait,
}

impl CodeTry {
    /// For a person, whose address is known; of a browser that the address knows, apart from others.
    /// `guessable` says that it is no recovery code.
    pub(super) fn new(
        app: &App,
        side: Side,
        (person, account): (&str, &str),
        (pending, guessable): (&str, bool),
        headers: &HeaderMap,
    ) -> Result<Self, Error> {
        let by = match known::browser(app, side, account, headers)? {
            None => format!("factor {}", side.cookie()),
            Some(browser) => format!("factor {} {browser}", side.cookie()),
        };
        let mut keys = Keys::new(app, (&by, person), "factor address", headers)?;
        if !guessable {
            keys.account.clear();
        }
        let pending = format!("pending {pending}");
        Ok(Self { keys, pending })
    }

    /// The batch that reads what it is held against, and counts.
    pub(super) fn asked_with(&self, who: Statement, app: &App) -> Vec<Statement> {
        let of = self.keys.of(app);
        vec![
            who,
            of.reserve_code(&self.pending),
            of.pending_count(&self.pending),
        ]
    }

    /// What follows `who` in the answer.
    pub(super) fn counted(results: &mut Results) -> Result<Counted, Error> {
        let counted = results.changes()? > 0;
        let tries = read_count(results)?.count;
        Ok(match (counted, tries >= PENDING_TRIES) {
            (true, _) => Counted::Try,
            (false, true) => Counted::Spent,
            (false, false) => Counted::Wait,
        })
    }

    /// The owner has shown themselves.
    pub(super) fn forgive(&self, app: &App) -> Vec<Statement> {
        let mut all = Vec::from(self.keys.of(app).forgive());
        all.push(forgive(&self.pending));
        all
    }

    /// Somebody else's tries of the person's codes no longer hold the owner up.
    pub(super) fn forget(
        app: &App,
        side: Side,
        person: &str,
        headers: &HeaderMap,
    ) -> Result<Statement, Error> {
        let by = format!("factor {}", side.cookie());
        let keys = Keys::new(app, (&by, person), "factor address", headers)?;
        Ok(forgive(&keys.account))
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

    /// For a new link to an invoice.
    pub(super) fn for_invoice(app: &App, id: &str, headers: &HeaderMap) -> Result<Self, Error> {
        Keys::new(app, ("invoice link", id), "link address", headers).map(Self)
    }

    /// For another invitation in place of one that is dead; whose, its token says.
    pub(super) fn for_renewal(app: &App, headers: &HeaderMap) -> Result<Self, Error> {
        Keys::new(app, ("link", ""), "link address", headers).map(Self)
    }

    /// The batch that reads whom the mail would go to, and counts.
    pub(super) fn asked_with(&self, who: Statement, app: &App) -> Vec<Statement> {
        self.batch(who, self.0.of(app).reserve_mail(), app)
    }

    /// Counts the asking for a link and takes it down: the one thing done before the answer, whosever the
    /// address is. Whether a mail may go out.
    pub(super) async fn take_down(&self, asked: &AskedLink, app: &App) -> Result<bool, Error> {
        let of = self.0.of(app);
        let [asking, mail] = of.reserve_mail();
        let [account, network] = of.counts();
        let note = asked.note((of.account, of.id.to_string()), app.now);
        let batch = vec![asking, mail, account, network, note];
        let may = self.counted(&mut app.db.batch(batch).await?, app)?;
        if may {
            app.link_asked(asked.id);
        }
        Ok(may)
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
        Err(Reason::TooMany {
            retry_after: wait.unwrap_or(ADDRESS.window).as_seconds_ceil(),
        }
        .into())
    }

    /// What is written where no mail goes out.
    pub(super) fn nothing(&self, app: &App) -> Statement {
        self.0.of(app).nothing()
    }
}
