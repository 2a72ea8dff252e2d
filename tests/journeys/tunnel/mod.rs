//! Providers reach a desk behind a router, through every kind of tunnel, with real peers on this
//! machine: OpenSSH's server, a bore server, programs, and nginx with a certificate in front.

mod kinds;
mod moved;
mod processes;
mod trouble;

use std::{path::PathBuf, time::Duration};

use ringback_engine::{EngineOptions, Pace, TunnelReport};
use ringback_journeys::{
    door::{Answer, Sender},
    patience::{SOON, until},
    setting::{House, RETELL, Setting},
};
use ringback_peers::{Nginx, Sshd};
use ringback_simulator::CallScript;
use url::Url;

/// A setting whose door is made public by this `[tunnel]`, and by nothing else.
pub(crate) fn with_tunnel(setting: &Setting, tunnel: &str) {
    setting.configure(|text| {
        let kept = text.lines().filter(|line| !line.starts_with("public_url"));
        let kept: Vec<&str> = kept.collect();
        format!("{}\n\n[tunnel]\n{tunnel}\n", kept.join("\n"))
    });
}

/// `[tunnel]` for this server and the proxy that leads to its port.
fn ssh(sshd: &Sshd, port: u16, remote_port: u16, proxy: &Nginx) -> String {
    format!(
        "kind = \"ssh\"\nhost = \"127.0.0.1\"\nport = {port}\nuser = \"{}\"\nkey_file = \"{}\"\n\
         host_key = \"{}\"\nremote_port = {remote_port}\npublic_url = \"{}\"\nca_file = \"{}\"",
        sshd.user(),
        sshd.key().display(),
        sshd.fingerprint(),
        proxy.url(),
        proxy.ca_file().display(),
    )
}

/// Little patience, so that nobody has to wait for what a minute would bring.
pub(crate) fn options(setting: &Setting) -> EngineOptions {
    EngineOptions {
        tunnel: Pace {
            probe_every: Duration::from_millis(300),
            probe_again: Duration::from_millis(100),
            probe_time: Duration::from_secs(2),
            first_wait: Duration::from_millis(50),
            longest_wait: Duration::from_millis(500),
            ready_time: Duration::from_secs(15),
            ..Pace::default()
        },
        ..setting.options()
    }
}

async fn start(setting: &Setting) -> House {
    let house = setting.start_as(options(setting)).await;
    house.expect("the engine starts")
}

async fn tunnel_that(
    house: &House,
    what: &str,
    is: impl Fn(&TunnelReport) -> bool,
) -> TunnelReport {
    let begin = std::time::Instant::now();
    until(SOON * 2, what, async || {
        let report = house.engine.tunnel();
        assert!(
            begin.elapsed() < SOON,
            "waited in vain for {what}: {report:?}"
        );
        is(&report).then_some(report)
    })
    .await
}

pub(crate) async fn up(house: &House) -> Url {
    let report = tunnel_that(house, "a tunnel that is up", |report| report.state == "up").await;
    report.url.expect("what is up has an address")
}

async fn down(house: &House) -> TunnelReport {
    tunnel_that(house, "a tunnel that is down", |report| {
        report.state == "down"
    })
    .await
}

/// A provider's call rings, told through the public address, and is on the board.
async fn a_call_reaches_the_board(setting: &Setting, house: &House, public: &Url, ca: PathBuf) {
    let sender = Sender::trusting(public, &ca);
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    let begins = setting.world().next_webhook_at().expect("it will ring");
    setting.clock.set(begins);
    for delivery in setting.world().webhooks_due(setting.now()) {
        let answer = sender.post(&delivery).await;
        let answer: Answer = answer.expect("the door answers through the tunnel");
        assert_eq!((answer.status, answer.word.as_str()), (200, "accepted"));
    }
    until(SOON, "the call is on the board", async || {
        house.board().contains(&id).then_some(())
    })
    .await;
}
