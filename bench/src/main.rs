//! Measures Ringback against the servers it replaces, on this machine, in one interleaved run.
//!
//! Only ratios between servers of one run travel from machine to machine, so those are what the
//! goals are about. A number is accepted after the stored events were compared with the
//! acknowledged ones; a wrong answer or a wrong row voids the run.
//!
//! [`load`] sends events, [`server`] starts the servers and reads what they stored, [`suite`] has one
//! file per question, [`report`] writes `docs/bench/*.json` and `docs/benchmarks.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to a person in a terminal"
)]

mod args;
mod facts;
mod load;
mod report;
mod server;
mod suite;

use std::process::ExitCode;

/// One thread: the generator shares the machine with the server under test.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let wish = match args::parse() {
        Ok(Some(wish)) => wish,
        Ok(None) => {
            println!("{}\n\nSuites:\n{}", args::HELP, suite::overview());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{}", args::HELP);
            return ExitCode::from(2);
        }
    };
    match suite::run(&wish).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
