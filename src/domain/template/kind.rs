//! Which mails have a wording of their own, and the built-in one.

use serde::Deserialize;

use super::super::reminder::StageTone;
use super::Variable;

/// A mail whose wording can be changed. The name stands in D1 and in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Invites a contact to the portal.
    Invitation,
    /// Brings an invoice.
    Invoice,
    /// An invoice will be due.
    #[serde(rename = "reminder-before")]
    ReminderBefore,
    /// An invoice is due today.
    #[serde(rename = "reminder-due")]
    ReminderDue,
    /// An invoice is late.
    #[serde(rename = "reminder-after")]
    ReminderAfter,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Invitation,
        Self::Invoice,
        Self::ReminderBefore,
        Self::ReminderDue,
        Self::ReminderAfter,
    ];

    /// The reminder of that tone.
    pub const fn of(tone: StageTone) -> Self {
        match tone {
            StageTone::Before => Self::ReminderBefore,
            StageTone::OnDue => Self::ReminderDue,
            StageTone::After => Self::ReminderAfter,
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Invoice => "invoice",
            Self::ReminderBefore => "reminder-before",
            Self::ReminderDue => "reminder-due",
            Self::ReminderAfter => "reminder-after",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Invitation => "Invitation",
            Self::Invoice => "Invoice",
            Self::ReminderBefore => "Reminder before the due date",
            Self::ReminderDue => "Reminder on the due date",
            Self::ReminderAfter => "Reminder after the due date",
        }
    }
    /// The text of the button that stands for the link.
    pub const fn button(self) -> &'static str {
        match self {
            Self::Invitation => "Accept the invitation",
            _ => "View and pay",
        }
    }
    /// The page that the link opens; its secret comes behind it.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Invitation => "/invitation/",
            _ => "/invoice/",
        }
    }
    /// The variable that stands for the link.
    pub const fn link(self) -> Variable {
        match self {
            Self::Invitation => Variable::InviteLink,
            _ => Variable::InvoiceLink,
        }
    }
    /// What is wrong with a text that has no link.
    pub(super) const fn without_link(self) -> &'static str {
        match self {
            Self::Invitation => "without it nobody can accept the invitation",
            _ => "without it nobody can open the invoice",
        }
    }
    /// What can be filled in.
    pub const fn variables(self) -> &'static [Variable] {
        match self {
            Self::Invitation => &[
                Variable::BusinessName,
                Variable::ClientName,
                Variable::ContactFirstName,
                Variable::InviteLink,
                Variable::ExpiresAt,
                Variable::SenderName,
                Variable::SupportEmail,
            ],
            Self::Invoice => &[
                Variable::BusinessName,
                Variable::ClientName,
                Variable::ContactFirstName,
                Variable::InvoiceNumber,
                Variable::AmountDue,
                Variable::DueDate,
                Variable::InvoiceLink,
                Variable::SenderName,
                Variable::SupportEmail,
            ],
            Self::ReminderBefore | Self::ReminderDue | Self::ReminderAfter => &[
                Variable::BusinessName,
                Variable::ClientName,
                Variable::ContactFirstName,
                Variable::InvoiceNumber,
                Variable::AmountDue,
                Variable::DueDate,
                Variable::InvoiceLink,
                Variable::SupportEmail,
            ],
        }
    }
    /// The built-in subject.
    pub const fn default_subject(self) -> &'static str {
        match self {
            Self::Invitation => "{{business_name}} invites you to its client portal",
            Self::Invoice => "Invoice {{invoice_number}} from {{business_name}}",
            Self::ReminderBefore => "Invoice {{invoice_number}} is due on {{due_date}}",
            Self::ReminderDue => "Invoice {{invoice_number}} is due today",
            Self::ReminderAfter => "Reminder: invoice {{invoice_number}} from {{business_name}}",
        }
    }
    /// The built-in text.
    pub const fn default_body(self) -> &'static str {
        match self {
            Self::Invitation => INVITATION,
            Self::Invoice => INVOICE,
            Self::ReminderBefore => BEFORE,
            Self::ReminderDue => DUE,
            Self::ReminderAfter => AFTER,
        }
    }
}

const INVITATION: &str = "\
Hello {{contact_first_name}},

{{business_name}} has opened a client portal for {{client_name}}. It keeps everything we share with \
you in one place, and you can reach it at any time, on a computer or a phone.

To log in for the first time, open this link and choose a password:

{{invite_link}}

If you would rather not have a password, choose there to sign in by e-mail instead. From then on \
you log in with this e-mail address.

The link is only for you and works until {{expires_at}}. After that, open it all the same and ask \
for a new one.

If you have a question, or did not expect this e-mail, please write to {{support_email}}.

Kind regards
{{sender_name}}
{{business_name}}";

const INVOICE: &str = "\
Hello {{contact_first_name}},

Here is invoice {{invoice_number}} for {{client_name}}: {{amount_due}}, due \
by {{due_date}}.

You can look at it and save it here:

{{invoice_link}}

If something is not as you expected, please write to {{support_email}}.

Thank you for working with us.

Kind regards
{{sender_name}}
{{business_name}}";

const BEFORE: &str = "\
Hello {{contact_first_name}},

A friendly word ahead: invoice {{invoice_number}} for {{client_name}} is due on {{due_date}}. \
{{amount_due}} is to be paid.

You can look at it and pay it here:

{{invoice_link}}

If you have paid it already, thank you; then there is nothing left to do. If you have a question, \
please write to {{support_email}}.

Kind regards
{{business_name}}";

const DUE: &str = "\
Hello {{contact_first_name}},

Invoice {{invoice_number}} for {{client_name}} is due today, {{due_date}}. {{amount_due}} is to be \
paid.

You can look at it and pay it here:

{{invoice_link}}

If you have paid it already, thank you; then there is nothing left to do. If you have a question, \
please write to {{support_email}}.

Kind regards
{{business_name}}";

const AFTER: &str = "\
Hello {{contact_first_name}},

Invoice {{invoice_number}} for {{client_name}} was due on {{due_date}}, and we have not seen a \
payment of {{amount_due}} yet. Perhaps it was overlooked.

You can look at it and pay it here:

{{invoice_link}}

If your payment is on its way, please take no notice of this mail. If something is not as you \
expected, please write to {{support_email}}.

Kind regards
{{business_name}}";
