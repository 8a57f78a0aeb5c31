//! The electronic invoice: EN 16931 as Cross Industry Invoice, which Factur-X 1.0 and
//! `ZUGFeRD` 2 carry within the PDF.
//!
//! It says what the sheet says. Where the norm asks for what the sheet does not have, or the sums
//! do not agree, there is none, and staff are told why.

mod invoice;
mod xml;

use super::sheet::{Category, Electronic, Party, Sheet, Tax};

/// Where something that is missing has its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the settings of the business.
    Business,
    /// In the billing details of the client: what is to be added there.
    Client(&'static str),
    /// On the invoice.
    Invoice,
}

/// What is missing for an electronic invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Where it is added.
    pub place: Place,
    /// A sentence for staff.
    pub sentence: &'static str,
}

/// What is missing for an electronic invoice; nothing where all of it is there.
pub fn missing(sheet: &Sheet) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut add = |place, rules: &[(bool, &'static str)]| {
        let wrong = rules.iter().filter(|(wrong, _)| *wrong);
        gaps.extend(wrong.map(|(_, sentence)| Gap { place, sentence }));
    };
    add(Place::Business, &of_business(sheet));
    for (rule, what) in of_client(sheet) {
        add(Place::Client(what), &[rule]);
    }
    add(Place::Invoice, &of_invoice(sheet));
    gaps
}

fn used(sheet: &Sheet, category: Category) -> bool {
    let mut taxes = sheet.taxes.iter();
    taxes.any(|tax| tax.category == Some(category))
}

/// The buyer, abroad, owes the tax.
fn abroad(sheet: &Sheet) -> bool {
    used(sheet, Category::ReverseCharge) || used(sheet, Category::WithinEurope)
}

/// A rule: whether it is broken, and the sentence that says so.
type Rule = (bool, &'static str);

fn of_business(sheet: &Sheet) -> [Rule; 4] {
    let seller = &sheet.seller;
    [
        (blank(&seller.name), "Your business has no name."),
        (!posted(seller), "Your address has no country."),
        (
            blank(&seller.vat_id) && blank(&seller.tax_number),
            "Your VAT id or tax number is missing.",
        ),
        (
            abroad(sheet) && blank(&seller.vat_id),
            "Your VAT id is missing; this kind of tax asks for it.",
        ),
    ]
}

/// With what is to be added.
fn of_client(sheet: &Sheet) -> [(Rule, &'static str); 3] {
    let buyer = &sheet.buyer;
    [
        (
            (blank(&buyer.name), "The client has no name."),
            "The client's name",
        ),
        (
            (!posted(buyer), "The client's address has no country."),
            "The client's country",
        ),
        (
            (
                abroad(sheet) && blank(&buyer.vat_id),
                "The client's VAT id is missing; this kind of tax asks for it.",
            ),
            "The client's VAT number",
        ),
    ]
}

fn of_invoice(sheet: &Sheet) -> [Rule; 11] {
    let reasoned = |tax: &Tax| {
        matches!(tax.category, Some(Category::Standard | Category::Zero)) || !blank(&tax.reason)
    };
    let rated = |tax: &Tax| (tax.category == Some(Category::Standard)) == (tax.rate > 0);
    let named = |line: &super::sheet::Line| {
        !blank(&line.name) && line.tax.is_some_and(|at| at < sheet.taxes.len())
    };
    [
        (blank(&sheet.number), "The invoice has no number."),
        (
            sheet.exponent > 2,
            "EN 16931 allows two digits after the point.",
        ),
        (
            used(sheet, Category::WithinEurope) && delivered(sheet).is_none(),
            "The day of delivery is missing; this kind of tax asks for it.",
        ),
        (sheet.lines.is_empty(), "The invoice has no lines."),
        (
            !sheet.lines.iter().all(named),
            "A line has no name or no tax; a line without tax needs a rate of 0% with its reason.",
        ),
        (
            sheet.taxes.iter().any(|tax| tax.category.is_none()),
            "A tax rate has no category.",
        ),
        (
            !sheet.taxes.iter().all(reasoned),
            "A tax of 0% does not say why.",
        ),
        (
            !sheet.taxes.iter().all(rated),
            "A standard rate is 0%, or another rate is not.",
        ),
        (
            used(sheet, Category::OutsideScope) && sheet.taxes.len() > 1,
            "Lines that are not taxed cannot stand beside lines that are.",
        ),
        (
            sheet.tax_included,
            "Prices contain the tax; EN 16931 knows only prices without it.",
        ),
        (agreed(sheet).is_none(), "The sums do not agree."),
    ]
}

/// The XML.
pub(super) fn draw(sheet: &Sheet, extra: &Electronic) -> String {
    invoice::write(sheet, extra, &agreed(sheet).unwrap_or_default())
}

/// The discount on the whole, as a part for each tax: what the lines of that tax come to, less its
/// base. None where a sum of the sheet is not the sum of its parts.
fn agreed(sheet: &Sheet) -> Option<Vec<i64>> {
    let mut parts = vec![0_i64; sheet.taxes.len()];
    let mut lines = 0_i64;
    for line in &sheet.lines {
        lines = lines.checked_add(line.net)?;
        let part = parts.get_mut(line.tax?)?;
        *part = part.checked_add(line.net)?;
    }
    let (mut net, mut tax) = (0_i64, 0_i64);
    for (part, each) in parts.iter_mut().zip(&sheet.taxes) {
        *part = part.checked_sub(each.base)?;
        net = net.checked_add(each.base)?;
        tax = tax.checked_add(each.amount)?;
        // Rounded half away from zero; the norm allows one unit to either side.
        let exact = i128::from(each.base) * i128::from(each.rate);
        let off = exact - i128::from(each.amount) * 100_000;
        if off.abs() > 150_000 {
            return None;
        }
    }
    let discount = sheet.discount.as_ref().map_or(0, |each| each.amount);
    let sums = &sheet.sums;
    let holds = lines == sums.lines
        && net == sums.net
        && lines.checked_sub(discount)? == net
        && parts.iter().all(|part| *part >= 0)
        && net.checked_add(tax)? == sums.total
        && sums
            .total
            .checked_sub(sums.paid)?
            .checked_add(sums.returned)?
            == sums.due;
    holds.then_some(parts)
}

fn delivered(sheet: &Sheet) -> Option<&super::sheet::Day> {
    sheet.electronic.as_ref()?.delivered.as_ref()
}

fn posted(party: &Party) -> bool {
    let two = |code: &str| code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase());
    party.post.as_ref().is_some_and(|post| two(&post.country))
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}
