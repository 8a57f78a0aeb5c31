//! What stands before the pixels, and what their bits mean.

use crate::inflate::chunk;
use crate::{DecodingError, Result};

/// What a pixel has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorType {
    /// Brightness.
    Grayscale,
    /// Red, green, blue.
    Rgb,
    /// A place in the palette.
    Indexed,
    /// Brightness and opacity.
    GrayscaleAlpha,
    /// Red, green, blue, opacity.
    Rgba,
}

impl ColorType {
    /// How many numbers a pixel has.
    pub fn samples(self) -> usize {
        match self {
            Self::Grayscale | Self::Indexed => 1,
            Self::GrayscaleAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }
}

/// Bits of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BitDepth {
    /// One.
    One,
    /// Two.
    Two,
    /// Four.
    Four,
    /// Eight.
    Eight,
    /// Sixteen.
    Sixteen,
}

/// What the head says.
#[derive(Debug, Clone)]
pub struct Info {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Whether it comes in seven passes.
    pub interlaced: bool,
    /// The colour profile, which is not read.
    pub icc_profile: Option<Vec<u8>>,
}

/// The most bytes of a row.
const WIDEST: u64 = 64 << 20;

pub(crate) struct Head {
    pub(crate) info: Info,
    colour: ColorType,
    depth: usize,
    palette: Vec<[u8; 4]>,
    /// The numbers of the colour that is clear.
    clear: Option<Vec<u16>>,
    /// Whether anything in the palette is clear, or `clear` is said.
    transparent: bool,
}

const DAMAGED: DecodingError = DecodingError("the PNG's head is damaged");

/// The head, and the file from the first chunk of pixels on.
pub(crate) fn read(file: &[u8]) -> Result<(Head, &[u8])> {
    let mut rest = file
        .strip_prefix(b"\x89PNG\r\n\x1a\n")
        .ok_or(DecodingError("not a PNG"))?;
    let (b"IHDR", body, after) = chunk(rest).ok_or(DAMAGED)? else {
        return Err(DAMAGED);
    };
    let mut head = Head::of(body)?;
    rest = after;
    loop {
        let (name, body, after) = chunk(rest).ok_or(DecodingError("a PNG without pixels"))?;
        match name {
            b"IDAT" => break,
            b"PLTE" => {
                let colours = body.chunks_exact(3);
                head.palette = colours.map(|c| [c[0], c[1], c[2], 255]).collect();
            }
            b"tRNS" => head.clears(body),
            _ => {}
        }
        rest = after;
    }
    if head.colour == ColorType::Indexed && head.palette.is_empty() {
        return Err(DecodingError("a PNG without its palette"));
    }
    Ok((head, rest))
}

impl Head {
    fn of(body: &[u8]) -> Result<Self> {
        let [
            w3,
            w2,
            w1,
            w0,
            h3,
            h2,
            h1,
            h0,
            depth,
            colour,
            0,
            0,
            interlaced @ (0 | 1),
        ] = *body
        else {
            return Err(DAMAGED);
        };
        let [width, height] = [[w3, w2, w1, w0], [h3, h2, h1, h0]].map(u32::from_be_bytes);
        let colour = match (colour, depth) {
            (0, 1 | 2 | 4 | 8 | 16) => ColorType::Grayscale,
            (2, 8 | 16) => ColorType::Rgb,
            (3, 1 | 2 | 4 | 8) => ColorType::Indexed,
            (4, 8 | 16) => ColorType::GrayscaleAlpha,
            (6, 8 | 16) => ColorType::Rgba,
            _ => return Err(DAMAGED),
        };
        if width == 0 || height == 0 {
            return Err(DAMAGED);
        }
        Ok(Self {
            info: Info {
                width,
                height,
                interlaced: interlaced == 1,
                icc_profile: None,
            },
            colour,
            depth: depth.into(),
            palette: Vec::new(),
            clear: None,
            transparent: false,
        })
    }

    fn clears(&mut self, body: &[u8]) {
        match self.colour {
            ColorType::Indexed => {
                for (colour, alpha) in self.palette.iter_mut().zip(body) {
                    colour[3] = *alpha;
                }
            }
            ColorType::Grayscale | ColorType::Rgb => {
                let numbers = body.chunks_exact(2);
                self.clear = Some(numbers.map(|n| u16::from_be_bytes([n[0], n[1]])).collect());
            }
            ColorType::GrayscaleAlpha | ColorType::Rgba => return,
        }
        self.transparent = true;
    }

    /// Bytes of so many pixels in the file.
    pub(crate) fn width_of(&self, columns: u32) -> Result<usize> {
        let bits = u64::from(columns) * (self.colour.samples() * self.depth) as u64;
        let bytes = bits.div_ceil(8);
        if bytes > WIDEST {
            return Err(DecodingError("the PNG is too wide"));
        }
        usize::try_from(bytes).map_err(|_| DAMAGED)
    }

    /// Bytes from one pixel to the next in the file, at least one.
    pub(crate) fn step(&self) -> usize {
        (self.colour.samples() * self.depth).div_ceil(8)
    }

    /// What a pixel has when it is shown.
    pub(crate) fn shown(&self) -> ColorType {
        match (self.colour, self.transparent) {
            (ColorType::Grayscale, true) => ColorType::GrayscaleAlpha,
            (ColorType::Rgb | ColorType::Indexed, true) => ColorType::Rgba,
            (ColorType::Indexed, false) => ColorType::Rgb,
            (colour, _) => colour,
        }
    }

    /// Writes so many pixels of a row as they are shown.
    pub(crate) fn show(&self, row: &[u8], columns: usize, shown: &mut Vec<u8>) {
        shown.clear();
        if self.depth == 8 && self.shown() == self.colour {
            return shown.extend_from_slice(row);
        }
        let samples = self.colour.samples();
        let number = |at: usize| number(row, at, self.depth);
        let opacity = self.shown().samples() > samples;
        for column in 0..columns {
            let first = column * samples;
            if self.colour == ColorType::Indexed {
                let place = usize::from(number(first));
                let colour = self.palette.get(place).copied().unwrap_or([0, 0, 0, 255]);
                shown.extend_from_slice(&colour[..self.shown().samples()]);
                continue;
            }
            shown.extend((first..first + samples).map(|at| eight_bits(number(at), self.depth)));
            if opacity {
                let numbers = (first..first + samples).map(number);
                let clear = self.clear.iter().flatten().copied().eq(numbers);
                shown.push(if clear { 0 } else { 255 });
            }
        }
    }
}

/// The number at a place of a row.
fn number(row: &[u8], at: usize, depth: usize) -> u16 {
    if depth == 16 {
        return u16::from_be_bytes([row[at * 2], row[at * 2 + 1]]);
    }
    let bit = at * depth;
    let below = 8 - depth - bit % 8;
    u16::from(row[bit / 8] >> below) & ((1 << depth) - 1)
}

/// The number of as many bits as a number of eight.
fn eight_bits(number: u16, depth: usize) -> u8 {
    match depth {
        16 => (number >> 8) as u8,
        depth => (number * (255 / ((1 << depth) - 1))) as u8,
    }
}
