//! Writes the TypeScript side of the contract to the path given, or to standard output.

use std::{env, fs, io::Write};

fn main() -> std::io::Result<()> {
    let text = ringback_api::bindings::typescript();
    match env::args_os().nth(1) {
        Some(path) => fs::write(path, text),
        None => std::io::stdout().write_all(text.as_bytes()),
    }
}
