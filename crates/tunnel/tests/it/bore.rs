//! The bore client against bore's own server.

use std::{net::SocketAddr, sync::Arc};

use ringback_peers::{BoreServer, Wire, free_port};
use ringback_tunnel::{Bore, Kind, ReasonCode, SystemNames};
use url::Url;

use crate::setting::{Door, Running, ask};

fn bore(server: &BoreServer, secret: Option<&str>) -> Bore {
    let remote_port = free_port();
    Bore {
        host: server.host(),
        port: server.port(),
        names: Arc::new(SystemNames),
        remote_port,
        secret: secret.map(str::to_owned),
        public_url: Url::parse(&format!("http://127.0.0.1:{remote_port}")).expect("a URL"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_is_reached_through_the_servers_port_with_the_shared_secret() {
    let (server, door) = (
        BoreServer::start(Some("shared")).await,
        Door::open("door").await,
    );
    let mut running = Running::start(bore(&server, Some("shared")), &door);
    let public = running.up().await;
    for number in 0..10 {
        let answer = ask(&public, &number.to_string()).await;
        assert_eq!(answer, Some(format!("door {number}")));
    }
    running.tunnel.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_own_reason() {
    let (closed, open) = (
        BoreServer::start(Some("shared")).await,
        BoreServer::start(None).await,
    );
    let door = Door::open("door").await;
    for (bore, wanted) in [
        (bore(&closed, Some("wrong")), ReasonCode::Refused),
        (bore(&closed, None), ReasonCode::Refused),
        (bore(&open, Some("shared")), ReasonCode::Refused),
        (
            Bore {
                remote_port: 80,
                ..bore(&open, None)
            },
            ReasonCode::ForwardRefused,
        ),
        (
            Bore {
                port: free_port(),
                host: "127.0.0.1".into(),
                ..bore(&open, None)
            },
            ReasonCode::Unreachable,
        ),
        (
            Bore {
                port: door.address.port(),
                host: "127.0.0.1".into(),
                ..bore(&open, None)
            },
            ReasonCode::Protocol,
        ),
    ] {
        let reason = match bore.open(door.address).await {
            Ok(_) => panic!("{bore:?} was opened"),
            Err(reason) => reason,
        };
        assert_eq!(reason.code, wanted, "{reason}");
        assert!(!reason.what.contains("shared"), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_and_comes_back_is_got_over() {
    let (mut server, door) = (BoreServer::start(None).await, Door::open("door").await);
    let mut running = Running::start(bore(&server, None), &door);
    running.up().await;
    server.stop();
    running.down().await;
    server.begin().await;
    running.up().await;
    running.tunnel.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_connection_is_found_however_often_its_link_is_interrupted() {
    let (server, door) = (BoreServer::start(None).await, Door::open("door").await);
    let target: SocketAddr = format!("{}:{}", server.host(), server.port())
        .parse()
        .expect("an address");
    let wire = Wire::to(target).await;
    let mut running = Running::unsuspected(
        Bore {
            host: "127.0.0.1".into(),
            port: wire.port(),
            ..bore(&server, None)
        },
        &door,
    );
    running.up().await;
    running.is_found_silent(&wire).await;
    running.tunnel.stop().await;
}
