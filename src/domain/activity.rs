//! The audit log in plain words: "Anna Weber invited ben@orchard.example".
//!
//! The log keeps who, an action as `noun.verb`, and a detail; the sentence is made when it is read,
//! so better words reach old entries too. An action not known here falls back to its own words.

/// One entry of the log, as far as words need it.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// `staff`, `contact`, `anonymous` or `system`.
    pub principal: &'a str,
    /// Name of who acted; may be empty.
    pub name: &'a str,
    /// `noun.verb`.
    pub action: &'a str,
    /// What it was done to or with; may be empty.
    pub detail: &'a str,
}

impl Deed<'_> {
    /// Who acted, as a sentence begins.
    pub fn who(&self) -> &str {
        match (self.name, self.principal) {
            ("", "system") => "The portal",
            ("", "contact") => "A former contact",
            ("", _) => "Somebody",
            (name, _) => name,
        }
    }

    /// What was done, as the sentence goes on behind who did it, without a full stop.
    pub fn what(&self) -> String {
        let detail = self.detail;
        let is_bare = detail.is_empty();
        match phrase(self.action) {
            Some(Phrase::Bare(all)) => all.to_owned(),
            Some(Phrase::About(before, after)) => {
                let detail = if is_bare { self.whom() } else { detail };
                format!("{before}{detail}{after}")
            }
            Some(Phrase::Namely(all)) if is_bare => all.to_owned(),
            Some(Phrase::Namely(all)) => format!("{all}: {detail}"),
            None if is_bare => format!("did this: {}", plain(self.action)),
            None => format!("did this: {} ({detail})", plain(self.action)),
        }
    }

    /// What stands in for words that are missing: of people and clients they are once those are erased.
    fn whom(&self) -> &'static str {
        match self.action.split('.').next().unwrap_or_default() {
            "contact" | "invitation" | "sign_in_link" => "a former contact",
            "client" | "portal" => "an erased client",
            _ if self.action.starts_with("permissions.contact") => "a former contact",
            _ => "something",
        }
    }

    /// The name of an icon that goes with it.
    pub fn icon(&self) -> &'static str {
        match self.action.split('.').next().unwrap_or_default() {
            "client" => "building",
            "contact" | "staff" => "user",
            "document" | "upload" => "file",
            "invitation" | "mail" | "template" => "mail",
            "session" | "factor" | "sign_in_link" | "password" | "email" | "profile" => "key",
            "portal" => "home",
            "preview" => "eye",
            "project" => "briefcase",
            "task" => "list-todo",
            "ticket" | "support" | "saved_reply" => "support",
            "message" => "message",
            "time" => "clock",
            "branding" => "palette",
            "security" | "permissions" => "shield",
            "invoice" | "payment" | "billing" | "reminders" => "receipt",
            _ => "activity",
        }
    }
}

/// An action that has no sentence yet: `invoice.paid_late` is "invoice paid late".
fn plain(action: &str) -> String {
    action.replace(['.', '_'], " ")
}

/// How the detail stands in a sentence.
#[derive(Debug, Clone, Copy)]
enum Phrase {
    /// Not at all.
    Bare(&'static str),
    /// Between the two halves.
    About(&'static str, &'static str),
    /// After a colon, if there is one.
    Namely(&'static str),
}

/// What is done for a client: projects, tasks, time.
fn of_work(action: &str) -> Option<Phrase> {
    use Phrase::{About, Namely};
    Some(match action {
        "project.created" => About("added the project “", "”"),
        "project.changed" => About("changed the project “", "”"),
        "project.shown" => About("made the project “", "” visible in the portal"),
        "project.hidden" => About("hid the project “", "” from the portal"),
        "task.created" => About("added the task “", "”"),
        "task.changed" => About("changed the task “", "”"),
        "task.done" => About("marked the task “", "” as done"),
        "task.cancelled" => About("cancelled the task “", "”"),
        "task.reopened" => About("opened the task “", "” again"),
        "task.commented" => About("commented on “", "” for the team"),
        "task.comment_shared" => About("commented on “", "” for the client"),
        "task.replied" => About("commented on the task “", "”"),
        "task.completed" => About("completed “", "”"),
        "task.approved" => About("approved “", "”"),
        "task.changes_asked" => About("asked for changes to “", "”"),
        "time.logged" => About("logged ", ""),
        "time.changed" => About("changed an entry of time, now ", ""),
        "time.deleted" => About("deleted ", " of time"),
        "time.billed" => Namely("wrote a draft invoice of time"),
        "time.settings_changed" => Namely("changed what clients see of time"),
        _ => return None,
    })
}

fn phrase(action: &str) -> Option<Phrase> {
    use Phrase::{About, Bare, Namely};
    Some(match action {
        "client.created" => About("added the client ", ""),
        "client.changed" | "contact.changed" => About("changed the details of ", ""),
        "client.archived" => About("archived ", ""),
        "client.exported" => About("took an export of ", ""),
        "profile.exported" => Bare("exported what they see here"),
        "client.restored" => About("brought ", " back from the archive"),
        "portal.set_up" => About("set up the portal of ", ""),
        "portal.enabled" => About("switched the portal on for ", ""),
        "portal.disabled" => About("switched the portal off for ", ""),
        "contact.created" => About("added ", " as a contact"),
        "contact.made_primary" => About("made ", " the primary contact"),
        "contact.removed" => About("removed the contact ", ""),
        "contact.erased" => Bare("erased a contact"),
        "client.erased" => Bare("erased the client"),
        "contact.signed_out" => About("signed ", " out everywhere"),
        "invitation.queued" => About("invited ", ""),
        "invitation.cancelled" => About("took back the invitation to ", ""),
        "sign_in_link.queued" => About("sent a sign-in link to ", ""),
        "invitation.accepted" => Bare("accepted the invitation"),
        "document.uploaded" => About("uploaded “", "”"),
        "document.changed" => About("changed the details of “", "”"),
        "document.version_added" => About("uploaded a new version of “", "”"),
        "document.shown" => About("made “", "” visible in the portal"),
        "document.hidden" => About("hid “", "” from the portal"),
        "document.deleted" => About("deleted “", "”"),
        "document.downloaded" => About("downloaded “", "”"),
        "document.not_delivered" => About("noted that the download of “", "” broke off"),
        "invoice.drafted" => Namely("wrote a draft invoice"),
        "invoice.uploaded" => Namely("uploaded an invoice as a PDF"),
        "invoice.changed" => Namely("changed an invoice that is not sent yet"),
        "invoice.sent" => About("sent ", ""),
        "invoice.sent_again" => About("sent ", " again"),
        "invoice.revised" => About("began to revise ", ""),
        "invoice.revision_sent" => About("sent a new revision of ", ""),
        "invoice.revision_discarded" => About("discarded a revision of ", ""),
        "invoice.deleted" => Namely("deleted a draft invoice"),
        "invoice.duplicated" => About("duplicated ", ""),
        "invoice.put" => Namely("put an invoice to a project"),
        "invoice.reminded" => About("sent a reminder of ", ""),
        "reminders.changed" => Namely("changed the reminders"),
        "invoice.voided" => About("voided ", ""),
        "invoice.reopened" => About("reopened ", ""),
        "invoice.link_revoked" => About("ended the pay links of ", ""),
        "invoice.link_made" => About("made a pay link for ", ""),
        "payment.attached" => Namely("attached a payment to an invoice"),
        "payment.resolved" => Namely("resolved a payment exception"),
        "payments.changed" => Namely("changed how clients can pay"),
        "payment.recorded" => Namely("recorded a payment"),
        "payment.reversed" => Namely("reversed a payment"),
        "payment.corrected" => Namely("corrected a payment"),
        "payment.received" => About("received ", ""),
        "payment.processing" => About("began to collect ", ""),
        "payment.failed" => About("could not collect ", ""),
        "payment.refunded" => About("refunded ", ""),
        "payment.refund_failed" => About("could not refund ", ""),
        "payment.inquiry" => Namely("passed on a bank’s question about a payment"),
        "payment.disputed" => About("took back ", " for a dispute"),
        "payment.dispute_won" => About("gave back ", " after a dispute was won"),
        "payment.dispute_lost" => Namely("closed a dispute as lost"),
        "billing.changed" => Namely("changed the invoicing settings"),
        "client.billing_changed" => About("changed the billing details of ", ""),
        "session.began" => Bare("signed in"),
        "session.ended" => Namely("signed out"),
        "password.changed" => Bare("changed their password"),
        "password.reset" => Bare("chose a new password by a mailed link"),
        "factor.set" => Bare("added a second step to their sign-in"),
        "factor.removed" => Bare("removed the second step of their sign-in"),
        "factor.codes_made" => Bare("made new recovery codes"),
        "factor.taken_away" => About("took the second step of the sign-in away from ", ""),
        "email.asked" => About("asked to move their e-mail address to ", ""),
        "email.changed" => Namely("changed their e-mail address"),
        "profile.renamed" => Namely("changed their name"),
        "branding.changed" => Namely("changed the branding"),
        "branding.logo_changed" => Bare("chose a new logo"),
        "branding.reset" => Bare("reset the branding"),
        "template.changed" => Namely("changed an email template"),
        "template.reset" => Namely("reset an email template"),
        "security.changed" => Namely("changed the security settings"),
        "preview.started" => About("began to look at the portal as ", ""),
        "preview.page" => About("looked at ", " in the preview"),
        "preview.ended" => About("stopped looking as ", ""),
        "permissions.defaults_changed" => Namely("changed what clients see by default"),
        "permissions.client_changed" => Namely("changed what the client sees"),
        "permissions.contact_changed" => About("changed what ", " sees and gets"),
        "staff.invited" => About("invited ", " to the team"),
        "staff.invited_again" => About("sent ", " a new invitation to the team"),
        "staff.joined" => Bare("joined the team"),
        "staff.changed" => Namely("changed a colleague’s name"),
        "staff.role_changed" => About("changed the role of ", ""),
        "staff.deactivated" => About("deactivated ", ""),
        "staff.reactivated" => About("reactivated ", ""),
        _ => return support(action),
    })
}

/// Those about support tickets and messages.
fn support(action: &str) -> Option<Phrase> {
    use Phrase::{About, Namely};
    Some(match action {
        "ticket.opened" => About("opened the ticket ", ""),
        "ticket.replied" => About("wrote in the ticket ", ""),
        "ticket.answered" => About("answered the ticket ", ""),
        "ticket.noted" => About("noted something for the team in ", ""),
        "ticket.changed" => Namely("changed a ticket"),
        "ticket.resolved" => About("marked ", " as resolved"),
        "ticket.closed" => About("closed ", ""),
        "ticket.reopened" => About("opened ", " again"),
        "ticket.merged" => Namely("merged two tickets"),
        "upload.sent" => About("sent “", "”"),
        "message.begun" => About("began the conversation “", "”"),
        "message.sent" => About("wrote in “", "”"),
        "message.file_taken" | "ticket.file_taken" => About("downloaded “", "”"),
        "message.file_not_delivered" | "ticket.file_not_delivered" => {
            About("noted that the download of “", "” broke off")
        }
        "profile.mail_changed" => Namely("changed the mails they get"),
        "profile.mail_chosen" => Namely("chose the mails they get"),
        "profile.unsubscribed" => Namely("asked for no more of these e-mails"),
        "support.changed" => Namely("changed the support settings"),
        "saved_reply.created" => About("saved the reply “", "”"),
        "saved_reply.changed" => About("changed the saved reply “", "”"),
        "saved_reply.deleted" => About("deleted the saved reply “", "”"),
        _ => return of_work(action),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(principal: &str, name: &str, action: &str, detail: &str) -> String {
        let deed = Deed {
            principal,
            name,
            action,
            detail,
        };
        format!("{} {}", deed.who(), deed.what())
    }

    #[test]
    fn entries_read_like_sentences() {
        for (name, action, detail, sentence) in [
            (
                "Anna Weber",
                "invitation.queued",
                "ben@orchard.example",
                "Anna Weber invited ben@orchard.example",
            ),
            (
                "Lena",
                "document.downloaded",
                "Offer",
                "Lena downloaded “Offer”",
            ),
            ("Lena", "session.began", "", "Lena signed in"),
            (
                "Olive",
                "branding.changed",
                "colour",
                "Olive changed the branding: colour",
            ),
            (
                "Stripe",
                "payment.received",
                "€80.00 for INV-7",
                "Stripe received €80.00 for INV-7",
            ),
            (
                "Olive",
                "branding.changed",
                "",
                "Olive changed the branding",
            ),
            (
                "Olive",
                "staff.role_changed",
                "Mo: Member → Admin",
                "Olive changed the role of Mo: Member → Admin",
            ),
        ] {
            assert_eq!(said("staff", name, action, detail), sentence);
        }
    }

    #[test]
    fn what_is_not_known_falls_back_kindly() {
        assert_eq!(
            said("staff", "Olive", "invoice.paid_late", "INV-7"),
            "Olive did this: invoice paid late (INV-7)"
        );
        assert_eq!(said("system", "", "odd", ""), "The portal did this: odd");
        assert_eq!(
            said("anonymous", "", "document.deleted", ""),
            "Somebody deleted “something”"
        );
    }

    #[test]
    fn a_detail_is_never_taken_for_a_phrase() {
        assert_eq!(
            said("staff", "Olive", "client.created", "{} [} & Sons"),
            "Olive added the client {} [} & Sons"
        );
        assert_eq!(
            said("staff", "O", "branding.changed", "{}"),
            "O changed the branding: {}"
        );
    }
}
