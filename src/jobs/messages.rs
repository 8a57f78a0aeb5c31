//! The mail about messages that were not read for five minutes, to people of clients and to staff.

use crate::app::App;
use crate::outbound::letter::Letter;
use crate::store::branding::{self, Branding};
use crate::store::message::mail::{self, Due, Mail, Untold};
use crate::store::{Error, Statement};

/// Threads that a mail names; of more it says how many.
const NAMED: usize = 10;

/// 1. who has waited for five minutes; 2. what each of them was not told of; 3. in one batch, a mail to
/// each who takes such mail, and the mark that they were told.
pub(super) async fn tell(app: &App) -> Result<(), Error> {
    // 1.
    let due: Vec<Due> = app.db.run(mail::due(app.now)).await?.rows()?;
    if due.is_empty() {
        return Ok(());
    }
    // 2.
    let asked = due.iter().map(mail::untold);
    let asked = std::iter::once(branding::truth()).chain(asked);
    let mut results = app.db.batch(asked.collect()).await?;
    let look: Branding = results.first()?.unwrap_or_default();
    // 3.
    let mut batch = Vec::new();
    for reader in &due {
        let untold: Vec<Untold> = results.rows()?;
        batch.extend(letter(app, &look, reader, &untold)?);
        batch.push(mail::told(reader, &untold, app.now)?);
    }
    app.db.batch(batch).await?;
    Ok(())
}

/// The mail to a reader, if there is one to be sent.
fn letter(
    app: &App,
    look: &Branding,
    reader: &Due,
    untold: &[Untold],
) -> Result<Option<Statement>, Error> {
    // A thread that may not be seen just now is not told of.
    let told: Vec<Untold> = untold
        .iter()
        .filter(|one| one.told.is_some())
        .cloned()
        .collect();
    let Some(first) = told.first() else {
        return Ok(None);
    };
    let to = first.told.as_deref().unwrap_or_default();
    let (email, name): (String, String) = serde_json::from_str(to)?;
    let staff = first.staff_id;
    let (list, profile) = match staff {
        Some(_) => (
            "/admin/messages",
            "Your profile says which mails you get.".to_owned(),
        ),
        None => (
            "/messages",
            "You get this e-mail because you had not read it for five minutes.".to_owned(),
        ),
    };
    let messages: u64 = told.iter().map(|one| one.unread).sum();
    let content = Letter {
        paragraphs: words(look, staff.is_some(), messages, &told),
        button: Some("Read and answer".to_owned()),
        path: match told.as_slice() {
            [one] => format!("{list}/{}", one.thread_id),
            _ => list.to_owned(),
        },
        after: vec![format!(
            "Please answer in the portal, not to this e-mail. {profile}"
        )],
    };
    let subject = match (messages, told.as_slice()) {
        (1, _) => format!("New message: {}", first.subject),
        (n, [_]) => format!("{n} new messages: {}", first.subject),
        (n, _) => format!("{n} new messages"),
    };
    let mail = Mail {
        id: app.id().map_err(|error| super::unavailable(&error))?,
        reader,
        staff,
        contact: first.contact_id.map(|id| (id, first.client_id)),
        to: (&email, &name),
        subject: &subject,
        content: &serde_json::to_string(&content)?,
    };
    Ok(Some(mail.queue(&told, app.now)?))
}

/// What the mail says above its button.
fn words(look: &Branding, for_staff: bool, messages: u64, told: &[Untold]) -> Vec<String> {
    let of = if for_staff {
        "your clients"
    } else {
        &look.name
    };
    let first = match messages {
        1 => format!("You have not read a message of {of} yet."),
        n => format!("You have not read {n} messages of {of} yet."),
    };
    let thread = |one: &Untold| {
        let client = if for_staff {
            format!(" of {}", one.client_name)
        } else {
            String::new()
        };
        let more = match one.unread {
            1 => String::new(),
            n => format!(" ({n} messages, this is the last one)"),
        };
        let said: Vec<&str> = one.excerpt.split_whitespace().collect();
        let said = said.join(" ");
        let cut = if one.excerpt.chars().count() >= 400 {
            " …"
        } else {
            ""
        };
        format!(
            "{}{client} in “{}”{more}: {said}{cut}",
            one.author, one.subject
        )
    };
    let rest = told.len().saturating_sub(NAMED);
    let rest = match rest {
        0 => None,
        1 => Some("One conversation more has something new.".to_owned()),
        n => Some(format!("{n} conversations more have something new.")),
    };
    let threads = told.iter().take(NAMED).map(thread);
    std::iter::once(first).chain(threads).chain(rest).collect()
}
