//! `cargo xtask run`: from a fresh clone to the open window.

use std::{
    env,
    process::{Command, ExitCode},
};

use crate::{
    args::Run,
    process,
    project::Project,
    setup::{self, Purpose},
};

/// Builds both programs and becomes the one that suits this machine: the window, or without a
/// display the engine alone.
pub(crate) fn run(project: &Project, wish: &Run) -> anyhow::Result<ExitCode> {
    setup::prepare(project, &[Purpose::Engine, Purpose::Window, Purpose::Ui])?;
    setup::build_ui(project)?;

    println!("== build: ringback-desktop and ringback");
    let mut cargo = project.cargo();
    cargo.args(["build", "-p", "ringback-desktop", "-p", "ringback"]);
    if wish.release {
        cargo.arg("--release");
    }
    process::run(&mut cargo)?;

    let folder = project
        .target
        .join(if wish.release { "release" } else { "debug" });
    let name = |program: &str| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX));
    let mut program = if has_display() {
        println!("== run: the window");
        Command::new(name("ringback-desktop"))
    } else {
        println!(
            "== run: neither DISPLAY nor WAYLAND_DISPLAY is set, so there is nowhere to open a \
             window; running the same engine without one (Ctrl-C ends it)"
        );
        let mut program = Command::new(name("ringback"));
        program.arg("serve");
        program
    };
    if wish.demo {
        program.arg("--demo");
    }
    program.args(&wish.rest);
    become_program(program)
}

fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Replaces this process, so that signals and the exit code are the program's own.
#[cfg(unix)]
fn become_program(mut program: Command) -> anyhow::Result<ExitCode> {
    use std::os::unix::process::CommandExt;

    println!("   $ {}", process::shown(&program));
    let error = program.exec();
    Err(anyhow::Error::new(error).context(format!("cannot start {}", process::shown(&program))))
}

/// Runs the program and passes on how it ended.
#[cfg(not(unix))]
fn become_program(mut program: Command) -> anyhow::Result<ExitCode> {
    let status = process::status(&mut program)?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
