//! Draws the finished pages with krilla, and gives it the tree of their parts.

use super::Trouble;
use super::colour::{INK, PALE, Rgb};
use super::flow::{Area, Child, Flow, Node, Role, Thing};
use super::qr::Code;
use super::text::Fonts;
use krilla::Document;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ContentTag, Identifier, SpanTag, TagGroup, TagTree};

/// Draws every page; the result is the tree.
pub(super) fn draw(document: &mut Document, flow: &Flow) -> Result<TagTree, Trouble> {
    let mut seen = Vec::with_capacity(flow.pages.len());
    for entries in &flow.pages {
        let settings = PageSettings::from_wh(flow.width, flow.height).ok_or(Trouble::Layout)?;
        let mut page = document.start_page_with(settings);
        let mut ids: Vec<Option<Identifier>> = vec![None; entries.len()];
        let mut surface = page.surface();
        for (entry, id) in entries.iter().zip(&mut ids) {
            if matches!(entry.thing, Thing::Link(..)) {
                continue;
            }
            let span = match (&entry.thing, entry.role) {
                (_, Role::Furniture(kind)) => ContentTag::Artifact(Artifact::with_kind(kind)),
                (Thing::Text { text, .. }, Role::Part(_)) => {
                    // What cannot be shown can still be read aloud and copied.
                    let actual = (!flow.fonts.lacks(text).is_empty()).then_some(text.as_str());
                    ContentTag::Span(SpanTag::empty().with_actual_text(actual))
                }
                _ => ContentTag::Other,
            };
            let given = surface.start_tagged(span);
            thing(&mut surface, flow, &entry.thing);
            surface.end_tagged();
            if matches!(entry.role, Role::Part(_)) {
                *id = Some(given);
            }
        }
        surface.finish();
        for (entry, id) in entries.iter().zip(&mut ids) {
            if let Thing::Link(area, url, alt) = &entry.thing {
                let target = Target::Action(Action::Link(LinkAction::new(url.clone())));
                let link = LinkAnnotation::new(rect(*area)?, target);
                let annotation = Annotation::new_link(link, Some(alt.clone()));
                *id = Some(page.add_tagged_annotation(annotation));
            }
        }
        page.finish();
        seen.push(ids);
    }
    let mut tree = TagTree::new();
    for root in &flow.roots {
        tree.push(group(flow, *root, &seen)?);
    }
    Ok(tree)
}

fn group(flow: &Flow, node: Node, seen: &[Vec<Option<Identifier>>]) -> Result<TagGroup, Trouble> {
    let branch = flow.branch(node).ok_or(Trouble::Layout)?;
    let mut made = TagGroup::new(branch.tag.clone());
    for child in &branch.children {
        match child {
            Child::Node(child) => made.push(group(flow, *child, seen)?),
            Child::Entry(page, at) => {
                let id = seen.get(*page).and_then(|ids| ids.get(*at).copied());
                made.push(id.flatten().ok_or(Trouble::Layout)?);
            }
        }
    }
    Ok(made)
}

fn thing(surface: &mut Surface, flow: &Flow, thing: &Thing) {
    match thing {
        Thing::Text {
            x,
            foot,
            style,
            text,
        } => {
            surface.set_fill(Some(fill(style.colour)));
            let at = Point::from_xy(*x, *foot);
            letters(surface, flow.fonts, style.bold, style.size, at, text);
        }
        Thing::Fill(area, colour, radius) => {
            surface.set_fill(Some(fill(*colour)));
            if let Some(path) = rounded(*area, *radius) {
                surface.draw_path(&path);
            }
        }
        Thing::Code(area, code) => {
            surface.set_fill(Some(fill(INK)));
            if let Some(path) = modules(*area, code) {
                surface.draw_path(&path);
            }
        }
        Thing::Picture(area, image) => {
            if let Some(size) = Size::from_wh(area.w, area.h) {
                surface.push_transform(&Transform::from_translate(area.x, area.y));
                surface.draw_image(image.clone(), size);
                surface.pop();
            }
        }
        Thing::Across(text) => across(surface, flow, text),
        Thing::Link(..) => {}
    }
}

fn letters(surface: &mut Surface, fonts: &Fonts, bold: bool, size: f32, at: Point, text: &str) {
    let face = fonts.face(bold);
    let text = face.plain(text);
    // A part without content would be dropped from the tree, and a table would lose a cell.
    let text = if text.is_empty() { " " } else { &text };
    let (glyphs, _) = face.glyphs(text);
    surface.draw_glyphs(at, &glyphs, face.font.clone(), text, size, false);
}

fn across(surface: &mut Surface, flow: &Flow, text: &str) {
    const TURN: f32 = -38.0;
    let one = flow.fonts.face(true).width(text, 1.0).max(1.0);
    let size = (flow.width * 0.86 / one).min(150.0);
    surface.set_fill(Some(fill(PALE)));
    surface.push_transform(&Transform::from_translate(
        flow.width / 2.0,
        flow.height / 2.0,
    ));
    surface.push_transform(&Transform::from_rotate(TURN));
    let at = Point::from_xy(-one * size / 2.0, size * 0.36);
    letters(surface, flow.fonts, true, size, at, text);
    surface.pop();
    surface.pop();
}

fn fill([red, green, blue]: Rgb) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

fn rect(area: Area) -> Result<Rect, Trouble> {
    Rect::from_xywh(area.x, area.y, area.w, area.h).ok_or(Trouble::Layout)
}

fn rounded(area: Area, radius: f32) -> Option<Path> {
    /// How far a curve's handle reaches to look like a quarter of a circle.
    const REACH: f32 = 0.447_7;
    let Area { x, y, w, h } = area;
    let (r, k) = (radius, radius * REACH);
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(x + w - r, y);
    path.cubic_to(x + w - k, y, x + w, y + k, x + w, y + r);
    path.line_to(x + w, y + h - r);
    path.cubic_to(x + w, y + h - k, x + w - k, y + h, x + w - r, y + h);
    path.line_to(x + r, y + h);
    path.cubic_to(x + k, y + h, x, y + h - k, x, y + h - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + k, x + k, y, x + r, y);
    path.close();
    path.finish()
}

fn modules(area: Area, code: &Code) -> Option<Path> {
    let one = area.w / f32::from(code.size);
    let mut path = PathBuilder::new();
    for (row, first, count) in &code.runs {
        let x = area.x + f32::from(*first) * one;
        let y = area.y + f32::from(*row) * one;
        if let Some(run) = Rect::from_xywh(x, y, f32::from(*count) * one, one) {
            path.push_rect(run);
        }
    }
    path.finish()
}
