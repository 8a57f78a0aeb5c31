//! Reminders of invoices, by the business's clock: a page of open invoices at a time, each stage once.

use crate::app::App;
use crate::domain::reminder::{FROM_HOUR, Plan, StageTone};
use crate::domain::template::Kind;
use crate::paying::{Problem, Reminder, Wording};
use crate::store::billing::{self, Billing};
use crate::store::branding::{self, Branding};
use crate::store::reminder::{self, Open, Walk};
use crate::store::template::{self, Stored};

/// Pages in one run of the clock, at most.
const PAGES: usize = 20;
/// Statements that write, in one run: of what goes out, so many and those of one page more. D1 takes a
/// thousand statements of a run, of everything that the clock does.
const WRITES: usize = 150;

/// Page after page, until the walk of the day is done or a run has had its fill.
pub(super) async fn remind(app: &App) -> Result<(), Problem> {
    let mut written = 0;
    for _ in 0..PAGES {
        match page(app).await? {
            Some(statements) if written + statements < WRITES => written += statements,
            _ => break,
        }
    }
    Ok(())
}

/// 1. whether there is anything to do today: in the morning, and until the walk is done; 2. the next
/// page; 3. in one batch, what goes out and how far the walk is. Gives how many statements that was;
/// none where there is nothing left to do today.
async fn page(app: &App) -> Result<Option<usize>, Problem> {
    // 1.
    let mut results = app
        .db
        .batch(vec![billing::settings(), reminder::walk()])
        .await?;
    let billing: Option<Billing> = results.first()?;
    let walk: Option<Walk> = results.first()?;
    let Some((billing, walk)) = billing.zip(walk) else {
        return Ok(None);
    };
    let today = billing.today(app.now);
    let plan = Plan::parse(&billing.reminders).unwrap_or_default();
    if billing.hour(app.now) < FROM_HOUR {
        return Ok(None);
    }
    let Some(walk) = walk.on(today) else {
        return Ok(None);
    };
    let Some(next) = reminder::next(&plan, today, &walk) else {
        return Ok(None);
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
    let walk = walk.behind(&page, today);
    batch.push(reminder::walked(&walk));
    let statements = batch.len();
    app.db.batch(batch).await?;
    Ok((!walk.done).then_some(statements))
}
