//! What can be asked of `cargo xtask`.

use std::ffi::OsString;

use lexopt::prelude::*;

/// Shown for `--help` and after a mistake.
pub(crate) const HELP: &str = "\
cargo xtask COMMAND

  run [--demo] [--release] [-- ARGS]  build and open the window; without a display, `ringback serve`
  demo                                the same as `run --demo`: simulated accounts, a home of its own
  test [--only PART]... [--list] [--fail-fast]
                                      everything that continuous integration checks
  lint                                the quick half of it: formatting, tidy, clippy, UI types
  bindings [--check]                  write (or compare) the TypeScript types of the UI contract
  build                               both programs, optimised, into target/release
  package [--debug] [--check]         the .deb with both; --check installs, starts and purges it in a
                                      clean root; --debug takes the unoptimised programs
  deny [--offline]                    licences, sources, doubles and known holes of all dependencies,
                                      by cargo-deny; --offline leaves out the known holes
  bench [--suite NAME] [--rounds N]   measure against other servers; `bench --help` lists the suites
  tidy                                the house rules that a machine can check
  setup                               install what building and testing need
  stage -- COMMAND                    run a command with a virtual screen, session bus and sound card";

/// One chore with everything needed to do it.
pub(crate) enum Command {
    /// Print [`HELP`].
    Help,
    /// Build and start the app.
    Run(Run),
    /// The whole check.
    Test(Test),
    /// The quick half of the check.
    Lint,
    /// The TypeScript side of the contract.
    Bindings {
        /// Compare with the committed file instead of writing it.
        check: bool,
    },
    /// The release programs.
    Build,
    /// Measurements; the arguments go to the bench program as they are.
    Bench {
        /// Everything after `bench`.
        arguments: Vec<OsString>,
    },
    /// The package for Debian and Ubuntu.
    Package(Package),
    /// What we take from others.
    Deny {
        /// Without the list of known holes, which is fetched from the network.
        offline: bool,
    },
    /// The house rules.
    Tidy,
    /// System and npm packages.
    Setup,
    /// A command on a virtual screen.
    Stage {
        /// The program and its arguments.
        command: Vec<OsString>,
    },
}

/// How to start the app.
#[derive(Default)]
pub(crate) struct Run {
    /// With simulated providers.
    pub(crate) demo: bool,
    /// Optimised.
    pub(crate) release: bool,
    /// Arguments for the program itself.
    pub(crate) rest: Vec<OsString>,
}

/// What to make of the programs.
#[derive(Default)]
pub(crate) struct Package {
    /// With the unoptimised programs.
    pub(crate) debug: bool,
    /// Try it in a clean root.
    pub(crate) check: bool,
}

/// Which parts of the check to run, and how.
#[derive(Default)]
pub(crate) struct Test {
    /// Names of parts; empty means all.
    pub(crate) only: Vec<String>,
    /// Print the parts and stop.
    pub(crate) list: bool,
    /// Stop at the first part that fails.
    pub(crate) fail_fast: bool,
}

/// Reads this process's arguments.
pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    parse_from(lexopt::Parser::from_env())
}

fn parse_from(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let name = match parser.next()? {
        None | Some(Long("help") | Short('h')) => return Ok(Command::Help),
        Some(Value(name)) => name.string()?,
        Some(other) => return Err(other.unexpected()),
    };
    match name.as_str() {
        "help" => Ok(Command::Help),
        "run" => parse_run(parser, Run::default()),
        "demo" => parse_run(
            parser,
            Run {
                demo: true,
                ..Run::default()
            },
        ),
        "test" => parse_test(parser),
        "bindings" => parse_bindings(parser),
        "bench" => Ok(Command::Bench {
            arguments: parser.raw_args()?.collect(),
        }),
        "package" => parse_package(parser),
        "deny" => parse_deny(parser),
        "stage" => parse_stage(parser),
        "lint" => nothing_more(parser, Command::Lint),
        "build" => nothing_more(parser, Command::Build),
        "tidy" => nothing_more(parser, Command::Tidy),
        "setup" => nothing_more(parser, Command::Setup),
        other => Err(format!("there is no command {other:?}").into()),
    }
}

fn parse_run(mut parser: lexopt::Parser, mut wish: Run) -> Result<Command, lexopt::Error> {
    while let Some(argument) = parser.next()? {
        match argument {
            Long("demo") => wish.demo = true,
            Long("release") => wish.release = true,
            // lexopt hands on what stands after `--` as plain values.
            Value(value) => wish.rest.push(value),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Run(wish))
}

fn parse_test(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut wish = Test::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("only") => wish.only.push(parser.value()?.string()?),
            Long("list") => wish.list = true,
            Long("fail-fast") => wish.fail_fast = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Test(wish))
}

fn parse_bindings(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut check = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("check") => check = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Bindings { check })
}

fn parse_package(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut wish = Package::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("debug") => wish.debug = true,
            Long("check") => wish.check = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Package(wish))
}

fn parse_deny(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut offline = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("offline") => offline = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Deny { offline })
}

fn parse_stage(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut command: Vec<OsString> = parser.raw_args()?.collect();
    if command.first().is_some_and(|first| first == "--") {
        command.remove(0);
    }
    if command.is_empty() {
        return Err("stage needs a command to run".into());
    }
    Ok(Command::Stage { command })
}

fn nothing_more(mut parser: lexopt::Parser, command: Command) -> Result<Command, lexopt::Error> {
    match parser.next()? {
        None => Ok(command),
        Some(argument) => Err(argument.unexpected()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, lexopt::Error> {
        parse_from(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn arguments_after_the_dashes_belong_to_the_program() {
        let Ok(Command::Run(wish)) = parsed("run --demo -- --home here") else {
            panic!("a run was asked for");
        };
        assert!(wish.demo && !wish.release);
        assert_eq!(wish.rest, ["--home", "here"]);
    }

    #[test]
    fn parts_can_be_named_more_than_once() {
        let Ok(Command::Test(wish)) = parsed("test --only fmt --only tidy") else {
            panic!("a test was asked for");
        };
        assert_eq!(wish.only, ["fmt", "tidy"]);
    }

    #[test]
    fn a_package_can_be_tried_out() {
        let Ok(Command::Package(wish)) = parsed("package --check") else {
            panic!("a package was asked for");
        };
        assert!(wish.check && !wish.debug);
    }

    #[test]
    fn an_unknown_command_or_option_is_an_error() {
        assert!(parsed("polish").is_err());
        assert!(parsed("lint --hard").is_err());
        assert!(parsed("stage --").is_err());
    }

    #[test]
    fn the_bench_program_reads_its_own_options() {
        let Ok(Command::Bench { arguments }) = parsed("bench --suite ingest --rounds 5") else {
            panic!("a bench was asked for");
        };
        assert_eq!(arguments, ["--suite", "ingest", "--rounds", "5"]);
    }
}
