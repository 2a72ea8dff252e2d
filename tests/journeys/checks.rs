//! A person is told once of what is not as it should be, and not any more when it is.

use std::time::Duration;

use ringback_api::cli;
use ringback_journeys::{
    edited::changed,
    patience::{SOON, until},
    setting::{House, RETELL, Setting},
};
use ringback_simulator::{CallScript, Delivery, Reach};
use serde_json::{Value, json};

/// A call that costs and answers as it likes.
async fn retell(checks: &str) -> Setting {
    let setting = Setting::of_one(RETELL, "retell", "0s").await;
    setting.configure_with(checks);
    setting
}

fn place(setting: &Setting) -> String {
    let placed = setting.simulator.place(RETELL, CallScript::default());
    placed.expect("one of ours")
}

/// The alerts that stand: kind, subject, and whether a person has seen it.
fn standing(house: &House) -> Vec<(String, String, bool)> {
    let alerts = cli::alerts(&house.engine, false).expect("the database can be read");
    let mut told: Vec<_> = alerts
        .into_iter()
        .map(|alert| (alert.kind, alert.subject, alert.acknowledged_at.is_some()))
        .collect();
    told.sort();
    told
}

/// All that were ever raised.
fn raised(house: &House) -> usize {
    cli::alerts(&house.engine, true)
        .expect("the database can be read")
        .len()
}

fn id_of(house: &House, call: &str) -> String {
    let call = house.call(call).expect("it is here");
    call["id"].as_str().expect("an id").to_owned()
}

async fn stands(house: &House, wanted: &[(&str, &str, bool)]) {
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(kind, subject, seen)| ((*kind).to_owned(), (*subject).to_owned(), *seen))
        .collect();
    until(SOON, format!("these alerts: {wanted:?}"), async || {
        house.look();
        (standing(house) == wanted).then_some(())
    })
    .await;
}

fn analyzed(held: &[Delivery]) -> &Delivery {
    let found = held
        .iter()
        .find(|delivery| delivery.kind == "call_analyzed");
    found.expect("it is told")
}

async fn acknowledge(setting: &Setting, house: &House, kind: &str) {
    let alerts = cli::alerts(&house.engine, false).expect("readable");
    let alert = alerts
        .iter()
        .find(|alert| alert.kind == kind)
        .expect("it stands");
    let seen = setting.program().json(&["alerts", "ack", &alert.id]).await;
    assert!(seen["acknowledged_at"].is_string(), "{seen}");
    let again = setting
        .program()
        .run(&["alerts", "ack", &alert.id, "--json"])
        .await;
    assert_eq!(
        (again.code, &again.json()["error"]["code"]),
        (Some(1), &json!("not_found"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_every_limit_is_told_once_through_restarts_and_a_rebuild_until_it_is_corrected()
{
    let setting = retell("[checks]\ncost_per_call = \"5\"\nlatency_p95 = \"1ms\"").await;
    let house = setting.start().await;
    let id = place(&setting);
    let held = setting.hold_everything();
    let dear = changed(setting.world(), analyzed(&held), |body| {
        // In cents; the parts stay as they are.
        body["call"]["call_cost"]["combined_cost"] = json!(900.0);
    });
    // Nobody can be asked whether that is true.
    setting
        .switches(RETELL)
        .turn(|faults| faults.reach = Reach::HangsUp);
    setting.post(&dear).await;
    house.applied().await;
    let call = id_of(&house, &id);
    let all = |seen| {
        [
            ("cost_gap", call.clone(), seen),
            ("cost_high", call.clone(), false),
            ("latency_high", call.clone(), false),
        ]
    };
    let texts = |alerts: &[(&'static str, String, bool)]| -> Vec<(String, String, bool)> {
        let owned = alerts
            .iter()
            .map(|(kind, call, seen)| ((*kind).into(), call.clone(), *seen));
        owned.collect()
    };
    assert_eq!(standing(&house), texts(&all(false)));
    let alerts = cli::alerts(&house.engine, false).expect("readable");
    let gap = alerts
        .iter()
        .find(|alert| alert.kind == "cost_gap")
        .expect("it stands");
    assert!(gap.params["gap"].starts_with("8."), "{gap:?}");
    assert_eq!(
        gap.call.as_deref(),
        Some(call.as_str()),
        "the call is linked"
    );
    let marked = cli::call(&house.engine, &id).expect("it is here").alerts;
    assert_eq!(marked.len(), 3, "and its page is marked");

    // The same told again, and what a person has seen.
    let later = changed(setting.world(), &dear, |body| {
        body["call"]["call_analysis"]["call_summary"] = json!("Told again.");
    });
    setting.post(&later).await;
    house.applied().await;
    acknowledge(&setting, &house, "cost_gap").await;
    assert_eq!(standing(&house), texts(&all(true)));
    assert_eq!(raised(&house), 3);
    house.engine.shutdown().await;

    let house = setting.start().await;
    house.applied().await;
    assert_eq!(
        standing(&house),
        texts(&all(true)),
        "a new start tells nothing again"
    );
    house.engine.shutdown().await;

    ringback_engine::rebuild(setting.options())
        .await
        .expect("it is rebuilt");
    let house = setting.start().await;
    house.applied().await;
    assert_eq!(
        standing(&house),
        texts(&all(true)),
        "and neither does a rebuilt database"
    );
    assert_eq!(raised(&house), 3);

    setting
        .switches(RETELL)
        .turn(|faults| faults.reach = Reach::Up);
    let request = ringback_engine::resync::Request {
        scope: ringback_engine::resync::Scope::Call(id.clone()),
        account: None,
        dry_run: false,
    };
    let mut run = house.engine.resync(request).await.expect("it can be asked");
    run.finished().await;
    stands(&house, &[("latency_high", &call, false)]).await;
    house.engine.shutdown().await;

    setting.configure_with("[accounts.checks]\nlatency_p95 = \"off\"");
    let house = setting.start().await;
    stands(&house, &[]).await;
    assert_eq!(raised(&house), 3, "what was told stays known");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_successes_are_told_of_their_account_and_taken_back_by_better_calls() {
    let setting = retell("[checks]\nsuccess_rate = \"60%\"\nsuccess_over = \"2 calls\"").await;
    let house = setting.start().await;
    setting
        .switches(RETELL)
        .turn(|faults| faults.reach = Reach::HangsUp);
    let tell = async |successful: bool| {
        place(&setting);
        let held = setting.hold_everything();
        let told = changed(setting.world(), analyzed(&held), |body| {
            body["call"]["call_analysis"]["call_successful"] = json!(successful);
        });
        setting.post(&told).await;
        house.applied().await;
        setting.pass(Duration::from_secs(60));
    };
    tell(false).await;
    house.look();
    assert_eq!(raised(&house), 0, "one call is no rate");
    tell(true).await;
    stands(&house, &[("success_low", RETELL, false)]).await;
    let alerts = cli::alerts(&house.engine, false).expect("readable");
    assert_eq!(
        (&*alerts[0].params["rate"], &*alerts[0].params["limit"]),
        ("50%", "60%")
    );
    house.engine.shutdown().await;
    let house = setting.start().await;
    stands(&house, &[("success_low", RETELL, false)]).await;
    assert_eq!(raised(&house), 1);

    place(&setting);
    let held = setting.hold_everything();
    let told = changed(setting.world(), analyzed(&held), |body| {
        body["call"]["call_analysis"]["call_successful"] = json!(true);
    });
    setting.post(&told).await;
    stands(&house, &[]).await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_within_business_hours_is_told_and_the_next_event_ends_it() {
    // It is Sunday, ten o'clock in London.
    let setting = retell(
        "[checks]\nquiet_after = \"30m\"\nbusiness_hours = \"Sun 09:45-18:00\"\ntime_zone = \"Europe/London\"",
    )
    .await;
    let house = setting.start().await;
    house.look();
    setting.pass(Duration::from_secs(14 * 60));
    house.look();
    assert_eq!(raised(&house), 0);
    setting.pass(Duration::from_secs(60));
    stands(&house, &[("quiet", RETELL, false)]).await;
    place(&setting);
    setting.live_through().await;
    stands(&house, &[]).await;
    setting.pass(Duration::from_secs(31 * 60));
    stands(&house, &[("quiet", RETELL, false)]).await;
    assert_eq!(raised(&house), 2, "it is another silence");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_checked_can_be_read_and_a_usual_call_raises_nothing() {
    let setting = retell("").await;
    let house = setting.start().await;
    let id = place(&setting);
    setting.live_through().await;
    house.becomes_whole_in_time(&setting, &id).await;
    assert_eq!(setting.program().json(&["alerts", "list"]).await, json!([]));
    let said = setting.program().run(&["alerts", "list"]).await;
    assert_eq!(said.stdout.trim(), "Nothing to tell.");
    house.engine.shutdown().await;
}

/// For the assertions above: an alert as JSON has what a script needs.
#[tokio::test(flavor = "multi_thread")]
async fn alerts_as_json_name_kind_subject_call_and_figures() {
    let setting = retell("[checks]\ncost_per_call = 0").await;
    let house = setting.start().await;
    let id = place(&setting);
    setting.live_through().await;
    house.applied().await;
    let call = id_of(&house, &id);
    let alerts: Value = setting.program().json(&["alerts", "list"]).await;
    assert_eq!(alerts[0]["kind"], "cost_high");
    assert_eq!(
        (&alerts[0]["call"], &alerts[0]["subject"]),
        (&json!(call), &json!(call))
    );
    assert_eq!(alerts[0]["params"]["limit"], "0");
    assert_eq!(
        (&alerts[0]["acknowledged_at"], &alerts[0]["resolved_at"]),
        (&Value::Null, &Value::Null)
    );
    house.engine.shutdown().await;
}
