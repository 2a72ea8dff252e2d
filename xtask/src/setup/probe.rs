//! Whether a thing is on this machine, judged by what it provides.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::process;

/// A way to see that something is there.
pub(crate) enum Probe {
    /// A program in the search path.
    Program(&'static str),
    /// A program for the system's own use, which may stand outside the search path.
    SystemProgram(&'static str),
    /// A library with headers, as pkg-config names it.
    Library(&'static str),
    /// A module of Python's own library, which Debian splits up.
    PythonModule(&'static str),
    /// A file among ALSA's plugins.
    AlsaPlugin(&'static str),
    /// Any font at all.
    Font,
    /// `initdb` and its friends, which Debian keeps outside the search path.
    PostgresServer,
}

impl Probe {
    /// Looks.
    pub(crate) fn finds_it(&self) -> bool {
        match self {
            Self::Program(name) => process::exists(name),
            Self::SystemProgram(name) => {
                process::exists(name)
                    || ["/usr/sbin", "/usr/local/sbin", "/sbin"]
                        .iter()
                        .any(|folder| Path::new(folder).join(name).is_file())
            }
            Self::Library(name) => Command::new("pkg-config")
                .args(["--exists", name])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
            Self::PythonModule(name) => Command::new("python3")
                .args(["-c", &format!("import {name}")])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
            Self::AlsaPlugin(file) => library_folders()
                .iter()
                .any(|folder| folder.join("alsa-lib").join(file).is_file()),
            Self::Font => has_a_font(Path::new("/usr/share/fonts"), 4),
            Self::PostgresServer => {
                process::exists("initdb")
                    || children("/usr/lib/postgresql")
                        .iter()
                        .any(|version| version.join("bin/initdb").is_file())
            }
        }
    }
}

/// `/usr/lib`, `/usr/lib64` and the folder per architecture below `/usr/lib`.
fn library_folders() -> Vec<PathBuf> {
    let mut folders = children("/usr/lib");
    folders.extend(["/usr/lib", "/usr/lib64"].map(PathBuf::from));
    folders
}

fn has_a_font(folder: &Path, depth: usize) -> bool {
    children(folder).iter().any(|path| {
        if path.is_dir() {
            depth > 0 && has_a_font(path, depth - 1)
        } else {
            path.extension()
                .is_some_and(|extension| extension == "ttf" || extension == "otf")
        }
    })
}

fn children(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_not_found() {
        assert!(!Probe::Program("no-such-program").finds_it());
        assert!(!Probe::Library("no-such-library").finds_it());
        assert!(!Probe::AlsaPlugin("no-such-plugin.so").finds_it());
    }

    #[test]
    fn fonts_are_looked_for_in_folders_below() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(!has_a_font(folder.path(), 2));
        let below = folder.path().join("truetype/some");
        fs::create_dir_all(&below).expect("a folder");
        fs::write(below.join("Sans.ttf"), b"").expect("a file");
        assert!(has_a_font(folder.path(), 2));
        assert!(!has_a_font(folder.path(), 1));
    }
}
