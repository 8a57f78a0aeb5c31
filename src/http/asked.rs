//! Links that somebody asked for by typing an address: to sign in, or to choose a new password.
//!
//! Before the answer the asking is counted and taken down, the same for every address. Here, once the answer is
//! out, it is looked up whose the address is; so the time of the answer cannot tell. The clock sees to what was
//! left. Two that see to the same asking make one link: it gets the asking's id.

use super::{Error, forgot, magic};
use crate::app::App;
use crate::domain::id::LinkId;
use crate::domain::next::Side;
use crate::store::asked::{self, AskedLink};
use crate::store::branding::{self, Branding};
use crate::store::reset::Owner;
use crate::store::{Results, Statement, login, reset};

/// Makes the link that was asked for in this request.
pub(crate) async fn see_to(app: &App, id: LinkId) {
    see_to_or_say(app, asked::one(id)).await;
}

/// Makes the links that were left, because whoever should have made them was cut short.
pub(crate) async fn see_to_what_was_left(app: &App) {
    see_to_or_say(app, asked::left()).await;
}

async fn see_to_or_say(app: &App, which: Statement) {
    if let Err(error) = see_to_all(app, which).await {
        let cause = error.cause().unwrap_or_default();
        worker::console_error!("links asked for: {cause}");
    }
}

/// 1. the askings; 2. whose the addresses are; 3. for each in a batch of its own link and mail, if somebody is to
/// get them, and the asking goes.
async fn see_to_all(app: &App, which: Statement) -> Result<(), Error> {
    // 1.
    let all: Vec<AskedLink> = app.db.run(which).await?.rows()?;
    if all.is_empty() {
        return Ok(());
    }
    // 2.
    let whose = all.iter().map(whose);
    let whose = std::iter::once(branding::truth()).chain(whose);
    let mut results = app.db.batch(whose.collect()).await?;
    let look: Branding = results.first()?.unwrap_or_default();
    // 3.
    for asked in &all {
        let mut batch = mail(app, &look.name, asked, &mut results)?;
        batch.push(asked.done());
        // One that fails holds no other up; the clock tries it again.
        if let Err(error) = app.db.batch_once(batch).await {
            worker::console_error!("links asked for: {error}");
        }
    }
    Ok(())
}

/// The side whose password is to be chosen anew; none, where the link signs in.
fn side(asked: &AskedLink) -> Option<Side> {
    [Side::Client, Side::Staff]
        .into_iter()
        .find(|side| forgot::purpose(*side).as_str() == asked.purpose)
}

fn whose(asked: &AskedLink) -> Statement {
    match side(asked) {
        Some(side) => reset::owner(side, &asked.email_key),
        None => login::account(&asked.email_key),
    }
}

/// Link and mail, where [`whose`] found somebody.
fn mail(
    app: &App,
    business: &str,
    asked: &AskedLink,
    results: &mut Results,
) -> Result<Vec<Statement>, Error> {
    if let Some(side) = side(asked) {
        let owner: Option<Owner> = results.first()?;
        let mails = owner.map(|owner| forgot::mail(asked.id, app, side, business, &owner));
        return mails.unwrap_or_else(|| Ok(Vec::new()));
    }
    let account: Option<login::AccountLogin> = results.first()?;
    let found = account.and_then(|found| Some(((found.id, found.contact_id?), found.email)));
    let Some((to, email)) = found else {
        return Ok(Vec::new());
    };
    let browser = asked.browser_hash.as_deref().unwrap_or_default();
    magic::mail_as(asked.id, app, business, to, (&email, browser))
}
