//! A home whose journal holds what one provider says of many calls, and how long it takes to make
//! calls of it again.
//!
//! The journal is filled as ever: the provider's stand-in signs, `ringback serve` takes in. The
//! stand-in answers nothing, so that there is nothing in the journal but its webhooks. What is
//! measured is `ringback rebuild`: it reads the journal, has every event understood, and folds it
//! into a new database.

use std::{
    cell::RefCell,
    fs,
    process::Command,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use ringback_journeys::cases::Case;
use ringback_simulator::{
    CallScript, Config, Delivery, Direction, Ending, RecordingPlan, Simulator, World,
};
use tokio::task::LocalSet;

use super::{Data, Kind, begin, free_address, ringback};
use crate::load::Connection;

/// Calls whose webhooks are made and sent together.
const WAVE: usize = 100;

const CONNECTIONS: usize = 16;

/// A filled journal.
pub(crate) struct Journal {
    data: Data,
    environment: Vec<(String, String)>,
    /// How many events it holds.
    pub(crate) events: usize,
    /// How many calls they are about.
    calls: usize,
    /// The size of all bodies together.
    pub(crate) bytes: usize,
}

impl Journal {
    /// Has the provider of this case tell of so many calls that there are `at_least` events.
    pub(crate) async fn filled(case: &Case, at_least: usize) -> anyhow::Result<Self> {
        let simulator = Simulator::start(Config {
            accounts: vec![case.setup()],
            ..Config::default()
        })
        .await?;
        let address = free_address()?;
        let door = format!("http://{address}").parse()?;
        let config = simulator.config_toml(&door);
        let environment = simulator.environment();
        let world = simulator.world().clone();
        simulator.shutdown().await;

        let data = Data::fresh(Kind::Ringback).await?;
        let never = "poll_every = \"0s\"\nallow_private_network = true";
        let config = config.replace("allow_private_network = true", never);
        fs::write(data.folder().join("config.toml"), config)?;
        let mut serve = ringback::on(data.folder())?;
        serve.arg("serve").envs(environment.clone());
        let server = begin(serve, address, data, case.provider).await?;
        let (mut events, mut calls, mut bytes) = (0, 0, 0);
        while events < at_least {
            let wave = wave(&world, case, calls)?;
            calls += WAVE;
            events += wave.len();
            bytes += wave.iter().map(|event| event.body.len()).sum::<usize>();
            send(address, wave).await?;
        }
        let data = server.stop().await?;
        Ok(Self {
            data,
            environment,
            events,
            calls,
            bytes,
        })
    }

    /// Makes calls of all events once more, on one core; gives how long that took.
    pub(crate) fn rebuild(&self) -> anyhow::Result<Duration> {
        let plain = ringback::on(self.data.folder())?;
        let mut pinned = Command::new("taskset");
        pinned
            .args(["-c", "0"])
            .arg(plain.get_program())
            .args(plain.get_args())
            .args(["--json", "rebuild"])
            .env_remove("RINGBACK_HOME")
            .envs(self.environment.iter().cloned());
        let start = Instant::now();
        let output = pinned.output().context("taskset keeps it on one core")?;
        let took = start.elapsed();
        let said: serde_json::Value = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let counted = (said["events"].as_u64(), said["calls"].as_u64());
        let expected = (Some(self.events as u64), Some(self.calls as u64));
        if counted != expected {
            bail!("{said} where it should be {expected:?}");
        }
        let failed = ["events", "list", "--state", "failed", "--limit", "1"];
        let failed = ringback::ask(self.data.folder(), &failed)?;
        if failed.as_array().is_none_or(|all| !all.is_empty()) {
            bail!("an event was not understood: {failed}");
        }
        Ok(took)
    }
}

/// The webhooks of calls that are over, in the order in which they were due.
fn wave(world: &World, case: &Case, from: usize) -> anyhow::Result<Vec<Delivery>> {
    let at = world.now() - Duration::from_secs(3600);
    for number in from..from + WAVE {
        world.place_at(case.account, script(number), at)?;
    }
    Ok(world.webhooks_due(world.now()))
}

/// A day's mixture: most calls are talked, one in five is put through, one in ten nobody takes.
fn script(number: usize) -> CallScript {
    let talked = CallScript {
        direction: Direction::Outbound,
        transcript_updates: true,
        ..CallScript::default()
    };
    match number % 10 {
        0 | 5 => talked.ending(Ending::Transferred),
        1 => CallScript::unanswered(Ending::NoAnswer),
        2 => CallScript {
            recording: RecordingPlan::None,
            ..talked
        },
        _ => talked,
    }
}

/// Posts all of them and insists that each is new.
async fn send(address: std::net::SocketAddr, wave: Vec<Delivery>) -> anyhow::Result<()> {
    let queue = Rc::new(RefCell::new(wave.into_iter()));
    let local = LocalSet::new();
    let mut senders = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut connection = Connection::open(address).await?;
        let queue = Rc::clone(&queue);
        senders.push(local.spawn_local(async move {
            loop {
                let next = queue.borrow_mut().next();
                let Some(event) = next else {
                    return Ok::<_, anyhow::Error>(());
                };
                let answer = connection.exchange(&request(&event)).await?;
                let told: serde_json::Value = serde_json::from_slice(answer.body)?;
                if told["status"] != "accepted" {
                    bail!("{} was answered {} {told}", event.kind, answer.status);
                }
            }
        }));
    }
    local
        .run_until(async {
            for sender in senders {
                sender.await.context("a connection's task ended early")??;
            }
            Ok(())
        })
        .await
}

/// A webhook as an HTTP request.
fn request(event: &Delivery) -> Vec<u8> {
    let mut head = format!(
        "POST {} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {}\r\n",
        event.url_path,
        event.body.len()
    );
    for (name, value) in &event.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut request = head.into_bytes();
    request.extend_from_slice(&event.body);
    request
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ringback_journeys::cases::CASES;
    use ringback_simulator::WallClock;

    use super::*;

    #[test]
    fn every_provider_tells_enough_of_its_calls_to_be_measured() {
        for case in CASES {
            let world = World::new(1, Arc::new(WallClock), &[case.setup()]).expect("a stand-in");
            let wave = wave(&world, case, 0).expect("an account");
            assert!(wave.len() > WAVE, "{}: {}", case.provider, wave.len());
            let request = request(&wave[0]);
            let mut headers = [httparse::EMPTY_HEADER; 32];
            let mut parsed = httparse::Request::new(&mut headers);
            let head = parsed.parse(&request).expect("HTTP").unwrap();
            assert_eq!(&request[head..], &wave[0].body[..]);
            assert_eq!(parsed.path, Some(wave[0].url_path.as_str()));
        }
    }
}
