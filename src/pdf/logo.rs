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
    width: usize,
    /// One pixel of the result is the mean of so many by so many.
    step: usize,
    rows: usize,
    /// Sums of red, green and blue, each times alpha, and of alpha, and how many.
    sums: Vec<[u64; 5]>,
    pixels: Vec<u8>,
}

impl Smaller {
    fn new(width: u32, height: u32, channels: usize) -> Option<Self> {
        let step = usize::try_from(width.max(height).div_ceil(SIDE).max(1)).ok()?;
        let width = usize::try_from(width).ok()?;
        (1..=4).contains(&channels).then(|| Self {
            channels,
            width,
            step,
            rows: 0,
            sums: vec![[0; 5]; width.div_ceil(step)],
            pixels: Vec::new(),
        })
    }

    fn row(&mut self, row: &[u8]) {
        for (at, pixel) in row.chunks_exact(self.channels).take(self.width).enumerate() {
            let [r, g, b, a] = match *pixel {
                [l] => [l, l, l, 255],
                [l, a] => [l, l, l, a],
                [r, g, b] => [r, g, b, 255],
                [r, g, b, a] => [r, g, b, a],
                _ => return,
            }
            .map(u64::from);
            if let Some([sr, sg, sb, sa, n]) = self.sums.get_mut(at / self.step) {
                *sr += r * a;
                *sg += g * a;
                *sb += b * a;
                *sa += a;
                *n += 1;
            }
        }
        self.rows += 1;
        if self.rows.is_multiple_of(self.step) {
            self.line();
        }
    }

    fn line(&mut self) {
        let mean = |sum: u64, n: u64| {
            let rounded = (sum + n / 2).checked_div(n).unwrap_or_default();
            u8::try_from(rounded).unwrap_or(u8::MAX)
        };
        for sum in &mut self.sums {
            let [r, g, b, a, n] = std::mem::take(sum);
            let pixel = [mean(r, a), mean(g, a), mean(b, a), mean(a, n)];
            self.pixels.extend_from_slice(&pixel);
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
