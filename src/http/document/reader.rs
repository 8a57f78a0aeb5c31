//! A file of a form, cut into parts as it arrives.

use crate::domain::settings::UploadLimit;
use crate::domain::upload::Fingerprint;
use crate::http::{Error, Part};

/// Bytes of a part; R2 wants all but the last equally long and of 5 MiB at least.
const PART: usize = 8 << 20;

/// A file cut into parts.
pub(crate) struct Reader<'a> {
    part: Part<'a>,
    rest: Vec<u8>,
    size: u64,
    limit: u64,
    ended: bool,
    fingerprint: Fingerprint,
}

impl<'a> Reader<'a> {
    /// Nothing is read yet.
    pub(crate) fn new(part: Part<'a>, limit: UploadLimit) -> Self {
        Self {
            part,
            rest: Vec::new(),
            size: 0,
            limit: limit.bytes(),
            ended: false,
            fingerprint: Fingerprint::default(),
        }
    }

    /// The next part; empty for an empty file. `None`: the file is larger than allowed.
    pub(crate) async fn part(&mut self) -> Result<Option<Vec<u8>>, Error> {
        while !self.ended && self.rest.len() <= PART {
            match self.part.piece().await? {
                Some(chunk) => {
                    self.size = self.size.saturating_add(chunk.len() as u64);
                    if self.size > self.limit {
                        return Ok(None);
                    }
                    self.rest.extend_from_slice(&chunk);
                }
                None => self.ended = true,
            }
        }
        let after = self.rest.split_off(self.rest.len().min(PART));
        let part = std::mem::replace(&mut self.rest, after);
        self.fingerprint.add(&part);
        Ok(Some(part))
    }

    /// Whether the last part was given.
    pub(super) fn done(&self) -> bool {
        self.ended && self.rest.is_empty()
    }

    /// Bytes so far; all of them once it is done.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// What tells the file from others, of the parts given.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint.clone()
    }
}
