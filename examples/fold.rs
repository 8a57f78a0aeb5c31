//! Folds facts that are told as JSON on standard input; the tests hold D1's own fold against it.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::io::Read as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut told = String::new();
    std::io::stdin().read_to_string(&mut told)?;
    println!("{}", portico::fold_facts(&told)?);
    Ok(())
}
