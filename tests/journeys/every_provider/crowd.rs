//! A hundred calls at the same time, over all accounts.

use ringback_journeys::{
    cases::{CASES, Case},
    door::Answer,
    setting::{House, Setting},
    truth::{differences, wrong_with_sound},
};
use ringback_simulator::{CallScript, Delivery, Direction, Ending, RecordingPlan};
use serde_json::Value;
use tokio::task::JoinSet;

/// How many calls there are at the same time.
const CALLS: usize = 100;

/// The n-th call: most end well, some nobody takes, some are not recorded.
pub(super) fn script(number: usize) -> CallScript {
    let direction = if number.is_multiple_of(2) {
        Direction::Inbound
    } else {
        Direction::Outbound
    };
    let ending = match number % 10 {
        0..=3 => Ending::CallerHangup,
        4 | 5 => Ending::AgentHangup,
        6 => Ending::Transferred,
        7 => return CallScript::unanswered(Ending::Busy),
        8 => return CallScript::unanswered(Ending::NoAnswer),
        _ => Ending::Inactivity,
    };
    let recording = if number % 10 == 5 {
        RecordingPlan::None
    } else {
        RecordingPlan::default()
    };
    CallScript {
        direction,
        ending,
        recording,
        ..CallScript::default()
    }
}

/// Posts everything that is due, all of it at the same time.
pub(super) async fn deliver_at_once(setting: &Setting) -> Vec<(Delivery, Answer)> {
    let mut posts = JoinSet::new();
    for delivery in setting.world().webhooks_due(setting.now()) {
        let sender = setting.sender.clone();
        posts.spawn(async move {
            let answer = sender.post(&delivery).await.expect("the door answers");
            (delivery, answer)
        });
    }
    posts.join_all().await
}

/// What is not as it was in the call. Empty is what a test wants.
fn wrong(setting: &Setting, house: &House, id: &str) -> Vec<String> {
    let truth = setting.simulator.truth(id).expect("the provider knows it");
    let Some(call) = house.call(id) else {
        return vec!["it is not here".into()];
    };
    let was_connected = truth.status == "ended";
    let is_kept = truth.recordings.iter().any(|it| it.state == "available");
    let mut wrong = differences(&call, &truth);
    if is_kept {
        wrong.extend(wrong_with_sound(
            &call,
            &truth,
            &setting.home().recordings(),
        ));
    } else {
        // Whether it is listed as absent or not at all, there is nothing to fetch.
        wrong.retain(|difference| !difference.starts_with("recordings"));
    }
    if !was_connected {
        // What a call that nobody took costs may be told later, and is not worth a question.
        wrong.retain(|difference| !difference.starts_with("cost: null instead of"));
    }
    let missing = call["missing"].as_array().expect("a list");
    // Not every provider tells that a call was not recorded; then it may still come.
    let is_expected = |field: &&Value| is_kept || **field != "recording";
    let missing: Vec<_> = missing.iter().filter(is_expected).collect();
    if !missing.is_empty() {
        wrong.push(format!("it lacks {missing:?}"));
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_calls_at_the_same_time_are_all_right() {
    let cases: Vec<&Case> = CASES.iter().collect();
    let setting = Setting::told(&cases).await;
    let house = setting.start().await;
    let ids: Vec<String> = (0..CALLS)
        .map(|number| setting.place(cases[number % cases.len()], script(number / cases.len())))
        .collect();
    let mut most_on_board = 0;
    while let Some(at) = setting.world().next_webhook_at() {
        setting.clock.set(at.max(setting.now()));
        for (webhook, answer) in deliver_at_once(&setting).await {
            assert_eq!(answer.word, "accepted", "{}", webhook.kind);
        }
        most_on_board = most_on_board.max(house.board().len());
    }
    assert!(
        most_on_board > CALLS / 4,
        "they went on at the same time: {most_on_board}"
    );

    let settled = ids.iter().map(|id| {
        let timeline = setting.timeline(id);
        let asked = timeline.ended + std::time::Duration::from_secs(15 * 60 + 1);
        asked.max(timeline.settled())
    });
    setting.clock.set(settled.max().expect("there are calls"));
    house.look();
    let all_right = async || {
        let wrong = ids.iter().map(|id| (id, wrong(&setting, &house, id)));
        let wrong: Vec<_> = wrong.filter(|(_, wrong)| !wrong.is_empty()).collect();
        wrong
    };
    let limit = tokio::time::Instant::now() + ringback_journeys::patience::A_WHILE;
    while tokio::time::Instant::now() < limit {
        house.rests().await;
        if all_right().await.is_empty() {
            break;
        }
        // The clock leaps here, and a link may have died meanwhile: the next try has its time.
        setting.pass(std::time::Duration::from_secs(60));
        house.look();
    }
    let wrong = all_right().await;
    assert!(wrong.is_empty(), "{} of {CALLS}: {wrong:#?}", wrong.len());
    let listed = house.calls(&Default::default());
    assert_eq!(listed.len(), CALLS, "every call once");
    assert!(house.board().is_empty());
    assert!(house.alerts().is_empty(), "{:?}", house.alerts());
    assert!(house.events(Some("failed")).is_empty());
    house.engine.shutdown().await;
}
