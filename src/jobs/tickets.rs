//! Tickets that have been resolved for long enough are closed, by the business's setting; staff are told of
//! replies that came soon after the last mail about their ticket.

use crate::app::App;
use crate::domain::ticket::Status;
use crate::outbound::letter::Letter;
use crate::store::support::{self, Support};
use crate::store::ticket::change::{self, Due, Mover};
use crate::store::ticket::telling::{self, Telling};
use crate::store::{Error, Results};

/// 1. after how many days; 2. the next twenty; 3. closed, each with its line in the log, unless somebody
/// said something meanwhile.
pub(super) async fn close(app: &App) -> Result<(), Error> {
    // 1.
    let support: Option<Support> = app.db.run(support::settings()).await?.first()?;
    let Some(days) = support.map(|support| support.close_days) else {
        return Ok(());
    };
    // 2.
    let mut results: Results = app.db.run(change::due(days, app.now)).await?;
    let due: Vec<Due> = results.rows()?;
    // 3.
    let mut batch = Vec::new();
    for one in &due {
        let log = app.id().map_err(|error| super::unavailable(&error))?;
        batch.push(change::close(one, days, app.now));
        batch.push(change::note(
            log,
            one.id,
            Status::Closed,
            Mover::Clock,
            "",
            app.now,
        ));
    }
    if !batch.is_empty() {
        app.db.batch(batch).await?;
    }
    Ok(())
}

/// 1. who has waited for five minutes; 2. in one batch, a mail to each, and the mark that they were told.
pub(super) async fn tell(app: &App) -> Result<(), Error> {
    // 1.
    let due: Vec<Telling> = app.db.run(telling::due(app.now)).await?.rows()?;
    if due.is_empty() {
        return Ok(());
    }
    // 2.
    let mut batch = Vec::new();
    for one in &due {
        let id = app.id().map_err(|error| super::unavailable(&error))?;
        let subject = format!("[#{}] {}", one.number, one.subject);
        let content = serde_json::to_string(&letter(one))?;
        batch.push(one.queue(id, (&subject, &content), app.now));
        batch.push(one.told(app.now));
    }
    app.db.batch(batch).await?;
    Ok(())
}

fn letter(one: &Telling) -> Letter {
    let Telling {
        author,
        client_name,
        number,
        subject,
        ..
    } = one;
    let first = match one.untold {
        0 | 1 => format!("{author} of {client_name} wrote in the ticket #{number}: {subject}"),
        n => format!(
            "There are {n} more replies of {client_name} in the ticket #{number}: {subject}. The last one is by {author}:"
        ),
    };
    let said: Vec<&str> = one.excerpt.split_whitespace().collect();
    let cut = if one.excerpt.chars().count() >= 400 {
        " …"
    } else {
        ""
    };
    Letter {
        paragraphs: vec![first, format!("{}{cut}", said.join(" "))],
        button: Some("Open the ticket".to_owned()),
        path: format!("/admin/tickets/{}", one.at),
        after: vec![
            "You get this e-mail because you have this ticket, or because nobody has it yet. Your profile says which mails you get."
                .to_owned(),
        ],
    }
}
