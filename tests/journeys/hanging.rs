//! A provider that takes a request and does not answer. Whoever asked holds on to the work for as long, so
//! that nobody else begins it, and the failure counts as one.

use std::time::Duration;

use jiff::SignedDuration;
use ringback_engine::store::Job;
use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting},
};
use ringback_simulator::{CallScript, Times};

/// How long a lease lasts.
const LEASE: SignedDuration = SignedDuration::from_mins(1);

/// Longer than a lease goes without being renewed, and too short to be taken for sleep.
const STEP: Duration = Duration::from_secs(25);

fn only_job(house: &House, kind: &str) -> Option<Job> {
    let jobs = house.engine.read(|reader| reader.jobs().list(kind, 2));
    let mut jobs = jobs.expect("the database can be read");
    assert!(jobs.len() < 2, "{jobs:?}");
    jobs.pop()
}

/// How often the call was asked for by its id.
fn questions(setting: &Setting, id: &str) -> usize {
    let seen = setting.world().seen();
    let about = |path: &str| path.ends_with(&format!("/get-call/{id}"));
    seen.iter().filter(|seen| about(&seen.path)).count()
}

/// Waits until the request is out, and lets the time go by in which a lease that nobody holds runs out.
async fn hangs_on(setting: &Setting, house: &House, kind: &str, id: &str) {
    let first = until(SOON, "the provider is asked", async || {
        (questions(setting, id) > 0).then_some(())?;
        only_job(house, kind)?.lease
    })
    .await;
    for _ in 0..3 {
        setting.pass(STEP);
        let renewed = setting.now() + LEASE;
        house.look();
        until(SOON, "the lease is renewed", async || {
            let (owner, ends) = only_job(house, kind)?.lease?;
            assert_eq!(owner, first.0, "nobody takes it a second time");
            (ends == renewed).then_some(())
        })
        .await;
    }
}

/// Lets the provider answer with an error, and waits until that is written down as the first.
async fn fails_once(setting: &Setting, house: &House, kind: &str, pause: SignedDuration) {
    setting.switches(RETELL).turn(|faults| {
        faults.server_errors = Times::Always;
        faults.answers_held = false;
    });
    let job = until(SOON, "the failure is written down", async || {
        only_job(house, kind).filter(|job| job.lease.is_none())
    })
    .await;
    assert_eq!(job.attempts, 1, "{job:?}");
    assert_eq!(job.work.run_at, setting.now() + pause, "{job:?}");
    assert_eq!(job.last_error.as_deref(), Some("provider_error"));
    setting.switches(RETELL).turn(|faults| {
        faults.server_errors = Times::Never;
    });
    setting.clock.set(job.work.run_at);
    house.look();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_asked_for_once_while_the_provider_hangs_and_its_failure_counts() {
    let setting = Setting::of_one(RETELL, "retell", "0s").await;
    setting.switches(RETELL).turn(|faults| {
        // The links in webhooks are dead when these arrive, so that a fresh one has to be asked for.
        faults.links_expire_after = Some(Duration::from_secs(10));
        faults.delay_webhooks = Duration::from_secs(60);
        faults.answers_held = true;
    });
    let house = setting.start().await;
    let short = CallScript {
        talk: Some(Duration::from_secs(8)),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, short);
    let id = id.expect("one of ours");
    let timeline = setting.timeline(&id);
    let recorded = timeline.recording_ready.expect("it is recorded");
    let told = recorded.max(timeline.ended) + Duration::from_secs(60);
    setting.clock.set(told);
    setting.deliver_due().await;

    hangs_on(&setting, &house, "fetch", &id).await;
    fails_once(&setting, &house, "fetch", SignedDuration::from_secs(2)).await;
    house.recording_is(&id, "ready").await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_asked_about_once_while_the_provider_hangs_and_its_failure_counts() {
    let setting = Setting::of_one(RETELL, "retell", "0s").await;
    let house = setting.start().await;
    let short = CallScript {
        talk: Some(Duration::from_secs(8)),
        ..CallScript::default()
    };
    let id = setting.simulator.place(RETELL, short);
    let id = id.expect("one of ours");
    let timeline = setting.timeline(&id);
    setting.clock.set(timeline.ended);
    setting.deliver_due().await;
    // The analysis is not told, so the call is asked about a quarter of an hour after its end.
    setting.miss_everything();
    house.recording_is(&id, "ready").await;
    house.rests().await;
    setting.world().forget_seen();
    setting
        .switches(RETELL)
        .turn(|faults| faults.answers_held = true);
    setting
        .clock
        .set(timeline.ended + Duration::from_secs(15 * 60));
    house.look();

    hangs_on(&setting, &house, "resync", &id).await;
    fails_once(&setting, &house, "resync", SignedDuration::from_secs(2)).await;
    house
        .call_that(&id, "the analysis", |call| call["summary"].is_string())
        .await;
    house.engine.shutdown().await;
}
