//! The document's colours: ink on white, and the business's colour where it can be read.

use crate::domain::colour::{HexColour, Palette};

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

pub(super) const INK: Rgb = [0x1a, 0x1f, 0x36];
pub(super) const MUTED: Rgb = [0x54, 0x5b, 0x6b];
pub(super) const RULE: Rgb = [0xdf, 0xe3, 0xea];
pub(super) const PALE: Rgb = [0xec, 0xee, 0xf2];
pub(super) const WHITE: Rgb = [0xff, 0xff, 0xff];
pub(super) const GOOD: Rgb = [0x0b, 0x6b, 0x3a];
pub(super) const BAD: Rgb = [0xb0, 0x1e, 0x2e];

/// The business's colour as it is, and as text on white.
#[derive(Clone, Copy)]
pub(super) struct Accent {
    pub fill: Rgb,
    pub text: Rgb,
}

impl Accent {
    pub fn of(hex: &str) -> Self {
        match HexColour::parse(hex) {
            Ok(brand) => Self {
                fill: colour(brand),
                text: colour(Palette::derive(brand).light.link),
            },
            Err(_) => Self {
                fill: INK,
                text: INK,
            },
        }
    }
}

fn colour(hex: HexColour) -> Rgb {
    let text = hex.to_string();
    let channel = |at: usize| {
        let digits = text.get(at..at + 2).unwrap_or("00");
        u8::from_str_radix(digits, 16).unwrap_or_default()
    };
    [channel(1), channel(3), channel(5)]
}
