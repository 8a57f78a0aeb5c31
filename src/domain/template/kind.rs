//! Which mails have a wording of their own, and the built-in one.

use serde::Deserialize;

/// A mail whose wording can be changed. The name stands in D1 and in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Invites a contact to the portal.
    Invitation,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 1] = [Self::Invitation];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
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
        }
    }
    /// The text of the button that stands for the link.
    pub const fn button(self) -> &'static str {
        match self {
            Self::Invitation => "Accept the invitation",
        }
    }
    /// The built-in subject.
    pub const fn default_subject(self) -> &'static str {
        match self {
            Self::Invitation => "{{business_name}} invites you to its client portal",
        }
    }
    /// The built-in text.
    pub const fn default_body(self) -> &'static str {
        match self {
            Self::Invitation => INVITATION,
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
