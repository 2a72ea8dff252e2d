//! A file a day, and another one when it is full; old ones go.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use ringback_model::Clock;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// For how many days, today included.
    pub days: u16,
    /// How large one file may become, in bytes; a single line may be larger.
    pub file_bytes: u64,
    /// How large all files may become together, in bytes. The oldest go first.
    pub all_bytes: u64,
}

impl Default for Keep {
    /// Two weeks, in files of 16 MiB, 256 MiB at most.
    fn default() -> Self {
        Self {
            days: 14,
            file_bytes: 16 << 20,
            all_bytes: 256 << 20,
        }
    }
}

/// Writes `<prefix>.<day>.log`, then `<prefix>.<day>.1.log` and so on. Days are counted in UTC, as
/// the lines are.
#[derive(Debug)]
pub struct Rolling {
    folder: PathBuf,
    prefix: String,
    keep: Keep,
    clock: Clock,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    day: Date,
    written: u64,
}

impl Rolling {
    /// Writes into `folder`, which has to be there.
    pub fn new(folder: &Path, prefix: &str, keep: Keep, clock: Clock) -> Self {
        Self {
            folder: folder.to_owned(),
            prefix: prefix.to_owned(),
            keep,
            clock,
            open: None,
        }
    }

    /// The file for the next line.
    fn file(&mut self, line: usize) -> io::Result<&mut Open> {
        let day = self.clock.now().to_zoned(TimeZone::UTC).date();
        let line = u64::try_from(line).unwrap_or(u64::MAX);
        let fits = self.open.as_ref().is_some_and(|open| {
            open.day == day
                && (open.written == 0 || open.written.saturating_add(line) <= self.keep.file_bytes)
        });
        if !fits {
            let next = self.next(day, line)?;
            self.open = Some(next);
            self.sweep(day);
        }
        self.open
            .as_mut()
            .ok_or_else(|| io::Error::other("no log file is open"))
    }

    /// The last file of the day if there is room in it, else a new one.
    fn next(&self, day: Date, line: u64) -> io::Result<Open> {
        let last = self
            .files()
            .into_iter()
            .filter(|found| found.day == day)
            .max_by_key(|found| found.part);
        let (part, written) = match last {
            None => (0, 0),
            Some(last) if last.bytes.saturating_add(line) <= self.keep.file_bytes => {
                (last.part, last.bytes)
            }
            Some(last) => (last.part + 1, 0),
        };
        let name = match part {
            0 => format!("{}.{day}.log", self.prefix),
            part => format!("{}.{day}.{part}.log", self.prefix),
        };
        let mut options = File::options();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.folder.join(name))?;
        Ok(Open { file, day, written })
    }

    /// Removes what is too old or too much. What cannot be removed now is tried again next time.
    fn sweep(&self, today: Date) {
        let mut found = self.files();
        found.sort_by_key(|found| std::cmp::Reverse((found.day, found.part)));
        let days = i64::from(self.keep.days.max(1)) - 1;
        let oldest = today.saturating_sub(days.days());
        let mut sum = 0_u64;
        for (index, found) in found.iter().enumerate() {
            sum = sum.saturating_add(found.bytes);
            // The newest is the one that is written to.
            if index > 0 && (found.day < oldest || sum > self.keep.all_bytes) {
                let _ = fs::remove_file(&found.path);
            }
        }
    }

    /// Our files in the folder; others are left alone.
    fn files(&self) -> Vec<Found> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name();
                let middle = name
                    .to_str()?
                    .strip_prefix(&self.prefix)?
                    .strip_prefix('.')?
                    .strip_suffix(".log")?;
                let (day, part) = match middle.split_once('.') {
                    None => (middle, 0),
                    Some((day, part)) => (day, part.parse().ok()?),
                };
                Some(Found {
                    day: day.parse().ok()?,
                    part,
                    bytes: entry.metadata().ok()?.len(),
                    path: entry.path(),
                })
            })
            .collect()
    }
}

/// A file of ours.
struct Found {
    day: Date,
    part: u32,
    bytes: u64,
    path: PathBuf,
}

impl Write for Rolling {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let open = self.file(line.len())?;
        open.file.write_all(line)?;
        open.written += u64::try_from(line.len()).unwrap_or(u64::MAX);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.open {
            Some(open) => open.file.flush(),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use jiff::Timestamp;

    use super::*;

    struct Desk {
        folder: tempfile::TempDir,
        now: Arc<Mutex<Timestamp>>,
    }

    impl Desk {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().expect("a folder"),
                now: Arc::new(Mutex::new(at("2026-03-01T22:00:00Z"))),
            }
        }

        fn set(&self, text: &str) {
            *self.now.lock().expect("the clock") = at(text);
        }

        fn rolling(&self, keep: Keep) -> Rolling {
            let now = self.now.clone();
            let clock = Clock::from_fn(move || *now.lock().expect("the clock"));
            Rolling::new(self.folder.path(), "ringback", keep, clock)
        }

        fn names(&self) -> Vec<String> {
            let mut names: Vec<String> = fs::read_dir(self.folder.path())
                .expect("the folder")
                .map(|entry| {
                    entry
                        .expect("a file")
                        .file_name()
                        .into_string()
                        .expect("a name")
                })
                .collect();
            names.sort();
            names
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn line(rolling: &mut Rolling, text: &str) {
        rolling.write_all(text.as_bytes()).expect("written");
    }

    #[test]
    fn a_day_has_a_file_of_its_own_and_old_days_go() {
        let desk = Desk::new();
        let keep = Keep {
            days: 3,
            ..Keep::default()
        };
        let mut rolling = desk.rolling(keep);
        fs::write(desk.folder.path().join("ringback.2026-02-28.log"), "old").expect("written");
        fs::write(
            desk.folder.path().join("ringback-desktop.2020-01-01.log"),
            "x",
        )
        .expect("written");
        line(&mut rolling, "one\n");
        desk.set("2026-03-02T00:00:01Z");
        line(&mut rolling, "two\n");
        desk.set("2026-03-03T09:00:00Z");
        line(&mut rolling, "three\n");
        assert_eq!(
            desk.names(),
            [
                "ringback-desktop.2020-01-01.log",
                "ringback.2026-03-01.log",
                "ringback.2026-03-02.log",
                "ringback.2026-03-03.log"
            ],
            "files of another program are left alone"
        );
    }

    #[test]
    fn a_full_file_is_followed_by_another_one_and_a_new_start_goes_on_where_there_is_room() {
        let desk = Desk::new();
        let keep = Keep {
            file_bytes: 10,
            ..Keep::default()
        };
        let mut rolling = desk.rolling(keep);
        for text in ["12345\n", "123\n", "12345\n"] {
            line(&mut rolling, text);
        }
        assert_eq!(
            desk.names(),
            ["ringback.2026-03-01.1.log", "ringback.2026-03-01.log"]
        );
        line(&mut desk.rolling(keep), "123\n");
        let second = desk.folder.path().join("ringback.2026-03-01.1.log");
        assert_eq!(fs::read_to_string(second).expect("read"), "12345\n123\n");
    }

    #[test]
    fn however_much_is_logged_in_a_day_the_disk_is_not_filled() {
        let desk = Desk::new();
        let keep = Keep {
            file_bytes: 10,
            all_bytes: 30,
            ..Keep::default()
        };
        let mut rolling = desk.rolling(keep);
        for _ in 0..50 {
            line(&mut rolling, "123456789\n");
        }
        assert_eq!(
            desk.names().len(),
            4,
            "three full ones at most, and the one that is written to"
        );
        assert!(desk.names().contains(&"ringback.2026-03-01.49.log".into()));
    }
}
