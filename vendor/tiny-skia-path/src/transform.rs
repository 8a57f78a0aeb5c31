//! Affine transforms.

use crate::Point;

/// What moves, scales, skews and turns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    /// Scales to the right.
    pub sx: f32,
    /// Skews to the right.
    pub kx: f32,
    /// Skews down.
    pub ky: f32,
    /// Scales down.
    pub sy: f32,
    /// Moves to the right.
    pub tx: f32,
    /// Moves down.
    pub ty: f32,
}

impl Default for Transform {
    fn default() -> Self {
        Self::from_scale(1.0, 1.0)
    }
}

impl Transform {
    /// Of its numbers, column by column.
    pub fn from_row(sx: f32, ky: f32, kx: f32, sy: f32, tx: f32, ty: f32) -> Self {
        Self {
            sx,
            kx,
            ky,
            sy,
            tx,
            ty,
        }
    }

    /// One that moves.
    pub fn from_translate(tx: f32, ty: f32) -> Self {
        Self::from_row(1.0, 0.0, 0.0, 1.0, tx, ty)
    }

    /// One that scales.
    pub fn from_scale(sx: f32, sy: f32) -> Self {
        Self::from_row(sx, 0.0, 0.0, sy, 0.0, 0.0)
    }

    /// One that skews.
    pub fn from_skew(kx: f32, ky: f32) -> Self {
        Self::from_row(1.0, ky, kx, 1.0, 0.0, 0.0)
    }

    /// One that turns by so many degrees.
    pub fn from_rotate(angle: f32) -> Self {
        let (sin, cos) = sin_cos(angle);
        Self::from_row(cos, sin, -sin, cos, 0.0, 0.0)
    }

    /// One that turns by so many degrees around a point.
    pub fn from_rotate_at(angle: f32, tx: f32, ty: f32) -> Self {
        Self::from_translate(tx, ty)
            .pre_concat(Self::from_rotate(angle))
            .pre_concat(Self::from_translate(-tx, -ty))
    }

    /// Whether it changes nothing.
    fn is_identity(&self) -> bool {
        *self == Self::default()
    }

    fn has_skew(&self) -> bool {
        self.kx != 0.0 || self.ky != 0.0
    }

    /// The other one first, then this one.
    #[must_use]
    pub fn pre_concat(&self, other: Self) -> Self {
        if self.is_identity() {
            return other;
        }
        if other.is_identity() {
            return *self;
        }
        if !self.has_skew() && !other.has_skew() {
            return Self::from_row(
                self.sx * other.sx,
                0.0,
                0.0,
                self.sy * other.sy,
                self.sx * other.tx + self.tx,
                self.sy * other.ty + self.ty,
            );
        }
        // In double precision, rounded once.
        let sum = |[a, b]: [f32; 2], [c, d]: [f32; 2]| {
            (f64::from(a) * f64::from(c) + f64::from(b) * f64::from(d)) as f32
        };
        let (right, down) = ([self.sx, self.kx], [self.ky, self.sy]);
        Self::from_row(
            sum(right, [other.sx, other.ky]),
            sum(down, [other.sx, other.ky]),
            sum(right, [other.kx, other.sy]),
            sum(down, [other.kx, other.sy]),
            sum(right, [other.tx, other.ty]) + self.tx,
            sum(down, [other.tx, other.ty]) + self.ty,
        )
    }

    /// This one first, then the other one.
    #[must_use]
    pub fn post_concat(&self, other: Self) -> Self {
        other.pre_concat(*self)
    }

    /// Moves a point to where it goes.
    pub fn map_point(&self, point: &mut Point) {
        let Point { x, y } = *point;
        *point = if self.has_skew() {
            Point::from_xy(
                x * self.sx + y * self.kx + self.tx,
                x * self.ky + y * self.sy + self.ty,
            )
        } else {
            Point::from_xy(x * self.sx + self.tx, y * self.sy + self.ty)
        };
    }

    /// One that takes it back, where there is one.
    pub fn invert(&self) -> Option<Self> {
        if !self.has_skew() {
            let (x, y) = (1.0 / self.sx, 1.0 / self.sy);
            return Self::from_row(x, 0.0, 0.0, y, -self.tx * x, -self.ty * y).finite();
        }
        let [sx, kx, ky, sy, tx, ty] =
            [self.sx, self.kx, self.ky, self.sy, self.tx, self.ty].map(f64::from);
        let of = sx * sy - kx * ky;
        Self::from_row(
            (sy / of) as f32,
            (-ky / of) as f32,
            (-kx / of) as f32,
            (sx / of) as f32,
            ((kx * ty - sy * tx) / of) as f32,
            ((ky * tx - sx * ty) / of) as f32,
        )
        .finite()
    }

    fn finite(self) -> Option<Self> {
        let numbers = [self.sx, self.kx, self.ky, self.sy, self.tx, self.ty];
        numbers
            .iter()
            .all(|number| number.is_finite())
            .then_some(self)
    }
}

/// Sine and cosine of so many degrees, by their series: the C library's know angles of any size, for two kilobytes.
fn sin_cos(degrees: f32) -> (f32, f32) {
    let degrees = f64::from(degrees);
    let quarter = (degrees / 90.0 + 0.5).floor();
    let angle = (degrees - quarter * 90.0).to_radians();
    let (mut sin, mut cos, mut term) = (0.0, 0.0, 1.0);
    for power in 1..16 {
        match power % 4 {
            1 => cos += term,
            2 => sin += term,
            3 => cos -= term,
            _ => sin -= term,
        }
        term *= angle / f64::from(power);
    }
    let (sin, cos) = match (quarter as i64).rem_euclid(4) {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    };
    (sin as f32, cos as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_those_of_the_standard_library() {
        for angle in -1000..1000 {
            let angle = f64::from(angle) * 0.77;
            let (sin, cos) = angle.to_radians().sin_cos();
            let (near_sin, near_cos) = sin_cos(angle as f32);
            assert!((f64::from(near_sin) - sin).abs() < 1e-6, "{angle}");
            assert!((f64::from(near_cos) - cos).abs() < 1e-6, "{angle}");
        }
    }

    #[test]
    fn what_is_inverted_is_taken_back() {
        let there = Transform::from_row(1.5, 0.25, -0.5, 2.0, 30.0, -7.0);
        let mut point = Point::from_xy(12.0, 34.0);
        there.map_point(&mut point);
        there.invert().unwrap().map_point(&mut point);
        assert!((point.x - 12.0).abs() < 1e-4 && (point.y - 34.0).abs() < 1e-4);
        assert_eq!(Transform::from_scale(0.0, 1.0).invert(), None);
    }
}
