//! What can go wrong in a store, with the constraint that refused a write parsed once.

/// A write that the schema refused, as the fact a person can do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// The client has a contact with this address already.
    ContactEmail,
    /// A client can have one primary contact.
    PrimaryContact,
    /// A client has as many contacts as there can be.
    ContactsFull,
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
    /// A row of this id is there already: the same form, sent again.
    Repeat,
    /// Somebody else was quicker: the row was changed, is gone, or stands already where one may.
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
    /// The statement cannot be right: SQL that does not fit the schema, or a rule that no person can break.
    #[error("D1 refused a statement: {0}")]
    Broken(String),
    /// A text is longer than D1 takes or gives (2 MB).
    #[error("D1 found a text too long")]
    TooLong,
    /// Rows came back in a shape the code does not know: a bug or a wrong migration.
    #[error("unexpected rows: {0}")]
    Decode(#[from] serde_json::Error),
    /// A parameter that D1 cannot take.
    #[error("unbindable parameter: {0}")]
    Bind(String),
}

impl Error {
    /// Reads what D1 threw. What names no rule of the schema's is an outage.
    pub(super) fn from_d1(cause: String) -> Self {
        if let Some((_, conflict)) = CONFLICTS.iter().find(|(text, _)| cause.contains(text)) {
            return Self::Conflict(*conflict);
        }
        // "UNIQUE constraint failed: clients.id: SQLITE_CONSTRAINT…": of one column, or of several.
        if let Some((_, columns)) = cause.split_once("UNIQUE constraint failed: ") {
            let columns = columns.split(": ").next().unwrap_or(columns);
            let column = columns.split_once('.').map(|(_table, column)| column);
            let of_id = column == Some("id");
            return Self::Conflict(if of_id {
                Conflict::Repeat
            } else {
                Conflict::Meanwhile
            });
        }
        if cause.contains("SQLITE_TOOBIG") {
            return Self::TooLong;
        }
        if BUGS.iter().any(|text| cause.contains(text)) {
            return Self::Broken(cause);
        }
        if cause.contains(RULE) {
            return Self::Conflict(Conflict::Meanwhile);
        }
        Self::Unavailable {
            binding: "D1",
            cause,
        }
    }
}

/// What the schema says where it refuses, and what that means; the first that fits.
const CONFLICTS: &[(&str, Conflict)] = &[
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
    ("conflict: no more contacts", Conflict::ContactsFull),
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
    (".edition", Conflict::Meanwhile),
    ("client_billing.updated_at", Conflict::Meanwhile),
    ("business.modules", Conflict::Meanwhile),
    (".revision", Conflict::Meanwhile),
    ("FOREIGN KEY constraint failed", Conflict::Meanwhile),
];

/// How the schema's own triggers begin.
const RULE: &str = "conflict: ";

/// What no person and no race brings about.
const BUGS: &[&str] = &[
    "append-only",
    "constraint failed",
    "no such",
    "syntax error",
    "datatype mismatch",
];
