//! What krilla calls of `tiny-skia-path`: paths, rectangles and transforms, by the same arithmetic. No outlines of
//! strokes, no dashes, no ovals.

mod path;
mod rect;
mod stroke;
mod transform;

pub use path::{Path, PathBuilder, PathSegment, PathVerb};
pub use rect::{Rect, Size};
pub use strict_num::{FiniteF32, NormalizedF32};
pub use stroke::{LineCap, LineJoin, Stroke, StrokeDash};
pub use transform::Transform;

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl Point {
    /// Of its two coordinates.
    pub fn from_xy(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// How far it is to another one.
    pub fn distance(&self, other: Self) -> f32 {
        let [x, y] = [self.x - other.x, self.y - other.y].map(f64::from);
        (x * x + y * y).sqrt() as f32
    }
}
