//! What was said, in all the forms in which Vapi writes it: live and afterwards.

use ringback_model::{Call, Field, ProviderCallId, Segment, Speaker, Status, Transcript};
use serde_json::{Value, json};

use crate::{
    accounts::provider,
    vapi_events::{CALL, ID, REPORT, asked, changed, told, without},
};

const CONVERSATION: &str = include_str!("../fixtures/vapi/conversation_update.json");
const LINE: &str = include_str!("../fixtures/vapi/transcript.json");

fn transcript_of(body: &str) -> Option<Transcript> {
    told(body).facts.transcript
}

fn spoken(transcript: &Transcript) -> Vec<(Speaker, &str)> {
    transcript
        .segments
        .iter()
        .map(|segment| (segment.speaker.clone(), segment.text.as_str()))
        .collect()
}

#[test]
fn the_messages_of_a_finished_call_are_its_transcript_with_their_times() {
    let transcript = transcript_of(REPORT).expect("told");
    assert!(transcript.is_final);
    let segment = |speaker, start, end, text: &str| Segment {
        speaker,
        start_ms: Some(start),
        end_ms: Some(end),
        text: text.into(),
        words: Vec::new(),
    };
    assert_eq!(
        transcript.segments,
        [
            segment(Speaker::Agent, 400, 1_060, "Hi"),
            segment(Speaker::Caller, 2_000, 2_500, "Hello"),
        ],
        "the assistant's instructions are nothing that anybody said"
    );
}

#[test]
fn tools_and_roles_that_nobody_knows_stay_in_their_places() {
    let transcript = asked(CALL).facts.transcript.expect("told");
    assert!(transcript.is_final);
    assert_eq!(
        spoken(&transcript),
        [
            (Speaker::Agent, "Good morning"),
            (Speaker::Caller, "I want to move my appointment."),
            (Speaker::Tool, "find_slot({\"day\": \"Monday\")"),
            (Speaker::Tool, "Monday 10:00"),
            (Speaker::Agent, "Monday at ten."),
            (Speaker::Named("brand_new_role".into()), "something"),
        ]
    );
    let times: Vec<_> = transcript
        .segments
        .iter()
        .map(|segment| (segment.start_ms, segment.end_ms))
        .collect();
    assert_eq!(
        times[1],
        (Some(1_200), Some(3_000)),
        "by its times, not by its duration"
    );
    assert_eq!(times[2], (Some(4_000), None));
    assert_eq!(times[4], (Some(5_000), None));
}

#[test]
fn without_messages_the_text_is_read_and_without_it_what_was_made_for_openai() {
    let with = |artifact: Value| changed(REPORT, |message| message["artifact"] = artifact);
    let lines = "AI: Hi\nUser: Hello\nand good morning\n\nAI: \nCustomer: Bye";
    let openai = json!([
        {"role": "system", "content": "instructions"},
        {"role": "assistant", "content": "Hi", "tool_calls": [{"function": {"name": "look_up", "arguments": {"a": 1}}}]},
        {"role": "tool", "content": "found"},
        {"role": "user", "content": "Hello"},
    ]);
    let text = transcript_of(&with(json!({"transcript": lines}))).expect("told");
    assert_eq!(
        spoken(&text),
        [
            (Speaker::Agent, "Hi"),
            (Speaker::Caller, "Hello\nand good morning"),
            (Speaker::Caller, "Bye"),
        ]
    );
    let list = json!({"transcript": [
        {"role": "assistant", "message": "Hi", "time": 0.5},
        {"role": "user", "message": "Hello", "time": 3.2},
    ]});
    let list = transcript_of(&with(list)).expect("told");
    assert_eq!(
        spoken(&list),
        [(Speaker::Agent, "Hi"), (Speaker::Caller, "Hello")]
    );
    assert_eq!(list.segments[1].start_ms, Some(3_200));
    let openai = transcript_of(&with(
        json!({"messages": [], "messagesOpenAIFormatted": openai}),
    ));
    assert_eq!(
        spoken(&openai.expect("told")),
        [
            (Speaker::Agent, "Hi"),
            (Speaker::Tool, "look_up({\"a\":1})"),
            (Speaker::Tool, "found"),
            (Speaker::Caller, "Hello"),
        ]
    );
    let older = changed(REPORT, |message| {
        without(message, &["artifact"]);
        message["messages"] = json!([{"role": "bot", "message": "Hi"}]);
        message["transcript"] = "AI: Something else".into();
    });
    assert_eq!(
        spoken(&transcript_of(&older).expect("beside the artifact")),
        [(Speaker::Agent, "Hi")]
    );
}

#[test]
fn no_words_are_no_transcript() {
    for artifact in [
        json!({}),
        json!({"transcript": " ", "messages": []}),
        json!({"messages": [{"role": "system", "message": "instructions"}]}),
        json!({"messages": [{"role": "bot"}, 7, {"message": "nobody"}], "transcript": []}),
    ] {
        let body = changed(REPORT, |message| message["artifact"] = artifact.clone());
        assert_eq!(transcript_of(&body), None, "{artifact}");
    }
}

#[test]
fn a_conversation_on_the_way_is_live_and_whole() {
    let event = told(CONVERSATION);
    assert_eq!(event.stamp.as_of.as_millisecond(), 1_760_000_002_600);
    let transcript = event.facts.transcript.expect("told");
    assert!(!transcript.is_final);
    assert_eq!(
        spoken(&transcript),
        [(Speaker::Agent, "Hi"), (Speaker::Caller, "Hello")]
    );
    let openai_only = changed(CONVERSATION, |message| without(message, &["messages"]));
    let transcript = transcript_of(&openai_only).expect("told");
    assert_eq!(
        spoken(&transcript),
        [(Speaker::Agent, "Hi"), (Speaker::Caller, "Hello")]
    );
}

#[test]
fn a_line_is_put_behind_the_conversation_that_comes_with_it() {
    let transcript = transcript_of(LINE).expect("told");
    assert!(!transcript.is_final);
    assert_eq!(
        spoken(&transcript),
        [
            (Speaker::Agent, "Hi"),
            (Speaker::Caller, "Hello"),
            (Speaker::Caller, "I want to move"),
        ]
    );
    let in_there = changed(LINE, |message| {
        message["transcriptType"] = "final".into();
        message["transcript"] = "Hello".into();
    });
    let transcript = transcript_of(&in_there).expect("told");
    assert_eq!(transcript.segments.len(), 2, "it was committed already");
    let by_other_name = LINE.replace(
        "\"type\": \"transcript\"",
        r#""type": "transcript[transcriptType=\"final\"]""#,
    );
    assert_eq!(
        transcript_of(&by_other_name).expect("told").segments.len(),
        3
    );
}

/// A final line that comes without the conversation before it.
fn alone(second: i64, role: &str, text: &str) -> String {
    let at = 1_760_000_000_000 + 1_000 * second;
    let call = json!({"id": ID, "type": "inboundPhoneCall"});
    json!({"message": {"type": "transcript", "timestamp": at, "role": role,
        "transcriptType": "final", "transcript": text, "call": call}})
    .to_string()
}

fn call_of(bodies: &[String]) -> Call {
    let mut call = Call::new(ProviderCallId::new(ID));
    for body in bodies {
        call.apply(&told(body));
    }
    call
}

fn known(call: &Call) -> Transcript {
    call.transcript().expect("told").into_owned()
}

#[test]
fn lines_that_come_alone_grow_into_a_conversation_in_any_order() {
    let lines = [
        alone(1, "assistant", "Hi"),
        alone(3, "user", "Hello"),
        alone(5, "user", "I want to move my appointment."),
    ];
    let conversation = [
        (Speaker::Agent, "Hi"),
        (Speaker::Caller, "Hello"),
        (Speaker::Caller, "I want to move my appointment."),
    ];
    let first = call_of(&lines[..1]);
    assert_eq!(spoken(&known(&first)), conversation[..1]);
    let jumbled: Vec<_> = [2, 0, 1, 0, 2]
        .map(|index: usize| lines[index].clone())
        .into();
    for told in [&lines[..], &jumbled] {
        let call = call_of(told);
        assert_eq!(spoken(&known(&call)), conversation);
        assert!(!known(&call).is_final);
        assert_eq!(call.status(), Status::Ongoing);
    }
    let partial = alone(7, "user", "And an").replace("final", "partial");
    assert_eq!(
        known(&call_of(&[lines[0].clone(), lines[1].clone(), partial]))
            .segments
            .len(),
        2,
        "half a line would be there once for every word"
    );
}

#[test]
fn what_is_whole_stands_against_lines_that_come_alone() {
    let lines = [alone(1, "assistant", "Hi"), alone(3, "user", "Hello!!")];
    let live = [&lines[..], &[CONVERSATION.to_owned()]].concat();
    assert_eq!(
        spoken(&known(&call_of(&live))),
        [(Speaker::Agent, "Hi"), (Speaker::Caller, "Hello")]
    );
    let over = [&live[..], &[REPORT.to_owned(), lines[1].clone()]].concat();
    let whole = known(&call_of(&over));
    assert!(whole.is_final);
    assert_eq!(whole, told(REPORT).facts.transcript.expect("told"));
}

#[test]
fn a_call_in_which_nobody_spoke_lacks_no_transcript() {
    let silent = |messages: Value| {
        let body = changed(REPORT, |message| {
            message["artifact"] = json!({"messages": messages});
        });
        let call = call_of(&[body]);
        provider("vapi").expects(&call).contains(&Field::Transcript)
    };
    assert!(!silent(
        json!([{"role": "system", "message": "instructions"}])
    ));
    assert!(silent(json!([])), "it may not be written down yet");
    let said =
        json!([{"role": "system", "message": "instructions"}, {"role": "bot", "message": "Hi"}]);
    assert!(silent(said));
}

#[test]
fn what_is_final_stands_against_a_line_that_comes_late() {
    let mut call = ringback_model::Call::new(told(REPORT).call);
    call.apply(&told(REPORT));
    let late = changed(LINE, |message| {
        message["timestamp"] = 1_760_000_999_000_i64.into()
    });
    call.apply(&told(&late));
    let known = known(&call);
    assert!(known.is_final);
    assert_eq!(known.segments.len(), 2);
}
