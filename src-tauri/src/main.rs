//! The program `ringback-desktop`. Everything it does stands in the library beside it, where tests
//! can reach it.

// A second, black window for the console would open on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    ringback_window::program::run()
}
