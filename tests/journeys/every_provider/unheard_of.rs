//! Words that no document has: providers add events and values without asking.

use ringback_api::cli;
use ringback_journeys::{
    cases::Case,
    edited::{with_word, word_at},
    setting::Setting,
};
use ringback_simulator::CallScript;

travelled_by!(everybody:
    an_event_of_an_unknown_kind_is_kept_and_shown_as_it_came_and_disturbs_nothing,
);
travelled_by!(who_gives_reasons:
    an_unknown_reason_for_the_end_is_shown_in_the_provider_s_word,
);

/// A word that nobody has heard of.
const WORD: &str = "ringback_unheard_of";

async fn an_event_of_an_unknown_kind_is_kept_and_shown_as_it_came_and_disturbs_nothing(
    case: &Case,
) {
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let id = setting.place(case, CallScript::outbound());
    setting
        .clock
        .set(setting.timeline(&id).answered.expect("it is answered"));
    let begin = setting.deliver_due().await;
    let (webhook, _) = begin.last().expect("the begin is told");
    let unknown = with_word(setting.world(), webhook, case.kind_at, WORD);
    let answer = setting.post(&unknown).await;
    assert_eq!(
        answer.status, 200,
        "it is signed, so it is kept: {answer:?}"
    );
    assert_eq!(setting.post(&unknown).await.word, "duplicate");
    house.applied().await;

    let events = house.events(None);
    let kept: Vec<_> = events
        .iter()
        .filter(|event| {
            event
                .kind
                .as_deref()
                .is_some_and(|kind| kind.contains(WORD))
        })
        .collect();
    let [kept] = kept.as_slice() else {
        panic!("it is in the journal once, under its own name: {events:?}");
    };
    assert_ne!(kept.state, "failed", "{kept:?}");
    let shown = cli::event(&house.engine, &kept.id).expect("it can be shown");
    let body = shown.body.expect("a single event is shown whole");
    match body.as_str() {
        Some(form) => assert_eq!(form.as_bytes(), unknown.body, "to the byte"),
        None => assert_eq!(body.pointer(case.kind_at), Some(&WORD.into())),
    }
    let call = house.call(&id).expect("here");
    assert_eq!(call["status"], "ongoing", "what is known stays: {call:#}");

    setting.live_through().await;
    house.becomes_whole_in_time(&setting, &id).await;
    house.engine.shutdown().await;
}

async fn an_unknown_reason_for_the_end_is_shown_in_the_provider_s_word(case: &Case) {
    let place = case.reason_at.expect("it gives reasons");
    let setting = Setting::told(&[case]).await;
    let house = setting.start().await;
    let id = setting.place(case, CallScript::outbound());
    let timeline = setting.timeline(&id);
    setting.clock.set(timeline.settled());
    let mut is_told = false;
    for webhook in setting.world().webhooks_due(setting.now()) {
        let webhook = if word_at(&webhook, place).is_some() {
            is_told = true;
            with_word(setting.world(), &webhook, place, WORD)
        } else {
            webhook
        };
        let answer = setting.post(&webhook).await;
        assert_eq!(answer.word, "accepted", "{}", webhook.kind);
    }
    assert!(is_told, "one of the webhooks says why the call ended");
    let call = house
        .call_that(&id, "its end", |call| call["ended_reason"].is_object())
        .await;
    assert_eq!(call["status"], "ended");
    assert_eq!(call["ended_reason"]["code"], "unknown");
    assert_eq!(call["ended_reason"]["raw"], WORD);
    house.engine.shutdown().await;
}
