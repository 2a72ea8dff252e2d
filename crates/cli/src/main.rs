//! `ringback`: the engine for terminals, servers and scripts.
//!
//! A second face over the contract of `ringback-api`. Answers go to standard output, as text or with
//! `--json` as one document; logs and progress go to standard error.

mod args;
mod commands;
mod logs;
mod metrics;
mod out;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use args::Cli;
use out::Out;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&error),
    };
    let out = Out { json: cli.json };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            let message = format!("the program cannot start its threads: {error}");
            return out.error(&ringback_api::ErrorJson::new(
                ringback_api::ErrorCode::Internal,
                message,
            ));
        }
    };
    let result = runtime.block_on(commands::run(cli, out));
    // Whatever still waits for a network answer is not waited for.
    runtime.shutdown_background();
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => out.error(&error),
    }
}

/// Help and the version are no errors. Everything else is told as JSON if that was asked for, even
/// though the arguments could not be read.
fn wrong_usage(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|arg| arg == "--json");
    if error.use_stderr() && wants_json {
        return Out { json: true }.error(&usage::told(error));
    }
    // Nothing can be done about a terminal that is gone.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() {
        out::USAGE
    } else {
        out::DONE
    })
}
