//! Rows as they are in the file: each says how it differs from the one before.

use crate::{DecodingError, Result};

/// The last row of a picture, or of a pass.
pub(crate) struct Rows {
    last: Vec<u8>,
}

impl Rows {
    /// Of so many bytes each.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            last: vec![0; width],
        }
    }

    /// Bytes of a row in the file, with the one that says how it is written.
    pub(crate) fn length(&self) -> usize {
        self.last.len() + 1
    }

    /// The row that this one in the file stands for. A pixel's bytes are `step` behind those of the one before.
    pub(crate) fn unfilter(&mut self, filtered: &[u8], step: usize) -> Result<&[u8]> {
        let [filter, row @ ..] = filtered else {
            return Err(DecodingError("a PNG's row is empty"));
        };
        match filter {
            0 => self.last.copy_from_slice(row),
            1 => self.each(row, step, |left, _, _| left),
            2 => self.each(row, step, |_, above, _| above),
            3 => self.each(row, step, |left, above, _| left.midpoint(above)),
            4 => self.each(row, step, nearest),
            _ => return Err(DecodingError("a PNG's row is written in an unknown way")),
        }
        Ok(&self.last)
    }

    /// Adds to each byte what is guessed from those to the left, above, and left of that.
    #[inline(always)]
    fn each(&mut self, row: &[u8], step: usize, guess: impl Fn(u8, u8, u8) -> u8) {
        let mut before = [(0, 0); 8];
        for (pixel, last) in row.chunks(step).zip(self.last.chunks_mut(step)) {
            for ((byte, here), (left, corner)) in pixel.iter().zip(last).zip(&mut before) {
                let above = *here;
                *here = byte.wrapping_add(guess(*left, above, *corner));
                (*left, *corner) = (*here, above);
            }
        }
    }
}

/// The one of the three that lies nearest to left plus above less the corner.
#[inline(always)]
fn nearest(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (to_left, to_above, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}
