//! A signed event reaches the board through each kind.

use ringback_journeys::setting::Setting;
use ringback_peers::{BoreServer, Nginx, Sshd, free_port};

use super::{a_call_reaches_the_board, ssh, start, up, with_tunnel};

#[tokio::test(flavor = "multi_thread")]
async fn over_an_ssh_connection_of_our_own() {
    let (setting, sshd, port) = (
        Setting::webhooks_only().await,
        Sshd::start().await,
        free_port(),
    );
    let proxy = Nginx::start(port).await;
    with_tunnel(&setting, &ssh(&sshd, sshd.port(), port, &proxy));
    let house = start(&setting).await;
    let public = up(&house).await;
    assert_eq!(public.as_str().trim_end_matches('/'), proxy.url());
    a_call_reaches_the_board(&setting, &house, &public, proxy.ca_file()).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_bore_server() {
    let (setting, port) = (Setting::webhooks_only().await, free_port());
    let (server, proxy) = (
        BoreServer::start(Some("shared")).await,
        Nginx::start(port).await,
    );
    with_tunnel(
        &setting,
        &format!(
            "kind = \"bore\"\nhost = \"{}\"\nremote_port = {port}\npublic_url = \"{}\"\nca_file = \"{}\"",
            server.host(),
            proxy.url(),
            proxy.ca_file().display()
        ),
    );
    let mut options = super::options(&setting);
    let secrets = options.environment.clone();
    options.environment = std::sync::Arc::new(move |name| match name {
        "RINGBACK_TUNNEL_SECRET" => Some("shared".to_owned()),
        other => secrets(other),
    });
    let house = setting.start_as(options).await.expect("the engine starts");
    let public = up(&house).await;
    a_call_reaches_the_board(&setting, &house, &public, proxy.ca_file()).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_program_here_opensshs_own_client() {
    let (setting, sshd, port) = (
        Setting::webhooks_only().await,
        Sshd::start().await,
        free_port(),
    );
    let proxy = Nginx::start(port).await;
    with_tunnel(
        &setting,
        &format!(
            "kind = \"command\"\npublic_url = \"{}\"\nca_file = \"{}\"\n\
             command = [\"ssh\", \"-N\", \"-p\", \"{}\", \"-i\", \"{}\", \"-o\", \"BatchMode=yes\", \
             \"-o\", \"StrictHostKeyChecking=no\", \"-o\", \"UserKnownHostsFile=/dev/null\", \
             \"-o\", \"ExitOnForwardFailure=yes\", \"-R\", \"localhost:{port}:{{address}}\", \"{}@127.0.0.1\"]",
            proxy.url(),
            proxy.ca_file().display(),
            sshd.port(),
            sshd.key().display(),
            sshd.user(),
        ),
    );
    let house = start(&setting).await;
    let public = up(&house).await;
    a_call_reaches_the_board(&setting, &house, &public, proxy.ca_file()).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_an_address_that_somebody_else_takes_care_of() {
    let setting = Setting::webhooks_only().await;
    let listen = setting.sender.door().port().expect("the door has a port");
    let proxy = Nginx::start(listen).await;
    with_tunnel(
        &setting,
        &format!(
            "kind = \"none\"\npublic_url = \"{}\"\nca_file = \"{}\"",
            proxy.url(),
            proxy.ca_file().display()
        ),
    );
    let house = start(&setting).await;
    let public = up(&house).await;
    a_call_reaches_the_board(&setting, &house, &public, proxy.ca_file()).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_public_address_it_is_off_and_the_doctor_says_what_that_means() {
    let setting = Setting::webhooks_only().await;
    with_tunnel(&setting, "kind = \"none\"");
    let house = start(&setting).await;
    assert_eq!(house.engine.tunnel().state, "off");
    let health = ringback_api::cli::health(&house.engine).expect("it can be asked");
    let checks = health.checks.iter();
    let line = checks.into_iter().find(|check| check.subject == "tunnel");
    let line = line.expect("the doctor looks at the tunnel");
    assert_eq!(line.state, "warning");
    assert!(
        line.hint
            .as_ref()
            .is_some_and(|hint| hint.contains("polling")),
        "{line:?}"
    );
    house.engine.shutdown().await;
}
