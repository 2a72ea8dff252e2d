//! A database that is built again from the journal and the files equals the old one.

use std::time::Duration;

use ringback_journeys::{
    cases::Case,
    setting::{House, Setting, files_below},
    truth::unequal,
};
use ringback_simulator::{CallScript, Direction, Ending, RecordingPlan};
use serde_json::Value;

travelled_by!(everybody:
    a_rebuilt_database_equals_the_old_one,
);
travelled_by!(who_can_be_asked:
    a_rebuilt_database_is_complete_through_the_same_moment,
);

fn everything(house: &House) -> Vec<Value> {
    let listed = house.calls(&Default::default());
    listed
        .iter()
        .map(|call| call["id"].as_str().expect("an id"))
        .map(|id| house.call(id).expect("listed"))
        .collect()
}

async fn a_rebuilt_database_is_complete_through_the_same_moment(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let house = setting.start().await;
    setting.place(case, CallScript::unanswered(Ending::Busy));
    setting.live_through().await;
    setting.pass(Duration::from_secs(20 * 60));
    house.look();
    let before = house.becomes_complete(&setting, case).await;
    house.engine.shutdown().await;

    ringback_engine::rebuild(setting.options())
        .await
        .expect("nobody works on the home");
    let options = ringback_engine::EngineOptions {
        background: false,
        door_required: false,
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    let after = house.ledger(case.account);
    assert_eq!(after, before, "before anybody was asked again");
    house.engine.shutdown().await;
}

async fn a_rebuilt_database_equals_the_old_one(case: &Case) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let scripts = [
        CallScript {
            transcript_updates: true,
            ..CallScript::default()
        },
        CallScript {
            direction: Direction::Outbound,
            ending: Ending::Transferred,
            ..CallScript::default()
        },
        CallScript::unanswered(Ending::Busy),
        CallScript {
            recording: RecordingPlan::None,
            ..CallScript::default()
        },
    ];
    let ids = scripts.map(|script| setting.place(case, script));
    setting.live_through().await;
    for id in &ids[..2] {
        house.recording_is(id, "ready").await;
        house.becomes_whole_in_time(&setting, id).await;
    }
    house.rests().await;
    let before = everything(&house);
    assert_eq!(before.len(), ids.len());
    house.engine.shutdown().await;
    let files = files_below(&setting.home().recordings());

    setting.world().forget_seen();
    let report = ringback_engine::rebuild(setting.options())
        .await
        .expect("nobody works on the home");
    assert_eq!(report.calls as usize, before.len());
    let ready = |call: &&Value| call["recordings"][0]["state"] == "ready";
    assert_eq!(
        report.recordings as usize,
        before.iter().filter(ready).count()
    );
    assert!(
        setting.world().seen().is_empty(),
        "nobody is asked for what is here"
    );
    // Nobody in the background, so that what is compared is what was built and nothing newer.
    let options = ringback_engine::EngineOptions {
        background: false,
        door_required: false,
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    let after = everything(&house);
    assert_eq!(after.len(), before.len(), "every call is there");
    for (after, before) in after.iter().zip(&before) {
        assert_eq!(unequal(after, before), [""; 0]);
    }
    assert_eq!(files_below(&setting.home().recordings()), files);
    house.engine.check_database().expect("sound");
    house.engine.shutdown().await;
}
