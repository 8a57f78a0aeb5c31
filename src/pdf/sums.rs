//! Below the table: the sums, what the business says, and how to pay.

use super::Money;
use super::colour::{Accent, INK, MUTED, RULE};
use super::flow::{Area, Flow, MARGIN, Node, Role, Style, Thing};
use super::head::heading;
use super::qr::Code;
use super::sheet::{Sheet, Tax};
use super::words;
use krilla::tagging::{TableHeaderScope, Tag};

const BODY: Style = Style::new(9.5, INK);
const SOFT: Style = Style::new(9.0, MUTED);
const SMALL: Style = Style::new(9.0, INK);
/// The side of a code: 27 mm, which a telephone reads from paper.
const QR: f32 = 76.0;
/// Where the sums begin, as a part of the width.
const SPLIT: f32 = 0.52;
/// Where the account's texts begin.
const INDENT: f32 = 78.0;
/// A row of the sums.
const STEP: f32 = BODY.size * 1.42 + 7.0;

/// A row of the sums: the label in lines, the amount, and whether it stands out.
pub(super) type Row = (Vec<String>, String, bool);

/// The sums on the right and how to pay on the left, side by side and never cut.
pub(super) fn draw(flow: &mut Flow, sheet: &Sheet, money: &Money, accent: Accent) {
    let left = Paying::of(flow, sheet);
    let rows = rows(sheet, money);
    let figures = rows
        .iter()
        .map(|(_, amount, bold)| flow.text_width(style(*bold), amount))
        .fold(60.0, f32::max);
    let x = MARGIN + flow.measure() * SPLIT;
    let x = x.min(flow.right() - figures - 130.0).max(MARGIN);
    let most = (flow.right() - figures - 14.0 - x).max(60.0);
    let wrapped = |(label, amount, bold): (String, String, bool)| {
        (flow.wrap(style(bold), &label, most), amount, bold)
    };
    let rows: Vec<Row> = rows.into_iter().map(wrapped).collect();
    let more = |(lines, _, _): &Row| lines.iter().skip(1).map(|_| BODY.leading()).sum::<f32>();
    let tall: f32 = rows.iter().map(|row| STEP + more(row)).sum();

    flow.y += 4.0;
    let beside = x >= MARGIN + flow.measure() * SPLIT - 0.5;
    let height = if beside { tall.max(left.height) } else { tall };
    flow.need(height.min(flow.room()));
    let (top, page) = (flow.y, flow.pages.len());
    table(flow, &rows, x);
    if beside && flow.pages.len() == page {
        let lowest = flow.y;
        flow.y = top + 5.0;
        left.draw(flow, accent);
        flow.y = flow.y.max(lowest);
    } else {
        flow.y += 16.0;
        flow.need(left.height.min(flow.room()));
        left.draw(flow, accent);
    }
    flow.y += 20.0;
}

fn rows(sheet: &Sheet, money: &Money) -> Vec<(String, String, bool)> {
    if let Some(account) = &sheet.account {
        return account.sums(money);
    }
    let sums = &sheet.sums;
    let mut rows = Vec::new();
    let mut add = |label: &str, amount: i64, bold: bool| {
        rows.push((label.to_owned(), money(amount), bold));
    };
    if !sheet.lines.is_empty() {
        add(words::SUBTOTAL, sums.lines, false);
    }
    let spoken = sheet.taxed();
    if let Some(discount) = &sheet.discount {
        add(&discount.label, discount.amount.saturating_neg(), false);
        if spoken && !sheet.tax_included {
            add(words::NET, sums.net, false);
        }
    }
    let taxes: Vec<_> = sheet.taxes.iter().filter(|_| spoken).collect();
    let label = |tax: &Tax| format!("{} {} {}", tax.label, words::ON, money(tax.base));
    if !sheet.tax_included {
        for tax in &taxes {
            add(&label(tax), tax.amount, false);
        }
    }
    add(words::TOTAL, sums.total, true);
    if sheet.tax_included {
        for tax in taxes {
            add(
                &format!("{} {}", words::INCLUDES, label(tax)),
                tax.amount,
                false,
            );
        }
    }
    if sums.paid != 0 {
        add(words::PAID, sums.paid.saturating_neg(), false);
    }
    if sums.returned != 0 {
        add(words::RETURNED, sums.returned, false);
    }
    add(words::REMAINING, sums.due, true);
    rows
}

pub(super) fn table(flow: &mut Flow, rows: &[Row], x: f32) {
    let table = flow.root(Tag::Table.with_summary(Some(words::SUMS.to_owned())));
    for (at, (lines, amount, bold)) in rows.iter().enumerate() {
        let style = style(*bold);
        flow.need(STEP);
        if at > 0 {
            flow.rule(flow.y, x, flow.right() - x, RULE);
        }
        flow.y += 4.5;
        let row = flow.child(table, Tag::TR);
        let name = flow.child(row, Tag::TH(TableHeaderScope::Row));
        let cell = flow.child(row, Tag::TD);
        let (foot, right) = (flow.y + style.size, flow.right());
        for line in lines {
            flow.text(Role::Part(name), x, flow.y + style.size, style, line);
            flow.y += style.leading();
        }
        flow.text_to(Role::Part(cell), right, foot, style, amount);
        flow.y += 2.5;
    }
}

pub(super) fn style(bold: bool) -> Style {
    if bold { BODY.bold() } else { BODY }
}

/// Notes and terms.
pub(super) fn words(flow: &mut Flow, sheet: &Sheet) {
    for (title, text) in [(words::NOTES, &sheet.notes), (words::TERMS, &sheet.terms)] {
        if text.trim().is_empty() {
            continue;
        }
        flow.need(BODY.leading() + 2.0 * SOFT.leading());
        let section = flow.root(Tag::Section);
        titled(flow, section, title);
        for paragraph in text.split("\n\n") {
            let node = flow.child(section, Tag::P);
            let most = flow.measure() * 0.86;
            flow.paragraph(Role::Part(node), MARGIN, SOFT, paragraph, most);
            flow.y += 3.0;
        }
        flow.y += 9.0;
    }
}

pub(super) fn titled(flow: &mut Flow, section: Node, title: &str) {
    let node = flow.child(section, heading(2, title));
    let style = BODY.bold();
    let most = flow.measure();
    flow.paragraph(Role::Part(node), MARGIN, style, title, most);
    flow.y += 2.0;
}

/// How to pay: the account, and below it the codes.
struct Paying {
    /// Label and text in lines.
    account: Vec<(&'static str, Vec<String>)>,
    codes: Vec<(Code, &'static str, String)>,
    height: f32,
}

impl Paying {
    fn of(flow: &Flow, sheet: &Sheet) -> Self {
        let most = flow.measure() * SPLIT - INDENT - 20.0;
        let mut account = Vec::new();
        if let Some(bank) = &sheet.bank {
            let rows = [
                (words::HOLDER, bank.holder.clone()),
                (words::BANK, bank.bank.clone()),
                (words::IBAN, grouped(&bank.iban)),
                (words::BIC, bank.bic.clone()),
                (words::DETAILS, bank.details.clone()),
                (words::REFERENCE, bank.reference.clone()),
            ];
            let rows = rows.into_iter().filter(|(_, text)| !text.trim().is_empty());
            account.extend(rows.map(|(label, text)| (label, flow.wrap(SMALL, &text, most))));
        }
        let code = |text: String| Code::of(&text);
        let bank = sheet.bank.as_ref();
        let pay = bank.and_then(|bank| bank.code.clone());
        let pay = pay.and_then(code).map(|code| {
            let alt = words::CODE_TRANSFER.to_owned();
            (code, words::SCAN_TRANSFER, alt)
        });
        let open = sheet.link.as_ref().and_then(|link| {
            let alt = format!("{} {}", words::CODE_LINK, link.url);
            code(link.url.clone()).map(|code| (code, words::SCAN_LINK, alt))
        });
        let codes: Vec<_> = [pay, open].into_iter().flatten().collect();
        let lines = account.iter().flat_map(|(_, lines)| lines);
        let mut height: f32 = lines.map(|_| SMALL.leading()).sum();
        if !account.is_empty() {
            height += BODY.leading() + 12.0;
        }
        if !codes.is_empty() {
            height += QR + 20.0;
        }
        Self {
            account,
            codes,
            height,
        }
    }

    fn draw(self, flow: &mut Flow, accent: Accent) {
        if self.height == 0.0 {
            return;
        }
        let section = flow.root(Tag::Section);
        if !self.account.is_empty() {
            titled(flow, section, words::TRANSFER);
            for (label, lines) in self.account {
                let node = flow.child(section, Tag::P);
                let label = format!("{label} ");
                flow.text(Role::Part(node), MARGIN, flow.y + SMALL.size, SOFT, &label);
                for line in lines {
                    let foot = flow.y + SMALL.size;
                    flow.text(Role::Part(node), MARGIN + INDENT, foot, SMALL, &line);
                    flow.y += SMALL.leading();
                }
            }
            flow.y += 10.0;
        }
        let (mut x, y, page) = (MARGIN, flow.y, flow.pages.len() - 1);
        for (code, label, alt) in self.codes {
            let area = Area { x, y, w: QR, h: QR };
            let bbox = krilla::geom::Rect::from_xywh(x, y, QR, QR);
            let bbox = bbox.map(|rect| krilla::tagging::BBox::new(page, rect));
            let figure = flow.child(section, Tag::Figure(Some(alt)).with_bbox(bbox));
            flow.put(Role::Part(figure), Thing::Code(area, code));
            let caption = Style::new(8.0, accent.text).bold();
            let node = flow.child(section, Tag::P);
            let foot = y + QR + 12.0;
            let middle = x + (QR - flow.text_width(caption, label)) / 2.0;
            flow.text(Role::Part(node), middle, foot, caption, label);
            flow.y = foot + 4.0;
            x += QR + 26.0;
        }
    }
}

/// In groups of four, as an IBAN is read.
fn grouped(iban: &str) -> String {
    if iban.contains(' ') || !iban.starts_with(|c: char| c.is_ascii_uppercase()) {
        return iban.to_owned();
    }
    let mut text = String::new();
    for (at, c) in iban.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(' ');
        }
        text.push(c);
    }
    text
}
