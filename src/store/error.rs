//! What can go wrong in a store, with the constraint that refused a write parsed once.

/// A write that the schema refused, as the fact a person can do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// The client has a contact with this address already.
    ContactEmail,
    /// A client can have one primary contact.
    PrimaryContact,
    /// The address belongs to a member of staff.
    AddressOfStaff,
    /// The address belongs to a contact.
    AddressOfContact,
    /// Another member of staff has this address.
    StaffEmail,
    /// Another account has this address.
    AccountEmail,
    /// Nobody would be left who owns the portal.
    LastOwner,
    /// The same thing was written already: an idempotent repeat.
    Repeat,
    /// Somebody else changed the row since it was read.
    Meanwhile,
    /// The number that would come next stands on another invoice already.
    InvoiceNumber,
}

/// A store's failure. The text is for the log, never for a person.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A constraint refused the write.
    #[error("refused by the schema: {0:?}")]
    Conflict(Conflict),
    /// The binding did not answer, or threw.
    #[error("{binding} failed: {cause}")]
    Unavailable {
        /// Which binding.
        binding: &'static str,
        /// What it said.
        cause: String,
    },
    /// Rows came back in a shape the code does not know: a bug or a wrong migration.
    #[error("unexpected rows: {0}")]
    Decode(#[from] serde_json::Error),
    /// A parameter that D1 cannot take.
    #[error("unbindable parameter: {0}")]
    Bind(String),
}

impl Error {
    /// Reads what D1 threw: constraint names become conflicts, all else is an outage.
    pub(super) fn from_d1(cause: String) -> Self {
        const KNOWN: &[(&str, Conflict)] = &[
            (
                "contacts.client_id, contacts.email_key",
                Conflict::ContactEmail,
            ),
            ("index 'contacts_by_email'", Conflict::ContactEmail),
            (
                "UNIQUE constraint failed: contacts.client_id",
                Conflict::PrimaryContact,
            ),
            ("index 'contacts_primary'", Conflict::PrimaryContact),
            (
                "conflict: address belongs to staff",
                Conflict::AddressOfStaff,
            ),
            (
                "conflict: address belongs to a contact",
                Conflict::AddressOfContact,
            ),
            ("conflict: the last owner", Conflict::LastOwner),
            ("staff.email_key", Conflict::StaffEmail),
            ("accounts.email_key", Conflict::AccountEmail),
            ("invoices.number", Conflict::InvoiceNumber),
            ("invoices.own_number", Conflict::InvoiceNumber),
            ("invoices.series_id", Conflict::InvoiceNumber),
            ("UNIQUE constraint failed", Conflict::Repeat),
            (".edition", Conflict::Meanwhile),
            ("client_billing.updated_at", Conflict::Meanwhile),
            ("business.modules", Conflict::Meanwhile),
            ("conflict: ", Conflict::Meanwhile),
            (".revision", Conflict::Meanwhile),
        ];
        KNOWN.iter().find(|(text, _)| cause.contains(text)).map_or(
            Self::Unavailable {
                binding: "D1",
                cause,
            },
            |(_, conflict)| Self::Conflict(*conflict),
        )
    }
}
