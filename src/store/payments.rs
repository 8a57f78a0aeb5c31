//! Settings → Payments: how clients may pay, put in place.

use super::{Param, Statement, statement};
use crate::domain::bank::iban::{Bic, Iban};
use crate::domain::money::Rate;
use crate::domain::text::{Line, Paragraphs};
use crate::domain::time::Timestamp;

/// What the form says.
#[derive(Debug)]
pub(crate) struct Ways {
    pub(crate) pay_online: bool,
    pub(crate) pay_without_account: bool,
    /// The least share that is taken at once; absent: only the whole.
    pub(crate) part_least: Option<Rate>,
    pub(crate) pay_by_transfer: bool,
    pub(crate) account_name: Option<Line<120>>,
    pub(crate) iban: Option<Iban>,
    pub(crate) bic: Option<Bic>,
    pub(crate) bank_name: Option<Line<120>>,
    pub(crate) bank_details: Option<Paragraphs>,
}

/// Puts it in place, if nobody was quicker than `revision`.
pub(crate) fn change(ways: &Ways, revision: i64, now: Timestamp) -> Statement {
    statement!(
        "UPDATE billing SET revision = CASE revision WHEN ?1 THEN revision + 1 END, updated_at = ?2, \
         pay_online = ?3, pay_without_account = ?4, part_least = ?5, pay_by_transfer = ?6, \
         account_name = ?7, iban = ?8, bic = ?9, bank_name = ?10, bank_details = ?11 WHERE id = 1",
        revision,
        now,
        ways.pay_online,
        ways.pay_without_account,
        Param::from(ways.part_least.map(Rate::raw)),
        ways.pay_by_transfer,
        ways.account_name.as_ref().map_or("", Line::as_str),
        ways.iban.as_ref().map_or("", Iban::as_str),
        ways.bic.as_ref().map_or("", Bic::as_str),
        ways.bank_name.as_ref().map_or("", Line::as_str),
        ways.bank_details.as_ref().map_or("", Paragraphs::as_str)
    )
}
