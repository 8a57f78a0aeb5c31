//! What krilla calls of `subsetter`, for TrueType fonts that do not vary.
//!
//! A subset keeps the glyphs that are asked for, and the ones that they are composed of, under new
//! numbers, and of the tables those that a PDF needs.

use std::collections::BTreeMap;
use std::fmt;

/// The tables that a PDF's reader needs, sorted as a font's directory is.
const TABLES: [&[u8; 4]; 9] = [
    b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep",
];

/// The name of an axis; there are none.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct Tag;

impl Tag {
    /// Every axis is the same here.
    pub fn new(_: &[u8; 4]) -> Self {
        Self
    }
}

/// The font is not one that can be cut.
#[derive(Debug, Copy, Clone, PartialEq, Eq)]
pub struct Error;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("not a TrueType font, or a damaged one")
    }
}

impl std::error::Error for Error {}

/// New numbers for glyphs, from 0 without gaps; 0 stays 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GlyphRemapper {
    old: Vec<u16>,
    new: BTreeMap<u16, u16>,
}

impl Default for GlyphRemapper {
    fn default() -> Self {
        Self::new()
    }
}

impl GlyphRemapper {
    /// Only the glyph for what is missing.
    pub fn new() -> Self {
        Self {
            old: vec![0],
            new: BTreeMap::from([(0, 0)]),
        }
    }

    /// The new number of a glyph, given to it now if it has none. There are no more glyphs than
    /// numbers, so they do not run out.
    pub fn remap(&mut self, glyph: u16) -> u16 {
        let next = u16::try_from(self.old.len()).unwrap_or(u16::MAX);
        *self.new.entry(glyph).or_insert_with(|| {
            self.old.push(glyph);
            next
        })
    }

    /// The new number of a glyph that has one.
    pub fn get(&self, glyph: u16) -> Option<u16> {
        self.new.get(&glyph).copied()
    }

    /// How many glyphs there are.
    pub fn num_gids(&self) -> u16 {
        u16::try_from(self.old.len()).unwrap_or(u16::MAX)
    }
}

/// The subset; coordinates are ignored, as the fonts have no axes.
pub fn subset_with_variations(
    data: &[u8],
    _: u32,
    _: &[(Tag, f32)],
    mapper: &GlyphRemapper,
) -> Result<Vec<u8>, Error> {
    subset(data, mapper.clone()).ok_or(Error)
}

fn subset(data: &[u8], mut mapper: GlyphRemapper) -> Option<Vec<u8>> {
    let font = Font::read(data)?;
    let (mut glyf, mut loca, mut hmtx) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    // Glyphs that others are composed of join while this runs.
    while let Some(glyph) = mapper.old.get(at).copied() {
        loca.extend_from_slice(&u32::try_from(glyf.len()).ok()?.to_be_bytes());
        let mut outline = font.outline(glyph)?.to_vec();
        recompose(&mut outline, &mut mapper)?;
        glyf.extend_from_slice(&outline);
        glyf.resize(glyf.len().next_multiple_of(4), 0);
        hmtx.extend_from_slice(&font.metrics(glyph)?);
        at += 1;
    }
    loca.extend_from_slice(&u32::try_from(glyf.len()).ok()?.to_be_bytes());

    let count = mapper.num_gids().to_be_bytes();
    let mut head = font.table(b"head")?.to_vec();
    put(&mut head, 8, &[0; 4])?;
    put(&mut head, 50, &[0, 1])?;
    let mut hhea = font.table(b"hhea")?.to_vec();
    put(&mut hhea, 34, &count)?;
    let mut maxp = font.table(b"maxp")?.to_vec();
    put(&mut maxp, 4, &count)?;
    let tables = TABLES.iter().filter_map(|tag| {
        let table = match *tag {
            b"glyf" => glyf.clone(),
            b"head" => head.clone(),
            b"hhea" => hhea.clone(),
            b"hmtx" => hmtx.clone(),
            b"loca" => loca.clone(),
            b"maxp" => maxp.clone(),
            tag => font.table(tag)?.to_vec(),
        };
        Some((**tag, table))
    });
    file(&tables.collect::<Vec<_>>())
}

/// Gives the parts of a composed glyph their new numbers.
fn recompose(outline: &mut [u8], mapper: &mut GlyphRemapper) -> Option<()> {
    const WORDS: u16 = 1;
    const SCALE: u16 = 8;
    const MORE: u16 = 0x20;
    const TWO_SCALES: u16 = 0x40;
    const MATRIX: u16 = 0x80;
    if outline.is_empty() || u16_at(outline, 0)?.cast_signed() >= 0 {
        return Some(());
    }
    let mut at = 10;
    loop {
        let flags = u16_at(outline, at)?;
        let part = mapper.remap(u16_at(outline, at + 2)?);
        put(outline, at + 2, &part.to_be_bytes())?;
        at += if flags & WORDS == 0 { 6 } else { 8 };
        at += match flags {
            _ if flags & SCALE != 0 => 2,
            _ if flags & TWO_SCALES != 0 => 4,
            _ if flags & MATRIX != 0 => 8,
            _ => 0,
        };
        if flags & MORE == 0 {
            return Some(());
        }
    }
}

/// A font's file: its directory, its tables, and their sums.
fn file(tables: &[([u8; 4], Vec<u8>)]) -> Option<Vec<u8>> {
    let count = u16::try_from(tables.len()).ok()?;
    let power = count.checked_ilog2()?;
    let range = 16_u16 << power;
    let mut out = vec![0, 1, 0, 0];
    for number in [count, range, u16::try_from(power).ok()?, count * 16 - range] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    let mut at = 12 + 16 * tables.len();
    let mut head = 0;
    for (tag, table) in tables {
        if tag == b"head" {
            head = at;
        }
        out.extend_from_slice(tag);
        for number in [sum(table), u32::try_from(at).ok()?, u32::try_from(table.len()).ok()?] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        at += table.len().next_multiple_of(4);
    }
    for (_, table) in tables {
        out.extend_from_slice(table);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    let whole = 0xb1b0_afba_u32.wrapping_sub(sum(&out));
    put(&mut out, head + 8, &whole.to_be_bytes())?;
    Some(out)
}

fn sum(bytes: &[u8]) -> u32 {
    bytes.chunks(4).fold(0, |sum, chunk| {
        let mut four = [0; 4];
        four.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        sum.wrapping_add(u32::from_be_bytes(four))
    })
}

struct Font<'a> {
    data: &'a [u8],
    loca: &'a [u8],
    glyf: &'a [u8],
    hmtx: &'a [u8],
    long: bool,
    widths: u16,
}

impl<'a> Font<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let mut font = Self {
            data,
            loca: &[],
            glyf: &[],
            hmtx: &[],
            long: false,
            widths: 0,
        };
        font.loca = font.table(b"loca")?;
        font.glyf = font.table(b"glyf")?;
        font.hmtx = font.table(b"hmtx")?;
        font.long = u16_at(font.table(b"head")?, 50)? == 1;
        font.widths = u16_at(font.table(b"hhea")?, 34).filter(|widths| *widths > 0)?;
        Some(font)
    }

    fn table(&self, tag: &[u8; 4]) -> Option<&'a [u8]> {
        let count = usize::from(u16_at(self.data, 4)?);
        let mut records = self.data.get(12..)?.chunks_exact(16).take(count);
        let record = records.find(|record| record.starts_with(tag))?;
        let (start, length) = (u32_at(record, 8)?, u32_at(record, 12)?);
        self.data.get(start..start.checked_add(length)?)
    }

    fn outline(&self, glyph: u16) -> Option<&'a [u8]> {
        let place = |at: usize| {
            if self.long {
                u32_at(self.loca, 4 * at)
            } else {
                u16_at(self.loca, 2 * at).map(|half| 2 * usize::from(half))
            }
        };
        let at = usize::from(glyph);
        self.glyf.get(place(at)?..place(at + 1)?)
    }

    /// Width and left side; glyphs behind the last width share it.
    fn metrics(&self, glyph: u16) -> Option<[u8; 4]> {
        let (at, widths) = (usize::from(glyph), usize::from(self.widths));
        let width = u16_at(self.hmtx, 4 * at.min(widths - 1))?;
        let side = match at.checked_sub(widths) {
            None => u16_at(self.hmtx, 4 * at + 2)?,
            Some(behind) => u16_at(self.hmtx, 4 * widths + 2 * behind)?,
        };
        let ([a, b], [c, d]) = (width.to_be_bytes(), side.to_be_bytes());
        Some([a, b, c, d])
    }
}

fn put(bytes: &mut [u8], at: usize, what: &[u8]) -> Option<()> {
    bytes.get_mut(at..at.checked_add(what.len())?)?.copy_from_slice(what);
    Some(())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_be_bytes(four.try_into().ok()?)).ok()
}
