//! The ledger at every provider: it says complete when the archive equals the truth, and names each
//! hole.

use std::{fs, time::Duration};

use ringback_api::dto::RepairScopeJson;
use ringback_journeys::{
    cases::Case,
    completeness::Holes,
    patience::{SOON, until},
    setting::{House, Setting},
};
use ringback_simulator::{CallScript, Ending, RecordingPlan, StoragePolicy};

travelled_by!(who_can_be_asked:
    after_a_normal_day_the_ledger_says_complete,
    what_webhooks_did_not_tell_is_complete_after_the_list_was_read,
    a_file_that_was_removed_is_found_and_fetched_again,
);
travelled_by!(everybody:
    a_call_whose_row_was_deleted_is_found_and_comes_back,
);
travelled_by!(who_withholds_and_can_be_asked:
    what_a_policy_withholds_is_counted_and_does_not_block,
);
travelled_by!(who_gives_single_calls:
    what_the_provider_lists_and_no_longer_gives_is_a_hole_and_not_asked_for_ever,
);

/// Lets everything be asked for that is asked for later: after a quarter of an hour, two hours, a day,
/// and a few times more what fails then.
async fn a_day_later(setting: &Setting, house: &House) {
    for pause in [20, 120, 25 * 60, 1, 6, 6] {
        setting.pass(Duration::from_secs(pause * 60));
        house.look();
        house.rests().await;
    }
    // Read once more, now that all is here.
    setting.pass(Duration::from_secs(6 * 60));
    house.look();
}

fn holes(of: &[(&str, &str)]) -> Holes {
    let pairs = of.iter();
    pairs
        .map(|(thing, reason)| ((*thing).into(), (*reason).into()))
        .collect()
}

async fn after_a_normal_day_the_ledger_says_complete(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let house = setting.start().await;
    let before = house.ledger(case.account);
    assert_eq!(before.total.calls, 0);
    let ids = [
        CallScript::default(),
        CallScript::outbound(),
        CallScript::unanswered(Ending::Busy),
    ]
    .map(|script| setting.place(case, script));
    setting.live_through().await;
    a_day_later(&setting, &house).await;
    house.becomes_whole(&setting, &ids[0]).await;
    house.becomes_whole(&setting, &ids[1]).await;
    let ledger = house.becomes_complete(&setting, case).await;
    let sums = &ledger.total;
    assert_eq!((sums.calls, sums.open), (3, 0), "{sums:#?}");
    assert_eq!(sums.things["record"], [3, 3]);
    // As many as the provider really has.
    let truths: Vec<_> = ids
        .iter()
        .map(|id| setting.simulator.truth(id).expect("the provider knows it"))
        .collect();
    let recorded = truths
        .iter()
        .filter(|truth| truth.recordings.iter().any(|one| one.state == "available"));
    assert_eq!(sums.things["recording"][1], recorded.count() as u64);
    let days: u64 = ledger.days.iter().map(|day| day.sums.expected).sum();
    assert_eq!(days, sums.expected, "the days add up");
    house.engine.shutdown().await;
}

async fn what_webhooks_did_not_tell_is_complete_after_the_list_was_read(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let house = setting.start().await;
    let id = setting.place(case, CallScript::default());
    setting.miss_everything();
    setting.pass(Duration::from_secs(20 * 60));
    house.look();
    house.becomes_whole(&setting, &id).await;
    a_day_later(&setting, &house).await;
    let ledger = house.becomes_complete(&setting, case).await;
    assert_eq!((ledger.total.calls, ledger.total.open), (1, 0));
    house.engine.shutdown().await;
}

async fn a_file_that_was_removed_is_found_and_fetched_again(case: &Case) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let id = setting.place(case, CallScript::default());
    setting.live_through().await;
    let call = house.becomes_whole_in_time(&setting, &id).await;
    house.rests().await;
    let before = house.ledger(case.account);
    fs::remove_file(house.file(&call)).expect("the file is there");

    let found = house.holes(case.account).await;
    assert_eq!(found[&id], holes(&[("recording", "file_missing")]));
    assert_eq!(house.ledger(case.account).total.open, 1);
    let day = before.days[0].day.clone();
    let account = case.account.to_owned();
    let report = house.repair(RepairScopeJson::Day { account, day }).await;
    assert_eq!((report.checked, report.failed), (1, 0), "{report:#?}");
    house.becomes_whole(&setting, &id).await;
    assert_eq!(house.ledger(case.account), before);
    house.engine.shutdown().await;
}

async fn a_call_whose_row_was_deleted_is_found_and_comes_back(case: &Case) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let id = setting.place(case, CallScript::default());
    setting.live_through().await;
    let before = house.becomes_whole_in_time(&setting, &id).await;
    house.rests().await;
    let ledger = house.ledger(case.account);
    let raw = rusqlite::Connection::open(setting.home().database()).expect("opens");
    let sql = "DELETE FROM calls WHERE provider_call_id = ?1";
    assert_eq!(raw.execute(sql, [&id]).expect("deletes"), 1);
    drop(raw);

    assert!(house.call(&id).is_none());
    let lacking = house.lacking(case.account).await;
    assert_eq!(lacking.len(), 1);
    assert_eq!(lacking[0].call, None, "there is nothing to look at");
    assert_eq!(
        house.holes(case.account).await[&id],
        holes(&[("record", "lost")])
    );
    let scope = RepairScopeJson::Call {
        account: Some(case.account.into()),
        id: id.clone(),
    };
    let report = house.repair(scope).await;
    assert_eq!(report.failed, 0, "{report:#?}");
    let after = house.becomes_whole(&setting, &id).await;
    assert_eq!(after["id"], before["id"], "it is the same call");
    assert_eq!(
        after["recordings"][0]["sha256"],
        before["recordings"][0]["sha256"]
    );
    assert_eq!(house.ledger(case.account), ledger);
    house.engine.shutdown().await;
}

async fn what_a_policy_withholds_is_counted_and_does_not_block(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let house = setting.start().await;
    let script = CallScript {
        storage: StoragePolicy::BasicAttributesOnly,
        ..CallScript::default()
    };
    let id = setting.place(case, script);
    setting.miss_everything();
    // The links that are given out meanwhile die.
    setting.pass(Duration::from_secs(30 * 60));
    house.look();
    house
        .call_that(&id, "its end", |call| call["status"] == "ended")
        .await;
    a_day_later(&setting, &house).await;
    let ledger = house.becomes_complete(&setting, case).await;
    let reason = case.withholds.expect("there is such a policy");
    assert!(ledger.total.excused > 0, "{:#?}", ledger.total);
    let found = house.holes(case.account).await;
    let recording = found[&id].iter().find(|(thing, _)| thing == "recording");
    assert_eq!(recording.map(|(_, reason)| reason.as_str()), Some(reason));
    house.engine.shutdown().await;
}

async fn what_the_provider_lists_and_no_longer_gives_is_a_hole_and_not_asked_for_ever(case: &Case) {
    let setting = Setting::asking(&[case]).await;
    let house = setting.start().await;
    let script = CallScript {
        recording: RecordingPlan::default(),
        ..CallScript::default()
    };
    // Before there is anything to be asked for: the list is read whenever the clock moves.
    setting
        .switches(case.account)
        .turn(|faults| faults.lists_only = true);
    let id = setting.place(case, script);
    setting.miss_everything();
    setting.pass(Duration::from_secs(20 * 60));
    house.look();
    until(SOON, "the list is read", async || {
        let ledger = house.ledger(case.account);
        (ledger.total.calls > 0).then_some(())
    })
    .await;
    // As long as it is tried again, the hole says why it is open.
    for pause in [1, 1, 5, 10, 20, 40, 60] {
        setting.pass(Duration::from_secs(pause * 60));
        house.look();
        house.rests().await;
    }
    a_day_later(&setting, &house).await;
    house.rests().await;
    let found = house.holes(case.account).await;
    let reasons: Vec<_> = found[&id]
        .iter()
        .map(|(_, reason)| reason.as_str())
        .collect();
    assert!(!reasons.is_empty());
    for reason in &reasons {
        assert!(
            ["not_found", "link_expired", "retention", "not_told"].contains(reason),
            "{reasons:?}"
        );
    }
    house.becomes_complete(&setting, case).await;

    // Nobody asks for it any more.
    setting.world().forget_seen();
    for _ in 0..3 {
        setting.pass(Duration::from_secs(6 * 3600));
        house.look();
        house.rests().await;
    }
    let seen = setting.world().seen();
    let asked = seen.iter().filter(|request| request.path.contains(&id));
    assert_eq!(asked.count(), 0, "{seen:#?}");

    // It is there again: a person asks, and gets it.
    setting
        .switches(case.account)
        .turn(|faults| faults.lists_only = false);
    let scope = RepairScopeJson::All {
        account: Some(case.account.into()),
    };
    let report = house.repair(scope).await;
    assert_eq!(report.failed, 0, "{report:#?}");
    house.becomes_whole(&setting, &id).await;
    house.engine.shutdown().await;
}
