//! An agent's call and the carrier's call below it are one conversation, whoever tells first.

use ringback_api::dto::CallQuery;
use ringback_journeys::{
    cases::Case,
    setting::{House, Setting},
    signing::post_to_custom,
};
use ringback_simulator::{CallScript, Ending};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// A call of the carrier and the agent's call over it.
struct Pair {
    agent: String,
    carrier: String,
}

fn place(setting: &Setting, agent: &Case) -> Pair {
    place_as(setting, agent, &CallScript::default())
}

fn place_as(setting: &Setting, agent: &Case, script: &CallScript) -> Pair {
    let carrier = setting.place(Case::of("twilio"), script.clone());
    let agent = setting.place(agent, script.clone().over(&carrier));
    Pair { agent, carrier }
}

async fn setting(agent: &Case) -> Setting {
    Setting::told(&[agent, Case::of("twilio")]).await
}

/// Everything is told, that of one account before that of the other.
async fn told_first_by(setting: &Setting, first: &str) {
    let (first, then): (Vec<_>, Vec<_>) = setting
        .hold_everything()
        .into_iter()
        .partition(|delivery| delivery.account == first);
    for delivery in first.iter().chain(&then) {
        let again = setting.world().signed_again(delivery);
        assert_eq!(setting.post(&again).await.word, "accepted");
    }
}

async fn whole(setting: &Setting, house: &House, pair: &Pair) -> Value {
    house.becomes_whole_in_time(setting, &pair.carrier).await;
    house.becomes_whole_in_time(setting, &pair.agent).await["conversation"].clone()
}

fn ids(calls: &[Value]) -> Vec<&str> {
    let ids = calls.iter().map(|call| call["provider_call_id"].as_str());
    ids.map(Option::unwrap_or_default).collect()
}

fn amount(cost: &Value) -> Decimal {
    let text = cost["amount"].as_str().expect("an amount");
    text.parse().expect("a decimal")
}

fn found(house: &House, text: &str) -> Vec<Value> {
    house.calls(&CallQuery {
        search: Some(text.into()),
        ..CallQuery::default()
    })
}

fn assert_one(house: &House, pair: &Pair, agent: &Case, conversation: &Value) {
    let calls = conversation["calls"].as_array().expect("calls");
    assert_eq!(ids(calls), [&pair.agent, &pair.carrier]);
    assert_eq!(
        (&calls[0]["role"], &calls[1]["role"]),
        (&json!("call"), &json!("carrier"))
    );

    let recordings = conversation["recordings"].as_array().expect("recordings");
    assert_eq!(recordings.len(), 2, "one of each side");
    for (recording, call) in recordings.iter().zip(calls) {
        assert_eq!(
            (&recording["state"], &recording["call"]),
            (&json!("ready"), &call["id"])
        );
        let (audible, long) = (&recording["audible_ms"], &recording["duration_ms"]);
        assert!(
            audible.as_u64() > Some(0) && audible.as_u64() <= long.as_u64(),
            "{recording}"
        );
    }

    let parts: Vec<_> = calls.iter().map(|call| amount(&call["cost"])).collect();
    assert_eq!(amount(&conversation["cost"]), parts[0] + parts[1]);
    let told = conversation["cost"]["parts"].as_array().expect("parts");
    assert_eq!(told[0]["name"], agent.account);
    assert_eq!(told[1]["name"], Case::of("twilio").account);

    let seconds = &conversation["seconds"];
    let of = |name: &str| {
        seconds[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{name}: {seconds}"))
    };
    assert_eq!(calls[1]["duration_ms"], seconds["carrier_ms"]);
    assert_eq!(
        of("billed_minus_carrier_ms"),
        of("billed_ms") - of("carrier_ms")
    );
    assert_eq!(
        of("carrier_minus_audible_ms"),
        of("carrier_ms") - of("audible_ms")
    );
    assert!(of("audible_ms") <= of("carrier_ms") + 1_000);

    let other = house.call(&pair.carrier).expect("it is here");
    assert_eq!(&other["conversation"], conversation, "either id shows it");
    assert_eq!(
        ids(&house.calls(&CallQuery::default())),
        [&pair.agent],
        "one row"
    );
    for id in [&pair.agent, &pair.carrier] {
        assert_eq!(ids(&found(house, id)), [&pair.agent], "either id finds it");
    }
    let of_carrier = CallQuery {
        account: Some(Case::of("twilio").account.into()),
        ..CallQuery::default()
    };
    assert_eq!(
        ids(&house.calls(&of_carrier)),
        [&pair.carrier],
        "an account shows its own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_tell_of_one_conversation_whichever_comes_first() {
    let mut told = Vec::new();
    for first in ["retell", "twilio"] {
        let agent = Case::of("retell");
        let setting = setting(agent).await;
        let house = setting.start().await;
        let pair = place(&setting, agent);
        told_first_by(&setting, Case::of(first).account).await;
        let mut conversation = whole(&setting, &house, &pair).await;
        assert_one(&house, &pair, agent, &conversation);
        for call in conversation["calls"].as_array_mut().expect("calls") {
            // Which moment it was first heard of is in the id.
            call["id"] = Value::Null;
        }
        told.push((conversation["calls"].clone(), conversation["cost"].clone()));
        house.engine.shutdown().await;
    }
    assert_eq!(told[0], told[1], "the order does not matter");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_agent_s_provider_joins_its_carrier_the_same_way() {
    let agent = Case::of("vapi");
    let setting = setting(agent).await;
    let house = setting.start().await;
    let pair = place(&setting, agent);
    setting.live_through().await;
    let conversation = whole(&setting, &house, &pair).await;
    assert_one(&house, &pair, agent, &conversation);
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_of_one_s_own_joins_the_carrier_s_call_that_it_names() {
    let (custom, twilio) = (Case::of("custom"), Case::of("twilio"));
    let setting = Setting::told(&[custom, twilio]).await;
    let house = setting.start().await;
    let script = CallScript {
        ending: Ending::Transferred,
        ..CallScript::default()
    };
    let carrier = setting.place(twilio, script);
    setting.live_through().await;
    house.becomes_whole_in_time(&setting, &carrier).await;
    // Known by the leg to the colleague as well as by the call itself.
    let truth = setting.simulator.truth(&carrier).expect("the call");
    let leg = truth.child_legs[0].provider_call_id.clone();
    for (ours, named) in [("desk-1", &carrier), ("desk-2", &leg)] {
        let event = json!({
            "type": "call.updated",
            "data": {"call": {
                "provider_call_id": ours, "status": "ended", "carrier_call_id": named,
            }},
        });
        let body = serde_json::to_vec(&event).expect("JSON");
        let answer = post_to_custom(&setting, &format!("msg_{ours}"), body).await;
        assert_eq!(answer.word, "accepted");
        house.applied().await;
        let call = house.call(ours).expect("it is here");
        let calls = call["conversation"]["calls"].as_array().expect("calls");
        for id in [ours, &carrier] {
            assert!(ids(calls).contains(&id), "{calls:?}");
        }
    }
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_they_go_on_the_board_shows_one_and_the_carrier_s_when_the_agent_is_done() {
    let agent = Case::of("retell");
    let setting = setting(agent).await;
    let house = setting.start().await;
    // Of a call that comes in Twilio tells nothing before it is over.
    let pair = place_as(&setting, agent, &CallScript::outbound());
    let answered = setting
        .timeline(&pair.carrier)
        .answered
        .expect("it is answered");
    setting.clock.set(answered);
    setting.deliver_due().await;
    for id in [&pair.agent, &pair.carrier] {
        house
            .call_that(id, "it goes on", |call| call["status"] == "ongoing")
            .await;
    }
    assert_eq!(house.board(), std::slice::from_ref(&pair.agent));
    // The agent hands over and is done; the line stays open.
    let ended = setting.timeline(&pair.agent).ended;
    setting.clock.set(ended);
    for delivery in setting.world().webhooks_due(ended) {
        if delivery.account == agent.account {
            setting.post(&delivery).await;
        }
    }
    house
        .call_that(&pair.agent, "its end", |call| call["status"] == "ended")
        .await;
    assert_eq!(
        house.board(),
        std::slice::from_ref(&pair.carrier),
        "what goes on is seen"
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_one_of_the_accounts_only_there_is_nothing_to_join() {
    let agent = Case::of("retell");
    let setting = Setting::told(&[agent]).await;
    let house = setting.start().await;
    let script = CallScript::default().over("CA00000000000000000000000000000001");
    let id = setting.place(agent, script);
    setting.live_through().await;
    let call = house.becomes_whole_in_time(&setting, &id).await;
    let conversation = &call["conversation"];
    assert_eq!(ids(conversation["calls"].as_array().expect("calls")), [&id]);
    assert_eq!(conversation["seconds"]["carrier_ms"], Value::Null);
    assert_eq!(amount(&conversation["cost"]), amount(&call["cost"]));
    assert_eq!(
        ids(&found(&house, "CA00000000000000000000000000000001")),
        [&id]
    );
    house.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_database_has_the_same_conversation() {
    let agent = Case::of("retell");
    let setting = setting(agent).await;
    let house = setting.start().await;
    let pair = place(&setting, agent);
    setting.live_through().await;
    let before = whole(&setting, &house, &pair).await;
    house.rests().await;
    house.engine.shutdown().await;
    ringback_engine::rebuild(setting.options())
        .await
        .expect("it is rebuilt");
    let house = setting.start().await;
    let after = house.call(&pair.agent).expect("it is here");
    assert_eq!(after["conversation"], before);
    assert_one(&house, &pair, agent, &before);
    house.engine.shutdown().await;
}
