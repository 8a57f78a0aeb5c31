//! PNG (W3C PNG, third edition): a signature, then chunks from IHDR to IEND.

use super::{LogoError, Reader};

/// Width and height, if the file is chunks and nothing but chunks.
pub(super) fn size(file: &[u8]) -> Result<(u32, u32), LogoError> {
    let mut reader = Reader(file);
    if reader.array()? != *b"\x89PNG\r\n\x1a\n" {
        return Err(LogoError::Broken);
    }
    let header = (u32::from_be_bytes(reader.array()?), reader.array()?);
    if header != (13, *b"IHDR") {
        return Err(LogoError::Broken);
    }
    let width = u32::from_be_bytes(reader.array()?);
    let height = u32::from_be_bytes(reader.array()?);
    // The rest of IHDR (5 bytes) and its checksum.
    reader.skip(5 + 4)?;
    let mut has_pixels = false;
    loop {
        let length = u32::from_be_bytes(reader.array()?);
        let kind: [u8; 4] = reader.array()?;
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Err(LogoError::Broken);
        }
        reader.skip(length)?;
        reader.skip(4)?;
        has_pixels |= kind == *b"IDAT";
        if kind == *b"IEND" {
            return match (has_pixels && length == 0, reader.is_at_end()) {
                (false, _) => Err(LogoError::Broken),
                (true, false) => Err(LogoError::Trailing),
                (true, true) => Ok((width, height)),
            };
        }
    }
}
