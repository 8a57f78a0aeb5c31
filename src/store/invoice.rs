//! Invoices with what they say: rows for staff, one and many.
//!
//! | part | what it does |
//! |---|---|
//! | here | one invoice, with what it says now and what is being written |
//! | [`draft`] | what is being written |
//! | [`own`] | drafts that are the business's own PDF |
//! | [`list`] | lists by key, filtered |
//! | [`printed`] | what the PDF needs |
//! | [`project`] | the project that one belongs to |
//! | [`seen`] | what their client sees of them |
//! | [`send`] | sending, voiding, asking again |

pub(crate) mod draft;
pub(crate) mod list;
pub(crate) mod own;
pub(crate) mod printed;
pub(crate) mod project;
pub(crate) mod seen;
pub(crate) mod send;

use const_format::formatcp;
use serde::Deserialize;

use self::draft::Open;
use super::{ById, Error, Statement, statement};
use crate::domain::id::{ClientId, InvoiceId, ProjectId};
use crate::domain::invoice::content::Content;
use crate::domain::invoice::state::{Position, State, Stored, View};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::payment::{Dispute, Moved};
use crate::domain::time::{Date, Timestamp};

/// An invoice, with what it says now.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) id: InvoiceId,
    pub(crate) client_id: ClientId,
    pub(crate) client_name: String,
    state: String,
    /// Absent in a draft.
    pub(crate) number: Option<String>,
    /// Of how many revisions.
    pub(crate) revision: i64,
    pub(crate) currency: Currency,
    total: i64,
    pub(crate) issued_on: Date,
    pub(crate) due_on: Date,
    paid: i64,
    refunded: i64,
    disputed_out: i64,
    disputed_in: i64,
    dispute: i64,
    processing: i64,
    reopened: i64,
    pub(crate) edition: i64,
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) voided_at: Option<Timestamp>,
    content: String,
    /// JSON of who and to whom, as sealed; `{}` before.
    pub(crate) parties: String,
    /// The number that an uploaded PDF bears, which it gets when it is sent.
    pub(crate) own_number: Option<String>,
    /// R2 key of the business's own PDF, if it has one.
    pub(crate) own_blob: Option<String>,
    pub(crate) own_name: Option<String>,
    /// The project it belongs to. No client's page may tell it without asking for Projects.
    pub(crate) project_id: Option<ProjectId>,
}

/// The columns of [`Invoice`], of `invoices i`, `clients c` and `invoice_revisions r`.
const INVOICE: &str = "i.id, i.client_id, c.name AS client_name, i.state, i.number, i.revision_id, \
     r.number AS revision, i.currency, i.total, i.issued_on, i.due_on, i.paid, i.refunded, \
     i.disputed_out, i.disputed_in, i.dispute, i.processing, i.reopened, i.edition, \
     i.created_at, i.sent_at, i.voided_at, r.content, r.parties, r.own_blob, r.own_name, i.own_number, i.project_id, \
     CASE i.state WHEN 'sent' THEN (SELECT o.id FROM invoice_revisions o \
      WHERE o.invoice_id = i.id AND o.sealed_at IS NULL) END AS open_revision";

impl ById for Invoice {
    type Id = InvoiceId;
    fn by_id(id: InvoiceId) -> Statement {
        statement!(
            formatcp!(
                "SELECT {INVOICE} FROM invoices i JOIN clients c ON c.id = i.client_id \
                 JOIN invoice_revisions r ON r.id = i.revision_id WHERE i.id = ?1"
            ),
            id.to_string()
        )
    }
}

impl Invoice {
    /// As it will be once the revision that is being written is sent; not sealed yet.
    #[must_use]
    pub(crate) fn revised(self, open: &Open) -> Self {
        Self {
            revision: open.number,
            total: open.total,
            issued_on: open.issued_on,
            due_on: open.due_on,
            content: open.content.clone(),
            parties: "{}".to_owned(),
            own_blob: open.own_blob.clone(),
            own_name: open.own_name.clone(),
            ..self
        }
    }
    /// Draft, sent or void.
    pub(crate) fn stored(&self) -> Stored {
        Stored::parse(&self.state).unwrap_or(Stored::Draft)
    }
    /// What stands on it.
    pub(crate) fn content(&self) -> Result<Content, Error> {
        Ok(serde_json::from_str(&self.content)?)
    }
    /// What it asks for.
    pub(crate) fn total(&self) -> Result<Money, MoneyError> {
        Money::new(self.total, self.currency)
    }
    /// What moved for it.
    pub(crate) fn moved(&self) -> Result<Moved, MoneyError> {
        let money = |minor| Money::new(minor, self.currency);
        Ok(Moved {
            paid: money(self.paid)?,
            refunded: money(self.refunded)?,
            disputed_out: money(self.disputed_out)?,
            disputed_in: money(self.disputed_in)?,
            dispute: match self.dispute {
                0 => Dispute::None,
                1 => Dispute::Lost,
                _ => Dispute::Open,
            },
        })
    }
    /// What it is on the day that `today` is for the business.
    pub(crate) fn view(&self, today: Date) -> Result<View, MoneyError> {
        let position = Position {
            stored: self.stored(),
            total: self.total()?,
            moved: self.moved()?,
            processing: self.processing != 0,
            reopened: Money::new(self.reopened, self.currency)?,
            due_on: self.due_on,
        };
        position.view(today)
    }
    /// Its number, or what it is called without.
    pub(crate) fn name(&self) -> String {
        self.number.as_ref().map_or_else(
            || "Draft invoice".to_owned(),
            |number| format!("Invoice {number}"),
        )
    }
}

/// The state that the column `status` names, on that day.
pub(crate) fn state_of(status: &str, due_on: Date, today: Date) -> State {
    State::parse(status)
        .unwrap_or(State::Draft)
        .on(due_on, today)
}

/// A revision in the history of an invoice.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Revision {
    pub(crate) number: i64,
    pub(crate) total: i64,
    /// Absent while it may be written to.
    pub(crate) sealed_at: Option<Timestamp>,
    /// Who wrote it, by name.
    pub(crate) created_by: Option<String>,
}

/// The [`Revision`]s of an invoice, newest first; at most 100.
pub(crate) fn revisions(invoice: InvoiceId) -> Statement {
    statement!(
        "SELECT r.id, r.number, r.total, r.created_at, r.sealed_at, st.name AS created_by \
         FROM invoice_revisions r LEFT JOIN staff st ON st.id = r.created_by \
         WHERE r.invoice_id = ?1 ORDER BY r.number DESC LIMIT 100",
        invoice.to_string()
    )
}
