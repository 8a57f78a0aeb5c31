//! Logos: PNG, JPEG and WebP, told by their own bytes and never by what the browser claims.
//!
//! A file is walked from its first byte to its last, so nothing can hide behind the picture's end,
//! and markup within it is refused: an old browser that guesses types must not find a page in it.
//! Pixels are not decoded and nothing is stripped.

use super::upload::human_bytes;

mod jpeg;
mod png;
mod webp;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 1_048_576;
/// The fewest and the most pixels of a side.
const SIDES: std::ops::RangeInclusive<u32> = 16..=4096;

/// A kind of picture that can be a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

impl Format {
    /// The content type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logo {
    /// Its kind.
    pub format: Format,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// Why a file cannot be a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// No file, or one without bytes.
    #[error("Choose a picture: PNG, JPEG or WebP, up to 1 MB.")]
    Empty,
    /// Over [`MAX_BYTES`].
    #[error("This picture is too large: it has {}, and up to 1 MB is possible. Please save it smaller.", human_bytes(*bytes))]
    TooManyBytes {
        /// The file, in bytes.
        bytes: u64,
    },
    /// An SVG, which can hold scripts.
    #[error("An SVG can hold scripts, so it is not taken. Please save the logo as PNG.")]
    Svg,
    /// A GIF.
    #[error("A GIF is not taken. Please save the logo as PNG.")]
    Gif,
    /// HTML or XML, or markup inside a picture.
    #[error(
        "This file holds parts of a web page. Please save the logo as PNG again with a picture editor."
    )]
    Markup,
    /// None of the three kinds.
    #[error("This is not a PNG, JPEG or WebP picture. Please choose one of these.")]
    Unknown,
    /// One of the three by its first bytes, and then not.
    #[error("This picture is damaged. Please save it again with a picture editor.")]
    Broken,
    /// Bytes after the end.
    #[error(
        "There is something behind the end of this picture. Please save it again with a picture editor."
    )]
    Trailing,
    /// A side under 16 pixels.
    #[error(
        "This picture is {width} × {height} pixels. Please choose one of at least 16 on each side."
    )]
    TooSmall {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// A side over 4,096 pixels.
    #[error(
        "This picture is {width} × {height} pixels. Please choose one of at most 4096 on each side."
    )]
    TooWide {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
}

impl Logo {
    /// The one door: looks at a whole file.
    pub fn sniff(file: &[u8]) -> Result<Self, LogoError> {
        if file.is_empty() {
            return Err(LogoError::Empty);
        }
        if file.len() > MAX_BYTES {
            let bytes = u64::try_from(file.len()).unwrap_or(u64::MAX);
            return Err(LogoError::TooManyBytes { bytes });
        }
        let (format, (width, height)) = match file {
            [0x89, b'P', b'N', b'G', ..] => (Format::Png, png::size(file)?),
            [0xff, 0xd8, 0xff, ..] => (Format::Jpeg, jpeg::size(file)?),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => (Format::Webp, webp::size(file)?),
            [b'G', b'I', b'F', b'8', ..] => return Err(LogoError::Gif),
            _ if has_tag(file, b"svg") => return Err(LogoError::Svg),
            _ if begins_like_markup(file) => return Err(LogoError::Markup),
            _ => return Err(LogoError::Unknown),
        };
        if ["html", "script", "svg", "iframe", "body"]
            .iter()
            .any(|tag| has_tag(file, tag.as_bytes()))
        {
            return Err(LogoError::Markup);
        }
        match (SIDES.contains(&width), SIDES.contains(&height)) {
            (true, true) => Ok(Self {
                format,
                width,
                height,
            }),
            _ if width.min(height) < *SIDES.start() => Err(LogoError::TooSmall { width, height }),
            _ => Err(LogoError::TooWide { width, height }),
        }
    }
}

/// Whether the bytes hold `<tag` and then what ends a tag's name, in any case.
fn has_tag(file: &[u8], tag: &[u8]) -> bool {
    let mut rest = file;
    while let Some(at) = rest.iter().position(|b| *b == b'<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some((name, after)) = rest.split_at_checked(tag.len())
            && name.eq_ignore_ascii_case(tag)
            && matches!(
                after.first(),
                Some(b' ' | b'\t' | b'\n' | b'\r' | b'>' | b'/' | b':')
            )
        {
            return true;
        }
    }
    false
}

fn begins_like_markup(file: &[u8]) -> bool {
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    text.trim_ascii_start().first() == Some(&b'<')
}

/// Reads a file front to back. Running out of bytes means that it is broken.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], LogoError> {
        let (head, tail) = self.0.split_at_checked(count).ok_or(LogoError::Broken)?;
        self.0 = tail;
        Ok(head)
    }
    fn array<const N: usize>(&mut self) -> Result<[u8; N], LogoError> {
        self.take(N)?.try_into().ok().ok_or(LogoError::Broken)
    }
    fn skip(&mut self, count: u32) -> Result<(), LogoError> {
        self.take(usize::try_from(count).unwrap_or(usize::MAX))
            .map(|_skipped| ())
    }
    fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
