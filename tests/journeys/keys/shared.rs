//! Keys of no account, those of the tunnel and of the second copies, from the sealed file alone.

use std::sync::Arc;

use ringback_engine::{EngineOptions, Variables, keys};
use ringback_journeys::{
    bucket::Bucket,
    patience::{SOON, until},
    program::Ringback,
    setting::{RETELL, Setting},
};
use ringback_model::Secret;
use ringback_peers::{BoreServer, Nginx, free_port};
use ringback_simulator::CallScript;
use serde_json::json;

use super::{PASSPHRASE, assert_nowhere, with_passphrase};
use crate::tunnel;

const TUNNEL_SECRET: &str = "what-the-bore-server-wants";

/// A home with a bore tunnel and a bucket.
async fn with_both() -> (Setting, BoreServer, Nginx, Bucket) {
    let (setting, port) = (Setting::webhooks_only().await, free_port());
    let server = BoreServer::start(Some(TUNNEL_SECRET)).await;
    let proxy = Nginx::start(port).await;
    let bucket = Bucket::start().await;
    tunnel::with_tunnel(
        &setting,
        &format!(
            "kind = \"bore\"\nhost = \"{}\"\nremote_port = {port}\npublic_url = \"{}\"\nca_file = \"{}\"\n{}",
            server.host(),
            proxy.url(),
            proxy.ca_file().display(),
            bucket.config()
        ),
    );
    (setting, server, proxy, bucket)
}

async fn give(program: &Ringback, of: &str, name: &str, value: &str) {
    let set = ["accounts", "set-secret", of, name, "--sealed"];
    let kept = program.reading(value).json(&set).await;
    assert_eq!(kept["account"], of);
}

#[tokio::test(flavor = "multi_thread")]
async fn tunnel_and_second_copy_work_with_the_sealed_file_and_an_empty_environment() {
    let (setting, _server, _proxy, bucket) = with_both().await;
    let keys_of_bucket = Bucket::environment();

    // One by one for the bucket and the tunnel, although the file is refused until the last one is there.
    let poor = with_passphrase(&setting, Vec::new());
    give(&poor, "offsite", "access_key_id", &keys_of_bucket[0].1).await;
    give(&poor, "offsite", "secret_access_key", &keys_of_bucket[1].1).await;
    give(&poor, "tunnel", "secret", TUNNEL_SECRET).await;
    let wrong = ["accounts", "set-secret", "tunnel", "api_key", "--json"];
    let wrong = poor.run(&wrong).await;
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.stdout.contains("passphrase, secret, token"),
        "{wrong:?}"
    );
    // Those of the accounts are moved from the environment.
    let rich = with_passphrase(&setting, setting.simulator.environment());
    rich.json(&["accounts", "move-secrets"]).await;

    let nothing: Variables = Arc::new(|_| None);
    let typed = || Some(Secret::new(PASSPHRASE));
    let vault = keys::sealed(&setting.home(), &nothing, &typed);
    let options = EngineOptions {
        environment: nothing,
        vault: vault.expect("the passphrase opens it"),
        ..tunnel::options(&setting)
    };
    let house = setting.start_as(options).await.expect("it starts");
    tunnel::up(&house).await;
    let id = setting.simulator.place(RETELL, CallScript::default());
    let id = id.expect("one of ours");
    setting.live_through().await;
    let call = house.recording_is(&id, "ready").await;
    let path = call["recordings"][0]["path"].as_str().expect("it is here");
    until(SOON, "the second copy", async || {
        bucket.file(path).is_file().then_some(())
    })
    .await;
    house.engine.shutdown().await;

    let pushed = poor.json(&["offsite", "push"]).await;
    assert_eq!(pushed["faults"], json!([]), "{pushed}");
    for (_, secret) in keys_of_bucket {
        assert_nowhere(&setting.folder(), &secret);
    }
    assert_nowhere(&setting.folder(), TUNNEL_SECRET);

    let forget = ["accounts", "forget-secret", "tunnel", "secret"];
    poor.json(&forget).await;
    assert_eq!(poor.run(&forget).await.code, Some(1), "there is none left");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_no_account_are_moved_from_the_environment_with_the_others() {
    let (setting, _server, _proxy, _bucket) = with_both().await;
    let mut environment = setting.simulator.environment();
    environment.extend(Bucket::environment());
    environment.push(("RINGBACK_TUNNEL_SECRET".into(), TUNNEL_SECRET.into()));
    let rich = with_passphrase(&setting, environment);
    let moved = rich.json(&["accounts", "move-secrets", "--sealed"]).await;
    let moved = moved.as_array().expect("a list");
    for variable in [
        "RINGBACK_TUNNEL_SECRET",
        "RINGBACK_OFFSITE_ACCESS_KEY_ID",
        "RINGBACK_OFFSITE_SECRET_ACCESS_KEY",
    ] {
        assert!(moved.contains(&json!(variable)), "{moved:?}");
    }
    let poor = with_passphrase(&setting, Vec::new());
    let pushed = poor.json(&["offsite", "push"]).await;
    assert_eq!(pushed["faults"], json!([]), "{pushed}");
    assert_nowhere(&setting.folder(), TUNNEL_SECRET);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_called_tunnel_keeps_its_own_keys() {
    let setting = Setting::of_one("tunnel", "retell", "0s").await;
    let program = with_passphrase(&setting, Vec::new());
    for (name, variable) in [
        ("api_key", "RINGBACK_TUNNEL_API_KEY"),
        ("secret", "RINGBACK_TUNNEL_SECRET"),
    ] {
        let set = ["accounts", "set-secret", "tunnel", name, "--sealed"];
        let kept = program.reading("key_of_a_test").json(&set).await;
        assert_eq!(kept["variable"], variable);
    }
}
