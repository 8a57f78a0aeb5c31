//! JPEG (ITU-T T.81, annex B): markers from SOI to EOI, with picture data after each SOS.

use super::{LogoError, Reader};

/// Width and height of the frame, if the file ends with its EOI.
pub(super) fn size(file: &[u8]) -> Result<(u32, u32), LogoError> {
    let mut reader = Reader(file);
    reader.skip(2)?; // SOI, seen by the caller
    let mut frame = None;
    let mut has_pixels = false;
    loop {
        match marker(&mut reader)? {
            // EOI
            0xd9 if !reader.is_at_end() => return Err(LogoError::Trailing),
            0xd9 if !has_pixels => return Err(LogoError::Broken),
            0xd9 => return frame.ok_or(LogoError::Broken),
            // TEM and restarts stand alone.
            0x01 | 0xd0..=0xd7 => (),
            // A second SOI, or a stuffed byte where a marker belongs.
            0x00 | 0xd8 => return Err(LogoError::Broken),
            code => {
                let mut segment = segment(&mut reader)?;
                match code {
                    // SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC). One frame a file.
                    0xc0..=0xcf if !matches!(code, 0xc4 | 0xc8 | 0xcc) => {
                        segment.skip(1)?;
                        let height = u16::from_be_bytes(segment.array()?);
                        let width = u16::from_be_bytes(segment.array()?);
                        if frame
                            .replace((u32::from(width), u32::from(height)))
                            .is_some()
                        {
                            return Err(LogoError::Broken);
                        }
                    }
                    // SOS
                    0xda => {
                        skip_pixels(&mut reader)?;
                        has_pixels = true;
                    }
                    _ => (),
                }
            }
        }
    }
}

/// The code after `FF`; fill bytes before it are allowed.
fn marker(reader: &mut Reader<'_>) -> Result<u8, LogoError> {
    let [0xff] = reader.array()? else {
        return Err(LogoError::Broken);
    };
    loop {
        let [code] = reader.array()?;
        if code != 0xff {
            return Ok(code);
        }
    }
}

/// A segment's content; its length counts the two bytes of the length.
fn segment<'a>(reader: &mut Reader<'a>) -> Result<Reader<'a>, LogoError> {
    let length = u16::from_be_bytes(reader.array()?)
        .checked_sub(2)
        .ok_or(LogoError::Broken)?;
    Ok(Reader(reader.take(usize::from(length))?))
}

/// To the next marker that is neither a stuffed `FF 00` nor a restart.
fn skip_pixels(reader: &mut Reader<'_>) -> Result<(), LogoError> {
    let is_end =
        |pair: &[u8]| matches!(pair, [0xff, code] if !matches!(code, 0x00 | 0xd0..=0xd7 | 0xff));
    let length = reader
        .0
        .windows(2)
        .position(is_end)
        .ok_or(LogoError::Broken)?;
    reader.take(length).map(|_skipped| ())
}
