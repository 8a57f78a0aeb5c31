//! The brand's colour, and the colours derived from it so that any hex is readable.
//!
//! Contrast is that of WCAG 2.2 (relative luminance; 4.5:1 for text, 3:1 for the focus ring). From
//! one hex a [`Palette`] is derived for the light and the dark theme. Each derived colour keeps the
//! hue and saturation and moves lightness (HSL) only as far as contrast asks.
#![expect(
    clippy::float_arithmetic,
    reason = "luminance is defined over reals; no money is here"
)]

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Contrast of text: WCAG 2.2, 1.4.3 (AA).
const TEXT: f64 = 4.5;
/// Contrast of the focus ring: WCAG 2.2, 1.4.11 (AA).
const RING: f64 = 3.0;
/// How far a filled button must stand out from what lies behind it, so that it looks like one.
const EDGE: f64 = 1.2;
/// How far a hovered button must differ from the same one at rest.
const HOVER: f64 = 1.15;

const WHITE: HexColour = HexColour([255, 255, 255]);
const BLACK: HexColour = HexColour([0, 0, 0]);
/// Dark text on light fills.
const INK: HexColour = HexColour([0x11, 0x14, 0x18]);

/// What lies behind: cards, pages and sunken panels, as in the stylesheet.
const LIGHT: [HexColour; 3] = [
    WHITE,
    HexColour([0xf6, 0xf7, 0xf9]),
    HexColour([0xf0, 0xf2, 0xf5]),
];
const DARK: [HexColour; 3] = [
    HexColour([0x17, 0x1b, 0x22]),
    HexColour([0x0f, 0x12, 0x17]),
    HexColour([0x1f, 0x24, 0x2d]),
];

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

/// The colours of one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shades {
    /// Fill of the main button and the header.
    pub brand: HexColour,
    /// Text on the fill: white or near-black, at least 4.5:1.
    pub brand_text: HexColour,
    /// Fill under the pointer, with the same text, still at least 4.5:1.
    pub brand_hover: HexColour,
    /// Links and brand-coloured text, at least 4.5:1 on pages and cards.
    pub link: HexColour,
    /// Focus ring, at least 3:1 on pages and cards.
    pub focus: HexColour,
}

impl Shades {
    fn derive(brand: HexColour, behind: [HexColour; 3], away: HexColour) -> Self {
        let (fill, text) = readable(brand.moved(away, |c| c.stands_out(EDGE, &behind)));
        Self {
            brand: fill,
            brand_text: text,
            brand_hover: hover(fill, text, behind),
            link: brand.moved(away, |c| c.stands_out(TEXT, &behind)),
            focus: brand.moved(away, |c| c.stands_out(RING, &behind)),
        }
    }
}

/// The fill with its text. Where neither text is readable, the fill gives way to the nearer one.
fn readable(fill: HexColour) -> (HexColour, HexColour) {
    let reads = |text: HexColour| move |c: HexColour| c.contrast(text) >= TEXT;
    if reads(WHITE)(fill) {
        return (fill, WHITE);
    }
    if reads(INK)(fill) {
        return (fill, INK);
    }
    let (darker, lighter) = (
        fill.moved(BLACK, reads(WHITE)),
        fill.moved(WHITE, reads(INK)),
    );
    if darker.lightness_apart(fill) <= lighter.lightness_apart(fill) {
        (darker, WHITE)
    } else {
        (lighter, INK)
    }
}

/// Away from the text if that shows, else towards it.
fn hover(fill: HexColour, text: HexColour, behind: [HexColour; 3]) -> HexColour {
    let (away, towards) = if text == WHITE {
        (BLACK, WHITE)
    } else {
        (WHITE, BLACK)
    };
    let differs = |c: HexColour| c.contrast(fill) >= HOVER;
    let fits = |c: HexColour| differs(c) && c.contrast(text) >= TEXT;
    let candidates = [fill.moved(away, differs), fill.moved(towards, differs)];
    let shows = candidates
        .into_iter()
        .find(|c| fits(*c) && c.stands_out(HOVER, &behind));
    shows
        .or_else(|| candidates.into_iter().find(|c| fits(*c)))
        .unwrap_or(fill)
}

/// All that is derived from the brand's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// For light pages; also for mails, which are light.
    pub light: Shades,
    /// For dark pages.
    pub dark: Shades,
}

impl Palette {
    /// Derives both themes.
    pub fn derive(brand: HexColour) -> Self {
        Self {
            light: Shades::derive(brand, LIGHT, BLACK),
            dark: Shades::derive(brand, DARK, WHITE),
        }
    }
    /// The content of the page's one `<style>`: made of hex colours only, the same for the same
    /// colour, so its hash can stand in the CSP.
    pub fn css(&self) -> String {
        format!(
            ":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}",
            self.light, self.dark
        )
    }
}

impl fmt::Display for Shades {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            brand,
            brand_text,
            brand_hover,
            link,
            focus,
        } = self;
        write!(
            f,
            "--brand:{brand};--brand-text:{brand_text};--brand-hover:{brand_hover};--link:{link};--focus:{focus}"
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
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(colour: HexColour) -> Result<(), String> {
        let Palette { light, dark } = Palette::derive(colour);
        for (theme, shades, behind) in [("light", light, LIGHT), ("dark", dark, DARK)] {
            let least = |what: &str, a: HexColour, b: HexColour, want: f64| {
                let ratio = a.contrast(b);
                if ratio >= want {
                    Ok(())
                } else {
                    Err(format!(
                        "{colour} {theme} {what}: {a} on {b} is {ratio:.2}, want {want}"
                    ))
                }
            };
            least("button", shades.brand_text, shades.brand, 4.5)?;
            least("hovered button", shades.brand_text, shades.brand_hover, 4.5)?;
            least("hover", shades.brand_hover, shades.brand, 1.1)?;
            for ground in behind {
                least("link", shades.link, ground, 4.5)?;
                least("focus", shades.focus, ground, 3.0)?;
                least("button's edge", shades.brand, ground, 1.19)?;
            }
        }
        Ok(())
    }

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

    #[test]
    fn a_readable_brand_stays_as_it_is() {
        let brand = HexColour::parse("#2f5d50").unwrap();
        let light = Palette::derive(brand).light;
        assert_eq!(
            (light.brand, light.link, light.focus, light.brand_text),
            (brand, brand, brand, WHITE)
        );
        let yellow = HexColour::parse("#ffcc00").unwrap();
        let light = Palette::derive(yellow).light;
        assert_eq!((light.brand, light.brand_text), (yellow, INK));
        assert_ne!(light.link, yellow);
    }

    #[test]
    fn the_grounds_are_those_of_the_stylesheet() {
        let css = include_str!("../../public/assets/portico.css");
        let (light, dark) = css
            .split_once("@media (prefers-color-scheme: dark)")
            .unwrap();
        for (theme, grounds) in [(light, LIGHT), (dark, DARK)] {
            for (name, ground) in ["--surface", "--bg", "--sunken"].into_iter().zip(grounds) {
                let value = theme
                    .split_once(&format!("{name}: "))
                    .unwrap()
                    .1
                    .split(';')
                    .next()
                    .unwrap();
                assert_eq!(HexColour::parse(value), Ok(ground), "{name} in portico.css");
            }
        }
    }

    #[test]
    fn the_style_holds_both_themes() {
        let css = Palette::derive(HexColour::parse("#2f5d50").unwrap()).css();
        assert!(
            css.starts_with(":root{--brand:#2f5d50;--brand-text:#ffffff;--brand-hover:#"),
            "{css}"
        );
        assert!(
            css.contains("}@media (prefers-color-scheme:dark){:root{--brand:#"),
            "{css}"
        );
        assert!(css.ends_with("}}"), "{css}");
    }

    #[test]
    fn the_whole_cube_is_readable() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    check(HexColour([r, g, b])).unwrap();
                }
            }
        }
        // The greys, where white and near-black text are equally far.
        for grey in 0..=255 {
            check(HexColour([grey; 3])).unwrap();
        }
    }

    proptest! {
        #[test]
        fn any_colour_is_readable(rgb: [u8; 3]) {
            prop_assert_eq!(check(HexColour(rgb)), Ok(()));
            let text = HexColour(rgb).to_string();
            prop_assert_eq!(HexColour::parse(&text), Ok(HexColour(rgb)));
        }

        #[test]
        fn no_text_panics(raw: String) {
            let _ = HexColour::parse(&raw);
        }
    }
}
