//! Desktop entries of the person who uses the program: one starts it with the session, one tells the
//! system who opens `ringback://` links. The format is that of
//! <https://specifications.freedesktop.org/desktop-entry-spec/1.5/> (read 2026-11-21).

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const SCHEME: &str = "x-scheme-handler/ringback";

/// A file that is there or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where.
    pub file: PathBuf,
    /// What stands in it.
    pub text: String,
}

impl Entry {
    /// Writes it, whole or not at all. False if it was there already.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn put(&self) -> io::Result<bool> {
        if fs::read_to_string(&self.file).is_ok_and(|there| there == self.text) {
            return Ok(false);
        }
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let unfinished = self.file.with_extension("part");
        fs::write(&unfinished, &self.text)?;
        fs::rename(&unfinished, &self.file)?;
        Ok(true)
    }

    /// Takes it away.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Where a person's files are, by the rules of
/// <https://specifications.freedesktop.org/basedir-spec/0.8/>.
#[derive(Clone, Debug)]
pub struct Places {
    config: PathBuf,
    data: PathBuf,
    system: Vec<PathBuf>,
}

impl Places {
    /// What the environment says. `None` for somebody without a home.
    pub fn of(environment: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let set = |name| {
            environment(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let home = set("HOME");
        let below = |name, folder: &str| {
            set(name)
                .filter(|path| path.is_absolute())
                .or_else(|| Some(home.as_ref()?.join(folder)))
        };
        let system = environment("XDG_DATA_DIRS").filter(|value| !value.is_empty());
        let system = system.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
        Some(Self {
            config: below("XDG_CONFIG_HOME", ".config")?,
            data: below("XDG_DATA_HOME", ".local/share")?,
            system: std::env::split_paths(&system).collect(),
        })
    }

    /// The entry that starts `command` with the session. Each home has a `name` of its own.
    pub fn autostart(&self, name: &str, command: &[&str]) -> Entry {
        Entry {
            file: self
                .config
                .join("autostart")
                .join(format!("{name}.desktop")),
            text: format!(
                "[Desktop Entry]\nType=Application\nName=Ringback\nExec={}\nTerminal=false\n\
                 X-GNOME-Autostart-enabled=true\n",
                exec(command)
            ),
        }
    }

    /// The entry by which the system knows that `command` opens links.
    pub fn links(&self, name: &str, command: &[&str]) -> Entry {
        Entry {
            file: self
                .data
                .join("applications")
                .join(format!("{name}.desktop")),
            text: format!(
                "[Desktop Entry]\nType=Application\nName=Ringback\nExec={} %u\nTerminal=false\n\
                 NoDisplay=true\nMimeType={SCHEME};\n",
                exec(command)
            ),
        }
    }

    /// Whether an installed package opens links already.
    pub fn package_opens_links(&self) -> bool {
        self.system.iter().any(|folder| {
            let known = fs::read_to_string(folder.join("applications/mimeinfo.cache"));
            known.is_ok_and(|known| {
                known
                    .lines()
                    .any(|line| line.starts_with(&format!("{SCHEME}=")))
            })
        })
    }

    /// Makes `entry` the one that opens links. Waits for the system's own tools, which may be missing.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn open_links_with(&self, entry: &Entry) -> io::Result<()> {
        if self.package_opens_links() || !entry.put()? {
            return Ok(());
        }
        let folder = entry.file.parent().unwrap_or(Path::new("."));
        let name = entry.file.file_name().unwrap_or_default();
        run(Command::new("update-desktop-database").arg(folder));
        run(Command::new("xdg-mime")
            .arg("default")
            .arg(name)
            .arg(SCHEME));
        Ok(())
    }
}

fn run(command: &mut Command) {
    let done = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !done.is_ok_and(|status| status.success()) {
        tracing::info!(program = ?command.get_program(), "is missing or did not work; links may not open Ringback");
    }
}

/// A command line as it stands behind `Exec=`: every word in quotes, with the two layers of escapes
/// that the format has (of quoted words, and of values), and no field codes of its own.
fn exec(command: &[&str]) -> String {
    let word = |word: &&str| {
        let mut quoted = String::from("\"");
        for letter in word.chars() {
            match letter {
                '"' | '`' | '$' => quoted.extend(["\\\\", &letter.to_string()]),
                '\\' => quoted.push_str("\\\\\\\\"),
                '%' => quoted.push_str("%%"),
                '\n' => quoted.push_str("\\n"),
                _ => quoted.push(letter),
            }
        }
        quoted.push('"');
        quoted
    };
    command.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(home: &Path) -> Places {
        let home = home.to_owned();
        Places::of(move |name| match name {
            "HOME" => Some(home.clone().into()),
            "XDG_DATA_DIRS" => Some(home.join("usr/share").into()),
            _ => None,
        })
        .expect("there is a home")
    }

    #[test]
    fn the_start_with_the_session_comes_and_goes_with_its_file() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let entry = places(home.path()).autostart("dev.ringback.a", &["/opt/ringback", "--hidden"]);
        assert_eq!(entry.put().ok(), Some(true));
        assert_eq!(entry.put().ok(), Some(false), "it is there already");
        let text = fs::read_to_string(home.path().join(".config/autostart/dev.ringback.a.desktop"));
        let text = text.expect("the entry was written");
        assert!(
            text.contains("\nExec=\"/opt/ringback\" \"--hidden\"\n"),
            "{text}"
        );
        entry.remove().expect("the folder can be written");
        entry.remove().expect("what is not there is gone");
        assert!(!entry.file.exists());
    }

    #[test]
    fn whatever_a_path_contains_stays_one_word_of_the_command() {
        assert_eq!(exec(&["/a b/c"]), "\"/a b/c\"");
        assert_eq!(exec(&["100%"]), "\"100%%\"");
        assert_eq!(exec(&["$HOME"]), "\"\\\\$HOME\"");
        assert_eq!(exec(&["a\\b"]), "\"a\\\\\\\\b\"");
        assert_eq!(exec(&["a\"b"]), "\"a\\\\\"b\"");
    }

    #[test]
    fn where_a_package_opens_links_nothing_is_written() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let places = places(home.path());
        let entry = places.links("dev.ringback", &["/opt/ringback"]);
        assert!(entry.text.contains("MimeType=x-scheme-handler/ringback;"));
        assert!(!places.package_opens_links());

        let shared = home.path().join("usr/share/applications");
        fs::create_dir_all(&shared).expect("the folder can be written");
        fs::write(
            shared.join("mimeinfo.cache"),
            "[MIME Cache]\nx-scheme-handler/ringback=Ringback.desktop;\n",
        )
        .expect("the folder can be written");
        assert!(places.package_opens_links());
        places
            .open_links_with(&entry)
            .expect("there is nothing to do");
        assert!(!entry.file.exists());
    }

    #[test]
    fn a_relative_folder_in_the_environment_is_ignored() {
        let places = Places::of(|name| match name {
            "HOME" => Some("/people/a".into()),
            "XDG_CONFIG_HOME" => Some("config".into()),
            _ => None,
        })
        .expect("there is a home");
        assert_eq!(places.config, Path::new("/people/a/.config"));
        assert!(Places::of(|_| None).is_none());
    }
}
