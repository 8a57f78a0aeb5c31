//! The PDF of an invoice: from a [`Sheet`] to bytes, and nothing else.
//!
//! Pure like `domain`, and apart from it: `domain` decides what an invoice is, this draws one, as a
//! template draws a page. It knows no clock, no store and no random number, so the same sheet gives
//! the same bytes for as long as the fonts and this code are the same.
//!
//! The file is PDF/A-3 (level A) and PDF/UA-1. krilla refuses to write one that is not, as far as a
//! machine can tell; the tree, the languages and the alternative texts are this module's part.
//!
//! | module | does |
//! |---|---|
//! | `sheet` | what stands on the document |
//! | [`sheet_of`], [`sheet_of_statement`] | from an invoice to its sheet, from a statement to its |
//! | `text`, `sfnt`, `characters` | glyphs, widths, lines; the tables of the fonts |
//! | `flow` | pages and the tree, before anything is drawn |
//! | `head`, `items`, `sums` | the layout from top to bottom |
//! | `account` | in place of items: what a statement of account says |
//! | `logo`, `qr`, `colour`, `words` | what they need |
//! | `draw` | the pages, with krilla |
//! | `electronic`, `xmp` | the XML of EN 16931, and the note in the metadata that it is there |

// The drawing is measured in points: fractions of them are the matter itself. Amounts of money
// arrive as whole numbers and leave as texts that the caller's own function makes.
#![expect(
    clippy::float_arithmetic,
    reason = "positions on paper; money is whole numbers throughout"
)]

mod account;
mod characters;
mod colour;
mod draw;
mod electronic;
mod flow;
mod head;
mod invoice;
mod items;
mod logo;
pub(crate) mod qr;
mod sfnt;
mod sheet;
mod statement;
mod sums;
mod text;
mod words;
mod xmp;

pub use characters::lacks;
pub use electronic::{Gap, Place, missing};
pub use invoice::{Printed, as_draft, lacking, sheet_of};
pub use sheet::*;
pub use statement::{Stated, sheet_of_statement};
pub use text::Fonts;

use colour::{Accent, MUTED};
use flow::{BOTTOM, Flow, MARGIN, Role, Style, Thing};
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::tagging::ArtifactType;
use krilla::{Document, SerializeSettings};
use sha2::{Digest as _, Sha256};

/// Counts up when the same sheet gives other bytes than before, so that what was drawn and kept by
/// an older release is drawn anew. A test holds it against the digest of a file.
pub const EDITION: u32 = 1;

/// How an amount in minor units is read, with its currency.
pub type Money<'a> = dyn Fn(i64) -> String + 'a;

/// A finished file, and what staff should know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// Characters that the fonts lack, drawn as an empty square.
    pub lacks: Vec<char>,
    /// Whether the logo is on it; false where its file cannot be used.
    pub logo: bool,
    /// Why it carries no electronic invoice though one was asked for; empty where it does.
    pub electronic: Vec<Gap>,
}

/// Why there is no file. None of these is the reader's doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A font's file cannot be read.
    #[error("a font of the PDF cannot be read")]
    Font,
    /// Something has no place.
    #[error("the PDF's layout is broken")]
    Layout,
    /// It would not be PDF/A-3 or PDF/UA-1.
    #[error("the PDF would not hold its standards")]
    Standard,
    /// The metadata is not where it should be.
    #[error("the PDF's metadata is not where it should be")]
    Metadata,
}

/// Draws a sheet.
pub fn draw(sheet: &Sheet, fonts: &Fonts, money: &Money) -> Result<Pdf, Trouble> {
    let accent = Accent::of(&sheet.accent);
    let (width, height) = match sheet.paper {
        Paper::A4 => (595.28, 841.89),
        Paper::Letter => (612.0, 792.0),
    };
    let mut flow = Flow::new(fonts, width, height);
    let logo = head::draw(&mut flow, sheet, accent);
    let table = (flow.pages.len() - 1, flow.y);
    match &sheet.account {
        Some(account) => account::draw(&mut flow, account, money),
        None => items::draw(&mut flow, sheet, money),
    }
    sums::draw(&mut flow, sheet, money, accent);
    if let Some(account) = &sheet.account {
        account::ageing(&mut flow, account, money);
    }
    sums::words(&mut flow, sheet);
    let flow = furnish(flow, sheet);

    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| Trouble::Standard)?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    document.set_metadata(metadata(sheet));
    document.set_outline(outline(sheet, table));
    let wanted = sheet.electronic.as_ref();
    let missing = wanted.map_or_else(Vec::new, |_| missing(sheet));
    let xml = wanted.filter(|_| missing.is_empty());
    if let Some(extra) = xml {
        let data = electronic::draw(sheet, extra).into_bytes();
        document.embed_file(attached(sheet, data));
    }
    let tree = draw::draw(&mut document, &flow)?;
    document.set_tag_tree(tree.with_lang(Some(language(sheet))));
    let bytes = document.finish().map_err(|_| Trouble::Standard)?;
    let bytes = match xml {
        Some(_) => xmp::announce(bytes)?,
        None => bytes,
    };
    let mut lacks = flow.lacks;
    lacks.sort_unstable();
    lacks.dedup();
    Ok(Pdf {
        bytes,
        lacks,
        logo,
        electronic: missing,
    })
}

/// What tells one file from another, as 64 hexadecimal digits: two sheets of one digest give the same
/// bytes. Far cheaper than drawing. `logo` is the hash of the logo's file, whose bytes are not looked at.
pub fn digest(sheet: &Sheet, logo: Option<&str>) -> Result<String, serde_json::Error> {
    let mut hash = Sha256::new();
    hash.update(EDITION.to_be_bytes());
    hash.update(serde_json::to_vec(&(logo, sheet))?);
    Ok(format!("{:x}", hash.finalize()))
}

/// What stands on every page: head, foot, and the word across.
fn furnish<'a>(mut flow: Flow<'a>, sheet: &Sheet) -> Flow<'a> {
    let style = Style::new(8.0, MUTED);
    let pages = flow.pages.len();
    let name = format!("{} {}", sheet.heading, sheet.number);
    let name = flow.wrap(style, &name, flow.measure() * 0.6).swap_remove(0);
    let seller = flow.wrap(style, &sheet.seller.name, flow.measure() * 0.38);
    let seller = seller.first().cloned().unwrap_or_default();
    let text = |x, foot, text: &str| Thing::Text {
        x,
        foot,
        style,
        text: text.to_owned(),
    };
    for page in 0..pages {
        let count = format!("{} {} {} {pages}", words::PAGE, page + 1, words::OF);
        let foot = flow.height - BOTTOM + 24.0;
        let x = flow.right() - flow.text_width(style, &count);
        let role = Role::Furniture(ArtifactType::Footer);
        flow.put_on(page, role, text(MARGIN, foot, &name));
        flow.put_on(page, role, text(x, foot, &count));
        if page > 0 {
            let role = Role::Furniture(ArtifactType::Header);
            flow.put_on(page, role, text(MARGIN, 44.0, &name));
            let x = flow.right() - flow.text_width(style, &seller);
            flow.put_on(page, role, text(x, 44.0, &seller));
        }
    }
    if let Some(state) = sheet.state.as_ref().filter(|state| state.across) {
        flow.across(&state.label);
    }
    flow
}

fn language(sheet: &Sheet) -> String {
    let tag = sheet.language.as_str();
    let fits = !tag.is_empty() && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits {
        tag.to_owned()
    } else {
        "en".to_owned()
    }
}

fn date(day: &Day) -> DateTime {
    let date = DateTime::new(day.year).month(day.month).day(day.day);
    date.hour(0).minute(0).second(0).utc_offset_hour(0)
}

fn metadata(sheet: &Sheet) -> Metadata {
    let short = |text: &str| {
        text.chars()
            .filter(|c| !c.is_control())
            .take(300)
            .collect::<String>()
    };
    Metadata::new()
        .title(short(&format!("{} {}", sheet.heading, sheet.number)))
        .description(short(&sheet.headline))
        .authors(vec![short(&sheet.seller.name)])
        .creator("Portico".to_owned())
        .producer("Portico".to_owned())
        .language(language(sheet))
        .creation_date(date(&sheet.issued))
        .document_id(format!("{} {}", sheet.number, sheet.revision))
}

fn outline(sheet: &Sheet, (page, y): (usize, f32)) -> Outline {
    let at = |page, y| krilla::destination::XyzDestination::new(page, Point::from_xy(0.0, y));
    let title = format!("{} {}", sheet.heading, sheet.number);
    let mut top = OutlineNode::new(title, at(0, 0.0));
    top.push_child(OutlineNode::new(words::DESCRIPTION.to_owned(), at(page, y)));
    let mut outline = Outline::new();
    outline.push_child(top);
    outline
}

fn attached(sheet: &Sheet, data: Vec<u8>) -> EmbeddedFile {
    EmbeddedFile {
        path: xmp::FILE.to_owned(),
        mime_type: MimeType::new("text/xml"),
        description: Some("Electronic invoice (Factur-X, EN 16931)".to_owned()),
        association_kind: AssociationKind::Alternative,
        data: data.into(),
        modification_date: Some(date(&sheet.issued)),
        compress: Some(true),
        location: None,
    }
}
