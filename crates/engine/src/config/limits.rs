//! How hard an account may be worked, and how long its calls may be silent: keys of `[[accounts]]`
//! that every provider has.

use std::time::Duration;

use jiff::SignedDuration;
use toml::de::DeValue;

use super::{ConfigError, file::Table};

/// The keys that are read here.
pub(super) const KEYS: [&str; 3] = ["requests_per_second", "max_downloads", "stuck_after"];

/// Transfers at the same time for one account.
const DOWNLOADS: usize = 3;
const MOST_DOWNLOADS: usize = 32;

/// Longer than the longest call of most providers, shorter than a working day.
const STUCK_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// The least that is worth calling a rate: one request a minute.
const SLOWEST: f64 = 1.0 / 60.0;
const FASTEST: f64 = 10_000.0;

/// An account's limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// The pause between the starts of two requests to the API; `None` is what is usual.
    pub pace: Option<Duration>,
    /// Recordings that are brought in at the same time.
    pub max_downloads: usize,
    /// A call that goes on without news for longer is looked at; `None` is never.
    pub stuck_after: Option<SignedDuration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pace: None,
            max_downloads: DOWNLOADS,
            stuck_after: Some(STUCK_AFTER),
        }
    }
}

pub(super) fn read(table: &Table<'_>) -> Result<Limits, ConfigError> {
    let usual = Limits::default();
    let stuck_after = table.with("stuck_after", super::file::pause)?;
    Ok(Limits {
        pace: number(table, "requests_per_second", SLOWEST, FASTEST)?
            .map(|rate| Duration::from_secs_f64(1.0 / rate)),
        max_downloads: downloads(table)?.unwrap_or(usual.max_downloads),
        stuck_after: match stuck_after {
            Some(limit) if limit.is_zero() => None,
            Some(limit) => SignedDuration::try_from(limit).ok(),
            None => usual.stuck_after,
        },
    })
}

fn number(table: &Table<'_>, key: &str, least: f64, most: f64) -> Result<Option<f64>, ConfigError> {
    let Some(value) = table.get(key) else {
        return Ok(None);
    };
    let text = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        DeValue::Float(number) => number.as_str(),
        _ => "",
    };
    match text.parse::<f64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        _ => Err(table.wrong(key, value, "has to be a number such as 10 or 0.5")),
    }
}

fn downloads(table: &Table<'_>) -> Result<Option<usize>, ConfigError> {
    let Some(value) = table.get("max_downloads") else {
        return Ok(None);
    };
    let count = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
        _ => None,
    };
    match count {
        Some(count) if (1..=MOST_DOWNLOADS).contains(&count) => Ok(Some(count)),
        _ => Err(table.wrong(
            "max_downloads",
            value,
            format!("has to be a whole number from 1 to {MOST_DOWNLOADS}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn limits(line: &str) -> Result<Limits, ConfigError> {
        let text = format!("[[accounts]]\nid = \"a\"\nprovider = \"retell\"\n{line}\n");
        Config::parse(&text, &|_| None).map(|config| config.accounts[0].limits.clone())
    }

    #[test]
    fn what_is_not_set_is_as_usual() {
        let usual = limits("").expect("it fits");
        assert_eq!(usual, Limits::default());
        assert_eq!(usual.pace, None);
        assert_eq!(usual.max_downloads, 3);
        assert_eq!(usual.stuck_after, Some(SignedDuration::from_hours(2)));
    }

    #[test]
    fn each_limit_can_be_set() {
        let pace = |line| limits(line).expect("it fits").pace;
        assert_eq!(
            pace("requests_per_second = 4"),
            Some(Duration::from_millis(250))
        );
        assert_eq!(
            pace("requests_per_second = 0.5"),
            Some(Duration::from_secs(2))
        );
        let most = limits("max_downloads = 8").expect("it fits");
        assert_eq!(most.max_downloads, 8);
        let stuck = |line| limits(line).expect("it fits").stuck_after;
        assert_eq!(
            stuck("stuck_after = \"45m\""),
            Some(SignedDuration::from_mins(45))
        );
        assert_eq!(stuck("stuck_after = \"0s\""), None, "never");
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_line() {
        for line in [
            "requests_per_second = 0",
            "requests_per_second = -1",
            "requests_per_second = 100000",
            "requests_per_second = nan",
            "requests_per_second = \"10\"",
            "max_downloads = 0",
            "max_downloads = 100",
            "max_downloads = 1.5",
            "stuck_after = 120",
            "stuck_after = \"soon\"",
        ] {
            let wrong = limits(line).expect_err(line).to_string();
            let key = line.split(' ').next().expect("a key");
            assert!(wrong.contains(key) && wrong.contains('4'), "{wrong}");
        }
    }
}
