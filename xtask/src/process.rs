//! Running other programs: always shown, always checked.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

use anyhow::{Context, bail};

/// Runs a program with this terminal as its own and fails if the program fails.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("{} ({status})", shown(command));
    }
    Ok(())
}

/// Runs a program with this terminal as its own and says how it ended.
pub(crate) fn status(command: &mut Command) -> anyhow::Result<ExitStatus> {
    println!("   $ {}", shown(command));
    command
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))
}

/// Runs a program and gives back what it wrote to its standard output.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} ({})", shown(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("{} wrote something that is not text", shown(command)))
}

/// Runs a program, hands on every line of its standard output as it comes, and shows it to
/// `listener` as well.
pub(crate) fn listen(
    command: &mut Command,
    mut listener: impl FnMut(&str),
) -> anyhow::Result<ExitStatus> {
    println!("   $ {}", shown(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    let stdout = child
        .stdout
        .take()
        .expect("the standard output was piped two lines above");
    let mut lines = BufReader::new(stdout);
    let mut line = Vec::new();
    // Bytes, because a test may print anything.
    while lines.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        listener(text.trim_end());
        line.clear();
    }
    Ok(child.wait()?)
}

/// Whether two files are the same, byte for byte.
pub(crate) fn same_bytes(one: &Path, other: &Path) -> anyhow::Result<bool> {
    let read = |path: &Path| fs::read(path).with_context(|| path.display().to_string());
    Ok(read(one)? == read(other)?)
}

/// The command line, as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    std::iter::once(program.file_name().unwrap_or(program.as_os_str()))
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether a program of this name can be found in the search path.
pub(crate) fn exists(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_an_error_that_names_it() {
        let error = run(&mut Command::new("false")).expect_err("`false` fails");
        assert!(error.to_string().starts_with("false"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_that_names_it() {
        let error = output(&mut Command::new("no-such-program")).expect_err("it is not there");
        assert!(error.to_string().contains("no-such-program"), "{error}");
        assert!(!exists("no-such-program"));
    }

    #[test]
    fn every_line_reaches_the_listener() {
        let mut heard = Vec::new();
        let status = listen(Command::new("printf").arg("one\ntwo\n\\377three"), |line| {
            heard.push(line.to_owned())
        });
        assert!(status.expect("printf is everywhere").success());
        assert_eq!(heard, ["one", "two", "\u{fffd}three"]);
    }
}
