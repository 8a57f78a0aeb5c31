//! The pixels' bytes, unpacked as they are asked for: a window of them is held, never all.

use crate::{DecodingError, Result};
use fdeflate::Decompressor;

/// How far back what was packed may refer.
const BACK: usize = 32_768;
/// How much is unpacked at once.
const AHEAD: usize = 32_768;

/// What the chunks of pixels hold.
pub(crate) struct Inflated<'a> {
    inflate: Decompressor,
    /// The file from the first of these chunks on.
    chunks: &'a [u8],
    packed: &'a [u8],
    window: Vec<u8>,
    /// What was not taken yet, in the window.
    taken: usize,
    filled: usize,
}

impl<'a> Inflated<'a> {
    pub(crate) fn new(chunks: &'a [u8]) -> Self {
        let mut inflate = Decompressor::new();
        inflate.ignore_adler32();
        Self {
            inflate,
            chunks,
            packed: &[],
            window: Vec::new(),
            taken: 0,
            filled: 0,
        }
    }

    /// The next so many bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&[u8]> {
        if self.filled - self.taken < count {
            let gone = self.taken.min(self.filled.saturating_sub(BACK));
            self.window.copy_within(gone..self.filled, 0);
            self.taken -= gone;
            self.filled -= gone;
            self.window.resize(self.taken + count + BACK + AHEAD, 0);
            while self.filled - self.taken < count {
                self.unpack()?;
            }
        }
        let from = self.taken;
        self.taken += count;
        Ok(&self.window[from..self.taken])
    }

    fn unpack(&mut self) -> Result<()> {
        while self.packed.is_empty()
            && let Some((b"IDAT", body, rest)) = chunk(self.chunks)
        {
            self.packed = body;
            self.chunks = rest;
        }
        let (read, written) = self
            .inflate
            .read(self.packed, &mut self.window, self.filled, false)
            .map_err(|_| DecodingError("the PNG's pixels are damaged"))?;
        if read == 0 && written == 0 {
            return Err(DecodingError("the PNG ends in its pixels"));
        }
        self.packed = &self.packed[read..];
        self.filled += written;
        Ok(())
    }
}

/// Name and body of the chunk that the bytes begin with, and what follows it.
pub(crate) fn chunk(file: &[u8]) -> Option<(&[u8; 4], &[u8], &[u8])> {
    let (length, rest) = file.split_first_chunk()?;
    let (name, rest) = rest.split_first_chunk()?;
    let (body, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    // A checksum of four bytes comes behind; the last one may lack it.
    Some((name, body, rest.get(4..).unwrap_or_default()))
}
