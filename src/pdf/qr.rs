//! QR codes, as what is dark in them.

use qrcodegen::{QrCode, QrCodeEcc};

/// A QR code as rows of dark runs: (row, first, count).
pub(crate) struct Code {
    pub size: u16,
    pub runs: Vec<(u16, u16, u16)>,
}

impl Code {
    /// None where the text is too long for a code.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let size = u16::try_from(code.size()).ok()?;
        let mut runs = Vec::new();
        for y in 0..size {
            let mut x = 0;
            while x < size {
                let first = x;
                while x < size && code.get_module(i32::from(x), i32::from(y)) {
                    x += 1;
                }
                if x > first {
                    runs.push((y, first, x - first));
                }
                x += 1;
            }
        }
        Some(Self { size, runs })
    }

    /// What is dark as the path of an SVG, with a margin of so many modules at each side.
    pub fn path(&self, margin: u16) -> String {
        let run = |&(y, x, count): &(u16, u16, u16)| {
            format!("M{} {}h{count}v1h-{count}z", x + margin, y + margin)
        };
        self.runs.iter().map(run).collect::<Vec<_>>().concat()
    }
}
