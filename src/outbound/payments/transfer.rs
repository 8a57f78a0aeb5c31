//! The bank: nothing is opened, looked up or closed. Who pays gets the account and the reference, and staff
//! record what came in.

use super::{Claim, Offer, Provider};
use crate::domain::bank::iban::Iban;
use crate::domain::invoice::parties::Account;

/// Payment by transfer to an account.
#[derive(Debug, Clone)]
pub(crate) struct Transfer<'a> {
    account: &'a Account,
}

impl<'a> Transfer<'a> {
    /// To that account.
    pub(crate) const fn to(account: &'a Account) -> Self {
        Self { account }
    }
}

impl Provider for Transfer<'_> {
    fn offer(&self, claim: &Claim<'_>) -> Option<Offer> {
        let account = self.account;
        let iban =
            Iban::parse(&account.iban).map_or_else(|_| account.iban.clone(), |i| i.to_string());
        let rows = [
            ("Account holder", account.name.clone()),
            ("IBAN", iban),
            ("BIC", account.bic.clone()),
            ("Bank", account.bank.clone()),
            ("Details", account.details.clone()),
            ("Amount", claim.due.to_string()),
            ("Reference", claim.number.to_owned()),
        ];
        let said = |row: &(&'static str, String)| !row.1.is_empty();
        Some(Offer::Instructions(rows.into_iter().filter(said).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::{Currency, Money};

    #[test]
    fn a_transfer_names_account_amount_and_reference_and_leaves_out_what_is_not_known() {
        let account = Account {
            name: "Harbour & Lane".to_owned(),
            iban: "DE89370400440532013000".to_owned(),
            bic: "COBADEFFXXX".to_owned(),
            ..Account::default()
        };
        let due = Money::new(11_900, Currency::parse("EUR").unwrap()).unwrap();
        let claim = Claim {
            due,
            number: "R-2026-0042",
        };
        let Some(Offer::Instructions(rows)) = Transfer::to(&account).offer(&claim) else {
            panic!("a bank gives instructions");
        };
        let rows: Vec<_> = rows
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        assert_eq!(
            rows,
            [
                ("Account holder", "Harbour & Lane"),
                ("IBAN", "DE89 3704 0044 0532 0130 00"),
                ("BIC", "COBADEFFXXX"),
                ("Amount", due.to_string().as_str()),
                ("Reference", "R-2026-0042"),
            ]
        );
    }
}
