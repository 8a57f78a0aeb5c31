//! Outlines, which are never drawn here.

use crate::GlyphId;
use crate::instance::{LocationRef, Size};
use std::convert::Infallible;
use std::marker::PhantomData;

/// The outlines of a font: none.
#[derive(Clone, Default)]
pub struct OutlineGlyphCollection<'a>(PhantomData<&'a ()>);

impl OutlineGlyphCollection<'_> {
    /// None.
    pub fn get(&self, _: GlyphId) -> Option<OutlineGlyph> {
        None
    }
}

/// An outline; there is none.
pub struct OutlineGlyph(Infallible);

impl OutlineGlyph {
    /// Cannot be called.
    pub fn draw(&self, _: DrawSettings, _: &mut impl OutlinePen) -> Result<(), Infallible> {
        match self.0 {}
    }
}

/// How an outline would be drawn.
pub struct DrawSettings;

impl DrawSettings {
    /// Without hints.
    pub fn unhinted<'a>(_: Size, _: impl Into<LocationRef<'a>>) -> Self {
        Self
    }
}

/// What an outline would be drawn with.
#[expect(missing_docs, reason = "skrifa's own trait, which krilla implements")]
pub trait OutlinePen {
    fn move_to(&mut self, x: f32, y: f32);
    fn line_to(&mut self, x: f32, y: f32);
    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32);
    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32);
    fn close(&mut self);
}
