//! The parts of the portal that can be switched on and off, and who sees which.
//!
//! Each is on or off for the business; a client may override that either way; a contact may only
//! lose what the client has. The mask is an INTEGER in D1, and the same arithmetic stands in the
//! viewer predicate there.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One part of the portal. The value is its bit in every mask in D1: never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Module {
    /// Projects with progress and milestones.
    Projects = 1,
    /// Tasks, and those waiting for the client.
    Tasks = 2,
    /// Time spent.
    TimeLogs = 4,
    /// Documents the business shares.
    Documents = 8,
    /// Documents the client sends.
    Uploads = 16,
    /// Seeing invoices and statements.
    Billing = 32,
    /// Paying invoices.
    Payments = 64,
    /// Support tickets.
    SupportTickets = 128,
    /// Messages.
    Messages = 256,
}

impl Module {
    /// Every module, in the order of the navigation.
    pub const ALL: [Self; 9] = [
        Self::Projects,
        Self::Tasks,
        Self::TimeLogs,
        Self::Documents,
        Self::Uploads,
        Self::Billing,
        Self::Payments,
        Self::SupportTickets,
        Self::Messages,
    ];
    /// Those that have pages, in the order of the navigation: what Portal Permissions offers.
    pub const OPEN: [Self; 9] = [
        Self::Projects,
        Self::Tasks,
        Self::TimeLogs,
        Self::Documents,
        Self::Uploads,
        Self::Billing,
        Self::Payments,
        Self::SupportTickets,
        Self::Messages,
    ];
    /// Its bit in a mask.
    pub const fn bit(self) -> u16 {
        self as u16
    }
    /// What people call it: the label of its navigation entry and its permission.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Projects => "Projects",
            Self::Tasks => "Tasks",
            Self::TimeLogs => "Time Logs",
            Self::Documents => "Documents",
            Self::Uploads => "Uploads",
            Self::Billing => "Billing",
            Self::Payments => "Payments",
            Self::SupportTickets => "Support Tickets",
            Self::Messages => "Messages",
        }
    }
    /// One line that says what it holds.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Projects => "Progress, milestones and what comes next.",
            Self::Tasks => "What is done, what is planned, and what waits for the client.",
            Self::TimeLogs => "The time you spent, as far as Settings, Time Logs show it.",
            Self::Documents => "Files that are visible in the portal.",
            Self::Uploads => "Sending files to you. Needs Documents.",
            Self::Billing => "Invoices with their PDF, and statements.",
            Self::Payments => "Pay Now, where a payment provider is set up. Needs Billing.",
            Self::SupportTickets => "Asking for help, and your answers.",
            Self::Messages => "Writing back and forth.",
        }
    }
    /// Its name in form fields and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Projects => "projects",
            Self::Tasks => "tasks",
            Self::TimeLogs => "time_logs",
            Self::Documents => "documents",
            Self::Uploads => "uploads",
            Self::Billing => "billing",
            Self::Payments => "payments",
            Self::SupportTickets => "support_tickets",
            Self::Messages => "messages",
        }
    }
}

/// A set of modules. In D1 and JSON: an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Modules(u16);

/// A mask with bits that stand for no module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This choice of permissions is not known. Please reload the page and choose again.")]
pub struct UnknownModules;

impl Modules {
    /// No module.
    pub const NONE: Self = Self(0);
    /// Every module.
    pub const ALL: Self = Self(511);

    /// The door for a mask from outside.
    pub fn from_bits(bits: i64) -> Result<Self, UnknownModules> {
        match u16::try_from(bits) {
            Ok(bits) if bits & !Self::ALL.0 == 0 => Ok(Self(bits)),
            Ok(_) | Err(_) => Err(UnknownModules),
        }
    }
    /// The mask for D1.
    pub const fn bits(self) -> i64 {
        self.0 as i64
    }
    /// Whether the module is in the set.
    pub const fn has(self, module: Module) -> bool {
        self.0 & module.bit() != 0
    }
    /// The set with that module.
    #[must_use]
    pub const fn with(self, module: Module) -> Self {
        Self(self.0 | module.bit())
    }
    /// The set without that module.
    #[must_use]
    pub const fn without(self, module: Module) -> Self {
        Self(self.0 & !module.bit())
    }
    /// The modules in it, in the order of the navigation.
    pub fn iter(self) -> impl Iterator<Item = Module> {
        Module::ALL.into_iter().filter(move |m| self.has(*m))
    }
    /// What a contact sees: the business's default, the client's own on and off (off wins), less
    /// what is off for the contact.
    #[must_use]
    pub const fn effective(
        business: Self,
        client_on: Self,
        client_off: Self,
        contact_off: Self,
    ) -> Self {
        Self((business.0 | client_on.0) & !client_off.0 & !contact_off.0)
    }
}

impl FromIterator<Module> for Modules {
    fn from_iter<I: IntoIterator<Item = Module>>(modules: I) -> Self {
        modules.into_iter().fold(Self::NONE, Self::with)
    }
}
impl Serialize for Modules {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u16(self.0)
    }
}
impl<'de> Deserialize<'de> for Modules {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::from_bits(i64::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// What a client's (or contact's) page shows for one module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Choice {
    /// As the level above has it.
    Inherit,
    /// On, whatever the level above.
    On,
    /// Off, whatever the level above.
    Off,
}

impl Choice {
    /// What the two masks of a client say of a module; off wins.
    pub const fn of(module: Module, on: Modules, off: Modules) -> Self {
        match (off.has(module), on.has(module)) {
            (true, _) => Self::Off,
            (false, true) => Self::On,
            (false, false) => Self::Inherit,
        }
    }
    /// The two masks, on and off, with this choice made for a module.
    pub const fn apply(self, module: Module, on: Modules, off: Modules) -> (Modules, Modules) {
        match self {
            Self::Inherit => (on.without(module), off.without(module)),
            Self::On => (on.with(module), off.without(module)),
            Self::Off => (on.without(module), off.with(module)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bits_are_those_in_d1() {
        let bits: Vec<u16> = Module::ALL.into_iter().map(Module::bit).collect();
        assert_eq!(bits, [1, 2, 4, 8, 16, 32, 64, 128, 256]);
        assert_eq!(Module::ALL.into_iter().collect::<Modules>(), Modules::ALL);
        assert_eq!(Modules::from_bits(512), Err(UnknownModules));
        assert_eq!(Modules::from_bits(-1), Err(UnknownModules));
        assert_eq!(serde_json::from_str::<Modules>("40").unwrap().bits(), 40);
    }

    #[test]
    fn off_at_the_client_cannot_come_back_at_a_contact() {
        let documents = Modules::NONE.with(Module::Documents);
        let none = Modules::NONE;
        let sees = |b, on, off, c| Modules::effective(b, on, off, c).has(Module::Documents);
        assert!(sees(documents, none, none, none));
        assert!(sees(none, documents, none, none));
        assert!(!sees(documents, none, documents, none));
        assert!(!sees(documents, documents, documents, none));
        assert!(!sees(documents, documents, none, documents));
    }

    proptest! {
        #[test]
        fn a_choice_is_what_was_chosen(on in 0i64..512, off in 0i64..512, m in 0usize..9) {
            let (on, off) = (Modules::from_bits(on).unwrap(), Modules::from_bits(off).unwrap());
            let module = Module::ALL[m];
            for choice in [Choice::Inherit, Choice::On, Choice::Off] {
                let (a, b) = choice.apply(module, on, off);
                prop_assert_eq!(Choice::of(module, a, b), choice);
            }
        }

        #[test]
        fn a_contact_never_sees_more_than_the_client(b in 0i64..512, on in 0i64..512, off in 0i64..512, c in 0i64..512) {
            let set = |bits| Modules::from_bits(bits).unwrap();
            let client = Modules::effective(set(b), set(on), set(off), Modules::NONE);
            let contact = Modules::effective(set(b), set(on), set(off), set(c));
            prop_assert!(contact.iter().all(|m| client.has(m) && !set(off).has(m)));
        }
    }
}
