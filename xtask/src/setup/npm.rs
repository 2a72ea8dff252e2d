//! The JavaScript side: npm packages as the lock file says, and the built UI.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{process, project::Project};

/// Fetches a folder's npm packages if its lock file is another one than last time.
///
/// The note about last time is a copy of the lock file, so nothing can be forgotten in comparing.
pub(crate) fn packages(project: &Project, folder: &str) -> anyhow::Result<()> {
    let lock_file = project.path(folder).join("package-lock.json");
    let lock = fs::read(&lock_file).with_context(|| {
        format!("{folder}/package-lock.json is missing: it belongs into the repository")
    })?;
    let note = project
        .notes()
        .join(format!("{}.package-lock.json", folder.replace('/', "-")));
    let installed = project.path(folder).join("node_modules").is_dir();
    if installed && fs::read(&note).is_ok_and(|last_time| last_time == lock) {
        return Ok(());
    }

    println!("== setup: npm packages of {folder}");
    process::run(project.npm(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    fs::create_dir_all(project.notes())?;
    fs::write(&note, lock).with_context(|| format!("cannot write {}", note.display()))
}

/// Whether a folder's `package.json` has a script of this name.
pub(crate) fn script(project: &Project, folder: &str, name: &str) -> anyhow::Result<bool> {
    let path = project.path(folder).join("package.json");
    let text = fs::read_to_string(&path).with_context(|| format!("{folder}/package.json"))?;
    let package: Value =
        serde_json::from_str(&text).with_context(|| format!("{folder}/package.json"))?;
    Ok(package["scripts"][name].is_string())
}

/// Builds the UI if a source of it is newer than what was built last.
pub(crate) fn build_ui(project: &Project) -> anyhow::Result<()> {
    let ui = project.path("ui");
    if !ui.join("package.json").is_file() {
        bail!("ui/package.json is missing: there is no UI to build");
    }
    let built = fs::metadata(ui.join("dist/index.html")).and_then(|built| built.modified());
    if let Ok(built) = built
        && newest(&ui)? <= built
    {
        return Ok(());
    }
    println!("== UI: its sources are newer than ui/dist");
    process::run(project.npm("ui").args(["run", "build"]))
}

/// When something in the folder last changed. Folders count too: they change when a file goes.
fn newest(ui: &Path) -> io::Result<SystemTime> {
    const NOT_SOURCES: [&str; 4] = ["node_modules", "dist", "coverage", "test-results"];

    let mut newest = SystemTime::UNIX_EPOCH;
    let mut folders: Vec<PathBuf> = vec![ui.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let facts = entry.metadata()?;
            let name = entry.file_name();
            if NOT_SOURCES.iter().any(|other| name == *other) {
                continue;
            }
            newest = newest.max(facts.modified()?);
            if facts.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_was_built_does_not_count_as_a_source() {
        let ui = tempfile::tempdir().expect("a temporary folder");
        let source = ui.path().join("src");
        let dist = ui.path().join("dist");
        fs::create_dir_all(&source).expect("a folder");
        fs::create_dir_all(&dist).expect("a folder");
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        fs::write(source.join("App.svelte"), "").expect("a file");
        fs::write(dist.join("index.html"), "").expect("a file");
        let touch = |path: &Path, time| {
            fs::File::open(path)
                .and_then(|file| file.set_modified(time))
                .expect("the time of a file of our own");
        };
        touch(&source.join("App.svelte"), old);
        touch(&source, old);
        assert_eq!(newest(ui.path()).expect("a readable folder"), old);

        touch(&source, old + Duration::from_secs(5));
        assert_eq!(
            newest(ui.path()).expect("a readable folder"),
            old + Duration::from_secs(5),
            "a file that went away leaves its mark on the folder"
        );
    }
}
