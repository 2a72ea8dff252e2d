//! `[tunnel]`: how the door becomes public.

use std::{
    hash::{BuildHasher, RandomState},
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use ringback_tunnel::{Bore, Command, HostKeys, PRESETS, Pattern, Preset, Ssh, SystemNames};
use toml::de::DeValue;
use url::Url;

use super::{
    ConfigError, Environment,
    file::{Result, Table, web_address},
    shared_secrets::{PASSPHRASE, SECRET, SharedSecret, TOKEN},
    spell::nearest,
};

const KINDS: [&str; 4] = ["ssh", "bore", "command", "none"];
const COMMON: [&str; 3] = ["kind", "public_url", "ca_file"];
const SSH: [&str; 8] = [
    "host",
    "port",
    "user",
    "key_file",
    "host_key",
    "bind",
    "remote_port",
    "url_pattern",
];
const BORE: [&str; 3] = ["host", "port", "remote_port"];
const COMMAND: [&str; 4] = ["command", "preset", "url_pattern", "ready_pattern"];

const SSH_PORT: u16 = 22;
/// Where a bore server listens.
const BORE_PORT: u16 = 7835;
/// What public services forward.
const SERVICE_PORT: u16 = 80;

/// How the door becomes public.
#[derive(Clone, Debug)]
pub struct TunnelConfig {
    /// The public address, where it is known beforehand.
    pub public_url: Option<Url>,
    /// A certificate that the public address is checked with, beside the system's.
    pub ca_file: Option<PathBuf>,
    /// By which means.
    pub kind: TunnelKind,
}

/// By which means the door becomes public.
#[derive(Clone, Debug)]
pub enum TunnelKind {
    /// By none of ours.
    None,
    /// An own SSH connection.
    Ssh(Box<Ssh>),
    /// A bore server.
    Bore(Bore),
    /// A program.
    Command(Command),
}

/// Changes whenever a tunnel that runs has to begin anew: something of it is written differently, or a
/// secret of it is another one.
pub(super) fn mark(file: &toml::Table, environment: Environment<'_>) -> u64 {
    // Drawn anew for each process, so that the mark says nothing about the secrets in it.
    static DRAWN: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let intake = file.get("intake").and_then(|table| table.get("public_url"));
    let written = [file.get("tunnel"), intake].map(|part| part.map(ToString::to_string));
    DRAWN.hash_one((
        written,
        [PASSPHRASE, SECRET, TOKEN].map(|secret| known(secret, environment)),
    ))
}

/// A secret of the tunnel. While it cannot be read there is none: the other side then refuses us, and the
/// tunnel begins anew when it can be read.
fn known(secret: &SharedSecret, environment: Environment<'_>) -> Option<String> {
    environment(secret.variable).filter(|text| !text.is_empty())
}

/// Without `[tunnel]`.
pub(super) fn without(public_url: Option<&Url>) -> TunnelConfig {
    TunnelConfig {
        public_url: public_url.cloned(),
        ca_file: None,
        kind: TunnelKind::None,
    }
}

/// Reads the table. `intake` is the public_url of `[intake]`, which is good here as well.
pub(super) fn read(
    table: &Table<'_>,
    intake: Option<&Url>,
    environment: Environment<'_>,
) -> Result<TunnelConfig> {
    let every: Vec<&str> = [&COMMON[..], &SSH, &BORE, &COMMAND].concat();
    table.only(&every)?;
    let kind = table.with("kind", |text| {
        KINDS
            .into_iter()
            .find(|kind| *kind == text)
            .ok_or_else(|| match nearest(text, KINDS) {
                Some(near) => format!("is no kind of tunnel; did you mean {near:?}?"),
                None => format!("is no kind of tunnel; known are {}", KINDS.join(", ")),
            })
    })?;
    let kind = kind.ok_or_else(|| {
        table.missing("kind").hint(format!(
            "Add: kind = \"...\" with one of {}; docs/tunnels.md says which.",
            KINDS.join(", ")
        ))
    })?;
    let own: &[&str] = match kind {
        "ssh" => &SSH,
        "bore" => &BORE,
        "command" => &COMMAND,
        _ => &[],
    };
    for key in every {
        if let Some(value) = table.get(key)
            && !COMMON.contains(&key)
            && !own.contains(&key)
        {
            let what = format!("is not for kind = {kind:?}");
            return Err(table.wrong(key, value, what).hint(format!(
                "Known keys with this kind: {}",
                [&COMMON[..], own].concat().join(", ")
            )));
        }
    }
    let url = table.with("public_url", web_address)?;
    if let (Some(here), Some(there), Some(value)) = (&url, intake, table.get("public_url"))
        && here != there
    {
        return Err(table
            .wrong("public_url", value, "is another one than in [intake]")
            .hint("Keep the one here and take the other out."));
    }
    let public_url = url.or_else(|| intake.cloned());
    let kind = match kind {
        "ssh" => TunnelKind::Ssh(Box::new(ssh(table, public_url.as_ref(), environment)?)),
        "bore" => TunnelKind::Bore(bore(table, public_url.as_ref(), environment)?),
        "command" => TunnelKind::Command(command(table, public_url.as_ref(), environment)?),
        _ => TunnelKind::None,
    };
    Ok(TunnelConfig {
        public_url,
        ca_file: path(table, "ca_file", environment)?,
        kind,
    })
}

fn ssh(table: &Table<'_>, public_url: Option<&Url>, environment: Environment<'_>) -> Result<Ssh> {
    let url_pattern = table.with("url_pattern", pattern)?;
    if public_url.is_none() && url_pattern.is_none() {
        return Err(no_address(
            table,
            "or url_pattern, if the server prints the address",
        ));
    }
    let remote_port = match (port(table, "remote_port")?, public_url) {
        (Some(port), _) => port,
        (None, None) => SERVICE_PORT,
        (None, Some(_)) => {
            return Err(table.missing("remote_port").hint(
                "Add: remote_port = 7480, the port on the server that your proxy there leads to.",
            ));
        }
    };
    Ok(Ssh {
        host: host(table)?,
        port: port(table, "port")?.unwrap_or(SSH_PORT),
        names: Arc::new(SystemNames),
        user: needed(
            table,
            "user",
            "Add: user = \"ringback\", who logs in on the server.",
        )?,
        host_keys: table
            .with("host_key", |text| {
                HostKeys::parse(text).map_err(|error| error.to_string())
            })?
            .unwrap_or_default(),
        key_file: path(table, "key_file", environment)?,
        agent: environment("SSH_AUTH_SOCK").map(PathBuf::from),
        passphrase: known(PASSPHRASE, environment),
        bind: table.text("bind")?.unwrap_or("localhost").to_owned(),
        remote_port,
        public_url: public_url.cloned(),
        url_pattern,
    })
}

fn bore(table: &Table<'_>, public_url: Option<&Url>, environment: Environment<'_>) -> Result<Bore> {
    let public_url = public_url.ok_or_else(|| {
        no_address(
            table,
            "; a bore server carries plain TCP, so it stands behind a proxy with a certificate",
        )
    })?;
    Ok(Bore {
        names: Arc::new(SystemNames),
        host: host(table)?,
        port: port(table, "port")?.unwrap_or(BORE_PORT),
        remote_port: port(table, "remote_port")?.ok_or_else(|| {
            table.missing("remote_port").hint(
                "Add: remote_port = 7480, the port on the server that your proxy there leads to.",
            )
        })?,
        secret: known(SECRET, environment),
        public_url: public_url.clone(),
    })
}

fn command(
    table: &Table<'_>,
    public_url: Option<&Url>,
    environment: Environment<'_>,
) -> Result<Command> {
    let own = table.list("command")?;
    let preset = table.with("preset", |text| {
        Preset::find(text).ok_or_else(|| {
            let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            match nearest(text, names.iter().copied()) {
                Some(near) => format!("is no preset; did you mean {near:?}?"),
                None => format!("is no preset; known are {}", names.join(", ")),
            }
        })
    })?;
    let words = match (own.is_empty(), preset) {
        (false, Some(_)) => {
            let value = table.get("preset").expect("it was read a few lines ago");
            return Err(table.wrong("preset", value, "and command exclude each other"));
        }
        (false, None) => own,
        (true, Some(preset)) => {
            let words = match public_url {
                Some(_) => preset.words_with_url.unwrap_or(preset.words),
                None => preset.words,
            };
            words.iter().map(|word| (*word).to_owned()).collect()
        }
        (true, None) => {
            return Err(table.missing("command").hint(
                "Add: command = [\"program\", \"--to\", \"http://{address}\"], or a preset such as preset = \"cloudflared\".",
            ));
        }
    };
    let preset_pattern = preset
        .map(|preset| Pattern::new(preset.url_pattern).expect("the presets' patterns are tested"));
    let url_pattern = table.with("url_pattern", pattern)?.or(preset_pattern);
    if public_url.is_none() && url_pattern.is_none() {
        return Err(no_address(
            table,
            "or url_pattern, if the program prints the address",
        ));
    }
    let name = preset.map_or(Some("TUNNEL_TOKEN"), |preset| preset.token);
    let token = name.zip(known(TOKEN, environment));
    Ok(Command {
        words,
        environment: token
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect(),
        public_url: public_url.cloned(),
        url_pattern,
        ready_pattern: table.with("ready_pattern", pattern)?,
    })
}

fn no_address(table: &Table<'_>, or: &str) -> ConfigError {
    table.missing("public_url").hint(format!(
        "Add: public_url = \"https://hooks.example.com\", where providers reach the door{}{or}.",
        if or.starts_with(';') { "" } else { ", " }
    ))
}

fn needed(table: &Table<'_>, key: &str, hint: &str) -> Result<String> {
    match table.text(key)?.map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(table.missing(key).hint(hint)),
    }
}

fn host(table: &Table<'_>) -> Result<String> {
    let host = needed(table, "host", "Add: host = \"server.example.com\"")?;
    let is_bare = !host.contains(['/', '@', ' ']);
    match table.get("host") {
        Some(value) if !is_bare => Err(table.wrong(
            "host",
            value,
            "has to be a name or an address alone, without user, port or https://",
        )),
        _ => Ok(host),
    }
}

fn port(table: &Table<'_>, key: &str) -> Result<Option<u16>> {
    let Some(value) = table.get(key) else {
        return Ok(None);
    };
    let number = match value.get_ref() {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse::<u16>().ok(),
        _ => None,
    };
    match number {
        Some(1..) => Ok(number),
        _ => Err(table.wrong(key, value, "has to be a number from 1 to 65535")),
    }
}

fn pattern(text: &str) -> std::result::Result<Pattern, String> {
    Pattern::new(text).map_err(|error| error.to_string())
}

/// A file, with `~/` for the user's own folder.
fn path(table: &Table<'_>, key: &str, environment: Environment<'_>) -> Result<Option<PathBuf>> {
    table.with(key, |text| {
        let whole = match (text.strip_prefix("~/"), environment("HOME")) {
            (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
            _ => PathBuf::from(text),
        };
        if whole.is_absolute() {
            Ok(whole)
        } else {
            Err("has to be a whole path, such as \"~/.ssh/id_ed25519\"".to_owned())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const PIN: &str = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";

    fn parse(text: &str) -> std::result::Result<TunnelConfig, ConfigError> {
        let environment = |name: &str| match name {
            "HOME" => Some("/desk".to_owned()),
            _ if name == PASSPHRASE.variable => Some("hunter2".to_owned()),
            _ if name == SECRET.variable => Some("shared".to_owned()),
            _ if name == TOKEN.variable => Some("token".to_owned()),
            _ => None,
        };
        Config::parse(text, &environment).map(|config| config.tunnel)
    }

    fn complaint(text: &str) -> String {
        let error = parse(text).expect_err("it is wrong");
        format!("{error} / {}", error.hint.clone().unwrap_or_default())
    }

    #[test]
    fn an_ssh_tunnel_is_read() {
        let tunnel = parse(&format!(
            "[tunnel]\nkind = \"ssh\"\nhost = \"desk.example\"\nuser = \"ringback\"\n\
             key_file = \"~/.ssh/id\"\nhost_key = \"{PIN}\"\nremote_port = 7480\n\
             public_url = \"https://hooks.example\"\nca_file = \"/etc/ca.pem\""
        ))
        .expect("it is right");
        let TunnelKind::Ssh(ssh) = &tunnel.kind else {
            panic!("{tunnel:?}")
        };
        assert_eq!((ssh.port, ssh.remote_port), (22, 7480));
        assert_eq!(ssh.key_file.as_deref(), Some("/desk/.ssh/id".as_ref()));
        assert_eq!(ssh.passphrase.as_deref(), Some("hunter2"));
        assert_eq!(ssh.bind, "localhost");
        assert_eq!(ssh.host_keys, HostKeys::parse(PIN).expect("a pin"));
        assert_eq!(tunnel.ca_file, Some("/etc/ca.pem".into()));
        assert!(!format!("{tunnel:?}").contains("hunter2"), "{tunnel:?}");
    }

    #[test]
    fn a_bore_tunnel_takes_its_address_from_where_it_stood_before() {
        let tunnel = parse(
            "[intake]\npublic_url = \"https://hooks.example\"\n\
             [tunnel]\nkind = \"bore\"\nhost = \"b.example\"\nremote_port = 9000",
        )
        .expect("it is right");
        let TunnelKind::Bore(bore) = &tunnel.kind else {
            panic!("{tunnel:?}")
        };
        assert_eq!((bore.port, bore.remote_port), (7835, 9000));
        assert_eq!(bore.secret.as_deref(), Some("shared"));
        assert_eq!(bore.public_url.as_str(), "https://hooks.example/");
    }

    #[test]
    fn a_preset_is_a_command_with_its_token_where_the_program_looks_for_it() {
        let tunnel = parse("[tunnel]\nkind = \"command\"\npreset = \"ngrok\"").expect("right");
        let TunnelKind::Command(command) = &tunnel.kind else {
            panic!("{tunnel:?}")
        };
        assert_eq!(command.words[..3], ["ngrok", "http", "{address}"]);
        assert_eq!(
            command.environment,
            [("NGROK_AUTHTOKEN".to_owned(), "token".to_owned())]
        );
        assert!(command.url_pattern.is_some());
    }

    #[test]
    fn without_the_table_a_public_address_is_somebody_elses_care() {
        let tunnel = parse("[intake]\npublic_url = \"https://hooks.example\"").expect("right");
        assert!(matches!(tunnel.kind, TunnelKind::None));
        assert!(tunnel.public_url.is_some());
    }

    #[test]
    fn every_mistake_names_its_line_its_key_and_what_to_do() {
        for (text, wanted) in [
            (
                "[tunnel]\nkind = \"shh\"",
                "line 2: kind in tunnel is no kind of tunnel; did you mean \"ssh\"?",
            ),
            ("[tunnel]\n", "line 1: tunnel has no kind / Add: kind"),
            (
                "[tunnel]\nkind = \"ssh\"\nhots = \"a\"",
                "line 3: unknown key \"hots\" in tunnel / Did you mean \"host\"?",
            ),
            (
                "[tunnel]\nkind = \"bore\"\nuser = \"a\"",
                "line 3: user in tunnel is not for kind = \"bore\" / Known keys with this kind: kind,",
            ),
            (
                "[tunnel]\nkind = \"ssh\"\nhost = \"a\"\nuser = \"b\"",
                "line 1: tunnel has no public_url / Add: public_url",
            ),
            (
                "[tunnel]\nkind = \"ssh\"\npublic_url = \"https://a.example\"\nremote_port = 70000",
                "line 4: remote_port in tunnel has to be a number from 1 to 65535",
            ),
            (
                "[tunnel]\nkind = \"ssh\"\npublic_url = \"https://a.example\"\nremote_port = 1\nhost = \"b@c\"",
                "line 5: host in tunnel has to be a name or an address alone",
            ),
            (
                "[tunnel]\nkind = \"ssh\"\npublic_url = \"https://a.example\"\nremote_port = 1\nhost = \"b\"\nuser = \"c\"\nhost_key = \"yes\"",
                "line 7: host_key in tunnel is no fingerprint",
            ),
            (
                "[tunnel]\nkind = \"none\"\nca_file = \"ca.pem\"",
                "line 3: ca_file in tunnel has to be a whole path",
            ),
            (
                "[tunnel]\nkind = \"command\"\npreset = \"cloudflare\"",
                "line 3: preset in tunnel is no preset; did you mean \"cloudflared\"?",
            ),
            (
                "[tunnel]\nkind = \"command\"\ncommand = [\"x\"]\nurl_pattern = \"(\"",
                "line 4: url_pattern in tunnel is no regular expression: unclosed group",
            ),
            (
                "[tunnel]\nkind = \"command\"\ncommand = [\"x\"]",
                "line 1: tunnel has no public_url / Add: public_url",
            ),
            (
                "[intake]\npublic_url = \"https://a.example\"\n[tunnel]\nkind = \"none\"\npublic_url = \"https://b.example\"",
                "line 5: public_url in tunnel is another one than in [intake]",
            ),
        ] {
            let said = complaint(text);
            assert!(said.starts_with(wanted), "{text}\n{said}");
        }
    }
}
