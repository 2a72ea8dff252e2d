//! What goes wrong on the way is seen, said and mended.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ringback_engine::{EngineOptions, Names, Pace};
use ringback_journeys::{
    patience::{SOON, until},
    setting::Setting,
};
use ringback_peers::{Nginx, Sshd, Wire, descendants, free_port};

use super::{a_call_reaches_the_board, down, options, ssh, start, tunnel_that, up, with_tunnel};

/// Nobody probes what has once answered.
fn seldom(setting: &Setting) -> EngineOptions {
    EngineOptions {
        tunnel: Pace {
            probe_every: Duration::from_secs(600),
            ..options(setting).tunnel
        },
        ..setting.options()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_that_is_killed_is_down_and_comes_up_again() {
    let (setting, port) = (Setting::webhooks_only().await, free_port());
    let (mut sshd, proxy) = (Sshd::start().await, Nginx::start(port).await);
    with_tunnel(&setting, &ssh(&sshd, sshd.port(), port, &proxy));
    let house = start(&setting).await;
    up(&house).await;
    let mut news = house.engine.news();
    sshd.stop();
    let report = down(&house).await;
    assert!(
        report.message.is_some() && report.hint.is_some(),
        "{report:?}"
    );
    let told = tokio::time::timeout(SOON, async {
        loop {
            if let Ok(ringback_engine::News::Tunnel(report)) = news.recv().await
                && report.state == "down"
            {
                return;
            }
        }
    });
    told.await.expect("it is news");
    let alert = ("tunnel_down".to_owned(), "tunnel".to_owned());
    until(SOON, "a person is told", async || {
        house.alerts().contains(&alert).then_some(())
    })
    .await;
    sshd.begin().await;
    let public = up(&house).await;
    until(SOON, "the alert goes by itself", async || {
        (!house.alerts().contains(&alert)).then_some(())
    })
    .await;
    a_call_reaches_the_board(&setting, &house, &public, proxy.ca_file()).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_lives_while_its_link_is_dead_is_down() {
    let setting = Setting::webhooks_only().await;
    let door = setting.sender.door().port().expect("the door has a port");
    let wire = Wire::to(SocketAddr::from(([127, 0, 0, 1], door))).await;
    with_tunnel(
        &setting,
        &format!(
            "kind = \"command\"\nurl_pattern = \"open at (http://[0-9.:]+)\"\n\
             command = [\"/bin/sh\", \"-c\", \"echo open at http://127.0.0.1:{}; exec sleep 613\"]",
            wire.port()
        ),
    );
    let house = start(&setting).await;
    up(&house).await;
    let sleeper = || {
        descendants(std::process::id()).into_iter().find(|id| {
            let words = std::fs::read_to_string(format!("/proc/{id}/cmdline"));
            words.unwrap_or_default().contains("\u{0}613\u{0}")
        })
    };
    // It says where it is before it is what it will be.
    until(SOON, "the program runs", async || sleeper()).await;
    wire.silence();
    let report = down(&house).await;
    assert_eq!(report.reason.as_deref(), Some("no_answer"), "{report:?}");
    wire.cut();
    wire.mend();
    up(&house).await;
    house.engine.shutdown().await;
    until(SOON, "nothing stays behind", async || {
        sleeper().is_none().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_sleep_a_link_that_died_is_found_though_no_probe_is_due() {
    let setting = Setting::webhooks_only().await;
    let door = setting.sender.door().port().expect("the door has a port");
    let wire = Wire::to(SocketAddr::from(([127, 0, 0, 1], door))).await;
    with_tunnel(
        &setting,
        &format!(
            "kind = \"command\"\nurl_pattern = \"open at (http://[0-9.:]+)\"\n\
             command = [\"/bin/sh\", \"-c\", \"echo open at http://127.0.0.1:{}; exec sleep 600\"]",
            wire.port()
        ),
    );
    let house = setting.start_as(seldom(&setting)).await;
    let house = house.expect("the engine starts");
    up(&house).await;
    wire.silence();
    // The lid is closed, and opened an hour later.
    setting.pass(Duration::from_secs(60 * 60));
    let report = down(&house).await;
    assert_eq!(report.reason.as_deref(), Some("no_answer"), "{report:?}");
    wire.cut();
    wire.mend();
    up(&house).await;
    house.engine.shutdown().await;
}

/// The only name in the world, known or not.
#[derive(Debug, Default)]
struct OneName {
    is_known: AtomicBool,
}

#[async_trait]
impl Names for OneName {
    async fn look_up(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        if host == "desk.example" && self.is_known.load(Ordering::Relaxed) {
            return Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]);
        }
        Err(io::Error::other("nobody can be asked"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_names_at_the_start_it_waits_for_them_and_then_calls_arrive() {
    let (setting, port) = (Setting::webhooks_only().await, free_port());
    let (sshd, proxy) = (Sshd::start().await, Nginx::start(port).await);
    let tunnel = ssh(&sshd, sshd.port(), port, &proxy);
    let by_name = tunnel.replace("host = \"127.0.0.1\"", "host = \"desk.example\"");
    assert_ne!(by_name, tunnel);
    with_tunnel(&setting, &by_name);
    let names = Arc::new(OneName::default());
    let options = EngineOptions {
        names: names.clone(),
        ..options(&setting)
    };
    let house = setting.start_as(options).await.expect("the engine starts");
    let report = down(&house).await;
    assert_eq!(report.reason.as_deref(), Some("name_unknown"), "{report:?}");
    let message = report.message.expect("it says what is wrong");
    assert!(message.contains("desk.example"), "{message}");
    let alert = ("tunnel_down".to_owned(), "tunnel".to_owned());
    until(SOON, "a person is told", async || {
        house.alerts().contains(&alert).then_some(())
    })
    .await;

    names.is_known.store(true, Ordering::Relaxed);
    let public = up(&house).await;
    a_call_reaches_the_board(&setting, &house, &public, proxy.ca_file()).await;
    until(SOON, "the alert goes by itself", async || {
        (!house.alerts().contains(&alert)).then_some(())
    })
    .await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_answers_at_the_public_address_is_not_taken_for_the_door() {
    // Another Ringback, with a canary of its own, stands where the public address leads.
    let other = Setting::webhooks_only().await;
    let elsewhere = other.start().await;
    let setting = Setting::webhooks_only().await;
    with_tunnel(
        &setting,
        &format!("kind = \"none\"\npublic_url = \"{}\"", other.sender.door()),
    );
    let quick = EngineOptions {
        tunnel: Pace {
            ready_time: Duration::from_millis(500),
            ..options(&setting).tunnel
        },
        ..setting.options()
    };
    let house = setting.start_as(quick).await.expect("the engine starts");
    let report = down(&house).await;
    assert_eq!(
        report.reason.as_deref(),
        Some("answers_elsewhere"),
        "{report:?}"
    );
    assert_eq!(report.last_url, None, "it was never up");
    house.engine.shutdown().await;
    elsewhere.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_is_said_to_be_so() {
    let setting = Setting::webhooks_only().await;
    let door = setting.sender.door().port().expect("the door has a port");
    let proxy = Nginx::start(door).await;
    with_tunnel(
        &setting,
        &format!("kind = \"none\"\npublic_url = \"{}\"", proxy.url()),
    );
    let house = start(&setting).await;
    let report = down(&house).await;
    assert_eq!(report.reason.as_deref(), Some("tls"), "{report:?}");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_link_is_found_though_nobody_probes() {
    let (setting, port) = (Setting::webhooks_only().await, free_port());
    let (sshd, proxy) = (Sshd::start().await, Nginx::start(port).await);
    let wire = Wire::to(SocketAddr::from(([127, 0, 0, 1], sshd.port()))).await;
    with_tunnel(&setting, &ssh(&sshd, wire.port(), port, &proxy));
    let house = setting.start_as(seldom(&setting)).await;
    let house = house.expect("the engine starts");
    up(&house).await;
    wire.silence();
    let report = down(&house).await;
    assert_eq!(report.reason.as_deref(), Some("link_silent"), "{report:?}");
    wire.cut();
    wire.mend();
    tunnel_that(&house, "a tunnel that is up again", |report| {
        report.state == "up"
    })
    .await;
    house.engine.shutdown().await;
}
