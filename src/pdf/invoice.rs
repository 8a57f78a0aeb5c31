//! From an invoice to its sheet: every word and number that its PDF shows is chosen here.
//!
//! What a day makes of an invoice is left out: a file that was saved in May must not say in July that
//! it is overdue, nor be drawn anew because a day has passed. What money made of it is shown.

use super::sheet::{
    Bank, Category, Day, Discount, Electronic, Line, Link, Party, Post, Price, Quantity, Sheet,
    State, Sums, Tax, Tone,
};
use crate::domain::bank::epc;
use crate::domain::bank::iban::{Bic, Iban};
use crate::domain::invoice::content::{Content, Prices};
use crate::domain::invoice::line;
use crate::domain::invoice::parties::{self, Parties};
use crate::domain::invoice::state::{self, View};
use crate::domain::invoice::tax::TaxCategory;
use crate::domain::invoice::total::{LineTotal, TaxTotal, Totals};
use crate::domain::money::{Currency, Money, Quantity as Count, UnitPrice};
use crate::domain::payment::Moved;
use crate::domain::time::Date;

/// An invoice, as far as it stands on paper.
#[derive(Debug, Clone, Copy)]
pub struct Printed<'a> {
    /// Absent in a draft.
    pub number: Option<&'a str>,
    /// Of how many revisions.
    pub revision: i64,
    /// The date on it.
    pub issued_on: Date,
    /// When it is due.
    pub due_on: Date,
    /// What stands on it.
    pub content: &'a Content,
    /// What that comes to.
    pub totals: &'a Totals,
    /// Who, to whom, and how to pay.
    pub parties: &'a Parties,
    /// What it is now.
    pub view: &'a View,
    /// The money that moved.
    pub moved: &'a Moved,
    /// Its page on the web, absolute; absent in a draft.
    pub page: Option<&'a str>,
}

/// The sheet of an invoice; without the logo's bytes, which are added before it is drawn.
pub fn sheet_of(of: &Printed<'_>) -> Sheet {
    let Printed { totals, view, .. } = *of;
    let parties = of.parties;
    let currency = totals.total.currency();
    let taxes: Vec<Tax> = totals
        .taxes
        .iter()
        .map(|tax| tax_of(tax, parties))
        .collect();
    let paying = view.state.asks() && view.due.is_positive();
    let standing = view.state.asks() || view.state == state::State::Paid;
    let included = of.content.prices == Prices::WithTax;
    Sheet {
        heading: "Invoice".to_owned(),
        number: of.number.unwrap_or_default().to_owned(),
        revision: of.revision.to_string(),
        language: "en".to_owned(),
        issued: day(of.issued_on),
        due: Some(day(of.due_on)),
        facts: facts(of),
        headline: headline(of),
        state: state_of(view.state),
        seller: party(&parties.seller),
        buyer: party(&parties.buyer),
        currency: currency.code().to_owned(),
        exponent: currency.exponent(),
        lines: lines(of),
        taxes,
        tax_included: included,
        discount: discount(of),
        sums: sums(of),
        notes: text(of.content.notes.as_ref()),
        terms: text(of.content.terms.as_ref()),
        bank: paying.then(|| bank(of)).flatten(),
        link: of.page.map(|page| Link {
            label: "View this invoice online".to_owned(),
            url: page.to_owned(),
        }),
        logo: None,
        accent: parties.look.colour.clone(),
        paper: super::Paper::A4,
        electronic: standing.then(|| Electronic {
            delivered: None,
            buyer_reference: parties.buyer_reference.clone(),
            order: text(of.content.reference.as_ref()),
        }),
        account: None,
    }
}

/// The same, marked as not sent yet: it leads nowhere, and is no electronic invoice.
pub fn as_draft(sheet: Sheet) -> Sheet {
    Sheet {
        state: state_of(state::State::Draft),
        link: None,
        electronic: None,
        ..sheet
    }
}

/// The characters on an invoice that its PDF shows as an empty square; staff are told before it goes.
pub fn lacking(content: &Content, parties: &Parties) -> Vec<char> {
    let mut all = String::new();
    let mut add = |text: &str| {
        all.push_str(text);
        all.push('\n');
    };
    for line in &content.lines {
        add(line.description.as_str());
    }
    add(&text(content.reference.as_ref()));
    add(&text(content.notes.as_ref()));
    add(&text(content.terms.as_ref()));
    add(&parties.tax_name);
    for party in [&parties.seller, &parties.buyer] {
        for part in [
            &party.name,
            &party.address,
            &party.city,
            &party.registration,
        ] {
            add(part);
        }
    }
    if let Some(account) = &parties.account {
        for part in [&account.name, &account.bank, &account.details] {
            add(part);
        }
    }
    super::lacks(&all)
}

fn text<T: ToString>(text: Option<&T>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

pub(super) fn day(date: Date) -> Day {
    let (year, month, day) = date.parts();
    Day {
        year,
        month,
        day,
        text: date.words(),
    }
}

fn facts(of: &Printed<'_>) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |label: &str, text: String| facts.push((label.to_owned(), text));
    if of.revision > 1 {
        add("Revision", of.revision.to_string());
    }
    add("Your reference", text(of.content.reference.as_ref()));
    add("Buyer reference", of.parties.buyer_reference.clone());
    facts
}

fn headline(of: &Printed<'_>) -> String {
    let (view, total) = (of.view, of.totals.total);
    match view.state {
        state::State::Void => format!("{total}, void: nothing is to be paid"),
        state::State::Paid => format!("{total} paid"),
        state::State::Draft => format!("{total} due {}", of.due_on.words()),
        state if state.asks() => format!("{} due {}", view.due, of.due_on.words()),
        state => format!("{total}, {}", state.label().to_lowercase()),
    }
}

/// The badge beside the heading; none where only the due date would tell more.
fn state_of(state: state::State) -> Option<State> {
    use state::State as S;
    let across = matches!(state, S::Draft | S::Void);
    let tone = match state.tone() {
        state::Tone::Neutral | state::Tone::Notice => Tone::Plain,
        state::Tone::Good => Tone::Good,
        state::Tone::Bad => Tone::Bad,
    };
    match state {
        S::Outstanding | S::Overdue | S::Processing => None,
        state => Some(State {
            label: state.label().to_owned(),
            tone: if state == S::Void { Tone::Bad } else { tone },
            across,
        }),
    }
}

pub(super) fn party(of: &parties::Party) -> Party {
    let mut street = of
        .address
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let posted = !of.country.is_empty();
    Party {
        name: of.name.clone(),
        address: of.address_lines(),
        post: posted.then(|| Post {
            street: street.next().unwrap_or_default().to_owned(),
            extra: street.collect::<Vec<_>>().join(", "),
            postcode: of.postcode.clone(),
            city: of.city.clone(),
            country: of.country.clone(),
        }),
        vat_id: of.vat_id.clone(),
        tax_number: of.tax_number.clone(),
        more: of.registration.lines().map(str::to_owned).collect(),
        email: of.email.clone(),
        phone: of.phone.clone(),
    }
}

fn lines(of: &Printed<'_>) -> Vec<Line> {
    let totals = of.totals;
    let tax_of = |line: &line::Line| totals.taxes.iter().position(|tax| tax.tax == line.tax);
    let currency = totals.total.currency();
    let one = |(line, total): (&line::Line, &LineTotal)| Line {
        name: line.description.to_string(),
        detail: String::new(),
        quantity: quantity(line),
        price: price(line.unit_price, currency),
        discount: total.discount.minor(),
        tax: tax_of(line),
        net: total.amount.minor(),
    };
    let lines = of.content.lines.iter().zip(&totals.lines);
    lines.map(one).collect()
}

fn quantity(line: &line::Line) -> Quantity {
    let (digits, decimals) = shortest(line.quantity.raw(), Count::PLACES);
    Quantity {
        text: line.quantity_words(),
        digits,
        decimals,
        unit: line.unit.code().to_owned(),
    }
}

fn price(price: UnitPrice, currency: Currency) -> Price {
    let (digits, decimals) = match price.raw() {
        raw if raw % UnitPrice::UNIT == 0 => (raw / UnitPrice::UNIT, currency.exponent()),
        raw => (raw, currency.exponent() + UnitPrice::FINER),
    };
    Price {
        text: price.words(currency),
        digits,
        decimals,
    }
}

/// Without zeros at the end.
fn shortest(mut digits: i64, mut decimals: u32) -> (i64, u32) {
    while decimals > 0 && digits % 10 == 0 {
        (digits, decimals) = (digits / 10, decimals - 1);
    }
    (digits, decimals)
}

fn tax_of(of: &TaxTotal, parties: &Parties) -> Tax {
    let category = of.tax.category();
    let name = match parties.tax_name.trim() {
        "" => "Tax",
        name => name,
    };
    Tax {
        label: match category.reason() {
            None => format!("{name} {}", of.tax.rate()),
            Some(reason) => reason.to_owned(),
        },
        short: match category {
            TaxCategory::Zero => of.tax.rate().to_string(),
            _ => of.tax.words(),
        },
        rate: of.tax.rate().raw(),
        base: of.net.minor(),
        amount: of.amount.minor(),
        category: Some(match category {
            TaxCategory::Standard => Category::Standard,
            TaxCategory::Zero => Category::Zero,
            TaxCategory::Exempt => Category::Exempt,
            TaxCategory::ReverseCharge => Category::ReverseCharge,
            TaxCategory::IntraCommunity => Category::WithinEurope,
            TaxCategory::Export => Category::Export,
            TaxCategory::OutsideScope => Category::OutsideScope,
        }),
        reason: category.reason().unwrap_or_default().to_owned(),
    }
}

fn discount(of: &Printed<'_>) -> Option<Discount> {
    let amount = of.totals.discount;
    amount.is_positive().then(|| Discount {
        label: match of.content.discount {
            Some(line::Discount::Percent(rate)) => format!("Discount {rate}"),
            _ => "Discount".to_owned(),
        },
        amount: amount.minor(),
    })
}

/// A draft or void invoice shows no money that moved; an overpaid one no more than it asks for.
fn sums(of: &Printed<'_>) -> Sums {
    let (totals, view, moved) = (of.totals, of.view, of.moved);
    let total = totals.total.minor();
    let (paid, returned) = match view.state {
        state::State::Draft | state::State::Void => (0, 0),
        state::State::Paid => (total, 0),
        _ => (moved.paid.minor(), moved.paid.minor() - view.net.minor()),
    };
    Sums {
        lines: totals.subtotal.minor(),
        net: totals.net.minor(),
        total,
        paid,
        returned,
        due: match view.state {
            state::State::Draft => total,
            _ => view.due.minor(),
        },
    }
}

fn bank(of: &Printed<'_>) -> Option<Bank> {
    let account = of.parties.account.as_ref()?;
    let number = of.number.unwrap_or_default();
    let iban = Iban::parse(&account.iban).ok();
    let bic = Bic::parse(&account.bic).ok();
    let code =
        |iban: &Iban, due: Money| epc::payload(&account.name, iban, bic.as_ref(), due, number);
    Some(Bank {
        holder: account.name.clone(),
        bank: account.bank.clone(),
        iban: account.iban.clone(),
        bic: account.bic.clone(),
        details: account.details.clone(),
        reference: number.to_owned(),
        code: iban.as_ref().and_then(|iban| code(iban, of.view.due)),
    })
}
