//! From one hex to the colours of both themes, all of them readable.
//!
//! Each derived colour keeps the brand's hue and saturation and moves its lightness only as far as
//! contrast asks.

use super::{BLACK, HexColour, WHITE};
use std::fmt;

/// Contrast of text: WCAG 2.2, 1.4.3 (AA).
const TEXT: f64 = 4.5;
/// Contrast of the focus ring: WCAG 2.2, 1.4.11 (AA).
const RING: f64 = 3.0;
/// How far a filled button must stand out from what lies behind it, so that it looks like one.
const EDGE: f64 = 1.2;
/// How far a hovered button must differ from the same one at rest.
const HOVER: f64 = 1.15;

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
        let css = include_str!("../../../public/assets/portico.css");
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
    }
}
