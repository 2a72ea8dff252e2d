//! How quickly an archive is filled: everything that a provider has, a night that was slept through,
//! and one call from its webhook to the sound.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use ringback_journeys::{
    patience::{A_WHILE, SOON, until},
    setting::{House, RETELL, Setting as Home},
};
use ringback_simulator::{CallScript, Host};

use super::Setting;
use crate::report::{Figure, Goal, Limit, Report, Series};

pub(super) const QUESTION: &str = "How quickly does Ringback bring in what a provider has, and what does it hold in memory meanwhile?";

/// Calls of the large back-fill.
const MANY: u32 = 10_000;
/// What a script does that asks for one call after the other, a tenth of a second apart.
const SCRIPT: f64 = 10.0;
/// Calls against a rate limit, and the limit in requests per second.
const LIMITED: u32 = 200;
const LIMIT: f64 = 25.0;
/// All calls are of the last days.
const DAYS: u32 = 2;
/// Calls of a night.
const NIGHT: u32 = 1_000;
/// Calls from webhook to sound in a round.
const SINGLE: usize = 20;
/// So long is a call whose stereo recording of 16 kHz is 10 MB.
const TEN_MEGABYTES: Duration = Duration::from_millis(156_250);
const HOUR: Duration = Duration::from_secs(3600);

const RATE: usize = 0;
const GROWTH: usize = 1;
const AGAINST_LIMIT: usize = 2;
const PLAYABLE: usize = 4;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("backfill", QUESTION);
    report.figures = vec![
        Figure::higher("back-fill calls/s"),
        Figure::lower("memory end/begin"),
        Figure::lower("time/bound at a limit"),
        Figure::higher("night calls/s"),
        Figure::lower("webhook to playable p95 ms"),
    ];
    let mut ours = Series {
        server: "Ringback".to_owned(),
        rounds: Vec::new(),
    };
    let mut script = Series {
        server: "a script, 10 calls a second".to_owned(),
        rounds: Vec::new(),
    };
    for round in 1..=setting.wish.rounds {
        let (rate, growth) = large().await.context("the large back-fill")?;
        let against_limit = limited().await.context("the back-fill at a limit")?;
        let night = night().await.context("the night")?;
        let playable = playable().await.context("from webhook to sound")?;
        println!(
            "   round {round}  {rate:>7.0} calls/s  memory x{growth:.2}  limit x{against_limit:.2}  night {night:>6.0}/s  playable {playable:>6.0} ms"
        );
        ours.rounds
            .push(vec![rate, growth, against_limit, night, playable]);
        script.rounds.push(vec![SCRIPT, 1.0, 1.0, SCRIPT, f64::NAN]);
    }
    report.goals = vec![
        Goal::ratio(
            "Calls per second against the script, the stand-in not limiting",
            Limit::AtLeast(50.0),
            &ours,
            &script,
            RATE,
        ),
        Goal::new(
            "Time against what the limit of requests allows",
            Limit::AtMost(1.2),
            ours.column(AGAINST_LIMIT),
        ),
        Goal::new(
            "Memory at the end against that after a fifth",
            Limit::AtMost(1.25),
            ours.column(GROWTH),
        ),
        Goal::new(
            "p95 in ms from the webhook to a playable file of 10 MB",
            Limit::AtMost(1_000.0),
            ours.column(PLAYABLE),
        ),
    ];
    report.series = vec![ours];
    report.how = vec![
        format!(
            "{MANY} calls with short recordings at a stand-in on loopback, by `ringback serve`, handed over as `ringback resync` does; memory is what the process holds after a fifth and at the end."
        ),
        format!(
            "{LIMITED} calls at {LIMIT} requests a second; the bound is the number of requests it made through that limit."
        ),
        format!(
            "{NIGHT} calls of eight hours after the clock jumped, until every recording is here."
        ),
        format!(
            "{SINGLE} webhooks one after the other, each with a recording of 10 MB, until it is checked and playable."
        ),
    ];
    Ok(report)
}

/// Calls that were over some time ago, of which nobody told.
fn missed(home: &Home, count: u32, over: Duration) {
    let begin = home.now() - over;
    for n in 0..count {
        let script = CallScript {
            talk: Some(Duration::from_secs(2)),
            ..CallScript::default()
        };
        let at = begin + (over - Duration::from_secs(600)) / count * n;
        home.world()
            .place_at(RETELL, script, at)
            .expect("one of ours");
    }
    let _lost = home.world().webhooks_due(home.now());
}

/// The configuration without looking at lists by itself: the same calls would be asked for twice.
fn asked_only(text: &str) -> String {
    let line = "allow_private_network = true";
    text.replace(line, &format!("{line}\npoll_every = \"0s\""))
}

/// Calls a second, and how much more memory the process holds at the end.
async fn large() -> anyhow::Result<(f64, f64)> {
    let home = Home::in_real_time().await;
    home.configure(|text| {
        asked_only(&text).replace(
            "provider = \"retell\"",
            "provider = \"retell\"\nrequests_per_second = 10000\nmax_downloads = 32",
        )
    });
    missed(&home, MANY, HOUR * 20);
    let mut serving = home.program().serve(&[]);
    serving.open(&home.sender).await;
    let house = home.beside().await;
    let begin = Instant::now();
    let mut run = house.resync_days(DAYS).await?;
    run.progress
        .wait_for(|now| now.report.checked >= u64::from(MANY / 5))
        .await?;
    let early = serving.memory();
    run.progress
        .wait_for(|now| now.report.checked >= u64::from(MANY) - 50)
        .await?;
    let late = serving.memory();
    let end = run.finished().await;
    let took = begin.elapsed();
    ensure!(
        end.report.failed == 0 && end.report.checked == u64::from(MANY),
        "{} of {} were asked for, {} failed",
        end.report.checked,
        MANY,
        end.report.failed
    );
    house.engine.shutdown().await;
    serving.kill().await;
    Ok((
        f64::from(MANY) / took.as_secs_f64(),
        late as f64 / early as f64,
    ))
}

/// The time it took against that which the limit asks for.
async fn limited() -> anyhow::Result<f64> {
    let home = Home::webhooks_only().await;
    home.configure(|text| {
        asked_only(&text).replace(
            "provider = \"retell\"",
            &format!("provider = \"retell\"\nrequests_per_second = {LIMIT}"),
        )
    });
    missed(&home, LIMITED, HOUR * 5);
    let house = home.start().await;
    home.world().forget_seen();
    let begin = Instant::now();
    let end = house.resync_days(DAYS).await?.finished().await;
    let took = begin.elapsed();
    ensure!(end.report.failed == 0, "{} failed", end.report.failed);
    let requests = home
        .world()
        .seen()
        .iter()
        .filter(|seen| seen.host == Host::Api)
        .count();
    house.engine.shutdown().await;
    Ok(took.as_secs_f64() * LIMIT / requests as f64)
}

/// Calls a second after a night.
async fn night() -> anyhow::Result<f64> {
    let home = Home::polling().await;
    let house = home.start().await;
    let account = house.engine.config().account(RETELL).cloned();
    let account = account.context("it is configured")?;
    until(SOON, "the list is read", async || {
        house.engine.poll_of(&account).last_at
    })
    .await;
    home.pass(HOUR * 8);
    missed(&home, NIGHT, HOUR * 7);
    let begin = Instant::now();
    house.look();
    until(A_WHILE, "everything is here", async || {
        (house.ready() == u64::from(NIGHT)).then_some(())
    })
    .await;
    let took = begin.elapsed();
    house.engine.shutdown().await;
    Ok(f64::from(NIGHT) / took.as_secs_f64())
}

/// The 95th of a hundred, in ms, from a webhook to a file that is decoded to its end.
async fn playable() -> anyhow::Result<f64> {
    let home = Home::webhooks_only().await;
    let house = home.start().await;
    let mut took = Vec::with_capacity(SINGLE);
    for _ in 0..SINGLE {
        let id = over(&home, &house).await?;
        let begin = Instant::now();
        wait_for_sound(&house, &id).await;
        took.push(begin.elapsed());
    }
    took.sort_unstable();
    house.engine.shutdown().await;
    Ok(took[SINGLE * 95 / 100 - 1].as_secs_f64() * 1e3)
}

/// Posts everything about a call that is over; its recording is told last.
async fn over(home: &Home, house: &House) -> anyhow::Result<String> {
    let script = CallScript {
        talk: Some(TEN_MEGABYTES),
        ..CallScript::default()
    };
    let id = home.simulator.place(RETELL, script)?;
    home.live_through().await;
    ensure!(house.engine.door().is_some(), "the door is open");
    Ok(id)
}

async fn wait_for_sound(house: &House, id: &str) {
    loop {
        let call = house.call(id);
        if call.is_some_and(|call| call["recordings"][0]["state"] == "ready") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
