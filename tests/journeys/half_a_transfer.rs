//! A transfer to a colleague: two legs, three recordings, and the power goes in the middle of them.

use std::{fs, time::Duration};

use ringback_api::dto::RepairScopeJson;
use ringback_journeys::{
    cases::Case,
    patience::{SOON, until},
    setting::{Setting, files_below},
};
use ringback_simulator::{CallScript, Ending};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// So that the shortest lands long before the others: there is half a minute to step in.
const BYTES_PER_SECOND: u64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn two_legs_and_three_recordings_arrive_whole_although_the_program_is_killed_in_the_middle() {
    let case = Case::of("twilio");
    let setting = Setting::told_in_real_time(&[case]).await;
    let script = CallScript {
        ending: Ending::Transferred,
        talk: Some(Duration::from_secs(60)),
        further_recordings: [40, 4].map(Duration::from_secs).to_vec(),
        ..CallScript::default()
    };
    let placed = setting.now() - Duration::from_secs(20 * 60);
    let id = setting.world().place_at(case.account, script, placed);
    let id = id.expect("one of ours");
    setting
        .switches(case.account)
        .turn(|faults| faults.slow_media = Some(BYTES_PER_SECOND));
    let mut serving = setting.program().serve(&[]);
    serving.open(&setting.sender).await;
    setting.deliver_due().await;
    let files = |ending: &str| {
        let all = files_below(&setting.home().recordings());
        all.iter().filter(|file| file.ends_with(ending)).count()
    };
    until(SOON, "one is here and two are on their way", async || {
        let sidecars = files(".json").saturating_sub(files(".part.json"));
        (sidecars == 1 && files(".part") == 2).then_some(())
    })
    .await;
    serving.kill().await;
    setting
        .switches(case.account)
        .turn(|faults| faults.slow_media = None);

    let house = setting.start().await;
    let is_here = |call: &Value| {
        let recordings = call["recordings"].as_array();
        let ready = |one: &&Value| one["state"] == "ready";
        recordings.is_some_and(|all| all.iter().filter(ready).count() == 3)
    };
    let call = house.call_that(&id, "three recordings", is_here).await;
    let truth = setting.simulator.truth(&id).expect("the provider knows it");
    assert_eq!(truth.recordings.len(), 3);
    for theirs in &truth.recordings {
        let recordings = call["recordings"].as_array().expect("a list");
        let ours = recordings
            .iter()
            .find(|one| {
                one["provider_recording_id"].as_str() == theirs.provider_recording_id.as_deref()
            })
            .expect("each under its id");
        let path = ours["path"].as_str().expect("it is here");
        let bytes = fs::read(setting.home().recordings().join(path)).expect("a file");
        let sha256 = hex::encode(Sha256::digest(&bytes));
        assert!(
            theirs
                .files
                .iter()
                .any(|file| file.sha256 == sha256 && file.channels == 2),
            "byte for byte, with a party on each channel: {ours}"
        );
    }
    assert_eq!(
        (files(".part"), files(".part.json")),
        (0, 0),
        "nothing is left over"
    );
    assert_eq!(
        call["legs"].as_array().map(Vec::len),
        Some(1),
        "{}",
        call["legs"]
    );

    let account = Some(case.account.to_owned());
    house.repair(RepairScopeJson::All { account }).await;
    let ledger = house.ledger(case.account);
    assert_eq!(
        (ledger.total.calls, ledger.total.open),
        (1, 0),
        "{:#?}",
        ledger.total
    );
    assert_eq!(ledger.total.things["recording"], [1, 1]);
    house.engine.shutdown().await;
}
