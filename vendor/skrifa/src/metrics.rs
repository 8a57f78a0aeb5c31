//! Metrics in units of the font.

use crate::raw::TableProvider;
use crate::raw::tables::hmtx::Hmtx;
use crate::raw::tables::os2::SelectionFlags;
use crate::raw::types::BoundingBox;
use crate::{FontRef, GlyphId};

/// Metrics of a whole font.
#[derive(Default)]
pub struct Metrics {
    /// Units of the em.
    pub units_per_em: u16,
    /// Whether every glyph is as wide.
    pub is_monospace: bool,
    /// The slant, in degrees.
    pub italic_angle: f32,
    /// Above the baseline.
    pub ascent: f32,
    /// Below the baseline.
    pub descent: f32,
    /// The height of an H.
    pub cap_height: Option<f32>,
    /// Around all glyphs.
    pub bounds: Option<BoundingBox<f32>>,
}

impl Metrics {
    pub(crate) fn new(font: &FontRef) -> Self {
        let mut metrics = Self::default();
        if let Ok(head) = font.head() {
            metrics.units_per_em = head.units_per_em();
            metrics.bounds = Some(BoundingBox {
                x_min: f32::from(head.x_min()),
                y_min: f32::from(head.y_min()),
                x_max: f32::from(head.x_max()),
                y_max: f32::from(head.y_max()),
            });
        }
        if let Ok(post) = font.post() {
            metrics.is_monospace = post.is_fixed_pitch() != 0;
            metrics.italic_angle = post.italic_angle().to_f32();
        }
        if let Ok(hhea) = font.hhea() {
            metrics.ascent = f32::from(hhea.ascender().to_i16());
            metrics.descent = f32::from(hhea.descender().to_i16());
        }
        if let Ok(os2) = font.os2() {
            let typographic = SelectionFlags::USE_TYPO_METRICS;
            if os2.fs_selection().contains(typographic) {
                metrics.ascent = f32::from(os2.s_typo_ascender());
                metrics.descent = f32::from(os2.s_typo_descender());
            }
            metrics.cap_height = os2.s_cap_height().map(f32::from);
        }
        metrics
    }
}

/// Widths of glyphs.
#[derive(Clone)]
pub struct GlyphMetrics<'a>(Option<Hmtx<'a>>);

impl<'a> GlyphMetrics<'a> {
    pub(crate) fn new(font: &FontRef<'a>) -> Self {
        Self(font.hmtx().ok())
    }

    /// The width of a glyph.
    pub fn advance_width(&self, glyph: GlyphId) -> Option<f32> {
        self.0.as_ref()?.advance(glyph).map(f32::from)
    }
}
