//! What staff do to a ticket without saying anything: category, priority and who has it; its state; and
//! merging it into another one.

use super::one::{Forms, One, TicketPage};
use crate::domain::id::{StaffId, TicketId};
use crate::domain::ticket::{Priority, Status};
use crate::http::Fields;
use crate::http::chrome::Flash;
use crate::http::guard::Staff;
use crate::http::page::{Answer, see, try_again};
use crate::store::ticket::Ticket;
use crate::store::ticket::change::{self, Draft, Mover};

fn path(of: &Ticket) -> String {
    format!("/admin/tickets/{}", of.id)
}

/// The page again, with one of its forms as it was sent.
fn again(staff: Staff<One>, change: impl FnOnce(&mut Forms)) -> Answer {
    let app = &staff.app;
    let mut forms = staff.page.forms(Fields::fresh(app)?, Fields::fresh(app)?);
    change(&mut forms);
    let now = app.now;
    try_again(&TicketPage::new(staff.chrome, staff.page, forms, now))
}

/// `POST /admin/tickets/{id}`: refused whole where somebody was quicker.
pub(crate) async fn save(staff: Staff<One>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let ticket = &of.ticket;
    let categories = of.support.categories();
    let category = form.required("category", |text| categories.choose(text, &ticket.category));
    let priority = form.required("priority", Priority::parse);
    let assignee = form.optional("assignee", |text| {
        let id = StaffId::parse(text).ok();
        let known = of
            .colleagues
            .iter()
            .map(|one| one.id)
            .chain(ticket.assignee_id);
        id.filter(|id| known.into_iter().any(|one| one == *id))
            .ok_or("Choose one of your colleagues.")
    });
    form.meanwhile(&of.filled());
    let (Some(category), Some(priority), Some(assignee), false) =
        (category, priority, assignee, form.has_errors())
    else {
        return again(staff, |forms| forms.about = form);
    };
    let draft = Draft {
        category,
        priority,
        assignee,
    };
    let said = differences(of, &draft);
    if said.is_empty() {
        Flash::success(app, "Everything was saved like this already.");
        return see(&path(ticket));
    }
    let detail = format!("{} ({})", ticket.title(), said.join(", "));
    let entry = staff
        .me()
        .did("ticket.changed", ticket.client_id, ticket.id, detail);
    let batch = vec![
        change::change(ticket, &draft, app.now),
        entry.append(app.id()?, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(app, "Your changes are saved.");
    see(&path(ticket))
}

/// What changes, in words for the log.
fn differences(of: &One, draft: &Draft) -> Vec<String> {
    let ticket = &of.ticket;
    let mut said = Vec::new();
    if draft.assignee != ticket.assignee_id {
        let name = of
            .colleagues
            .iter()
            .find(|one| Some(one.id) == draft.assignee);
        said.push(name.map_or_else(
            || "nobody has it".to_owned(),
            |one| format!("{} has it", one.name),
        ));
    }
    if draft.priority != ticket.priority {
        said.push(format!(
            "priority {}",
            draft.priority.label().to_lowercase()
        ));
    }
    if draft.category != ticket.category {
        let category = if draft.category.is_empty() {
            "none"
        } else {
            &draft.category
        };
        said.push(format!("category {category}"));
    }
    said
}

/// `POST /admin/tickets/{id}/status`: resolved, closed or open again, by one press.
pub(crate) async fn move_to(staff: Staff<One>, mut form: Fields) -> Answer {
    let (app, me, of) = (&staff.app, staff.me(), &staff.page.ticket);
    let to = form.required("status", Status::parse);
    form.sound()?;
    let to = to.filter(|to| of.status.moves().contains(to) && of.links.into.is_none());
    let Some(to) = to else {
        Flash::error(
            app,
            "This ticket has changed meanwhile. This is how it stands now.",
        );
        return see(&path(of));
    };
    let mover = Mover::Staff(me.id, &me.name);
    let batch = vec![
        change::move_to(of, to, app.now),
        change::note(app.id()?, of.id, to, mover, &me.address, app.now),
    ];
    app.db.batch(batch).await?;
    Flash::success(
        app,
        format!("#{} is {} now.", of.number, to.label().to_lowercase()),
    );
    see(&path(of))
}

/// `POST /admin/tickets/{id}/merge`: into another one of the same client, where its messages go on.
pub(crate) async fn merge(staff: Staff<One>, mut form: Fields) -> Answer {
    let (app, of) = (&staff.app, &staff.page);
    let ticket = &of.ticket;
    if ticket.links.into.is_some() {
        form.sound()?;
        Flash::error(app, "This ticket is merged already.");
        return see(&path(ticket));
    }
    let into = form.required("into", |text| {
        let id = TicketId::parse(text).ok();
        let found = of.others.iter().find(|other| Some(other.id) == id);
        found.ok_or("Choose the ticket that goes on.")
    });
    let sure = form.checkbox("sure");
    if !sure {
        form.refuse(
            "sure",
            "This cannot be undone. Please tick this if you are sure.",
        );
    }
    let (Some(into), false) = (into, form.has_errors()) else {
        return again(staff, |forms| forms.merge = form);
    };
    let detail = format!("{} → #{}", ticket.title(), into.number);
    let entry = staff
        .me()
        .did("ticket.merged", ticket.client_id, ticket.id, detail);
    let mut batch = change::merge(ticket, into.id, app.now);
    batch.push(entry.append(app.id()?, app.now));
    app.db.batch(batch).await?;
    let said = format!(
        "#{} is merged into this ticket, #{}. Its address leads here for the client too.",
        ticket.number, into.number
    );
    Flash::success(app, said);
    see(&format!("/admin/tickets/{}", into.id))
}
