//! `cargo xtask build`: both programs, optimised, as they are handed to people.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, bail};

use crate::{
    process,
    project::Project,
    setup::{self, Purpose},
};

/// Builds into `target/release` and checks what came out.
pub(crate) fn build(project: &Project) -> anyhow::Result<ExitCode> {
    setup::prepare(project, &[Purpose::Engine, Purpose::Window, Purpose::Ui])?;
    setup::build_ui(project)?;
    println!("== build: ringback-desktop and ringback, optimised");
    process::run(project.cargo().args([
        "build",
        "--release",
        "-p",
        "ringback-desktop",
        "-p",
        "ringback",
    ]))?;

    let folder = project.target.join("release");
    needs_no_window(&program(&folder, "ringback"))?;
    for name in ["ringback-desktop", "ringback"] {
        let path = program(&folder, name);
        let size = fs::metadata(&path)
            .with_context(|| format!("{} was not built", path.display()))?
            .len();
        println!("   {} ({:.1} MB)", path.display(), size as f64 / 1e6);
    }
    Ok(ExitCode::SUCCESS)
}

/// Where cargo puts a program.
pub(crate) fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Fails if a program would need GTK or WebKit on the machine it runs on.
pub(crate) fn needs_no_window(program: &Path) -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") {
        println!("   not checked here: that ringback links no window libraries (Linux only)");
        return Ok(());
    }
    let libraries = process::output(Command::new("ldd").arg(program))?;
    let windowish: Vec<&str> = libraries
        .lines()
        .filter(|line| is_windowish(line))
        .collect();
    if !windowish.is_empty() {
        bail!(
            "{} must run on a server, but links\n{}",
            program.display(),
            windowish.join("\n")
        );
    }
    println!("   ringback links neither GTK nor WebKit");
    Ok(())
}

fn is_windowish(line: &str) -> bool {
    ["libgtk", "libgdk", "libwebkit", "libjavascriptcore"]
        .iter()
        .any(|library| line.contains(library))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_libraries_are_recognised() {
        assert!(is_windowish("\tlibgtk-3.so.0 => /lib/libgtk-3.so.0 (0x7f)"));
        assert!(is_windowish("\tlibwebkit2gtk-4.1.so.0 => /lib/x (0x7f)"));
        assert!(!is_windowish(
            "\tlibasound.so.2 => /lib/libasound.so.2 (0x7f)"
        ));
    }
}
