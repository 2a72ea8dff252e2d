//! How a user of Ringback would write the simulated accounts down.

use std::fmt::Write as _;

use url::Url;

use crate::account::SimAccount;

/// `config.toml` with the door and all accounts.
pub(crate) fn toml(door: &Url, accounts: &[SimAccount]) -> String {
    let mut text = String::from("[intake]\n");
    if let (Some(host), Some(port)) = (door.host_str(), door.port_or_known_default())
        && host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
    {
        let _ = writeln!(text, "listen = \"{host}:{port}\"");
    }
    let _ = writeln!(
        text,
        "public_url = \"{}\"",
        door.as_str().trim_end_matches('/')
    );
    for account in accounts {
        text.push_str("\n[[accounts]]\n");
        let _ = writeln!(text, "id = \"{}\"", account.id);
        let _ = writeln!(text, "provider = \"{}\"", account.provider);
        for (key, value) in &account.options {
            let _ = writeln!(text, "{key} = \"{value}\"");
        }
        let _ = writeln!(text, "base_url = \"{}\"", account.base_url);
        let hosts: Vec<String> = account
            .media_hosts
            .iter()
            .map(|host| format!("\"{host}\""))
            .collect();
        let _ = writeln!(text, "media_hosts = [{}]", hosts.join(", "));
        let _ = writeln!(text, "allow_private_network = true");
        if let Some(often) = &account.poll_every {
            let _ = writeln!(text, "poll_every = \"{often}\"");
        }
    }
    text
}

/// `RINGBACK_<ACCOUNT ID IN CAPITALS, - as _>_<NAME>`.
pub(crate) fn environment(accounts: &[SimAccount]) -> Vec<(String, String)> {
    accounts
        .iter()
        .flat_map(|account| {
            let prefix = format!("RINGBACK_{}", account.id.to_uppercase().replace('-', "_"));
            account
                .secrets
                .iter()
                .map(move |(name, value)| (format!("{prefix}_{name}"), value.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> SimAccount {
        SimAccount {
            id: "bistro-twilio".into(),
            provider: "twilio".into(),
            base_url: "http://127.0.0.1:7501".into(),
            media_hosts: vec!["127.0.0.1:7502".into()],
            secrets: vec![("AUTH_TOKEN".into(), "secret".into())],
            optional_secrets: Vec::new(),
            options: vec![("account_sid".into(), "AC1".into())],
            poll_every: Some("0s".into()),
        }
    }

    #[test]
    fn accounts_are_written_as_a_user_would() {
        let door = Url::parse("http://127.0.0.1:7480/").unwrap();
        let expected = r#"[intake]
listen = "127.0.0.1:7480"
public_url = "http://127.0.0.1:7480"

[[accounts]]
id = "bistro-twilio"
provider = "twilio"
account_sid = "AC1"
base_url = "http://127.0.0.1:7501"
media_hosts = ["127.0.0.1:7502"]
allow_private_network = true
poll_every = "0s"
"#;
        assert_eq!(toml(&door, &[account()]), expected);
    }

    #[test]
    fn secrets_go_into_the_environment() {
        assert_eq!(
            environment(&[account()]),
            [("RINGBACK_BISTRO_TWILIO_AUTH_TOKEN".into(), "secret".into())]
        );
    }
}
