//! `[log]` and `[metrics]`: what a running program tells those who look after it.

use std::{fs, net::SocketAddr, path::Path};

use ringback_logs::{Format, Level};

use super::file::{self, Result, Table};

const LOG_KEYS: [&str; 2] = ["level", "format"];
const METRICS_KEYS: [&str; 2] = ["listen", "public"];

/// What is logged, and how it looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogConfig {
    /// What is logged; `None`: the usual.
    pub level: Option<Level>,
    /// How a line looks.
    pub format: Format,
}

impl LogConfig {
    /// What a file says of the log, for a program that logs before it has read the rest. What cannot
    /// be read counts as not said: whoever reads the rest complains.
    pub fn of_file(path: &Path) -> Self {
        fs::read_to_string(path)
            .ok()
            .and_then(|text| file::log_alone(&text).ok())
            .unwrap_or_default()
    }

    pub(super) fn read(table: &Table<'_>) -> Result<Self> {
        table.only(&LOG_KEYS)?;
        Ok(Self {
            level: table.with("level", |text| {
                text.parse()
                    .map_err(|error: ringback_logs::BadLevel| error.to_string())
            })?,
            format: table
                .with("format", |text| text.parse().map_err(str::to_owned))?
                .unwrap_or_default(),
        })
    }
}

/// Where figures are given to a monitoring system; `None` if nowhere.
pub(super) fn metrics(table: &Table<'_>) -> Result<Option<SocketAddr>> {
    table.only(&METRICS_KEYS)?;
    let is_public = table.flag("public")?;
    table.with("listen", |text| {
        let address: SocketAddr = text
            .parse()
            .map_err(|_| "is no address with a port, such as \"127.0.0.1:9480\"".to_owned())?;
        if !address.ip().is_loopback() && !is_public {
            return Err(
                "can be reached from other machines; write public = true beside it if that is meant"
                    .into(),
            );
        }
        Ok(address)
    })
}

#[cfg(test)]
mod tests {
    use super::{super::Config, LogConfig};

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, &|_| None).map_err(|error| error.to_string())
    }

    #[test]
    fn level_and_format_are_read_and_wrong_ones_are_named_with_their_line() {
        let config = parse("[log]\nlevel = \"debug\"\nformat = \"json\"").expect("fits");
        assert_eq!(
            config.log.level.map(|level| level.to_string()),
            Some("debug".into())
        );
        assert_eq!(config.log.format, ringback_logs::Format::Json);
        let wrong = parse("[log]\nlevel = \"loud\"").expect_err("no level");
        assert!(
            wrong.starts_with("line 2: level in log is no level"),
            "{wrong}"
        );
        let wrong = parse("[log]\nformat = \"xml\"").expect_err("no format");
        assert!(wrong.contains("\"text\" or \"json\""), "{wrong}");
    }

    #[test]
    fn a_program_that_has_not_read_the_rest_knows_how_to_log() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.toml");
        assert_eq!(LogConfig::of_file(&file), LogConfig::default());
        std::fs::write(
            &file,
            "[log]\nformat = \"json\"\n[[accounts]]\nnonsense = 1",
        )
        .expect("written");
        assert_eq!(
            LogConfig::of_file(&file).format,
            ringback_logs::Format::Json
        );
    }

    #[test]
    fn figures_leave_the_machine_only_if_that_is_said() {
        assert_eq!(parse("").expect("fits").metrics, None);
        let local = parse("[metrics]\nlisten = \"127.0.0.1:9480\"").expect("fits");
        assert_eq!(local.metrics.map(|address| address.port()), Some(9480));
        let open = "[metrics]\nlisten = \"0.0.0.0:9480\"";
        let wrong = parse(open).expect_err("everybody could look");
        assert!(wrong.contains("public = true"), "{wrong}");
        assert!(
            parse(&format!("{open}\npublic = true"))
                .expect("meant")
                .metrics
                .is_some()
        );
    }
}
