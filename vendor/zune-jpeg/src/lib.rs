//! What krilla asks of `zune-jpeg`: size, kind of colours and colour profile of a JPEG, which goes into a PDF as it
//! is. So its head is read, up to where the pixels begin, and no pixel.

use std::io::Cursor;

/// Names as the original has them.
pub mod zune_core {
    /// Kinds of colours.
    pub mod colorspace {
        /// What the numbers of a pixel mean.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ColorSpace {
            /// Red, green, blue.
            RGB,
            /// Red, green, blue, opacity.
            RGBA,
            /// Brightness and two differences.
            YCbCr,
            /// Brightness.
            Luma,
            /// Brightness and opacity.
            LumaA,
            /// Brightness, two differences and black.
            YCCK,
            /// Inks.
            CMYK,
        }

        impl ColorSpace {
            /// Whether the last number is opacity.
            pub const fn has_alpha(self) -> bool {
                matches!(self, Self::RGBA | Self::LumaA)
            }

            /// How many numbers a pixel has.
            pub const fn num_components(self) -> usize {
                match self {
                    Self::Luma => 1,
                    Self::LumaA => 2,
                    Self::RGB | Self::YCbCr => 3,
                    Self::RGBA | Self::YCCK | Self::CMYK => 4,
                }
            }
        }
    }
}

use zune_core::colorspace::ColorSpace;

/// What went wrong, for people.
type Problem = &'static str;

const CUT: Problem = "the JPEG ends in its head";

/// A JPEG, and what its head says once it was read.
#[derive(Debug)]
pub struct JpegDecoder<'a> {
    file: &'a [u8],
    head: Option<Head>,
}

#[derive(Debug)]
struct Head {
    size: (usize, usize),
    colours: ColorSpace,
    profile: Option<Vec<u8>>,
}

/// One segment of the colour profile.
struct Piece<'a> {
    place: u8,
    of: u8,
    data: &'a [u8],
}

impl<'a> JpegDecoder<'a> {
    /// Of a file.
    pub fn new(file: Cursor<&'a [u8]>) -> Self {
        let file = file.into_inner();
        Self { file, head: None }
    }

    /// Reads the head.
    pub fn decode_headers(&mut self) -> Result<(), Problem> {
        self.head = Some(read(self.file)?);
        Ok(())
    }

    /// Width and height in pixels.
    pub fn dimensions(&self) -> Option<(usize, usize)> {
        self.head.as_ref().map(|head| head.size)
    }

    /// The kind of colours.
    pub fn input_colorspace(&self) -> Option<ColorSpace> {
        self.head.as_ref().map(|head| head.colours)
    }

    /// The colour profile, if there is a whole one.
    pub fn icc_profile(&self) -> Option<Vec<u8>> {
        self.head.as_ref()?.profile.clone()
    }
}

fn read(file: &[u8]) -> Result<Head, Problem> {
    let mut rest = file.strip_prefix(&[0xff, 0xd8]).ok_or("not a JPEG")?;
    let mut frame = None;
    let mut adobe = None;
    let mut pieces = Vec::new();
    loop {
        let (kind, body, after) = segment(rest)?;
        rest = after;
        match kind {
            // Baseline, extended and progressive; the others are of other codings, but for DHT, JPG and DAC.
            0xc0..=0xc2 if frame.is_none() => frame = Some(frame_of(body)?),
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err("a JPEG of a kind that is not supported");
            }
            0xe2 => {
                if let Some([place, of, data @ ..]) = body.strip_prefix(b"ICC_PROFILE\0") {
                    let (place, of) = (*place, *of);
                    pieces.push(Piece { place, of, data });
                }
            }
            0xee => {
                if let Some([_, _, _, _, _, _, transform, ..]) = body.strip_prefix(b"Adobe") {
                    adobe = Some(*transform);
                }
            }
            // The scan, and with it the pixels.
            0xda => break,
            0xd9 => return Err("a JPEG without pixels"),
            _ => {}
        }
    }
    let (size, ids) = frame.ok_or("a JPEG without a frame")?;
    let colours = match (ids.as_slice(), adobe) {
        ([_], _) => ColorSpace::Luma,
        (b"RGB", _) | ([_, _, _], Some(0)) => ColorSpace::RGB,
        ([_, _, _], _) => ColorSpace::YCbCr,
        ([_, _, _, _], Some(2)) => ColorSpace::YCCK,
        ([_, _, _, _], _) => ColorSpace::CMYK,
        _ => return Err("a JPEG of so many colours is not supported"),
    };
    let profile = joined(pieces);
    Ok(Head {
        size,
        colours,
        profile,
    })
}

/// The kind of the next segment, its body, and what follows.
fn segment(file: &[u8]) -> Result<(u8, &[u8], &[u8]), Problem> {
    let at = file.iter().position(|byte| *byte == 0xff).ok_or(CUT)?;
    let start = file[at..].iter().position(|byte| *byte != 0xff);
    let (kind, rest) = file[at + start.ok_or(CUT)?..].split_first().ok_or(CUT)?;
    match kind {
        // These have no body.
        0x00 | 0x01 | 0xd0..=0xd9 => Ok((*kind, &[], rest)),
        _ => {
            let (length, _) = rest.split_first_chunk().ok_or(CUT)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let body = rest.get(2..length).ok_or(CUT)?;
            Ok((*kind, body, &rest[length..]))
        }
    }
}

/// Width and height, and the names of the colours.
fn frame_of(body: &[u8]) -> Result<((usize, usize), Vec<u8>), Problem> {
    let [precision, h1, h0, w1, w0, count, parts @ ..] = body else {
        return Err(CUT);
    };
    let [height, width] = [[*h1, *h0], [*w1, *w0]].map(u16::from_be_bytes);
    if *precision != 8 || width == 0 || height == 0 {
        return Err("a JPEG of a kind that is not supported");
    }
    if parts.len() != usize::from(*count) * 3 {
        return Err("the JPEG's frame has another length");
    }
    let names = parts.iter().step_by(3).copied().collect();
    Ok(((width.into(), height.into()), names))
}

/// The profile of which these are all the pieces.
fn joined(mut pieces: Vec<Piece>) -> Option<Vec<u8>> {
    pieces.sort_by_key(|piece| piece.place);
    let whole = pieces.iter().zip(1..).all(|(piece, place)| {
        usize::from(piece.place) == place && usize::from(piece.of) == pieces.len()
    });
    (whole && !pieces.is_empty()).then(|| {
        pieces
            .iter()
            .flat_map(|piece| piece.data)
            .copied()
            .collect()
    })
}
