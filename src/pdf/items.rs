//! The table of what was sold, over as many pages as it takes.
//!
//! The head is repeated on each page, where it is furniture: the table has it once. A row is never
//! cut, unless it is longer than half a page.

use super::Money;
use super::colour::{INK, MUTED, RULE};
use super::flow::{Flow, MARGIN, Node, Role, Style};
use super::sheet::{Line, Sheet};
use super::words;
use krilla::tagging::{ArtifactType, TableHeaderScope, Tag, TagKind};

const HEAD: Style = Style::new(8.0, MUTED);
const CELL: Style = Style::new(9.5, INK);
const DETAIL: Style = Style::new(8.5, MUTED);
/// Between two columns.
const GAP: f32 = 14.0;
/// What is left for the description, and the least.
const WORDS: f32 = 150.0;
const LEAST_WORDS: f32 = 96.0;
const PAD: f32 = 6.5;

/// A column of figures, to the right of the description.
pub(super) struct Column {
    title: &'static str,
    cells: Vec<String>,
    width: f32,
}

impl Column {
    /// With a cell for each line.
    pub(super) const fn new(title: &'static str, cells: Vec<String>) -> Self {
        Self {
            title,
            cells,
            width: 0.0,
        }
    }
}

pub(super) fn draw(flow: &mut Flow, sheet: &Sheet, money: &Money) {
    table(flow, &sheet.lines, columns(sheet, money), words::LINES);
}

/// A table of lines, of which the name and the detail are shown, with these columns beside them.
pub(super) fn table(flow: &mut Flow, lines: &[Line], mut columns: Vec<Column>, summary: &str) {
    fit(flow, &mut columns);
    let most = flow.measure() - columns.iter().map(|c| c.width + GAP).sum::<f32>();
    let table = flow.root(Tag::Table.with_summary(Some(summary.to_owned())));

    let first_row = lines
        .first()
        .map_or(0.0, |line| match height(flow, line, &columns, 0, most) {
            tall if tall > flow.room() / 2.0 => 60.0,
            tall => tall,
        });
    flow.need(30.0 + first_row);
    let group = flow.child(table, Tag::THead);
    let row = flow.child(group, Tag::TR);
    head(flow, &columns, Some(row));
    let body = flow.child(table, Tag::TBody);
    for (at, line) in lines.iter().enumerate() {
        let tall = height(flow, line, &columns, at, most);
        if flow.need(if tall > flow.room() / 2.0 { 60.0 } else { tall }) {
            head(flow, &columns, None);
        }
        self::row(flow, line, &columns, at, most, body);
    }
}

fn columns(sheet: &Sheet, money: &Money) -> Vec<Column> {
    let lines = &sheet.lines;
    let mut columns = Vec::new();
    let mut add = |title, cells: Vec<String>| {
        columns.push(Column::new(title, cells));
    };
    let of = |cell: &dyn Fn(&Line) -> String| lines.iter().map(cell).collect::<Vec<_>>();
    add(words::QUANTITY, of(&|line| line.quantity.text.clone()));
    add(words::PRICE, of(&|line| line.price.text.clone()));
    if lines.iter().any(|line| line.discount != 0) {
        let taken = |line: &Line| match line.discount {
            0 => String::new(),
            amount => money(amount.saturating_neg()),
        };
        add(words::DISCOUNT, of(&taken));
    }
    if sheet.taxed() && lines.iter().any(|line| line.tax.is_some()) {
        let rate = |line: &Line| {
            let tax = line.tax.and_then(|at| sheet.taxes.get(at));
            tax.map(|tax| tax.short.clone()).unwrap_or_default()
        };
        add(words::TAX, of(&rate));
    }
    add(words::AMOUNT, of(&|line| money(line.net)));
    columns
}

/// As wide as the widest cell; narrower, with cells of several lines, where that is too much.
fn fit(flow: &Flow, columns: &mut [Column]) {
    for column in columns.iter_mut() {
        let title = flow.text_width(HEAD, column.title);
        let cells = column.cells.iter().map(|cell| flow.text_width(CELL, cell));
        column.width = cells.fold(title, f32::max).ceil();
    }
    let gaps = columns.iter().map(|_| GAP).sum::<f32>();
    let too_wide = |columns: &[Column], words: f32| {
        let wanted: f32 = columns.iter().map(|column| column.width).sum();
        wanted + gaps + words - flow.measure()
    };
    // A quantity has words and can be broken; an amount is broken last, after the description has
    // given way.
    let over = too_wide(columns, WORDS);
    if over > 0.0
        && let Some(quantity) = columns.first_mut()
    {
        quantity.width = (quantity.width - over).max(quantity.width.min(70.0));
    }
    let over = too_wide(columns, LEAST_WORDS);
    if over > 0.0 {
        let wanted: f32 = columns.iter().map(|column| column.width).sum();
        let share = ((wanted - over) / wanted).max(0.1);
        for column in columns {
            column.width *= share;
        }
    }
}

/// The left and right edge of each column of figures.
fn edges(flow: &Flow, columns: &[Column]) -> Vec<f32> {
    let mut right = flow.right();
    let mut edges = Vec::new();
    for column in columns.iter().rev() {
        edges.push(right);
        right -= column.width + GAP;
    }
    edges.reverse();
    edges
}

fn head(flow: &mut Flow, columns: &[Column], row: Option<Node>) {
    let foot = flow.y + HEAD.size;
    let cell = |flow: &mut Flow| match row {
        Some(row) => {
            let tag: TagKind = Tag::TH(TableHeaderScope::Column).into();
            Role::Part(flow.child(row, tag))
        }
        None => Role::Furniture(ArtifactType::PaginationOther),
    };
    let role = cell(flow);
    flow.text(role, MARGIN, foot, HEAD, words::DESCRIPTION);
    for (column, right) in columns.iter().zip(edges(flow, columns)) {
        let role = cell(flow);
        flow.text_to(role, right, foot, HEAD, column.title);
    }
    flow.y = foot + 6.0;
    flow.rule(flow.y, MARGIN, flow.measure(), INK);
    flow.y += PAD;
}

/// A row's cells in lines: of the name, of the detail, and of each column.
fn cells(flow: &Flow, columns: &[Column], at: usize) -> Vec<Vec<String>> {
    let cell = |column: &Column| {
        let text = column.cells.get(at).map_or("", String::as_str);
        flow.wrap(CELL, text, column.width + 0.5)
    };
    columns.iter().map(cell).collect()
}

fn height(flow: &Flow, line: &Line, columns: &[Column], at: usize, most: f32) -> f32 {
    let name = lines_high(CELL, flow.wrap(CELL, &line.name, most).len());
    let detail = match line.detail.trim() {
        "" => 0.0,
        detail => lines_high(DETAIL, flow.wrap(DETAIL, detail, most).len()) + 1.0,
    };
    let tallest = cells(flow, columns, at).iter().map(Vec::len).max();
    (name + detail).max(lines_high(CELL, tallest.unwrap_or(1))) + 2.0 * PAD
}

#[expect(clippy::cast_precision_loss, reason = "lines of a text, few enough")]
fn lines_high(style: Style, count: usize) -> f32 {
    style.leading() * count as f32
}

fn row(flow: &mut Flow, line: &Line, columns: &[Column], at: usize, most: f32, body: Node) {
    let row = flow.child(body, Tag::TR);
    let (top, page) = (flow.y, flow.pages.len());
    let cell = flow.child(row, Tag::TD);
    let columns_of_lines = cells(flow, columns, at);
    let mut lowest = top;
    let words = flow.wrap(CELL, &line.name, most);
    let first = words.first().cloned().unwrap_or_default();
    flow.text(Role::Part(cell), MARGIN, top + CELL.size, CELL, &first);
    // The figures stand beside the first line, so they are drawn before the page can change.
    for (lines, right) in columns_of_lines.iter().zip(edges(flow, columns)) {
        let cell = flow.child(row, Tag::TD);
        let mut foot = top + CELL.size;
        for line in lines {
            flow.text_to(Role::Part(cell), right, foot, CELL, line);
            foot += CELL.leading();
        }
        lowest = lowest.max(foot - CELL.size);
    }
    flow.y = top + CELL.leading();
    for line in words.iter().skip(1) {
        again(flow, columns, CELL);
        let foot = flow.y + CELL.size;
        flow.text(Role::Part(cell), MARGIN, foot, CELL, line);
        flow.y += CELL.leading();
    }
    if !line.detail.trim().is_empty() {
        flow.y += 1.0;
        for line in flow.wrap(DETAIL, line.detail.trim(), most) {
            again(flow, columns, DETAIL);
            let foot = flow.y + DETAIL.size;
            flow.text(Role::Part(cell), MARGIN, foot, DETAIL, &line);
            flow.y += DETAIL.leading();
        }
    }
    if flow.pages.len() == page {
        flow.y = flow.y.max(lowest);
    }
    flow.y += PAD - 1.0;
    flow.rule(flow.y, MARGIN, flow.measure(), RULE);
    flow.y += PAD + 1.0;
}

/// The head again, where a long row goes on.
fn again(flow: &mut Flow, columns: &[Column], style: Style) {
    if flow.need(style.leading()) {
        head(flow, columns, None);
    }
}
