//! One's own second factor: setting it up, the recovery codes, giving it up. Only for who has just proven
//! who they are; setting up and giving up end every other session, and the owner of the address is told.

use super::{Typed, WRONG, seal_secret, secret};
use crate::app::App;
use crate::domain::factor::{RECOVERY_CODES, RecoveryCode, Secret};
use crate::domain::id::{AuditId, SessionId};
use crate::domain::next::Side;
use crate::domain::time::Timestamp;
use crate::http::chrome::Flash;
use crate::http::cookie::{self, Ticket};
use crate::http::guard::{Enrolling, Load, Sure, Viewer};
use crate::http::mailing::Mailing;
use crate::http::own::{Frame, Own, Sheet as _, sheet};
use crate::http::page::{Answer, see};
use crate::http::{Error, Fields, Reason};
use crate::pdf::qr;
use crate::store::factor::{self, Change, Held, New, Proof};
use crate::store::viewer::Asker;
use crate::store::{self, Conflict, Proviso, Results, Statement};

impl Load for Held {
    type Args = ();

    fn statements(_args: &(), asker: &Asker) -> Vec<Statement> {
        vec![factor::of(asker)]
    }

    fn read(_args: (), results: &mut Results, _now: Timestamp) -> Result<Option<Self>, Error> {
        Ok(results.first()?)
    }
}

/// A secret that waits for its first code.
struct Offer {
    /// Side of the picture, in modules with its quiet zone.
    size: u16,
    /// What is dark in it, as the path of an SVG.
    path: String,
    /// The secret in groups of four, for typing.
    text: String,
    /// The same, sealed: the form brings it back.
    sealed: String,
}

/// What the page shows.
struct Factor {
    form: Fields,
    /// Address of the profile.
    home: &'static str,
    /// What is offered to who has none.
    offer: Option<Offer>,
    /// New recovery codes, shown this once.
    codes: Vec<String>,
    left: u32,
    kept: bool,
    required: bool,
    short_password: bool,
}
sheet!(Factor, "factor/staff.html", "factor/client.html");

impl Side {
    /// One's own second factor.
    pub(in crate::http) const fn factor(self) -> &'static str {
        match self {
            Self::Staff => "/admin/profile/factor",
            Self::Client => "/profile/factor",
        }
    }
}

impl Factor {
    fn new(frame: &Frame, held: &Held, form: Fields) -> Self {
        Self {
            form,
            home: frame.side().profile(),
            offer: None,
            codes: Vec::new(),
            left: held.left.unwrap_or_default(),
            kept: held.kept,
            required: held.required,
            short_password: held.short_password,
        }
    }

    /// The page of who has none: a new secret, or the one that the form brought back.
    fn offering(
        app: &App,
        frame: &Frame,
        held: &Held,
        form: Fields,
        secret: &Secret,
    ) -> Result<Self, Error> {
        let code = qr::Code::of(&secret.uri(&frame.brand().name, frame.email()))
            .ok_or_else(|| Error::internal("the address does not fit into a QR code"))?;
        let text = secret.text();
        let letters: Vec<char> = text.chars().collect();
        let groups = letters.chunks(4).map(String::from_iter);
        let offer = Offer {
            size: code.size + 8,
            path: code.path(4),
            text: groups.collect::<Vec<_>>().join(" "),
            sealed: seal_secret(app, frame.person(), secret)?,
        };
        Ok(Self {
            offer: Some(offer),
            ..Self::new(frame, held, form)
        })
    }

    fn showing(mut self, codes: &[RecoveryCode]) -> Self {
        self.codes = codes.iter().map(RecoveryCode::expose).collect();
        self
    }

    /// Where its forms go.
    fn action(&self) -> String {
        format!("{}/factor", self.home)
    }
}

/// `GET /profile/factor`
pub(crate) async fn own_client(viewer: Viewer<Sure, Held>) -> Answer {
    show(viewer.into())
}

/// `GET /admin/profile/factor`
pub(crate) async fn own_staff(staff: Enrolling<Held>) -> Answer {
    show(staff.into())
}

fn show(own: Own<Held>) -> Answer {
    let Own { app, frame, page } = own;
    let form = Fields::default();
    if page.is_set() {
        return Factor::new(&frame, &page, form).page(&frame);
    }
    let secret = Secret::new(app.random()?);
    Factor::offering(&app, &frame, &page, form, &secret)?.page(&frame)
}

/// `POST /profile/factor`
pub(crate) async fn change_client(viewer: Viewer<Sure, Held>, form: Fields) -> Answer {
    change(viewer.into(), form).await
}

/// `POST /admin/profile/factor`
pub(crate) async fn change_staff(staff: Enrolling<Held>, form: Fields) -> Answer {
    change(staff.into(), form).await
}

/// By the button that was pressed. What was done on another page meanwhile is not done twice.
async fn change(own: Own<Held>, form: Fields) -> Answer {
    // The code of the app has a field that says what is wrong with it.
    let is_plain = form.error("act").is_empty() && form.error("secret").is_empty();
    if form.text("act") != "set" || !is_plain {
        form.sound()?;
    }
    match (form.text("act"), own.page.is_set()) {
        ("set", false) => set(own, form).await,
        ("codes", true) => renew(own).await,
        ("kept", true) => keep(own).await,
        ("remove", true) => remove(own).await,
        ("set", true) => {
            let said = "Your second step is set up already. You can make new recovery codes here.";
            Flash::error(&own.app, said);
            see(own.frame.side().factor())
        }
        ("codes" | "kept" | "remove", false) => {
            Flash::error(
                &own.app,
                "You have no second step to change. You can set one up here.",
            );
            see(own.frame.side().factor())
        }
        _ => Err(Error::bad_request("Please use the buttons on the page.")),
    }
}

fn new_codes(app: &App) -> Result<(Vec<RecoveryCode>, String), Error> {
    let codes = (0..RECOVERY_CODES)
        .map(|_| Ok(RecoveryCode::new(app.random()?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let hashes: Vec<String> = codes.iter().map(RecoveryCode::hash).collect();
    Ok((codes, serde_json::to_string(&hashes)?))
}

/// 1. the secret that the form brings back, and the first code of the app; 2. in one batch: a new session
/// for this browser, the factor, the end of all other sessions and open links, the mail and the entry in
/// the log; 3. the new cookie, and the recovery codes, shown this once.
async fn set(own: Own<Held>, mut form: Fields) -> Answer {
    let Own { app, frame, page } = own;
    // 1.
    let sealed = form.text("secret").to_owned();
    let Some(secret) = secret(&app, frame.person(), &sealed) else {
        return Err(Error::bad_request(
            "The picture on the page is too old. Please open the page again.",
        ));
    };
    let typed = Typed::read(&mut form);
    let proof = typed.and_then(|typed| typed.proves(&app, frame.person(), &sealed, 0));
    let Some(Proof::Step(step)) = proof else {
        form.refuse("totp", WRONG);
        let again = Factor::offering(&app, &frame, &page, form, &secret)?;
        return again.try_again(&frame);
    };
    // 2.
    let (codes, recovery) = new_codes(&app)?;
    let new = New {
        sealed: &sealed,
        step,
        recovery: &recovery,
    };
    let said = Said {
        action: "factor.set",
        kind: "factor_set",
        subject: "A second step was added to your sign-in at",
        what: "Signing in now also asks for a code from an app.",
    };
    settle(&app, &frame, Some(new), said, None).await?;
    // 3.
    let held = Held {
        sealed: Some(sealed),
        left: Some(10),
        kept: false,
        ..page
    };
    Factor::new(&frame, &held, Fields::default())
        .showing(&codes)
        .page(&frame)
}

/// What is told of a change, in the log and by mail.
struct Said {
    action: &'static str,
    kind: &'static str,
    subject: &'static str,
    what: &'static str,
}

/// The change itself in one batch, under the condition of its first statement; then the new cookie.
async fn settle(
    app: &App,
    frame: &Frame,
    new: Option<New<'_>>,
    said: Said,
    condition: Option<Statement>,
) -> Result<(), Error> {
    let session: SessionId = app.id()?;
    let audit: AuditId = app.id()?;
    let change = Change {
        person: frame.person(),
        new,
        old_session: frame.session(),
        new_session: session,
        now: app.now,
    };
    let began = Proviso::Began(session);
    let mut batch = change.statements();
    batch.extend(condition);
    batch.push(notice(app, frame, &said).queue(app, Some(began))?);
    let entry = frame.entry(said.action, String::new());
    batch.push(entry.append_if(audit, app.now, began));
    let mut results = match app.db.batch(batch).await {
        Err(store::Error::Conflict(Conflict::Meanwhile | Conflict::Repeat)) => {
            return Err(Error::at_once());
        }
        results => results?,
    };
    let side = frame.side();
    if results.changes()? == 0 {
        return Err(Reason::SignIn {
            side,
            next: side.factor().to_owned(),
        }
        .into());
    }
    let ticket = Ticket {
        session,
        touched: app.now,
    };
    cookie::give(app, ticket, side);
    Ok(())
}

/// The mail to the owner of the address.
fn notice<'a>(app: &App, frame: &'a Frame, said: &Said) -> Mailing<'a> {
    let business = &frame.brand().name;
    Mailing {
        kind: said.kind,
        to: frame.email(),
        name: frame.name(),
        subject: format!("{} {business}", said.subject),
        paragraphs: vec![
            format!("{} This was changed on {}.", said.what, app.now.day_time()),
            "If it was you, there is nothing to do.".to_owned(),
            "If it was not you, choose a new password at once, and tell us.".to_owned(),
        ],
        button: Some(("Choose a new password", frame.side().forgot().into())),
        ..Mailing::default()
    }
    .of(frame)
}

/// New recovery codes, shown this once; those from before are dead.
async fn renew(own: Own<Held>) -> Answer {
    let Own { app, frame, page } = own;
    let (codes, recovery) = new_codes(&app)?;
    let said = Said {
        action: "factor.codes_made",
        kind: "factor_codes",
        subject: "New recovery codes for your sign-in at",
        what: "New recovery codes were made; those from before no longer work.",
    };
    let entry = frame.entry(said.action, String::new());
    let batch = vec![
        factor::renew_codes(frame.person(), &recovery),
        notice(&app, &frame, &said).queue(&app, None)?,
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    let held = Held {
        left: Some(10),
        kept: false,
        ..page
    };
    Factor::new(&frame, &held, Fields::default())
        .showing(&codes)
        .page(&frame)
}

async fn keep(own: Own<Held>) -> Answer {
    let Own { app, frame, .. } = own;
    app.db
        .run(factor::keep_codes(frame.person(), app.now))
        .await?;
    Flash::success(&app, "Good. Each of your recovery codes works once.");
    see(frame.side().profile())
}

/// Gives the factor up, where nothing stands against it.
async fn remove(own: Own<Held>) -> Answer {
    let Own { app, frame, page } = own;
    if page.required || page.short_password {
        return Err(Reason::Unprocessable(
            if page.required {
                "Your business asks everybody on the team for a second step, so it stays."
            } else {
                "Your password is shorter than 15 characters, which is enough only beside a second step. Choose a longer one first."
            }
            .to_owned(),
        ).into());
    }
    let said = Said {
        action: "factor.removed",
        kind: "factor_removed",
        subject: "The second step was removed from your sign-in at",
        what: "Signing in no longer asks for a code from an app.",
    };
    let condition = factor::may_go(frame.person());
    settle(&app, &frame, None, said, Some(condition)).await?;
    Flash::success(
        &app,
        "Your second step is removed. Every other device is signed out.",
    );
    see(frame.side().profile())
}
