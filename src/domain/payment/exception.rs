//! What a payment event said that somebody has to look at, in plain words.
//!
//! An exception changes no invoice by itself. It is kept with the raw event and stands once per
//! reason and provider object, however often the event comes.

use super::super::money::{Currency, Money};

/// Why somebody has to look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Exception {
    /// Money came that belongs to no invoice we know.
    #[error(
        "A payment arrived that belongs to no invoice here. Please find out what it is for, then attach it to an invoice or give it back."
    )]
    UnknownInvoice,
    /// Another amount than was asked for.
    #[error(
        "{got} arrived where {expected} was asked for. The invoice is unchanged. Please check the payment at your provider, then attach it or give it back."
    )]
    WrongAmount {
        /// What was asked for.
        expected: Money,
        /// What came.
        got: Money,
    },
    /// Another currency than was asked for.
    #[error(
        "A payment in {got} arrived where {expected} was asked for. The invoice is unchanged. Please check the payment at your provider."
    )]
    WrongCurrency {
        /// What was asked for.
        expected: Currency,
        /// What came, as the provider wrote it.
        got: String,
    },
    /// The invoice was voided before the money came.
    #[error(
        "{amount} was paid for invoice {number}, which is void. The money is recorded. Please give it back, or attach it to another invoice."
    )]
    Voided {
        /// The invoice.
        number: String,
        /// Its part of the payment.
        amount: Money,
    },
    /// More came than was due; how much more stands beside it.
    #[error(
        "More was paid than was due, so there is a credit. Please give it back, or agree with the client how to use it."
    )]
    Overpaid,
    /// A refund or dispute in another currency than its payment.
    #[error(
        "Your provider told of money in another currency than the payment's. It is not counted. Please look at the payment there."
    )]
    Foreign,
    /// What we wrote into the payment's metadata is no longer what it says.
    #[error(
        "A payment names another invoice in its details than the one it was made for. It was counted for the one it was made for. Please check that this is right."
    )]
    MetadataDisagrees,
    /// The provider says nothing had to be paid, but something was due.
    #[error(
        "The provider reports a payment of nothing, but something was due. The invoice is unchanged. Please check the payment at your provider."
    )]
    NotFree,
    /// Of test mode while real money moves here, or the other way round.
    #[error(
        "An event of {came} mode arrived, and this portal is in {here} mode. It changed nothing. Please check which endpoints your provider calls."
    )]
    WrongMode {
        /// Of the event.
        came: &'static str,
        /// Of our key.
        here: &'static str,
    },
    /// An event of a kind we use, of a form we do not know.
    #[error(
        "An event from your provider could not be read ({0}). Please look it up there: money may have moved."
    )]
    Unreadable(String),
}

impl Exception {
    /// The name of the reason, for the key of its row.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::UnknownInvoice => "unknown_invoice",
            Self::WrongAmount { .. } => "wrong_amount",
            Self::WrongCurrency { .. } | Self::Foreign => "wrong_currency",
            Self::Voided { .. } => "voided",
            Self::Overpaid => "overpaid",
            Self::MetadataDisagrees => "metadata",
            Self::NotFree => "not_free",
            Self::WrongMode { .. } => "wrong_mode",
            Self::Unreadable(_) => "unreadable",
        }
    }
}
