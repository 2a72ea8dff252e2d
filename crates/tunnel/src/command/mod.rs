//! Somebody else's program makes the door public: cloudflared, ngrok, tailscale, zrok, or any other.
//!
//! `presets` knows the programs, `group` sees to it that nothing of one stays behind, and `link`
//! watches what it prints.

mod group;
mod link;
mod presets;

use std::{net::SocketAddr, time::Duration};

use async_trait::async_trait;
use tokio::time::timeout;
use url::Url;

use crate::{Kind, Link, Pattern, Reason, ReasonCode};
use link::CommandLink;
pub use presets::{PRESETS, Preset};

/// How long a program may take until it tells its address.
const URL_TIME: Duration = Duration::from_secs(45);

/// A tunnel by a program.
#[derive(Clone)]
pub struct Command {
    /// The program and its arguments. `{address}`, `{host}` and `{port}` stand for the door,
    /// `{public_url}` for the public address.
    pub words: Vec<String>,
    /// What else is put into its environment, secrets among it.
    pub environment: Vec<(String, String)>,
    /// The public address, where it is known beforehand.
    pub public_url: Option<Url>,
    /// Without that: how to find the address in what the program prints.
    pub url_pattern: Option<Pattern>,
    /// What it prints when it is worth probing; without it, at once.
    pub ready_pattern: Option<Pattern>,
}

/// Without the environment; a token may stand among the arguments as well.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Command")
            .field("program", &self.words.first())
            .finish_non_exhaustive()
    }
}

impl Command {
    /// The words with the door's address in them.
    fn filled(&self, door: SocketAddr) -> Vec<String> {
        let public = self.public_url.as_ref().map_or("", Url::as_str);
        let fill = |word: &String| {
            word.replace("{address}", &door.to_string())
                .replace("{host}", &door.ip().to_string())
                .replace("{port}", &door.port().to_string())
                .replace("{public_url}", public.trim_end_matches('/'))
        };
        self.words.iter().map(fill).collect()
    }

    fn secrets(&self) -> Vec<String> {
        let values = self.environment.iter().map(|(_, value)| value.clone());
        values.collect()
    }
}

#[async_trait]
impl Kind for Command {
    fn name(&self) -> &'static str {
        "command"
    }

    async fn open(&self, door: SocketAddr) -> Result<Box<dyn Link>, Reason> {
        let words = self.filled(door);
        let program = words.first().map_or("", String::as_str).to_owned();
        let mut link = CommandLink::start(&words, self)?;
        match timeout(URL_TIME, link.begun()).await {
            Ok(Ok(())) => Ok(Box::new(link)),
            Ok(Err(reason)) => {
                Box::new(link).close().await;
                Err(reason)
            }
            Err(_) => {
                Box::new(link).close().await;
                Err(Reason::new(
                    ReasonCode::NoUrl,
                    format!(
                        "{program} has not said within {} s that it is ready and where",
                        URL_TIME.as_secs()
                    ),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_doors_address_is_filled_in() {
        let command = Command {
            words: [
                "x",
                "--to=http://{address}",
                "{host}",
                "{port}",
                "{public_url}/a",
            ]
            .map(str::to_owned)
            .into(),
            environment: vec![("TOKEN".into(), "hunter2".into())],
            public_url: Some(Url::parse("https://hooks.example/").expect("a URL")),
            url_pattern: None,
            ready_pattern: None,
        };
        let door = SocketAddr::from(([127, 0, 0, 1], 7480));
        assert_eq!(
            command.filled(door),
            [
                "x",
                "--to=http://127.0.0.1:7480",
                "127.0.0.1",
                "7480",
                "https://hooks.example/a"
            ]
        );
        assert!(!format!("{command:?}").contains("hunter2"));
    }
}
