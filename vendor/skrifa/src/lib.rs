//! What krilla needs of `skrifa` for fonts that have outlines and no colours, bitmaps or axes.
//!
//! Metrics are read; glyphs are never drawn, because the PDF's reader draws them from the embedded
//! font. Types of glyphs that cannot be drawn have no values, so the compiler leaves out what krilla
//! would do with one.

pub extern crate read_fonts as raw;

pub mod attribute;
pub mod bitmap;
pub mod color;
pub mod instance;
pub mod metrics;
pub mod outline;

pub use outline::OutlineGlyphCollection;
pub use read_fonts::FontRef;
pub use read_fonts::types::{GlyphId, GlyphId16, Tag};

use instance::{Location, LocationRef, Size};
use metrics::{GlyphMetrics, Metrics};
use raw::TableProvider;

/// The names most often needed.
pub mod prelude {
    pub use super::instance::{LocationRef, Size};
    pub use super::{FontRef, GlyphId, MetadataProvider, Tag};
}

/// What a font says of itself.
pub trait MetadataProvider<'a>: Sized {
    /// The axes.
    fn axes(&self) -> AxisCollection;
    /// Weight and width.
    fn attributes(&self) -> attribute::Attributes;
    /// The names of the glyphs.
    fn glyph_names(&self) -> GlyphNames;
    /// Metrics of the whole.
    fn metrics(&self, size: Size, location: impl Into<LocationRef<'a>>) -> Metrics;
    /// Metrics of the glyphs.
    fn glyph_metrics(&self, size: Size, location: impl Into<LocationRef<'a>>) -> GlyphMetrics<'a>;
    /// The outlines: none.
    fn outline_glyphs(&self) -> OutlineGlyphCollection<'a>;
    /// The glyphs in colour: none.
    fn color_glyphs(&self) -> color::ColorGlyphCollection<'a>;
    /// The glyphs as pictures: none.
    fn bitmap_strikes(&self) -> bitmap::BitmapStrikes<'a>;
}

impl<'a> MetadataProvider<'a> for FontRef<'a> {
    fn axes(&self) -> AxisCollection {
        AxisCollection
    }
    fn attributes(&self) -> attribute::Attributes {
        attribute::Attributes::new(self)
    }
    fn glyph_names(&self) -> GlyphNames {
        GlyphNames(self.maxp().map_or(0, |maxp| maxp.num_glyphs()))
    }
    fn metrics(&self, _: Size, _: impl Into<LocationRef<'a>>) -> Metrics {
        Metrics::new(self)
    }
    fn glyph_metrics(&self, _: Size, _: impl Into<LocationRef<'a>>) -> GlyphMetrics<'a> {
        GlyphMetrics::new(self)
    }
    fn outline_glyphs(&self) -> OutlineGlyphCollection<'a> {
        OutlineGlyphCollection::default()
    }
    fn color_glyphs(&self) -> color::ColorGlyphCollection<'a> {
        color::ColorGlyphCollection::default()
    }
    fn bitmap_strikes(&self) -> bitmap::BitmapStrikes<'a> {
        bitmap::BitmapStrikes::default()
    }
}

/// The axes of a font that has none.
pub struct AxisCollection;

impl AxisCollection {
    /// The only place there is.
    pub fn location<I>(&self, _: I) -> Location {
        Location
    }
}

/// How many glyphs have a name.
pub struct GlyphNames(u16);

impl GlyphNames {
    /// All of them.
    pub fn num_glyphs(&self) -> u32 {
        u32::from(self.0)
    }
}
