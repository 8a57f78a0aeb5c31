//! What Portico and krilla call of `png`: the pixels of a PNG, in rows or whole, at eight bits, with palettes looked
//! up and colours that stand for nothing made clear. Checksums are not looked at, nor is anything that says more
//! about a picture than its pixels.

mod adam7;
mod head;
mod inflate;
mod row;

use head::Head;
use inflate::Inflated;
use row::Rows;
use std::fmt;
use std::io::Cursor;

pub use head::{BitDepth, ColorType, Info};

/// Why there are no pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodingError(&'static str);

impl fmt::Display for DecodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for DecodingError {}

/// What comes of reading.
type Result<T> = std::result::Result<T, DecodingError>;

/// What is made of pixels: always the same here.
#[derive(Debug, Clone, Copy)]
pub struct Transformations;

impl Transformations {
    /// Palettes looked up, at least eight bits.
    pub const EXPAND: Self = Self;

    /// Palettes looked up, eight bits.
    pub fn normalize_to_color8() -> Self {
        Self
    }
}

/// A file.
#[derive(Debug)]
pub struct Decoder<'a> {
    file: &'a [u8],
}

impl<'a> Decoder<'a> {
    /// Of its bytes.
    pub fn new(file: Cursor<&'a [u8]>) -> Self {
        let file = file.into_inner();
        Self { file }
    }

    /// What is made of its pixels.
    pub fn set_transformations(&mut self, _transformations: Transformations) {}

    /// Whether checksums are ignored: they are.
    pub fn ignore_checksums(&mut self, _ignored: bool) {}

    /// Reads up to where the pixels begin.
    pub fn read_info(self) -> Result<Reader<'a>> {
        let (head, pixels) = head::read(self.file)?;
        let rows = Rows::new(head.width_of(head.info.width)?);
        Ok(Reader {
            pixels: Inflated::new(pixels),
            left: head.info.height,
            head,
            rows,
            shown: Vec::new(),
        })
    }
}

/// A file whose head was read.
pub struct Reader<'a> {
    head: Head,
    pixels: Inflated<'a>,
    rows: Rows,
    /// Rows that are still to come.
    left: u32,
    shown: Vec<u8>,
}

/// A row of pixels.
#[derive(Debug)]
pub struct Row<'a>(&'a [u8]);

impl<'a> Row<'a> {
    /// Its bytes.
    pub fn data(&self) -> &'a [u8] {
        self.0
    }
}

impl Reader<'_> {
    /// What the head says.
    pub fn info(&self) -> &Info {
        &self.head.info
    }

    /// What a pixel has, and its bits.
    pub fn output_color_type(&self) -> (ColorType, BitDepth) {
        (self.head.shown(), BitDepth::Eight)
    }

    /// How many bytes the whole picture has.
    pub fn output_buffer_size(&self) -> Option<usize> {
        let Info { width, height, .. } = self.head.info;
        let pixels = usize::try_from(width.checked_mul(height)?).ok()?;
        pixels.checked_mul(self.head.shown().samples())
    }

    /// The next row, of a picture that is not interlaced.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        if self.head.info.interlaced {
            return Err(DecodingError("an interlaced PNG has no rows"));
        }
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.row(self.head.info.width)?;
        Ok(Some(Row(&self.shown)))
    }

    /// The whole picture.
    pub fn next_frame(&mut self, whole: &mut [u8]) -> Result<()> {
        let Info { width, height, .. } = self.head.info;
        if self.output_buffer_size() != Some(whole.len()) {
            return Err(DecodingError("the place for a PNG has another size"));
        }
        if !self.head.info.interlaced {
            let lines = whole.chunks_exact_mut((whole.len() / height as usize).max(1));
            for line in lines {
                self.row(width)?;
                line.copy_from_slice(&self.shown);
            }
            return Ok(());
        }
        let samples = self.head.shown().samples();
        for pass in adam7::PASSES {
            let (columns, lines) = pass.size(width, height);
            if columns == 0 {
                continue;
            }
            self.rows = Rows::new(self.head.width_of(columns)?);
            for line in 0..lines {
                self.row(columns)?;
                for (column, pixel) in (0..).zip(self.shown.chunks_exact(samples)) {
                    let at = pass.place(column, line, width) * samples;
                    whole[at..at + samples].copy_from_slice(pixel);
                }
            }
        }
        Ok(())
    }

    /// Reads so many pixels of a row into `shown`.
    fn row(&mut self, columns: u32) -> Result<()> {
        let filtered = self.pixels.take(self.rows.length())?;
        let row = self.rows.unfilter(filtered, self.head.step())?;
        self.head.show(row, columns as usize, &mut self.shown);
        Ok(())
    }
}
