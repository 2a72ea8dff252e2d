//! The report for those who help: one file with everything that says how the program is, and nothing
//! that says who calls whom, what about, or how to get in.
//!
//! What goes in is chosen, not what stays out: figures, closed words, and of the logs the lines of our
//! own code from information upwards. Then every text goes through [`Redacted`] nevertheless.

mod facts;
mod log;
mod redacted;

use std::{
    fs,
    io::{self, Cursor, Write},
    path::{Path, PathBuf},
};

use ringback_engine::{Engine, EngineError};
use serde_json::Value;
use zip::{ZipWriter, write::SimpleFileOptions};

use self::redacted::Redacted;
use crate::{ErrorJson, dto::Health, health};

/// What is in it, for the person who is about to send it.
const README: &str = "\
This file says how an installation of Ringback is. It was made to be sent to somebody who helps.

about.json     version, system, figures
config.json    which settings are set; values only where they are figures or closed words
doctor.json    what `ringback doctor` found
tables.json    how many rows each table has, recordings by state, jobs
alerts.json    which kinds of alerts there were lately, and when
refused.json   how often webhooks were refused, and why
log.txt        the last lines of the log

It has no keys, no addresses, no phone numbers, no names and nothing that was said in a call. Accounts
are called account-1, account-2 and so on, in the order of config.toml. Have a look before you send it.
";

/// Writes the report into `folder`, under a name with the time. Gives the file.
pub async fn write_into(engine: &Engine, folder: &Path) -> Result<PathBuf, ErrorJson> {
    let file = folder.join(name(engine));
    fs::create_dir_all(folder).map_err(EngineError::Io)?;
    let health = health::health(engine)?;
    write(engine, health, &file).await?;
    Ok(file)
}

/// The name of a report that is made now.
pub fn name(engine: &Engine) -> String {
    let at = engine.clock().now().strftime("%Y-%m-%dT%H-%M-%SZ");
    format!("ringback-report-{at}.zip")
}

/// Writes the report to `file`, which is there whole or not at all. `health` is what the doctor found,
/// with whatever else was looked at.
pub async fn write(engine: &Engine, health: Health, file: &Path) -> Result<(), ErrorJson> {
    let (engine, file) = (engine.clone(), file.to_owned());
    tokio::task::spawn_blocking(move || {
        let bytes = packed(&contents(&engine, &health)?).map_err(EngineError::Io)?;
        put(&file, &bytes).map_err(EngineError::Io)
    })
    .await
    .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))?;
    Ok(())
}

/// The names and texts of what goes in.
fn contents(engine: &Engine, health: &Health) -> Result<Vec<(&'static str, String)>, EngineError> {
    let redacted = Redacted::of(engine);
    let json = |value: Value| format!("{:#}\n", redacted.json(value));
    Ok(vec![
        ("README.txt", README.to_owned()),
        ("about.json", json(facts::about(engine))),
        ("config.json", json(facts::config(engine))),
        ("doctor.json", json(facts::doctor(health))),
        ("tables.json", json(facts::tables(engine)?)),
        ("alerts.json", json(facts::alerts(engine)?)),
        ("refused.json", json(facts::refused(engine)?)),
        ("log.txt", log::last_lines(&engine.home().logs(), &redacted)),
    ])
}

fn packed(contents: &[(&str, String)]) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in contents {
        zip.start_file(*name, SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn put(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(&beside)
        .and_then(|mut open| open.write_all(bytes))
        .and_then(|()| fs::rename(&beside, file))
        .inspect_err(|_| {
            // The first error is the one to tell.
            let _ = fs::remove_file(&beside);
        })
}
