//! Prints every route with its guard as JSON; the access tests hold their table against it.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

fn main() -> Result<(), serde_json::Error> {
    println!("{}", serde_json::to_string_pretty(portico::route_table())?);
    Ok(())
}
