//! What can happen to a recording between its provider and the file here.

use std::time::Duration;

use ringback_journeys::{
    cases::Case,
    setting::{House, Setting, files_below},
    truth::{differences, wrong_with_sound},
};
use ringback_simulator::{CallScript, Host, StoragePolicy, Times};
use serde_json::{Value, json};

travelled_by!(everybody:
    a_recording_that_can_be_had_only_later_is_fetched_when_it_is_there,
    a_transfer_that_breaks_off_goes_on_where_it_was,
);
travelled_by!(who_can_be_asked:
    a_dead_link_is_replaced_by_a_fresh_one,
);
travelled_by!(who_withholds:
    what_the_customer_s_policy_withholds_is_no_failure,
);

async fn is_sound(setting: &Setting, house: &House, id: &str) -> Value {
    let call = house.recording_is(id, "ready").await;
    let truth = setting.simulator.truth(id).expect("the provider knows it");
    assert_eq!(
        wrong_with_sound(&call, &truth, &setting.home().recordings()),
        [""; 0]
    );
    let left: Vec<_> = files_below(&setting.home().recordings())
        .into_iter()
        .filter(|name| name.ends_with(".part") || name.contains(".incoming/"))
        .collect();
    assert_eq!(left, [""; 0], "nothing is left of the way there");
    call
}

/// Lets the time go by from one try to the next until the recording is here.
async fn tried_until_ready(setting: &Setting, house: &House, id: &str, at_most: Duration) {
    let limit = setting.now() + at_most;
    loop {
        house.look();
        house.rests().await;
        if house.call(id).expect("here")["recordings"][0]["state"] == "ready" {
            return;
        }
        let jobs = ["fetch", "resync"];
        let next = house.engine.read(|reader| reader.jobs().next_due(&jobs));
        let next = next.expect("readable").unwrap_or(limit);
        assert!(
            next < limit,
            "nothing more is tried before {limit}: {:#}",
            house.call(id).expect("here")["recordings"]
        );
        setting.clock.set(next.max(setting.now()));
    }
}

async fn a_recording_that_can_be_had_only_later_is_fetched_when_it_is_there(case: &Case) {
    let setting = Setting::told(&[case]).await;
    let late = Duration::from_secs(100);
    setting
        .switches(case.account)
        .turn(|faults| faults.recordings_late_by = late);
    let house = setting.start().await;
    let id = setting.place(case, CallScript::default());
    setting.live_through().await;
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    tried_until_ready(&setting, &house, &id, Duration::from_secs(15 * 60)).await;
    is_sound(&setting, &house, &id).await;
    assert!(house.alerts().is_empty(), "nobody has to be told of it");
    house.engine.shutdown().await;
}

async fn a_transfer_that_breaks_off_goes_on_where_it_was(case: &Case) {
    let setting = Setting::told(&[case]).await;
    setting.switches(case.account).turn(|faults| {
        faults.break_media = Times::Next(1);
        faults.break_media_after = 20_000;
    });
    let house = setting.start().await;
    let id = setting.place(case, CallScript::default());
    setting.live_through().await;
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    tried_until_ready(&setting, &house, &id, Duration::from_secs(60)).await;
    is_sound(&setting, &house, &id).await;
    let fetched = setting.world().seen();
    let resumed = fetched
        .iter()
        .find(|seen| seen.host == Host::Storage && seen.range.is_some());
    let resumed = resumed.expect("the rest was asked for");
    assert_eq!(
        (resumed.range.as_deref(), resumed.status),
        (Some("bytes=20000-"), Some(206)),
        "not a byte is fetched twice"
    );
    house.engine.shutdown().await;
}

async fn a_dead_link_is_replaced_by_a_fresh_one(case: &Case) {
    let setting = Setting::told(&[case]).await;
    setting.switches(case.account).turn(|faults| {
        faults.links_expire_after = Some(Duration::from_secs(10));
        faults.delay_webhooks = Duration::from_secs(60);
    });
    let house = setting.start().await;
    let id = setting.place(case, CallScript::default());
    setting.live_through().await;
    // By now every link that was told is dead.
    setting.pass(Duration::from_secs(60));
    tried_until_ready(&setting, &house, &id, Duration::from_secs(60)).await;
    is_sound(&setting, &house, &id).await;
    house.becomes_whole_in_time(&setting, &id).await;
    assert!(house.alerts().is_empty(), "{:?}", house.alerts());
    house.engine.shutdown().await;
}

async fn what_the_customer_s_policy_withholds_is_no_failure(case: &Case) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..CallScript::default()
    };
    let id = setting.place(case, script);
    if case.has_api {
        setting.miss_everything();
        // What was given out for a while is not given out any more.
        setting.pass(Duration::from_secs(1800));
        let request = ringback_engine::resync::Request {
            scope: ringback_engine::resync::Scope::Recent { days: 1 },
            account: None,
            dry_run: false,
        };
        let mut run = house.engine.resync(request).await.expect("it can be asked");
        assert_eq!(run.finished().await.report.failed, 0);
    } else {
        setting.live_through().await;
    }
    let call = house.recording_is(&id, "withheld").await;
    assert_eq!(call["recordings"][0]["reason"], json!(case.withholds));
    house.rests().await;
    let call = house.call(&id).expect("here");
    let truth = setting.simulator.truth(&id).expect("the provider knows it");
    assert_eq!(differences(&call, &truth), [""; 0]);
    assert_eq!(call["missing"], json!([]), "withheld is not missing");
    assert!(house.alerts().is_empty(), "{:?}", house.alerts());
    house.engine.shutdown().await;
}
