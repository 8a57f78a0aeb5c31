//! Reminders of invoices, by the business's clock: a page of open invoices at a time, each stage once.

use crate::app::App;
use crate::domain::reminder::{FROM_HOUR, Plan, StageTone};
use crate::domain::template::Kind;
use crate::paying::{Problem, Reminder, Wording};
use crate::store::billing::{self, Billing};
use crate::store::branding::{self, Branding};
use crate::store::reminder::{self, Open, PAGE, Walk};
use crate::store::template::{self, Stored};

/// 1. whether there is anything to do today: in the morning, and until the walk is done; 2. the next
/// page; 3. in one batch, what goes out and how far the walk is.
pub(super) async fn remind(app: &App) -> Result<(), Problem> {
    // 1.
    let mut results = app
        .db
        .batch(vec![billing::settings(), reminder::walk()])
        .await?;
    let billing: Option<Billing> = results.first()?;
    let walk: Option<Walk> = results.first()?;
    let Some((billing, walk)) = billing.zip(walk) else {
        return Ok(());
    };
    let today = billing.today(app.now);
    let plan = Plan::parse(&billing.reminders).unwrap_or_default();
    if billing.hour(app.now) < FROM_HOUR || (walk.done && walk.day == today.to_string()) {
        return Ok(());
    }
    let Some(next) = reminder::next(&plan, today, &walk) else {
        return Ok(());
    };
    // 2.
    let mut asked = vec![next, branding::truth()];
    asked.extend(StageTone::ALL.map(|tone| template::stored(Kind::of(tone))));
    let mut results = app.db.batch(asked).await?;
    let page: Vec<Open> = results.rows()?;
    let look: Branding = results.first()?.unwrap_or_default();
    let mut wordings = Vec::new();
    for tone in StageTone::ALL {
        let own: Option<Stored> = results.first()?;
        wordings.push((tone, Wording::new(Kind::of(tone), own.as_ref())?));
    }
    // 3.
    let mut batch = Vec::new();
    for of in &page {
        let view = of
            .view(today)
            .map_err(|_| Problem::Odd("an amount that cannot be"))?;
        let sent = |stage: crate::domain::reminder::Stage| of.was_sent(&stage.key());
        let Some(stage) = plan.due(&view, of.issued_on, of.due_on, today, sent) else {
            continue;
        };
        let people = of.people()?;
        let wording = wordings.iter().find(|(tone, _)| *tone == stage.tone());
        if let Some((_, wording)) = wording.filter(|_| !people.is_empty()) {
            let reminder = Reminder {
                look: &look,
                wording,
                by_link: billing.pay_without_account,
                by: None,
            };
            batch.extend(reminder.send(app, of, &people, &stage.key(), &stage.to_string())?);
        }
    }
    let done = page.len() < PAGE;
    let (due_on, id) = match page.last() {
        Some(last) => (last.due_on.to_string(), last.id.to_string()),
        None if walk.day == today.to_string() => (walk.due_on, walk.invoice_id),
        None => Default::default(),
    };
    batch.push(reminder::walked(today, &due_on, &id, done));
    app.db.batch(batch).await?;
    Ok(())
}
