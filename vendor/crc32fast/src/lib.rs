//! CRC-32, sixteen bytes at a time. Its tables are 16 KiB that no compression makes smaller, so they are made
//! when the first checksum is asked for.

use std::sync::OnceLock;

/// For each place in a block of sixteen bytes what a byte there comes to.
type Tables = [[u32; 256]; 16];

fn tables() -> &'static Tables {
    static MADE: OnceLock<Box<Tables>> = OnceLock::new();
    MADE.get_or_init(made)
}

fn made() -> Box<Tables> {
    let mut tables = Box::new([[0; 256]; 16]);
    for byte in 0..=255u8 {
        let divided = |crc: u32, _bit| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        tables[0][usize::from(byte)] = (0..8).fold(u32::from(byte), divided);
    }
    for place in 1..16 {
        for byte in 0..256 {
            let before = tables[place - 1][byte];
            tables[place][byte] = step(&tables, before, 0);
        }
    }
    tables
}

fn step(tables: &Tables, crc: u32, byte: u8) -> u32 {
    tables[0][usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8)
}

fn fold(tables: &Tables, crc: u32, block: &[u8; 16]) -> u32 {
    let mut bytes = *block;
    for (byte, before) in bytes.iter_mut().zip(crc.to_le_bytes()) {
        *byte ^= before;
    }
    let places = tables.iter().rev().zip(bytes);
    places.fold(0, |crc, (table, byte)| crc ^ table[usize::from(byte)])
}

/// A checksum under way.
#[derive(Debug, Clone, Default)]
pub struct Hasher {
    crc: u32,
    amount: u64,
}

impl Hasher {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        let tables = tables();
        let (blocks, rest) = bytes.as_chunks::<16>();
        let crc = blocks
            .iter()
            .fold(!self.crc, |crc, block| fold(tables, crc, block));
        self.crc = !rest.iter().fold(crc, |crc, byte| step(tables, crc, *byte));
        self.amount += bytes.len() as u64;
    }

    /// Takes in what another has taken, byte by byte: `flate2` names it, and nothing here calls it.
    pub fn combine(&mut self, after: &Self) {
        let moved = (0..after.amount).fold(self.crc, |crc, _byte| step(tables(), crc, 0));
        self.crc = moved ^ after.crc;
        self.amount += after.amount;
    }

    /// The checksum.
    pub fn finalize(self) -> u32 {
        self.crc
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

/// The checksum of some bytes.
pub fn hash(bytes: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    hasher.finalize()
}
