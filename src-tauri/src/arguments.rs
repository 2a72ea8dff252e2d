//! What can be said on the command line.

use std::path::PathBuf;

use clap::Parser;

use crate::deep_link::Link;

/// The window of Ringback: the calls that are going on, every past call, and their recordings.
///
/// Exit codes: 0 done, 2 wrong usage or configuration, 3 cannot run (no display, locked, no disk).
#[derive(Clone, Debug, PartialEq, Parser)]
#[command(name = "ringback-desktop", version)]
pub struct Arguments {
    /// Simulated providers, on a home of its own, whatever RINGBACK_HOME says: nothing real is touched
    #[arg(long)]
    pub demo: bool,

    /// Keep everything (configuration, calls, recordings) in this folder; without it the variable
    /// RINGBACK_HOME names one, if it is set
    #[arg(long, value_name = "DIR")]
    pub home: Option<PathBuf>,

    /// Start without a window, in the tray
    #[arg(long)]
    pub hidden: bool,

    /// Open a call: ringback://call/<id>?t=<seconds>
    #[arg(value_name = "LINK")]
    pub link: Option<Link>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_demo_can_have_a_home_of_its_own() {
        let arguments = parsed("ringback-desktop --demo --home here").expect("both are known");
        assert!(arguments.demo);
        assert_eq!(arguments.home, Some(PathBuf::from("here")));
    }

    #[test]
    fn an_unknown_argument_is_wrong_usage() {
        for line in ["ringback-desktop --tray", "ringback-desktop somewhere"] {
            let error = parsed(line).expect_err("there is no such argument");
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
