//! The own SSH connection against OpenSSH's server.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use ringback_peers::{CuriousSshd, SshAgent, Sshd, Wire, free_port};
use ringback_tunnel::{HostKeys, Kind, Pattern, ReasonCode, Ssh, State, SystemNames};
use tokio::time::timeout;
use url::Url;

use crate::setting::{Door, Running, SOON, ask, reason};

/// A tunnel that fits this server.
fn ssh(sshd: &Sshd) -> Ssh {
    let remote_port = free_port();
    Ssh {
        host: "127.0.0.1".into(),
        port: sshd.port(),
        names: Arc::new(SystemNames),
        user: sshd.user(),
        host_keys: HostKeys::parse(&sshd.fingerprint()).expect("a fingerprint"),
        key_file: Some(sshd.key()),
        agent: None,
        passphrase: None,
        bind: "localhost".into(),
        remote_port,
        public_url: Some(url(remote_port)),
        url_pattern: None,
    }
}

fn url(port: u16) -> Url {
    Url::parse(&format!("http://127.0.0.1:{port}")).expect("a URL")
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Why this tunnel cannot be opened.
async fn refusal(ssh: Ssh) -> (ReasonCode, String) {
    let door = Door::open("door").await;
    match ssh.open(door.address).await {
        Ok(_) => panic!("it was opened"),
        Err(reason) => (reason.code, reason.what),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_is_reached_through_the_servers_port_and_not_after_the_end() {
    let (sshd, door) = (Sshd::start().await, Door::open("door").await);
    let ssh = ssh(&sshd);
    let public = ssh.public_url.clone().expect("it is set");
    let mut running = Running::start(ssh, &door);
    assert_eq!(running.up().await, public);
    let asked = (0..20).map(|number| {
        let public = public.clone();
        tokio::spawn(async move { ask(&public, &number.to_string()).await })
    });
    for (number, answer) in asked.collect::<Vec<_>>().into_iter().enumerate() {
        let answer = answer.await.expect("no panic");
        assert_eq!(answer, Some(format!("door {number}")));
    }
    running.tunnel.stop().await;
    assert_eq!(running.tunnel.state(), State::Off);
    assert_eq!(ask(&public, "x").await, None, "the port is closed again");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_than_the_pinned_one_gets_nothing_and_the_message_says_what_to_do() {
    let sshd = Sshd::start().await;
    let right = sshd.fingerprint();
    let wrong = HostKeys::parse(&sshd.other_fingerprint()).expect("a fingerprint");
    let (code, what) = refusal(Ssh {
        host_keys: wrong,
        ..ssh(&sshd)
    })
    .await;
    assert_eq!(code, ReasonCode::HostKeyChanged);
    assert!(what.contains(&right), "{what}");
    assert!(code.needs_a_person() && code.hint().contains("host_key"));
    assert!(!sshd.log().contains("Accepted publickey"), "{}", sshd.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_known_yet_is_asked_about_with_its_fingerprint() {
    let sshd = Sshd::start().await;
    let right = sshd.fingerprint();
    let (code, what) = refusal(Ssh {
        host_keys: HostKeys::default(),
        ..ssh(&sshd)
    })
    .await;
    assert_eq!(code, ReasonCode::HostKeyUnknown);
    assert!(what.contains(&right), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_is_wrong_with_a_key_has_its_own_reason() {
    let sshd = Sshd::start().await;
    let stranger = sshd.make_key("stranger", "");
    let locked = sshd.make_key("locked", "open sesame");
    sshd.let_in(&locked);
    let with = |key: PathBuf, passphrase: Option<&str>| Ssh {
        key_file: Some(key),
        passphrase: passphrase.map(str::to_owned),
        ..ssh(&sshd)
    };
    for (ssh, wanted) in [
        (with(stranger, None), ReasonCode::Refused),
        (with("/nowhere/id".into(), None), ReasonCode::KeyUnreadable),
        (with(locked.clone(), None), ReasonCode::Passphrase),
        (with(locked.clone(), Some("wrong")), ReasonCode::Passphrase),
    ] {
        let (code, what) = refusal(ssh).await;
        assert_eq!(code, wanted, "{what}");
        assert!(!what.contains("wrong"), "{what}");
    }
    let door = Door::open("door").await;
    let mut running = Running::start(with(locked, Some("open sesame")), &door);
    running.up().await;
    running.tunnel.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_only_an_agent_has_are_tried_until_one_opens() {
    let (sshd, agent) = (Sshd::start().await, SshAgent::start().await);
    let with = |socket: PathBuf| Ssh {
        key_file: None,
        agent: Some(socket),
        ..ssh(&sshd)
    };
    let (code, what) = refusal(with("/nowhere/agent".into())).await;
    assert_eq!(code, ReasonCode::AgentMissing, "{what}");
    let (code, what) = refusal(with(agent.socket())).await;
    assert_eq!(code, ReasonCode::AgentMissing, "it holds nothing: {what}");

    agent.take(&sshd.make_key("stranger", ""));
    let (code, what) = refusal(with(agent.socket())).await;
    assert_eq!(code, ReasonCode::Refused, "{what}");

    let friend = sshd.make_key("friend", "");
    sshd.let_in(&friend);
    agent.take(&friend);
    let door = Door::open("door").await;
    let mut running = Running::start(with(agent.socket()), &door);
    let public = running.up().await;
    assert_eq!(ask(&public, "hello").await.as_deref(), Some("door hello"));
    running.tunnel.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_an_ssh_server_or_not_there_is_told_apart() {
    let (sshd, door) = (Sshd::start().await, Door::open("door").await);
    let (code, what) = refusal(Ssh {
        host: "no-such-host.invalid".into(),
        ..ssh(&sshd)
    })
    .await;
    assert_eq!(code, ReasonCode::NameUnknown, "{what}");
    let (code, what) = refusal(Ssh {
        port: free_port(),
        ..ssh(&sshd)
    })
    .await;
    assert_eq!(code, ReasonCode::Unreachable, "{what}");
    let (code, what) = refusal(Ssh {
        port: door.address.port(),
        ..ssh(&sshd)
    })
    .await;
    assert_eq!(code, ReasonCode::Protocol, "{what}");
    let (code, what) = refusal(Ssh {
        // The server itself listens there.
        bind: "127.0.0.1".into(),
        remote_port: sshd.port(),
        ..ssh(&sshd)
    })
    .await;
    assert_eq!(code, ReasonCode::ForwardRefused, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_connection_and_a_restarted_server_are_got_over() {
    let (mut sshd, door) = (Sshd::start().await, Door::open("door").await);
    let mut running = Running::start(ssh(&sshd), &door);
    running.up().await;
    sshd.cut();
    assert_eq!(running.down().await.code, ReasonCode::LinkClosed);
    running.up().await;
    sshd.stop();
    running.down().await;
    running
        .that("down because nobody is there", |state| {
            reason(state).is_some_and(|reason| reason.code == ReasonCode::Unreachable)
        })
        .await;
    sshd.begin().await;
    let public = running.up().await;
    assert_eq!(ask(&public, "again").await.as_deref(), Some("door again"));
    running.tunnel.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_connection_is_found_however_often_its_link_is_interrupted() {
    let (sshd, door) = (Sshd::start().await, Door::open("door").await);
    let wire = Wire::to(local(sshd.port())).await;
    let mut running = Running::unsuspected(
        Ssh {
            port: wire.port(),
            ..ssh(&sshd)
        },
        &door,
    );
    running.up().await;
    running.is_found_silent(&wire).await;
    // The old connection still holds the server's port; the network is back, the machine is not.
    wire.cut();
    wire.mend();
    running.up().await;
    running.tunnel.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_reaches_nothing_but_the_door_whatever_it_tries_to_open() {
    let (curious, sshd, door) = (
        CuriousSshd::start().await,
        Sshd::start().await,
        Door::open("door").await,
    );
    let ssh = Ssh {
        port: curious.port(),
        user: curious.user(),
        host_keys: HostKeys::parse(&curious.fingerprint()).expect("a fingerprint"),
        key_file: Some(curious.key()),
        ..ssh(&sshd)
    };
    let link = ssh.open(door.address).await;
    let link = link.map_err(|reason| reason.what).expect("it is let in");
    let pried = timeout(SOON, curious.pries(ssh.remote_port)).await;
    let pried = pried.expect("each try is answered");
    let opened = pried.iter().filter(|(_, is_open)| *is_open);
    let opened: Vec<&str> = opened.map(|(kind, _)| *kind).collect();
    assert_eq!((pried.len(), opened), (7, vec!["forwarded-tcpip"]));
    link.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_prints_its_address_is_believed_only_after_a_probe() {
    let (sshd, door) = (Sshd::start().await, Door::open("door").await);
    let remote_port = free_port();
    // A login that prints what a public service prints.
    let line = format!("your address is http://127.0.0.1:{remote_port} enjoy");
    sshd.let_in_with(&format!("command=\"echo '{line}'; sleep 600\""));
    let mut running = Running::start(
        Ssh {
            remote_port,
            public_url: None,
            url_pattern: Some(Pattern::new("address is (http://[0-9.:]+)").expect("a pattern")),
            ..ssh(&sshd)
        },
        &door,
    );
    assert_eq!(running.up().await, url(remote_port));
    running.tunnel.stop().await;
}
