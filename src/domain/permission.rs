//! Portal Permissions as forms give them: what a client's page and a contact's page say of modules
//! and mails, and the presets that fill a contact's page in.
//!
//! A form tells which modules it showed, because a browser sends nothing for a box that is not
//! ticked: what it did not show stays as it was.

use super::module::{Choice, Module, Modules};

/// What a client's page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientChoice {
    /// The modules that the form showed.
    pub shown: Modules,
    /// Those the client sees.
    pub visible: Modules,
    /// Those that stay as they are here even if the business's default changes.
    pub kept: Modules,
}

impl ClientChoice {
    /// What is chosen for a module: what differs from the default is the client's own, and so is
    /// what is kept; all else follows the default.
    pub const fn of(&self, module: Module, business: Modules) -> Choice {
        let visible = self.visible.has(module);
        if visible == business.has(module) && !self.kept.has(module) {
            Choice::Inherit
        } else if visible {
            Choice::On
        } else {
            Choice::Off
        }
    }

    /// The client's masks, on and off, once this is saved.
    pub fn apply(&self, business: Modules, on: Modules, off: Modules) -> (Modules, Modules) {
        self.shown.iter().fold((on, off), |(on, off), module| {
            self.of(module, business).apply(module, on, off)
        })
    }
}

/// What a contact's mask of switched-off modules is, once a form that showed some of them is saved.
pub fn contact_off(shown: Modules, visible: Modules, off: Modules) -> Modules {
    shown.iter().fold(off, |off, module| {
        if visible.has(module) {
            off.without(module)
        } else {
            off.with(module)
        }
    })
}

/// The business's defaults, once a form that showed some of them is saved.
pub fn defaults(shown: Modules, ticked: Modules, old: Modules) -> Modules {
    shown.iter().fold(old, |all, module| {
        if ticked.has(module) {
            all.with(module)
        } else {
            all.without(module)
        }
    })
}

/// A kind of mail that a contact may get or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A document was shared.
    Documents,
    /// An invoice was sent, or is due.
    Invoices,
    /// A task waits for them, or staff commented on one.
    Tasks,
    /// A ticket was answered.
    Tickets,
    /// Something was said to them that they have not read.
    Messages,
}

impl News {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Documents,
        Self::Invoices,
        Self::Tasks,
        Self::Tickets,
        Self::Messages,
    ];

    /// Its name in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Documents => "mail_documents",
            Self::Invoices => "mail_invoices",
            Self::Tasks => "mail_tasks",
            Self::Tickets => "mail_tickets",
            Self::Messages => "mail_messages",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Documents => "When we share a file",
            Self::Invoices => "When a bill is sent or due",
            Self::Tasks => "When a task waits for them or is commented on",
            Self::Tickets => "When a ticket of theirs is answered",
            Self::Messages => "When a message was not read for five minutes",
        }
    }
    /// The same, said to the one who gets it: "We write to you …".
    pub const fn when(self) -> &'static str {
        match self {
            Self::Documents => "when we share a file with you",
            Self::Invoices => "when an invoice is sent or due",
            Self::Tasks => "when a task waits for you or we comment on one",
            Self::Tickets => "when we answer a ticket of yours",
            Self::Messages => "when you have not read a message of ours for five minutes",
        }
    }
    /// The short form, in lists.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Documents => "Shared files",
            Self::Invoices => "Bills",
            Self::Tasks => "Tasks",
            Self::Tickets => "Tickets",
            Self::Messages => "Messages",
        }
    }
    /// The module that it is about.
    pub const fn module(self) -> Module {
        match self {
            Self::Documents => Module::Documents,
            Self::Invoices => Module::Billing,
            Self::Tasks => Module::Tasks,
            Self::Tickets => Module::SupportTickets,
            Self::Messages => Module::Messages,
        }
    }
}

/// A role that fills a contact's page in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Sees and gets all that the client does.
    Owner,
    /// Invoices and paying them.
    Billing,
    /// The work, without money.
    Project,
    /// Sees it all and gets no mail; can neither pay nor send anything.
    Viewer,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Billing, Self::Project, Self::Viewer];

    /// Its name in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Billing => "billing",
            Self::Project => "project",
            Self::Viewer => "viewer",
        }
    }
    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Billing => "Billing contact",
            Self::Project => "Project contact",
            Self::Viewer => "Viewer",
        }
    }
    /// One line that says what it means.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Owner => "Sees and gets everything that is on for the client.",
            Self::Billing => "Bills, paying them, and files.",
            Self::Project => "The work and its files, without money.",
            Self::Viewer => "Sees everything, cannot pay or send anything, gets no mail.",
        }
    }
    /// The preset of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == name)
    }
    /// What is off for a contact with it.
    pub fn off(self) -> Modules {
        use Module::{
            Billing, Documents, Messages, Payments, Projects, SupportTickets, Tasks, TimeLogs,
            Uploads,
        };
        let on: Modules = match self {
            Self::Owner => Modules::ALL,
            Self::Billing => [Documents, Billing, Payments, Messages]
                .into_iter()
                .collect(),
            Self::Project => {
                let work = [Projects, Tasks, TimeLogs, Documents, Uploads];
                let talk = [SupportTickets, Messages];
                work.into_iter().chain(talk).collect()
            }
            Self::Viewer => [Projects, Tasks, TimeLogs, Documents, Billing]
                .into_iter()
                .collect(),
        };
        Module::ALL.into_iter().filter(|m| !on.has(*m)).collect()
    }
    /// Whether a contact with it gets that kind of mail.
    pub const fn mails(self, news: News) -> bool {
        match (self, news) {
            (Self::Owner, _)
            | (Self::Billing, News::Invoices | News::Messages)
            | (Self::Project, News::Documents | News::Tasks | News::Tickets | News::Messages) => {
                true
            }
            (Self::Billing, News::Documents | News::Tasks | News::Tickets)
            | (Self::Project, News::Invoices)
            | (Self::Viewer, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(bits: i64) -> Modules {
        Modules::from_bits(bits).unwrap()
    }

    proptest! {
        #[test]
        fn a_client_sees_what_is_ticked(b in 0i64..512, on in 0i64..512, off in 0i64..512, shown in 0i64..512, visible in 0i64..512, kept in 0i64..512) {
            let (b, on, off) = (set(b), set(on), set(off));
            let choice = ClientChoice { shown: set(shown), visible: set(visible), kept: set(kept) };
            let (new_on, new_off) = choice.apply(b, on, off);
            let before = Modules::effective(b, on, off, Modules::NONE);
            let after = Modules::effective(b, new_on, new_off, Modules::NONE);
            for module in Module::ALL {
                if choice.shown.has(module) {
                    prop_assert_eq!(after.has(module), choice.visible.has(module));
                    // What is the client's own outlives a change of the default.
                    let own = choice.kept.has(module) || choice.visible.has(module) != b.has(module);
                    prop_assert_eq!(Choice::of(module, new_on, new_off) != Choice::Inherit, own);
                } else {
                    prop_assert_eq!(after.has(module), before.has(module));
                }
            }
        }

        #[test]
        fn what_a_form_did_not_show_stays(shown in 0i64..512, ticked in 0i64..512, old in 0i64..512) {
            let (shown, ticked, old) = (set(shown), set(ticked), set(old));
            for module in Module::ALL {
                let expected = if shown.has(module) { ticked.has(module) } else { old.has(module) };
                prop_assert_eq!(defaults(shown, ticked, old).has(module), expected);
                let off = contact_off(shown, ticked, old).has(module);
                prop_assert_eq!(off, if shown.has(module) { !ticked.has(module) } else { old.has(module) });
            }
        }
    }

    #[test]
    fn presets_leave_out_what_they_say() {
        assert_eq!(Preset::Owner.off(), Modules::NONE);
        assert!(Preset::Project.off().has(Module::Billing));
        assert!(!Preset::Billing.off().has(Module::Payments));
        assert!(Preset::Viewer.off().has(Module::Payments));
        for preset in Preset::ALL {
            assert_eq!(Preset::parse(preset.as_str()), Some(preset));
            // Nobody gets mail about what they do not see.
            for news in News::ALL {
                assert!(!preset.mails(news) || !preset.off().has(news.module()));
            }
        }
    }
}
