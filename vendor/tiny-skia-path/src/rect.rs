//! Rectangles and sizes.

use crate::{FiniteF32, Point, Transform};
use strict_num::NonZeroPositiveF32;

/// A rectangle, finite and not turned inside out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rect {
    left: FiniteF32,
    top: FiniteF32,
    right: FiniteF32,
    bottom: FiniteF32,
}

impl Rect {
    /// Of its edges.
    pub fn from_ltrb(left: f32, top: f32, right: f32, bottom: f32) -> Option<Self> {
        let finite = (right - left).is_finite() && (bottom - top).is_finite();
        if left > right || top > bottom || !finite {
            return None;
        }
        Some(Self {
            left: FiniteF32::new(left)?,
            top: FiniteF32::new(top)?,
            right: FiniteF32::new(right)?,
            bottom: FiniteF32::new(bottom)?,
        })
    }

    /// Of its upper left corner and its size.
    pub fn from_xywh(x: f32, y: f32, w: f32, h: f32) -> Option<Self> {
        Self::from_ltrb(x, y, w + x, h + y)
    }

    /// The smallest around these points; none around none.
    pub(crate) fn from_points(points: &[Point]) -> Option<Self> {
        let first = *points.first()?;
        let (mut least, mut most) = (first, first);
        for point in points {
            if !point.x.is_finite() || !point.y.is_finite() {
                return None;
            }
            least = Point::from_xy(least.x.min(point.x), least.y.min(point.y));
            most = Point::from_xy(most.x.max(point.x), most.y.max(point.y));
        }
        Self::from_ltrb(least.x, least.y, most.x, most.y)
    }

    /// The left edge.
    pub fn left(&self) -> f32 {
        self.left.get()
    }

    /// The upper edge.
    pub fn top(&self) -> f32 {
        self.top.get()
    }

    /// The right edge.
    pub fn right(&self) -> f32 {
        self.right.get()
    }

    /// The lower edge.
    pub fn bottom(&self) -> f32 {
        self.bottom.get()
    }

    /// How wide it is.
    pub fn width(&self) -> f32 {
        self.right() - self.left()
    }

    /// How high it is.
    pub fn height(&self) -> f32 {
        self.bottom() - self.top()
    }

    /// The smallest around what becomes of it.
    pub fn transform(&self, by: Transform) -> Option<Self> {
        let mut corners = [
            Point::from_xy(self.left(), self.top()),
            Point::from_xy(self.right(), self.top()),
            Point::from_xy(self.left(), self.bottom()),
            Point::from_xy(self.right(), self.bottom()),
        ];
        corners.iter_mut().for_each(|corner| by.map_point(corner));
        Self::from_points(&corners)
    }
}

/// A width and a height, neither of them nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    width: NonZeroPositiveF32,
    height: NonZeroPositiveF32,
}

impl Size {
    /// Of its width and height.
    pub fn from_wh(width: f32, height: f32) -> Option<Self> {
        Some(Self {
            width: NonZeroPositiveF32::new(width)?,
            height: NonZeroPositiveF32::new(height)?,
        })
    }

    /// How wide.
    pub fn width(&self) -> f32 {
        self.width.get()
    }

    /// How high.
    pub fn height(&self) -> f32 {
        self.height.get()
    }
}
