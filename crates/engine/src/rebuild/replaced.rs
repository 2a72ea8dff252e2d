//! The database that is replaced: what of it is nowhere else, and where it is kept.
//!
//! The new one is made beside it and gets what only the old one has before it takes its place, so that
//! at no moment a program that dies leaves a home without it.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use ringback_model::Clock;
use ringback_store::{Alert, Listen, ListenId, Options, Registration, Store, StoreError, Writer};

use crate::lost;

/// What the name of a database that was replaced ends with, before the moment in seconds.
const KEPT: &str = ".before-rebuild-";

/// SQLite's own files beside a database.
const WITH_IT: [&str; 2] = ["-wal", "-shm"];

/// So many alerts are taken over at most.
const MOST_ALERTS: usize = 100_000;

/// So many lines of who listened are taken over at most, the newest.
const MOST_LISTENS: usize = 1_000_000;

/// A database in whose place a new one stands.
pub(super) struct Replaced {
    database: PathBuf,
    /// Where the old one is kept, if there was one.
    pub(super) kept: Option<PathBuf>,
    before: Before,
}

impl Replaced {
    /// Puts a new database in the place of the one at `database`, which is kept beside it.
    pub(super) fn begin(
        database: &Path,
        options: Options,
        clock: &Clock,
    ) -> Result<Self, StoreError> {
        let before = Before::of(database, clock);
        let new = beside(database, ".new");
        // Of a try that was cut off.
        absent_is_fine(fs::remove_file(&new))?;
        remove_with(&new)?;
        let store = Store::open(&new, options, clock.clone())?;
        let taken_over = before.clone();
        let written = store.write(move |writer| taken_over.take_over(writer));
        store.close();
        written?;
        let kept = set_aside(database, clock.now().as_second())?;
        fs::rename(&new, database)?;
        move_with(&new, database)?;
        Ok(Self {
            database: database.to_owned(),
            kept,
            before,
        })
    }

    /// Alerts that were raised once more while the journal was read are what they were again.
    pub(super) fn settle(self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        self.before.take_over_alerts(writer)
    }

    /// Puts the old one back, after the new one could not be completed. Nobody has it open any more.
    pub(super) fn undo(&self) -> io::Result<()> {
        let Some(kept) = &self.kept else {
            return Ok(());
        };
        remove_with(&self.database)?;
        fs::rename(kept, &self.database)?;
        move_with(kept, &self.database)
    }
}

/// What a database has that is in no journal and no file: the alerts that stand, so that what a person
/// has seen is not told once more, what was entered at the providers, who listened, and what people set and
/// agreed to.
#[derive(Clone, Default)]
struct Before {
    standing: Vec<Alert>,
    registrations: Vec<Registration>,
    addresses: Vec<(String, Timestamp)>,
    settings: Vec<(String, serde_json::Value)>,
    listens: Vec<(ListenId, Listen)>,
}

impl Before {
    /// A database that cannot be read has nothing. Where there is none, the newest that was replaced
    /// tells it.
    fn of(database: &Path, clock: &Clock) -> Self {
        let there = database.exists().then(|| database.to_owned());
        let Some(database) = there.or_else(|| newest_kept(database)) else {
            return Self::default();
        };
        let read = || {
            let store = Store::open(&database, Options::default(), clock.clone())?;
            let before = store.read(|reader| {
                Ok(Self {
                    standing: reader.alerts().all_standing(MOST_ALERTS)?,
                    registrations: reader.registrations().all()?,
                    addresses: reader.addresses().all()?,
                    settings: lost::without_mark(reader.settings().all()?),
                    listens: reader.listens().list(None, MOST_LISTENS)?,
                })
            });
            store.close();
            before
        };
        read().unwrap_or_else(|error| {
            tracing::warn!(%error, "the old database cannot be read; its alerts are raised anew, and what was entered at the providers and who listened is not known");
            Self::default()
        })
    }

    fn take_over(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        self.take_over_alerts(writer)?;
        for line in &self.registrations {
            writer.registrations_mut().take_over(line)?;
        }
        for (url, first_at) in &self.addresses {
            writer.addresses_mut().take_over(url, *first_at)?;
        }
        for (key, value) in &self.settings {
            writer.settings_mut().set(key, value)?;
        }
        for (_, listen) in self.listens.iter().rev() {
            writer.listens_mut().add(listen)?;
        }
        Ok(())
    }

    fn take_over_alerts(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let mut oldest_first = self.standing.iter().rev();
        oldest_first.try_for_each(|alert| writer.alerts_mut().take_over(alert))
    }
}

/// The newest database beside this one that was replaced.
fn newest_kept(database: &Path) -> Option<PathBuf> {
    let prefix = format!("{}{KEPT}", database.file_name()?.to_str()?);
    let beside = fs::read_dir(database.parent()?).ok()?;
    let kept = beside.filter_map(|entry| {
        let entry = entry.ok()?;
        let stamp: i64 = entry
            .file_name()
            .to_str()?
            .strip_prefix(&prefix)?
            .parse()
            .ok()?;
        Some((stamp, entry.path()))
    });
    kept.max().map(|(_, path)| path)
}

/// Gives the database another name beside its own, under which it stays when another takes its place.
fn set_aside(database: &Path, stamp: i64) -> io::Result<Option<PathBuf>> {
    if !database.exists() {
        // What was left beside one that is gone would be read into the new one.
        remove_with(database)?;
        return Ok(None);
    }
    let kept = beside(database, &format!("{KEPT}{stamp}"));
    move_with(database, &kept)?;
    // With a second name there is no moment without a database. Not every disk has such.
    fs::hard_link(database, &kept).or_else(|_| fs::rename(database, &kept))?;
    Ok(Some(kept))
}

/// Moves SQLite's own files from beside one database to beside another.
fn move_with(from: &Path, to: &Path) -> io::Result<()> {
    let mut each = with(from).into_iter().zip(with(to));
    each.try_for_each(|(from, to)| absent_is_fine(fs::rename(from, to)))
}

fn remove_with(database: &Path) -> io::Result<()> {
    let mut each = with(database).into_iter();
    each.try_for_each(|file| absent_is_fine(fs::remove_file(file)))
}

fn with(database: &Path) -> [PathBuf; 2] {
    WITH_IT.map(|suffix| beside(database, suffix))
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(suffix);
    name.into()
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "https://old.example";

    fn clock() -> Clock {
        Clock::from_fn(|| Timestamp::UNIX_EPOCH)
    }

    fn opened(database: &Path) -> Store {
        Store::open(database, Options::default(), clock()).expect("a folder of its own")
    }

    fn remember(database: &Path, url: &'static str) {
        let store = opened(database);
        let written = store.write(|writer| writer.addresses_mut().remember(url));
        written.expect("writable");
        store.close();
    }

    fn addresses(database: &Path) -> Vec<String> {
        let store = opened(database);
        let all = store.read(|reader| reader.addresses().all());
        store.close();
        let all = all.expect("readable").into_iter();
        all.map(|(url, _)| url).collect()
    }

    /// A folder with a database that knows an address.
    fn home() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = folder.path().join("ringback.db");
        remember(&database, OLD);
        (folder, database)
    }

    fn begun(database: &Path) -> Replaced {
        Replaced::begin(database, Options::default(), &clock()).expect("it can be replaced")
    }

    #[test]
    fn the_new_one_has_what_only_the_old_one_had_when_it_takes_its_place() {
        let (_folder, database) = home();
        let replaced = begun(&database);
        assert_eq!(addresses(&database), [OLD]);
        let kept = replaced.kept.expect("there was one");
        assert_eq!(addresses(&kept), [OLD], "the old one stays as it was");
    }

    #[test]
    fn what_could_not_be_completed_gives_the_old_one_back() {
        let (_folder, database) = home();
        let replaced = begun(&database);
        remember(&database, "https://new.example");
        replaced.undo().expect("it can be moved");
        assert_eq!(addresses(&database), [OLD]);
        let kept = replaced.kept.expect("there was one");
        assert!(!kept.exists(), "it has its own name again");
    }

    #[test]
    fn where_a_rebuild_was_cut_off_before_there_was_a_new_one_the_newest_kept_one_tells() {
        let (_folder, database) = home();
        let kept = |stamp: i64| beside(&database, &format!("{KEPT}{stamp}"));
        fs::rename(&database, kept(1000)).expect("it can be moved");
        remember(&database, "https://older.example");
        fs::rename(&database, kept(999)).expect("it can be moved");
        fs::write(beside(&database, ".new"), "half").expect("writable");
        let replaced = begun(&database);
        assert_eq!(addresses(&database), [OLD]);
        assert_eq!(replaced.kept, None, "nothing stood in its place");
    }
}
