//! Glyphs in colour, of which there are none here.

pub use crate::raw::tables::colr::{CompositeMode, Extend};

use crate::GlyphId;
use crate::instance::LocationRef;
use crate::raw::types::{BoundingBox, Point};
use std::convert::Infallible;
use std::marker::PhantomData;

/// The glyphs in colour of a font: none.
#[derive(Default)]
pub struct ColorGlyphCollection<'a>(PhantomData<&'a ()>);

impl ColorGlyphCollection<'_> {
    /// None.
    pub fn get(&self, _: GlyphId) -> Option<ColorGlyph> {
        None
    }
}

/// A glyph in colour; there is none.
pub struct ColorGlyph(Infallible);

impl ColorGlyph {
    /// Cannot be called.
    pub fn paint<'a>(
        &self,
        _: impl Into<LocationRef<'a>>,
        _: &mut impl ColorPainter,
    ) -> Result<(), Infallible> {
        match self.0 {}
    }
}

/// A matrix.
#[derive(Copy, Clone)]
#[expect(missing_docs, reason = "the six numbers of a matrix")]
pub struct Transform {
    pub xx: f32,
    pub yx: f32,
    pub xy: f32,
    pub yy: f32,
    pub dx: f32,
    pub dy: f32,
}

/// A stop of a gradient.
#[expect(missing_docs, reason = "skrifa's own type, which krilla reads")]
pub struct ColorStop {
    pub offset: f32,
    pub palette_index: u16,
    pub alpha: f32,
}

/// A fill.
#[expect(missing_docs, reason = "skrifa's own type, which krilla reads")]
pub enum Brush<'a> {
    Solid {
        palette_index: u16,
        alpha: f32,
    },
    LinearGradient {
        p0: Point<f32>,
        p1: Point<f32>,
        color_stops: &'a [ColorStop],
        extend: Extend,
    },
    RadialGradient {
        c0: Point<f32>,
        r0: f32,
        c1: Point<f32>,
        r1: f32,
        color_stops: &'a [ColorStop],
        extend: Extend,
    },
    SweepGradient {
        c0: Point<f32>,
        start_angle: f32,
        end_angle: f32,
        color_stops: &'a [ColorStop],
        extend: Extend,
    },
}

/// What a glyph in colour would be drawn with.
#[expect(missing_docs, reason = "skrifa's own trait, which krilla implements")]
pub trait ColorPainter {
    fn push_transform(&mut self, transform: Transform);
    fn pop_transform(&mut self);
    fn push_clip_glyph(&mut self, glyph_id: GlyphId);
    fn push_clip_box(&mut self, clip_box: BoundingBox<f32>);
    fn pop_clip(&mut self);
    fn fill(&mut self, brush: Brush<'_>);
    fn push_layer(&mut self, composite_mode: CompositeMode);
    fn pop_layer(&mut self) {}
}
