//! Sets a line of text: which glyph, how wide, and where a line ends.
//!
//! One glyph a character, from left to right: what Latin, Greek and Cyrillic need, without a
//! shaping engine in the worker. A character that the fonts lack is drawn as an empty square, and
//! its text stays in the file beside it, so that it can be read aloud and copied.

use super::Trouble;
use super::sfnt::Tables;
use krilla::text::{Font, GlyphId, KrillaGlyph};

/// Stands for what the fonts lack.
pub(super) const SQUARE: char = '□';

/// The two faces of the document.
pub struct Fonts {
    regular: Face,
    bold: Face,
}

impl Fonts {
    /// Reads the files that are served from `/assets/fonts`.
    pub fn read(regular: Vec<u8>, bold: Vec<u8>) -> Result<Self, Trouble> {
        Ok(Self {
            regular: Face::read(regular)?,
            bold: Face::read(bold)?,
        })
    }

    /// The characters of a text that would be drawn as a square, each once, in order.
    pub fn lacks(&self, text: &str) -> Vec<char> {
        let mut found: Vec<char> = text
            .chars()
            .filter(|c| matches!(plain(*c), Some(c) if self.regular.glyph(c).is_none()))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(super) fn face(&self, bold: bool) -> &Face {
        if bold { &self.bold } else { &self.regular }
    }
}

/// One face: its font, and what is needed of its tables.
pub(super) struct Face {
    pub font: Font,
    /// By character: glyph, advance and, for a mark, where its middle is; in units of the em.
    glyphs: Vec<(char, Glyph)>,
}

#[derive(Clone, Copy)]
struct Glyph {
    id: u32,
    advance: f32,
    /// For marks that stand over the character before them: the middle of their outline.
    middle: Option<f32>,
}

impl Face {
    fn read(file: Vec<u8>) -> Result<Self, Trouble> {
        let tables = Tables::read(&file).ok_or(Trouble::Font)?;
        let em = f32::from(tables.em);
        let mut glyphs = Vec::new();
        for (c, id) in tables.characters().ok_or(Trouble::Font)? {
            let advance = f32::from(tables.width(id).ok_or(Trouble::Font)?) / em;
            let ends = ('\u{300}'..='\u{36f}')
                .contains(&c)
                .then(|| tables.ends(id));
            let middle = ends
                .flatten()
                .map(|(left, right)| f32::midpoint(f32::from(left), f32::from(right)) / em);
            glyphs.push((
                c,
                Glyph {
                    id: u32::from(id),
                    advance,
                    middle,
                },
            ));
        }
        glyphs.sort_by_key(|(c, _)| *c);
        let font = Font::new(file.into(), 0).ok_or(Trouble::Font)?;
        let face = Self { font, glyphs };
        // With these two, every text can be set.
        match (face.glyph(SQUARE), face.glyph(' ')) {
            (Some(_), Some(_)) => Ok(face),
            _ => Err(Trouble::Font),
        }
    }

    fn glyph(&self, c: char) -> Option<Glyph> {
        let at = self.glyphs.binary_search_by_key(&c, |(c, _)| *c).ok()?;
        self.glyphs.get(at).map(|(_, glyph)| *glyph)
    }

    /// What is drawn for a text: without what has no shape, and with squares.
    pub fn plain(&self, text: &str) -> String {
        let shown = |c| {
            if self.glyph(c).is_some() { c } else { SQUARE }
        };
        text.chars().filter_map(plain).map(shown).collect()
    }

    /// The glyphs of a plain text, and its width in units of the em.
    pub fn glyphs(&self, text: &str) -> (Vec<KrillaGlyph>, f32) {
        let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(text.len());
        let (mut width, mut before) = (0.0, 0.0);
        for (at, c) in text.char_indices() {
            let Some(glyph) = self.glyph(c) else { continue };
            let shift = glyph.middle.map_or(0.0, |middle| -before / 2.0 - middle);
            if glyph.middle.is_none() {
                before = glyph.advance;
            }
            let range = at..at + c.len_utf8();
            let id = GlyphId::new(glyph.id);
            glyphs.push(KrillaGlyph::new(
                id,
                glyph.advance,
                shift,
                0.0,
                0.0,
                range,
                None,
            ));
            width += glyph.advance;
        }
        (glyphs, width)
    }

    /// The width of a text at a size.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |c| self.glyph(c).or_else(|| self.glyph(SQUARE));
        let glyphs = text.chars().filter_map(plain).filter_map(advance);
        glyphs.map(|glyph| glyph.advance).sum::<f32>() * size
    }

    /// Breaks a text at spaces, and within a word only where it is longer than a line. Never
    /// empty; a line that goes on ends with a space, so that words stay apart for who copies them.
    pub fn wrap(&self, text: &str, size: f32, most: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            let mut width = 0.0;
            for word in paragraph.split_inclusive([' ', '-', '/', '\t']) {
                let long = self.width(word.trim_end(), size);
                if width + long > most && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    width = 0.0;
                }
                if long <= most {
                    line.push_str(word);
                    width += self.width(word, size);
                    continue;
                }
                for c in word.chars() {
                    let mut one = [0; 4];
                    let wide = self.width(c.encode_utf8(&mut one), size);
                    if width + wide > most && !line.is_empty() {
                        lines.push(std::mem::take(&mut line));
                        width = 0.0;
                    }
                    line.push(c);
                    width += wide;
                }
            }
            lines.push(line);
        }
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.iter_mut().enumerate() {
            if at == last {
                line.truncate(line.trim_end().len());
            }
        }
        if lines.is_empty() {
            lines.push(String::new());
        }
        lines
    }
}

/// Spaces of every kind become one kind; what has no shape of its own goes.
pub(super) fn plain(c: char) -> Option<char> {
    match c {
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => None,
        '\t' => Some(' '),
        c if c.is_control() => None,
        c if c.is_whitespace() => Some(' '),
        '\u{2010}' | '\u{2011}' => Some('-'),
        c => Some(c),
    }
}
