//! The files of a package, in a folder, with the modes they will have.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

use crate::process;

/// A folder that will be the root of whoever installs the package.
pub(crate) struct Tree {
    root: PathBuf,
}

impl Tree {
    /// An empty one; what was in the folder goes.
    pub(crate) fn new(root: &Path) -> anyhow::Result<Self> {
        if root.exists() {
            fs::remove_dir_all(root).with_context(|| root.display().to_string())?;
        }
        fs::create_dir_all(root).with_context(|| root.display().to_string())?;
        set_mode(root, 0o755)?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// Where it is.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A program, without what only a debugger reads.
    pub(crate) fn program(&self, from: PathBuf, name: &str) -> anyhow::Result<()> {
        let path = self.make_place(&format!("usr/bin/{name}"))?;
        process::run(
            Command::new("strip")
                .args(["--strip-unneeded", "--remove-section=.comment", "-o"])
                .arg(&path)
                .arg(from),
        )?;
        set_mode(&path, 0o755)
    }

    /// A file as it is.
    pub(crate) fn copy(&self, from: &Path, to: &str) -> anyhow::Result<()> {
        let bytes = fs::read(from).with_context(|| from.display().to_string())?;
        self.write(&bytes, to)
    }

    /// A file with this in it.
    pub(crate) fn write(&self, bytes: &[u8], to: &str) -> anyhow::Result<()> {
        let path = self.make_place(to)?;
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
        set_mode(&path, 0o644)
    }

    /// The same, compressed by gzip without name and time.
    pub(crate) fn compressed(&self, bytes: &[u8], to: &str) -> anyhow::Result<()> {
        let mut gzip = Command::new("gzip")
            .args(["-9", "-n", "-c"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start gzip")?;
        let mut input = gzip.stdin.take().expect("piped a few lines above");
        let written = std::thread::scope(|scope| {
            let writing = scope.spawn(move || input.write_all(bytes));
            let output = gzip.wait_with_output();
            writing.join().expect("writing does not panic")?;
            output
        })
        .context("gzip")?;
        if !written.status.success() {
            bail!("gzip ({})", written.status);
        }
        self.write(&written.stdout, to)
    }

    /// All files below the root, sorted, as paths relative to it.
    pub(crate) fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let relative = path.strip_prefix(&self.root).expect("found below it");
                    files.push(relative.to_owned());
                }
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    /// The path in the tree, with all folders above it, whatever this user's umask is.
    fn make_place(&self, relative: &str) -> anyhow::Result<PathBuf> {
        let path = self.root.join(relative);
        let mut folder = self.root.clone();
        let above = Path::new(relative).parent().unwrap_or(Path::new(""));
        for part in above.components() {
            folder.push(part);
            if !folder.is_dir() {
                fs::create_dir(&folder).with_context(|| folder.display().to_string())?;
                set_mode(&folder, 0o755)?;
            }
        }
        Ok(path)
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> anyhow::Result<()> {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    fs::set_permissions(path, mode).with_context(|| path.display().to_string())
}

/// A .deb is not made here.
#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_and_folders_are_readable_for_everybody_and_known_in_order() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tree = Tree::new(&folder.path().join("root")).expect("an empty tree");
        tree.write(b"b", "usr/share/b").expect("written");
        tree.compressed(b"a", "usr/share/a.gz").expect("written");
        let mode = |path: &str| {
            let facts = fs::metadata(tree.root().join(path)).expect("it is there");
            facts.permissions().mode() & 0o777
        };
        assert_eq!((mode("usr/share"), mode("usr/share/b")), (0o755, 0o644));
        let files = tree.files().expect("readable");
        assert_eq!(files, ["usr/share/a.gz", "usr/share/b"].map(PathBuf::from));
    }
}
