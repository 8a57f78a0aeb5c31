//! What needs a person on the staff's dashboard: who waits, what did not arrive, what does not fit, what is overdue.

use super::{StaffPage, shown};
use crate::http::guard::Me;
use crate::store::dashboard::Mails;
use crate::store::task::list::Unheld;

/// Something that waits for a person.
pub(super) struct Attention {
    pub(super) icon: &'static str,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) href: String,
    pub(super) action: &'static str,
}

/// Tickets that wait for staff.
fn tickets_waiting(waiting: u64) -> Option<Attention> {
    let title = match waiting {
        0 => return None,
        1 => "A ticket waits for you".to_owned(),
        n => format!("{} tickets wait for you", shown(n)),
    };
    Some(Attention {
        icon: "support",
        title,
        text: "A client wrote, and nobody has answered yet.".to_owned(),
        href: "/admin/tickets?state=us".to_owned(),
        action: "Open the list",
    })
}

/// Tasks that a client sent back and that nobody has.
fn tasks_unheld(tasks: Unheld) -> Option<Attention> {
    let title = match tasks.count {
        0 => return None,
        1 => "Changes are asked for in a task that nobody has".to_owned(),
        n => format!(
            "Changes are asked for in {} tasks that nobody has",
            shown(n)
        ),
    };
    let one = tasks.newest.filter(|_| tasks.count == 1);
    Some(Attention {
        icon: "list-todo",
        title,
        text: "Give it to somebody, or do it yourself.".to_owned(),
        href: one.map_or_else(
            || "/admin/tasks?assignee=nobody".to_owned(),
            |id| format!("/admin/tasks/{id}"),
        ),
        action: if one.is_some() {
            "Open the task"
        } else {
            "Open the list"
        },
    })
}

/// Payments that do not fit.
fn exceptions(waiting: u64) -> Option<Attention> {
    let title = match waiting {
        0 => return None,
        1 => "A payment does not fit".to_owned(),
        n => format!("{} payments do not fit", shown(n)),
    };
    Some(Attention {
        icon: "alert",
        title,
        text: "Money that your provider told of and that belongs to no invoice as it is."
            .to_owned(),
        href: "/admin/exceptions".to_owned(),
        action: "Look at it",
    })
}

/// All of it, in the order in which it is shown; `missing` is what the mailer lacks to send.
pub(super) fn of(page: &StaffPage, me: &Me, missing: Option<&str>) -> Vec<Attention> {
    let mut found: Vec<_> = page
        .undelivered
        .iter()
        .map(|mail| Attention {
            icon: "mail",
            title: format!(
                "The invitation to {} of {} did not arrive",
                mail.name, mail.client_name
            ),
            text: match &mail.last_error {
                Some(reason) => format!("{}: {reason}", mail.to_email),
                None => mail.to_email.clone(),
            },
            href: format!("/admin/contacts/{}", mail.contact_id),
            action: "Check the address",
        })
        .collect();
    found.extend(tickets_waiting(page.tickets));
    found.extend(tasks_unheld(page.unheld));
    found.extend(exceptions(page.exceptions));
    found.extend(
        page.money
            .figures
            .iter()
            .filter(|each| !each.overdue.is_empty())
            .map(|each| Attention {
                icon: "clock",
                title: format!("{} is overdue", each.overdue),
                text: "Remind of it, or note that it was paid.".to_owned(),
                href: format!("/admin/billing?state=overdue&currency={}", each.currency),
                action: "Open the list",
            }),
    );
    if !me.role.may_see_outbox() {
        return found;
    }
    let Mails {
        failed, waiting, ..
    } = page.mails;
    if failed > 0 {
        let one = page.mails.newest_failed.filter(|_| failed == 1);
        found.push(Attention {
            icon: "alert",
            title: match failed {
                1 => "A mail could not be sent".to_owned(),
                100.. => "More than 99 mails could not be sent".to_owned(),
                n => format!("{n} mails could not be sent"),
            },
            text: "Look at the reason, then send again.".to_owned(),
            href: one.map_or_else(
                || "/admin/outbox".to_owned(),
                |id| format!("/admin/outbox/{id}"),
            ),
            action: "Open the outbox",
        });
    }
    if let Some(missing) = missing
        && waiting > 0
    {
        found.push(Attention {
            icon: "send",
            title: match waiting {
                1 => "A mail waits in the outbox".to_owned(),
                100.. => "More than 99 mails wait in the outbox".to_owned(),
                n => format!("{n} mails wait in the outbox"),
            },
            text: missing.to_owned(),
            href: "/admin/outbox".to_owned(),
            action: "Open the outbox",
        });
    }
    found
}
