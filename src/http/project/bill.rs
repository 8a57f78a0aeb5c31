//! An invoice as it stands with its project, on both sides.

use crate::domain::id::InvoiceId;
use crate::domain::invoice::state::State;
use crate::domain::invoice::terms::due_words;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::time::Date;
use crate::http::invoice::tone;
use crate::store::invoice::state_of;

/// A row of the list.
pub(super) struct Bill {
    pub(super) id: InvoiceId,
    /// Its number, or what it is called without.
    pub(super) name: String,
    pub(super) total: String,
    pub(super) label: &'static str,
    pub(super) tone: &'static str,
    /// "due in 3 days"; empty where nothing waits to be paid.
    pub(super) when: String,
}

impl Bill {
    /// Puts one in words, on the day that it is for the business.
    pub(super) fn new(
        id: InvoiceId,
        number: Option<String>,
        (total, currency): (i64, Currency),
        (status, due_on): (&str, Date),
        today: Date,
    ) -> Result<Self, MoneyError> {
        let state = state_of(status, due_on, today);
        let waits = matches!(
            state,
            State::Outstanding | State::Overdue | State::PartiallyPaid
        );
        Ok(Self {
            id,
            name: number.unwrap_or_else(|| "Draft invoice".to_owned()),
            total: Money::new(total, currency)?.to_string(),
            label: state.label(),
            tone: tone(state),
            when: if waits {
                due_words(due_on, today)
            } else {
                String::new()
            },
        })
    }
}
