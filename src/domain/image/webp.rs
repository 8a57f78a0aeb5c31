//! WebP (RFC 9649): a RIFF container of chunks, the first of which says the size.

use super::{LogoError, Reader};

/// Width and height, if the container is as long as the file and holds a picture.
pub(super) fn size(file: &[u8]) -> Result<(u32, u32), LogoError> {
    let mut reader = Reader(file);
    reader.skip(4)?; // "RIFF", seen by the caller
    let length = usize::try_from(u32::from_le_bytes(reader.array()?)).unwrap_or(usize::MAX);
    match reader.0.len() {
        actual if actual > length => return Err(LogoError::Trailing),
        actual if actual < length => return Err(LogoError::Broken),
        _ => reader.skip(4)?, // "WEBP", likewise
    }
    let mut size = None;
    let mut has_pixels = false;
    while !reader.is_at_end() {
        let kind: [u8; 4] = reader.array()?;
        let length = u32::from_le_bytes(reader.array()?);
        let content = reader.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        // Chunks begin at even offsets.
        reader.skip(length % 2)?;
        let own = match &kind {
            b"VP8 " => Some(lossy(content)?),
            b"VP8L" => Some(lossless(content)?),
            b"VP8X" => Some(extended(content)?),
            _ => None,
        };
        has_pixels |= matches!(&kind, b"VP8 " | b"VP8L" | b"ANMF");
        // The first chunk is one of the three; what follows VP8X lies within its canvas.
        size = Some(size.or(own).ok_or(LogoError::Broken)?);
    }
    size.filter(|_| has_pixels).ok_or(LogoError::Broken)
}

/// A VP8 key frame (RFC 6386, 9.1): frame tag, start code, 14 bits of each side.
fn lossy(content: &[u8]) -> Result<(u32, u32), LogoError> {
    let mut reader = Reader(content);
    let tag: [u8; 3] = reader.array()?;
    let is_key_frame = tag.first().is_some_and(|b| b & 1 == 0);
    if !is_key_frame || reader.array()? != [0x9d, 0x01, 0x2a] {
        return Err(LogoError::Broken);
    }
    let width = u16::from_le_bytes(reader.array()?);
    let height = u16::from_le_bytes(reader.array()?);
    Ok((u32::from(width & 0x3fff), u32::from(height & 0x3fff)))
}

/// VP8L: a signature byte, then 14 bits of each side less one.
fn lossless(content: &[u8]) -> Result<(u32, u32), LogoError> {
    let mut reader = Reader(content);
    let [0x2f] = reader.array()? else {
        return Err(LogoError::Broken);
    };
    let bits = u32::from_le_bytes(reader.array()?);
    Ok(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
}

/// VP8X: flags and three reserved bytes, then 24 bits of each side of the canvas less one.
fn extended(content: &[u8]) -> Result<(u32, u32), LogoError> {
    let mut reader = Reader(content);
    reader.skip(4)?;
    let mut side = || -> Result<u32, LogoError> {
        let [a, b, c] = reader.array()?;
        Ok(u32::from_le_bytes([a, b, c, 0]) + 1)
    };
    Ok((side()?, side()?))
}
