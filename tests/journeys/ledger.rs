//! The ledger where it takes more than one provider's ordinary day: holes made by hand, links that
//! died, accounts that cannot be asked, a database that is built again, and the command line.

use std::time::Duration;

use ringback_api::dto::RepairScopeJson;
use ringback_journeys::{
    cases::Case,
    patience::{SOON, until},
    setting::{CUSTOM, House, RETELL, Setting},
};
use ringback_simulator::{CallScript, Ending, RecordingPlan};
use serde_json::{Value, json};

/// A day of one Retell account, with calls of many kinds, asked for until nothing more is to come.
async fn lived_through(setting: &Setting, house: &House) -> [String; 3] {
    let case = Case::of("retell");
    let ids = [
        CallScript::default(),
        CallScript {
            recording: RecordingPlan::None,
            ..CallScript::default()
        },
        CallScript::unanswered(Ending::Busy),
    ]
    .map(|script| setting.place(case, script));
    setting.live_through().await;
    house.becomes_whole_in_time(setting, &ids[0]).await;
    for pause in [20, 120, 25 * 60] {
        setting.pass(Duration::from_secs(pause * 60));
        house.look();
        house.rests().await;
    }
    ids
}

fn named(of: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = of.iter();
    pairs
        .map(|(thing, reason)| ((*thing).into(), (*reason).into()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_that_is_gone_from_the_database_comes_back_without_asking_anybody() {
    let case = Case::of("retell");
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let ids = lived_through(&setting, &house).await;
    let before = house.ledger(RETELL);
    let call = house.call(&ids[0]).expect("here");
    let raw = rusqlite::Connection::open(setting.home().database()).expect("opens");
    let sql = "UPDATE transcripts SET doc = x'' WHERE call = (SELECT row FROM calls WHERE provider_call_id = ?1)";
    assert_eq!(raw.execute(sql, [&ids[0]]).expect("empties"), 1);
    drop(raw);
    assert_eq!(
        house.call(&ids[0]).expect("here")["transcript"],
        json!(null)
    );

    let holes = house.holes(RETELL).await;
    assert_eq!(holes[&ids[0]], named(&[("transcript", "lost")]));
    assert!(house.ledger(RETELL).complete_through < Some(format!("{:.3}", setting.now())));
    setting.world().forget_seen();
    let scope = RepairScopeJson::Call {
        account: None,
        id: ids[0].clone(),
    };
    house.repair(scope).await;
    let after = house.call(&ids[0]).expect("here");
    assert_eq!(after["transcript"], call["transcript"]);
    assert_eq!(house.ledger(RETELL), before);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_be_asked_claims_nothing_and_counts_what_it_was_told() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(CUSTOM, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    house.becomes_whole(&setting, &id).await;
    house.rests().await;
    let ledger = house.ledger(CUSTOM);
    assert!(!ledger.has_api);
    assert_eq!((ledger.complete_through, ledger.walked_until), (None, None));
    assert_eq!((ledger.total.calls, ledger.total.open), (1, 0));
    assert_eq!(ledger.total.things["recording"], [1, 1]);
    let scope = RepairScopeJson::All {
        account: Some(CUSTOM.into()),
    };
    let report = house.repair(scope).await;
    assert_eq!(
        (report.checked, report.failed),
        (0, 0),
        "nothing is lacking"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_died_before_the_sound_was_here_is_an_excused_hole_that_may_be_repaired() {
    let setting = Setting::with_backend().await;
    let house = setting.start().await;
    let switches = setting.switches(CUSTOM);
    switches.turn(|faults| {
        faults.links_expire_after = Some(Duration::from_secs(300));
        faults.recordings_late_by = Duration::from_secs(36_000);
    });
    let id = setting
        .simulator
        .place(CUSTOM, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    for _ in 0..4 {
        setting.pass(Duration::from_secs(301));
        house.look();
        house.rests().await;
    }
    house.recording_is(&id, "expired").await;
    let holes = house.holes(CUSTOM).await;
    assert_eq!(holes[&id], named(&[("recording", "link_expired")]));
    let sums = house.ledger(CUSTOM).total;
    assert_eq!((sums.open, sums.excused), (0, 1));
    let lacking = house.lacking(CUSTOM).await;
    assert!(lacking[0].repairable);
    assert!(
        lacking[0].age_ms >= 4 * 301_000,
        "since the call's end: {lacking:?}"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_database_has_the_same_ledger_also_of_what_the_provider_no_longer_gives() {
    let case = Case::of("retell");
    let setting = Setting::asking(&[case]).await;
    let house = setting.start().await;
    lived_through(&setting, &house).await;
    // Before there is anything to be asked for: the list is read whenever the clock moves.
    setting
        .switches(RETELL)
        .turn(|faults| faults.lists_only = true);
    let gone = setting.place(case, CallScript::default());
    setting.miss_everything();
    for minutes in [20, 1, 5, 10, 20, 40, 60, 120, 25 * 60, 1, 6, 6, 6] {
        setting.pass(Duration::from_secs(minutes * 60));
        house.look();
        until(SOON, "its list is read again", async || {
            let config = house.engine.config();
            let account = config.account(RETELL)?;
            (house.engine.poll_of(account).last_at == Some(setting.now())).then_some(())
        })
        .await;
        house.rests().await;
    }
    house.becomes_complete(&setting, case).await;
    let (before, holes) = (house.ledger(RETELL), house.holes(RETELL).await);
    assert!(holes.contains_key(&gone), "{holes:?}");
    house.engine.shutdown().await;

    setting.world().forget_seen();
    ringback_engine::rebuild(setting.options())
        .await
        .expect("nobody works on the home");
    assert!(setting.world().seen().is_empty(), "nobody is asked");
    let options = ringback_engine::EngineOptions {
        background: false,
        door_required: false,
        ..setting.options()
    };
    let house = setting.start_as(options).await.expect("it starts");
    let after = house.ledger(RETELL);
    assert_eq!(after.walked_until, before.walked_until, "it is kept beside");
    // A sound that is to be asked for again is open until then: no more is claimed than before.
    assert!(after.complete_through.is_some());
    assert!(after.complete_through <= before.complete_through);
    let record = |holes: &[(String, String)]| {
        let mut holes = holes.to_vec();
        // What a transfer came to is not in the journal: the sound is asked for again.
        holes.retain(|(thing, _)| thing != "recording");
        holes
    };
    let found = house.holes(RETELL).await;
    assert_eq!(found.len(), holes.len());
    for (call, before) in &holes {
        assert_eq!(record(&found[call]), record(before), "{call}");
    }
    let sums = |ledger: &ringback_api::dto::AccountLedgerJson| {
        let days = ledger.days.iter();
        days.map(|day| {
            (
                day.day.clone(),
                day.sums.calls,
                day.sums.expected,
                day.sums.held,
            )
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(sums(&after), sums(&before));
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_tells_and_repairs_the_same_ledger() {
    let case = Case::of("retell");
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let ids = lived_through(&setting, &house).await;
    let call = house.call(&ids[0]).expect("here");
    std::fs::remove_file(house.file(&call)).expect("the file is there");
    let day = house.ledger(RETELL).days[0].day.clone();
    house.engine.shutdown().await;

    let program = setting.program();
    // The program has the real time: the day of the journey is asked for.
    let of_day = ["--since", &day, "--until", &day];
    let whole = program.json(&[&["ledger"], &of_day[..]].concat()).await;
    let account = &whole["accounts"][0];
    assert_eq!(account["account"], RETELL);
    assert_eq!(account["days"][0]["sums"]["calls"], 3);
    let holes = program
        .json(&["ledger", "holes", "--account", RETELL, "--day", &day])
        .await;
    let own = holes.as_array().expect("a list").iter();
    let own: Vec<&Value> = own
        .filter(|hole| hole["provider_call_id"] == ids[0])
        .collect();
    assert_eq!(
        own[0]["holes"],
        json!([{"thing": "recording", "reason": "file_missing", "class": "failed"}])
    );
    let csv = program
        .run(&[
            "ledger",
            "holes",
            "--account",
            RETELL,
            "--day",
            &day,
            "--csv",
        ])
        .await;
    assert!(
        csv.stdout.starts_with("account,provider_call_id,call,"),
        "{csv:?}"
    );
    assert!(
        csv.stdout.contains(",recording,file_missing,failed"),
        "{csv:?}"
    );
    let csv = program
        .run(&[&["ledger", "--csv"], &of_day[..]].concat())
        .await;
    let lines: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{csv:?}");
    assert!(
        lines[1].starts_with(&format!("{RETELL},retell,{day},3,")),
        "{csv:?}"
    );

    let repaired = program
        .json(&["ledger", "repair", "--account", RETELL, "--day", &day])
        .await;
    assert_eq!(repaired["failed"], 0, "{repaired}");
    let status = program.json(&["status"]).await;
    let glance = &status["completeness"][0];
    assert_eq!(glance["account"], RETELL);
    assert_eq!(glance["holes"].get("file_missing"), None, "{glance}");
    assert!(
        glance["held"].as_u64() > Some(0) && glance["expected"].as_u64() >= glance["held"].as_u64()
    );
    assert!(glance.get("complete_through").is_some());

    for (words, code) in [
        (&["ledger", "--since", "yesterday"][..], 2),
        (&["ledger", "--account", "nobody"], 1),
        (&["ledger", "repair"], 2),
        (&["ledger", "repair", "--day", &day], 2),
        (&["ledger", "repair", "--call", "nobody-knows-it"], 1),
    ] {
        let said = program.run(&[words, &["--json"]].concat()).await;
        assert_eq!(said.code, Some(code), "{words:?}: {said:?}");
        assert!(said.json()["error"]["message"].is_string(), "{said:?}");
    }
}
