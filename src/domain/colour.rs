//! A colour of sRGB, its contrast with another, and its place between black and white.
//!
//! Contrast and luminance are those of WCAG 2.2. What a business's colour becomes on its pages is
//! decided in `palette`.
#![expect(
    clippy::float_arithmetic,
    reason = "luminance is defined over reals; no money is here"
)]

mod palette;

pub use palette::Palette;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

use crate::domain::door::through;

const WHITE: HexColour = HexColour([255, 255, 255]);
const BLACK: HexColour = HexColour([0, 0, 0]);

/// A colour of sRGB. Shown as `#rrggbb` in lowercase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HexColour([u8; 3]);

/// A text that is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a colour as # and six characters from 0–9 and A–F, like #2F5D50.")]
pub struct ColourError;

impl HexColour {
    /// The one door: three or six hexadecimal digits, with or without `#`.
    pub fn parse(raw: &str) -> Result<Self, ColourError> {
        let text = raw.trim();
        let digits: Option<Vec<u8>> = text
            .strip_prefix('#')
            .unwrap_or(text)
            .chars()
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .collect();
        match digits.as_deref() {
            Some([r, g, b]) => Ok(Self([r * 17, g * 17, b * 17])),
            Some([r, r2, g, g2, b, b2]) => Ok(Self([r * 16 + r2, g * 16 + g2, b * 16 + b2])),
            _ => Err(ColourError),
        }
    }

    /// Contrast with another colour, from 1 to 21 (WCAG 2.2).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Relative luminance, from 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn stands_out(self, least: f64, behind: &[Self]) -> bool {
        behind.iter().all(|b| self.contrast(*b) >= least)
    }

    /// The nearest lightness on the way to white or black that satisfies `fits`, which must stay
    /// satisfied from there on; white or black if none does before.
    fn moved(self, end: Self, fits: impl Fn(Self) -> bool) -> Self {
        const STEPS: u32 = 1 << 10;
        if fits(self) {
            return self;
        }
        let hsl = Hsl::of(self);
        let goal = f64::from(u8::from(end == WHITE));
        let at = |step: u32| {
            hsl.with_lightness(hsl.l + (goal - hsl.l) * f64::from(step) / f64::from(STEPS))
        };
        let (mut bad, mut good) = (0, STEPS);
        while good - bad > 1 {
            let middle = bad.midpoint(good);
            if fits(at(middle)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        if good == STEPS { end } else { at(good) }
    }

    fn lightness_apart(self, other: Self) -> f64 {
        (Hsl::of(self).l - Hsl::of(other).l).abs()
    }
}

/// Hue, saturation and lightness; channels grow with lightness, so contrast can be searched.
#[derive(Clone, Copy)]
struct Hsl {
    /// Position of each channel between the darkest (0) and the lightest (1) of the three.
    shape: [f64; 3],
    s: f64,
    l: f64,
}

impl Hsl {
    fn of(colour: HexColour) -> Self {
        let channels = colour.0.map(|c| f64::from(c) / 255.0);
        let max = channels.iter().copied().fold(0.0, f64::max);
        let min = channels.iter().copied().fold(1.0, f64::min);
        let (l, spread) = (f64::midpoint(max, min), max - min);
        if spread == 0.0 {
            return Self {
                shape: [0.0; 3],
                s: 0.0,
                l,
            };
        }
        let shape = channels.map(|c| (c - min) / spread);
        Self {
            shape,
            s: spread / (1.0 - (2.0 * l - 1.0).abs()),
            l,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=255"
    )]
    fn with_lightness(self, l: f64) -> HexColour {
        let spread = (1.0 - (2.0 * l - 1.0).abs()) * self.s;
        let channel = |c: f64| l + (c - 0.5) * spread;
        HexColour(
            self.shape
                .map(|c| (channel(c) * 255.0).round().clamp(0.0, 255.0) as u8),
        )
    }
}

impl fmt::Display for HexColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}
impl Serialize for HexColour {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for HexColour {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        through(d, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((WHITE.contrast(BLACK) - 21.0).abs() < 1e-9);
        let grey = HexColour::parse("#767676").unwrap();
        assert!((grey.contrast(WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn colours_are_read_in_the_usual_forms() {
        for same in ["#2f5d50", "2F5D50", " #2F5d50 "] {
            assert_eq!(HexColour::parse(same).unwrap().to_string(), "#2f5d50");
        }
        assert_eq!(HexColour::parse("#0fa").unwrap().to_string(), "#00ffaa");
        for bad in [
            "",
            "#",
            "#12",
            "#1234",
            "#12345",
            "#1234567",
            "#12345g",
            "red",
            "##123456",
            "#１２３",
        ] {
            assert_eq!(HexColour::parse(bad), Err(ColourError), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(raw: String) {
            let _ = HexColour::parse(&raw);
        }
    }
}
