//! Which mails have a wording of their own, and the built-in one.

use serde::Deserialize;

use super::Variable;

/// A mail whose wording can be changed. The name stands in D1 and in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Invites a contact to the portal.
    Invitation,
    /// Brings an invoice.
    Invoice,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Invitation, Self::Invoice];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Invoice => "invoice",
        }
    }
    /// The kind of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == name)
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Invitation => "Invitation",
            Self::Invoice => "Invoice",
        }
    }
    /// The text of the button that stands for the link.
    pub const fn button(self) -> &'static str {
        match self {
            Self::Invitation => "Accept the invitation",
            Self::Invoice => "View and pay",
        }
    }
    /// The page that the link opens; its secret comes behind it.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Invitation => "/invitation/",
            Self::Invoice => "/invoice/",
        }
    }
    /// The variable that stands for the link.
    pub const fn link(self) -> Variable {
        match self {
            Self::Invitation => Variable::InviteLink,
            Self::Invoice => Variable::InvoiceLink,
        }
    }
    /// What is wrong with a text that has no link.
    pub(super) const fn without_link(self) -> &'static str {
        match self {
            Self::Invitation => "without it nobody can accept the invitation",
            Self::Invoice => "without it nobody can open the invoice",
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
        }
    }
    /// The built-in subject.
    pub const fn default_subject(self) -> &'static str {
        match self {
            Self::Invitation => "{{business_name}} invites you to its client portal",
            Self::Invoice => "Invoice {{invoice_number}} from {{business_name}}",
        }
    }
    /// The built-in text.
    pub const fn default_body(self) -> &'static str {
        match self {
            Self::Invitation => INVITATION,
            Self::Invoice => INVOICE,
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

here is invoice {{invoice_number}} for {{client_name}}. {{amount_due}} is to be paid until \
{{due_date}}.

You can look at it, save it and pay it here:

{{invoice_link}}

If something is not as you expected, please write to {{support_email}}.

Thank you for working with us.

Kind regards
{{sender_name}}
{{business_name}}";
