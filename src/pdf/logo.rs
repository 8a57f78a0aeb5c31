//! The logo: made small while it is read, so that a large file costs no large memory.
//!
//! A PNG is read row by row and averaged into the size that paper needs; a WebP is averaged after
//! it is read whole, which is why its pixels are limited; a JPEG goes into the file as it is.

use krilla::image::Image;
use std::io::Cursor;

/// Pixels of the longer side that are kept: 50 mm at 300 dpi.
const SIDE: u32 = 600;
/// Most pixels of a picture that has to be held whole.
const WHOLE: u32 = 4_000_000;

/// A picture, and its width and height in pixels. None where it cannot be used.
pub(super) fn read(file: &[u8]) -> Option<(Image, u32, u32)> {
    let image = match file {
        [0x89, b'P', b'N', b'G', ..] => png(file)?,
        [0xff, 0xd8, 0xff, ..] => jpeg(file)?,
        [b'R', b'I', b'F', b'F', ..] => webp(file)?,
        _ => return None,
    };
    let (width, height) = image.size();
    (width > 0 && height > 0).then_some((image, width, height))
}

/// Colours of ink on paper (CMYK) need a profile that the document does not carry.
fn jpeg(file: &[u8]) -> Option<Image> {
    let mut rest = file.get(2..)?;
    loop {
        let [0xff, kind, high, low, ..] = *rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        // The start of the frame, of any coding, but for DHT, JPG and DAC.
        if matches!(kind, 0xc0..=0xcf) && !matches!(kind, 0xc4 | 0xc8 | 0xcc) {
            let components = *rest.get(9)?;
            if components != 1 && components != 3 {
                return None;
            }
            break;
        }
        rest = rest.get(2 + length..)?;
    }
    Image::from_jpeg(file.to_vec().into(), false).ok()
}

fn png(file: &[u8]) -> Option<Image> {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.ignore_checksums(true);
    let mut reader = decoder.read_info().ok()?;
    let (width, height) = (reader.info().width, reader.info().height);
    let channels = reader.output_color_type().0.samples();
    let mut small = Smaller::new(width, height, channels)?;
    if reader.info().interlaced {
        if width.checked_mul(height)? > WHOLE {
            return None;
        }
        let mut pixels = vec![0; reader.output_buffer_size()?];
        reader.next_frame(&mut pixels).ok()?;
        pixels
            .chunks_exact(usize::try_from(width).ok()? * channels)
            .for_each(|row| small.row(row));
    } else {
        while let Some(row) = reader.next_row().ok()? {
            small.row(row.data());
        }
    }
    small.finish()
}

fn webp(file: &[u8]) -> Option<Image> {
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).ok()?;
    let (width, height) = decoder.dimensions();
    if width.checked_mul(height)? > WHOLE {
        return None;
    }
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = vec![0; decoder.output_buffer_size()?];
    decoder.read_image(&mut pixels).ok()?;
    let mut small = Smaller::new(width, height, channels)?;
    pixels
        .chunks_exact(usize::try_from(width).ok()? * channels)
        .for_each(|row| small.row(row));
    small.finish()
}

/// Averages rows of pixels into fewer. Whole numbers only, so it is the same everywhere.
struct Smaller {
    channels: usize,
    /// One pixel of the result is the mean of so many by so many.
    step: usize,
    rows: usize,
    sums: Vec<Sum>,
    pixels: Vec<u8>,
}

impl Smaller {
    fn new(width: u32, height: u32, channels: usize) -> Option<Self> {
        let step = usize::try_from(width.max(height).div_ceil(SIDE).max(1)).ok()?;
        let width = usize::try_from(width).ok()?;
        (1..=4).contains(&channels).then(|| Self {
            channels,
            step,
            rows: 0,
            sums: vec![Sum::default(); width.div_ceil(step)],
            pixels: Vec::new(),
        })
    }

    fn row(&mut self, row: &[u8]) {
        let pixels = self.channels * self.step;
        for (sum, group) in self.sums.iter_mut().zip(row.chunks(pixels)) {
            for pixel in group.chunks_exact(self.channels) {
                sum.add(pixel);
            }
        }
        self.rows += 1;
        if self.rows.is_multiple_of(self.step) {
            self.line();
        }
    }

    fn line(&mut self) {
        for sum in &mut self.sums {
            self.pixels.extend_from_slice(&std::mem::take(sum).mean());
        }
    }

    fn finish(mut self) -> Option<Image> {
        if !self.rows.is_multiple_of(self.step) {
            self.line();
        }
        let width = u32::try_from(self.sums.len()).ok()?;
        let height = u32::try_from(self.pixels.len() / 4 / self.sums.len().max(1)).ok()?;
        (height > 0).then(|| Image::from_rgba8(self.pixels, width, height))
    }
}

/// Pixels added up.
#[derive(Clone, Default)]
struct Sum {
    /// Red, green and blue, each times alpha: what is clear has no colour.
    colour: [u64; 3],
    alpha: u64,
    count: u64,
}

impl Sum {
    fn add(&mut self, pixel: &[u8]) {
        let (colour, alpha) = match *pixel {
            [grey] => ([grey; 3], 255),
            [grey, alpha] => ([grey; 3], alpha),
            [red, green, blue] => ([red, green, blue], 255),
            [red, green, blue, alpha] => ([red, green, blue], alpha),
            _ => return,
        };
        for (sum, channel) in self.colour.iter_mut().zip(colour) {
            *sum += u64::from(channel) * u64::from(alpha);
        }
        self.alpha += u64::from(alpha);
        self.count += 1;
    }

    fn mean(self) -> [u8; 4] {
        let mean = |sum: u64, of: u64| {
            let rounded = (sum + of / 2).checked_div(of).unwrap_or_default();
            u8::try_from(rounded).unwrap_or(u8::MAX)
        };
        let [red, green, blue] = self.colour.map(|sum| mean(sum, self.alpha));
        [red, green, blue, mean(self.alpha, self.count)]
    }
}
