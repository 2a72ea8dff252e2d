//! What goes wrong between a recording at its provider and the file here.

use std::time::Duration;

use ringback_journeys::{
    patience::{SOON, until},
    setting::{House, RETELL, Setting, TWILIO, files_below},
    truth::wrong_with_sound,
};
use ringback_simulator::{CallScript, Faults, Host, Reach, SeenRequest, Times};
use serde_json::Value;

/// A call that has just ended and been recorded, as its first webhooks told. The clock stands still
/// from then on, so that no second try is due by itself.
async fn ended(setting: &Setting, account: &str) -> String {
    let id = setting
        .simulator
        .place(account, CallScript::default())
        .expect("one of ours");
    let timeline = setting.world().timeline(&id).expect("the call");
    let recorded = timeline
        .recording_ready
        .expect("it is recorded")
        .max(timeline.ended);
    setting
        .clock
        .set(recorded + setting.switches(account).faults().delay_webhooks);
    for (webhook, answer) in setting.deliver_due().await {
        assert_eq!(answer.word, "accepted", "{}", webhook.kind);
    }
    id
}

/// The links in webhooks are dead when these arrive, so that a fresh one has to be asked for.
fn only_the_api_helps(faults: &mut Faults) {
    faults.links_expire_after = Some(Duration::from_secs(10));
    faults.delay_webhooks = Duration::from_secs(60);
}

fn requests(setting: &Setting, host: Host) -> Vec<SeenRequest> {
    let seen = setting.world().seen();
    seen.into_iter()
        .filter(|seen| seen.host == host && seen.method == "GET")
        .collect()
}

async fn is_sound(setting: &Setting, house: &House, id: &str) -> Value {
    let call = house.recording_is(id, "ready").await;
    let truth = setting.simulator.truth(id).expect("the call");
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

/// Waits until the last try has been written down with this reason.
async fn waits_because(house: &House, id: &str, reason: &str) -> Value {
    house
        .call_that(id, &format!("a wait because of {reason}"), |call| {
            call["recordings"][0]["reason"] == reason
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_breaks_off_goes_on_where_it_was_with_a_fresh_link() {
    let setting = Setting::webhooks_only().await;
    setting.switches(RETELL).turn(|faults| {
        faults.links_expire_after = Some(Duration::from_secs(60));
        faults.break_media = Times::Next(1);
        faults.break_media_after = 100_000;
    });
    let house = setting.start().await;
    let id = ended(&setting, RETELL).await;
    waits_because(&house, &id, "network").await;

    // The link of the first try dies before the second one.
    setting.pass(Duration::from_secs(90));
    house.look();
    is_sound(&setting, &house, &id).await;
    let tries = requests(&setting, Host::Storage);
    assert_eq!(tries.len(), 2, "{tries:?}");
    assert_eq!(
        (tries[0].status, tries[0].range.as_deref()),
        (Some(200), None)
    );
    assert_eq!(
        tries[1].status,
        Some(206),
        "the rest is asked for, and the link was a fresh one"
    );
    assert_eq!(
        tries[1].range.as_deref(),
        Some("bytes=100000-"),
        "not a byte is fetched twice"
    );
    assert_ne!(tries[0].query, tries[1].query, "another link");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_announced_too_early_is_playable_within_half_a_minute_of_being_ready() {
    let setting = Setting::webhooks_only().await;
    setting
        .switches(TWILIO)
        .turn(|faults| faults.recordings_late_by = Duration::from_secs(100));
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(TWILIO, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    let call = waits_because(&house, &id, "processing").await;
    assert_eq!(
        call["recordings"][0]["state"], "expected",
        "not being ready is no failure"
    );

    let announced = setting
        .world()
        .timeline(&id)
        .and_then(|it| it.recording_ready)
        .expect("one");
    let ready = announced + Duration::from_secs(100);
    let mut asked = requests(&setting, Host::Api).len();
    while house.call(&id).expect("here")["recordings"][0]["state"] != "ready" {
        assert!(
            setting.now() <= ready + Duration::from_secs(30),
            "it took too long"
        );
        setting.pass(Duration::from_secs(2));
        let due = house
            .engine
            .read(|reader| reader.jobs().next_due(&["fetch"]))
            .expect("readable");
        if due.is_some_and(|due| due > setting.now()) {
            continue;
        }
        house.look();
        until(SOON, "it is asked for", async || {
            let now = requests(&setting, Host::Api).len();
            let settled = house.call(&id).expect("here")["recordings"][0]["state"] != "downloading";
            let due = house
                .engine
                .read(|reader| reader.jobs().next_due(&["fetch"]))
                .ok()?;
            let written = due.is_none_or(|due| due > setting.now());
            (now > asked && settled && written).then_some(())
        })
        .await;
        asked = requests(&setting, Host::Api).len();
    }
    is_sound(&setting, &house, &id).await;
    assert!(house.alerts().is_empty(), "nobody has to be told of it");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_asks_to_wait_is_left_alone_until_then() {
    let setting = Setting::webhooks_only().await;
    setting.switches(TWILIO).turn(|faults| {
        faults.too_many_requests = Times::Next(1);
        faults.retry_after = Some(Duration::from_secs(20));
    });
    let house = setting.start().await;
    let id = ended(&setting, TWILIO).await;
    waits_because(&house, &id, "rate_limited").await;
    let asked = setting.world().seen().len();
    setting.pass(Duration::from_secs(18));
    house.look();
    assert_eq!(
        setting.world().seen().len(),
        asked,
        "it is left alone as it asked"
    );
    setting.pass(Duration::from_secs(3));
    house.look();
    is_sound(&setting, &house, &id).await;
    assert!(house.alerts().is_empty(), "waiting is no failure");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_the_provider_are_outlived() {
    for account in [RETELL, TWILIO] {
        let setting = Setting::webhooks_only().await;
        setting.switches(account).turn(|faults| {
            only_the_api_helps(faults);
            // More than are tried again within one request.
            faults.server_errors = Times::Next(6);
        });
        let house = setting.start().await;
        let id = ended(&setting, account).await;
        waits_because(&house, &id, "provider_error").await;
        for pause in [2, 30, 300, 600, 1200] {
            if house.call(&id).expect("here")["recordings"][0]["state"] == "ready" {
                break;
            }
            setting.pass(Duration::from_secs(pause));
            house.look();
            house.rests().await;
        }
        is_sound(&setting, &house, &id).await;
        house.engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_is_told_and_a_new_one_brings_everything() {
    let setting = Setting::polling().await;
    let switches = setting.switches(RETELL);
    let house = setting.start().await;
    switches.turn(|faults| {
        only_the_api_helps(faults);
        faults.key_revoked = true;
    });
    let id = ended(&setting, RETELL).await;
    waits_because(&house, &id, "unauthorized").await;
    setting.pass(Duration::from_secs(5 * 60));
    let alert = ("key_refused".to_owned(), RETELL.to_owned());
    until(SOON, "somebody is told", async || {
        house.alerts().contains(&alert).then_some(())
    })
    .await;

    switches.turn(|faults| faults.key_revoked = false);
    setting.pass(Duration::from_secs(40 * 60));
    is_sound(&setting, &house, &id).await;
    until(SOON, "the alert goes", async || {
        house.alerts().is_empty().then_some(())
    })
    .await;
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_had_is_given_up_with_an_alert_and_a_person_can_have_it_tried_again() {
    let setting = Setting::webhooks_only().await;
    let switches = setting.switches(TWILIO);
    switches.turn(|faults| faults.reach = Reach::HangsUp);
    let house = setting.start().await;
    let id = ended(&setting, TWILIO).await;
    waits_because(&house, &id, "network").await;
    let mut tries = 1;
    // 2 s, 30 s, 5, 10, 20, 40 min.
    for pause in [2, 30, 300, 600, 1200, 2400] {
        let before = setting.world().seen().len();
        setting.pass(Duration::from_secs(pause));
        house.look();
        house.rests().await;
        assert!(setting.world().seen().len() > before, "it was asked again");
        tries += 1;
    }
    assert_eq!(tries, 7);
    let call = house.recording_is(&id, "failed").await;
    assert_eq!(
        call["recordings"][0]["reason"], "network",
        "with its reason"
    );
    let alert = (
        "recording_failed".to_owned(),
        call["id"].as_str().unwrap_or_default().to_owned(),
    );
    assert!(
        house.alerts().contains(&alert),
        "somebody is told: {:?}",
        house.alerts()
    );
    assert!(
        call["missing"]
            .as_array()
            .expect("a list")
            .contains(&"recording".into()),
        "it is missing as long as it may be had"
    );

    switches.turn(|faults| faults.reach = Reach::Up);
    let recording = call["recordings"][0]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    house
        .engine
        .retry_recording(recording)
        .await
        .expect("there is something to fetch");
    is_sound(&setting, &house, &id).await;
    assert!(house.alerts().is_empty(), "the alert went with its reason");
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_goes_to_the_provider_s_host_and_never_to_its_storage() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    for account in [RETELL, TWILIO] {
        let id = ended(&setting, account).await;
        is_sound(&setting, &house, &id).await;
    }
    let (api, storage) = (
        requests(&setting, Host::Api),
        requests(&setting, Host::Storage),
    );
    assert!(
        storage.len() >= 2,
        "both providers' sound comes from a storage host: {storage:?}"
    );
    assert!(
        storage.iter().all(|seen| !seen.authorization_present),
        "{storage:?}"
    );
    assert!(api.iter().all(|seen| seen.authorization_present), "{api:?}");
    house.engine.shutdown().await;
}
