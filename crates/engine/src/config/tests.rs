//! What can stand in `config.toml`, and what is said of what cannot.

use std::time::Duration;

use super::{Config, ConfigError};

const ENVIRONMENT: [(&str, &str); 4] = [
    ("RINGBACK_SALES_WEBHOOK_SECRET", "whsec_bmV3 whsec_b2xk"),
    ("RINGBACK_CLINIC_RETELL_API_KEY", "key_new key_old"),
    ("RINGBACK_BISTRO_AUTH_TOKEN", "token"),
    ("RINGBACK_BISTRO_API_KEY", "not a secret of this provider"),
];

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, &|name| {
        let found = ENVIRONMENT.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

/// What is said of a wrong text: where, what, and the hint.
fn complaint(text: &str) -> String {
    let error = parse(text).expect_err("it is wrong");
    format!("{error} / {}", error.hint.clone().unwrap_or_default())
}

#[test]
fn without_a_file_there_are_no_accounts_and_the_door_is_on_loopback() {
    let config = parse("").expect("nothing is fine");
    assert_eq!(config.listen.to_string(), "127.0.0.1:7480");
    assert!(config.accounts.is_empty());
}

#[test]
fn a_whole_file_is_read() {
    let config = parse(
        r#"
        [intake]
        listen = "0.0.0.0:9000"
        public_url = "https://hooks.example/ringback"

        [[accounts]]
        id = "clinic-retell"
        provider = "retell"
        poll_every = "90s"

        [[accounts]]
        id = "bistro"
        provider = "twilio"
        account_sid = "AC00000000000000000000000000000001"
        base_url = "http://127.0.0.1:9100"
        poll_every = "0s"
        media_hosts = ["127.0.0.1:9101", "media.example"]
        allow_private_network = true
        "#,
    )
    .expect("it is right");
    assert_eq!(config.listen.to_string(), "0.0.0.0:9000");
    let clinic = &config.accounts[0];
    assert_eq!(clinic.poll_every, Some(Duration::from_secs(90)));
    assert_eq!(
        clinic.account.base_url.as_str(),
        "https://api.retellai.com/"
    );
    assert_eq!(
        clinic.account.secrets.all("api_key").len(),
        2,
        "the old key counts while rotating"
    );
    assert_eq!(
        clinic
            .account
            .webhook_url
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("https://hooks.example/ringback/webhooks/clinic-retell")
    );
    let bistro = &config.accounts[1];
    assert_eq!(bistro.poll_every, None, "0s is never");
    assert!(bistro.account.allow_private_network);
    assert!(bistro.missing_secrets().is_empty());
    assert!(bistro.account.secrets.first("api_key").is_none());
}

#[test]
fn a_region_decides_where_the_api_is() {
    let of = |line: &str| {
        parse(&format!(
            "[[accounts]]\nid = \"sales\"\nprovider = \"recall\"\n{line}"
        ))
    };
    for (line, host) in [
        ("", "us-west-2.recall.ai"),
        ("region = \"eu-central-1\"", "eu-central-1.recall.ai"),
        (
            "region = \"eu-central-1\"\nbase_url = \"https://proxy.example\"",
            "proxy.example",
        ),
    ] {
        let config = of(line).expect("it is right");
        let account = &config.accounts[0].account;
        assert_eq!(account.base_url.host_str(), Some(host));
        assert_eq!(account.secrets.all("webhook_secret").len(), 2);
    }
    let said = of("region = \"frankfurt\"")
        .expect_err("no region")
        .to_string();
    assert!(
        said.starts_with("line 1: account sales: region is none of Recall.ai's"),
        "{said}"
    );
}

#[test]
fn a_typo_is_told_with_its_line_and_the_nearest_right_word() {
    assert_eq!(
        complaint("[intake]\nlisen = \"127.0.0.1:1\""),
        "line 2: unknown key \"lisen\" in intake / Did you mean \"listen\"?"
    );
    assert_eq!(
        complaint("[[account]]\nid = \"a\""),
        "line 1: unknown key \"account\" in config.toml / Did you mean \"accounts\"?"
    );
    assert_eq!(
        complaint("[[accounts]]\nid = \"a\"\nprovider = \"retel\""),
        "line 3: provider in accounts is no provider; did you mean \"retell\"? / "
    );
    let key_of_another =
        complaint("[[accounts]]\nid = \"a\"\nprovider = \"retell\"\naccount_sid = \"AC1\"");
    assert!(
        key_of_another.starts_with("line 4: unknown key \"account_sid\""),
        "{key_of_another}"
    );
}

#[test]
fn wrong_values_say_what_would_be_right() {
    for (text, expected) in [
        (
            "[intake]\nlisten = \"7480\"",
            "line 2: listen in intake is no address with a port",
        ),
        (
            "[intake]\npublic_url = \"hooks.example\"",
            "line 2: public_url in intake is no address",
        ),
        (
            "[intake]\npublic_url = \"https://u:p@hooks.example\"",
            "must not contain a user name",
        ),
        (
            "[intake]\nlisten = 7480",
            "line 2: listen in intake has to be a text in quotes",
        ),
        (
            "intake = 1",
            "line 1: intake in config.toml has to be a table: [intake]",
        ),
        (
            "[accounts]\nid = \"a\"",
            "has to be written as [[accounts]], once for each",
        ),
        (
            "[[accounts]]\nprovider = \"retell\"",
            "line 1: an account without an id",
        ),
        (
            "[[accounts]]\nid = \"Big Clinic\"",
            "line 2: id in accounts does not fit: an account id has 1 to 64",
        ),
        (
            "[[accounts]]\nid = \"a\"",
            "line 1: account a names no provider",
        ),
        (
            "[[accounts]]\nid = \"a\"\nprovider = \"retell\"\npoll_every = \"soon\"",
            "line 4: poll_every in accounts is no length of time",
        ),
        (
            "[[accounts]]\nid = \"a\"\nprovider = \"retell\"\nmedia_hosts = [\"https://a/b\"]",
            "line 4: media_hosts in accounts has \"https://a/b\", which is no host",
        ),
        (
            "[[accounts]]\nid = \"a\"\nprovider = \"retell\"\naccept_unsigned = \"yes\"",
            "line 4: accept_unsigned in accounts has to be true or false",
        ),
        ("[intake\n", "line 1: not valid TOML"),
        (
            "[[accounts]]\nid = \"a\"\nprovider = \"retell\"\n[[accounts]]\nid = \"a\"\nprovider = \"retell\"",
            "line 4: there are two accounts with the id \"a\"",
        ),
    ] {
        let said = complaint(text);
        assert!(
            said.contains(expected),
            "{text:?}\n said: {said}\n not: {expected}"
        );
    }
}

#[test]
fn a_broken_line_is_told_without_its_value() {
    let said = complaint("[intake]\nlisten = \"key_secret_value\"");
    assert!(
        !said.contains("key_secret_value"),
        "a value may be a key in the wrong place: {said}"
    );
}

const BACKEND: &str = "[[accounts]]\nid = \"shop\"\nprovider = \"custom\"\n";

#[test]
fn a_backend_of_one_s_own_needs_no_address_and_names_the_secret_that_it_lacks() {
    let secret = |name: &str| {
        (name == "RINGBACK_SHOP_WEBHOOK_SECRET").then(|| "whsec_bmV3 whsec_b2xk".to_owned())
    };
    let config = Config::parse(BACKEND, &secret).expect("nothing else is needed");
    let shop = &config.accounts[0];
    assert!(shop.missing_secrets().is_empty());
    assert_eq!(shop.account.secrets.all("webhook_secret").len(), 2);
    let without = parse(BACKEND).expect("it is told as a finding, as for every provider");
    assert_eq!(without.accounts[0].missing_secrets(), ["webhook_secret"]);
}

#[test]
fn a_backend_of_one_s_own_cannot_be_configured_so_that_nothing_would_work() {
    let said = complaint(&format!("{BACKEND}accept_unsigned = true"));
    assert!(
        said.starts_with("line 1: account shop: accept_unsigned cannot be used here"),
        "{said}"
    );
    let secret = |_: &str| Some("hunter2!".to_owned());
    let said = Config::parse(BACKEND, &secret)
        .expect_err("no secret")
        .to_string();
    assert!(
        said.contains("webhook_secret is no secret of Standard Webhooks")
            && !said.contains("hunter2"),
        "{said}"
    );
}
