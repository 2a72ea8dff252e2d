//! What can be asked of the bench.

use std::{path::PathBuf, time::Duration};

use lexopt::prelude::*;

/// Shown for `--help` and after a mistake.
pub(crate) const HELP: &str = "\
cargo xtask bench [OPTIONS]

  --suite NAME      only this suite (may be repeated)
  --rounds N        rounds per server, interleaved; 5 unless told
  --seconds N       how long each server is measured in a round; 6 unless told
  --cycles N        how often the server is killed in the suite `kills`, and the tunnel cut in `flaps`;
                    1000 unless told
  --out DIR         where the results go; docs/ unless told
  --even-if-busy    measure although something else keeps the machine busy";

/// How to measure.
pub(crate) struct Wish {
    /// Names; empty means all.
    pub(crate) suites: Vec<String>,
    /// Rounds per server.
    pub(crate) rounds: usize,
    /// Length of a measured stretch.
    pub(crate) stretch: Duration,
    /// Kills in the suite `kills`, cuts in `flaps`.
    pub(crate) cycles: usize,
    /// The folder for `bench/*.json` and `benchmarks.md`.
    pub(crate) out: PathBuf,
    /// Do not insist on a quiet machine.
    pub(crate) even_if_busy: bool,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            suites: Vec::new(),
            rounds: 5,
            stretch: Duration::from_secs(6),
            cycles: 1000,
            out: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs"),
            even_if_busy: false,
        }
    }
}

/// Reads this process's arguments; nothing if help is wished for.
pub(crate) fn parse() -> Result<Option<Wish>, lexopt::Error> {
    parse_from(lexopt::Parser::from_env())
}

fn parse_from(mut parser: lexopt::Parser) -> Result<Option<Wish>, lexopt::Error> {
    let mut wish = Wish::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("suite") => wish.suites.push(parser.value()?.string()?),
            Long("rounds") => wish.rounds = at_least_one(&mut parser)?,
            Long("seconds") => {
                wish.stretch = Duration::from_secs(at_least_one(&mut parser)? as u64);
            }
            Long("cycles") => wish.cycles = at_least_one(&mut parser)?,
            Long("out") => wish.out = parser.value()?.into(),
            Long("even-if-busy") => wish.even_if_busy = true,
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(wish))
}

fn at_least_one(parser: &mut lexopt::Parser) -> Result<usize, lexopt::Error> {
    let number: usize = parser.value()?.parse()?;
    if number == 0 {
        return Err("0 measures nothing".into());
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Wish>, lexopt::Error> {
        parse_from(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn a_run_of_nothing_is_refused() {
        assert!(parsed("--rounds 0").is_err());
        assert!(parsed("--cycles many").is_err());
    }

    #[test]
    fn suites_can_be_named_more_than_once() {
        let wish = parsed("--suite ingest --suite burst --rounds 7")
            .expect("fine")
            .expect("no help wished for");
        assert_eq!(wish.suites, ["ingest", "burst"]);
        assert_eq!(wish.rounds, 7);
    }
}
