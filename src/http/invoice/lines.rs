//! What stands on an invoice, as a form says it: lines of numbered fields, and what it comes to.
//!
//! The fields of line `n` are `description_n`, `quantity_n`, `unit_n`, `price_n`, `discount_n` and
//! `tax_n`. Numbers may have gaps; a line that says nothing is left out. What is wrong is told at
//! the very field, which keeps its number and what was typed.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::invoice::content::{Content, ContentError, Prices};
use crate::domain::invoice::line::{Discount, Line, Unit};
use crate::domain::invoice::tax::Tax;
use crate::domain::invoice::total::Totals;
use crate::domain::money::{Currency, Money, Quantity, UnitPrice};
use crate::domain::text::{Line as Text, Paragraphs};
use crate::http::Fields;

/// Lines of an empty form.
const FIRST: usize = 3;
/// What a line must say something in, to be one.
const SAYING: [&str; 4] = ["description", "quantity", "price", "discount"];

/// The numbers of the lines that a form has, in order.
pub(super) fn numbers(form: &Fields) -> Vec<usize> {
    let number = |name: &str| {
        let (field, number) = name.rsplit_once('_')?;
        let known = SAYING.contains(&field) || matches!(field, "unit" | "tax");
        number
            .parse::<usize>()
            .ok()
            .filter(|n| known && *n < 100_000)
    };
    let found: BTreeSet<usize> = form.names_of_fields().filter_map(number).collect();
    found.into_iter().collect()
}

/// Whether the line says anything.
pub(super) fn says(form: &Fields, n: usize) -> bool {
    SAYING
        .iter()
        .any(|field| !form.text(&format!("{field}_{n}")).trim().is_empty())
}

/// Adds empty lines behind the last one.
pub(super) fn add(form: &mut Fields, lines: usize, tax: Tax) {
    let next = numbers(form)
        .last()
        .map_or(0, |last| last.saturating_add(1));
    for n in next..next.saturating_add(lines) {
        form.fill([
            (format!("description_{n}").as_str(), ""),
            (format!("tax_{n}").as_str(), tax.words().as_str()),
        ]);
    }
}

/// Fills a form with what an invoice says, or with empty lines.
pub(super) fn fill(form: &mut Fields, content: &Content, currency: Currency, tax: Tax) {
    for (n, line) in content.lines.iter().enumerate() {
        let discount = line.discount.map(|d| d.plain(currency)).unwrap_or_default();
        form.fill([
            (
                format!("description_{n}").as_str(),
                line.description.as_str(),
            ),
            (format!("quantity_{n}").as_str(), &line.quantity.plain()),
            (format!("unit_{n}").as_str(), line.unit.as_str()),
            (
                format!("price_{n}").as_str(),
                &line.unit_price.plain(currency),
            ),
            (format!("discount_{n}").as_str(), &discount),
            (format!("tax_{n}").as_str(), &line.tax.words()),
        ]);
    }
    if content.lines.is_empty() {
        add(form, FIRST, tax);
    }
    let text = |text: &Option<Paragraphs>| text.as_ref().map_or("", Paragraphs::as_str).to_owned();
    let discount = content
        .discount
        .map(|d| d.plain(currency))
        .unwrap_or_default();
    form.fill([
        ("discount", discount.as_str()),
        ("prices", content.prices.as_str()),
        (
            "reference",
            content.reference.as_ref().map_or("", Text::as_str),
        ),
        ("notes", &text(&content.notes)),
        ("terms", &text(&content.terms)),
    ]);
}

/// At a choice that was not there to choose.
const NOT_OFFERED: &str = "Please choose one of these.";

/// Reads what the form says, with what it comes to. `None`: something is told at its field.
pub(super) fn read(form: &mut Fields, currency: Currency) -> Option<(Content, Totals)> {
    let numbers: Vec<usize> = numbers(form)
        .into_iter()
        .filter(|n| says(form, *n))
        .collect();
    if numbers.len() > Content::MAX_LINES {
        form.refuse("lines", ContentError::TooManyLines);
        return None;
    }
    let mut lines = Vec::with_capacity(numbers.len());
    let mut all = true;
    for n in &numbers {
        match line(form, *n, currency) {
            Some(line) => lines.push(line),
            None => all = false,
        }
    }
    let discount = form.required("discount", |text| Discount::parse(text, currency));
    let reference = form.required("reference", |text| Text::optional("reference", text));
    let notes = form.required("notes", |text| Paragraphs::optional("notes", text));
    let terms = form.required("terms", |text| Paragraphs::optional("terms", text));
    let prices = form.optional("prices", |text| Prices::parse(text).ok_or(NOT_OFFERED));
    let content = Content {
        prices: prices?.unwrap_or(Prices::WithoutTax),
        lines,
        discount: discount?,
        uploaded: None,
        uploaded_tax: None,
        reference: reference?,
        notes: notes?,
        terms: terms?,
    };
    if !all {
        return None;
    }
    match content.totals(currency) {
        Ok(totals) => Some((content, totals)),
        Err(ContentError::Line { line, error }) => {
            let n = numbers
                .get(line.saturating_sub(1))
                .copied()
                .unwrap_or_default();
            let field = if error.what == "discount" {
                "discount"
            } else {
                "price"
            };
            form.refuse(&format!("{field}_{n}"), error);
            None
        }
        Err(ContentError::Discount(error)) => {
            form.refuse("discount", error);
            None
        }
        Err(other) => {
            form.refuse("lines", other);
            None
        }
    }
}

fn line(form: &mut Fields, n: usize, currency: Currency) -> Option<Line> {
    let unit = form.optional(&format!("unit_{n}"), |text| {
        Unit::parse(text).ok_or(NOT_OFFERED)
    });
    let description = form.required(&format!("description_{n}"), Line::description);
    // One of a thing needs no number.
    let quantity = form
        .optional(&format!("quantity_{n}"), Quantity::parse)
        .map(|quantity| quantity.unwrap_or(Quantity::ONE));
    let unit_price = form.required(&format!("price_{n}"), |text| {
        UnitPrice::parse(text, currency)
    });
    let discount = form.required(&format!("discount_{n}"), |text| {
        Discount::parse(text, currency)
    });
    let tax = form.required(&format!("tax_{n}"), Tax::parse);
    Some(Line {
        description: description?,
        quantity: quantity?,
        unit: unit?.unwrap_or_default(),
        unit_price: unit_price?,
        discount: discount?,
        tax: tax?,
    })
}

/// What an invoice comes to, in words: for pages, and for the script of the form.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Sums {
    /// Of each line, in order.
    pub(crate) lines: Vec<String>,
    /// Label and amount, down to the total.
    pub(crate) rows: Vec<(String, String)>,
    /// What is to be paid.
    pub(crate) total: String,
}

impl Sums {
    /// Of totals; `tax` is what the business calls it.
    pub(super) fn new(content: &Content, totals: &Totals, tax_name: &str) -> Self {
        let mut rows = Vec::new();
        let has_parts = !totals.taxes.is_empty();
        if has_parts {
            rows.push(("Subtotal".to_owned(), totals.subtotal.to_string()));
        }
        if totals.discount.is_positive() {
            let label = match content.discount {
                Some(Discount::Percent(rate)) => format!("Discount {rate}"),
                _ => "Discount".to_owned(),
            };
            rows.push((label, totals.discount.negated().to_string()));
        }
        if let Some(tax) = content.uploaded_tax {
            let tax = Money::new(tax, totals.total.currency());
            let label = format!("Including {tax_name}");
            rows.extend(tax.ok().map(|tax| (label, tax.to_string())));
        }
        for tax in &totals.taxes {
            let label = match (content.prices, tax.tax.rate().is_zero()) {
                (_, true) => tax.tax.words(),
                (Prices::WithoutTax, false) => {
                    format!("{tax_name} {} on {}", tax.tax.words(), tax.net)
                }
                (Prices::WithTax, false) => {
                    format!("Including {tax_name} {} of {}", tax.tax.words(), tax.net)
                }
            };
            rows.push((label, tax.amount.to_string()));
        }
        Self {
            lines: totals
                .lines
                .iter()
                .map(|line| line.amount.to_string())
                .collect(),
            rows,
            total: totals.total.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Fields {
        Fields::urlencoded(text.as_bytes())
    }

    const EUR: Currency = Currency::EUR;

    #[test]
    fn lines_are_read_in_order_and_empty_ones_left_out() {
        let mut form = form(
            "description_2=Second&price_2=5&tax_2=0&description_10=Third&quantity_10=2&price_10=1.50&tax_10=19\
             &description_0=First&price_0=10&tax_0=19%25&description_1=&unit_1=hour&tax_1=19",
        );
        let (content, totals) = read(&mut form, EUR).unwrap();
        let told: Vec<&str> = content
            .lines
            .iter()
            .map(|l| l.description.as_str())
            .collect();
        assert_eq!(told, ["First", "Second", "Third"]);
        assert_eq!(totals.total.to_string(), "€20.47");
        assert_eq!(numbers(&form), [0, 1, 2, 10]);
        let sums = Sums::new(&content, &totals, "VAT");
        assert_eq!(sums.lines, ["€10.00", "€5.00", "€3.00"]);
        assert_eq!(sums.rows[1].0, "VAT 19% on €13.00");
    }

    #[test]
    fn what_is_wrong_is_told_at_the_very_field() {
        for (fields, wrong) in [
            ("description_4=x&price_4=1.0050&tax_4=0", ""),
            ("description_4=x&price_4=1.00005&tax_4=0", "price_4"),
            ("description_4=x&price_4=-1&tax_4=0", "price_4"),
            (
                "description_4=x&price_4=9&tax_4=0&quantity_4=0",
                "quantity_4",
            ),
            ("description_4=x&price_4=9&tax_4=VAT", "tax_4"),
            ("description_4=x&price_4=9", "tax_4"),
            ("description_4=x&price_4=&tax_4=0", "price_4"),
            ("price_4=3&tax_4=0", "description_4"),
            (
                "description_4=x&price_4=9&tax_4=0&discount_4=10",
                "discount_4",
            ),
            ("description_4=x&price_4=9&tax_4=0&discount=10", "discount"),
            (
                "description_4=x&price_4=9000000000&quantity_4=1000000&tax_4=0",
                "price_4",
            ),
            ("tax_4=19", "lines"),
        ] {
            let mut form = form(fields);
            let read = read(&mut form, EUR);
            assert_eq!(read.is_some(), wrong.is_empty(), "{fields}");
            assert_eq!(form.has_errors(), !wrong.is_empty(), "{fields}");
            assert!(
                wrong.is_empty() || !form.error(wrong).is_empty(),
                "{fields}"
            );
        }
    }

    #[test]
    fn a_form_shows_what_it_read() {
        let typed = "description_0=Work&quantity_0=1.1250&unit_0=hour&price_0=80&discount_0=10%25&tax_0=Exempt\
                     &discount=5&prices=with_tax&reference=PO-7&notes=Thank+you&terms=";
        let (content, _) = read(&mut form(typed), EUR).unwrap();
        let mut again = Fields::default();
        fill(&mut again, &content, EUR, Tax::NONE);
        assert_eq!(again.text("price_0"), "80.00");
        assert_eq!(read(&mut again, EUR).unwrap().0, content);
    }

    #[test]
    fn there_are_at_most_so_many() {
        let lines = |n| {
            (0..n)
                .map(|n| format!("description_{n}=x&price_{n}=1&tax_{n}=0"))
                .collect::<Vec<_>>()
                .join("&")
        };
        assert!(read(&mut form(&lines(500)), EUR).is_some());
        let mut many = form(&lines(501));
        assert!(read(&mut many, EUR).is_none());
        assert!(many.error("lines").contains("500"));
    }
}
