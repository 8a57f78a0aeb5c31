//! What a statement of account shows in place of lines and sums: what happened, and what is due.

use super::Money;
use super::colour::{INK, MUTED};
use super::flow::{Flow, MARGIN, Role, Style};
use super::items::{self, Column};
use super::sheet::{Account, Line};
use super::sums;
use super::words;
use krilla::tagging::Tag;

const BODY: Style = Style::new(9.5, INK);
const SOFT: Style = Style::new(9.0, MUTED);

/// The table of what happened.
pub(super) fn draw(flow: &mut Flow, account: &Account, money: &Money) {
    if account.rows.is_empty() {
        let node = flow.root(Tag::P);
        let most = flow.measure();
        flow.paragraph(Role::Part(node), MARGIN, BODY, words::NOTHING, most);
        flow.y += 8.0;
        return;
    }
    let rows = &account.rows;
    let line = |row: &super::AccountRow| Line {
        name: row.what.clone(),
        detail: row.detail.clone(),
        ..Line::default()
    };
    let lines: Vec<Line> = rows.iter().map(line).collect();
    let some = |amount: i64| match amount {
        0 => String::new(),
        amount => money(amount),
    };
    let columns = vec![
        Column::new(words::DATE, rows.iter().map(|row| row.on.clone()).collect()),
        Column::new(
            words::CHARGES,
            rows.iter().map(|row| some(row.charge)).collect(),
        ),
        Column::new(
            words::PAYMENTS,
            rows.iter().map(|row| some(row.credit)).collect(),
        ),
        Column::new(
            words::BALANCE,
            rows.iter().map(|row| money(row.balance)).collect(),
        ),
    ];
    items::table(flow, &lines, columns, words::HAPPENED);
}

impl Account {
    /// The sums below the table: label, amount, and whether it stands out.
    pub(super) fn sums(&self, money: &Money) -> Vec<(String, String, bool)> {
        let row = |label: &str, amount: i64, bold: bool| (label.to_owned(), money(amount), bold);
        vec![
            row(words::BEFORE, self.opening, false),
            row(words::CHARGES, self.charged, false),
            row(words::PAYMENTS, self.credited.saturating_neg(), false),
            row(words::AFTER, self.closing, true),
        ]
    }
}

/// What is due, by how late it is.
pub(super) fn ageing(flow: &mut Flow, account: &Account, money: &Money) {
    if !account.ageing.is_empty() {
        flow.need(BODY.leading() * 9.0);
        let section = flow.root(Tag::Section);
        sums::titled(flow, section, &account.ageing_title);
        let row = |(label, amount): &(String, i64)| (vec![label.clone()], money(*amount), false);
        let rows: Vec<sums::Row> = account.ageing.iter().map(row).collect();
        sums::table(flow, &rows, MARGIN);
        flow.y += 10.0;
    }
    if !account.remark.is_empty() {
        let node = flow.root(Tag::P);
        let most = flow.measure() * 0.86;
        flow.paragraph(Role::Part(node), MARGIN, SOFT, &account.remark, most);
        flow.y += 10.0;
    }
}
