//! A resync of many calls: written down, seen by every process, done once.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ringback_api::{Api, ErrorJson, Shell, cli};
use ringback_engine::{
    EngineOptions,
    resync::{Progress, Report, Steer},
    store::SweepState,
};
use ringback_journeys::{
    patience::{A_WHILE, SOON, until},
    setting::{House, RETELL, Setting, TWILIO},
};
use ringback_simulator::{CallScript, Host};
use serde_json::{Value, json};

/// A call with little sound: these journeys are about many.
fn short() -> CallScript {
    CallScript {
        talk: Some(Duration::from_secs(8)),
        ..CallScript::default()
    }
}

/// Calls that were over hours ago, of which nobody told anything. Nothing is asked about them again by
/// itself for a day.
fn missed(setting: &Setting, accounts: &[&str], count: usize) -> Vec<String> {
    let begin = setting.now() - Duration::from_secs(4 * 3600);
    let ids = (0..count)
        .map(|n| {
            let at = begin - Duration::from_secs(n as u64);
            let account = accounts[n % accounts.len()];
            setting
                .world()
                .place_at(account, short(), at)
                .expect("one of ours")
        })
        .collect();
    let _lost = setting.world().webhooks_due(setting.now());
    ids
}

/// From now on each account is asked so many times a second at most: so seldom that whoever wants to step in
/// while something goes on can do that on any machine.
pub(crate) fn at_pace(setting: &Setting, requests_per_second: u32) {
    let line = "allow_private_network = true";
    setting.configure(|text| {
        let pace =
            format!("{line}\npoll_every = \"0s\"\nrequests_per_second = {requests_per_second}");
        text.replace(line, &pace)
    });
}

/// Waits until an engine that runs has taken that up.
async fn paced(house: &House, requests_per_second: u32) {
    until(SOON, "the pace is another one", async || {
        let config = house.engine.config();
        let pace = config.account(RETELL)?.limits.pace?;
        (pace == Duration::from_secs(1) / requests_per_second).then_some(())
    })
    .await;
}

/// How often the provider was asked about each call by itself.
fn asked(setting: &Setting, ids: &[String]) -> BTreeMap<String, usize> {
    let seen = setting.world().seen();
    ids.iter()
        .map(|id| {
            let path = format!("get-call/{id}");
            let times = seen
                .iter()
                .filter(|seen| seen.host == Host::Api && seen.path.ends_with(&path))
                .count();
            (id.clone(), times)
        })
        .collect()
}

/// The calls that have a result.
fn done(house: &House, run: u64) -> Vec<String> {
    let id = i64::try_from(run).expect("a number of the database");
    let items = house
        .engine
        .read(|reader| reader.sweeps().results(id, 0, 10_000))
        .expect("readable");
    items.iter().map(|item| item.named.to_string()).collect()
}

fn report(progress: &Progress) -> Value {
    serde_json::to_value(cli::resync_report(progress)).expect("plain structs are JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_handed_over_survives_kill_9_and_no_call_is_done_twice() {
    let setting = Setting::in_real_time().await;
    at_pace(&setting, 2);
    let ids = missed(&setting, &[RETELL], 40);
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    let house = setting.beside().await;
    let mut run = house.resync_days(1).await.expect("it begins");
    let number = run.number;

    let some = run.progress.wait_for(|now| now.report.checked >= 6);
    let some = tokio::time::timeout(SOON, some).await;
    let some = some.expect("in time").expect("it is told").clone();
    assert!(some.stored && !some.done && some.total == 40, "{some:?}");
    assert!(some.eta.is_some(), "how long it takes is told");
    serving.kill().await;
    at_pace(&setting, 50);
    let before = done(&house, number);
    assert!(before.len() >= 6 && before.len() < 40, "{}", before.len());

    // Nobody does the background work any more, so this process goes on with it.
    let end = tokio::time::timeout(A_WHILE, run.finished()).await;
    let end = end.expect("it is finished");
    // What was taken in at the moment of the kill, and had no result yet, is asked for again and is not
    // another than it was.
    let Report {
        checked,
        updated,
        failed,
        ..
    } = *end.report;
    assert_eq!((checked, failed), (40, 0));
    assert!(updated >= 30, "{updated} of 40 changed");
    let told = report(&end);
    let items = told["items"].as_array().expect("a list");
    assert_eq!(items.len(), 40, "each with before and after");
    let lacking: Vec<_> = items
        .iter()
        .filter(|item| item["outcome"] == "updated")
        .filter(|item| {
            // A status that was known before the kill is not told again.
            let status = item["after"].get("status");
            status.is_some_and(|status| status != "ended")
                || item["after"]["recording"] != json!(["ready"])
        })
        .collect();
    assert!(lacking.is_empty(), "{} of 40: {lacking:#?}", lacking.len());
    let asked = asked(&setting, &ids);
    for id in &ids {
        // Once for the call and once for a fresh link to its sound.
        let most = if before.contains(id) { 2 } else { 4 };
        assert!(asked[id] <= most, "{id} was asked for {} times", asked[id]);
        house.recording_is(id, "ready").await;
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_command_line_it_is_paused_resumed_and_ended() {
    let setting = Setting::in_real_time().await;
    at_pace(&setting, 2);
    let ids = missed(&setting, &[RETELL, TWILIO], 40);
    let house = setting.beside().await;
    let program = setting.program();
    let mut running = program.begin(&["resync", "--recent", "1"]);
    let unfinished = || house.engine.unfinished_resync().expect("readable");
    until(SOON, "it has begun", async || {
        unfinished().filter(|now| now.report.checked >= 3)
    })
    .await;
    // Ctrl-C.
    running.signal("INT").await;
    let ended = running.ended(SOON).await;
    assert_eq!(ended.code(), Some(1), "{}", program.stderr());
    assert!(
        program.stderr().contains("ringback resync --resume"),
        "it says how to go on: {}",
        program.stderr()
    );
    let at_pause = unfinished().expect("it is not over");
    assert!(at_pause.paused && at_pause.report.checked < 40);

    at_pace(&setting, 50);
    let told = program.json(&["resync", "--resume"]).await;
    assert_eq!(told["checked"], 40, "{told}");
    assert_eq!(told["failed"], 0, "{told}");
    for id in &ids {
        assert_eq!(house.call(id).expect("it is here")["status"], "ended");
    }
    let nothing = program.run(&["resync", "--resume", "--json"]).await;
    assert_eq!(nothing.code, Some(1));
    assert_eq!(nothing.json()["error"]["code"], "not_found");

    // One that is ended keeps what it did.
    at_pace(&setting, 2);
    missed(&setting, &[RETELL], 30);
    let cut = {
        let program = program.clone();
        tokio::spawn(async move { program.run(&["resync", "--recent", "1", "--json"]).await })
    };
    until(SOON, "it has begun", async || {
        unfinished().filter(|now| now.report.checked >= 3)
    })
    .await;
    let told = program.run(&["resync", "--cancel", "--json"]).await.json();
    assert!(told["checked"].as_u64().expect("a number") < 70, "{told}");
    let said = cut.await.expect("it ends");
    assert_eq!(said.json()["dry_run"], false);
    assert!(unfinished().is_none());
    house.engine.shutdown().await;
}

pub(crate) struct NoShell;

impl Shell for NoShell {
    fn start_demo(&self) -> Result<(), ErrorJson> {
        unreachable!("nobody asks for it here")
    }
    fn reveal(&self, _: &std::path::Path) -> Result<(), ErrorJson> {
        unreachable!("nobody asks for it here")
    }
    fn open(&self, _: &std::path::Path) -> Result<(), ErrorJson> {
        unreachable!("nobody asks for it here")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn picked_calls_are_one_job_that_a_window_finds_again_after_it_was_reloaded() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let ids = missed(&setting, &[RETELL], 12);
    let mut first = house.resync_days(1).await.expect("it begins");
    first.finished().await;
    let picked: Vec<_> = ids
        .iter()
        .map(|id| house.call(id).expect("here")["id"].clone())
        .collect();

    at_pace(&setting, 1);
    paced(&house, 1).await;
    let api = Api::new(house.engine.clone(), Arc::new(NoShell));
    let start = json!({ "scope": { "scope": "calls", "ids": picked } });
    let begun = api.call("resync.start", start).await.expect("it begins");
    assert_eq!(begun["total"], 12);
    let run = json!({ "run": begun["run"] });
    api.call("resync.pause", run.clone()).await.expect("paused");

    let reloaded = Api::new(house.engine.clone(), Arc::new(NoShell));
    let mine = async || {
        let list = reloaded.call("resync.list", Value::Null).await;
        let list = list.expect("a list");
        let found = list
            .as_array()
            .expect("a list")
            .iter()
            .find(|told| told["run"] == begun["run"]);
        found.cloned().expect("it is known after a reload")
    };
    assert_eq!(mine().await["paused"], true);
    at_pace(&setting, 50);
    paced(&house, 50).await;
    let resumed = reloaded.call("resync.resume", run.clone()).await;
    resumed.expect("it goes on");
    let end = until(SOON, "it is done", async || {
        Some(mine().await).filter(|told| told["done"] == true)
    })
    .await;
    assert_eq!(end["report"]["checked"], 12, "{end}");
    assert_eq!(end["report"]["unchanged"], 12, "{end}");
    let again = reloaded.call("resync.cancel", run).await;
    assert!(again.is_err(), "it is over");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_for_before_the_program_ended_goes_on_by_itself_at_the_next_start() {
    let setting = Setting::webhooks_only().await;
    let ids = missed(&setting, &[RETELL], 10);
    let slow = EngineOptions {
        pace: Duration::from_millis(40),
        ..setting.options()
    };
    let house = setting.start_as(slow.clone()).await.expect("it starts");
    let mut run = house.resync_days(1).await.expect("it begins");
    let some = run.progress.wait_for(|now| now.report.checked >= 2).await;
    drop(some);
    let number = run.number;
    house.engine.shutdown().await;
    drop(house);

    let house = setting.start_as(slow).await.expect("it starts again");
    let id = i64::try_from(number).expect("a number of the database");
    until(SOON, "it is done", async || {
        let sweep = house.engine.read(|reader| reader.sweeps().get(id)).ok()??;
        (sweep.state == SweepState::Done && sweep.checked() == 10).then_some(())
    })
    .await;
    for (id, times) in asked(&setting, &ids) {
        assert!(times <= 4, "{id} was asked for {times} times");
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_thousand_calls_are_asked_for_a_new_calls_recording_arrives_at_once() {
    let setting = Setting::webhooks_only().await;
    // All of them take far longer than anybody here would wait for the one.
    at_pace(&setting, 5);
    missed(&setting, &[RETELL], 1_000);
    let house = setting.start().await;
    let mut run = house.resync_days(1).await.expect("it begins");
    let some = run.progress.wait_for(|now| now.report.checked >= 20).await;
    drop(some);

    let call = setting.simulator.place(RETELL, CallScript::default());
    let call = call.expect("one of ours");
    setting.live_through().await;
    house.recording_is(&call, "ready").await;
    let checked = run.progress.borrow().report.checked;
    assert!(checked < 900, "{checked} of the others went before it");
    let cancelled = house.engine.steer_resync(run.number, Steer::Cancel).await;
    assert!(cancelled.expect("the engine runs"));
    assert!(run.finished().await.cancelled);
    house.engine.shutdown().await;
}
