//! What an invoice comes to, and how it is rounded.
//!
//! The rules are those of EN 16931, so that the page, the PDF and the e-invoice say the same:
//!
//! 1. A line is quantity × unit price, rounded once to the minor unit, minus its own discount
//!    (BT-131).
//! 2. Lines of one tax category and rate are a group. A discount on the whole is one amount, split
//!    over the groups by what their lines come to, so that the parts add up to it (BG-20, one
//!    allowance a group).
//! 3. Tax is computed **once per group** on its net (BT-117 = BT-116 × BT-119), not per line: the
//!    sum of taxes rounded line by line would depend on how the work was cut into lines.
//! 4. Halves are rounded up (away from zero; nothing here is below it), as commercial practice and
//!    EN 16931 have it.
//! 5. The total is the sum of the nets and of the taxes (BT-112 = BT-109 + BT-110), added, never
//!    rounded again.
//!
//! Where prices contain the tax, lines and discount are gross, the tax of a group is what its gross
//! contains (gross × rate ÷ (100 % + rate)), its net is the rest, and the total is exactly the sum
//! of the lines less the discount.

use super::super::money::{Currency, Money, MoneyError, NumberError, Why, apportion};
use super::content::{Content, ContentError, Prices};
use super::line::Line;
use super::tax::Tax;
use std::collections::BTreeMap;

/// What one line comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTotal {
    /// Quantity × unit price, rounded.
    pub before: Money,
    /// Off it.
    pub discount: Money,
    /// What is left.
    pub amount: Money,
}

/// One tax category and rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxTotal {
    /// Which.
    pub tax: Tax,
    /// What its lines come to, before the discount on the whole.
    pub lines: Money,
    /// Its part of that discount.
    pub discount: Money,
    /// What the tax is computed on, without the tax.
    pub net: Money,
    /// The tax.
    pub amount: Money,
}

/// What an invoice comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Line by line, in their order.
    pub lines: Vec<LineTotal>,
    /// The sum of the lines: without tax, or with it where prices contain it.
    pub subtotal: Money,
    /// Off the whole.
    pub discount: Money,
    /// By category and rate, in their order. None where the business's own PDF says it.
    pub taxes: Vec<TaxTotal>,
    /// Without tax.
    pub net: Money,
    /// All taxes.
    pub tax: Money,
    /// What is to be paid.
    pub total: Money,
}

impl Totals {
    /// Of an invoice that says only its amount.
    pub(super) fn of_amount(total: Money) -> Self {
        let nothing = Money::zero(total.currency());
        Self {
            lines: Vec::new(),
            subtotal: total,
            discount: nothing,
            taxes: Vec::new(),
            net: total,
            tax: nothing,
            total,
        }
    }

    /// Of lines.
    pub(super) fn of_lines(content: &Content, currency: Currency) -> Result<Self, ContentError> {
        let most = Money::new(Money::MAX_TYPED, currency).unwrap_or(Money::zero(currency));
        let too_large = |_: MoneyError| ContentError::TooLarge(most);

        let mut lines = Vec::with_capacity(content.lines.len());
        let mut groups: BTreeMap<Tax, Money> = BTreeMap::new();
        for (place, line) in content.lines.iter().enumerate() {
            let total = line_total(line, currency).map_err(|error| ContentError::Line {
                line: place.saturating_add(1),
                error,
            })?;
            let group = groups.entry(line.tax).or_insert(Money::zero(currency));
            *group = group.plus(total.amount).map_err(too_large)?;
            lines.push(total);
        }
        let subtotal = Money::sum(currency, groups.values().copied()).map_err(too_large)?;
        let discount = match content.discount {
            Some(discount) => discount.of(subtotal).map_err(ContentError::Discount)?,
            None => Money::zero(currency),
        };

        let weights: Vec<i64> = groups.values().map(|m| m.minor()).collect();
        let parts = apportion(discount.minor(), &weights).ok_or(ContentError::TooLarge(most))?;
        let mut taxes = Vec::with_capacity(groups.len());
        for ((tax, sum), part) in groups.into_iter().zip(parts) {
            let discount = Money::new(part, currency).map_err(too_large)?;
            let group = group_total(tax, sum, discount, content.prices);
            taxes.push(group.ok_or(ContentError::TooLarge(most))?);
        }
        let net = Money::sum(currency, taxes.iter().map(|t| t.net)).map_err(too_large)?;
        let tax = Money::sum(currency, taxes.iter().map(|t| t.amount)).map_err(too_large)?;
        let total = net.plus(tax).map_err(too_large)?;
        Ok(Self {
            lines,
            subtotal,
            discount,
            taxes,
            net,
            tax,
            total,
        })
    }
}

fn line_total(line: &Line, currency: Currency) -> Result<LineTotal, NumberError> {
    let before = line.unit_price.times(line.quantity, currency);
    let before = before.filter(|m| m.minor() <= Money::MAX_TYPED);
    let before = before.ok_or_else(|| NumberError {
        what: "amount",
        why: Why::TooLarge(
            Money::new(Money::MAX_TYPED, currency)
                .map_or_else(|_| String::new(), |m| m.to_string()),
        ),
    })?;
    let discount = match line.discount {
        Some(discount) => discount.of(before)?,
        None => Money::zero(currency),
    };
    let amount = before.minus(discount).unwrap_or(Money::zero(currency));
    Ok(LineTotal {
        before,
        discount,
        amount,
    })
}

fn group_total(tax: Tax, lines: Money, discount: Money, prices: Prices) -> Option<TaxTotal> {
    let asked = lines.minus(discount).ok()?;
    let (net, amount) = match prices {
        Prices::WithoutTax => (asked, tax.rate().of(asked)?),
        Prices::WithTax => {
            let amount = tax.rate().within(asked)?;
            (asked.minus(amount).ok()?, amount)
        }
    };
    Some(TaxTotal {
        tax,
        lines,
        discount,
        net,
        amount,
    })
}

#[cfg(test)]
#[path = "total/tests.rs"]
mod tests;
