//! Programs that make the door public: scripts, and OpenSSH's client.

use std::{fs, path::Path, time::Duration};

use ringback_peers::{Sshd, descendants, free_port};
use ringback_tunnel::{Command, Kind, Pattern, ReasonCode};
use url::Url;

use crate::setting::{Door, Running, SOON, ask, reason};

fn command(words: &[&str]) -> Command {
    Command {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        environment: Vec::new(),
        public_url: None,
        url_pattern: Some(Pattern::new("open at (http://[0-9.:]+)").expect("a pattern")),
        ready_pattern: None,
    }
}

/// Prints the door's own address as the public one, leaves a process behind, and waits.
const SCRIPT: &str = "sleep 600 & echo \"$! $$\" > $1; echo \"open at http://$2\"; wait";

/// A script with a folder to write to.
fn script(file: &Path) -> Command {
    let file = file.to_str().expect("a plain name");
    command(&["/bin/sh", "-c", SCRIPT, "tunnel", file, "{address}"])
}

fn started(file: &Path) -> Vec<u32> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let ids: Vec<u32> = text.split_whitespace().flat_map(str::parse).collect();
    assert_eq!(ids.len(), 2, "it has begun: {text:?}");
    ids
}

fn runs(id: &u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // One that has ended and was not yet asked about its end does not run.
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

async fn all_end(ids: &[u32]) {
    let mut look = tokio::time::interval(Duration::from_millis(20));
    let ended = tokio::time::timeout(SOON, async {
        while ids.iter().any(runs) {
            look.tick().await;
        }
    });
    assert!(ended.await.is_ok(), "{ids:?} still run");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_is_read_from_what_a_program_prints_and_nothing_of_it_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ids");
    let door = Door::open("door").await;
    let mut running = Running::start(script(&file), &door);
    let public = running.up().await;
    assert_eq!(public.port(), Some(door.address.port()));
    let ids = started(&file);
    assert!(ids.iter().all(runs));
    running.tunnel.stop().await;
    all_end(&ids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_dropped_leaves_nothing_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ids");
    let door = Door::open("door").await;
    let link = script(&file).open(door.address).await;
    let ids = started(&file);
    drop(link);
    all_end(&ids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_does_not_want_to_end_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ids");
    let door = Door::open("door").await;
    let stubborn = format!("trap '' TERM INT; {SCRIPT}; wait");
    let mut running = Running::start(
        command(&[
            "/bin/sh",
            "-c",
            &stubborn,
            "tunnel",
            file.to_str().expect("a plain name"),
            "{address}",
        ]),
        &door,
    );
    running.up().await;
    let ids = started(&file);
    running.tunnel.stop().await;
    all_end(&ids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ends_is_started_again_and_its_last_words_are_told() {
    let door = Door::open("door").await;
    let mut running = Running::start(
        command(&["/bin/sh", "-c", "echo 'no such account' >&2; exit 3"]),
        &door,
    );
    let state = running
        .that("tried again", |state| {
            matches!(state, ringback_tunnel::State::Down { tries: 2.., .. })
        })
        .await;
    let reason = reason(&state).expect("it is down");
    assert_eq!(reason.code, ReasonCode::ProgramEnded);
    assert_eq!(reason.what, "/bin/sh ended with code 3: no such account");
    running.tunnel.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_not_installed_is_said_to_be_so() {
    let door = Door::open("door").await;
    let reason = match command(&["no-such-program"]).open(door.address).await {
        Ok(_) => panic!("it was opened"),
        Err(reason) => reason,
    };
    assert_eq!(reason.code, ReasonCode::ProgramMissing);
    assert!(reason.what.contains("no-such-program"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_that_is_printed_later_is_taken_over() {
    let door = Door::open("door").await;
    let folder = tempfile::tempdir().expect("a folder");
    let go = folder.path().join("go");
    // The same door under another name.
    let words = "echo \"open at http://127.0.0.1:$2\"; while ! [ -e $1 ]; do sleep 0.05; done; \
                 echo \"open at http://127.0.0.2:$2\"; sleep 600";
    let listener = socat(&door).await;
    let mut running = Running::start(
        command(&[
            "/bin/sh",
            "-c",
            words,
            "tunnel",
            go.to_str().expect("a plain name"),
            &listener.port().to_string(),
        ]),
        &door,
    );
    assert_eq!(running.up().await.host_str(), Some("127.0.0.1"));
    fs::write(&go, b"").expect("a folder of our own");
    running
        .that("up elsewhere", |state| {
            state
                .url()
                .is_some_and(|url| url.host_str() == Some("127.0.0.2"))
        })
        .await;
    running.tunnel.stop().await;
}

/// A way to the door that listens on every loopback address.
async fn socat(door: &Door) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let door = door.address;
    tokio::spawn(async move {
        while let Ok((mut outside, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut inside = tokio::net::TcpStream::connect(door).await.expect("a door");
                // Whoever hangs up is done.
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn openssh_is_a_tunnel_program_like_any_other() {
    let (sshd, door) = (Sshd::start().await, Door::open("door").await);
    let remote = free_port();
    let (key, port) = (sshd.key(), sshd.port().to_string());
    let forward = format!("localhost:{remote}:{{address}}");
    let user = format!("{}@127.0.0.1", sshd.user());
    let words = [
        "ssh",
        "-N",
        "-T",
        "-p",
        &port,
        "-i",
        key.to_str().expect("a plain name"),
        "-o",
        "BatchMode=yes",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-o",
        "ExitOnForwardFailure=yes",
        "-R",
        &forward,
        &user,
    ];
    let url = Url::parse(&format!("http://127.0.0.1:{remote}")).expect("a URL");
    let mut running = Running::start(
        Command {
            public_url: Some(url.clone()),
            ..command(&words)
        },
        &door,
    );
    assert_eq!(running.up().await, url);
    assert_eq!(ask(&url, "hello").await.as_deref(), Some("door hello"));
    sshd.cut();
    assert_eq!(running.down().await.code, ReasonCode::ProgramEnded);
    running.up().await;
    running.tunnel.stop().await;
    assert!(
        descendants(std::process::id()).iter().all(|id| {
            let words = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
            !words.contains(&forward.replace("{address}", &door.address.to_string()))
        }),
        "no client is left"
    );
}
