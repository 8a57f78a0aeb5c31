//! PNG files of every kind are read right: the logo on an invoice, by `vendor/png`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it expected"
)]

#[path = "pdf/png.rs"]
mod file;

use file::{Kind, chunk};
use std::io::Cursor;

const SIZE: [usize; 2] = [13, 11];

/// Numbers that look like chance, the same each time.
fn numbers(kind: Kind) -> Vec<u16> {
    let mut state = 2_463_534_242_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        u16::try_from(state >> (32 - kind.depth)).expect("few bits")
    };
    (0..SIZE[0] * SIZE[1] * kind.samples())
        .map(|_| next())
        .collect()
}

/// What is read, row by row where there are rows.
fn read(file: &[u8]) -> Result<(png::ColorType, Vec<u8>), String> {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.ignore_checksums(true);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let colour = reader.output_color_type().0;
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    if reader.info().interlaced {
        reader
            .next_frame(&mut pixels)
            .map_err(|error| error.to_string())?;
        return Ok((colour, pixels));
    }
    pixels.clear();
    while let Some(row) = reader.next_row().map_err(|error| error.to_string())? {
        pixels.extend_from_slice(row.data());
    }
    Ok((colour, pixels))
}

fn kinds() -> impl Iterator<Item = Kind> {
    let depths: [(u8, &[usize]); 5] = [
        (0, &[1, 2, 4, 8, 16]),
        (2, &[8, 16]),
        (3, &[1, 2, 4, 8]),
        (4, &[8, 16]),
        (6, &[8, 16]),
    ];
    depths.into_iter().flat_map(|(colour, depths)| {
        depths.iter().flat_map(move |depth| {
            [false, true].map(|interlaced| Kind {
                colour,
                depth: *depth,
                interlaced,
            })
        })
    })
}

/// A number of eight bits as bright as this one.
fn eight(number: u16, depth: usize) -> u8 {
    let most = (1_u32 << depth) - 1;
    let bright = u32::from(number) * 255 / most;
    // Of sixteen bits the lower half is left out.
    if depth == 16 {
        u8::try_from(number >> 8).expect("eight bits")
    } else {
        u8::try_from(bright).expect("eight bits")
    }
}

#[test]
fn every_kind_is_read() {
    for kind in kinds().filter(|kind| kind.colour != 3) {
        let numbers = numbers(kind);
        let (colour, pixels) = read(&kind.file(SIZE, &numbers, &[])).expect("pixels");
        assert_eq!(colour.samples(), kind.samples(), "{kind:?}");
        let expected = numbers.iter().map(|number| eight(*number, kind.depth));
        assert!(pixels.into_iter().eq(expected), "{kind:?}");
    }
}

#[test]
fn palettes_are_looked_up() {
    for kind in kinds().filter(|kind| kind.colour == 3) {
        let numbers = numbers(kind);
        let colours: Vec<[u8; 3]> = (0..1_usize << kind.depth)
            .map(|at| [at, at * 7, at * 13].map(|part| u8::try_from(part % 256).expect("a byte")))
            .collect();
        let palette = chunk(b"PLTE", colours.as_flattened());
        let (colour, pixels) = read(&kind.file(SIZE, &numbers, &palette)).expect("pixels");
        assert_eq!(colour, png::ColorType::Rgb);
        let shown = numbers.iter().flat_map(|at| colours[usize::from(*at)]);
        assert!(pixels.into_iter().eq(shown), "{kind:?}");

        // The first colour is clear, and where there is a second one it shines through.
        let clear = [palette, chunk(b"tRNS", &[0, 100])].concat();
        let (colour, pixels) = read(&kind.file(SIZE, &numbers, &clear)).expect("pixels");
        assert_eq!(colour, png::ColorType::Rgba);
        let shown = numbers.iter().flat_map(|at| {
            let [red, green, blue] = colours[usize::from(*at)];
            let opacity = [0, 100].get(usize::from(*at)).copied();
            [red, green, blue, opacity.unwrap_or(255)]
        });
        assert!(pixels.into_iter().eq(shown), "{kind:?}");
    }
}

#[test]
fn a_colour_may_stand_for_nothing() {
    for kind in kinds().filter(|kind| matches!(kind.colour, 0 | 2)) {
        let numbers = numbers(kind);
        // That of the third pixel.
        let clear = &numbers[2 * kind.samples()..3 * kind.samples()];
        let said: Vec<u8> = clear.iter().flat_map(|part| part.to_be_bytes()).collect();
        let file = kind.file(SIZE, &numbers, &chunk(b"tRNS", &said));
        let (colour, pixels) = read(&file).expect("pixels");
        assert_eq!(colour.samples(), kind.samples() + 1, "{kind:?}");
        let shown = numbers.chunks_exact(kind.samples()).flat_map(|pixel| {
            let opacity = if pixel == clear { 0 } else { 255 };
            let parts = pixel.iter().map(|part| eight(*part, kind.depth));
            parts.chain([opacity]).collect::<Vec<u8>>()
        });
        assert!(pixels.into_iter().eq(shown), "{kind:?}");
    }
}

#[test]
fn what_is_no_png_is_refused() {
    let kind = Kind {
        colour: 2,
        depth: 8,
        interlaced: false,
    };
    let whole = kind.file(SIZE, &numbers(kind), &[]);
    let head = |at: usize, byte: u8| {
        let mut bent = whole.clone();
        bent[16 + at] = byte;
        bent
    };
    // Cut within the pixels, before them, and within the signature.
    for short in [whole.len() / 2, 33, 5] {
        assert!(read(&whole[..short]).is_err(), "{short} bytes");
    }
    // No width, three bits, an unknown kind of colour, of packing, of filters, of order; no palette.
    for (at, byte) in [(3, 0), (8, 3), (9, 5), (10, 1), (11, 1), (12, 2), (9, 3)] {
        assert!(read(&head(at, byte)).is_err(), "byte {at} is {byte}");
    }
    assert!(read(&whole).is_ok());
}
