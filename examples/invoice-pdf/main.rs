//! Writes sample invoices: `cargo run --example invoice-pdf -- FOLDER [LOGO]`. Prints what each
//! takes and what it lacks; `tests/pdf/check.py` holds the files against the standards.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
#![expect(
    clippy::disallowed_methods,
    reason = "it measures, on a machine that has a clock"
)]

mod parts;
mod samples;

use portico::pdf::{Fonts, draw};
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "target/pdf".to_owned()));
    let logo = arguments.next().map(fs::read).transpose()?;
    fs::create_dir_all(&folder)?;
    let read = |name: &str| fs::read(format!("public/assets/fonts/{name}"));
    let (regular, bold) = (read("inter-regular.ttf")?, read("inter-semibold.ttf")?);
    for (name, sheet) in samples::all(&logo.unwrap_or_default()) {
        let started = Instant::now();
        let fonts = Fonts::read(regular.clone(), bold.clone())?;
        let parsed = started.elapsed();
        let pdf = draw(&sheet, &fonts, &parts::money(&sheet))?;
        let taken = started.elapsed();
        fs::write(folder.join(format!("{name}.pdf")), &pdf.bytes)?;
        println!(
            "{name:15} {:>7} bytes {taken:>9.1?} (fonts {parsed:.1?})  lacks {:?}  logo {}  {:?}",
            pdf.bytes.len(),
            pdf.lacks,
            pdf.logo,
            pdf.electronic,
        );
    }
    Ok(())
}
