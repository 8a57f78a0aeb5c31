//! Writes PNG files of every kind, for tests that read them.

use fdeflate::compress_to_vec;

/// What a picture is like.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The number of its kind of colours, as the file has it.
    pub colour: u8,
    /// Bits of a number.
    pub depth: usize,
    /// Whether it comes in seven passes.
    pub interlaced: bool,
}

/// First column, first row, and the steps to the next ones, of each pass.
const PASSES: [[usize; 4]; 7] = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
];

impl Kind {
    /// How many numbers a pixel has.
    pub const fn samples(self) -> usize {
        match self.colour {
            0 | 3 => 1,
            4 => 2,
            2 => 3,
            _ => 4,
        }
    }

    /// The file of these numbers, row by row, with other chunks before the pixels.
    pub fn file(self, [width, height]: [usize; 2], numbers: &[u16], before: &[u8]) -> Vec<u8> {
        let whole: &[[usize; 4]] = &[[0, 0, 1, 1]];
        let passes = if self.interlaced { &PASSES } else { whole };
        let mut rows = Vec::new();
        for [left, top, right, down] in passes {
            let columns: Vec<usize> = (*left..width).step_by(*right).collect();
            let mut last = Vec::new();
            for row in (*top..height).step_by(*down) {
                if columns.is_empty() {
                    continue;
                }
                let pixels = columns.iter().flat_map(|column| {
                    let at = (row * width + column) * self.samples();
                    &numbers[at..at + self.samples()]
                });
                let row_of = self.packed(pixels.copied());
                rows.extend(self.filtered(&row_of, &last, row % 5));
                last = row_of;
            }
        }
        self.of_rows([width, height], &rows, before)
    }

    /// The file of rows that are as the file has them, with other chunks before the pixels.
    pub fn of_rows(self, size: [usize; 2], rows: &[u8], before: &[u8]) -> Vec<u8> {
        let size = size.map(|side| u32::try_from(side).expect("a side").to_be_bytes());
        let depth = u8::try_from(self.depth).expect("few bits");
        let head = [depth, self.colour, 0, 0, self.interlaced.into()];
        let pixels = compress_to_vec(rows);
        // Pixels may be in any number of chunks, even empty ones.
        let (first, second) = pixels.split_at(pixels.len() / 3);
        [
            b"\x89PNG\r\n\x1a\n".as_slice(),
            &chunk(b"IHDR", &[size.as_flattened(), &head].concat()),
            before,
            &chunk(b"IDAT", first),
            &chunk(b"IDAT", &[]),
            &chunk(b"IDAT", second),
            &chunk(b"IEND", &[]),
        ]
        .concat()
    }

    /// Numbers side by side, the highest bits first.
    fn packed(self, numbers: impl Iterator<Item = u16>) -> Vec<u8> {
        let mut bits = Vec::new();
        for number in numbers {
            bits.extend((0..self.depth).rev().map(|bit| number >> bit & 1 == 1));
        }
        let byte = |bits: &[bool]| {
            let set = bits.iter().enumerate().filter(|(_, set)| **set);
            set.fold(0, |byte, (at, _)| byte | 0x80 >> at)
        };
        bits.chunks(8).map(byte).collect()
    }

    /// A row less what the filter guesses from its neighbours.
    fn filtered(self, row: &[u8], last: &[u8], filter: usize) -> Vec<u8> {
        let step = (self.samples() * self.depth).div_ceil(8);
        let mut bytes = vec![u8::try_from(filter).expect("a filter")];
        for (at, byte) in row.iter().enumerate() {
            let before = at.checked_sub(step);
            let left = before.map_or(0, |at| i32::from(row[at]));
            let above = last.get(at).map_or(0, |byte| i32::from(*byte));
            let corner = before
                .and_then(|at| last.get(at))
                .map_or(0, |byte| i32::from(*byte));
            let near = left + above - corner;
            let nearest = [left, above, corner]
                .into_iter()
                .min_by_key(|it| (near - it).abs());
            let guess = [0, left, above, left.midpoint(above), nearest.unwrap_or(0)][filter];
            bytes.push(byte.wrapping_sub(u8::try_from(guess).expect("a byte")));
        }
        bytes
    }
}

/// A chunk; nobody looks at its checksum.
pub fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a length").to_be_bytes();
    [&length, name.as_slice(), body, &[0; 4]].concat()
}
