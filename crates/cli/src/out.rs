//! Answers: one JSON document, or text for people; and the exit codes.

use std::io::{self, Write};
use std::process::ExitCode;

use ringback_api::{ErrorCode, ErrorJson};
use serde::Serialize;

/// Done.
pub(crate) const DONE: u8 = 0;
/// Done, but some items failed; or not found.
pub(crate) const PARTLY: u8 = 1;
/// Wrong usage or configuration.
pub(crate) const USAGE: u8 = 2;
/// Cannot run: locked, no disk, no network.
pub(crate) const CANNOT: u8 = 3;

/// Where answers go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    /// As JSON.
    pub(crate) json: bool,
}

impl Out {
    /// Prints `value` as JSON, or what `text` makes of it.
    pub(crate) fn answer<T: Serialize>(
        self,
        value: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), ErrorJson> {
        let out = if self.json {
            serde_json::to_string_pretty(value)
                .map_err(|error| ErrorJson::new(ErrorCode::Internal, error.to_string()))?
        } else {
            text(value)
        };
        print_line(&out)
    }

    /// Prints a text as it is.
    pub(crate) fn raw(self, text: &str) -> Result<(), ErrorJson> {
        print_line(text.trim_end_matches(['\r', '\n']))
    }

    /// Prints the error where errors belong and gives the exit code that goes with it.
    pub(crate) fn error(self, error: &ErrorJson) -> ExitCode {
        if self.json {
            let document = serde_json::json!({ "error": error });
            // With nobody reading there is nobody to tell.
            let _ = print_line(&document.to_string());
        } else {
            let mut stderr = io::stderr().lock();
            let _ = writeln!(stderr, "ringback: {}", error.message);
            if let Some(hint) = &error.hint {
                let _ = writeln!(stderr, "  {hint}");
            }
        }
        ExitCode::from(exit_code(error.code))
    }
}

/// Tells a person something that is no answer.
pub(crate) fn notice(text: &str) {
    // With nobody reading there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn exit_code(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::BadRequest | ErrorCode::Config => USAGE,
        ErrorCode::NotFound | ErrorCode::NoRecording | ErrorCode::NotReady => PARTLY,
        ErrorCode::NotNow
        | ErrorCode::Damaged
        | ErrorCode::NoDevice
        | ErrorCode::KeyRefused
        | ErrorCode::RateLimited
        | ErrorCode::Provider
        | ErrorCode::DiskFull
        | ErrorCode::CannotWrite
        | ErrorCode::Locked
        | ErrorCode::Newer
        | ErrorCode::Internal => CANNOT,
    }
}

fn print_line(text: &str) -> Result<(), ErrorJson> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(()),
        // `ringback calls list | head` is no mistake.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(ErrorJson::new(
            ErrorCode::Internal,
            format!("the answer could not be written: {error}"),
        )),
    }
}
