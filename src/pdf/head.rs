//! The top of the first page: heading, logo, facts, the two parties, and what is to be done.

use super::colour::{Accent, BAD, GOOD, INK, MUTED, Rgb, WHITE};
use super::flow::{Area, Flow, MARGIN, Node, Role, Style, Thing};
use super::logo;
use super::sheet::{Party, Sheet, Tone};
use super::words;
use krilla::tagging::{ArtifactType, Tag, TagKind};
use std::num::NonZeroU16;

const BODY: Style = Style::new(9.5, INK);
const SOFT: Style = Style::new(9.5, MUTED);
/// The largest logo, in points.
const LOGO: (f32, f32) = (170.0, 54.0);

pub(super) fn heading(level: u16, title: &str) -> TagKind {
    let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    Tag::Hn(level, Some(title.to_owned())).into()
}

/// Draws it; false where there is a logo that cannot be shown.
pub(super) fn draw(flow: &mut Flow, sheet: &Sheet, accent: Accent) -> bool {
    let furniture = Role::Furniture(ArtifactType::Layout);
    let bar = Area {
        x: 0.0,
        y: 0.0,
        w: flow.width,
        h: 5.0,
    };
    flow.put(furniture, Thing::Fill(bar, accent.fill, 0.0));

    let top = 44.0;
    let shown = logo_or_name(flow, sheet, top);
    let title = Style::new(24.0, INK).bold();
    let room = flow.measure() - LOGO.0 - 24.0;
    let node = flow.root(heading(1, &format!("{} {}", sheet.heading, sheet.number)));
    flow.y = top;
    flow.paragraph(Role::Part(node), MARGIN, title, &sheet.heading, room);
    if let Some(state) = &sheet.state {
        let x = MARGIN + flow.text_width(title, &sheet.heading) + 12.0;
        badge(
            flow,
            x.min(MARGIN + room),
            top + 5.0,
            &state.label,
            state.tone,
        );
    }
    flow.y += 8.0;
    facts(flow, sheet);
    flow.y = flow.y.max(top + LOGO.1) + 18.0;
    parties(flow, sheet);
    headline(flow, sheet, accent);
    shown
}

fn logo_or_name(flow: &mut Flow, sheet: &Sheet, top: f32) -> bool {
    let read = sheet.logo.as_deref().map(logo::read);
    if let Some(Some((image, width, height))) = read {
        let (width, height) = (of(width), of(height));
        let scale = (LOGO.0 / width).min(LOGO.1 / height);
        let (w, h) = (width * scale, height * scale);
        let area = Area {
            x: flow.right() - w,
            y: top,
            w,
            h,
        };
        let alt = format!("{} {}", words::LOGO_OF, sheet.seller.name);
        let page = krilla::geom::Rect::from_xywh(area.x, area.y, area.w, area.h);
        let bbox = page.map(|rect| krilla::tagging::BBox::new(0, rect));
        let node = flow.root(Tag::Figure(Some(alt)).with_bbox(bbox));
        flow.put(Role::Part(node), Thing::Picture(area, image));
        return true;
    }
    // The name stands among the parties; this is its second, as a sign.
    let style = Style::new(13.0, MUTED).bold();
    let furniture = Role::Furniture(ArtifactType::Layout);
    let lines = flow.wrap(style, &sheet.seller.name, LOGO.0);
    for (line, at) in lines.iter().take(3).zip([0.0, 1.0, 2.0]) {
        let foot = top + 17.0 + at * style.leading();
        flow.text_to(furniture, flow.right(), foot, style, line);
    }
    read.is_none()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sides of a picture, a few thousand at most"
)]
fn of(pixels: u32) -> f32 {
    pixels as f32
}

fn badge(flow: &mut Flow, x: f32, y: f32, label: &str, tone: Tone) {
    let colour: Rgb = match tone {
        Tone::Plain => MUTED,
        Tone::Good => GOOD,
        Tone::Bad => BAD,
    };
    let style = Style::new(9.0, WHITE).bold();
    let w = flow.text_width(style, label) + 16.0;
    let area = Area { x, y, w, h: 18.0 };
    let furniture = Role::Furniture(ArtifactType::Layout);
    flow.put(furniture, Thing::Fill(area, colour, 9.0));
    let node = flow.root(Tag::P);
    flow.text(Role::Part(node), x + 8.0, y + 12.3, style, label);
}

fn facts(flow: &mut Flow, sheet: &Sheet) {
    let number = match sheet.account {
        Some(_) => words::PERIOD,
        None => words::NUMBER,
    };
    let mut rows = vec![
        (number.to_owned(), sheet.number.clone()),
        (words::ISSUED.to_owned(), sheet.issued.text.clone()),
    ];
    if let Some(due) = &sheet.due {
        rows.push((words::DUE.to_owned(), due.text.clone()));
    }
    rows.extend(sheet.facts.iter().cloned());
    rows.retain(|(_, text)| !text.trim().is_empty());
    let label = BODY.bold();
    let widest = rows.iter().map(|(name, _)| flow.text_width(label, name));
    let indent = widest.fold(70.0, f32::max).min(170.0) + 14.0;
    let most = flow.measure() - LOGO.0 - indent;
    for (name, text) in rows {
        let node = flow.root(Tag::P);
        let names = flow.wrap(label, &name, indent - 10.0);
        let texts = flow.wrap(BODY, &text, most);
        for at in 0..names.len().max(texts.len()) {
            flow.need(BODY.leading());
            let foot = flow.y + BODY.size;
            if let Some(name) = names.get(at) {
                let name = format!("{} ", name.trim_end());
                flow.text(Role::Part(node), MARGIN, foot, label, &name);
            }
            if let Some(text) = texts.get(at) {
                flow.text(Role::Part(node), MARGIN + indent, foot, BODY, text);
            }
            flow.y += BODY.leading();
        }
    }
}

fn parties(flow: &mut Flow, sheet: &Sheet) {
    let (mut top, page) = (flow.y, flow.pages.len());
    let column = (flow.measure() - 24.0) / 2.0;
    let mut lowest: f32 = top;
    let both = [
        (words::FROM, &sheet.seller, MARGIN),
        (words::TO, &sheet.buyer, MARGIN + column + 24.0),
    ];
    for (title, who, x) in both {
        flow.y = top;
        let section = flow.root(Tag::Section);
        let node = flow.child(section, heading(2, title));
        flow.paragraph(Role::Part(node), x, SOFT, title, column);
        flow.y += 1.0;
        party(flow, section, who, x, column);
        // An address longer than the page: the other follows below.
        if flow.pages.len() > page {
            (top, lowest) = (flow.y + 12.0, 0.0);
        }
        lowest = lowest.max(flow.y);
    }
    flow.y = lowest + 20.0;
}

fn party(flow: &mut Flow, section: Node, who: &Party, x: f32, column: f32) {
    let name = flow.child(section, Tag::P);
    flow.paragraph(Role::Part(name), x, BODY.bold(), &who.name, column);
    let ids = [
        (words::VAT_ID, &who.vat_id),
        (words::TAX_NUMBER, &who.tax_number),
    ];
    let lines = who
        .address
        .iter()
        .cloned()
        .chain([who.email.clone(), who.phone.clone()])
        .chain(ids.map(|(label, id)| {
            if id.is_empty() {
                String::new()
            } else {
                format!("{label} {id}")
            }
        }))
        .chain(who.more.iter().cloned());
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let node = flow.child(section, Tag::P);
        flow.paragraph(Role::Part(node), x, BODY, &line, column);
    }
}

fn headline(flow: &mut Flow, sheet: &Sheet, accent: Accent) {
    if !sheet.headline.is_empty() {
        let node = flow.root(heading(2, &sheet.headline));
        let style = Style::new(16.0, INK).bold();
        let most = flow.measure();
        flow.paragraph(Role::Part(node), MARGIN, style, &sheet.headline, most);
    }
    if let Some(link) = &sheet.link {
        let style = Style::new(10.0, accent.text).bold();
        flow.y += 2.0;
        flow.need(style.leading());
        let w = flow.text_width(style, &link.label);
        let area = Area {
            x: MARGIN,
            y: flow.y - 2.0,
            w: w.max(1.0),
            h: style.leading() + 2.0,
        };
        let foot = flow.y + style.size;
        let paragraph = flow.root(Tag::P);
        let node = flow.child(paragraph, Tag::Link);
        let (url, alt) = (link.url.clone(), link.label.clone());
        flow.put(Role::Part(node), Thing::Link(area, url, alt));
        flow.text(Role::Part(node), MARGIN, foot, style, &link.label);
        flow.rule(foot + 2.2, MARGIN, w, accent.text);
        flow.y += style.leading();
    }
    flow.y += 18.0;
}
