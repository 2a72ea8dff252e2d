//! The last lines of the log: those of our own code, from information upwards, without what is
//! private.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::redacted::Redacted;

/// So many files at most, the newest.
const FILES: usize = 4;

/// So much of each, from its end.
const BYTES: u64 = 256 << 10;

/// So many lines of each.
const LINES: usize = 1_000;

/// How the targets of our own code begin.
const OURS: &str = "ringback";

/// The last lines of the newest files in `folder`.
pub(super) fn last_lines(folder: &Path, redacted: &Redacted) -> String {
    let mut text = String::new();
    for file in newest(folder) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        text.push_str(&format!("== {name}\n"));
        match end_of(&file) {
            Ok(end) => {
                let lines: Vec<String> = end
                    .lines()
                    .filter_map(|line| kept(line, redacted))
                    .collect();
                let from = lines.len().saturating_sub(LINES);
                for line in &lines[from..] {
                    text.push_str(line);
                    text.push('\n');
                }
            }
            Err(error) => text.push_str(&format!("cannot be read: {}\n", error.kind())),
        }
    }
    text
}

fn newest(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(OURS) && name.ends_with(".log")
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    files
        .into_iter()
        .rev()
        .take(FILES)
        .map(|(_, path)| path)
        .collect()
}

fn end_of(file: &Path) -> io::Result<String> {
    let mut open = File::open(file)?;
    let length = open.metadata()?.len();
    open.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
    let mut bytes = Vec::new();
    open.take(BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The line as it goes into the report, if it does.
fn kept(line: &str, redacted: &Redacted) -> Option<String> {
    if line.starts_with('{') {
        let document: Value = serde_json::from_str(line).ok()?;
        let word = |name: &str| document.get(name).and_then(Value::as_str);
        if !is_kept(word("level")?, word("target")?) {
            return None;
        }
        return Some(redacted.json(document).to_string());
    }
    let mut words = line.split_whitespace();
    let at = words.next()?;
    at.parse::<jiff::Timestamp>().ok()?;
    let (level, target) = (words.next()?, words.next()?);
    if !is_kept(level, target) {
        return None;
    }
    let (_, said) = line.split_once(target)?;
    Some(format!("{at} {level} {target}{}", redacted.text(said)))
}

fn is_kept(level: &str, target: &str) -> bool {
    matches!(level, "ERROR" | "WARN" | "INFO") && target.starts_with(OURS)
}
