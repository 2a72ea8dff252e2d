//! Dying without a word, again and again.

use std::{cell::RefCell, collections::BTreeSet, net::SocketAddr, rc::Rc};

use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{sync::Notify, task::LocalSet};

use super::Setting;
use crate::{
    load::{Connection, Forge, Kind as Event, Numbers},
    report::{Figure, Goal, Limit, Report, Series},
    server::{self, Data, Disk, Kind},
};

pub(super) const QUESTION: &str = "Is every acknowledged event there, once, after the program was killed under load again and again?";

const CONNECTIONS: usize = 8;

/// The books are checked whenever so many kills are through, so that a loss is known near its cause.
const CHECK_EVERY: usize = 50;

/// What the senders know.
#[derive(Default)]
struct Senders {
    acknowledged: Vec<u64>,
    /// Sent and never answered. A sender delivers them again, as providers do.
    unanswered: BTreeSet<u64>,
}

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut dice = StdRng::seed_from_u64(1);
    let numbers = Numbers::default();
    let senders = Rc::new(RefCell::new(Senders::default()));
    let mut data = Data::fresh(Kind::Ringback).await?;
    let mut ready: Vec<f64> = Vec::new();

    let cycles = setting.wish.cycles;
    for cycle in 1..=cycles {
        let server = server::start(Kind::Ringback, data, Disk::AsIs).await?;
        ready.push(server.ready_after.as_secs_f64() * 1000.0);
        let enough = senders.borrow().acknowledged.len() + dice.random_range(1..=200);
        let address = server.address;
        let mut victim = Some(server);
        let mut left = None;
        onslaught(address, &setting.forge, &numbers, &senders, enough, || {
            left = victim.take().map(server::Running::kill);
        })
        .await;
        data = match left {
            Some(killed) => killed?,
            None => anyhow::bail!("the server died before it was killed, in cycle {cycle}"),
        };

        if cycle % CHECK_EVERY == 0 || cycle == cycles {
            let senders = senders.borrow();
            let may_have: Vec<u64> = senders.unanswered.iter().copied().collect();
            data.stored(Kind::Ringback)?
                .check(&senders.acknowledged, &may_have)?;
            println!(
                "   {cycle} kills, {} acknowledged, all there",
                senders.acknowledged.len()
            );
        }
    }

    let acknowledged = senders.borrow().acknowledged.len();
    ready.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| ready[((ready.len() - 1) as f64 * share).round() as usize];
    let mut report = setting.report("kills", QUESTION);
    report.figures = vec![
        Figure::higher("kills"),
        Figure::higher("acknowledged"),
        Figure::lower("ready p50 ms"),
        Figure::lower("ready p99 ms"),
        Figure::lower("ready max ms"),
    ];
    report.series = vec![Series {
        server: Kind::Ringback.name().to_owned(),
        rounds: vec![vec![
            cycles as f64,
            acknowledged as f64,
            at(0.5),
            at(0.99),
            at(1.0),
        ]],
    }];
    report.goals = vec![Goal::new(
        "Ready again after a kill, p99 in ms",
        Limit::AtMost(250.0),
        vec![at(0.99)],
    )];
    report.how = vec![
        format!(
            "One home for the whole run; {CONNECTIONS} connections send without a pause; after 1 to 200 acknowledgements the process gets SIGKILL; what was not answered is sent again."
        ),
        format!(
            "After every {CHECK_EVERY} kills the database is checked (PRAGMA integrity_check) and compared with the acknowledgements; one lost or double event voids the run, so a published run has none."
        ),
        "Ready is the time from starting the program to its first 200 on /healthz.".into(),
    ];
    Ok(report)
}

/// Sends over all connections until the server is gone. `kill` is called once, when `enough`
/// acknowledgements are there.
async fn onslaught(
    address: SocketAddr,
    forge: &Rc<Forge>,
    numbers: &Numbers,
    senders: &Rc<RefCell<Senders>>,
    enough: usize,
    kill: impl FnOnce(),
) {
    let local = LocalSet::new();
    let ready_to_die = Rc::new(Notify::new());
    // Each connection sends its share of the unanswered again before anything new.
    let again: Rc<RefCell<Vec<u64>>> = Rc::new(RefCell::new(
        senders.borrow().unanswered.iter().copied().collect(),
    ));
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (forge, numbers, senders) = (Rc::clone(forge), numbers.clone(), Rc::clone(senders));
            let (again, ready_to_die) = (Rc::clone(&again), Rc::clone(&ready_to_die));
            local.spawn_local(async move {
                let Ok(mut connection) = Connection::open(address).await else {
                    ready_to_die.notify_one();
                    return;
                };
                let mut request = Vec::new();
                loop {
                    let old = again.borrow_mut().pop();
                    let number = old.unwrap_or_else(|| numbers.take());
                    senders.borrow_mut().unanswered.insert(number);
                    forge.request(Event::Analyzed, number, &mut request);
                    let answered = connection
                        .exchange(&request)
                        .await
                        .is_ok_and(|answer| answer.status == 200);
                    if !answered {
                        ready_to_die.notify_one();
                        return;
                    }
                    let mut senders = senders.borrow_mut();
                    senders.unanswered.remove(&number);
                    senders.acknowledged.push(number);
                    if senders.acknowledged.len() >= enough {
                        ready_to_die.notify_one();
                    }
                }
            })
        })
        .collect();
    local
        .run_until(async {
            ready_to_die.notified().await;
            kill();
            for task in tasks {
                // A task ends when its connection breaks; how, does not matter here.
                let _ = task.await;
            }
        })
        .await;
}
