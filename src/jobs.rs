//! What happens without a request: payments that nobody told of, reminders, tickets that are closed, messages
//! that were not read, the outbox, the sweeps, the copy of the branding.

mod chain;
mod learn;
mod messages;
mod remind;
mod tickets;

use std::time::Duration;

use worker::Delay;
use worker::send::SendFuture;

use crate::app::App;
use crate::domain::outbox::{Failure, decide};
use crate::domain::permission::News;
use crate::domain::time::Millis;
use crate::domain::upload::{FORMS, forms_are_over_before};
use crate::http::{see_to, see_to_what_was_left};
use crate::outbound::letter::{Envelope, Letter};
use crate::outbound::mail::{Mailbox, Message, SendError};
use crate::outbound::{seal, stop, zone};
use crate::paying::look_up;
use crate::store::allowance;
use crate::store::asked;
use crate::store::billing;
use crate::store::branding::{self, Branding};
use crate::store::csp_report;
use crate::store::device;
use crate::store::message;
use crate::store::notice;
use crate::store::outbox::{self, Claimed};
use crate::store::reminder;
use crate::store::task;
use crate::store::throttle;
use crate::store::ticket;
use crate::store::upload::{self, Doomed, Swept};
use crate::store::{Error, Statement};

/// After a response that changed something or queued mail. The runtime may cut this short; the clock goes on
/// with it.
pub(crate) async fn after_response(app: App) {
    // Steps back once, so that the response leaves before the first question to D1.
    SendFuture::new(Delay::from(Duration::ZERO)).await;
    if let Some(id) = app.asked_link() {
        see_to(&app, id).await;
    }
    if app.has_mail() {
        drive(&app).await;
    }
    learn_words(&app).await;
    seal_log(&app).await;
}

async fn seal_log(app: &App) {
    if let Err(error) = chain::seal(app).await {
        worker::console_error!("audit: {error}");
    }
}

async fn learn_words(app: &App) {
    if let Err(error) = learn::learn(app).await {
        worker::console_error!("search: {error}");
    }
}

/// One round. Whether another one is worth its while.
async fn drive(app: &App) -> bool {
    drive_outbox(app).await.unwrap_or_else(|error| {
        worker::console_error!("outbox: {error}");
        false
    })
}

/// Rounds of mails in one run of the clock; what is left waits for the next one. D1 takes a thousand
/// statements of a run, and composing a mail some milliseconds of the five seconds that one may compute.
const MAIL_ROUNDS: usize = 10;
/// … and none begins after this time, so that two runs seldom meet.
const MAIL_TIME: Millis = Millis::seconds(40);

async fn drive_rounds(app: &App) {
    let mut round = app.clone();
    for _ in 0..MAIL_ROUNDS {
        if !drive(&round).await {
            return;
        }
        // A lease counts from its own round.
        round = app.later();
        if round.now.since(app.now) > MAIL_TIME {
            return;
        }
    }
}

/// Once a minute; may come twice or not at all.
pub(crate) async fn tick(app: App) {
    if let Err(error) = sweep(&app).await {
        worker::console_error!("clock: {error}");
    }
    if let Err(error) = sweep_forms(&app).await {
        worker::console_error!("forms: {error}");
    }
    if let Err(error) = sweep_objects(&app).await {
        worker::console_error!("objects: {error}");
    }
    if let Err(error) = look_up(&app).await {
        worker::console_error!("payments: {error}");
    }
    if let Err(error) = remind::remind(&app).await {
        worker::console_error!("reminders: {error}");
    }
    if let Err(error) = tickets::close(&app).await {
        worker::console_error!("tickets: {error}");
    }
    if let Err(error) = tickets::tell(&app).await {
        worker::console_error!("ticket mails: {error}");
    }
    learn_words(&app).await;
    if let Err(error) = messages::tell(&app).await {
        worker::console_error!("messages: {error}");
    }
    see_to_what_was_left(&app).await;
    drive_rounds(&app).await;
    seal_log(&app).await;
    if let Err(error) = chain::look(&app).await {
        worker::console_error!("audit: {error}");
    }
}

/// 1. failures that no longer count go; 2. the copy of the branding is made again once an hour,
/// so that a lost write to KV mends itself; 3. where the business's clocks have changed, what they
/// show is looked up again.
async fn sweep(app: &App) -> Result<(), Error> {
    let mut batch = vec![
        device::sweep(app.now.minus(Millis::days(400))),
        throttle::sweep(app.now),
        allowance::sweep(app.now),
        asked::sweep(app.now.minus(Millis::minutes(10))),
        ticket::telling::sweep(app.now),
    ];
    batch.extend(csp_report::sweep(app.now.minus(Millis::days(30)), app.now));
    let own = batch.len();
    batch.extend([branding::truth(), billing::changed_clock(app.now)]);
    let mut results = app.db.batch(batch).await?;
    for _ in 0..own {
        results.skip()?;
    }
    let look: Option<Branding> = results.first()?;
    let changed: Option<billing::Changed> = results.first()?;
    if let Some(changed) = changed
        && let Some(clock) = zone::clock(&changed.time_zone, app.now)
    {
        let set = billing::set_clock(&changed.time_zone, clock);
        app.db.run(set).await?;
    }
    if let Some(look) = look
        && app.now.as_seconds() / 60 % 60 == 0
    {
        app.branding.write(&look, app.now).await?;
    }
    Ok(())
}

/// How many objects of plain forms are looked at in one run.
const FORM_PAGE: u32 = 100;

/// 1. the next objects that came by plain forms, of days that are over; 2. those that no version
/// names are doomed, and the next run goes on behind them.
async fn sweep_forms(app: &App) -> Result<(), Error> {
    // 1.
    let swept: Option<Swept> = app.db.run(upload::swept()).await?.first()?;
    let Some(swept) = swept else { return Ok(()) };
    let over = forms_are_over_before(app.now);
    let keys = app.blobs.keys(FORMS, &swept.key, FORM_PAGE).await?;
    let keys: Vec<String> = keys.into_iter().take_while(|key| *key < over).collect();
    // 2.
    if let Some(last) = keys.last() {
        let batch = vec![upload::doom(&keys, app.now)?, upload::swept_to(last)];
        app.db.batch(batch).await?;
    }
    Ok(())
}

/// 1. uploads that nobody went on with are given up, and objects whose rows are gone are listed;
/// 2. out of R2; 3. their rows. What is interrupted is done again: deleting twice is harmless.
async fn sweep_objects(app: &App) -> Result<(), Error> {
    // 1.
    let mut batch = Vec::from(upload::give_up_old(app.now));
    let own = batch.len();
    batch.push(upload::doomed());
    let mut results = app.db.batch(batch).await?;
    for _ in 0..own {
        results.skip()?;
    }
    let doomed: Vec<Doomed> = results.rows()?;
    // 2.
    let mut keys = Vec::new();
    for object in doomed {
        if let Some(multipart) = &object.multipart_id
            && let Err(error) = app.blobs.abort_parts(&object.blob, multipart).await
        {
            worker::console_error!("objects: {error}");
            continue;
        }
        keys.push(object.blob);
    }
    if keys.is_empty() {
        return Ok(());
    }
    app.blobs.delete(keys.clone()).await?;
    // 3.
    let rows = keys.iter().map(|blob| upload::gone(blob));
    app.db.batch(rows.collect()).await?;
    Ok(())
}

/// 1. takes back what came to nothing, claims what is due; 2. composes and sends; 3. reports, in one
/// batch. Two drivers at once never hold the same mail; what is claimed and not reported is due
/// again after the lease. Whether there may be more to send now: there was a full round, and who sends
/// them had nothing against one.
async fn drive_outbox(app: &App) -> Result<bool, Error> {
    if !app.mailer.is_configured() {
        return Ok(false);
    }
    // 1.
    let lease = match app.id::<crate::domain::id::noun::Mail>() {
        Ok(id) => id.to_string(),
        Err(error) => return Err(unavailable(&error)),
    };
    let mut results = app
        .db
        .batch(vec![
            outbox::take_back(app.now),
            reminder::take_back(app.now),
            outbox::claim(&lease, app.now),
            branding::truth(),
        ])
        .await?;
    results.skip()?;
    results.skip()?;
    let claimed: Vec<Claimed> = results.rows()?;
    let look: Branding = results.first()?.unwrap_or_default();
    if claimed.is_empty() {
        return Ok(false);
    }
    // 2.
    let mut more = claimed.len() == outbox::ROUND as usize;
    let mut reports: Vec<Statement> = Vec::new();
    let mut ready: Vec<(&Claimed, Message)> = Vec::new();
    for mail in &claimed {
        match compose(app, mail, &look) {
            Ok(message) => ready.push((mail, message)),
            Err(reason) => reports.push(report(app, mail, &lease, Failure::Undeliverable, &reason)),
        }
    }
    let (mails, messages): (Vec<_>, Vec<_>) = ready.into_iter().unzip();
    let answers = app.mailer.send_all(&messages).await;
    // 3.
    for (mail, answer) in mails.into_iter().zip(answers) {
        more &= matches!(&answer, Ok(_) | Err(SendError::Undeliverable { .. }));
        reports.push(match answer {
            Ok(_accepted) => outbox::sent(mail.id, &lease, app.now),
            Err(SendError::Transient { reason }) => {
                report(app, mail, &lease, Failure::Transient, &reason)
            }
            Err(SendError::Undeliverable { reason }) => {
                report(app, mail, &lease, Failure::Undeliverable, &reason)
            }
            Err(SendError::Misconfigured { reason }) => {
                report(app, mail, &lease, Failure::Misconfigured, &reason)
            }
        });
    }
    // Said twice it is the same; not said, the mails would go out once more after the lease.
    if let Err(error) = app.db.batch(reports.clone()).await {
        worker::console_warn!("outbox: {error}; saying it again");
        app.db.batch(reports).await?;
    }
    Ok(more)
}

fn unavailable(cause: &impl std::fmt::Display) -> Error {
    Error::Unavailable {
        binding: "random generator",
        cause: cause.to_string(),
    }
}

fn report(app: &App, mail: &Claimed, lease: &str, failure: Failure, reason: &str) -> Statement {
    let fate = decide(failure, mail.attempts, mail.id, app.now);
    outbox::failed(mail.id, lease, fate, reason)
}

/// The message of a mail, or a sentence for staff on why there can be none.
fn compose(app: &App, mail: &Claimed, look: &Branding) -> Result<Message, String> {
    let letter: Letter = serde_json::from_str(&mail.content).map_err(|error| error.to_string())?;
    let secret = match &mail.sealed {
        None => String::new(),
        Some(sealed) => seal::open(&app.config.keys, mail.id, sealed).ok_or(
            "The key that sealed this mail's link is no longer in SESSION_KEYS. Please send it again.",
        )?,
    };
    let name = Some(mail.to_name.as_str()).filter(|name| !name.is_empty());
    let to = Mailbox::new(name, &mail.to_email).map_err(|error| error.to_string())?;
    let from = app
        .mailer
        .sender(&look.name)
        .ok_or("MAIL_FROM is not set.")?;
    let id = mail.id.to_string();
    let envelope = Envelope {
        id: &id,
        from,
        to,
        subject: &mail.subject,
        date: mail.created_at,
    };
    // A sign-in link brings its code behind it.
    let (secret, code) = match secret.split_once('\n') {
        Some((secret, code)) => (secret, Some(code)),
        None => (secret.as_str(), None),
    };
    let news = match mail.kind.as_str() {
        notice::KIND => Some(News::Documents),
        reminder::KIND => Some(News::Invoices),
        task::mail::KIND => Some(News::Tasks),
        ticket::mail::KIND => Some(News::Tickets),
        message::mail::KIND => Some(News::Messages),
        _ => None,
    };
    let origin = app.config.base_url.origin();
    let stop = mail
        .contact_id
        .zip(news)
        .and_then(|(contact, news)| stop::path(&app.config.keys, contact, news))
        .map(|path| format!("{origin}{path}"));
    Ok(letter.compose(envelope, look, origin, (secret, code), stop))
}
