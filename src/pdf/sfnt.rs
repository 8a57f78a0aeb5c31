//! Reads the tables of a TrueType font that setting a line needs: characters, widths, boxes.

/// The tables of a font.
pub(super) struct Tables<'a> {
    cmap: &'a [u8],
    hmtx: &'a [u8],
    loca: &'a [u8],
    glyf: &'a [u8],
    /// Units of the em.
    pub em: u16,
    /// How many widths there are; glyphs behind have the last one.
    widths: u16,
    /// Whether places of glyphs are of four bytes.
    long: bool,
}

impl<'a> Tables<'a> {
    pub fn read(file: &'a [u8]) -> Option<Self> {
        let count = usize::from(u16_at(file, 4)?);
        let table = |tag: &[u8; 4]| {
            let mut records = file.get(12..)?.chunks_exact(16).take(count);
            let record = records.find(|record| record.starts_with(tag))?;
            let (start, length) = (u32_at(record, 8)?, u32_at(record, 12)?);
            file.get(start..start.checked_add(length)?)
        };
        let (head, hhea) = (table(b"head")?, table(b"hhea")?);
        Some(Self {
            cmap: table(b"cmap")?,
            hmtx: table(b"hmtx")?,
            loca: table(b"loca")?,
            glyf: table(b"glyf")?,
            em: u16_at(head, 18).filter(|em| *em > 0)?,
            widths: u16_at(hhea, 34).filter(|widths| *widths > 0)?,
            long: u16_at(head, 50)? == 1,
        })
    }

    /// Every character of the basic plane with its glyph.
    pub fn characters(&self) -> Option<Vec<(char, u16)>> {
        let count = usize::from(u16_at(self.cmap, 2)?);
        let records = self.cmap.get(4..)?.chunks_exact(8).take(count);
        let mut tables = records.filter_map(|record| self.cmap.get(u32_at(record, 4)?..));
        let table = tables.find(|table| u16_at(table, 0) == Some(4))?;
        let twice = usize::from(u16_at(table, 6)?);
        let mut found = Vec::new();
        for at in (0..twice).step_by(2) {
            let last = u16_at(table, 14 + at)?;
            let first = u16_at(table, 16 + twice + at)?;
            let delta = u16_at(table, 16 + 2 * twice + at)?;
            let here = 16 + 3 * twice + at;
            let offset = usize::from(u16_at(table, here)?);
            for code in first..=last {
                let glyph = match offset {
                    0 => code.wrapping_add(delta),
                    _ => match u16_at(table, here + offset + 2 * usize::from(code - first))? {
                        0 => 0,
                        glyph => glyph.wrapping_add(delta),
                    },
                };
                if let (1.., Some(c)) = (glyph, char::from_u32(u32::from(code))) {
                    found.push((c, glyph));
                }
            }
        }
        Some(found)
    }

    /// The width of a glyph in units.
    pub fn width(&self, glyph: u16) -> Option<u16> {
        let at = glyph.min(self.widths - 1);
        u16_at(self.hmtx, 4 * usize::from(at))
    }

    /// The left and right end of a glyph's outline in units.
    pub fn ends(&self, glyph: u16) -> Option<(i16, i16)> {
        let at = usize::from(glyph);
        let place = |at: usize| {
            if self.long {
                u32_at(self.loca, 4 * at)
            } else {
                u16_at(self.loca, 2 * at).map(|half| 2 * usize::from(half))
            }
        };
        let (start, end) = (place(at)?, place(at + 1)?);
        let outline = self.glyf.get(start..end)?;
        let end = |at| u16_at(outline, at).map(u16::cast_signed);
        Some((end(2)?, end(6)?))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_be_bytes(four.try_into().ok()?)).ok()
}
