//! The chores of this repository: `cargo xtask COMMAND`.
//!
//! One file per command. What they share: [`project`] knows where things are, [`process`] runs
//! other programs, [`report`] tells the person in front of the terminal what happened, [`setup`]
//! sees to it that a fresh machine has what a command needs, [`stage`] gives window tests a screen
//! and a sound card of their own. The house rules a machine can check are in [`tidy`].
//!
//! No command skips anything silently: what could not run is an error that names what is missing.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to a person in a terminal"
)]

mod args;
mod bench;
mod bindings;
mod build;
mod deny;
mod lint;
mod package;
mod process;
mod project;
mod report;
mod run;
mod setup;
mod stage;
mod test;
mod tidy;

use std::process::ExitCode;

use args::Command;
use project::Project;

fn main() -> ExitCode {
    match chore() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore() -> anyhow::Result<ExitCode> {
    let command = match args::parse() {
        Ok(command) => command,
        Err(error) => {
            eprintln!("error: {error}\n\n{}", args::HELP);
            return Ok(ExitCode::from(2));
        }
    };
    if let Command::Help = command {
        println!("{}", args::HELP);
        return Ok(ExitCode::SUCCESS);
    }

    let project = Project::load()?;
    match command {
        Command::Help => unreachable!("answered above, before the project is read"),
        Command::Run(wish) => run::run(&project, &wish),
        Command::Test(wish) => test::test(&project, &wish),
        Command::Lint => lint::lint(&project),
        Command::Bindings { check } => bindings::bindings(&project, check),
        Command::Bench { arguments } => bench::bench(&project, &arguments),
        Command::Build => build::build(&project),
        Command::Package(wish) => package::package(&project, &wish),
        Command::Deny { offline } => deny::deny(&project, offline),
        Command::Tidy => tidy::report(&project),
        Command::Setup => setup::everything(&project),
        Command::Stage { command } => stage::run(&project, &command),
    }
}
