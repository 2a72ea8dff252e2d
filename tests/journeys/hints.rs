//! Whoever knows the address of an account that takes unsigned events can make up as many as they like.

use std::fs;

use ringback_journeys::setting::{RETELL, Setting};
use ringback_simulator::{CallScript, Reach};

/// So many events are made up, of so many bytes each.
const MADE_UP: u32 = 250;
const LARGE: usize = 48 << 10;

/// Letters that no compression makes much smaller.
fn noise(seed: u32) -> String {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        char::from(b'0' + u8::try_from(state % 75).expect("a small number"))
    };
    (0..LARGE)
        .map(|_| letter())
        .filter(|letter| *letter != '\\')
        .collect()
}

async fn post_unsigned(setting: &Setting, body: serde_json::Value) {
    let headers = [("content-type", "application/json")];
    let path = format!("/webhooks/{RETELL}");
    let answer = setting
        .sender
        .post_bytes(&path, &headers, body.to_string().into_bytes())
        .await
        .expect("the door answers");
    assert_eq!(
        (answer.status, answer.word.as_str()),
        (200, "accepted"),
        "it may be true"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_events_neither_fill_the_disk_nor_come_before_what_is_known() {
    let setting = Setting::webhooks_only().await;
    setting.configure(|text| {
        text.replace(
            "allow_private_network = true",
            "allow_private_network = true\npoll_every = \"0s\"\naccept_unsigned = true",
        )
    });
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    let timeline = setting.world().timeline(&id).expect("the call");
    setting
        .clock
        .set(timeline.answered.expect("it is answered"));
    setting.deliver_due().await;
    house
        .call_that(&id, "the begin", |call| call["status"] == "ongoing")
        .await;
    house.rests().await;
    // Nobody answers, so that what is asked piles up.
    setting
        .switches(RETELL)
        .turn(|faults| faults.reach = Reach::Unavailable);
    setting.clock.set(timeline.ended);
    for n in 0..MADE_UP {
        let call =
            serde_json::json!({ "call_id": format!("made_up_{n}"), "metadata": noise(n + 1) });
        let body = serde_json::json!({ "event": "call_started", "call": call });
        post_unsigned(&setting, body).await;
    }
    let body = serde_json::json!({ "event": "call_ended", "call": { "call_id": id } });
    post_unsigned(&setting, body).await;
    house.applied().await;

    let questions = house
        .engine
        .read(|reader| reader.jobs().list("resync", 10_000))
        .expect("readable");
    let (live, later): (Vec<_>, Vec<_>) = questions.iter().partition(|job| !job.is_backlog);
    assert_eq!(later.len(), 100, "of calls that nobody knows");
    let live: Vec<_> = live.iter().map(|job| job.work.key.as_str()).collect();
    assert_eq!(live, [format!("{RETELL}/{id}")], "and the one that is");
    let passed_over = house
        .events(Some("ignored"))
        .iter()
        .filter(|event| {
            let reason = event.reason.as_deref().unwrap_or_default();
            reason.contains("too many such questions")
        })
        .count();
    assert_eq!(passed_over, MADE_UP as usize - 100, "and it says so");

    // When the provider is back, the truth of the one call comes although all the others were first.
    setting
        .switches(RETELL)
        .turn(|faults| faults.reach = Reach::Up);
    setting.pass(std::time::Duration::from_secs(31));
    house.look();
    house
        .call_that(&id, "the end", |call| call["status"] == "ended")
        .await;
    house.engine.shutdown().await;
    drop(house);
    let journal = fs::metadata(setting.folder().join("journal.db")).expect("it is there");
    assert!(
        journal.len() < 1 << 20,
        "{} bytes of {MADE_UP} events of {LARGE} bytes",
        journal.len()
    );
}
