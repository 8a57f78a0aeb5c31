//! Weight and width of a font.

use crate::FontRef;
use crate::raw::TableProvider;

/// Weight and width.
pub struct Attributes {
    /// Weight, 400 for regular.
    pub weight: Weight,
    /// Width, 1 for normal.
    pub stretch: Stretch,
}

impl Attributes {
    pub(crate) fn new(font: &FontRef) -> Self {
        let os2 = font.os2().ok();
        let weight = os2.as_ref().map_or(400, |os2| os2.us_weight_class());
        let stretch = match os2.map_or(5, |os2| os2.us_width_class()) {
            0 | 1 => Stretch::ULTRA_CONDENSED,
            2 => Stretch::EXTRA_CONDENSED,
            3 => Stretch::CONDENSED,
            4 => Stretch::SEMI_CONDENSED,
            6 => Stretch::SEMI_EXPANDED,
            7 => Stretch::EXPANDED,
            8 => Stretch::EXTRA_EXPANDED,
            9.. => Stretch::ULTRA_EXPANDED,
            5 => Stretch::NORMAL,
        };
        Self {
            weight: Weight(f32::from(weight)),
            stretch,
        }
    }
}

/// Weight, 400 for regular.
#[derive(Copy, Clone)]
pub struct Weight(f32);

impl Weight {
    /// As a number.
    pub fn value(self) -> f32 {
        self.0
    }
}

/// Width, 1 for normal.
#[derive(Copy, Clone, PartialEq)]
pub struct Stretch(f32);

macro_rules! widths {
    ($($name:ident = $ratio:literal;)*) => {
        #[expect(missing_docs, reason = "the names of the OpenType specification")]
        impl Stretch {
            $(pub const $name: Self = Self($ratio);)*
        }
    };
}

widths! {
    ULTRA_CONDENSED = 0.5;
    EXTRA_CONDENSED = 0.625;
    CONDENSED = 0.75;
    SEMI_CONDENSED = 0.875;
    NORMAL = 1.0;
    SEMI_EXPANDED = 1.125;
    EXPANDED = 1.25;
    EXTRA_EXPANDED = 1.5;
    ULTRA_EXPANDED = 2.0;
}

impl Stretch {
    /// From a ratio.
    pub fn new(ratio: f32) -> Self {
        Self(ratio)
    }
    /// As a ratio.
    pub fn ratio(self) -> f32 {
        self.0
    }
}
