//! Glyphs as pictures, of which there are none here.

use crate::GlyphId;
use crate::instance::Size;
use std::convert::Infallible;
use std::marker::PhantomData;

/// The glyphs as pictures of a font: none.
#[derive(Default)]
pub struct BitmapStrikes<'a>(PhantomData<&'a ()>);

impl<'a> BitmapStrikes<'a> {
    /// None.
    pub fn glyph_for_size(&self, _: Size, _: GlyphId) -> Option<BitmapGlyph<'a>> {
        None
    }
    /// None.
    pub fn format(&self) -> Option<BitmapFormat> {
        None
    }
}

/// How the pictures are kept.
#[derive(PartialEq)]
pub enum BitmapFormat {
    /// As Apple does.
    Sbix,
}

/// A glyph as a picture; there is none.
#[expect(missing_docs, reason = "skrifa's own type, which krilla reads")]
pub struct BitmapGlyph<'a> {
    pub data: BitmapData<'a>,
    pub bearing_x: f32,
    pub bearing_y: f32,
    pub inner_bearing_x: f32,
    pub inner_bearing_y: f32,
    pub ppem_y: f32,
    pub placement_origin: Origin,
    /// No value of this type can be made.
    pub never: Infallible,
}

/// The picture.
#[expect(missing_docs, reason = "skrifa's own type, which krilla reads")]
pub enum BitmapData<'a> {
    Bgra(&'a [u8]),
    Png(&'a [u8]),
    Mask(&'a [u8]),
}

/// Where a picture is measured from.
#[expect(missing_docs, reason = "skrifa's own type, which krilla reads")]
pub enum Origin {
    TopLeft,
    BottomLeft,
}
