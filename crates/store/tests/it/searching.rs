//! Searching.

use proptest::prelude::*;
use ringback_model::{Agent, CallId, Segment, Speaker, Transcript, Word};
use ringback_store::CallFilter;

use crate::home::{Home, START, Told, at};

fn search(home: &Home, text: &str) -> Vec<CallId> {
    let filter = CallFilter {
        text: Some(text.into()),
        ..CallFilter::default()
    };
    let page = home
        .store
        .read(|reader| reader.calls().page(&filter, None, 1000));
    page.expect("a search is never an error")
        .rows
        .into_iter()
        .map(|row| row.id)
        .collect()
}

#[test]
fn words_are_found_wherever_they_are_and_newest_first() {
    let home = Home::new();
    let said =
        Told::new("clinic", "call_1", START).said(&["I need an appointment", "Gerne, Müller"]);
    let summary = Told::new("clinic", "call_2", START + 1000)
        .with(|event| event.facts.summary = Some("Appointment moved".into()));
    let agent = Told::new("shop", "CAab12", START - 1000).with(|event| {
        event.facts.agent = Some(Agent {
            id: None,
            name: Some("Pizza Desk".into()),
        });
    });
    let (said, summary, agent) = (
        said.put(&home.store),
        summary.put(&home.store),
        agent.put(&home.store),
    );

    assert_eq!(search(&home, "appointment"), [summary, said]);
    assert_eq!(
        search(&home, "APPOINT"),
        [summary, said],
        "the beginning of the last word"
    );
    assert_eq!(
        search(&home, "appoint "),
        [],
        "a finished word is a whole word"
    );
    assert_eq!(
        search(&home, "need appointment"),
        [said],
        "every word has to be there"
    );
    assert_eq!(search(&home, "\"an appointment\""), [said], "side by side");
    assert_eq!(search(&home, "\"appointment an\""), []);
    assert_eq!(search(&home, "muller"), [said], "without its dots");
    assert_eq!(search(&home, "pizza desk"), [agent]);
    assert_eq!(search(&home, "call_2"), [summary]);
    assert_eq!(search(&home, "CAab12"), [agent]);
    assert_eq!(search(&home, "shop"), [agent]);
    assert_eq!(
        search(&home, ""),
        [summary, said, agent],
        "nothing typed is no filter"
    );
    assert_eq!(
        search(&home, "a"),
        [summary, said, agent],
        "one letter says nothing yet"
    );
    assert_eq!(search(&home, "appointment n"), [summary, said]);
    assert_eq!(search(&home, "appointment ne"), [said]);
    assert_eq!(search(&home, " ?! "), [], "nothing that could be found");
}

#[test]
fn phone_numbers_are_found_however_they_are_written() {
    let home = Home::new();
    let call = Told::new("clinic", "call_1", START)
        .with(|event| event.facts.from = Some("+491711234567".into()));
    let id = call.put(&home.store);
    Told::new("clinic", "call_2", START)
        .with(|event| event.facts.from = Some("+15550100".into()))
        .put(&home.store);
    for typed in [
        "+491711234567",
        "491711",
        "4567",
        "234567",
        "+49 171 1234567",
        "(0171) 123-4567",
    ] {
        assert_eq!(search(&home, typed), [id], "{typed}");
    }
    for typed in ["7654", "171123", "99999"] {
        assert_eq!(search(&home, typed), [], "{typed}");
    }
}

#[test]
fn a_search_and_other_filters_hold_together_and_page_by_key() {
    let home = Home::new();
    let mut ids = Vec::new();
    for n in 0..9i64 {
        let account = if n % 3 == 0 { "shop" } else { "clinic" };
        let call = Told::new(account, &format!("call_{n}"), START + n).said(&["pizza for two"]);
        ids.push(call.put(&home.store));
    }
    let filter = CallFilter {
        text: Some("pizza".into()),
        account: Some(crate::home::account("clinic")),
        ..CallFilter::default()
    };
    let page = |after| {
        home.store
            .read(|reader| reader.calls().page(&filter, after, 4))
    };
    let first = page(None).expect("reads");
    let second = page(first.next).expect("reads");
    let seen: Vec<_> = first
        .rows
        .iter()
        .chain(&second.rows)
        .map(|row| row.id)
        .collect();
    assert_eq!(seen, [ids[8], ids[7], ids[5], ids[4], ids[2], ids[1]]);
    assert_eq!(second.next, None);
    let count = home
        .store
        .read(|reader| reader.calls().count(&filter, 5))
        .expect("reads");
    assert_eq!((count.n, count.is_exact), (5, false));
}

#[test]
fn what_was_said_before_is_not_found_when_the_transcript_is_another_one() {
    let home = Home::new();
    let call = Told::new("clinic", "call_1", START);
    let live = |text: &str| Transcript {
        is_final: false,
        segments: vec![Segment {
            speaker: Speaker::Caller,
            start_ms: None,
            end_ms: None,
            text: text.into(),
            words: Vec::new(),
        }],
    };
    let id = Told(call.0.clone())
        .with(|event| event.facts.transcript = Some(live("first guess")))
        .put(&home.store);
    assert_eq!(search(&home, "guess"), [id]);
    Told(call.0).said(&["final words"]).put(&home.store);
    assert_eq!(search(&home, "guess"), []);
    assert_eq!(search(&home, "final"), [id]);
    assert_eq!(home.store.integrity(), Ok(()));
}

#[test]
fn a_hit_tells_where_the_word_is_and_when_it_is_said() {
    let home = Home::new();
    let word = |text: &str, start_ms| Word {
        text: text.into(),
        start_ms,
        end_ms: start_ms + 90,
    };
    let transcript = Transcript {
        is_final: true,
        segments: vec![
            Segment {
                speaker: Speaker::Agent,
                start_ms: Some(0),
                end_ms: Some(900),
                text: "Grüße, the the café".into(),
                words: vec![
                    word("Grüße,", 0),
                    word("the", 200),
                    word("the", 300),
                    word("café", 400),
                ],
            },
            Segment {
                speaker: Speaker::Caller,
                start_ms: Some(1000),
                end_ms: None,
                text: "A table at the Cafe".into(),
                words: Vec::new(),
            },
        ],
    };
    let id = Told::new("clinic", "call_1", START)
        .with(|event| event.facts.transcript = Some(transcript.clone()))
        .put(&home.store);
    let hits = |text: &str| {
        let hits = home
            .store
            .read(|reader| reader.calls().hits(id, text, 10))
            .expect("reads");
        hits.into_iter()
            .map(|hit| {
                assert_eq!(hit.text, transcript.segments[hit.segment].text);
                let word = &hit.text[hit.range];
                (hit.segment, word.to_owned(), hit.at_ms)
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        hits("cafe"),
        [
            (0, "café".into(), Some(400)),
            (1, "Cafe".into(), Some(1000))
        ]
    );
    assert_eq!(hits("the grusse")[0].1, "the", "grusse is no word here");
    assert_eq!(
        hits("the"),
        [
            (0, "the".into(), Some(200)),
            (0, "the".into(), Some(300)),
            (1, "the".into(), Some(1000))
        ]
    );
    assert_eq!(hits("+-"), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_plain_look_through_the_texts_finds(
        texts in prop::collection::vec(prop::collection::vec("[ab]{1,2}", 1..6), 1..12),
        wanted in prop::collection::vec("[ab]{1,2}", 1..3),
    ) {
        let home = Home::new();
        let mut ids = Vec::new();
        for (n, words) in texts.iter().enumerate() {
            let call = Told::new("clinic", &format!("0{n}"), START + n as i64).said(&[&words.join(" ")]);
            ids.push(call.put(&home.store));
        }
        let typed = format!("{} ", wanted.join(" "));
        let mut plain: Vec<_> = ids.iter().zip(&texts)
            .filter(|(_, words)| wanted.iter().all(|word| words.contains(word)))
            .map(|(id, _)| *id)
            .collect();
        plain.reverse();
        prop_assert_eq!(search(&home, &typed), plain);
    }
}

#[test]
fn nothing_that_a_person_can_type_is_an_error() {
    let home = Home::new();
    let id = Told::new("clinic", "call_1", START)
        .said(&["NEAR and OR not (this)"])
        .put(&home.store);
    for typed in [
        "\"",
        "\"\"",
        "\"\"\"",
        "a\"b",
        "*",
        "a*",
        "^a",
        "-a",
        "+",
        "a:b",
        "spoken:x",
        "{spoken}:x",
        "NEAR",
        "NEAR(a b, 2)",
        "AND",
        "a AND",
        "OR",
        "NOT a",
        "(",
        ")",
        "a)",
        "'",
        "';--",
        "\0",
        "a\0b",
        "\\",
        "%",
        "\u{1}\u{2}",
        "\u{24d0}",
        "\u{301}",
        "\u{0}\"",
        "ʼ",
        "日本",
        "🙂",
        "a\n\rb",
        "¼",
        "٣٤٥",
        "000",
        "0000",
        "123456789012345678901234567890",
    ] {
        search(&home, typed);
        home.store
            .read(|reader| reader.calls().hits(id, typed, 5))
            .expect("never an error");
    }
    assert_eq!(search(&home, &"a".repeat(1_000_000)), []);
    assert_eq!(search(&home, &"and ".repeat(100_000)), [id]);
    assert_eq!(search(&home, "OR NOT (this"), [id]);
    let runner = ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(runner, |(typed in "\\PC{0,12}|[\"*^:(){}+ a0-]{0,14}|.{0,8}")| {
        search(&home, &typed);
        home.store.read(|reader| reader.calls().hits(id, &typed, 5)).expect("never an error");
    });
}

#[test]
fn calls_that_change_several_times_in_one_transaction_are_found_by_their_last_words() {
    let home = Home::new();
    let first = Told::new("clinic", "call_1", START).said(&["apples"]);
    let later = first.0.clone();
    let moved = Told::new("clinic", "call_2", START + 5).said(&["plums"]);
    home.store
        .write(move |writer| {
            let mut calls = writer.calls_mut();
            calls.put(first.0)?;
            calls.put(moved.0.clone())?;
            let again = Told(later).with(|event| {
                event.stamp.as_of = at(START + 1);
                event.facts.summary = Some("pears".into());
            });
            calls.put(again.0)?;
            let elsewhere = moved.with(|event| {
                event.stamp.as_of = at(START + 1);
                event.facts.started_at = Some(at(START + 90_000));
            });
            calls.put(elsewhere.0)
        })
        .expect("written");
    for word in ["apples", "pears", "plums"] {
        let filter = CallFilter {
            text: Some(word.into()),
            ..CallFilter::default()
        };
        let found = home
            .store
            .read(|reader| reader.calls().page(&filter, None, 9));
        assert_eq!(found.expect("reads").rows.len(), 1, "{word}");
    }
    assert_eq!(home.store.integrity(), Ok(()));
}
