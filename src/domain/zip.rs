//! A ZIP file as it is written, front to back, with nothing held but the list of its entries.
//!
//! Entries are stored, not compressed, so what goes in streams through. A file's checksum follows its bytes
//! (APPNOTE 4.3.9); sizes and places beyond 4 GiB and more than 65,535 entries take the ZIP64 records. Times
//! are in UTC, to two seconds, as the format has them.

use crc32fast::Hasher;
use thiserror::Error;

use super::time::Timestamp;

/// From here on a size or place takes 64 bits.
const MOST: u64 = 0xffff_ffff;
const MOST_ENTRIES: usize = 0xffff;
/// Flags: the checksum follows, the name is UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;

/// A file that was announced as small became larger than 4 GiB.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
#[error("a file of the ZIP is larger than it was said to be")]
pub struct TooLarge;

#[derive(Debug)]
struct Entry {
    name: String,
    at: u64,
    size: u64,
    crc: u32,
    large: bool,
}

/// What is written of an archive. Each function gives the bytes that come next.
#[derive(Debug)]
pub struct Zip {
    /// Date and time as MS-DOS has them.
    stamp: (u16, u16),
    written: u64,
    entries: Vec<Entry>,
    open: Hasher,
}

impl Zip {
    /// An archive made at that moment.
    pub fn new(now: Timestamp) -> Self {
        Self {
            stamp: dos(now),
            written: 0,
            entries: Vec::new(),
            open: Hasher::new(),
        }
    }

    /// Begins a file. `size` is how large it is expected to be; beyond 4 GiB it has to be said.
    pub fn begin(&mut self, name: String, size: u64) -> Vec<u8> {
        let large = size >= MOST;
        let mut out = Vec::with_capacity(50 + name.len());
        put32(&mut out, 0x0403_4b50);
        put16(&mut out, version(large));
        self.common(&mut out, 0, if large { MOST } else { 0 }, &name);
        put16(&mut out, if large { 20 } else { 0 });
        out.extend_from_slice(name.as_bytes());
        if large {
            put16(&mut out, 1);
            put16(&mut out, 16);
            put64(&mut out, 0);
            put64(&mut out, 0);
        }
        self.entries.push(Entry {
            name,
            at: self.written,
            size: 0,
            crc: 0,
            large,
        });
        self.open = Hasher::new();
        self.count(out)
    }

    /// Takes note of bytes of the open file; they go out as they are.
    pub fn data(&mut self, bytes: &[u8]) {
        self.open.update(bytes);
        self.written += bytes.len() as u64;
        if let Some(entry) = self.entries.last_mut() {
            entry.size += bytes.len() as u64;
        }
    }

    /// Ends the open file.
    ///
    /// # Errors
    /// [`TooLarge`] where more came than [`begin`](Self::begin) was told.
    pub fn end(&mut self) -> Result<Vec<u8>, TooLarge> {
        let crc = std::mem::take(&mut self.open).finalize();
        let mut out = Vec::with_capacity(24);
        if let Some(entry) = self.entries.last_mut() {
            entry.crc = crc;
            put32(&mut out, 0x0807_4b50);
            put32(&mut out, crc);
            for _packed_and_not in 0..2 {
                if entry.large {
                    put64(&mut out, entry.size);
                } else {
                    put32(
                        &mut out,
                        u32::try_from(entry.size).map_err(|_over| TooLarge)?,
                    );
                }
            }
        }
        Ok(self.count(out))
    }

    /// The list of all files, which ends the archive.
    pub fn finish(&mut self) -> Vec<u8> {
        let start = self.written;
        let mut out = Vec::new();
        let entries = std::mem::take(&mut self.entries);
        for entry in &entries {
            let far = entry.at >= MOST || entry.size >= MOST;
            put32(&mut out, 0x0201_4b50);
            put16(&mut out, 3 << 8 | version(far)); // made on Unix, for the names' sake
            put16(&mut out, version(far));
            self.common(
                &mut out,
                entry.crc,
                if far { MOST } else { entry.size },
                &entry.name,
            );
            put16(&mut out, if far { 28 } else { 0 });
            put16(&mut out, 0); // no comment,
            put16(&mut out, 0); // on one disk,
            put16(&mut out, 0); // of no kind,
            put32(&mut out, 0o100_644 << 16);
            put32(&mut out, if far { 0xffff_ffff } else { low(entry.at) });
            out.extend_from_slice(entry.name.as_bytes());
            if far {
                put16(&mut out, 1);
                put16(&mut out, 24);
                for value in [entry.size, entry.size, entry.at] {
                    put64(&mut out, value);
                }
            }
        }
        let (count, size) = (entries.len(), out.len() as u64);
        if count >= MOST_ENTRIES || start >= MOST || size >= MOST {
            let end = start + size;
            put32(&mut out, 0x0606_4b50);
            put64(&mut out, 44);
            put16(&mut out, 45);
            put16(&mut out, 45);
            put32(&mut out, 0);
            put32(&mut out, 0);
            for value in [count as u64, count as u64, size, start] {
                put64(&mut out, value);
            }
            put32(&mut out, 0x0706_4b50);
            put32(&mut out, 0);
            put64(&mut out, end);
            put32(&mut out, 1);
        }
        put32(&mut out, 0x0605_4b50);
        put32(&mut out, 0);
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        put16(&mut out, count);
        put16(&mut out, count);
        put32(&mut out, low(size));
        put32(&mut out, low(start));
        put16(&mut out, 0);
        out
    }

    /// What a file's header and its line in the list share, up to the length of its name.
    fn common(&self, out: &mut Vec<u8>, crc: u32, size: u64, name: &str) {
        put16(out, FLAGS);
        put16(out, 0); // stored
        put16(out, self.stamp.1);
        put16(out, self.stamp.0);
        put32(out, crc);
        put32(out, low(size));
        put32(out, low(size));
        put16(out, u16::try_from(name.len()).unwrap_or(u16::MAX));
    }

    fn count(&mut self, out: Vec<u8>) -> Vec<u8> {
        self.written += out.len() as u64;
        out
    }
}

const fn version(large: bool) -> u16 {
    if large { 45 } else { 20 }
}

/// What 32 bits hold, or the mark that says to look at the 64.
fn low(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}
fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}
fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Date and time of MS-DOS, from "2026-11-24T09:30:00…".
fn dos(now: Timestamp) -> (u16, u16) {
    let text = now.iso();
    let part = |from: usize, to: usize| -> u16 {
        text.get(from..to)
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0)
    };
    let date = part(0, 4).saturating_sub(1980) << 9 | part(5, 7) << 5 | part(8, 10);
    (
        date,
        part(11, 13) << 11 | part(14, 16) << 5 | (part(17, 19) / 2),
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const NOW: Timestamp = Timestamp(1_795_512_600_000);

    /// What Python makes of it; nothing where there is no Python.
    fn judged(name: &str, bytes: &[u8]) -> Option<String> {
        let path =
            std::env::temp_dir().join(format!("portico-zip-{}-{name}.zip", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nprint(z.testzip(), len(z.namelist()), \
                      [(i.filename, i.file_size, z.read(i)[:20]) for i in z.infolist()[:3]], z.infolist()[0].date_time)";
        let told = Command::new("python3")
            .args(["-c", script])
            .arg(&path)
            .output();
        std::fs::remove_file(&path).unwrap();
        let told = told.ok()?;
        assert!(
            told.status.success(),
            "{}",
            String::from_utf8_lossy(&told.stderr)
        );
        Some(String::from_utf8(told.stdout).unwrap().trim().to_owned())
    }

    fn file(zip: &mut Zip, out: &mut Vec<u8>, name: &str, expected: u64, bytes: &[u8]) {
        out.extend(zip.begin(name.to_owned(), expected));
        for chunk in bytes.chunks(3) {
            zip.data(chunk);
            out.extend(chunk);
        }
        out.extend(zip.end().unwrap());
    }

    #[test]
    fn another_program_reads_it() {
        let (mut zip, mut out) = (Zip::new(NOW), Vec::new());
        file(&mut zip, &mut out, "a.txt", 5, b"hello");
        file(
            &mut zip,
            &mut out,
            "files/\u{dc}bersicht \u{1f600}.txt",
            0,
            b"",
        );
        // Announced as beyond 4 GiB, so by the wider records.
        file(&mut zip, &mut out, "wide", 1 << 33, b"wide");
        out.extend(zip.finish());
        let told = judged("plain", &out);
        assert_eq!(told.as_deref().unwrap_or(READ), READ);
    }

    const READ: &str = "None 3 [('a.txt', 5, b'hello'), ('files/\u{dc}bersicht \u{1f600}.txt', 0, b''), ('wide', 4, b'wide')] \
             (2026, 11, 24, 9, 30, 0)";

    #[test]
    fn more_entries_than_sixteen_bits_count() {
        let (mut zip, mut out) = (Zip::new(NOW), Vec::new());
        for n in 0..70_000 {
            file(&mut zip, &mut out, &format!("{n}"), 1, b"x");
        }
        out.extend(zip.finish());
        assert!(judged("many", &out).is_none_or(|told| told.starts_with("None 70000 ")));
    }

    #[test]
    fn places_beyond_four_gibibytes_are_written_whole() {
        let mut zip = Zip::new(NOW);
        let first = zip.begin("large".to_owned(), 5 << 30);
        assert!(first.len() > 30 + 5);
        zip.entries[0].size = 5 << 30;
        zip.written += 5 << 30;
        let end = zip.end().unwrap();
        assert_eq!(end[8..16], (5_u64 << 30).to_le_bytes());
        let at = zip.written;
        zip.begin("behind".to_owned(), 0);
        let list = zip.finish();
        let has = |bytes: &[u8]| list.windows(bytes.len()).any(|window| window == bytes);
        assert!(has(&at.to_le_bytes()) && has(&0x0606_4b50_u32.to_le_bytes()));
    }

    #[test]
    fn what_is_larger_than_it_was_said_to_be_is_refused() {
        let mut zip = Zip::new(NOW);
        zip.begin("small".to_owned(), 1);
        zip.entries[0].size = MOST + 1;
        assert_eq!(zip.end(), Err(TooLarge));
    }
}
